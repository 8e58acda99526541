/* A model as bytes; see neural-model-inside.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/neural-model-inside.h"

#define MAX_NETWORKS 64

static size_t
n_values_of(const struct encoder *encoder)
{
  size_t n = 0;

  while (encoder->params[n].name)
    n++;
  return n;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void
add_bits(struct buf *out, const bool *met, size_t n)
{
  for (size_t i = 0; i < n; i += 8) {
    unsigned char byte = 0;

    for (size_t k = i; k < n && k < i + 8; k++)
      byte = (unsigned char)(byte | met[k] << (k - i));
    buf_addc(out, (char)byte);
  }
}

static void
add_parameters(struct buf *out, const struct network *net, const float *w, const bool *met)
{
  size_t E = net->shape.E;

  for (size_t k = 0; k < net->shape.n_rows; k++)
    if (met[k])
      buf_add(out, (const char *)(w + k * E), E * sizeof *w);
  buf_add(out, (const char *)(w + net->encoder_at), (net->n - net->encoder_at) * sizeof *w);
}

/* weights: of each network, where they are not its own. */
static int
write_model(const struct neural_model *m, const float *const *weights, struct buf *out)
{
  const struct network *net = m->networks[0];
  struct neural_header h = {
    .n_classes = m->task.n_classes, .multilabel = m->task.multilabel, .pair = m->task.pair,
    .compared = m->encoding.compared, .n_networks = (uint16_t)m->n_networks, .dim = (uint32_t)net->shape.E,
    .max_length = (uint32_t)m->encoding.max_length, .n_values = (uint32_t)n_values_of(m->encoder),
    .n_rows = net->shape.n_rows, .calibration = m->calibration, .calibration_error = m->calibration_error,
    .n_train = m->n_train, .mean_length = m->mean_length,
  };
  size_t start = out->n, tokens;

  buf_add(out, (const char *)&h, sizeof h);
  buf_add(out, (const char *)m->values, h.n_values * sizeof *m->values);
  tokens = out->n;
  tokenizer_save(m->tokenizer, out);
  h.tokenizer_bytes = out->n - tokens;
  add_bits(out, m->met, h.n_rows);
  for (size_t k = 0; k < m->n_networks; k++)
    add_parameters(out, m->networks[k], weights ? weights[k] : m->networks[k]->w, m->met);
  if (out->over)
    return -1;
  memcpy(out->s + start, &h, sizeof h);
  return 0;
}

int
neural_save(const struct student *s, struct buf *out)
{
  return write_model((const struct neural_model *)s, NULL, out);
}

/* ---- from a training --------------------------------------------------------------------------------------------- */

struct student *
neural_model_take(struct neural *t, struct err *e)
{
  size_t n = t->n_learners / t->stride;
  struct network **networks = xmalloc(n * sizeof *networks);
  const float **weights = xmalloc(n * sizeof *weights);
  bool best = t->best_epoch > 0;
  struct neural_model m = {
    .task = t->task, .encoder = t->learners[0].net->shape.encoder, .values = (double *)t->encoder_values,
    .tokenizer = t->tokenizer, .encoding = t->encoding, .networks = networks, .n_networks = n, .met = t->met,
    .calibration = best ? t->best_calibration : t->calibration,
    .calibration_error = (float)(best ? t->best_quality : t->quality).calibration_error, .n_train = t->n_train,
    .mean_length = (double)t->texts.start[t->texts.n * t->texts.parts] / (double)(t->texts.n * t->texts.parts),
  };
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct student *s = NULL;

  for (size_t k = 0; k < n; k++) {
    const struct learner *l = &t->learners[k * t->stride];

    networks[k] = l->net;
    weights[k] = best ? l->best : t->n_averaged ? l->average : l->net->w;
  }
  if (write_model(&m, weights, &b) < 0)
    err_set(e, ERR_FAIL, "the model is too large (over %zu MB)", b.max >> 20);
  else
    s = neural_load(t->kind, m.encoder, b.s, b.n, e);
  buf_release(&b);
  free(networks);
  free(weights);
  return s;
}

/* ---- to a training ----------------------------------------------------------------------------------------------- */

