#include "ui/facet.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/columns.h"
#include "corpus/filter.h"
#include "ui/state.h"

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

/* The filter without its terms of a field. */
static void
without(const char *field, const char *filter, struct buf *out)
{
  size_t n_field = strlen(field);

  for (const char *s = filter + strspn(filter, " "); *s; s = term_end(s), s += strspn(s, " ")) {
    if (!strncmp(s, field, n_field) && s[n_field] == ':')
      continue;
    buf_addf(out, "%s%.*s", out->n ? " " : "", (int)(term_end(s) - s), s);
  }
}

void
facet_toggle(const struct facet *facet, const char *filter, struct buf *out)
{
  bool was = facet_is_in(facet, filter);

  without(facet->field, filter, out);
  if (was)
    return;
  if (out->n)
    buf_addc(out, ' ');
  term_of(facet, out);
}

/* ---- counting ---- */

#define AT_ONCE 5000   /* samples that are counted within a frame */

static const struct {
  const char *field;
  const char *const *names;
  size_t n;
} groups[N_FACET_GROUPS] = {
  [FACET_STATUS] = {"status", status_names, N_STATUSES},
  [FACET_SPLIT] = {"split", split_names, N_SPLITS},
  [FACET_ORIGIN] = {"origin", origin_names, N_ORIGINS},
};
_Static_assert((int)N_STATUSES <= FACET_VALUES && (int)N_SPLITS <= FACET_VALUES && (int)N_ORIGINS <= FACET_VALUES, "room for all");

struct tally {
  struct facets *facets;
  struct project *project;
  const struct corpus *corpus;
  char *filter;
  uint64_t seen;
  struct facet_counts counts;
};

/* All samples: the corpus knows. */
static void
count_all(struct tally *t)
{
  struct corpus_counts all;

  corpus_counts(t->corpus, &all);
  memcpy(t->counts.of[FACET_STATUS], all.status, sizeof all.status);
  memcpy(t->counts.of[FACET_SPLIT], all.split, sizeof all.split);
  memcpy(t->counts.of[FACET_ORIGIN], all.origin, sizeof all.origin);
  for (size_t i = 0; i < t->counts.n_labels; i++)
    for (int s = 0; s < N_STATUSES; s++)
      t->counts.labels[i] += corpus_label_count(t->corpus, (uint16_t)i, (enum status)s);
}

/* One sample, for the group; N_FACET_GROUPS is the labels. */
static void
count_sample(struct tally *t, int group, const struct sample *s)
{
  switch (group) {
  case FACET_STATUS: t->counts.of[group][s->status]++; break;
  case FACET_SPLIT: t->counts.of[group][s->split]++; break;
  case FACET_ORIGIN: t->counts.of[group][s->origin]++; break;
  default:
    for (uint32_t i = 0; i < s->n_labels; i++)
      if (s->labels[i] < t->counts.n_labels)
        t->counts.labels[s->labels[i]]++;
  }
}

static void
count_group(struct tally *t, int group, const struct filter_provider *provider)
{
  struct buf filter = BUF_INIT;
  uint32_t *ids = NULL;
  size_t n = 0;
  struct sample s;

  without(group < N_FACET_GROUPS ? groups[group].field : "label", t->filter, &filter);
  /* What was cut out of brackets or of an `or` may not be a filter any more: then all of it counts. */
  if (filter_ids(t->corpus, buf_str(&filter), provider, &ids, &n, NULL) < 0 &&
      filter_ids(t->corpus, t->filter, provider, &ids, &n, NULL) < 0)
    n = 0;
  for (size_t i = 0; i < n; i++)
    if (corpus_get(t->corpus, ids[i], &s))
      count_sample(t, group, &s);
  free(ids);
  buf_release(&filter);
}

static void
tally_work(void *arg)
{
  struct tally *t = arg;
  struct columns *columns;

  if (!*t->filter) {
    count_all(t);
    return;
  }
  columns = columns_new(t->project);
  for (int group = 0; group <= N_FACET_GROUPS; group++)
    count_group(t, group, columns_provider(columns));
  columns_free(columns);
}

static void
tally_done(void *arg)
{
  struct tally *t = arg;
  struct facets *f = t->facets;

  f->working = false;
  free(f->counted);
  free(f->counts.labels);
  f->counted = t->filter;
  f->counts = t->counts;
  f->seen = t->seen;
  free(t);
}

static void
tally(struct facets *f, struct workbench *w, const char *filter)
{
  struct corpus *c = workbench_corpus(w);
  struct tally *t;

  if (f->working || (f->counted && !strcmp(f->counted, filter) && f->seen == corpus_revision(c)))
    return;
  t = xcalloc(1, sizeof *t);
  *t = (struct tally){.facets = f, .project = workbench_project(w), .corpus = c, .filter = xstrdup(filter),
                      .seen = corpus_revision(c)};
  t->counts.n_labels = labels_count(corpus_labels(c));
  t->counts.labels = xcalloc(t->counts.n_labels + 1, sizeof *t->counts.labels);
  f->working = true;
  if (*filter && corpus_count(c) > AT_ONCE) {
    workbench_work(w, tally_work, tally_done, t);
    return;
  }
  tally_work(t);
  tally_done(t);
}

/* ---- the rows ---- */

void
facets_release(struct facets *f)
{
  free(f->rows);
  free(f->counted);
  free(f->counts.labels);
}

static void
add(struct facets *f, const char *field, const char *value, uint32_t n, uint16_t number)
{
  GROW(f->rows, f->cap, f->n + 1);
  f->rows[f->n++] = (struct facet){field, value, n, number};
}

void
facets_update(struct facets *f, struct workbench *w, const char *filter)
{
  const struct labels *labels = corpus_labels(workbench_corpus(w));
  struct corpus_counts counts;
  char number[32];

  tally(f, w, filter);
  corpus_counts(workbench_corpus(w), &counts);
  f->n = 0;
  f->most = 0;
  for (size_t i = 0; i < labels_count(labels); i++) {
    uint32_t n = i < f->counts.n_labels ? f->counts.labels[i] : 0;

    f->most = n > f->most ? n : f->most;
    add(f, "label", label_name(labels, (uint16_t)i), n, (uint16_t)i);
  }
  for (int group = 0; group < N_FACET_GROUPS; group++) {
    add(f, NULL, groups[group].field, 0, 0);
    for (size_t i = 0; i < groups[group].n; i++)
      add(f, groups[group].field, groups[group].names[i], f->counts.of[group][i], 0);
  }
  f->count_cols = (int)strlen(frame_count(counts.n, number));
  f->count_cols = f->count_cols < 5 ? 5 : f->count_cols;
  list_keep(&f->list, f->n, f->list.at);
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
