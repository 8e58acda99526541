/* Methods for noisy, soft and few labels: what each of them chooses, teaches and weighs. */
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
#include "student/coteach.h"
#include "student/methods.h"
#include "student/ramp.h"
#include "student/reweigh.h"
#include "student/selftrain.h"
#include "student/temporal.h"

static const struct option options[] = {METHOD_OPTIONS, {.name = NULL}};

static void
defaults(double *values)
{
  for (size_t i = 0; i < METHOD_N_OPTIONS; i++)
    values[i] = option_default(&options[i]);
}

/* ---- co-teaching -------------------------------------------------------------------------------------------------- */

static void
small_losses_are_kept(void **state)
{
  const double losses[6] = {3, 0.5, 2, 0.5, 9, 0.5};
  bool keep[6];

  (void)state;
  coteach_keep(losses, 6, 0.5, keep);
  assert_memory_equal(keep, ((bool[]){0, 1, 0, 1, 0, 1}), sizeof keep);
  coteach_keep(losses, 6, 0.7, keep);  /* 1.8 of them: two, the first of equals */
  assert_memory_equal(keep, ((bool[]){0, 1, 0, 1, 0, 0}), sizeof keep);
  coteach_keep(losses, 6, 0, keep);
  assert_memory_equal(keep, ((bool[]){1, 1, 1, 1, 1, 1}), sizeof keep);
  coteach_keep(losses, 6, 0.9, keep);
  assert_memory_equal(keep, ((bool[]){0, 1, 0, 0, 0, 0}), sizeof keep);
}

static void
methods_come_in(void **state)
{
  (void)state;
  assert_float_equal(coteach_forget(0.4, 4, 0), 0, 0);
  assert_float_equal(coteach_forget(0.4, 4, 1), 0.1, 1e-12);
  assert_float_equal(coteach_forget(0.4, 4, 4), 0.4, 1e-12);
  assert_float_equal(coteach_forget(0.4, 4, 9), 0.4, 1e-12);
  assert_float_equal(coteach_forget(0.4, 0, 1), 0.4, 1e-12);
  assert_float_equal(ramp_up(0, 0), 0, 0);
  assert_float_equal(ramp_up(1, 0), 1, 0);
  assert_float_equal(ramp_up(5, 10), exp(-1.25), 1e-12);
}

/* ---- temporal ensembling ------------------------------------------------------------------------------------------ */

static void
means_of_predictions(void **state)
{
  struct temporal *t = temporal_new(3, 2);
  float target[2] = {1, 0};

  (void)state;
  temporal_mix(t, 1, 1, target);
  assert_float_equal(target[0], 1, 0);  /* nothing is known yet */
  temporal_tell(t, 1, (float[]){0.2f, 0.8f});
  temporal_mix(t, 1, 1, target);
  assert_float_equal(target[0], 0.2, 1e-6);  /* one epoch: that one, whatever the decay */
  temporal_tell(t, 1, (float[]){0.6f, 0.4f});
  temporal_mix(t, 1, 1, target);
  assert_float_equal(target[0], (0.6 * 0.4 * 0.2 + 0.4 * 0.6) / (1 - 0.36), 1e-6);
  target[0] = 1;
  target[1] = 0;
  temporal_mix(t, 1, 0.5f, target);
  assert_float_equal(target[0] + target[1], 1, 1e-6);
  assert_float_equal(target[0], 0.5 + 0.5 * 0.45, 1e-6);
  temporal_free(t);
}

/* ---- self-training ------------------------------------------------------------------------------------------------ */

#define POOL 40

