#include "report/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void
doc_init(struct doc *d)
{
  memset(d, 0, sizeof *d);
  arena_init(&d->arena);
}

static void
release_block(struct block *b)
{
  if (b->kind == BLOCK_TABLE || b->kind == BLOCK_FACTS) {
    free(b->table.cells);
    free(b->table.marked);
  }
}

void
doc_release(struct doc *d)
{
  for (size_t i = 0; i < d->n; i++)
    release_block(d->blocks[i]);
  free(d->blocks);
  arena_release(&d->arena);
  memset(d, 0, sizeof *d);
}

/* ---- strings ---- */

static const char *print_args(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static const char *
print_args(struct arena *a, const char *format, va_list args)
{
  struct buf b = BUF_INIT;
  const char *s;

  buf_vaddf(&b, format, args);
  s = arena_strdup(a, buf_str(&b));
  buf_release(&b);
  return s;
}

const char *
doc_print(struct doc *d, const char *format, ...)
{
  const char *s;
  va_list args;

  va_start(args, format);
  s = print_args(&d->arena, format, args);
  va_end(args);
  return s;
}

/* ---- blocks ---- */

static struct block *
add_block(struct doc *d, enum block_kind kind)
{
  struct block *b = arena_alloc(&d->arena, sizeof *b);

  GROW(d->blocks, d->cap, d->n + 1);
  d->blocks[d->n++] = b;
  b->kind = kind;
  return b;
}

void
doc_text(struct doc *d, enum block_kind kind, const char *text)
{
  add_block(d, kind)->text = arena_strdup(&d->arena, text);
}

void
doc_say(struct doc *d, enum block_kind kind, const char *format, ...)
{
  struct block *b = add_block(d, kind);
  va_list args;

  va_start(args, format);
  b->text = print_args(&d->arena, format, args);
  va_end(args);
}

void
doc_chapter(struct doc *d, const char *id, const char *title)
{
  struct block *b = add_block(d, BLOCK_HEADING);

  b->level = 2;
  b->id = arena_strdup(&d->arena, id);
  b->text = arena_strdup(&d->arena, title);
}

void
doc_heading(struct doc *d, int level, const char *format, ...)
{
  struct block *b = add_block(d, BLOCK_HEADING);
  va_list args;

  va_start(args, format);
  b->level = level;
  b->text = print_args(&d->arena, format, args);
  va_end(args);
}

static void *
copy(struct doc *d, const void *from, size_t n, size_t size)
{
  void *to = arena_alloc(&d->arena, n * size + 1);

  if (n)
    memcpy(to, from, n * size);
  return to;
}

void
doc_diagram(struct doc *d, const struct diagram *chart)
{
  struct diagram *c = &add_block(d, BLOCK_DIAGRAM)->diagram;

  *c = *chart;
  c->marks = copy(d, chart->marks, chart->n_marks, sizeof *chart->marks);
  c->line = copy(d, chart->line, chart->n_line, sizeof *chart->line);
}

void
doc_quotes(struct doc *d, const struct quote *quotes, size_t n)
{
  struct quotes_block *q = &add_block(d, BLOCK_QUOTES)->quotes;

  q->quotes = copy(d, quotes, n, sizeof *quotes);
  q->n = n;
  for (size_t i = 0; i < n; i++)
    q->quotes[i].near = copy(d, quotes[i].near, quotes[i].n_near, sizeof *quotes[i].near);
}

/* ---- tables ---- */

static struct table_block *
add_table(struct doc *d, enum block_kind kind, const char *caption, const char *headings)
{
  struct table_block *t = &add_block(d, kind)->table;

  t->arena = &d->arena;
  t->caption = caption ? arena_strdup(&d->arena, caption) : NULL;
  for (const char *s = headings; *s; s++)
    t->n_columns += *s == '|';
  t->n_columns++;
  t->columns = arena_alloc(&d->arena, t->n_columns * sizeof *t->columns);
  for (size_t i = 0; i < t->n_columns; i++) {
    size_t n = strcspn(headings, "|");

    t->columns[i].right = n > 0 && headings[n - 1] == '>';
    t->columns[i].title = arena_strndup(&d->arena, headings, n - t->columns[i].right);
    headings += n + (headings[n] == '|');
  }
  return t;
}

struct table_block *
doc_table(struct doc *d, const char *caption, const char *headings)
{
  return add_table(d, BLOCK_TABLE, caption, headings);
}

struct table_block *
doc_facts(struct doc *d)
{
  return add_table(d, BLOCK_FACTS, NULL, "|");
}

void
table_text(struct table_block *t, const char *text)
{
  GROW(t->cells, t->cap, t->n + 1);
  t->cells[t->n++] = (struct cell){text ? arena_strdup(t->arena, text) : "", TONE_PLAIN};
}

void
table_cell(struct table_block *t, const char *format, ...)
{
  va_list args;

  GROW(t->cells, t->cap, t->n + 1);
  va_start(args, format);
  t->cells[t->n++] = (struct cell){print_args(t->arena, format, args), TONE_PLAIN};
  va_end(args);
}

void
table_tone(struct table_block *t, enum tone tone)
{
  t->cells[t->n - 1].tone = tone;
}

void
table_mark(struct table_block *t)
{
  size_t row = (t->n - 1) / t->n_columns, before = t->cap_marked;

  GROW(t->marked, t->cap_marked, row + 1);
  if (t->cap_marked > before)
    memset(t->marked + before, 0, (t->cap_marked - before) * sizeof *t->marked);
  t->marked[row] = true;
}

void
table_fact(struct table_block *t, const char *term, const char *format, ...)
{
  va_list args;

  table_text(t, term);
  GROW(t->cells, t->cap, t->n + 1);
  va_start(args, format);
  t->cells[t->n++] = (struct cell){print_args(t->arena, format, args), TONE_PLAIN};
  va_end(args);
}

size_t
table_rows(const struct table_block *t)
{
  return t->n / t->n_columns;
}
