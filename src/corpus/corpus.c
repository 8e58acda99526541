#include "corpus/corpus.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "corpus/change.h"
#include "corpus/moves.h"
#include "corpus/table.h"
#include "corpus/texts.h"

#define CHUNK CORPUS_CHUNK
#define CHUNKS (CORPUS_MAX / CHUNK + 1)
#define MAX_WATCHERS 16

static const struct label_ids no_labels;

/* 52 bytes a row. */
struct chunk {
  atomic_bool has_text2;                 /* some row has, or had */
  _Atomic(const char *) text[CHUNK], text2[CHUNK], attributes[CHUNK];
  _Atomic(const struct label_ids *) labels[CHUNK];
  atomic_uint numbers[N_CORPUS_NUMBERS][CHUNK];
};

enum { COUNT_N, COUNT_GONE, COUNT_UNLABELLED, COUNT_USABLE, COUNT_STATUS, COUNT_SPLIT = COUNT_STATUS + N_STATUSES,
       COUNT_ORIGIN = COUNT_SPLIT + N_SPLITS, N_COUNTS = COUNT_ORIGIN + N_ORIGINS };

struct corpus {
  enum task task;
  struct labels *labels;
  _Atomic(struct chunk *) *chunks; /* CHUNKS of them: the table itself never moves, and untouched pages cost nothing */
  atomic_uint n;
  struct moves moves;                     /* the revision is how many there were */
  atomic_uint counts[N_COUNTS];
  atomic_uint (*label_counts)[N_STATUSES];
  struct table names[N_NAMES];
  atomic_uint n_names[N_NAMES];
  /* the writer's */
  struct texts texts;
  struct arena arena;                    /* names, label sets, attributes */
  struct strmap sets, attributes;        /* content to address */
  uint32_t n_staged;                     /* rows behind the last one that nobody sees yet */
  /* watchers */
  pthread_mutex_t watch_lock;
  int watchers[MAX_WATCHERS];
  size_t n_watchers;
};

struct corpus *
corpus_new(enum task task)
{
  struct corpus *c = xcalloc(1, sizeof *c);

  c->task = task;
  c->labels = labels_new();
  c->chunks = xcalloc(CHUNKS, sizeof *c->chunks);
  c->label_counts = xcalloc(LABEL_MAX, sizeof *c->label_counts);
  moves_init(&c->moves);
  texts_init(&c->texts);
  arena_init(&c->arena);
  strmap_init(&c->sets);
  strmap_init(&c->attributes);
  pthread_mutex_init(&c->watch_lock, NULL);
  return c;
}

void
corpus_free(struct corpus *c)
{
  if (!c)
    return;
  for (size_t i = 0; i < CHUNKS && c->chunks[i]; i++)
    free(c->chunks[i]);
  free((void *)c->chunks);
  free((void *)c->label_counts);
  moves_release(&c->moves);
  for (int i = 0; i < N_NAMES; i++)
    table_release(&c->names[i]);
  labels_free(c->labels);
  texts_release(&c->texts);
  arena_release(&c->arena);
  strmap_release(&c->sets);
  strmap_release(&c->attributes);
  pthread_mutex_destroy(&c->watch_lock);
  free(c);
}

enum task
corpus_task(const struct corpus *c)
{
  return c->task;
}

const struct labels *
corpus_labels(const struct corpus *c)
{
  return c->labels;
}

uint32_t
corpus_count(const struct corpus *c)
{
  return atomic_load_explicit(&((struct corpus *)c)->n, memory_order_acquire);
}

uint64_t
corpus_revision(const struct corpus *c)
{
  return moves_count(&c->moves);
}

size_t
corpus_moved(const struct corpus *c, uint64_t since, uint64_t *now, uint32_t *ids, size_t max)
{
  return moves_since(&c->moves, since, now, ids, max);
}

/* ---- reading ---- */

static struct chunk *
chunk_of(const struct corpus *c, uint32_t row)
{
  return atomic_load_explicit(&c->chunks[row / CHUNK], memory_order_acquire);
}

