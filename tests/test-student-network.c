/* A network's batch: gradients against finite differences, passes that add up, the same bytes on any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "student/network.h"

enum { E = 6, C = 3, ROWS = 40, TEXTS = 9 };

/* Texts of 0 to 11 tokens, tokens of 1 to 4 rows. */
static void
make_texts(struct encoded *c, size_t parts)
{
  struct rng r;

  rng_seed(&r, 7);
  *c = (struct encoded){.n = TEXTS, .parts = parts, .n_tokens = 25, .longest = 11, .most_rows = 4};
  c->start = xcalloc(TEXTS * parts + 1, sizeof *c->start);
  c->token = xcalloc(TEXTS * parts * 11, sizeof *c->token);
  c->row_start = xcalloc(c->n_tokens + 1, sizeof *c->row_start);
  c->row = xcalloc((size_t)c->n_tokens * 4, sizeof *c->row);
  for (size_t k = 0; k < c->n_tokens; k++) {
    size_t n = k == 0 ? 1 : 1 + rng_below(&r, 4);

    c->row_start[k + 1] = c->row_start[k] + n;
    for (size_t i = 0; i < n; i++)
      c->row[c->row_start[k] + i] = k == 0 ? TOKEN_UNKNOWN : (uint32_t)(2 + rng_below(&r, ROWS - 2));
  }
  for (size_t p = 0; p < TEXTS * parts; p++) {
    size_t n = p == 3 ? 0 : 1 + rng_below(&r, 11);

    for (size_t i = 0; i < n; i++)
      c->token[c->start[p] + i] = (uint32_t)rng_below(&r, c->n_tokens);
    c->start[p + 1] = c->start[p] + n;
  }
}

struct fixture {
  struct encoded texts;
  double values[32];
  struct network *n;
  struct pass *p;
  struct gradients *g;
  struct team *team;
  float targets[TEXTS * C], dscores[TEXTS * C];
  struct pass_how how;
  uint32_t which[TEXTS];
  size_t B;
};

static void
begin(struct fixture *f, const struct encoder *encoder, size_t parts, int threads)
{
  struct network_shape shape = {encoder, f->values, E, C, parts, ROWS, true};
  struct pass_limits limits = {TEXTS, TEXTS * 11 * parts, 11, TEXTS * 11 * 4 * parts};
  bool met[ROWS];
  struct rng r;

  memset(f, 0, sizeof *f);
  memset(met, true, sizeof met);
  for (size_t i = 0; encoder->params[i].name; i++)
    f->values[i] = option_default(&encoder->params[i]);
  f->values[0] = 5;  /* narrow */
  make_texts(&f->texts, parts);
  f->team = team_new(threads);
  f->n = network_new(&shape);
  network_begin(f->n, met, 0.7f, 3);
  rng_seed(&r, 6);
  for (size_t i = f->n->encoder_at; i < f->n->n; i++)
    f->n->w[i] += 0.1f * (float)rng_normal(&r);  /* off the kink of biases that are 0 */
  f->p = pass_new(f->n, &limits, f->team);
  f->g = gradients_new(f->n, ROWS);
  f->how = (struct pass_how){.dropout = 0.3f, .key = 99};
  rng_seed(&r, 5);
  for (size_t i = 0; i < TEXTS * C; i++)
    f->targets[i] = (float)rng_normal(&r);
  f->B = TEXTS - 1;
  for (size_t i = 0; i < f->B; i++)
    f->which[i] = (uint32_t)((i * 5 + 3) % TEXTS);
  pass_set(f->p, f->n, &f->texts, f->which, f->B, 0.2f, 4);
}

static void
end(struct fixture *f)
{
  pass_free(f->p);
  gradients_free(f->g);
  network_free(f->n);
  team_free(f->team);
  free(f->texts.start);
  free(f->texts.token);
  free(f->texts.row_start);
  free(f->texts.row);
}

/* Half of the squared distance of scores and targets. */
static double
loss(struct fixture *f)
{
  double sum = 0;

  network_pack(f->n, f->team);
  pass_forward(f->p, f->n, f->team, &f->how);
  for (size_t i = 0; i < f->B * C; i++) {
    f->dscores[i] = f->p->scores[i] - f->targets[i];
    sum += 0.5 * (double)f->dscores[i] * (double)f->dscores[i];
  }
  return sum;
}

static void
learn(struct fixture *f, bool add)
{
  loss(f);
  pass_backward(f->p, f->n, f->team, f->dscores);
  pass_gradients(f->p, f->n, f->team, f->g, add);
}

static float
gradient_of(const struct fixture *f, size_t i)
{
  if (i >= f->n->encoder_at)
    return f->g->g[i - f->n->encoder_at];
  for (uint32_t s = 0; s < f->g->n_rows; s++)
    if (f->g->row[s] == i / E)
      return f->g->rows[s * E + i % E];
  return 0;
}

