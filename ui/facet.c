#include "ui/facet.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/state.h"

void
facets_release(struct facets *f)
{
  free(f->rows);
}

static void
add(struct facets *f, const char *field, const char *value, uint32_t n, uint16_t number)
{
  GROW(f->rows, f->cap, f->n + 1);
  f->rows[f->n++] = (struct facet){field, value, n, number};
}

static void
add_group(struct facets *f, const char *field, const char *const *names, const uint32_t *counts, size_t n)
{
  add(f, NULL, field, 0, 0);
  for (size_t i = 0; i < n; i++)
    add(f, field, names[i], counts[i], 0);
}

void
facets_update(struct facets *f, const struct corpus *c)
{
  const struct labels *labels = corpus_labels(c);
  struct corpus_counts counts;
  char number[32];

  corpus_counts(c, &counts);
  f->n = 0;
  f->most = 0;
  for (size_t i = 0; i < labels_count(labels); i++) {
    uint32_t n = 0;

    for (int s = 0; s < N_STATUSES; s++)
      n += corpus_label_count(c, (uint16_t)i, (enum status)s);
    f->most = n > f->most ? n : f->most;
    add(f, "label", label_name(labels, (uint16_t)i), n, (uint16_t)i);
  }
  add_group(f, "status", status_names, counts.status, N_STATUSES);
  add_group(f, "split", split_names, counts.split, N_SPLITS);
  add_group(f, "origin", origin_names, counts.origin, N_ORIGINS);
  f->count_cols = (int)strlen(frame_count(counts.n, number));
  f->count_cols = f->count_cols < 5 ? 5 : f->count_cols;
  list_keep(&f->list, f->n, f->list.at);
}

/* ---- terms in a filter text ---- */

static void
term_of(const struct facet *facet, struct buf *out)
{
  buf_addf(out, "%s:", facet->field);
  if (strpbrk(facet->value, " \t()\",:") || !*facet->value)
    workbench_quote(out, facet->value);
  else
    buf_adds(out, facet->value);
}

/* The end of the term that begins at s: a blank outside of quotes. */
static const char *
term_end(const char *s)
{
  bool quoted = false;

  for (; *s && (quoted || *s != ' '); s++)
    if (*s == '"')
      quoted = !quoted;
    else if (*s == '\\' && quoted && s[1])
      s++;
  return s;
}

bool
facet_is_in(const struct facet *facet, const char *filter)
{
  struct buf term = BUF_INIT;
  bool found = false;

  term_of(facet, &term);
  for (const char *s = filter + strspn(filter, " "); *s; s = term_end(s), s += strspn(s, " "))
    found |= (size_t)(term_end(s) - s) == term.n && !strncmp(s, term.s, term.n);
  buf_release(&term);
  return found;
}

void
facet_toggle(const struct facet *facet, const char *filter, struct buf *out)
{
  bool was = facet_is_in(facet, filter);
  size_t n_field = strlen(facet->field);

  for (const char *s = filter + strspn(filter, " "); *s; s = term_end(s), s += strspn(s, " ")) {
    if (!strncmp(s, facet->field, n_field) && s[n_field] == ':')
      continue;
    buf_addf(out, "%s%.*s", out->n ? " " : "", (int)(term_end(s) - s), s);
  }
  if (was)
    return;
  if (out->n)
    buf_addc(out, ' ');
  term_of(facet, out);
}

/* ---- drawing ---- */

void
facets_move(struct facets *f, enum move m)
{
  size_t before = f->list.at;

  list_move(&f->list, m);
  if (f->list.at < f->n && !f->rows[f->list.at].field)
    list_move(&f->list, f->list.at > before || f->list.at == 0 ? MOVE_DOWN : MOVE_UP);
}

struct drawing {
  struct facets *f;
  const char *filter;
  int bar;  /* columns of the bars, 0: none */
};

/* Bars take what names and counts leave, down to three columns. */
static int
bar_cols(const struct facets *f, struct area a)
{
  char most[32];
  int longest = 0, bar = 11 - f->count_cols, room;

  if (a.cols < 24)
    return 0;
  if ((int)strlen(frame_count(f->most, most)) >= f->count_cols)
    bar--;
  for (size_t i = 0; i < f->n; i++)
    if (f->rows[i].field && !strcmp(f->rows[i].field, "label")) {
      int width = canvas_width(f->rows[i].value, strlen(f->rows[i].value));

      longest = width > longest ? width : longest;
    }
  room = a.cols - 3 - f->count_cols - 2 - longest;
  bar = room < bar ? room : bar;
  return bar >= 3 ? bar : 0;
}

static void
draw_facet(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct drawing *d = arg;
  const struct facet *facet = &d->f->rows[i];
  bool is_label = facet->field && !strcmp(facet->field, "label"), in;
  char count[32];
  int number = d->f->count_cols + 1, bar = is_label ? d->bar : 0, gap = a.cols >= 24;
  int name = a.cols - 3 - number - bar - gap;

  if (!facet->field) {
    canvas_fit(c, a, 0, 1, a.cols - 2, STYLE_HEAD, facet->value, strlen(facet->value));
    return;
  }
  in = facet_is_in(facet, d->filter);
  canvas_put(c, a, 0, 0, STYLE_KEY, in ? 0x25b8 : ' ');
  if (is_label && facet->number < 9)
    canvas_put(c, a, 0, 1, here ? STYLE_KEY : STYLE_DIM, '1' + facet->number);
  canvas_fit(c, a, 0, 3, name, in ? STYLE_BOLD : STYLE_NORMAL, facet->value, strlen(facet->value));
  if (bar && d->f->most)
    canvas_bar(c, a, 0, 3 + name + gap, bar, STYLE_BAR, (double)facet->n / d->f->most);
  canvas_right(c, a, 0, 3 + name + gap + bar, number - 1, facet->n ? STYLE_NORMAL : STYLE_DIM,
               frame_count(facet->n, count));
}

void
facets_draw(struct facets *f, struct canvas *c, struct area a, bool focus, const char *filter)
{
  struct drawing d = {f, filter, bar_cols(f, a)};

  f->list.quiet = true;
  list_draw(&f->list, c, a, focus, draw_facet, &d);
}
