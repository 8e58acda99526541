#include "generate/steer.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/normal.h"

/* What is known of a cell besides: its newest texts, and how many requests in a row gave nothing. */
struct notes {
  uint32_t newest[STEER_TEXTS];
  uint32_t n_texts, n_barren;
};
struct pairs {
  uint64_t *v;
  size_t n, cap;
  struct buf text;
};

int
steer_value(const struct prompty *t, size_t attribute, const char *attributes)
{
  const struct prompty_attribute *a = &t->attributes[attribute];
  size_t n;
  const char *value = attribute_get(attributes, a->name, &n);

  for (size_t v = 0; value && v < a->n; v++)
    if (strncmp(a->values[v], value, n) == 0 && a->values[v][n] == '\0')
      return (int)v;
  return -1;
}

struct steer_cell *
steer_cell(const struct steer *s, uint32_t label, size_t attribute, size_t value)
{
  ensure(label < s->n_labels && s->first[attribute] + value < s->first[attribute + 1]);
  return &s->cells[label * s->width + s->first[attribute] + value];
}

struct steer_cell *
steer_label(const struct steer *s, uint32_t label)
{
  ensure(label < s->n_labels);
  return &s->cells[label * s->width + s->width - 1];
}

/* ---- what came of each request ---- */

static int
compare_ids(const void *id, const void *row)
{
  uint32_t x = *(const uint32_t *)id, y = ((const struct request_row *)row)->id;

  return x < y ? -1 : x > y;
}

/* The places of a row's cells within its label's; the label itself is the last. Returns how many. */
static size_t
places_of(const struct steer *s, const struct request_row *row, size_t *places)
{
  size_t n = 0;

  for (size_t a = 0; a < s->prompty->n_attributes; a++) {
    int v = steer_value(s->prompty, a, row->attributes);

    if (v >= 0)
      places[n++] = s->first[a] + (size_t)v;
  }
  places[n++] = s->width - 1;
  return n;
}

/* Samples of each request; notes their ids in its cells. To be freed. */
static uint32_t *
count_kept(const struct steer *s, const struct corpus *c, const struct request_row *rows, size_t n_rows,
           struct notes *notes)
{
  uint32_t *kept = xcalloc(n_rows + 1, sizeof *kept);
  size_t places[PROMPTY_ATTRIBUTES + 1], n;
  struct sample sample;

  for (uint32_t id = 1, last = corpus_count(c); n_rows > 0 && id <= last; id++) {
    const struct request_row *row;

    if (!corpus_get(c, id, &sample) || sample.request_id < rows[0].id)
      continue;
    row = bsearch(&sample.request_id, rows, n_rows, sizeof *rows, compare_ids);
    if (!row || row->label >= s->n_labels)
      continue;
    kept[row - rows]++;
    n = places_of(s, row, places);
    for (size_t i = 0; i < n; i++) {
      struct notes *cell = &notes[row->label * s->width + places[i]];

      cell->newest[cell->n_texts++ % STEER_TEXTS] = id;
    }
  }
  return kept;
}

static void
count_rows(struct steer *s, const struct request_row *rows, size_t n_rows, const uint32_t *kept, struct notes *notes)
{
  size_t places[PROMPTY_ATTRIBUTES + 1], n;

  for (size_t i = 0; i < n_rows; i++) {
    const struct request_row *row = &rows[i];

    if (row->label >= s->n_labels || (row->cached && kept[i] == 0))
      continue;   /* what another job asked for brings doubles, and says nothing of what is new */
    n = places_of(s, row, places);
    for (size_t k = 0; k < n; k++) {
      size_t at = row->label * s->width + places[k];

      s->cells[at].asked += row->wanted;
      s->cells[at].kept += kept[i];
      notes[at].n_barren = kept[i] > 0 ? 0 : notes[at].n_barren + 1;
    }
  }
}

/* ---- diversity ---- */

static int
compare_hashes(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return x < y ? -1 : x > y;
}

static void
add_pairs(struct pairs *p, const char *text, size_t n)
{
  uint64_t before = 0;
  bool first = true;

  buf_clear(&p->text);
  normal_add(&p->text, text, n);
  for (const char *at = buf_str(&p->text), *end; *at; at = *end ? end + 1 : end, first = false) {
    uint64_t word;

    end = at + strcspn(at, " ");
    word = hash_bytes(at, (size_t)(end - at), 0);
    if (!first) {
      GROW(p->v, p->cap, p->n + 1);
      p->v[p->n++] = hash_mix(before) + word;
    }
    before = word;
  }
}

