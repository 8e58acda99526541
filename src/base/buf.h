/* buf: a growing string of bytes with a mandatory maximum.
 *
 * Invariants: s is never NULL after the first addition and s[n] == 0; n <= max. An addition that would pass max adds
 * nothing, sets `over` and returns -1; further additions fail too, so a writer may check `over` once at its end. What
 * comes from the network or a file goes through a buf.
 *
 * Life: buf_init (no allocation), buf_add..., then buf_release, or buf_take to own the string. A zeroed struct buf with
 * max set is a valid empty one. Threads: one user at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define BUF_MAX ((size_t)1 << 30)  /* for text that the program itself makes */

struct buf {
  char *s;      /* the bytes, NUL-terminated */
  size_t n;     /* length in bytes */
  size_t cap;   /* allocated */
  size_t max;   /* largest n allowed */
  bool over;    /* an addition was refused */
};

#define BUF_INIT {.max = BUF_MAX}

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);                 /* empty again, memory kept */
char *buf_take(struct buf *b);                 /* the string, to be freed by the caller; b is empty again; never NULL */
const char *buf_str(const struct buf *b);      /* the string, "" where nothing was added */
int buf_add(struct buf *b, const char *s, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addn(struct buf *b, char c, size_t n); /* c, n times */
int buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int buf_vaddf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_truncate(struct buf *b, size_t n);    /* n <= b->n */

#endif
