#include "ui/facet.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/columns.h"
#include "ui/state.h"

#define AT_ONCE 5000     /* samples whose counts need no rest between */
#define SHARE 10         /* counting anew takes a tenth of a processor at most */
#define VALUES_SHOWN 5   /* of a long group */

static const struct {
  const char *field;
  const char *const *names;
  size_t n;
} fixed[N_FACET_FIXED] = {
  [FACET_STATUS] = {"status", status_names, N_STATUSES},
  [FACET_SPLIT] = {"split", split_names, N_SPLITS},
  [FACET_ORIGIN] = {"origin", origin_names, N_ORIGINS},
};
_Static_assert((int)N_STATUSES <= FACET_VALUES && (int)N_SPLITS <= FACET_VALUES && (int)N_ORIGINS <= FACET_VALUES, "room for all");

/* ---- the rows ---- */

void
facets_release(struct facets *f)
{
  for (size_t i = 0; i < f->n_open; i++)
    free(f->open[i]);
  free(f->open);
  free(f->rows);
  free(f->counted);
  free(f->filter);
  facet_counts_release(&f->counts);
}

static void
add(struct facets *f, struct facet row)
{
  GROW(f->rows, f->cap, f->n + 1);
  f->rows[f->n++] = row;
}

static void
add_labels(struct facets *f)
{
  const struct labels *labels = corpus_labels(workbench_corpus(f->w));

  f->most = 0;
  for (size_t i = 0; i < labels_count(labels); i++) {
    uint32_t n = i < f->counts.n_labels ? f->counts.labels[i] : 0;
    const char *name = label_name(labels, (uint16_t)i);

    f->most = n > f->most ? n : f->most;
    add(f, (struct facet){"label", name, NULL, name, n, (uint16_t)i});
  }
}

static void
add_fixed(struct facets *f)
{
  for (int g = 0; g < N_FACET_FIXED; g++) {
    add(f, (struct facet){.shown = fixed[g].field});
    for (size_t i = 0; i < fixed[g].n; i++)
      add(f, (struct facet){fixed[g].field, fixed[g].names[i], NULL, fixed[g].names[i], f->counts.of[g][i], LABEL_NONE});
  }
}

static size_t
open_at(const struct facets *f, const char *field)
{
  size_t i = 0;

  while (i < f->n_open && strcmp(f->open[i], field))
    i++;
  return i;
}

static struct facet_term
term_of(const struct facet *row)
{
  return (struct facet_term){row->field, row->value, row->alone};
}

/* One more than fits is shown: the row that would say so takes as much room. What is in the filter is always there. */
static void
add_group(struct facets *f, const struct facet_group *g, const char *filter)
{
  bool open = open_at(f, g->field) < f->n_open, is_long = g->n > VALUES_SHOWN + 1;
  size_t hidden = 0;

  add(f, (struct facet){.shown = g->title});
  for (size_t i = 0; i < g->n; i++) {
    const struct facet_value *v = &g->values[i];
    struct facet row = {g->field, v->value, v->alone, v->shown, v->n, LABEL_NONE};
    struct facet_term term = term_of(&row);

    if (is_long && !open && i >= VALUES_SHOWN && facet_standing(&term, filter) == FACET_FREE)
      hidden++;
    else
      add(f, row);
  }
  if (is_long && (open || hidden))
    add(f, (struct facet){.field = g->field, .n = (uint32_t)hidden, .number = LABEL_NONE});
}

static void
make_rows(struct facets *f, const char *filter)
{
  f->n = 0;
  add_labels(f);
  if (f->counts.unlabelled || strstr(filter, "unlabelled"))
    add(f, (struct facet){"label", "unlabelled", "unlabelled", "unlabelled", f->counts.unlabelled, LABEL_NONE});
  add_fixed(f);
  for (size_t i = 0; i < f->counts.n_groups; i++)
    add_group(f, &f->counts.groups[i], filter);
}