/* Different pairs of words by all, of the cell's newest texts; below 0: too few texts to say. */
static double
distinct_2(struct pairs *p, const struct corpus *c, const struct notes *notes)
{
  uint32_t n = notes->n_texts < STEER_TEXTS ? notes->n_texts : STEER_TEXTS, different = 0;
  struct sample s;

  p->n = 0;
  for (uint32_t i = 0; i < n; i++)
    if (corpus_get(c, notes->newest[i], &s)) {
      add_pairs(p, s.text, s.n_text);
      if (s.text2)
        add_pairs(p, s.text2, s.n_text2);
    }
  if (p->n == 0)
    return -1;
  qsort(p->v, p->n, sizeof *p->v, compare_hashes);
  for (size_t i = 0; i < p->n; i++)
    different += i == 0 || p->v[i] != p->v[i - 1];
  return (double)different / (double)p->n;
}

/* ---- the figures ---- */

static double
at_most_one(double x)
{
  return x < 1 ? x : 1;
}

/* Doubles of a cell: of the coverage, which knows what was dropped. */
static const struct coverage_cell *
covered(const struct steer *s, uint32_t label, size_t place)
{
  int l = coverage_label(&s->coverage, (uint16_t)label);

  if (l < 0)
    return NULL;
  for (size_t a = 0; a < s->prompty->n_attributes; a++)
    if (place >= s->first[a] && place < s->first[a + 1]) {
      int i = coverage_attribute(&s->coverage, s->prompty->attributes[a].name);

      return i < 0 ? NULL : coverage_at(&s->coverage.attributes[i], (size_t)l, place - s->first[a]);
    }
  return &s->coverage.totals[l];
}

/* prior: what one request more is believed to bring: the label's figures. */
static void
judge(struct steer *s, const struct corpus *c, struct pairs *p, uint32_t label, size_t place, const struct notes *notes,
      const struct steer_cell *prior)
{
  struct steer_cell *cell = &s->cells[label * s->width + place];
  const struct coverage_cell *figures = covered(s, label, place);
  double count = s->prompty->count, doubles = figures ? figures->near_duplicates : 0, texts = cell->kept + doubles;
  double d2 = distinct_2(p, c, notes), n = notes->n_texts < STEER_TEXTS ? notes->n_texts : STEER_TEXTS;

  cell->barren = notes->n_barren >= STEER_BARREN;
  cell->yield = at_most_one((cell->kept + count * prior->yield) / (cell->asked + count));
  cell->diversity = at_most_one((d2 < 0 ? prior->diversity : (n * d2 + count * prior->diversity) / (n + count)) *
                                ((texts - doubles + count) / (texts + count)));
  cell->score = 1 - cell->yield * cell->diversity;
  if (cell->score < STEER_LEAST)
    cell->score = STEER_LEAST;
}

int
steer_load(struct steer *s, const struct blueprint *b, uint32_t job_id, const struct request_row *rows,
           size_t n_rows, struct err *e)
{
  static const struct steer_cell perfect = {.yield = 1, .diversity = 1};
  const struct corpus *c = project_corpus(b->project);
  struct pairs pairs = {.text = BUF_INIT};
  struct notes *notes;
  uint32_t *kept;

  *s = (struct steer){.prompty = &b->prompty, .n_labels = b->n_labels};
  if (coverage_load(&s->coverage, b->project, job_id, e) < 0)
    return -1;
  for (size_t a = 0; a < b->prompty.n_attributes; a++)
    s->first[a + 1] = s->first[a] + b->prompty.attributes[a].n;
  s->width = s->first[b->prompty.n_attributes] + 1;
  s->cells = xcalloc(s->n_labels * s->width + 1, sizeof *s->cells);
  notes = xcalloc(s->n_labels * s->width + 1, sizeof *notes);
  kept = count_kept(s, c, rows, n_rows, notes);
  count_rows(s, rows, n_rows, kept, notes);
  for (uint32_t label = 0; label < s->n_labels; label++) {
    const struct notes *of_label = &notes[label * s->width];

    judge(s, c, &pairs, label, s->width - 1, &of_label[s->width - 1], &perfect);
    for (size_t place = 0; place + 1 < s->width; place++)
      judge(s, c, &pairs, label, place, &of_label[place], steer_label(s, label));
  }
  free(notes);
  free(kept);
  free(pairs.v);
  buf_release(&pairs.text);
  return 0;
}

void
steer_release(struct steer *s)
{
  coverage_release(&s->coverage);
  free(s->cells);
  *s = (struct steer){0};
}
