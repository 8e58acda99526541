/* Encoders: what comes back against finite differences, with the plain operations and the fastest; the fast against the
 * plain; and the same bytes however texts and tasks are shared out. Each is given texts of different lengths, none a
 * multiple of anything, and buffers that are just as large as it says, full of NaN. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/team.h"
#include "net/encoder.h"

#define MAX_TEXTS 8
#define MAX_VALUES 16

struct sort {
  const struct encoder *encoder;
  const char *options;      /* "name=value ..." */
  size_t E;
  uint32_t length[MAX_TEXTS];
  float dropout;
};

static const struct sort sorts[] = {
  {&encoder_cnn, "filters=7 width-min=2 width-max=4", 5, {11, 9, 6, 4, 4}, 0},
  {&encoder_cnn, "filters=37 width-min=1 width-max=1", 3, {5, 1, 1}, 0},
  {&encoder_cnn, "filters=100", 20, {13, 7, 5}, 0},
  {&encoder_bilstm, "hidden=3 attention=5", 4, {7, 5, 5, 2, 1, 1}, 0},
  {&encoder_bilstm, "hidden=17 attention=33", 9, {6, 1}, 0},
  {&encoder_bilstm, "hidden=20 attention=1", 35, {1}, 0},
  {&encoder_transformer, "layers=1 heads=1 feedforward=7 positions=5", 6, {5, 3, 3, 1}, 0},
  {&encoder_transformer, "layers=2 heads=3 feedforward=9 positions=8", 12, {7, 5, 4, 2, 1, 1}, .3f},
  {&encoder_transformer, "layers=3 heads=2 feedforward=5 positions=4", 6, {6, 4, 1}, .2f},
  {&encoder_transformer, "layers=1 heads=2 feedforward=40 pooling=mean positions=9", 34, {5, 2, 1}, 0},
  {&encoder_transformer, "layers=2 heads=2 feedforward=11 pooling=mean positions=5", 6, {7, 6, 3, 1}, .3f},
  /* rounded: no slopes */
  {&encoder_cnn, "filters=9 precision=bf16-all", 5, {9, 7, 5, 5}, 0},
  {&encoder_bilstm, "hidden=9 attention=6 precision=bf16-all", 5, {6, 3, 3, 1}, 0},
  {&encoder_transformer, "feedforward=11 precision=bf16-all", 6, {7, 3, 3, 1}, .2f},
};
#define N_SLOPED (N_OF(sorts) - 3)  /* those before */

struct scene {
  const struct sort *sort;
  struct encoder_shape shape;
  double values[MAX_VALUES];
  struct block blocks[ENCODER_MAX_BLOCKS];
  size_t n_blocks, n, D;    /* n: parameters, with what stands between blocks */
  uint32_t start[MAX_TEXTS + 1];
  struct batch batch;
  struct encoder_run run;
  float *w, *x, *dout, *out, *dx, *scratch;
};

static float *
floats(size_t n)
{
  void *p = NULL;

  assert_int_equal(posix_memalign(&p, 64, (n ? n : 1) * sizeof(float)), 0);
  return p;
}

static void
poison(float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = NAN;
}

static void
set_values(struct scene *s)
{
  const struct option *o = s->sort->encoder->params;
  char text[128], *rest = NULL;

  for (size_t i = 0; o[i].name; i++) {
    assert_true(i < MAX_VALUES);
    s->values[i] = option_default(&o[i]);
  }
  snprintf(text, sizeof text, "%s", s->sort->options);
  for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    char *value = strchr(word, '=');
    const struct option *row;
    struct err e = {0};

    assert_non_null(value);
    *value++ = '\0';
    row = option_find(o, word);
    assert_non_null(row);
    assert_int_equal(option_check(row, value, &s->values[row - o], &e), 0);
  }
}

/* Parameters that say something: biases too. */
static void
set_parameters(struct scene *s)
{
  struct rng r;

  rng_seed(&r, 5);
  poison(s->w, s->n);
  for (size_t i = 0; i < s->n_blocks; i++) {
    const struct block *k = &s->blocks[i];
    float *w = s->w + block_offset(s->blocks, i);

    for (size_t j = 0; j < k->rows * k->columns; j++)
      w[j] = (float)((k->init == INIT_ONE ? 1 : 0) + .3 * rng_normal(&r));
  }
}