int
neural_check_from(const struct student *s, const struct neural *t, struct err *e)
{
  const struct neural_model *m = (const struct neural_model *)s;
  const char *differs = NULL;

  for (size_t i = 0; m->encoder->params[i].name; i++)
    if (m->values[i] < t->encoder_values[i] || m->values[i] > t->encoder_values[i])
      differs = m->encoder->params[i].name;
  if ((double)m->networks[0]->shape.E < t->values[NEURAL_DIM] || (double)m->networks[0]->shape.E > t->values[NEURAL_DIM])
    differs = "dim";
  if (m->task.pair && m->encoding.compared != (t->values[NEURAL_PAIR] > 0))
    differs = "pair";
  if (m->task.n_classes != t->task.n_classes || m->task.pair != t->task.pair || m->task.multilabel != t->task.multilabel)
    return err_set(e, ERR_INPUT, "the student that is gone on from is of another task");
  if (differs)
    return err_set(e, ERR_INPUT, "the student that is gone on from has another '--%s'", differs);
  return 0;
}

struct tokenizer *
neural_copy_tokenizer(const struct student *s)
{
  const struct neural_model *m = (const struct neural_model *)s;
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct tokenizer *copy;
  size_t used;

  tokenizer_save(m->tokenizer, &b);
  copy = tokenizer_load(b.s, b.n, &used, NULL);
  ensure(copy != NULL);
  buf_release(&b);
  return copy;
}

void
neural_copy_met(const struct student *s, bool *met)
{
  const struct neural_model *m = (const struct neural_model *)s;

  memcpy(met, m->met, m->networks[0]->shape.n_rows * sizeof *met);
}