static uint32_t
number(struct chunk *k, enum corpus_number which, uint32_t at)
{
  return atomic_load_explicit(&k->numbers[which][at], memory_order_relaxed);
}

static void
copy_row(struct chunk *k, uint32_t at, uint32_t id, struct sample *s)
{
  const struct label_ids *set = atomic_load_explicit(&k->labels[at], memory_order_acquire);
  uint32_t bits = number(k, CORPUS_BITS, at);

  *s = (struct sample){
    .id = id,
    .text = atomic_load_explicit(&k->text[at], memory_order_acquire),
    .text2 = atomic_load_explicit(&k->text2[at], memory_order_acquire),
    .labels = set->ids,
    .n_labels = set->n,
    .split = CORPUS_BITS_SPLIT(bits),
    .origin = CORPUS_BITS_ORIGIN(bits),
    .status = CORPUS_BITS_STATUS(bits),
    .gone = CORPUS_BITS_GONE(bits),
    .template_id = number(k, CORPUS_TEMPLATE, at),
    .teacher_id = number(k, CORPUS_TEACHER, at),
    .request_id = number(k, CORPUS_REQUEST, at),
    .parent_id = number(k, CORPUS_PARENT, at),
    .attributes = atomic_load_explicit(&k->attributes[at], memory_order_acquire),
  };
  s->n_text = texts_length(s->text);
  s->n_text2 = texts_length(s->text2);
}

bool
corpus_get(const struct corpus *c, uint32_t id, struct sample *s)
{
  if (id == 0 || id > corpus_count(c))
    return false;
  copy_row(chunk_of(c, id - 1), (id - 1) % CHUNK, id, s);
  return !s->gone;
}

/* ---- columns ---- */

/* The rows lie in one chunk. */
static struct chunk *
chunk_with(const struct corpus *c, uint32_t first, uint32_t n)
{
  ensure(first > 0 && n <= CHUNK - (first - 1) % CHUNK && first - 1 + n <= corpus_count(c));
  return chunk_of(c, first - 1);
}

void
corpus_read_numbers(const struct corpus *c, enum corpus_number which, uint32_t first, uint32_t n, uint32_t *out)
{
  struct chunk *k = chunk_with(c, first, n);

  for (uint32_t i = 0; i < n; i++)
    out[i] = number(k, which, (first - 1) % CHUNK + i);
}

void
corpus_read_labels(const struct corpus *c, uint32_t first, uint32_t n, const struct label_ids **out)
{
  struct chunk *k = chunk_with(c, first, n);

  for (uint32_t i = 0; i < n; i++)
    out[i] = atomic_load_explicit(&k->labels[(first - 1) % CHUNK + i], memory_order_acquire);
}

void
corpus_read_attributes(const struct corpus *c, uint32_t first, uint32_t n, const char **out)
{
  struct chunk *k = chunk_with(c, first, n);

  for (uint32_t i = 0; i < n; i++)
    out[i] = atomic_load_explicit(&k->attributes[(first - 1) % CHUNK + i], memory_order_acquire);
}

size_t
corpus_read_texts(const struct corpus *c, uint32_t first, uint32_t n, const char **texts, uint16_t *rows)
{
  struct chunk *k = chunk_with(c, first, n);
  uint32_t at = (first - 1) % CHUNK;
  bool two = atomic_load_explicit(&k->has_text2, memory_order_acquire);
  size_t m = 0;

  for (uint32_t i = 0; i < n; i++) {
    texts[m] = atomic_load_explicit(&k->text[at + i], memory_order_acquire);
    rows[m++] = (uint16_t)i;
    texts[m] = two ? atomic_load_explicit(&k->text2[at + i], memory_order_acquire) : NULL;
    rows[m] = (uint16_t)i;
    m += texts[m] != NULL;
  }
  return m;
}

const char *
corpus_text_block_end(const struct corpus *c, const char *text)
{
  return texts_block_end(&c->texts, text);
}

static uint32_t
count_get(const struct corpus *c, int which)
{
  return atomic_load_explicit(&((struct corpus *)c)->counts[which], memory_order_relaxed);
}