static void
check_gradients(const struct encoder *encoder, size_t parts)
{
  struct fixture f;
  double largest = 0;
  size_t off = 0;
  struct rng r;

  begin(&f, encoder, parts, 2);
  learn(&f, false);
  rng_seed(&r, 1);
  for (int k = 0; k < 400; k++) {
    size_t i = k % 2 ? rng_below(&r, ROWS * E) : f.n->encoder_at + rng_below(&r, f.n->n - f.n->encoder_at);
    float was = f.n->w[i];
    double a, b, g = (double)gradient_of(&f, i);

    f.n->w[i] = was + 1e-3f;
    a = loss(&f);
    f.n->w[i] = was - 1e-3f;
    b = loss(&f);
    f.n->w[i] = was;
    off += fabs((a - b) / 2e-3 - g) > 0.02 + 0.02 * fabs(g);
    largest = fmax(largest, fabs(g));
  }
  assert_true(largest > 1);
  assert_true(off < 12);  /* the largest of several has a kink */
  end(&f);
}

static void
test_gradients(void **state)
{
  (void)state;
  check_gradients(&encoder_cnn, 1);
  check_gradients(&encoder_cnn, 2);
}

/* dx is the gradient of a change of the token vectors. */
static void
test_change(void **state)
{
  struct fixture f;
  float *change, *dx;
  double wanted = 0, a, b;
  size_t n;

  (void)state;
  begin(&f, &encoder_cnn, 1, 1);
  n = f.p->batch.T * E;
  change = xcalloc(n, sizeof *change);
  dx = xcalloc(n, sizeof *dx);
  f.how.change = change;
  loss(&f);
  pass_backward(f.p, f.n, f.team, f.dscores);
  memcpy(dx, f.p->dx, n * sizeof *dx);
  for (size_t i = 0; i < n; i++) {
    change[i] = 1e-4f * dx[i];
    if (f.p->x[i / E * E] != 0 || f.p->x[i / E * E + 1] != 0)  /* else it is padding */
      wanted += (double)dx[i] * (double)change[i];
  }
  a = loss(&f);
  for (size_t i = 0; i < n; i++)
    change[i] = -change[i];
  b = loss(&f);
  assert_true(fabs((a - b) / 2 - wanted) < 0.03 * fabs(wanted));
  free(change);
  free(dx);
  end(&f);
}

static void
test_passes_add_up(void **state)
{
  struct fixture f;
  float *once;
  double length;

  (void)state;
  begin(&f, &encoder_cnn, 1, 2);
  learn(&f, false);
  length = gradients_norm(f.g, f.n, f.team);
  once = xcalloc(f.n->n, sizeof *once);
  for (size_t i = 0; i < f.n->n; i++)
    once[i] = gradient_of(&f, i);
  learn(&f, true);
  for (size_t i = 0; i < f.n->n; i++)
    assert_true(fabsf(gradient_of(&f, i) - 2 * once[i]) <= 1e-5f * (1 + fabsf(once[i])));
  assert_true(fabs(gradients_norm(f.g, f.n, f.team) - 2 * length) < 1e-4 * length);
  learn(&f, false);
  for (size_t i = 0; i < f.n->n; i++)
    assert_true(gradient_of(&f, i) == once[i]);
  free(once);
  end(&f);
}

static void
test_threads(void **state)
{
  struct fixture f[2];
  struct adam_rates rates = {.rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0.01, .clip = 1};

  (void)state;
  for (int i = 0; i < 2; i++) {
    struct adam *a;

    begin(&f[i], &encoder_cnn, 2, i ? 3 : 1);
    a = adam_new(f[i].n);
    for (int step = 0; step < 20; step++) {
      f[i].how.key = (uint64_t)step;
      pass_set(f[i].p, f[i].n, &f[i].texts, f[i].which, f[i].B, 0.2f, (uint64_t)step);
      learn(&f[i], false);
      adam_step(a, f[i].n, f[i].team, f[i].g, &rates);
    }
    adam_free(a);
  }
  assert_memory_equal(f[0].n->w, f[1].n->w, f[0].n->n * sizeof(float));
  end(&f[0]);
  end(&f[1]);
}

/* It learns: the loss of fixed texts falls. */
static void
test_adam(void **state)
{
  struct fixture f;
  struct adam_rates rates = {.rate = 0.02, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
  struct adam *a;
  double before, after;

  (void)state;
  begin(&f, &encoder_cnn, 1, 1);
  f.how.dropout = 0;
  a = adam_new(f.n);
  before = loss(&f);
  for (int step = 0; step < 60; step++) {
    learn(&f, false);
    adam_step(a, f.n, f.team, f.g, &rates);
  }
  after = loss(&f);
  assert_true(after < before / 10);
  for (size_t i = 0; i < E; i++)
    assert_true(f.n->w[i] == 0);  /* padding */
  adam_free(a);
  end(&f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gradients), cmocka_unit_test(test_change), cmocka_unit_test(test_passes_add_up),
    cmocka_unit_test(test_threads), cmocka_unit_test(test_adam),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
