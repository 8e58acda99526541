#include "corpus/count_by.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "corpus/filter_chunk.h"

/* Samples by the address of their attributes: a slot each, as many as a power of two. */
struct seen {
  const char *attributes;
  uint32_t n;
};
struct seen_map {
  struct seen *slots;
  size_t n, cap;
};

/* What one thread counted by one field. */
struct part {
  uint32_t *values;
  uint32_t none;
  struct seen_map seen;
};

struct counting {
  const struct filter *filter;
  struct count_by *by;
  size_t n_by;
  size_t n_terms;                /* the filter's terms that all samples must pass */
  const struct node **terms;
  uint32_t *owners;              /* of each, a bit for each count by the field that it asks of */
  struct part *parts;            /* n_by for each thread */
  atomic_size_t total;
};

static const char *const fields[] = {[COUNT_BY_LABEL] = "label", [COUNT_BY_STATUS] = "status",
  [COUNT_BY_SPLIT] = "split", [COUNT_BY_ORIGIN] = "origin", [COUNT_BY_TEMPLATE] = "template",
  [COUNT_BY_TEACHER] = "teacher"};

/* ---- the values there are ---- */

static const char *
value_name(const struct corpus *c, const struct count_by *k, uint32_t i)
{
  static const char *const flags[] = {"no", "yes"};

  if (k->by == COUNT_BY_ATTRIBUTE)
    return NULL;
  if (k->by != COUNT_BY_COLUMN)
    return filter_field_named(fields[k->by])->value(c, i);
  if (k->column.names)
    return i < k->column.n_names ? k->column.names[i] : NULL;
  return k->column.flag ? (i < 2 ? flags[i] : NULL) : i < 1 ? "any" : NULL;
}

static void
list_values(const struct corpus *c, struct count_by *k)
{
  size_t cap = 0;
  const char *name;

  k->values = NULL;
  k->n_values = 0;
  k->none = 0;
  arena_init(&k->names);
  while ((name = value_name(c, k, (uint32_t)k->n_values))) {
    GROW(k->values, cap, k->n_values + 1);
    k->values[k->n_values++] = (struct count_value){name, 0};
  }
}

/* ---- which terms are a field's own ---- */

static bool
asks_of(const struct node *n, const struct count_by *k)
{
  switch (k->by) {
  case COUNT_BY_ATTRIBUTE:
    return n->kind == NODE_ATTRIBUTE && !strcmp(n->name, k->name);
  case COUNT_BY_COLUMN:
    return (n->kind == NODE_COLUMN || n->kind == NODE_COLUMN_NAME || n->by_column) && !strcmp(n->name, k->name);
  case COUNT_BY_LABEL:
    if (n->kind == NODE_FLAG && !strcmp(n->field->name, "unlabelled"))
      return true;
    return n->kind == NODE_NAME && !strcmp(n->field->name, "label");
  default:
    return n->kind == NODE_NAME && !strcmp(n->field->name, fields[k->by]);
  }
}

static void
list_terms(struct counting *k)
{
  const struct node *root = k->filter->root, *first = root->kind == NODE_AND ? root->kids : root;

  for (const struct node *n = first; n; n = n->next)
    k->n_terms++;
  k->terms = xcalloc(k->n_terms, sizeof *k->terms);
  k->owners = xcalloc(k->n_terms, sizeof *k->owners);
  k->n_terms = 0;
  for (const struct node *n = first; n; n = n->next) {
    for (size_t i = 0; i < k->n_by; i++)
      k->owners[k->n_terms] |= (uint32_t)asks_of(n, &k->by[i]) << i;
    k->terms[k->n_terms++] = n;
  }
}

/* ---- counting a chunk ---- */

static void
see(struct seen_map *m, const char *attributes, uint32_t n)
{
  size_t at;

  if (2 * (m->n + 1) > m->cap) {
    struct seen_map old = *m;

    *m = (struct seen_map){.cap = old.cap ? 2 * old.cap : 256};
    m->slots = xcalloc(m->cap, sizeof *m->slots);
    for (size_t i = 0; i < old.cap; i++)
      if (old.slots[i].attributes)
        see(m, old.slots[i].attributes, old.slots[i].n);
    free(old.slots);
  }
  at = hash_mix((uintptr_t)attributes) & (m->cap - 1);
  while (m->slots[at].attributes && m->slots[at].attributes != attributes)
    at = (at + 1) & (m->cap - 1);
  m->n += !m->slots[at].attributes;
  m->slots[at].attributes = attributes;
  m->slots[at].n += n;
}

