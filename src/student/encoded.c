#include "student/encoded.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_SLOTS 1024

/* ---- lists of rows and their numbers ----------------------------------------------------------------------------- */

static const uint32_t unknown_list[] = {TOKEN_UNKNOWN}, separator_list[] = {TOKEN_SEPARATOR};
static const uint32_t start_list[] = {TOKEN_START};

static bool
same_list(const struct encoded *c, uint32_t token, const uint32_t *rows, size_t n)
{
  size_t at = c->row_start[token];

  return c->row_start[token + 1] - at == n && memcmp(c->row + at, rows, n * sizeof *rows) == 0;
}

static size_t
find_slot(const struct encoded *c, const uint32_t *rows, size_t n)
{
  size_t i = hash_bytes(rows, n * sizeof *rows, 0) & (c->n_slots - 1);

  while (c->slot[i] && !same_list(c, c->slot[i] - 1, rows, n))
    i = (i + 1) & (c->n_slots - 1);
  return i;
}

static void
grow_slots(struct encoded *c)
{
  free(c->slot);
  c->n_slots *= 2;
  c->slot = xcalloc(c->n_slots, sizeof *c->slot);
  for (uint32_t k = 0; k < c->n_tokens; k++)
    c->slot[find_slot(c, c->row + c->row_start[k], c->row_start[k + 1] - c->row_start[k])] = k + 1;
}

static uint32_t
token_of(struct encoded *c, const uint32_t *rows, size_t n)
{
  size_t i = find_slot(c, rows, n), at;

  if (c->slot[i])
    return c->slot[i] - 1;
  c->slot[i] = ++c->n_tokens;
  GROW(c->row_start, c->row_start_cap, (size_t)c->n_tokens + 1);
  at = c->row_start[c->n_tokens - 1];
  GROW(c->row, c->row_cap, at + n);
  memcpy(c->row + at, rows, n * sizeof *rows);
  c->row_start[c->n_tokens] = at + n;
  c->most_rows = n > c->most_rows ? n : c->most_rows;
  if (2 * (size_t)c->n_tokens > c->n_slots)
    grow_slots(c);
  return c->n_tokens - 1;
}

static void
add_first_tokens(struct encoded *c)
{
  token_of(c, unknown_list, 1);
  token_of(c, separator_list, 1);
}

void
encoded_init(struct encoded *c, const struct encoding *how)
{
  *c = (struct encoded){.parts = how->compared ? 2 : 1, .n_slots = FIRST_SLOTS};
  c->slot = xcalloc(c->n_slots, sizeof *c->slot);
  GROW(c->row_start, c->row_start_cap, 1);
  GROW(c->start, c->cap, 1);
  c->row_start[0] = c->start[0] = 0;
  add_first_tokens(c);
}

void
encoded_release(struct encoded *c)
{
  free(c->start);
  free(c->token);
  free(c->row_start);
  free(c->row);
  free(c->slot);
  *c = (struct encoded){0};
}

