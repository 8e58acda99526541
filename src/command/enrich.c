#include "command/enrich.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "command/names.h"
#include "corpus/filter.h"
#include "store/run_store.h"

#define LEAST_WEIGHT 1e-6f       /* 0 would mean: not said */
#define CHUNK 8192

/* ---- texts of the pool ---- */

static bool
among(const struct examples *x, uint32_t id)
{
  size_t from = 0, to = x->n;

  while (from < to) {
    size_t mid = from + (to - from) / 2;

    if (x->ids[mid] < id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < x->n && x->ids[from] == id;
}

static int
add_pool(struct call *c, const char *filter, struct lesson *l, struct err *e)
{
  struct buf query = BUF_INIT;
  size_t n = 0;
  int r = examples_collect(c, filter, false, &l->pool, NULL, e);  /* a mistake is told as it was typed */

  examples_release(&l->pool);
  buf_addf(&query, "(%s) not split:test,valid", filter);
  if (r == 0)
    r = examples_collect(c, buf_str(&query), false, &l->pool, NULL, e);
  buf_release(&query);
  if (r < 0)
    return -1;
  for (size_t i = 0; i < l->pool.n; i++)
    if (!among(&l->train, l->pool.ids[i])) {
      l->pool.v[n] = l->pool.v[i];
      l->pool.v[n].labels = NULL;
      l->pool.v[n].n_labels = 0;
      l->pool.ids[n++] = l->pool.ids[i];
    }
  l->pool.n = n;
  l->n_in_test += learn_leave_test_out(c, &l->pool);
  return l->pool.n ? 0 : err_set(e, ERR_INPUT,
                                 "no text for --pool: nothing that is not learned from matches '%.200s'", filter);
}

/* ---- soft labels ---- */

static const struct prediction *
find_prediction(const struct prediction *p, size_t n, uint32_t id)
{
  size_t from = 0, to = n;

  while (from < to) {
    size_t mid = from + (to - from) / 2;

    if (p[mid].sample_id < id)
      from = mid + 1;
    else
      to = mid;
  }
  return from < n && p[from].sample_id == id ? &p[from] : NULL;
}

struct words {                   /* what a teacher said */
  struct prediction *p;
  float *vectors;
  size_t n, width;
};

/* Texts that the teacher said nothing of stay without. Returns how many have soft labels. */
static size_t
take_words(const struct words *w, size_t C, struct examples *x, float *soft)
{
  size_t n = 0;

  for (size_t i = 0; i < x->n; i++) {
    const struct prediction *p = find_prediction(w->p, w->n, x->ids[i]);
    const float *row = p ? w->vectors + (size_t)(p - w->p) * w->width : NULL;

    if (!row || w->width < C || isnan(row[0]))
      continue;
    memcpy(soft + i * C, row, C * sizeof *soft);
    x->v[i].soft = soft + i * C;
    n++;
  }
  return n;
}

static int
ask_teacher(struct call *c, const char *name, struct lesson *l, struct err *e)
{
  size_t C = l->task.n_classes, n = 0;
  struct words w = {0};
  struct teacher_row teacher;
  int r;

  if (teacher_store_get(c->project, name, &teacher, e) < 0)
    return -1;
  r = run_store_predictions(c->project, PREDICTOR_TEACHER, teacher.id, &w.p, &w.n, &w.vectors, &w.width, e);
  if (r == 0 && w.n)
    n = take_words(&w, C, &l->train, l->soft) + take_words(&w, C, &l->pool, l->soft + l->train.n * C);
  if (r == 0 && n == 0)
    r = err_set(e, ERR_INPUT, "teacher '%s' gave no probabilities for these texts (retort annotate --soft)", name);
  free(w.p);
  free(w.vectors);
  teacher_row_release(&teacher);
  return r;
}

static void
ask_student(const struct student *s, size_t C, struct examples *x, float *soft)
{
  for (size_t i = 0; i < x->n; i += CHUNK)
    student_predict(s, x->v + i, x->n - i < CHUNK ? x->n - i : CHUNK, 0, soft + i * C);
  for (size_t i = 0; i < x->n; i++)
    x->v[i].soft = soft + i * C;
}

static int
ask_run(struct call *c, const char *name, struct lesson *l, struct err *e)
{
  size_t C = l->task.n_classes;
  struct student_info info;
  struct run_row run;
  struct student *s;
  int r = -1;

  if (run_store_get(c->project, name, &run, e) < 0)
    return -1;
  s = learn_load(c, &run, e);
  if (s) {
    student_info(s, &info);
    r = info.task.n_classes == C && info.task.pair == l->task.pair && info.task.multilabel == l->task.multilabel
          ? 0 : err_set(e, ERR_INPUT, "run '%s' has %d labels, the project has %zu by now", name, info.task.n_classes,
                        C);
  }
  if (r == 0) {
    ask_student(s, C, &l->train, l->soft);
    ask_student(s, C, &l->pool, l->soft + l->train.n * C);
  }
  student_free(s);
  run_row_release(&run);
  return r;
}

static int
add_soft(struct call *c, const struct student_kind *kind, const struct enrichment *how, struct lesson *l, struct err *e)
{
  if (how->teacher && how->distill)
    return err_set(e, ERR_INPUT, "options '--teacher' and '--distill' exclude each other: soft labels come from one");
  if (!kind->soft)
    return err_set(e, ERR_INPUT, "the student '%s' cannot learn from soft labels ('--%s')", kind->name,
                   how->teacher ? "teacher" : "distill");
  l->soft = xcalloc((l->train.n + l->pool.n) * l->task.n_classes + 1, sizeof *l->soft);
  return how->teacher ? ask_teacher(c, how->teacher, l, e) : ask_run(c, how->distill, l, e);
}

/* ---- weights ---- */

static float
raw_weight(const struct column *column, uint32_t id)
{
  float w = id <= column->n ? column->values[id - 1] : NAN;

  return isnan(w) ? NAN : fmaxf(w, 0);
}

static int
add_weights(struct call *c, const char *name, struct lesson *l, struct err *e)
{
  const struct filter_provider *provider = names_provider(c);
  struct column column;
  double sum = 0, mean;
  size_t n = 0;

  if (!provider->get(provider->arg, name, &column))
    return err_set(e, ERR_INPUT, "there is no signal '%.100s' to weigh by (see retort signals)", name);
  if (names_computed(c, e) < 0)
    return -1;
  if (column.names)
    return err_set(e, ERR_INPUT, "'%.100s' is no number to weigh by", name);
  for (size_t i = 0; i < l->train.n; i++) {
    float w = raw_weight(&column, l->train.ids[i]);

    sum += isnan(w) ? 0 : (double)w;
    n += !isnan(w);
  }
  mean = n ? sum / (double)n : 0;
  if (!(mean > 0 && isfinite(mean)))
    return err_set(e, ERR_INPUT, "no training text has a '%.100s' above 0", name);
  for (size_t i = 0; i < l->train.n; i++) {
    float w = raw_weight(&column, l->train.ids[i]);

    l->train.v[i].weight = isnan(w) ? 1 : fminf(fmaxf((float)((double)w / mean), LEAST_WEIGHT), 1e6f);
  }
  return 0;
}

int
lesson_enrich(struct call *c, const struct student_kind *kind, const struct enrichment *how, struct lesson *l,
              struct err *e)
{
  if (how->pool && add_pool(c, how->pool, l, e) < 0)
    return -1;
  if ((how->teacher || how->distill) && add_soft(c, kind, how, l, e) < 0)
    return -1;
  return how->weigh ? add_weights(c, how->weigh, l, e) : 0;
}

/* ---- known again ---- */

static uint64_t
hash_example(const struct example *x, uint32_t id, size_t C, uint64_t h)
{
  h = hash_bytes(&id, sizeof id, h);
  h = hash_bytes(x->text, strlen(x->text), h);
  if (x->text2)
    h = hash_bytes(x->text2, strlen(x->text2), h ^ 1);
  h = hash_bytes(x->labels ? (const void *)x->labels : "", x->n_labels * sizeof *x->labels, h);
  h = hash_bytes(&x->weight, sizeof x->weight, h);
  return x->soft ? hash_bytes(x->soft, C * sizeof *x->soft, h) : h;
}

uint64_t
lesson_hash(const struct lesson *l)
{
  const struct examples *parts[] = {&l->train, &l->valid, &l->pool};
  uint64_t h = hash_mix(l->task.n_classes + 65536u * l->task.multilabel + 131072u * l->task.pair);

  for (size_t k = 0; k < N_OF(parts); k++) {
    h = hash_bytes(&parts[k]->n, sizeof parts[k]->n, h);
    for (size_t i = 0; i < parts[k]->n; i++)
      h = hash_example(&parts[k]->v[i], parts[k]->ids[i], l->task.n_classes, h);
  }
  return h;
}