/* The rows of other counts (NULL: of these); the one that was selected is selected wherever it stands now. */
static void
renew_rows(struct facets *f, const struct facet_counts *counts)
{
  const struct facet *was = f->list.at < f->n ? &f->rows[f->list.at] : &(struct facet){0};
  char *field = was->field ? xstrdup(was->field) : NULL, *value = was->value ? xstrdup(was->value) : NULL;
  size_t at = f->list.at;

  if (counts) {
    facet_counts_release(&f->counts);
    f->counts = *counts;
  }
  make_rows(f, f->filter);
  for (size_t i = 0; value && i < f->n; i++)
    if (f->rows[i].field && f->rows[i].value && !strcmp(f->rows[i].field, field) && !strcmp(f->rows[i].value, value))
      at = i;
  list_keep(&f->list, f->n, at);
  free(field);
  free(value);
}

/* ---- counting ---- */

struct tally {
  struct facets *facets;
  struct corpus *corpus;
  struct columns *columns;
  char *filter;
  uint64_t seen, records;
  int64_t took_ms;
  bool counted, renew;
  struct facet_counts counts;
};

static void
tally_work(void *arg)
{
  struct tally *t = arg;
  int64_t from = clock_ms();

  if (t->renew) {
    struct columns *old = t->columns;

    t->columns = columns_renew(old);
    columns_free(old);
  }
  t->counted = facet_tally(t->corpus, t->columns, t->filter, NULL, &t->counts);
  t->took_ms = clock_ms() - from;
}

static void
tally_done(void *arg)
{
  struct tally *t = arg;
  struct facets *f = t->facets;

  f->working = false;
  f->seen = t->seen;
  f->records = t->records;
  f->due_ms = corpus_count(t->corpus) > AT_ONCE ? clock_ms() + SHARE * t->took_ms : 0;
  if (t->renew)
    workbench_give_columns(f->w, t->columns, t->took_ms);
  if (t->counted) {
    renew_rows(f, &t->counts);
    free(f->counted);
    f->counted = t->filter;
    t->filter = NULL;
  }
  columns_free(t->columns);
  free(t->filter);
  free(t);
}

static void
tally(struct facets *f, const char *filter)
{
  struct corpus *c = workbench_corpus(f->w);
  uint64_t records = project_records_revision(workbench_project(f->w));
  bool other = !f->counted || strcmp(f->counted, filter) || f->records != records;
  struct tally *t;

  if (f->working || (!other && f->seen == corpus_revision(c)))
    return;
  if (!other && clock_ms() < f->due_ms) {
    workbench_wake(f->w, f->due_ms);
    return;
  }
  t = xcalloc(1, sizeof *t);
  *t = (struct tally){.facets = f, .corpus = c, .filter = xstrdup(filter), .seen = corpus_revision(c), .records = records};
  t->columns = workbench_columns(f->w, &t->renew);
  f->working = true;
  workbench_work(f->w, tally_work, tally_done, t);
}

void
facets_update(struct facets *f, struct workbench *w, const char *filter)
{
  struct corpus_counts all;
  char number[32];

  f->w = w;
  if (!f->filter || strcmp(f->filter, filter)) {
    free(f->filter);
    f->filter = xstrdup(filter);
  }
  tally(f, filter);
  if (!filter[strspn(filter, " ")])
    facet_counts_all(workbench_corpus(w), &f->counts);
  renew_rows(f, NULL);
  corpus_counts(workbench_corpus(w), &all);
  f->count_cols = (int)strlen(frame_count(all.n, number));
  f->count_cols = f->count_cols < 5 ? 5 : f->count_cols;
}

/* ---- keys ---- */

void
facets_move(struct facets *f, enum move m)
{
  size_t before = f->list.at;

  list_move(&f->list, m);
  if (f->list.at < f->n && !f->rows[f->list.at].field)
    list_move(&f->list, f->list.at > before || f->list.at == 0 ? MOVE_DOWN : MOVE_UP);
}