void
corpus_counts(const struct corpus *c, struct corpus_counts *counts)
{
  *counts = (struct corpus_counts){
    .n = count_get(c, COUNT_N),
    .gone = count_get(c, COUNT_GONE),
    .unlabelled = count_get(c, COUNT_UNLABELLED),
    .usable = count_get(c, COUNT_USABLE),
  };
  for (int i = 0; i < N_STATUSES; i++)
    counts->status[i] = count_get(c, COUNT_STATUS + i);
  for (int i = 0; i < N_SPLITS; i++)
    counts->split[i] = count_get(c, COUNT_SPLIT + i);
  for (int i = 0; i < N_ORIGINS; i++)
    counts->origin[i] = count_get(c, COUNT_ORIGIN + i);
}

uint32_t
corpus_label_count(const struct corpus *c, uint16_t label, enum status status)
{
  return label < LABEL_MAX ? atomic_load_explicit(&c->label_counts[label][status], memory_order_relaxed) : 0;
}

/* ---- names ---- */

const char *
corpus_name(const struct corpus *c, enum corpus_name kind, uint32_t id)
{
  const char *name = table_get(&c->names[kind], id);

  return name ? name : "";
}

void
corpus_name_set(struct corpus *c, enum corpus_name kind, uint32_t id, const char *name)
{
  if (id >= TABLE_BLOCK * TABLE_BLOCKS || !strcmp(corpus_name(c, kind, id), name))
    return;
  table_set(&c->names[kind], id, arena_strdup(&c->arena, name));
  if (id > atomic_load_explicit(&c->n_names[kind], memory_order_relaxed))
    atomic_store_explicit(&c->n_names[kind], id, memory_order_release);
}

uint32_t
corpus_name_count(const struct corpus *c, enum corpus_name kind)
{
  return atomic_load_explicit(&((struct corpus *)c)->n_names[kind], memory_order_acquire);
}

/* ---- watchers ---- */

void
corpus_watch(struct corpus *c, int fd)
{
  pthread_mutex_lock(&c->watch_lock);
  ensure(c->n_watchers < MAX_WATCHERS);
  c->watchers[c->n_watchers++] = fd;
  pthread_mutex_unlock(&c->watch_lock);
}

void
corpus_unwatch(struct corpus *c, int fd)
{
  pthread_mutex_lock(&c->watch_lock);
  for (size_t i = 0; i < c->n_watchers; i++)
    if (c->watchers[i] == fd) {
      c->watchers[i] = c->watchers[--c->n_watchers];
      break;
    }
  pthread_mutex_unlock(&c->watch_lock);
}

void
corpus_touch(struct corpus *c)
{
  pthread_mutex_lock(&c->watch_lock);
  for (size_t i = 0; i < c->n_watchers; i++)
    eventfd_write(c->watchers[i], 1);
  pthread_mutex_unlock(&c->watch_lock);
}

/* ---- applying: one thread at a time ---- */

/* What many samples add to the counts, to be added in one go: `by` is 1 or -1, which wraps as unsigned numbers do. */
struct tally {
  uint32_t counts[N_COUNTS];
};

static void
tally_sample(struct corpus *c, struct tally *t, const struct sample *s, uint32_t by)
{
  if (s->gone) {
    t->counts[COUNT_GONE] += by;
    return;
  }
  t->counts[COUNT_N] += by;
  t->counts[COUNT_STATUS + (int)s->status] += by;
  t->counts[COUNT_SPLIT + (int)s->split] += by;
  t->counts[COUNT_ORIGIN + (int)s->origin] += by;
  if (!s->n_labels)
    t->counts[COUNT_UNLABELLED] += by;
  if (sample_usable(s))
    t->counts[COUNT_USABLE] += by;
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] < LABEL_MAX)
      atomic_fetch_add_explicit(&c->label_counts[s->labels[i]][s->status], by, memory_order_relaxed);
}

static void
tally_add(struct corpus *c, const struct tally *t)
{
  for (int i = 0; i < N_COUNTS; i++)
    if (t->counts[i])
      atomic_fetch_add_explicit(&c->counts[i], t->counts[i], memory_order_relaxed);
}

