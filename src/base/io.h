/* io: whole files and lines, with caps.
 *
 * Errors name the path: cannot read 'x': no such file or directory. "-" is not special here.
 * Line reader life: lines_open (or lines_from_fd), lines_next until it returns 0 or -1, lines_close.
 * After a lines_open that failed there is nothing to close (and closing does no harm). */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

/* Reads a whole file of at most max bytes; *out is NUL-terminated, to be freed by the caller. */
int io_read_file(const char *path, size_t max, char **out, size_t *n, struct err *e);
/* Writes a file whole or not at all: beside it, fsync, rename. */
int io_write_file(const char *path, const char *s, size_t n, struct err *e);

struct lines {
  int fd;
  char *data;          /* window over the input */
  size_t from, to, cap, max;
  uint64_t number;     /* of the line last returned, from 1 */
  char *name;          /* for messages */
  int eof, owns_fd;
};
int lines_open(struct lines *l, const char *path, size_t max_line, struct err *e);
void lines_from_fd(struct lines *l, int fd, const char *name, size_t max_line);
/* The next line without its end (\n or \r\n): 1, or 0 at the end, or -1 (cannot read, or longer than max_line).
 * *s is NUL-terminated and valid until the next call; embedded NUL bytes are possible, *n counts them. */
int lines_next(struct lines *l, char **s, size_t *n, struct err *e);
void lines_close(struct lines *l);

#endif
