#include "corpus/filter_chunk.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MANY_CHUNKS 8u          /* from here on threads are worth their start */

size_t
rows_count(const struct rows *rows)
{
  size_t n = 0;

  for (size_t i = 0; i < WALK_WORDS; i++)
    n += (size_t)__builtin_popcountll(rows->words[i]);
  return n;
}

static bool
is_empty(const struct rows *rows)
{
  uint64_t any = 0;

  for (size_t i = 0; i < WALK_WORDS; i++)
    any |= rows->words[i];
  return !any;
}

/* Keeps those of the rows for which the expression, of row `i`, is true. All rows of a word that is wanted are asked:
 * what is asked is cheaper than to pick them. */
#define KEEP_IF(w, rows, expression)                                                                                   \
  for (uint32_t word_ = 0; word_ * 64 < (w)->n; word_++) {                                                             \
    uint64_t kept_ = 0;                                                                                                \
    uint32_t end_ = (w)->n - word_ * 64 < 64 ? (w)->n - word_ * 64 : 64;                                               \
                                                                                                                       \
    if (!(rows)->words[word_])                                                                                         \
      continue;                                                                                                        \
    for (uint32_t bit_ = 0; bit_ < end_; bit_++) {                                                                     \
      uint32_t i = word_ * 64 + bit_;                                                                                  \
                                                                                                                       \
      kept_ |= (uint64_t)(expression) << bit_;                                                                         \
    }                                                                                                                  \
    (rows)->words[word_] &= kept_;                                                                                     \
  }

/* ---- the walk ---- */

struct walk *
walk_new(const struct filter *f)
{
  struct walk *w = xmalloc(sizeof *w);

  w->filter = f;
  w->room = regex_room_new();
  return w;
}

void
walk_free(struct walk *w)
{
  if (!w)
    return;
  regex_room_free(w->room);
  free(w);
}

void
walk_to(struct walk *w, uint32_t chunk, uint32_t last)
{
  w->first = chunk * CORPUS_CHUNK + 1;
  w->n = last - w->first + 1 < CORPUS_CHUNK ? last - w->first + 1 : CORPUS_CHUNK;
  memset(w->has_numbers, 0, sizeof w->has_numbers);
  w->has_labels = w->has_attributes = w->has_texts = false;
}

const uint32_t *
walk_numbers(struct walk *w, enum corpus_number which)
{
  if (!w->has_numbers[which])
    corpus_read_numbers(w->filter->corpus, which, w->first, w->n, w->numbers[which]);
  w->has_numbers[which] = true;
  return w->numbers[which];
}

const struct label_ids *const *
walk_labels(struct walk *w)
{
  if (!w->has_labels)
    corpus_read_labels(w->filter->corpus, w->first, w->n, w->labels);
  w->has_labels = true;
  return w->labels;
}

const char *const *
walk_attributes(struct walk *w)
{
  if (!w->has_attributes)
    corpus_read_attributes(w->filter->corpus, w->first, w->n, w->attributes);
  w->has_attributes = true;
  return w->attributes;
}

void
walk_alive(struct walk *w, struct rows *rows)
{
  const uint32_t *bits = walk_numbers(w, CORPUS_BITS);

  memset(rows, 0xff, sizeof *rows);
  KEEP_IF(w, rows, !CORPUS_BITS_GONE(bits[i]));
  for (uint32_t i = (w->n + 63) / 64; i < WALK_WORDS; i++)
    rows->words[i] = 0;
}

/* ---- asking a node ---- */

/* Few label sets and few sets of attributes, each many times: what was said of one is kept under its address. */
#define ANSWERS 256u
struct answers {
  const void *of[ANSWERS];
  bool is[ANSWERS];
};

/* Where the answer about what lies there stands; *known tells if there is one. */
static bool *
answer_about(struct answers *k, const void *what, bool *known)
{
  size_t at = (uintptr_t)what * UINT64_C(0x9e3779b97f4a7c15) >> 56;

  *known = k->of[at] == what;
  k->of[at] = what;
  return &k->is[at];
}