static void
sure_texts_are_taken(void **state)
{
  static const float teacher[3] = {1, 0, 0};
  struct student_task task = {.n_classes = 3};
  struct example pool[POOL] = {{.text = "", .soft = teacher}};
  struct selftrain *s = selftrain_new(&task, 100, pool, POOL, 0.8);
  float p[POOL][3], target[3];

  (void)state;
  for (int i = 0; i < POOL; i++) {
    p[i][0] = 0.05f;
    p[i][1] = i % 2 ? 0.85f : 0.5f;
    p[i][2] = 1 - p[i][0] - p[i][1];
  }
  p[0][1] = 1;  /* but the teacher spoke */
  selftrain_draw(s, 1);
  assert_int_equal(selftrain_n_taken(s), 0);
  selftrain_tell(s, 0, 7, p[0]);
  selftrain_tell(s, 7, POOL - 7, p[7]);
  selftrain_draw(s, 1);
  assert_int_equal(selftrain_n_taken(s), POOL / 2);
  assert_float_equal(selftrain_part(s), 1, 0);
  for (size_t i = 0; i < POOL; i++)
    assert_int_equal(selftrain_taken(s, i), i % 2);
  selftrain_target(s, 1, target);
  assert_memory_equal(target, ((float[]){0, 1, 0}), sizeof target);
  p[1][1] = 0.79f;  /* no longer sure */
  selftrain_tell(s, 0, POOL, p[0]);
  selftrain_draw(s, 1);
  assert_false(selftrain_taken(s, 1));
  selftrain_free(s);
}

static void
not_more_than_there_is_room_for(void **state)
{
  struct student_task task = {.n_classes = 2};
  struct example pool[POOL] = {{.text = ""}};
  struct selftrain *s = selftrain_new(&task, 5, pool, POOL, 0.9);
  float p[POOL][2];
  size_t twice = 0;
  bool first[POOL];

  (void)state;
  for (int i = 0; i < POOL; i++)
    p[i][1] = 1 - (p[i][0] = i % 4 ? 0.95f : 0.6f);
  selftrain_tell(s, 0, POOL, p[0]);
  selftrain_draw(s, 1);
  assert_int_equal(selftrain_n_taken(s), 20);
  assert_float_equal(selftrain_part(s), 0.25, 1e-6);
  for (size_t i = 0; i < POOL; i++) {
    first[i] = selftrain_taken(s, i);
    assert_true(i % 4 || !first[i]);
  }
  selftrain_draw(s, 2);
  assert_int_equal(selftrain_n_taken(s), 20);
  for (size_t i = 0; i < POOL; i++)
    twice += first[i] && selftrain_taken(s, i);
  assert_true(twice >= 10 && twice < 20);  /* 30 are sure: others each time */
  selftrain_free(s);
}

static void
sure_of_each_of_several_labels(void **state)
{
  struct student_task task = {.n_classes = 3, .multilabel = true};
  struct example pool[3] = {{.text = ""}};
  struct selftrain *s = selftrain_new(&task, 100, pool, 3, 0.9);
  float target[3];

  (void)state;
  selftrain_tell(s, 0, 3, (float[]){0.95f, 0.02f, 0.99f, 0.95f, 0.3f, 0.99f, 0.01f, 0.01f, 0.01f});
  selftrain_draw(s, 1);
  assert_true(selftrain_taken(s, 0));
  assert_false(selftrain_taken(s, 1));
  assert_true(selftrain_taken(s, 2));
  selftrain_target(s, 0, target);
  assert_memory_equal(target, ((float[]){1, 0, 1}), sizeof target);
  selftrain_target(s, 2, target);
  assert_memory_equal(target, ((float[]){0, 0, 0}), sizeof target);
  selftrain_free(s);
}

/* ---- learned weights ---------------------------------------------------------------------------------------------- */

/* Texts of two classes as vectors around two points; a network that half knows them; a third of all labels wrong, of the
 * held-out texts too. */
#define TEXTS 300
struct vectors {
  float h[TEXTS][2], scores[TEXTS][2];
  uint16_t label[TEXTS];
  bool wrong[TEXTS];
  struct example x[TEXTS];
};