static void
set_batch(struct scene *s)
{
  size_t longest = s->sort->length[0];

  for (size_t i = 0; i < MAX_TEXTS && s->sort->length[i]; i++) {
    assert_true(s->sort->length[i] <= longest);
    s->start[i + 1] = s->start[i] + s->sort->length[i];
    s->batch.B++;
  }
  s->batch.T = s->start[s->batch.B];
  s->batch.start = s->start;
  s->shape.max_texts = s->batch.B + 1;
  s->shape.max_rows = s->batch.T + 3;
  s->shape.max_length = longest + 1;
}

static void
begin(struct scene *s, const struct sort *sort, const struct ops *ops, bool training)
{
  const struct encoder *k = sort->encoder;
  struct rng r;

  *s = (struct scene){.sort = sort};
  set_values(s);
  s->shape.E = sort->E;
  s->shape.values = s->values;
  s->shape.training = training;
  set_batch(s);
  s->n_blocks = k->blocks(&s->shape, s->blocks);
  assert_true(s->n_blocks <= ENCODER_MAX_BLOCKS);
  s->n = block_offset(s->blocks, s->n_blocks);
  s->D = k->width(&s->shape);
  s->w = floats(s->n);
  s->x = floats(s->batch.T * sort->E);
  s->dx = floats(s->batch.T * sort->E);
  s->out = floats(s->batch.B * s->D);
  s->dout = floats(s->batch.B * s->D);
  s->scratch = floats(k->scratch_floats(&s->shape));
  s->run = (struct encoder_run){.ops = ops, .shape = &s->shape, .w = s->w, .packed = floats(k->packed_floats(&s->shape)),
                                .work = floats(k->work_floats(&s->shape)), .g = floats(s->n), .dropout = sort->dropout,
                                .key = 77};
  set_parameters(s);
  rng_seed(&r, 6);
  for (size_t i = 0; i < s->batch.T * sort->E; i++)
    s->x[i] = (float)rng_normal(&r);
  for (size_t i = 0; i < s->batch.B * s->D; i++)
    s->dout[i] = (float)rng_normal(&r);
}

static void
end(struct scene *s)
{
  float *all[] = {s->w, s->x, s->dx, s->out, s->dout, s->scratch, s->run.packed, s->run.work, s->run.g};

  for (size_t i = 0; i < N_OF(all); i++)
    free(all[i]);
}

static void
clear(struct scene *s)
{
  const struct encoder *k = s->sort->encoder;

  poison(s->run.packed, k->packed_floats(&s->shape));
  poison(s->run.work, k->work_floats(&s->shape));
  poison(s->out, s->batch.B * s->D);
  poison(s->dx, s->batch.T * s->sort->E);
  poison(s->run.g, s->n);
}

/* A way to share out work: pieces of `piece` texts; pieces and tasks from the last to the first or not. */
struct way {
  size_t piece;
  bool back;
};

static void
forward(struct scene *s, struct way way)
{
  const struct encoder *k = s->sort->encoder;
  size_t tasks = k->pack_tasks(&s->shape), pieces = (s->batch.B + way.piece - 1) / way.piece;

  for (size_t i = 0; i < tasks; i++)
    k->pack(&s->run, way.back ? tasks - 1 - i : i);
  for (size_t i = 0; i < pieces; i++) {
    size_t first = (way.back ? pieces - 1 - i : i) * way.piece, last = first + way.piece;

    poison(s->scratch, k->scratch_floats(&s->shape));
    k->forward(&s->run, &s->batch, first, last < s->batch.B ? last : s->batch.B, s->x, s->out, s->scratch);
  }
}

static void
backward(struct scene *s, struct way way)
{
  const struct encoder *k = s->sort->encoder;
  size_t pieces = (s->batch.B + way.piece - 1) / way.piece;

  for (size_t i = 0; i < pieces; i++) {
    size_t first = (way.back ? pieces - 1 - i : i) * way.piece, last = first + way.piece;

    poison(s->scratch, k->scratch_floats(&s->shape));
    k->backward(&s->run, &s->batch, first, last < s->batch.B ? last : s->batch.B, s->x, s->dout, s->dx, s->scratch);
  }
}

static void
gradients(struct scene *s, struct way way)
{
  const struct encoder *k = s->sort->encoder;
  size_t tasks = k->gradient_tasks(&s->shape);

  for (size_t i = 0; i < tasks; i++) {
    poison(s->scratch, k->scratch_floats(&s->shape));
    k->gradients(&s->run, &s->batch, way.back ? tasks - 1 - i : i, s->x, s->dout, s->scratch);
  }
}

static void
step(struct scene *s, struct way way)
{
  clear(s);
  forward(s, way);
  backward(s, way);
  gradients(s, way);
}

static void
only_forward(struct scene *s, struct way way)
{
  clear(s);
  forward(s, way);
}