static void
count_value(struct part *p, size_t n_values, size_t value)
{
  if (value < n_values)
    p->values[value]++;
  else
    p->none++;
}

/* Does `statement` for each row `i` of the chunk that is among them. */
#define FOR_ROWS(rows, statement)                                                                                      \
  for (uint32_t word_ = 0; word_ < WALK_WORDS; word_++)                                                                \
    for (uint64_t left_ = (rows)->words[word_]; left_; left_ &= left_ - 1) {                                           \
      uint32_t i = word_ * 64 + (uint32_t)__builtin_ctzll(left_);                                                      \
                                                                                                                       \
      statement;                                                                                                       \
    }

static void
count_labels(struct walk *w, const struct rows *rows, struct part *p, size_t n_values)
{
  const struct label_ids *const *sets = walk_labels(w);

  FOR_ROWS(rows, {
    p->none += !sets[i]->n;
    for (uint32_t k = 0; k < sets[i]->n; k++)
      if (sets[i]->ids[k] < n_values)
        p->values[sets[i]->ids[k]]++;
  })
}

static void
count_column(struct walk *w, const struct rows *rows, const struct count_by *k, struct part *p)
{
  const struct column *c = &k->column;

  FOR_ROWS(rows, {
    float x = w->first + i <= c->n ? c->values[w->first + i - 1] : NAN;

    if (isnan(x) || (c->names && x < 0))
      p->none++;
    else
      count_value(p, k->n_values, c->names ? (size_t)x : c->flag ? x < 0 || x > 0 : 0);
  })
}

static void
count_attributes(struct walk *w, const struct rows *rows, struct part *p)
{
  const char *const *attributes = walk_attributes(w), *last = NULL;
  uint32_t run = 0;

  FOR_ROWS(rows, {
    if (attributes[i] != last && run) {
      see(&p->seen, last, run);
      run = 0;
    }
    last = attributes[i];
    run++;
  })
  if (run)
    see(&p->seen, last, run);
}

static void
count_rows(struct walk *w, const struct rows *rows, const struct count_by *k, struct part *p)
{
  const uint32_t *v;

  switch (k->by) {
  case COUNT_BY_LABEL:
    count_labels(w, rows, p, k->n_values);
    break;
  case COUNT_BY_STATUS:
    v = walk_numbers(w, CORPUS_BITS);
    FOR_ROWS(rows, count_value(p, k->n_values, CORPUS_BITS_STATUS(v[i])))
    break;
  case COUNT_BY_SPLIT:
    v = walk_numbers(w, CORPUS_BITS);
    FOR_ROWS(rows, count_value(p, k->n_values, CORPUS_BITS_SPLIT(v[i])))
    break;
  case COUNT_BY_ORIGIN:
    v = walk_numbers(w, CORPUS_BITS);
    FOR_ROWS(rows, count_value(p, k->n_values, CORPUS_BITS_ORIGIN(v[i])))
    break;
  case COUNT_BY_TEMPLATE:
  case COUNT_BY_TEACHER:
    v = walk_numbers(w, k->by == COUNT_BY_TEMPLATE ? CORPUS_TEMPLATE : CORPUS_TEACHER);
    FOR_ROWS(rows, count_value(p, k->n_values, v[i] ? v[i] : SIZE_MAX))
    break;
  case COUNT_BY_ATTRIBUTE:
    count_attributes(w, rows, p);
    break;
  case COUNT_BY_COLUMN:
    count_column(w, rows, k, p);
    break;
  }
}

static void
both(struct rows *a, const struct rows *b)
{
  for (size_t i = 0; i < WALK_WORDS; i++)
    a->words[i] &= b->words[i];
}

/* The rows that pass all terms but those of the count `but` (n_by: all terms). The terms that are nobody's own are
 * asked last, and only of rows that some count needs. */