static void
make_vectors(struct vectors *v, uint64_t seed)
{
  struct rng r;

  rng_seed(&r, seed);
  *v = (struct vectors){0};
  for (int i = 0; i < TEXTS; i++) {
    int truth = i % 2;

    v->wrong[i] = i % 3 == 0;
    v->label[i] = (uint16_t)(truth ^ v->wrong[i]);
    v->x[i] = (struct example){.text = "", .labels = &v->label[i], .n_labels = 1};
    for (int c = 0; c < 2; c++)
      v->h[i][c] = (float)((c == truth) + 0.2 * rng_normal(&r));
    for (int c = 0; c < 2; c++)
      v->scores[i][c] = v->h[i][c];
  }
}

static void
wrong_labels_lose_weight(void **state)
{
  static struct vectors train, held;
  struct student_task task = {.n_classes = 2};
  struct reweigh *w = reweigh_new(TEXTS, &task);
  double right = 0, wrong = 0;

  (void)state;
  make_vectors(&train, 1);
  make_vectors(&held, 2);
  for (int epoch = 0; epoch < 4; epoch++) {
    reweigh_begin(w, 2);
    for (size_t i = 0; i < TEXTS; i++)
      reweigh_outer(w, &held.x[i], held.h[i], held.scores[i]);
    for (size_t i = 0; i < TEXTS; i++)
      reweigh_inner(w, i, &train.x[i], train.h[i], train.scores[i]);
    reweigh_end(w);
  }
  for (size_t i = 0; i < TEXTS; i++)
    *(train.wrong[i] ? &wrong : &right) += (double)reweigh_of(w, i);
  assert_true(right / (TEXTS * 2 / 3.0) > 0.95);
  assert_true(wrong / (TEXTS / 3.0) < 0.2);
  reweigh_free(w);
}

/* <g, G> of texts against one held-out text, by hand. */
static void
agreement_by_hand(void **state)
{
  struct student_task task = {.n_classes = 2};
  struct reweigh *w = reweigh_new(3, &task);
  uint16_t labels[2] = {0, 1};
  struct example zero = {.text = "", .labels = &labels[0], .n_labels = 1};
  struct example one = {.text = "", .labels = &labels[1], .n_labels = 1};
  float scores[2] = {0, 0};

  (void)state;
  /* p = 1/2: reverse cross-entropy's gradient is (-1, 1) of label 0, so with h = 2 G = ((-2, -1), (2, 1)). g of label 1
   * is (1/2, -1/2) with (h, 1): <g, G> = -(2 h + 1); of label 0 the opposite. */
  reweigh_begin(w, 1);
  reweigh_outer(w, &zero, (float[]){2}, scores);
  reweigh_inner(w, 0, &one, (float[]){1}, scores);    /* -3 */
  reweigh_inner(w, 1, &one, (float[]){-2}, scores);   /* 3 */
  reweigh_inner(w, 2, &zero, (float[]){-2}, scores);  /* -3, but the only one of its label: 0 */
  reweigh_end(w);
  assert_float_equal(reweigh_of(w, 0), 1 - REWEIGH_RATE * 3 / sqrt(6), 1e-6);
  assert_float_equal(reweigh_of(w, 1), 1, 0);
  assert_float_equal(reweigh_of(w, 2), 1, 0);
  reweigh_free(w);
}

/* ---- all of them behind methods.h --------------------------------------------------------------------------------- */

#define N 6
static uint16_t labels[N] = {0, 1, 2, 0, 1, 2};
static const float opinion[3] = {0.2f, 0.7f, 0.1f};
static struct example train[N], pool[3];

static struct training_plan
make_plan(void)
{
  for (int i = 0; i < N; i++)
    train[i] = (struct example){.text = "", .labels = &labels[i], .n_labels = 1};
  train[1].weight = 3;
  train[2].soft = opinion;
  for (int i = 0; i < 3; i++)
    pool[i] = (struct example){.text = ""};
  pool[1].soft = opinion;
  pool[1].weight = 0.5f;
  return (struct training_plan){.task = {.n_classes = 3}, .train = train, .n_train = N, .pool = pool, .n_pool = 3,
                                .seed = 5};
}