#define AT_ONCE (struct way){MAX_TEXTS, false}

/* ---- against finite differences ---------------------------------------------------------------------------------- */

static double
loss(struct scene *s)
{
  double sum = 0;

  forward(s, AT_ONCE);
  for (size_t i = 0; i < s->batch.B * s->D; i++)
    sum += (double)s->out[i] * s->dout[i];
  return sum;
}

struct tally {
  size_t n, kinks;
};

/* The slope of the loss along *p. A convolution is straight but for kinks, where the largest window becomes another: where
 * its slope differs between the two sides there is nothing to compare. */
static void
check_slope(struct scene *s, float *p, double gradient, const char *what, struct tally *tally)
{
  double by = 1.0 / 256, middle = loss(s), up, down, slack;
  float kept = *p;

  *p = kept + (float)by;
  up = (loss(s) - middle) / by;
  *p = kept - (float)by;
  down = (middle - loss(s)) / by;
  *p = kept;
  tally->n++;
  slack = 2e-3 * (1 + fabs(gradient));
  if (s->sort->encoder == &encoder_cnn && fabs(up - down) > slack) {
    tally->kinks++;
    return;
  }
  if (!(fabs((up + down) / 2 - gradient) <= slack))
    fail_msg("%s %s (%s, %s): %.6g, not %.6g", s->sort->encoder->name, what, s->run.ops->name, s->sort->options, gradient,
             (up + down) / 2);
}

static void
check_slopes(struct scene *s, float *p, const float *gradient, size_t n, const char *what, struct tally *tally)
{
  size_t stride = n > 20 ? n / 17 : 1;

  for (size_t i = 0; i < n; i += stride)
    check_slope(s, p + i, gradient[i], what, tally);
}

static void
gradients_are_slopes(void **state)
{
  const struct ops *versions[] = {&ops_plain, ops_best()};

  (void)state;
  for (size_t i = 0; i < N_SLOPED * N_OF(versions); i++) {
    struct tally tally = {0};
    struct scene s;
    float *dx;

    begin(&s, &sorts[i / 2], versions[i % 2], true);
    step(&s, AT_ONCE);
    dx = floats(s.batch.T * s.shape.E);
    memcpy(dx, s.dx, s.batch.T * s.shape.E * sizeof *dx);
    check_slopes(&s, s.x, dx, s.batch.T * s.shape.E, "x", &tally);
    for (size_t k = 0; k < s.n_blocks; k++) {
      size_t at = block_offset(s.blocks, k);

      check_slopes(&s, s.w + at, s.run.g + at, s.blocks[k].rows * s.blocks[k].columns, s.blocks[k].name, &tally);
    }
    assert_true(tally.kinks * 4 < tally.n);
    free(dx);
    end(&s);
  }
}

/* ---- the same ---------------------------------------------------------------------------------------------------- */

static void
same(const float *a, const float *b, size_t n)
{
  assert_memory_equal(a, b, n * sizeof *a);
  for (size_t i = 0; i < n; i++)
    assert_true(isfinite(a[i]));
}

static void
same_gradients(const struct scene *a, const struct scene *b)
{
  for (size_t k = 0; k < a->n_blocks; k++) {
    size_t at = block_offset(a->blocks, k);

    same(a->run.g + at, b->run.g + at, a->blocks[k].rows * a->blocks[k].columns);
  }
}

static void
any_way_gives_the_same_bytes(void **state)
{
  const struct way ways[] = {{1, false}, {2, true}, {3, false}, {1, true}};
  const struct ops *o;

  (void)state;
  for (size_t i = 0; i < N_OF(sorts); i++)
    for (int v = 0; (o = ops_nth(v)); v++) {
      struct scene a, b;

      begin(&a, &sorts[i], o, true);
      step(&a, AT_ONCE);
      begin(&b, &sorts[i], o, true);
      for (size_t w = 0; w < N_OF(ways); w++) {
        step(&b, ways[w]);
        same(a.out, b.out, a.batch.B * a.D);
        same(a.dx, b.dx, a.batch.T * a.shape.E);
        same_gradients(&a, &b);
      }
      end(&a);
      end(&b);
    }
}

#define MEMBERS 3

/* The same with threads: a text a task. */
struct crowd {
  struct scene *s;
  float *scratch[MEMBERS];
};

static void
pack_task(void *arg, size_t task, int member)
{
  struct crowd *c = arg;

  (void)member;
  c->s->sort->encoder->pack(&c->s->run, task);
}

