#include "ship/ship.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ship/format.h"
#include "student/fasttext.h"

static bool
is_fasttext(const struct shipment *s, const char **why)
{
  *why = "only the student 'fasttext' can be shipped to fastText (retort train PROJECT --student fasttext)";
  return strcmp(s->info.kind, student_fasttext.name) == 0;
}

static int
write_fasttext(const struct shipment *s, FILE *out, struct err *e)
{
  return fasttext_write(s->student, s->labels, out, e);
}

const struct ship_format ship_formats[] = {
  {"retort", "every student; retort predict FILE reads it", format_retort_write, NULL},
  {"fasttext", "a .bin of fastText: of the student fasttext only", write_fasttext, is_fasttext},
};
const size_t ship_n_formats = N_OF(ship_formats);

const struct ship_format *
ship_format_find(const char *name)
{
  for (size_t i = 0; i < ship_n_formats; i++)
    if (strcmp(ship_formats[i].name, name) == 0)
      return &ship_formats[i];
  return NULL;
}

/* Closes what was written, and puts it in its place if all of it is on the disk. */
static int
finish(FILE *out, const char *beside, const char *path, uint64_t *n_bytes, struct err *e)
{
  bool bad = fflush(out) != 0 || ferror(out) || fsync(fileno(out)) != 0;
  int error = errno;
  struct stat st;

  if (!bad && n_bytes && fstat(fileno(out), &st) == 0)
    *n_bytes = (uint64_t)st.st_size;
  if (fclose(out) != 0 && !bad) {
    error = errno;
    bad = true;
  }
  if (!bad && rename(beside, path) != 0) {
    error = errno;
    bad = true;
  }
  return bad ? err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(error)) : 0;
}

int
ship_write(const struct ship_format *format, const struct shipment *s, const char *path, uint64_t *n_bytes, struct err *e)
{
  const char *why;
  char *beside;
  FILE *out;
  int r;

  if (format->can && !format->can(s, &why))
    return err_set(e, ERR_INPUT, "a student '%s' cannot be shipped as '%s': %s", s->info.kind, format->name, why);
  beside = xasprintf("%s.part", path);
  out = fopen(beside, "wb");
  if (!out) {
    r = err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  } else {
    r = format->write(s, out, e);
    if (r == 0)
      r = finish(out, beside, path, n_bytes, e);
    else
      fclose(out);
    if (r != 0)
      unlink(beside);
  }
  free(beside);
  return r;
}