/* Sure of the first class of pool text 0, of nothing else. */
static void
ask(void *arg, enum method_set set, size_t first, size_t n, float *vectors, float *scores)
{
  int *asked = arg;

  asked[set]++;
  for (size_t i = 0; i < n; i++) {
    for (size_t c = 0; c < 3; c++)
      scores[i * 3 + c] = set == METHOD_POOL && first + i == 0 && c == 0 ? 9 : 0.1f * (float)(i + c);
    if (vectors)
      vectors[i] = 1;
  }
}

static void
goals_of_texts(void **state)
{
  double values[METHOD_N_OPTIONS];
  struct training_plan plan = make_plan();
  struct methods *m;
  struct goal g[5];
  float targets[5][3], scores[5][3] = {{0}}, d[3], expected[3];
  uint32_t rows[5] = {0, 1, 2, N + 1, N}, drawn[3];
  int asked[3] = {0};

  (void)state;
  defaults(values);
  values[METHOD_SELFTRAIN] = 2;
  values[METHOD_RAMP] = 0;
  values[METHOD_SOFT] = 0.25;
  m = methods_new(&plan, values, 0);
  assert_int_equal(methods_pool(m, drawn), 1);  /* the teacher's only */
  assert_int_equal(drawn[0], N + 1);
  methods_learn(m, 1, NULL, 0, ask, asked);
  assert_int_equal(asked[METHOD_POOL], 1);
  assert_int_equal(asked[METHOD_TRAIN], 0);
  assert_int_equal(methods_pool(m, drawn), 2);
  assert_int_equal(drawn[0], N);
  methods_goals(m, rows, 5, scores[0], targets[0], g);
  assert_memory_equal(g[0].target, ((float[]){1, 0, 0}), sizeof targets[0]);
  assert_float_equal(g[0].weight, 1, 0);
  assert_float_equal(g[1].weight, 3, 0);
  assert_ptr_equal(g[2].soft, opinion);
  assert_float_equal(g[2].share, 0.25, 0);
  assert_float_equal(g[3].share, 1, 0);
  assert_float_equal(g[3].weight, 0.5, 0);
  assert_memory_equal(g[4].target, ((float[]){1, 0, 0}), sizeof targets[0]);
  assert_float_equal(g[4].weight, 2, 0);
  assert_float_equal(goals_loss(m, &g[1], scores[1], d), 3 * log(3), 1e-6);
  goals_loss(m, &g[3], scores[3], d);
  for (int c = 0; c < 3; c++)
    expected[c] = 0.5f * (1 / 3.0f - opinion[c]);
  for (int c = 0; c < 3; c++)
    assert_float_equal(d[c], expected[c], 1e-6);
  methods_free(m);
}

static void
networks_exchange(void **state)
{
  double values[METHOD_N_OPTIONS];
  struct training_plan plan = make_plan();
  struct goal a[4], b[4];
  float targets[4][3], scores[4][3] = {{0}};
  uint32_t rows[4] = {0, 1, 2, 3};
  struct methods *m;
  int asked[3] = {0};

  (void)state;
  defaults(values);
  m = methods_new(&plan, values, 0);
  assert_false(methods_twin(m));
  methods_free(m);
  values[METHOD_COTEACH] = 0.5;
  values[METHOD_RAMP] = 1;
  m = methods_new(&plan, values, 0);
  assert_true(methods_twin(m));
  for (int epoch = 0; epoch < 2; epoch++) {
    methods_goals(m, rows, 4, scores[0], targets[0], a);
    memcpy(b, a, sizeof b);
    methods_exchange(m, 4, (double[]){1, 2, 3, 4}, (double[]){4, 3, 1, 2}, a, b);
    for (int i = 0; i < 4; i++) {
      assert_int_equal(a[i].weight > 0, epoch == 0 || i >= 2);  /* easy for b */
      assert_int_equal(b[i].weight > 0, epoch == 0 || i < 2);
    }
    methods_learn(m, 1, NULL, 0, ask, asked);
  }
  methods_free(m);
}

