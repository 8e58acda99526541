/* All that a training needs to go on, as bytes: for the machine that wrote them. First a print of what the training was
 * begun from; then the plain values; the order of this epoch; of each network weights, moments, average and best, rows of
 * the table that no text has left out; then what the methods keep. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "student/neural-inside.h"
#include "student/parcel.h"

#define MAGIC 0x31657461747374ull

struct state {
  uint64_t magic, print;
  double lr, dropout, decay;
  int epoch, step, since_best, best_epoch;
  uint64_t batches, n_averaged, at, n_order, n_learned, over;
  struct calibration calibration, best_calibration;
  struct quality quality, best_quality;
  double best_loss, late_loss, late_right, late_texts, seconds;
};

static uint64_t
print_examples(const struct example *x, size_t n, uint64_t hash)
{
  for (size_t i = 0; i < n; i++) {
    hash = hash_bytes(x[i].labels, x[i].n_labels * sizeof *x[i].labels, hash);
    hash = hash_bytes(&x[i].weight, sizeof x[i].weight, hash);
  }
  return hash;
}

uint64_t
neural_print(const struct neural *t)
{
  const struct encoded *c = &t->texts;
  uint64_t sizes[] = {t->plan.n_train, t->plan.n_valid, t->plan.n_pool, t->task.n_classes, t->task.multilabel,
                      t->task.pair, t->plan.seed, c->n, c->n_tokens};
  uint64_t hash = hash_bytes(sizes, sizeof sizes, hash_bytes(t->kind->name, strlen(t->kind->name), 0));

  hash = hash_bytes(t->values, t->kind->n_params * sizeof *t->values, hash);
  hash = hash_bytes(c->token, c->start[c->n * c->parts] * sizeof *c->token, hash);
  hash = hash_bytes(c->row, c->row_start[c->n_tokens] * sizeof *c->row, hash);
  hash = print_examples(t->plan.train, t->plan.n_train, hash);
  return print_examples(t->plan.valid, t->plan.n_valid, hash);
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

/* Calls `each` for all stretches of the arrays of a network that can differ from 0. */
static void
walk(struct neural *t, void (*each)(void *arg, void *p, size_t n_bytes), void *arg)
{
  for (size_t k = 0; k < t->n_learners; k++) {
    struct learner *l = &t->learners[k];
    float *arrays[] = {l->net->w, l->adam->m, l->adam->v, l->average, l->best};
    size_t E = l->net->shape.E;

    each(arg, &l->adam->steps, sizeof l->adam->steps);
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
      if (!arrays[a])
        continue;
      for (size_t row = 0; row < l->net->shape.n_rows; row++)
        if (t->met[row])
          each(arg, arrays[a] + row * E, E * sizeof **arrays);
      each(arg, arrays[a] + l->net->encoder_at, (l->net->n - l->net->encoder_at) * sizeof **arrays);
    }
  }
  if (t->confusion)
    each(arg, t->confusion, (size_t)t->task.n_classes * t->task.n_classes * sizeof *t->confusion);
}

static void
put(void *out, void *p, size_t n_bytes)
{
  parcel_add(out, p, n_bytes);
}

static void
get(void *in, void *p, size_t n_bytes)
{
  parcel_get(in, p, n_bytes);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

int
neural_training_save(const struct training *base, struct buf *out)
{
  const struct neural *t = (const struct neural *)base;
  struct state s = {
    .magic = MAGIC, .print = t->print, .lr = t->values[NEURAL_LR], .dropout = t->values[NEURAL_DROPOUT],
    .decay = t->values[NEURAL_DECAY], .epoch = t->epoch, .step = t->step, .since_best = t->since_best,
    .best_epoch = t->best_epoch, .batches = t->batches, .n_averaged = t->n_averaged, .at = t->at, .n_order = t->n_order,
    .n_learned = t->n_learned, .over = t->over, .calibration = t->calibration, .best_calibration = t->best_calibration,
    .quality = t->quality, .best_quality = t->best_quality, .best_loss = t->best_loss, .late_loss = t->late_loss,
    .late_right = t->late_right, .late_texts = t->late_texts, .seconds = t->seconds,
  };

  parcel_add(out, &s, sizeof s);
  parcel_add(out, t->order, t->n_order * sizeof *t->order);
  walk((struct neural *)t, put, out);
  methods_save(t->methods, out);
  return out->over ? -1 : 0;
}

static void
take_state(struct neural *t, const struct state *s)
{
  t->values[NEURAL_LR] = s->lr;
  t->values[NEURAL_DROPOUT] = s->dropout;
  t->values[NEURAL_DECAY] = s->decay;
  t->epoch = s->epoch;
  t->step = s->step;
  t->since_best = s->since_best;
  t->best_epoch = s->best_epoch;
  t->batches = s->batches;
  t->n_averaged = s->n_averaged;
  t->at = s->at;
  t->n_order = s->n_order;
  t->n_learned = s->n_learned;
  t->over = s->over;
  t->calibration = s->calibration;
  t->best_calibration = s->best_calibration;
  t->quality = s->quality;
  t->best_quality = s->best_quality;
  t->best_loss = s->best_loss;
  t->late_loss = s->late_loss;
  t->late_right = s->late_right;
  t->late_texts = s->late_texts;
  t->seconds = s->seconds;
}

static bool
order_is_sound(const struct neural *t)
{
  for (size_t i = 0; i < t->n_order; i++)
    if (t->order[i] >= t->plan.n_train + t->plan.n_pool)
      return false;
  return true;
}

int
neural_training_restore(struct training *base, const char *bytes, size_t n, struct err *e)
{
  struct neural *t = (struct neural *)base;
  struct parcel p = {.bytes = bytes, .n = n};
  struct state s = {0};
  size_t used = 0;

  parcel_get(&p, &s, sizeof s);
  if (p.short_ || s.magic != MAGIC)
    return err_set(e, ERR_INPUT, "this is no state of a training");
  if (s.print != t->print || s.n_order > t->plan.n_train + t->plan.n_pool || s.at > s.n_order)
    return err_set(e, ERR_INPUT, "the state is of another training: its texts, labels, parameters or seed differ");
  take_state(t, &s);
  parcel_get(&p, t->order, t->n_order * sizeof *t->order);
  walk(t, get, &p);
  if (p.short_ || !order_is_sound(t) || methods_restore(t->methods, bytes + p.at, n - p.at, &used) < 0 ||
      p.at + used != n)
    return err_set(e, ERR_INPUT, "the state of the training is damaged");
  return 0;
}
