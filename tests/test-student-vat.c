/* Virtual adversarial training: the change it finds is as long as asked and worse than chance, its gradients are those of
 * the loss, and learning from them makes the student steadier. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "student/vat.h"

#define TEXTS 24
#define LONGEST 9
#define WORDS 30
#define E 8
#define C 3

static double cnn_values[32];
static uint32_t all[TEXTS];

/* A network at its beginning, and texts of chance words for it, each word one row of the table. */
struct world {
  struct encoded texts;
  size_t start[TEXTS + 1], row_start[WORDS + 1];
  uint32_t token[TEXTS * LONGEST], row[WORDS];
  struct network *n;
  struct team *team;
  struct vat *vat;
  struct gradients *g;
};

static const struct {
  const char *name;
  double value;
} small[] = {{"filters", 6}, {"width-min", 2}, {"width-max", 3}};

static void
world_init(struct world *w, int threads)
{
  bool met[WORDS + 4];
  struct rng r;

  rng_seed(&r, 11);
  *w = (struct world){.team = team_new(threads)};
  for (size_t i = 0; i < TEXTS; i++) {
    size_t length = 1 + rng_below(&r, LONGEST);

    all[i] = (uint32_t)i;
    w->start[i + 1] = w->start[i] + length;
    for (size_t t = w->start[i]; t < w->start[i + 1]; t++)
      w->token[t] = (uint32_t)rng_below(&r, WORDS);
  }
  for (uint32_t i = 0; i < WORDS; i++) {
    w->row_start[i + 1] = i + 1;
    w->row[i] = i + 4;
  }
  for (size_t i = 0; i < WORDS + 4; i++)
    met[i] = i >= 4;
  w->texts = (struct encoded){.n = TEXTS, .parts = 1, .start = w->start, .token = w->token, .n_tokens = WORDS,
                              .row_start = w->row_start, .row = w->row, .longest = LONGEST, .most_rows = 1};
  for (size_t i = 0; encoder_cnn.params[i].name; i++)
    cnn_values[i] = option_default(&encoder_cnn.params[i]);
  for (size_t i = 0; i < N_OF(small); i++)
    cnn_values[option_find(encoder_cnn.params, small[i].name) - encoder_cnn.params] = small[i].value;
  w->n = network_new(&(struct network_shape){&encoder_cnn, cnn_values, E, C, 1, WORDS + 4, true});
  network_begin(w->n, met, 0.3f, 5);
  network_pack(w->n, w->team);
  w->vat = vat_new(w->n, &w->texts, false, TEXTS, w->team);
  w->g = gradients_new(w->n, vat_max_rows(w->vat));
}

static void
world_release(struct world *w)
{
  gradients_free(w->g);
  vat_free(w->vat);
  network_free(w->n);
  team_free(w->team);
}

/* One step on all texts, its gradients alone in w->g. */
static double
step(struct world *w, const struct vat_how *how)
{
  float *zeros = xcalloc(TEXTS * C, sizeof *zeros);
  struct pass *none = pass_new(w->n, &vat_pass(w->vat)->limits, w->team);
  double loss;

  pass_set(none, w->n, &w->texts, all, TEXTS, 0, 0);
  pass_forward(none, w->n, w->team, &(struct pass_how){0});
  pass_backward(none, w->n, w->team, zeros);
  pass_gradients(none, w->n, w->team, w->g, false);
  loss = vat_step(w->vat, w->n, w->team, &w->texts, all, TEXTS, how, w->g);
  pass_free(none);
  free(zeros);
  return loss;
}

static void
softmax(const float *scores, double *p)
{
  double sum = 0;

  for (int c = 0; c < C; c++)
    sum += p[c] = exp((double)scores[c]);
  for (int c = 0; c < C; c++)
    p[c] /= sum;
}

/* p (TEXTS, C): what the network thinks of texts whose vectors are changed. */
static void
think(struct world *w, struct pass *pass, const float *change, double *p)
{
  pass_forward(pass, w->n, w->team, &(struct pass_how){.change = change});
  for (int b = 0; b < TEXTS; b++)
    softmax(pass->scores + b * C, p + b * C);
}

static double
kl(const double *p, const double *q)
{
  double sum = 0;

  for (int c = 0; c < C; c++)
    sum += p[c] * log(p[c] / q[c]);
  return sum;
}

/* Root mean square length of the vectors of a text's words. */
static double
unit_of(const struct world *w, size_t text)
{
  double sum = 0;

  for (size_t t = w->start[text]; t < w->start[text + 1]; t++)
    for (size_t i = 0; i < E; i++) {
      double x = w->n->w[(size_t)w->row[w->token[t]] * E + i];

      sum += x * x;
    }
  return sqrt(sum / (double)(w->start[text + 1] - w->start[text]));
}

static double
length_of(const struct world *w, const struct pass *pass, size_t text, const float *change)
{
  size_t k = pass->place[text];
  double sum = 0;

  (void)w;
  for (size_t i = pass->batch.start[k] * E; i < pass->batch.start[k + 1] * E; i++)
    sum += (double)change[i] * change[i];
  return sqrt(sum);
}

static void
the_change_is_as_long_as_asked(void **state)
{
  struct world w;

  (void)state;
  world_init(&w, 1);
  step(&w, &(struct vat_how){.weight = 1, .size = 0.7, .key = 3});
  for (size_t b = 0; b < TEXTS; b++)
    assert_float_equal(length_of(&w, vat_pass(w.vat), b, vat_change(w.vat)), 0.7 * unit_of(&w, b), 1e-4);
  world_release(&w);
}