void
neural_copy_weights(const struct student *s, size_t number, struct network *to)
{
  const struct neural_model *m = (const struct neural_model *)s;
  const struct network *from = m->networks[number % m->n_networks];
  size_t E = to->shape.E;

  for (size_t k = 0; k < to->shape.n_rows; k++)
    if (m->met[k])
      memcpy(to->w + k * E, from->w + k * E, E * sizeof *to->w);
  memcpy(to->w + to->encoder_at, from->w + from->encoder_at, (to->n - to->encoder_at) * sizeof *to->w);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

struct reader {
  const char *p;
  size_t n;         /* bytes left */
};

static bool
take(struct reader *r, void *to, size_t n)
{
  if (r->n < n)
    return false;
  memcpy(to, r->p, n);
  r->p += n;
  r->n -= n;
  return true;
}

static bool
take_floats(struct reader *r, float *to, size_t n)
{
  if (r->n / sizeof *to < n || !take(r, to, n * sizeof *to))
    return false;
  for (size_t i = 0; i < n; i++)
    if (!isfinite(to[i]))
      return false;
  return true;
}

static bool
header_is_sound(const struct neural_header *h, const struct encoder *encoder)
{
  return h->n_classes >= 1 && h->n_classes <= STUDENT_MAX_CLASSES && h->multilabel <= 1 && h->pair <= 1 &&
         h->compared <= h->pair && h->n_networks >= 1 && h->n_networks <= MAX_NETWORKS && h->dim >= 1 && h->dim <= 4096 &&
         h->max_length >= 1 && h->max_length <= 65536 && h->n_values <= n_values_of(encoder) &&
         h->n_rows <= UINT32_MAX / 2 && isfinite(h->calibration.slope) && isfinite(h->calibration.shift) &&
         isfinite(h->calibration.threshold) && isfinite(h->mean_length) && h->mean_length >= 0 && h->mean_length < 1e9;
}

/* Values that are not in the bytes are from before the encoder had them. */
static bool
take_values(struct reader *r, const struct encoder *encoder, size_t n, double *values)
{
  for (size_t i = 0; encoder->params[i].name; i++)
    values[i] = option_default(&encoder->params[i]);
  if (!take(r, values, n * sizeof *values))
    return false;
  for (size_t i = 0; i < n; i++) {
    const struct option *o = &encoder->params[i];
    struct buf choice = BUF_INIT;
    bool sound = o->type == OPTION_CHOICE ? values[i] >= 0 && values[i] < 100 && values[i] == floor(values[i]) &&
                                            option_choice(o, (size_t)values[i], &choice)
                                          : values[i] >= o->min && values[i] <= o->max;

    buf_release(&choice);
    if (!sound || (o->type == OPTION_INT && values[i] != floor(values[i])))
      return false;
  }
  return true;
}

static bool
take_tokenizer(struct reader *r, const struct neural_header *h, struct neural_model *m)
{
  struct err unused = {0};
  size_t used = 0;

  if (h->tokenizer_bytes > r->n)
    return false;
  m->tokenizer = tokenizer_load(r->p, h->tokenizer_bytes, &used, &unused);
  if (!m->tokenizer || used != h->tokenizer_bytes || tokenizer_rows(m->tokenizer) != h->n_rows)
    return false;
  r->p += used;
  r->n -= used;
  return true;
}

/* The rows' bits; returns how many rows were met, or SIZE_MAX. */
static size_t
take_bits(struct reader *r, bool *met, size_t n)
{
  size_t n_met = 0;

  if (r->n < (n + 7) / 8)
    return SIZE_MAX;
  for (size_t i = 0; i < n; i++)
    n_met += met[i] = (unsigned char)r->p[i / 8] >> i % 8 & 1;
  r->p += (n + 7) / 8;
  r->n -= (n + 7) / 8;
  return n_met;
}

static bool
take_network(struct reader *r, struct network *net, const bool *met)
{
  size_t E = net->shape.E;

  for (size_t k = 0; k < net->shape.n_rows; k++)
    if (met[k] && !take_floats(r, net->w + k * E, E))
      return false;
  if (!take_floats(r, net->w + net->encoder_at, net->n - net->encoder_at))
    return false;
  network_pack(net, NULL);
  return true;
}

static bool
take_networks(struct reader *r, const struct neural_header *h, struct neural_model *m)
{
  struct network_shape shape = {.encoder = m->encoder, .values = m->values, .E = h->dim, .C = h->n_classes,
                                .parts = h->compared ? 2 : 1, .n_rows = h->n_rows};
  size_t table, n = network_size(&shape, &table), n_met = take_bits(r, m->met, h->n_rows);

  if (n_met == SIZE_MAX || r->n % sizeof(float) != 0 ||
      r->n / sizeof(float) != (n_met * h->dim + n - table) * h->n_networks)
    return false;
  m->networks = xcalloc(h->n_networks, sizeof *m->networks);
  for (; m->n_networks < h->n_networks; m->n_networks++) {
    m->networks[m->n_networks] = network_new(&shape);
    if (!take_network(r, m->networks[m->n_networks], m->met)) {
      m->n_networks++;
      return false;
    }
  }
  return true;
}

struct student *
neural_load(const struct student_kind *kind, const struct encoder *encoder, const char *bytes, size_t n, struct err *e)
{
  struct neural_model *m = xcalloc(1, sizeof *m);
  struct reader r = {bytes, n};
  struct neural_header h;
  bool sound = take(&r, &h, sizeof h) && header_is_sound(&h, encoder);

  m->base.kind = kind;
  m->encoder = encoder;
  m->values = xcalloc(n_values_of(encoder) + 1, sizeof *m->values);
  pthread_mutex_init(&m->lock, NULL);
  if (sound) {
    m->task = (struct student_task){h.n_classes, h.multilabel, h.pair};
    m->calibration = h.calibration;
    m->calibration_error = h.calibration_error;
    m->n_train = h.n_train;
    m->mean_length = h.mean_length;
    m->met = xcalloc((size_t)h.n_rows + 1, sizeof *m->met);
    sound = take_values(&r, encoder, h.n_values, m->values) && take_tokenizer(&r, &h, m) && take_networks(&r, &h, m);
    m->encoding = (struct encoding){m->tokenizer, h.pair, h.compared, encoder->wants_start, h.max_length};
  }
  if (sound)
    return &m->base;
  neural_free(&m->base);
  err_set(e, ERR_INPUT, "the model is damaged: its sizes or numbers cannot be");
  return NULL;
}