static void
open_or_close(struct facets *f, const char *field, const char *filter)
{
  size_t i = open_at(f, field);

  if (i < f->n_open) {
    free(f->open[i]);
    f->open[i] = f->open[--f->n_open];
  } else {
    GROW(f->open, f->cap_open, f->n_open + 1);
    f->open[f->n_open++] = xstrdup(field);
  }
  make_rows(f, filter);
  list_keep(&f->list, f->n, f->list.at);
  if (f->list.at < f->n && !f->rows[f->list.at].field)
    list_go(&f->list, f->list.at - 1);
}

bool
facets_key(struct facets *f, enum facet_key key, const char *filter, struct buf *out)
{
  static void (*const ways[])(const struct facet_term *t, const char *filter, struct buf *out) = {
    [FACET_KEY_CHOOSE] = facet_choose, [FACET_KEY_ADD] = facet_add, [FACET_KEY_EXCLUDE] = facet_exclude};
  const struct facet *row = f->list.at < f->n ? &f->rows[f->list.at] : NULL;
  struct facet_term term;

  if (!row || !row->field)
    return false;
  if (!row->value) {
    open_or_close(f, row->field, filter);
    return false;
  }
  term = term_of(row);
  ways[key](&term, filter, out);
  return true;
}

/* ---- drawing ---- */

struct drawing {
  struct facets *f;
  const char *filter;
  int bar;  /* columns of the bars, 0: none */
};

static bool
is_label(const struct facet *row)
{
  return row->field && !strcmp(row->field, "label");
}

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
  for (size_t i = 0; i < f->n && is_label(&f->rows[i]); i++) {
    int width = canvas_width(f->rows[i].shown, strlen(f->rows[i].shown));

    longest = width > longest ? width : longest;
  }
  room = a.cols - 3 - f->count_cols - 2 - longest;
  bar = room < bar ? room : bar;
  return bar >= 3 ? bar : 0;
}

static void
draw_more(struct canvas *c, struct area a, const struct facet *row)
{
  char count[32];

  if (row->n)
    canvas_printf(c, a, 0, 3, STYLE_DIM, "… %s more", frame_count(row->n, count));
  else
    canvas_str(c, a, 0, 3, STYLE_DIM, "… fewer");
}

static void
draw_value(const struct drawing *d, struct canvas *c, struct area a, const struct facet *row, bool here)
{
  struct facet_term term = term_of(row);
  enum facet_standing standing = facet_standing(&term, d->filter);
  int number = d->f->count_cols + 1, bar = is_label(row) ? d->bar : 0, gap = a.cols >= 24;
  int name = a.cols - 3 - number - bar - gap;
  char count[32];

  if (standing != FACET_FREE)
    canvas_put(c, a, 0, 0, STYLE_KEY, standing == FACET_IN ? 0x25b8 : '-');
  if (row->number < 9)
    canvas_put(c, a, 0, 1, here ? STYLE_KEY : STYLE_DIM, '1' + row->number);
  canvas_fit(c, a, 0, 3, name, standing == FACET_IN ? STYLE_BOLD : standing == FACET_OUT ? STYLE_DIM : STYLE_NORMAL,
             row->shown, strlen(row->shown));
  if (bar && d->f->most && row->number != LABEL_NONE)
    canvas_bar(c, a, 0, 3 + name + gap, bar, STYLE_BAR, (double)row->n / d->f->most);
  canvas_right(c, a, 0, 3 + name + gap + bar, number - 1, row->n ? STYLE_NORMAL : STYLE_DIM, frame_count(row->n, count));
}

static void
draw_facet(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct drawing *d = arg;
  const struct facet *row = &d->f->rows[i];

  if (!row->field)
    canvas_fit(c, a, 0, 1, a.cols - 2, STYLE_HEAD, row->shown, strlen(row->shown));
  else if (!row->value)
    draw_more(c, a, row);
  else
    draw_value(d, c, a, row, here);
}

void
facets_draw(struct facets *f, struct canvas *c, struct area a, bool focus, const char *filter)
{
  struct drawing d = {f, filter, bar_cols(f, a)};

  f->list.quiet = true;
  list_draw(&f->list, c, a, focus, draw_facet, &d);
}