static void
the_change_is_worse_than_chance(void **state)
{
  struct world w;
  struct pass *pass;
  float *chance;
  double p[TEXTS * C], q[TEXTS * C], found[TEXTS], by_chance[TEXTS] = {0};
  int worse = 0;
  struct rng r;

  (void)state;
  world_init(&w, 1);
  step(&w, &(struct vat_how){.weight = 1, .size = 0.5, .key = 3});
  pass = pass_new(w.n, &vat_pass(w.vat)->limits, w.team);
  pass_set(pass, w.n, &w.texts, all, TEXTS, 0, 0);
  chance = xcalloc(pass->batch.T * E, sizeof *chance);
  think(&w, pass, NULL, p);
  think(&w, pass, vat_change(w.vat), q);
  for (size_t b = 0; b < TEXTS; b++)
    found[b] = kl(p + b * C, q + b * C);
  rng_seed(&r, 8);
  for (int draw = 0; draw < 10; draw++) {
    for (size_t b = 0; b < TEXTS; b++) {
      size_t k = pass->place[b];
      double length;

      for (size_t i = pass->batch.start[k] * E; i < pass->batch.start[k + 1] * E; i++)
        chance[i] = (float)rng_normal(&r);
      length = length_of(&w, pass, b, chance);
      for (size_t i = pass->batch.start[k] * E; i < pass->batch.start[k + 1] * E; i++)
        chance[i] *= (float)(0.5 * unit_of(&w, b) / length);
    }
    think(&w, pass, chance, q);
    for (size_t b = 0; b < TEXTS; b++)
      by_chance[b] += kl(p + b * C, q + b * C) / 10;
  }
  for (size_t b = 0; b < TEXTS; b++)
    worse += found[b] > 2 * by_chance[b];
  assert_true(worse >= TEXTS * 9 / 10);
  free(chance);
  pass_free(pass);
  world_release(&w);
}

/* With p and the change as they were found, both taken as given. */
static double
loss_now(struct world *w, struct pass *pass, const double *p)
{
  double q[TEXTS * C], sum = 0;

  network_pack(w->n, w->team);
  think(w, pass, vat_change(w->vat), q);
  for (int b = 0; b < TEXTS; b++)
    sum += kl(p + b * C, q + b * C);
  return sum / TEXTS;
}

static void
gradients_by_differences(void **state)
{
  const double weight = 3, h = 4e-3;
  struct world w;
  struct pass *pass;
  double p[TEXTS * C], loss, largest = 0;

  (void)state;
  world_init(&w, 1);
  for (size_t i = w.n->weight_at; i < w.n->n; i++)  /* surer than at the beginning, or there is little to lose */
    w.n->w[i] *= 4;
  network_pack(w.n, w.team);
  loss = step(&w, &(struct vat_how){.weight = weight, .size = 1, .key = 3});
  pass = pass_new(w.n, &vat_pass(w.vat)->limits, w.team);
  pass_set(pass, w.n, &w.texts, all, TEXTS, 0, 0);
  think(&w, pass, NULL, p);
  assert_float_equal(loss_now(&w, pass, p), loss, 1e-5);
  for (size_t i = w.n->encoder_at; i < w.n->n; i += i < w.n->weight_at ? 7 : 1)
    largest = fmax(largest, fabs((double)w.g->g[i - w.n->encoder_at]));
  for (size_t i = w.n->encoder_at; i < w.n->n; i += i < w.n->weight_at ? 7 : 1) {
    float was = w.n->w[i];
    double up, down;

    w.n->w[i] = was + (float)h;
    up = loss_now(&w, pass, p);
    w.n->w[i] = was - (float)h;
    down = loss_now(&w, pass, p);
    w.n->w[i] = was;
    assert_float_equal(weight * (up - down) / (2 * h), w.g->g[i - w.n->encoder_at], 0.02 * largest);
  }
  assert_true(largest > 1e-3);
  pass_free(pass);
  world_release(&w);
}

static void
threads_change_nothing(void **state)
{
  struct world a, b;
  const struct vat_how how = {.weight = 1, .size = 1, .dropout = 0.3f, .key = 9};

  (void)state;
  world_init(&a, 1);
  world_init(&b, 3);
  assert_true(step(&a, &how) == step(&b, &how));
  assert_memory_equal(a.g->g, b.g->g, (a.n->n - a.n->encoder_at) * sizeof *a.g->g);
  assert_int_equal(a.g->n_rows, b.g->n_rows);
  assert_memory_equal(a.g->row, b.g->row, a.g->n_rows * sizeof *a.g->row);
  assert_memory_equal(a.g->rows, b.g->rows, a.g->n_rows * E * sizeof *a.g->rows);
  world_release(&a);
  world_release(&b);
}

static void
learning_makes_it_steadier(void **state)
{
  struct world w;
  struct adam *adam;
  double first = 0, last = 0;

  (void)state;
  world_init(&w, 1);
  adam = adam_new(w.n);
  for (uint64_t i = 0; i < 60; i++) {
    double loss = step(&w, &(struct vat_how){.weight = 1, .size = 1, .key = i});

    first += i < 5 ? loss : 0;
    last += i >= 55 ? loss : 0;
    adam_step(adam, w.n, w.team, w.g, &(struct adam_rates){.rate = 1e-2, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8});
    network_pack(w.n, w.team);
  }
  assert_true(last < 0.3 * first);
  adam_free(adam);
  world_release(&w);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_change_is_as_long_as_asked),
    cmocka_unit_test(the_change_is_worse_than_chance),
    cmocka_unit_test(gradients_by_differences),
    cmocka_unit_test(threads_change_nothing),
    cmocka_unit_test(learning_makes_it_steadier),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