static bool
labels_pass(struct answers *k, const struct node *n, const struct label_ids *set)
{
  bool known, *is = answer_about(k, set, &known);

  if (!known)
    *is = filter_test(n, &(struct sample){.labels = set->ids, .n_labels = set->n}, NULL);
  return *is;
}

static bool
attributes_pass(struct answers *k, const struct node *n, const char *attributes)
{
  bool known, *is = answer_about(k, attributes, &known);

  if (!known)
    *is = filter_test(n, &(struct sample){.attributes = attributes}, NULL);
  return *is;
}

static void
ask_labels(struct walk *w, const struct node *n, struct rows *rows)
{
  const struct label_ids *const *sets = walk_labels(w);
  struct answers k = {.of = {NULL}};

  KEEP_IF(w, rows, labels_pass(&k, n, sets[i]));
}

static void
ask_attributes(struct walk *w, const struct node *n, struct rows *rows)
{
  const char *const *attributes = walk_attributes(w);
  struct answers k = {.of = {NULL}};

  KEEP_IF(w, rows, attributes_pass(&k, n, attributes[i]));
}

static void
ask_number(struct walk *w, const struct node *n, struct rows *rows)
{
  enum corpus_number which = n->reads == FILTER_READS_TEMPLATE ? CORPUS_TEMPLATE
    : n->reads == FILTER_READS_TEACHER ? CORPUS_TEACHER
    : n->reads == FILTER_READS_REQUEST ? CORPUS_REQUEST : CORPUS_PARENT;
  const uint32_t *v = walk_numbers(w, which);

  /* Only one of them is looked at. */
  KEEP_IF(w, rows, filter_test(n, &(struct sample){.template_id = v[i], .teacher_id = v[i], .request_id = v[i],
                                                   .parent_id = v[i]}, NULL));
}

static void
ask_bits(struct walk *w, const struct node *n, struct rows *rows)
{
  const uint32_t *bits = walk_numbers(w, CORPUS_BITS);

  KEEP_IF(w, rows, n->passes[bits[i] % CORPUS_BITS_MAX]);
}

/* What depends on the id alone. */
static void
ask_ids(struct walk *w, const struct node *n, struct rows *rows)
{
  KEEP_IF(w, rows, filter_test(n, &(struct sample){.id = w->first + i}, NULL));
}

static void
ask_each(struct walk *w, const struct node *n, struct rows *rows)
{
  struct sample s;

  for (size_t i = 0; i < WALK_WORDS; i++)
    for (uint64_t word = rows->words[i]; word; word &= word - 1) {
      uint32_t bit = (uint32_t)__builtin_ctzll(word);

      corpus_get(w->filter->corpus, w->first + (uint32_t)i * 64 + bit, &s);
      if (!filter_test(n, &s, w->room))
        rows->words[i] &= ~(UINT64_C(1) << bit);
    }
}

static void
ask_leaf(struct walk *w, const struct node *n, struct rows *rows)
{
  switch (n->reads) {
  case FILTER_READS_BITS:
    ask_bits(w, n, rows);
    break;
  case FILTER_READS_LABELS:
    ask_labels(w, n, rows);
    break;
  case FILTER_READS_ATTRIBUTES:
    ask_attributes(w, n, rows);
    break;
  case FILTER_READS_TEMPLATE:
  case FILTER_READS_TEACHER:
  case FILTER_READS_REQUEST:
  case FILTER_READS_PARENT:
    ask_number(w, n, rows);
    break;
  case FILTER_READS_SAMPLE:
    ask_each(w, n, rows);
    break;
  }
}

/* rows that none of the kids lets through go. */
static void
ask_any(struct walk *w, const struct node *n, struct rows *rows)
{
  struct rows left = *rows, some;

  for (const struct node *kid = n->kids; kid && !is_empty(&left); kid = kid->next) {
    some = left;
    walk_ask(w, kid, &some);
    for (size_t i = 0; i < WALK_WORDS; i++)
      left.words[i] &= ~some.words[i];
  }
  for (size_t i = 0; i < WALK_WORDS; i++)
    rows->words[i] &= ~left.words[i];
}

