#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static int
open_to_read(const char *path, struct err *e)
{
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return err_set(e, ERR_INPUT, "cannot read '%s': %s", path, err_os(errno));
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
    close(fd);
    return err_set(e, ERR_INPUT, "cannot read '%s': it is a directory", path);
  }
  return fd;
}

int
io_read_file(const char *path, size_t max, char **out, size_t *n, struct err *e)
{
  struct buf b;
  char chunk[65536];
  ssize_t got;
  int fd = open_to_read(path, e);

  if (fd < 0)
    return -1;
  buf_init(&b, max);
  while ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR)) {
    if (got > 0 && buf_add(&b, chunk, (size_t)got) < 0) {
      err_set(e, ERR_INPUT, "cannot read '%s': it is larger than %zu bytes", path, max);
      goto fail;
    }
  }
  if (got < 0) {
    err_set(e, ERR_FAIL, "cannot read '%s': %s", path, err_os(errno));
    goto fail;
  }
  close(fd);
  if (n)
    *n = b.n;
  *out = buf_take(&b);
  return 0;
fail:
  close(fd);
  buf_release(&b);
  return -1;
}

int
io_write_file(const char *path, const char *s, size_t n, struct err *e)
{
  char *beside = xasprintf("%s.XXXXXX", path);
  int fd = mkostemp(beside, O_CLOEXEC), failed;

  failed = fd < 0 || fchmod(fd, 0644) < 0;
  while (!failed && n > 0) {
    ssize_t put = write(fd, s, n);

    if (put < 0 && errno != EINTR)
      failed = 1;
    if (put > 0) {
      s += put;
      n -= (size_t)put;
    }
  }
  failed = failed || fsync(fd) < 0 || rename(beside, path) < 0;
  if (failed)
    err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  if (fd >= 0) {
    close(fd);
    if (failed)
      unlink(beside);
  }
  free(beside);
  return failed ? -1 : 0;
}

void
lines_from_fd(struct lines *l, int fd, const char *name, size_t max_line)
{
  *l = (struct lines){.fd = fd, .name = xstrdup(name), .max = max_line};
}

int
lines_open(struct lines *l, const char *path, size_t max_line, struct err *e)
{
  int fd = open_to_read(path, e);

  *l = (struct lines){.fd = -1};
  if (fd < 0)
    return -1;
  lines_from_fd(l, fd, path, max_line);
  l->owns_fd = 1;
  return 0;
}

void
lines_close(struct lines *l)
{
  if (l->owns_fd && l->fd >= 0)
    close(l->fd);
  free(l->data);
  free(l->name);
  *l = (struct lines){.fd = -1};
}

/* Reads more behind `to`; moves the window to the front first when there is no room. */
static int
fill(struct lines *l, struct err *e)
{
  ssize_t got;

  if (l->from > 0) {
    memmove(l->data, l->data + l->from, l->to - l->from);
    l->to -= l->from;
    l->from = 0;
  }
  if (l->to > l->max)
    return err_set(e, ERR_INPUT, "%s:%llu: the line is longer than %zu bytes", l->name,
                   (unsigned long long)l->number + 1, l->max);
  GROW(l->data, l->cap, l->to + 65536 + 1);
  do
    got = read(l->fd, l->data + l->to, l->cap - l->to - 1);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return err_set(e, ERR_FAIL, "cannot read '%s': %s", l->name, err_os(errno));
  l->eof = got == 0;
  l->to += (size_t)got;
  return 0;
}

int
lines_next(struct lines *l, char **s, size_t *n, struct err *e)
{
  size_t scanned = 0, len;
  char *end = NULL;

  for (;;) {
    if (l->data)
      end = memchr(l->data + l->from + scanned, '\n', l->to - l->from - scanned);
    if (end || l->eof)
      break;
    scanned = l->to - l->from;
    if (fill(l, e) < 0)
      return -1;
  }
  if (!end && l->from == l->to)
    return 0;
  *s = l->data + l->from;
  len = end ? (size_t)(end - *s) : l->to - l->from;
  l->from += len + (end != NULL);
  if (len > 0 && end && (*s)[len - 1] == '\r')
    len--;
  (*s)[len] = '\0';
  *n = len;
  l->number++;
  return 1;
}
