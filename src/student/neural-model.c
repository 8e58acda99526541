/* Asking a model; see neural-model.h. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "student/neural-model-inside.h"

#define ANSWER_ROWS 1536   /* tokens at once, if no text is longer */

/* ---- the stock of what threads work on --------------------------------------------------------------------------- */

static struct answerer *
answerer_new(const struct neural_model *m)
{
  struct answerer *a = xcalloc(1, sizeof *a);
  size_t longest = m->encoding.max_length + 1, rows = longest * m->networks[0]->shape.parts;
  struct pass_limits limits = {ANSWER_TEXTS, rows > ANSWER_ROWS ? rows : ANSWER_ROWS, longest, 0};

  encoded_init(&a->texts, &m->encoding);
  a->pass = pass_new(m->networks[0], &limits, NULL);
  a->scores = xcalloc((size_t)ANSWER_TEXTS * m->task.n_classes, sizeof *a->scores);
  a->probabilities = xcalloc(m->task.n_classes, sizeof *a->probabilities);
  return a;
}

static void
answerer_free(struct answerer *a)
{
  encoded_release(&a->texts);
  pass_free(a->pass);
  free(a->scores);
  free(a->probabilities);
  free(a);
}

struct answerer *
neural_take_answerer(const struct neural_model *m)
{
  struct neural_model *stock = (struct neural_model *)m;  /* only its stock changes, under its lock */
  struct answerer *a;

  pthread_mutex_lock(&stock->lock);
  a = stock->stock;
  stock->stock = a ? a->next : NULL;
  pthread_mutex_unlock(&stock->lock);
  return a ? a : answerer_new(m);
}

void
neural_give_back(const struct neural_model *m, struct answerer *a)
{
  struct neural_model *stock = (struct neural_model *)m;

  pthread_mutex_lock(&stock->lock);
  a->next = stock->stock;
  stock->stock = a;
  pthread_mutex_unlock(&stock->lock);
}