static void
forward_task(void *arg, size_t task, int member)
{
  struct crowd *c = arg;
  struct scene *s = c->s;

  s->sort->encoder->forward(&s->run, &s->batch, task, task + 1, s->x, s->out, c->scratch[member]);
}

static void
backward_task(void *arg, size_t task, int member)
{
  struct crowd *c = arg;
  struct scene *s = c->s;

  s->sort->encoder->backward(&s->run, &s->batch, task, task + 1, s->x, s->dout, s->dx, c->scratch[member]);
}

static void
gradient_task(void *arg, size_t task, int member)
{
  struct crowd *c = arg;
  struct scene *s = c->s;

  s->sort->encoder->gradients(&s->run, &s->batch, task, s->x, s->dout, c->scratch[member]);
}

static void
step_of_team(struct team *team, struct scene *s)
{
  const struct encoder *k = s->sort->encoder;
  struct crowd c = {.s = s};

  for (int i = 0; i < MEMBERS; i++)
    c.scratch[i] = floats(k->scratch_floats(&s->shape));
  clear(s);
  team_run(team, k->pack_tasks(&s->shape), pack_task, &c);
  team_run(team, s->batch.B, forward_task, &c);
  team_run(team, s->batch.B, backward_task, &c);
  team_run(team, k->gradient_tasks(&s->shape), gradient_task, &c);
  for (int i = 0; i < MEMBERS; i++)
    free(c.scratch[i]);
}

static void
threads_give_the_same_bytes(void **state)
{
  struct team *team = team_new(MEMBERS);

  (void)state;
  for (size_t i = 0; i < N_OF(sorts); i++) {
    struct scene a, b;

    begin(&a, &sorts[i], ops_best(), true);
    step(&a, AT_ONCE);
    begin(&b, &sorts[i], ops_best(), true);
    for (int turn = 0; turn < 3; turn++) {
      step_of_team(team, &b);
      same(a.out, b.out, a.batch.B * a.D);
      same(a.dx, b.dx, a.batch.T * a.shape.E);
      same_gradients(&a, &b);
    }
    end(&a);
    end(&b);
  }
  team_free(team);
}

/* Of two backward passes the last counts, and predicting gives what training gives without dropout. */
static void
forward_is_kept_and_predicts(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(sorts); i++) {
    struct scene a, b, c;

    begin(&a, &sorts[i], ops_best(), true);
    step(&a, AT_ONCE);
    begin(&b, &sorts[i], ops_best(), true);
    clear(&b);
    forward(&b, AT_ONCE);
    for (size_t k = 0; k < b.batch.B * b.D; k++)
      b.dout[k] = 3 - a.dout[k];
    backward(&b, AT_ONCE);
    gradients(&b, AT_ONCE);
    memcpy(b.dout, a.dout, b.batch.B * b.D * sizeof *b.dout);
    backward(&b, (struct way){2, true});
    gradients(&b, AT_ONCE);
    same(a.dx, b.dx, a.batch.T * a.shape.E);
    same_gradients(&a, &b);

    begin(&c, &sorts[i], ops_best(), false);
    c.run.dropout = a.run.dropout = 0;
    clear(&a);
    forward(&a, AT_ONCE);
    clear(&c);
    forward(&c, AT_ONCE);
    same(a.out, c.out, a.batch.B * a.D);
    end(&a);
    end(&b);
    end(&c);
  }
}

/* A network is made before anybody knows how large its batches will be. */
static void
parameters_do_not_go_by_the_batch(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(sorts); i++) {
    const struct encoder *k = sorts[i].encoder;
    struct block blocks[ENCODER_MAX_BLOCKS];
    struct encoder_shape shape;
    struct scene s;

    begin(&s, &sorts[i], &ops_plain, true);
    shape = (struct encoder_shape){.E = s.shape.E, .values = s.values, .training = true};
    assert_int_equal(k->blocks(&shape, blocks), s.n_blocks);
    assert_int_equal(block_offset(blocks, s.n_blocks), s.n);
    assert_int_equal(k->width(&shape), s.D);
    assert_int_equal(k->packed_floats(&shape), k->packed_floats(&s.shape));
    assert_int_equal(k->pack_tasks(&shape), k->pack_tasks(&s.shape));
    assert_int_equal(k->gradient_tasks(&shape), k->gradient_tasks(&s.shape));
    assert_int_equal(k->min_rows(&shape), k->min_rows(&s.shape));
    end(&s);
  }
}

/* ---- the fast against the plain ---------------------------------------------------------------------------------- */

static void
close_to(const float *a, const float *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabsf(a[i] - b[i]) <= 2e-4f * (1 + fabsf(b[i]))))
      fail_msg("%zu: %.7g, plainly %.7g", i, (double)a[i], (double)b[i]);
}