static void
count_chunk(void *arg, int thread, struct walk *w, uint32_t chunk)
{
  struct counting *k = arg;
  struct rows alive, others[COUNT_BY_MAX + 1], needed = {{0}}, rows;

  (void)chunk;
  walk_alive(w, &alive);
  for (size_t i = 0; i <= k->n_by; i++)
    others[i] = alive;
  for (size_t t = 0; t < k->n_terms; t++) {
    if (!k->owners[t])
      continue;
    rows = alive;
    walk_ask(w, k->terms[t], &rows);
    for (size_t i = 0; i <= k->n_by; i++)
      if (!((uint64_t)k->owners[t] >> i & 1))
        both(&others[i], &rows);
  }
  for (size_t i = 0; i <= k->n_by; i++)
    for (size_t j = 0; j < WALK_WORDS; j++)
      needed.words[j] |= others[i].words[j];
  for (size_t t = 0; t < k->n_terms; t++)
    if (!k->owners[t])
      walk_ask(w, k->terms[t], &needed);
  for (size_t i = 0; i < k->n_by; i++) {
    both(&others[i], &needed);
    count_rows(w, &others[i], &k->by[i], &k->parts[(size_t)thread * k->n_by + i]);
  }
  both(&others[k->n_by], &needed);
  atomic_fetch_add_explicit(&k->total, rows_count(&others[k->n_by]), memory_order_relaxed);
}

/* ---- adding up ---- */

static int
compare_values(const void *a, const void *b)
{
  const struct count_value *x = a, *y = b;

  return x->n > y->n ? -1 : x->n < y->n ? 1 : strcmp(x->name, y->name);
}

/* From whole sets of attributes to the values of one. */
static void
spread_attributes(struct count_by *k, const struct seen_map *seen)
{
  struct strmap places;
  size_t cap = 0, n;

  strmap_init(&places);
  for (size_t i = 0; i < seen->cap; i++) {
    const char *value = seen->slots[i].attributes ? attribute_get(seen->slots[i].attributes, k->name, &n) : NULL;
    size_t at;

    if (!value) {
      k->none += seen->slots[i].n;
      continue;
    }
    at = (size_t)strmap_get(&places, value, n, (int64_t)k->n_values);
    if (at == k->n_values) {
      strmap_put(&places, value, n, (int64_t)at);
      GROW(k->values, cap, k->n_values + 1);
      k->values[k->n_values++] = (struct count_value){arena_strndup(&k->names, value, n), 0};
    }
    k->values[at].n += seen->slots[i].n;
  }
  strmap_release(&places);
  if (k->n_values)
    qsort(k->values, k->n_values, sizeof *k->values, compare_values);
}

static void
add_up(struct counting *k, size_t i, int n_threads)
{
  struct count_by *by = &k->by[i];
  struct seen_map seen = {0};

  for (int t = 0; t < n_threads; t++) {
    const struct part *p = &k->parts[(size_t)t * k->n_by + i];

    for (size_t v = 0; v < by->n_values; v++)
      by->values[v].n += p->values[v];
    by->none += p->none;
    for (size_t s = 0; s < p->seen.cap; s++)
      if (p->seen.slots[s].attributes)
        see(&seen, p->seen.slots[s].attributes, p->seen.slots[s].n);
  }
  if (by->by == COUNT_BY_ATTRIBUTE)
    spread_attributes(by, &seen);
  free(seen.slots);
}

int
filter_count_by(struct filter *f, struct stop *stop, struct count_by *by, size_t n_by, size_t *total)
{
  struct counting k = {.filter = f, .by = by, .n_by = n_by};
  uint32_t last = corpus_count(f->corpus);
  int n_threads = walk_threads(last), rc;

  ensure(n_by <= COUNT_BY_MAX);
  list_terms(&k);
  k.parts = xcalloc((size_t)n_threads * n_by, sizeof *k.parts);
  for (size_t i = 0; i < n_by; i++) {
    list_values(f->corpus, &by[i]);
    for (int t = 0; t < n_threads; t++)
      k.parts[(size_t)t * n_by + i].values = xcalloc(by[i].n_values, sizeof(uint32_t));
  }
  rc = walk_all(f, last, stop, count_chunk, &k);
  for (size_t i = 0; i < n_by && rc == 0; i++)
    add_up(&k, i, n_threads);
  for (size_t i = 0; i < (size_t)n_threads * n_by; i++) {
    free(k.parts[i].values);
    free(k.parts[i].seen.slots);
  }
  free(k.parts);
  free(k.terms);
  free(k.owners);
  if (rc < 0)
    count_by_release(by, n_by);
  if (total)
    *total = rc < 0 ? 0 : atomic_load(&k.total);
  return rc;
}

void
count_by_release(struct count_by *by, size_t n_by)
{
  for (size_t i = 0; i < n_by; i++) {
    free(by[i].values);
    by[i].values = NULL;
    by[i].n_values = 0;
    by[i].none = 0;
    arena_release(&by[i].names);
  }
}