void
neural_free(struct student *s)
{
  struct neural_model *m = (struct neural_model *)s;

  for (struct answerer *a = m->stock, *next; a; a = next) {
    next = a->next;
    answerer_free(a);
  }
  for (size_t k = 0; k < m->n_networks; k++)
    network_free(m->networks[k]);
  pthread_mutex_destroy(&m->lock);
  tokenizer_free(m->tokenizer);
  free(m->networks);
  free(m->values);
  free(m->met);
  free(m);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* Scores of the answerer's texts from..to. */
static void
score(const struct neural_model *m, struct answerer *a, size_t from, size_t to)
{
  size_t C = m->task.n_classes, n = to - from;
  float *scores = a->scores + from * C;
  uint32_t which[ANSWER_TEXTS];

  for (size_t i = 0; i < n; i++)
    which[i] = (uint32_t)(from + i);
  pass_set(a->pass, m->networks[0], &a->texts, which, n, 0, 0);
  for (size_t k = 0; k < m->n_networks; k++) {
    pass_forward(a->pass, m->networks[k], NULL, &(struct pass_how){0});
    for (size_t i = 0; i < n * C; i++)
      scores[i] = (k ? scores[i] : 0) + a->pass->scores[i] / (float)m->n_networks;
  }
}

/* Of a->x[0..n), as many at once as there is room for. */
static void
score_all(const struct neural_model *m, struct answerer *a, size_t n)
{
  size_t from = 0, rows = 0, longest = (m->encoding.max_length + 1) * a->texts.parts;
  size_t most = longest > ANSWER_ROWS ? longest : ANSWER_ROWS;

  encoded_clear(&a->texts);
  encoded_add(&a->texts, &m->encoding, a->x, n, 1, NULL);
  for (size_t i = 0; i < n; i++) {
    size_t length = encoded_length(&a->texts, i);

    if (rows + length > most) {
      score(m, a, from, i);
      from = i;
      rows = 0;
    }
    rows += length;
  }
  score(m, a, from, n);
}

struct request {
  const struct neural_model *m;
  const struct example *x;
  size_t n;
  const uint32_t *order;   /* NULL: as they stand */
  float *probabilities;
  uint16_t *labels;        /* NULL: all probabilities are wanted */
  atomic_size_t next;
};

static void
hand_out(const struct request *r, struct answerer *a, size_t i)
{
  const struct neural_model *m = r->m;
  size_t C = m->task.n_classes, at = a->at[i], best;
  const float *scores = a->scores + i * C;

  if (!r->labels) {
    calibrate_row(&m->calibration, &m->task, scores, r->probabilities + at * C);
    return;
  }
  best = student_best(scores, C);
  r->labels[at] = (uint16_t)best;
  if (r->probabilities) {
    calibrate_row(&m->calibration, &m->task, scores, a->probabilities);
    r->probabilities[at] = a->probabilities[best];
  }
}

static void
answer(void *arg, int thread, int n_threads)
{
  struct request *r = arg;
  struct answerer *a = neural_take_answerer(r->m);
  size_t from;

  (void)thread, (void)n_threads;
  while ((from = atomic_fetch_add(&r->next, ANSWER_TEXTS)) < r->n) {
    size_t n = r->n - from < ANSWER_TEXTS ? r->n - from : ANSWER_TEXTS;

    for (size_t i = 0; i < n; i++) {
      a->at[i] = r->order ? r->order[from + i] : (uint32_t)(from + i);
      a->x[i] = r->x[a->at[i]];
    }
    score_all(r->m, a, n);
    for (size_t i = 0; i < n; i++)
      hand_out(r, a, i);
  }
  neural_give_back(r->m, a);
}

struct item {
  uint32_t bytes, at;
};

static int
longer_first(const void *a, const void *b)
{
  const struct item *x = a, *y = b;

  if (x->bytes != y->bytes)
    return x->bytes < y->bytes ? 1 : -1;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* Texts of about the same length together. */
static uint32_t *
order_texts(const struct example *x, size_t n)
{
  struct item *items = xmalloc(n * sizeof *items);
  uint32_t *order = xmalloc(n * sizeof *order);

  for (size_t i = 0; i < n; i++)
    items[i] = (struct item){(uint32_t)(strlen(x[i].text) + (x[i].text2 ? strlen(x[i].text2) : 0)), (uint32_t)i};
  qsort(items, n, sizeof *items, longer_first);
  for (size_t i = 0; i < n; i++)
    order[i] = items[i].at;
  free(items);
  return order;
}

static void
ask(struct request *r, int threads)
{
  size_t chunks = (r->n + ANSWER_TEXTS - 1) / ANSWER_TEXTS;
  uint32_t *order = chunks > 1 ? order_texts(r->x, r->n) : NULL;

  r->order = order;
  threads = chunks > 1 ? pool_threads(threads) : 1;
  if (r->n)
    pool_run(chunks < (size_t)threads ? (int)chunks : threads, answer, r);
  free(order);
}

void
neural_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities)
{
  struct request r = {.m = (const struct neural_model *)s, .x = x, .n = n, .probabilities = probabilities};

  ask(&r, threads);
}

void
neural_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                   float *probabilities)
{
  struct request r = {.m = (const struct neural_model *)s, .x = x, .n = n, .probabilities = probabilities,
                      .labels = labels};

  ask(&r, threads);
}

void
neural_info(const struct student *s, struct student_info *out)
{
  const struct neural_model *m = (const struct neural_model *)s;
  const struct network *net = m->networks[0];
  struct encoder_shape shape = {.E = net->shape.E, .values = m->values};
  uint64_t n_met = 0;

  for (size_t k = 0; k < net->shape.n_rows; k++)
    n_met += m->met[k];
  out->task = m->task;
  out->n_parameters = (n_met * net->shape.E + net->n - net->encoder_at) * m->n_networks;
  out->multiply_adds = (m->encoder->multiply_adds(&shape, fmax(m->mean_length, 1)) * (double)net->shape.parts +
                        (double)(net->H * net->shape.C)) * (double)m->n_networks;
  out->n_train = m->n_train;
  out->threshold = m->calibration.threshold;
  out->temperature = 1 / m->calibration.slope;
  out->calibration_error = (double)m->calibration_error;
}