static void
fast_is_plain(void **state)
{
  const struct ops *o;

  (void)state;
  for (size_t i = 0; i < N_SLOPED; i++)
    for (int v = 0; (o = ops_nth(v)); v++) {
      struct scene a, b;

      begin(&a, &sorts[i], o, true);
      step(&a, AT_ONCE);
      begin(&b, &sorts[i], &ops_plain, true);
      step(&b, AT_ONCE);
      close_to(a.out, b.out, a.batch.B * a.D);
      close_to(a.dx, b.dx, a.batch.T * a.shape.E);
      for (size_t k = 0; k < a.n_blocks; k++) {
        size_t at = block_offset(a.blocks, k);

        close_to(a.run.g + at, b.run.g + at, a.blocks[k].rows * a.blocks[k].columns);
      }
      end(&a);
      end(&b);
    }
}

/* How far b is from a, as a share of a's length. */
static double
distance(const float *a, const float *b, size_t n)
{
  double far = 0, size = 0;

  for (size_t i = 0; i < n; i++) {
    assert_true(isfinite(b[i]));
    far += pow((double)a[i] - (double)b[i], 2);
    size += pow((double)a[i], 2);
  }
  return far > 0 ? sqrt(far / size) : 0;
}

static void
check_half(const struct sort *sort, const struct ops *o, const char *precision, bool training, bool differs)
{
  struct sort half = *sort;
  char options[128];
  struct scene a, b;
  double far;

  snprintf(options, sizeof options, "%s precision=%s", half.options, precision);
  half.options = options;
  begin(&a, sort, o, training);
  begin(&b, &half, o, training);
  a.run.dropout = b.run.dropout = 0;
  (training ? step : only_forward)(&a, AT_ONCE);
  (training ? step : only_forward)(&b, AT_ONCE);
  far = distance(a.out, b.out, a.batch.B * a.D);
  assert_true(differs && ops_bf16_is_fast() ? far > 0 && far < .02 : far == 0);
  /* Where another window becomes the largest, it has all of the gradient. */
  if (training && sort->encoder != &encoder_cnn) {
    far = distance(a.dx, b.dx, a.batch.T * a.shape.E);
    assert_true(differs && ops_bf16_is_fast() ? far > 0 && far < .05 : far == 0);
    for (size_t k = 0; k < a.n_blocks; k++) {
      size_t at = block_offset(a.blocks, k);

      far = distance(a.run.g + at, b.run.g + at, a.blocks[k].rows * a.blocks[k].columns);
      if (!(far < .1))
        fail_msg("%s (%s): %.3g", a.blocks[k].name, sort->options, far);
    }
  }
  end(&a);
  end(&b);
}

/* Rounded to 8 bits, sums come out a little different, but only where that is asked for. */
static void
bf16_is_near(void **state)
{
  const struct ops *o;

  (void)state;
  for (size_t i = 0; i < N_SLOPED; i++)
    for (int v = 0; (o = ops_nth(v)); v++) {
      check_half(&sorts[i], o, "bf16", false, true);
      check_half(&sorts[i], o, "bf16", true, false);
      check_half(&sorts[i], o, "bf16-all", false, true);
      check_half(&sorts[i], o, "bf16-all", true, true);
    }
}

static void
attention_sums_to_one(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_OF(sorts); i++) {
    struct scene s;
    float *weight;

    if (!sorts[i].encoder->attention)
      continue;
    begin(&s, &sorts[i], ops_best(), false);
    s.run.dropout = 0;
    clear(&s);
    forward(&s, AT_ONCE);
    weight = floats(s.batch.T);
    poison(weight, s.batch.T);
    sorts[i].encoder->attention(&s.run, &s.batch, weight);
    for (size_t t = 0; t < s.batch.B; t++) {
      double sum = 0;

      for (size_t k = s.start[t]; k < s.start[t + 1]; k++) {
        assert_true(weight[k] >= 0);
        sum += (double)weight[k];
      }
      assert_true(fabs(sum - 1) < 1e-5);
    }
    free(weight);
    end(&s);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gradients_are_slopes),
    cmocka_unit_test(any_way_gives_the_same_bytes),
    cmocka_unit_test(threads_give_the_same_bytes),
    cmocka_unit_test(forward_is_kept_and_predicts),
    cmocka_unit_test(parameters_do_not_go_by_the_batch),
    cmocka_unit_test(fast_is_plain),
    cmocka_unit_test(bf16_is_near),
    cmocka_unit_test(attention_sums_to_one),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