static void
ask_not(struct walk *w, const struct node *n, struct rows *rows)
{
  struct rows some = *rows;

  walk_ask(w, n->kids, &some);
  for (size_t i = 0; i < WALK_WORDS; i++)
    rows->words[i] &= ~some.words[i];
}

void
walk_ask(struct walk *w, const struct node *n, struct rows *rows)
{
  if (is_empty(rows))
    return;
  switch (n->kind) {
  case NODE_ALL:
    break;
  case NODE_AND:
    for (const struct node *kid = n->kids; kid; kid = kid->next)
      walk_ask(w, kid, rows);
    break;
  case NODE_OR:
    ask_any(w, n, rows);
    break;
  case NODE_NOT:
    ask_not(w, n, rows);
    break;
  case NODE_TEXT:
    walk_ask_needle(w, &n->needle, rows);
    break;
  case NODE_COLUMN:
  case NODE_COLUMN_NAME:
  case NODE_IDS:
    ask_ids(w, n, rows);
    break;
  case NODE_NUMBER:
    if (n->by_column)
      ask_ids(w, n, rows);
    else
      ask_leaf(w, n, rows);
    break;
  case NODE_REGEX:
    walk_ask_regex(w, n->regex, rows);
    break;
  case NODE_NAME:
  case NODE_FLAG:
  case NODE_ATTRIBUTE:
    ask_leaf(w, n, rows);
    break;
  }
}

/* ---- all chunks ---- */

struct share {
  const struct filter *filter;
  uint32_t last;
  struct stop *stop;
  void (*work)(void *arg, int thread, struct walk *w, uint32_t chunk);
  void *arg;
  atomic_uint next;              /* the next chunk that nobody has taken */
  atomic_bool stopped;
};

static uint32_t
chunks_of(uint32_t last)
{
  return last / CORPUS_CHUNK + (last % CORPUS_CHUNK > 0);
}

static void
walk_share(void *arg, int thread, int n_threads)
{
  struct share *s = arg;
  struct walk *w = walk_new(s->filter);
  uint32_t chunk;

  (void)n_threads;
  while ((chunk = atomic_fetch_add(&s->next, 1)) < chunks_of(s->last)) {
    if (stop_wanted(s->stop)) {
      atomic_store(&s->stopped, true);
      break;
    }
    walk_to(w, chunk, s->last);
    s->work(s->arg, thread, w, chunk);
  }
  walk_free(w);
}

int
walk_threads(uint32_t last)
{
  return chunks_of(last) < MANY_CHUNKS ? 1 : pool_threads(0);
}

int
walk_all(const struct filter *f, uint32_t last, struct stop *stop,
         void (*work)(void *arg, int thread, struct walk *w, uint32_t chunk), void *arg)
{
  struct share s = {.filter = f, .last = last, .stop = stop, .work = work, .arg = arg};

  pool_run(walk_threads(last), walk_share, &s);
  return atomic_load(&s.stopped) ? -1 : 0;
}

struct finding {
  struct rows *rows;             /* one a chunk */
  atomic_size_t n;
};

static void
find_rows(void *arg, int thread, struct walk *w, uint32_t chunk)
{
  struct finding *k = arg;
  struct rows rows;

  (void)thread;
  walk_alive(w, &rows);
  walk_ask(w, w->filter->root, &rows);
  k->rows[chunk] = rows;
  atomic_fetch_add_explicit(&k->n, rows_count(&rows), memory_order_relaxed);
}

uint64_t *
filter_rows(struct filter *f, uint32_t last, struct stop *stop, size_t *n)
{
  struct finding k = {.rows = xmalloc(((size_t)chunks_of(last) + 1) * sizeof *k.rows)};

  *n = 0;
  if (walk_all(f, last, stop, find_rows, &k) < 0) {
    free(k.rows);
    return NULL;
  }
  *n = atomic_load(&k.n);
  return (uint64_t *)k.rows;
}