static const char *
keep_attributes(struct corpus *c, const char *s, size_t n)
{
  char *copy;

  if (!s || !n)
    return "";
  copy = (char *)(intptr_t)strmap_get(&c->attributes, s, n, 0);
  if (!copy) {
    copy = arena_strndup(&c->arena, s, n);
    strmap_put(&c->attributes, s, n, (intptr_t)copy);
  }
  return copy;
}

static const struct label_ids *
keep_labels(struct corpus *c, const uint16_t *labels, uint32_t n)
{
  struct label_ids *set;

  if (!n)
    return &no_labels;
  set = (struct label_ids *)(intptr_t)strmap_get(&c->sets, (const char *)labels, n * sizeof *labels, 0);
  if (!set) {
    set = arena_alloc(&c->arena, sizeof *set + n * sizeof *labels);
    set->n = n;
    memcpy(set->ids, labels, n * sizeof *labels);
    strmap_put(&c->sets, (const char *)labels, n * sizeof *labels, (intptr_t)set);
  }
  return set;
}

static void
set_number(struct chunk *k, enum corpus_number which, uint32_t at, uint32_t value)
{
  atomic_store_explicit(&k->numbers[which][at], value, memory_order_relaxed);
}

static uint32_t
bits_of(const struct sample *s)
{
  return (uint32_t)s->split | (uint32_t)s->origin << 3 | (uint32_t)s->status << 6 | (uint32_t)s->gone << 9;
}

static void
set_text2(struct corpus *c, struct chunk *k, uint32_t at, const char *s, uint32_t n)
{
  if (s)
    atomic_store_explicit(&k->has_text2, true, memory_order_relaxed);
  atomic_store_explicit(&k->text2[at], s ? texts_add(&c->texts, s, n) : NULL, memory_order_release);
}

static void
insert_row(struct corpus *c, uint32_t row, const struct sample *s)
{
  struct chunk *k = chunk_of(c, row);
  uint32_t at = row % CHUNK;

  if (!k) {
    k = xcalloc(1, sizeof *k);
    atomic_store_explicit(&c->chunks[row / CHUNK], k, memory_order_release);
  }
  atomic_store_explicit(&k->text[at], texts_add(&c->texts, s->text ? s->text : "", s->n_text), memory_order_relaxed);
  set_text2(c, k, at, s->text2, s->n_text2);
  atomic_store_explicit(&k->attributes[at],
                        keep_attributes(c, s->attributes, s->attributes ? strlen(s->attributes) : 0),
                        memory_order_relaxed);
  atomic_store_explicit(&k->labels[at], keep_labels(c, s->labels, s->n_labels), memory_order_relaxed);
  set_number(k, CORPUS_BITS, at, bits_of(s));
  set_number(k, CORPUS_TEMPLATE, at, s->template_id);
  set_number(k, CORPUS_TEACHER, at, s->teacher_id);
  set_number(k, CORPUS_REQUEST, at, s->request_id);
  set_number(k, CORPUS_PARENT, at, s->parent_id);
}

/* The next n staged rows are seen from now on. */
static void
show_rows(struct corpus *c, uint32_t n)
{
  uint32_t before = corpus_count(c);
  struct tally tally = {0};
  struct sample s;

  for (uint32_t row = before; row < before + n; row++) {
    copy_row(chunk_of(c, row), row % CHUNK, row + 1, &s);
    tally_sample(c, &tally, &s, 1);
  }
  tally_add(c, &tally);
  c->n_staged -= n;
  atomic_store_explicit(&c->n, before + n, memory_order_release);
  moves_add(&c->moves, before + 1, n);
  moves_publish(&c->moves);
}

uint32_t
corpus_apply_insert(struct corpus *c, const struct sample *samples, size_t n)
{
  uint32_t before = corpus_count(c);

  ensure(n <= CORPUS_MAX - before && c->n_staged == 0);
  for (size_t i = 0; i < n; i++)
    insert_row(c, before + (uint32_t)i, &samples[i]);
  c->n_staged = (uint32_t)n;
  show_rows(c, (uint32_t)n);
  return before + 1;
}

/* ---- staging ---- */