static void
every_text_has_its_turn(void **state)
{
  double values[METHOD_N_OPTIONS];
  struct training_plan plan = make_plan();
  struct methods *m;
  uint32_t rows[2 * (N + 3)];
  int met[2][N + 3] = {{0}};

  (void)state;
  defaults(values);
  values[METHOD_VAT] = 1;
  m = methods_new(&plan, values, 0);
  methods_vat_rows(m, 5, rows);
  methods_vat_rows(m, 2 * (N + 3) - 5, rows + 5);
  for (int i = 0; i < 2 * (N + 3); i++)
    met[i / (N + 3)][rows[i]]++;
  for (int i = 0; i < N + 3; i++)
    assert_true(met[0][i] == 1 && met[1][i] == 1);
  assert_memory_not_equal(rows, rows + N + 3, (N + 3) * sizeof *rows);
  methods_free(m);
}

static void
all_on(double *values)
{
  defaults(values);
  values[METHOD_LOSS] = LOSS_GCE;
  values[METHOD_WEIGHTS] = 1;
  values[METHOD_COTEACH] = 0.3;
  values[METHOD_SELFTRAIN] = 1;
  values[METHOD_VAT] = 1;
  values[METHOD_TEMPORAL] = 0.5;
}

static void
go_on(struct methods *m, int epochs, float *targets, struct goal *g, uint32_t *turns)
{
  uint32_t rows[N + 1] = {0, 1, 2, 3, 4, 5, N};
  float scores[N + 1][3];
  int asked[3] = {0};

  for (int epoch = 0; epoch < epochs; epoch++) {
    for (int i = 0; i <= N; i++)
      for (int c = 0; c < 3; c++)
        scores[i][c] = (float)(i * c + epoch) / 7;
    methods_goals(m, rows, N + 1, scores[0], targets, g);
    methods_vat_rows(m, 4, turns);
    methods_learn(m, 1, train, N, ask, asked);
  }
}

static void
states_go_on(void **state)
{
  double values[METHOD_N_OPTIONS];
  struct training_plan plan = make_plan();
  struct methods *a, *b;
  struct goal ga[N + 1], gb[N + 1];
  float ta[N + 1][3], tb[N + 1][3];
  uint32_t turns_a[4], turns_b[4];
  struct buf kept = BUF_INIT, again = BUF_INIT;
  size_t used;

  (void)state;
  all_on(values);
  a = methods_new(&plan, values, 0.1);
  b = methods_new(&plan, values, 0.1);
  go_on(a, 4, ta[0], ga, turns_a);
  methods_save(a, &kept);
  assert_int_equal(methods_restore(b, kept.s, kept.n, &used), 0);
  assert_int_equal(used, kept.n);
  methods_save(b, &again);
  assert_int_equal(again.n, kept.n);
  assert_memory_equal(again.s, kept.s, kept.n);
  go_on(a, 3, ta[0], ga, turns_a);
  go_on(b, 3, tb[0], gb, turns_b);
  assert_memory_equal(ta, tb, sizeof ta);
  assert_memory_equal(turns_a, turns_b, sizeof turns_a);
  for (int i = 0; i <= N; i++)
    assert_true(ga[i].weight == gb[i].weight);
  methods_free(b);
  for (size_t n = 0; n < kept.n; n++) {  /* each piece of it is too little */
    b = methods_new(&plan, values, 0.1);
    assert_int_equal(methods_restore(b, kept.s, n, &used), -1);
    methods_free(b);
  }
  methods_free(a);
  buf_release(&kept);
  buf_release(&again);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(small_losses_are_kept),
    cmocka_unit_test(methods_come_in),
    cmocka_unit_test(means_of_predictions),
    cmocka_unit_test(sure_texts_are_taken),
    cmocka_unit_test(not_more_than_there_is_room_for),
    cmocka_unit_test(sure_of_each_of_several_labels),
    cmocka_unit_test(wrong_labels_lose_weight),
    cmocka_unit_test(agreement_by_hand),
    cmocka_unit_test(goals_of_texts),
    cmocka_unit_test(networks_exchange),
    cmocka_unit_test(every_text_has_its_turn),
    cmocka_unit_test(states_go_on),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