void
encoded_clear(struct encoded *c)
{
  memset(c->slot, 0, c->n_slots * sizeof *c->slot);
  c->n = c->n_tokens = 0;
  c->longest = c->most_rows = 0;
  add_first_tokens(c);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* Tokens of texts as they are read, before they have numbers. */
struct strip {
  size_t n_parts, n_tokens, n_rows, part_cap, count_cap, row_cap;
  uint32_t *length;   /* (n_parts) tokens */
  uint32_t *count;    /* (n_tokens) rows */
  uint32_t *row;
};

static void
strip_release(struct strip *s)
{
  free(s->length);
  free(s->count);
  free(s->row);
}

static void
push_token(struct strip *s, const uint32_t *rows, size_t n)
{
  GROW(s->count, s->count_cap, s->n_tokens + 1);
  GROW(s->row, s->row_cap, s->n_rows + n);
  s->count[s->n_tokens++] = (uint32_t)n;
  memcpy(s->row + s->n_rows, rows, n * sizeof *rows);
  s->n_rows += n;
}

static size_t
push_tokens(struct strip *s, const struct tokens *t, size_t n)
{
  for (size_t i = 0; i < n; i++)
    push_token(s, t->rows + t->start[i], t->start[i + 1] - t->start[i]);
  return n;
}

static void
push_part(struct strip *s, size_t length)
{
  GROW(s->length, s->part_cap, s->n_parts + 1);
  s->length[s->n_parts++] = (uint32_t)length;
}

void
encoding_halves(const struct encoding *how, size_t *a, size_t *b)
{
  size_t room = how->max_length - 1;  /* the separator */

  if (*a + *b <= room)
    return;
  if (*b <= room / 2)
    *a = room - *b;
  else if (*a <= room - room / 2)
    *b = room - *a;
  else
    *a = room - room / 2, *b = room / 2;
}

/* A part begins: returns the tokens that it has already. */
static size_t
begin_part(struct strip *s, const struct encoding *how)
{
  if (how->start)
    push_token(s, start_list, 1);
  return how->start;
}

static void
read_part(struct strip *s, const struct encoding *how, const char *text, struct tokens *t)
{
  size_t length = begin_part(s, how);

  tokenizer_encode(how->tokenizer, text, how->max_length, t);
  push_part(s, length + push_tokens(s, t, t->n));
}

static void
read_joined(struct strip *s, const struct encoding *how, const struct example *x, struct tokens t[2])
{
  size_t a, b, length = begin_part(s, how);

  tokenizer_encode(how->tokenizer, x->text, how->max_length, &t[0]);
  tokenizer_encode(how->tokenizer, x->text2, how->max_length, &t[1]);
  a = t[0].n, b = t[1].n;
  encoding_halves(how, &a, &b);
  length += push_tokens(s, &t[0], a);
  push_token(s, separator_list, 1);
  push_part(s, length + 1 + push_tokens(s, &t[1], b));
}

static void
read_text(struct strip *s, const struct encoding *how, const struct example *x, struct tokens t[2])
{
  if (how->pair && !how->compared) {
    read_joined(s, how, x, t);
    return;
  }
  read_part(s, how, x->text, &t[0]);
  if (how->compared)
    read_part(s, how, x->text2, &t[0]);
}

static void
take_strip(struct encoded *c, const struct strip *s)
{
  size_t at = c->start[c->n * c->parts];
  const uint32_t *count = s->count, *row = s->row;

  GROW(c->start, c->cap, c->n * c->parts + s->n_parts + 1);
  GROW(c->token, c->token_cap, at + s->n_tokens);
  for (size_t p = 0; p < s->n_parts; p++) {
    for (size_t i = 0; i < s->length[p]; i++, row += *count++)
      c->token[at++] = token_of(c, row, *count);
    c->start[c->n * c->parts + p + 1] = at;
    c->longest = s->length[p] > c->longest ? s->length[p] : c->longest;
  }
  c->n += s->n_parts / c->parts;
}

/* ---- many texts: strips of some, read by any thread, taken in their order ----------------------------------------- */

#define STRIP 64     /* texts */
#define STRIPS 256   /* that are read before they are taken */

struct reading {
  const struct encoding *how;
  const struct example *x;
  size_t n;
  struct strip strips[STRIPS];
  atomic_size_t next;
};

static void
read_strips(void *arg, int thread, int n_threads)
{
  struct reading *r = arg;
  struct tokens t[2] = {0};
  size_t k;

  (void)thread, (void)n_threads;
  while ((k = atomic_fetch_add(&r->next, 1)) * STRIP < r->n && k < STRIPS) {
    struct strip *s = &r->strips[k];

    s->n_parts = s->n_tokens = s->n_rows = 0;
    for (size_t i = k * STRIP; i < r->n && i < (k + 1) * STRIP; i++)
      read_text(s, r->how, &r->x[i], t);
  }
  tokens_release(&t[0]);
  tokens_release(&t[1]);
}

bool
encoded_add(struct encoded *c, const struct encoding *how, const struct example *x, size_t n, int threads,
            struct stop *stop)
{
  struct reading *r = xcalloc(1, sizeof *r);
  bool stopped = false;

  for (size_t from = 0; from < n && !(stopped = stop_wanted(stop)); from += STRIP * STRIPS) {
    r->how = how;
    r->x = x + from;
    r->n = n - from < STRIP * STRIPS ? n - from : STRIP * STRIPS;
    atomic_store(&r->next, 0);
    pool_run(r->n < 2 * STRIP ? 1 : pool_threads(threads), read_strips, r);
    for (size_t k = 0; k * STRIP < r->n; k++)
      take_strip(c, &r->strips[k]);
  }
  for (size_t k = 0; k < STRIPS; k++)
    strip_release(&r->strips[k]);
  free(r);
  return !stopped;
}