void
corpus_stage(struct corpus *c, struct sample *s)
{
  uint32_t row = corpus_count(c) + c->n_staged;

  ensure(row < CORPUS_MAX);
  insert_row(c, row, s);
  c->n_staged++;
  copy_row(chunk_of(c, row), row % CHUNK, row + 1, s);
}

bool
corpus_stage_get(const struct corpus *c, uint32_t id, struct sample *s)
{
  if (id == 0 || id > corpus_count(c) + c->n_staged)
    return false;
  copy_row(chunk_of(c, id - 1), (id - 1) % CHUNK, id, s);
  return !s->gone;
}

void
corpus_stage_source(struct corpus *c, uint32_t id, uint32_t request, uint32_t parent)
{
  uint32_t row = id - 1, before = corpus_count(c);

  ensure(row >= before && row - before < c->n_staged);
  if (request)
    set_number(chunk_of(c, row), CORPUS_REQUEST, row % CHUNK, request);
  if (parent)
    set_number(chunk_of(c, row), CORPUS_PARENT, row % CHUNK, parent);
}

uint32_t
corpus_stage_show(struct corpus *c, uint32_t n)
{
  show_rows(c, n < c->n_staged ? n : c->n_staged);
  return c->n_staged;
}

void
corpus_stage_drop(struct corpus *c)
{
  c->n_staged = 0;
}

/* Writes one value into its column; s is the row as it was and becomes what it is. */
static void
set_value(struct corpus *c, struct chunk *k, uint32_t at, enum field field, const struct field_value *v,
          struct sample *s)
{
  switch (field) {
  case FIELD_TEXT:
    atomic_store_explicit(&k->text[at], texts_add(&c->texts, v->s ? v->s : "", v->n), memory_order_release);
    break;
  case FIELD_TEXT2:
    set_text2(c, k, at, v->s, v->n);
    break;
  case FIELD_ATTRIBUTES:
    atomic_store_explicit(&k->attributes[at], keep_attributes(c, v->s, v->n), memory_order_release);
    break;
  case FIELD_LABELS:
    atomic_store_explicit(&k->labels[at], keep_labels(c, v->labels, v->n), memory_order_release);
    break;
  case FIELD_REQUEST:
    set_number(k, CORPUS_REQUEST, at, v->n);
    break;
  case FIELD_TEACHER:
    set_number(k, CORPUS_TEACHER, at, v->n);
    break;
  case FIELD_SPLIT:
    s->split = v->n;
    break;
  case FIELD_ORIGIN:
    s->origin = v->n;
    break;
  case FIELD_STATUS:
    s->status = v->n;
    break;
  case FIELD_GONE:
    s->gone = v->n != 0;
    break;
  case N_FIELDS:
    ensure(!"a field");
  }
  set_number(k, CORPUS_BITS, at, bits_of(s));
}

void
corpus_apply_rows(struct corpus *c, const struct change_row *rows, size_t n)
{
  uint32_t count = corpus_count(c);
  struct tally tally = {0};

  for (size_t i = 0; i < n; i++) {
    const struct change_row *row = &rows[i];
    uint32_t at = (row->id - 1) % CHUNK;
    struct chunk *k;
    struct sample s;

    ensure(row->id > 0 && row->id <= count);
    k = chunk_of(c, row->id - 1);
    copy_row(k, at, row->id, &s);
    tally_sample(c, &tally, &s, (uint32_t)-1);
    set_value(c, k, at, row->field, &row->value, &s);
    copy_row(k, at, row->id, &s);
    tally_sample(c, &tally, &s, 1);
    moves_add(&c->moves, row->id, 1);
  }
  tally_add(c, &tally);
  if (n)
    moves_publish(&c->moves);
}

void
corpus_apply_set(struct corpus *c, const struct change *ch)
{
  corpus_apply_rows(c, ch->rows, ch->n_rows);
}

uint16_t
corpus_apply_label(struct corpus *c, const char *name, const char *meaning)
{
  uint16_t id = labels_add(c->labels, name, meaning);

  moves_add(&c->moves, 0, 0);
  moves_publish(&c->moves);
  return id;
}
