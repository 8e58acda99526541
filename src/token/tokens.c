#include <stdlib.h>

#include "base/mem.h"
#include "token/own.h"

void
tokens_release(struct tokens *t)
{
  free(t->start);
  free(t->rows);
  free(t->at);
  free(t->length);
  *t = (struct tokens){0};
}

static void
enlarge(struct tokens *t)
{
  t->cap = t->cap ? t->cap * 2 : 64;
  t->start = xrealloc(t->start, (t->cap + 1) * sizeof *t->start);
  t->at = xrealloc(t->at, t->cap * sizeof *t->at);
  t->length = xrealloc(t->length, t->cap * sizeof *t->length);
}

void
tokens_begin(struct tokens *t)
{
  if (!t->cap)
    enlarge(t);
  t->n = 0;
  t->start[0] = t->start[1] = 0;
}

/* start[n + 1] counts the rows of the token that is being made. */
void
tokens_row(struct tokens *t, uint32_t row)
{
  size_t n = t->start[t->n + 1];

  GROW(t->rows, t->cap_rows, n + 1);
  t->rows[n] = row;
  t->start[t->n + 1] = (uint32_t)n + 1;
}

void
tokens_end(struct tokens *t, uint32_t at, uint32_t length)
{
  t->at[t->n] = at;
  t->length[t->n] = length;
  if (++t->n == t->cap)
    enlarge(t);
  t->start[t->n + 1] = t->start[t->n];
}
