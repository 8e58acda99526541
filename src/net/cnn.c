/* cnn: filters over windows of tokens, the largest value of each over the text (Kim 2014, without pre-trained vectors).
 *
 * A window of w tokens is w * E numbers that lie one after the other, and the next window begins E later: so the filters of
 * a width are one product with x as it stands. Of each filter only one window of a text has a gradient, so going back is
 * an axpy of w * E numbers a filter and text, some fifty times less work than the product. */
#include <math.h>
#include <string.h>

#include "net/encoder-options.h"
#include "net/product.h"

enum param { P_FILTERS, P_WIDTH_MIN, P_WIDTH_MAX, P_PRECISION };

static const struct option params[] = {CNN_OPTIONS, {.name = NULL}};

#define NO_WINDOW UINT32_MAX  /* the filter's largest value is not above 0: nothing goes back */
#define TASK_FILTERS 25

/* Width number i of n: filters F of K = w E weights. */
struct widths {
  size_t F, n, narrowest;
  bool half;               /* precision */
};

static struct widths
widths_of(const struct encoder_shape *s)
{
  size_t from = (size_t)s->values[P_WIDTH_MIN], to = (size_t)s->values[P_WIDTH_MAX];

  to = to < from ? from : to;
  return (struct widths){(size_t)s->values[P_FILTERS], to - from + 1, from, product_is_half(s, s->values[P_PRECISION])};
}

static size_t
window_of(const struct encoder_shape *s, size_t i)
{
  return (widths_of(s).narrowest + i) * s->E;
}

static size_t
cnn_width(const struct encoder_shape *s)
{
  struct widths w = widths_of(s);

  return w.n * w.F;
}

/* One block of weights (F, K) a width, then all biases. */
static size_t
cnn_blocks(const struct encoder_shape *s, struct block *out)
{
  struct widths w = widths_of(s);

  for (size_t i = 0; i < w.n; i++)
    out[i] = (struct block){"conv.weight", w.F, window_of(s, i), INIT_UNIFORM, 1 / sqrtf((float)window_of(s, i)), false};
  out[w.n] = (struct block){"conv.bias", 1, w.n * w.F, INIT_ZERO, 0, true};
  return w.n + 1;
}

static const float *
weights_of(const struct encoder_run *r, size_t i)
{
  struct block blocks[ENCODER_MAX_BLOCKS];

  cnn_blocks(r->shape, blocks);
  return r->w + block_offset(blocks, i);
}

static size_t
packed_at(const struct encoder_shape *s, size_t i)
{
  size_t at = 0;

  for (size_t k = 0; k < i; k++)
    at += product_packed_size(widths_of(s).half, window_of(s, k), widths_of(s).F);
  return at;
}

static size_t
cnn_packed_floats(const struct encoder_shape *s)
{
  return packed_at(s, widths_of(s).n);
}

/* Of each text and filter the window with the largest value. */
static size_t
cnn_work_floats(const struct encoder_shape *s)
{
  return s->max_texts * cnn_width(s);
}

static size_t
cnn_scratch_floats(const struct encoder_shape *s)
{
  return s->max_length * widths_of(s).F;
}

static size_t
cnn_min_rows(const struct encoder_shape *s)
{
  struct widths w = widths_of(s);

  return w.narrowest + w.n - 1;
}

static double
cnn_multiply_adds(const struct encoder_shape *s, double length)
{
  struct widths w = widths_of(s);
  double sum = 0;

  for (size_t i = 0; i < w.n; i++)
    sum += fmax(length + 1 - (double)(w.narrowest + i), 1) * (double)window_of(s, i) * (double)w.F;
  return sum;
}

static size_t
cnn_pack_tasks(const struct encoder_shape *s)
{
  return widths_of(s).n;
}

static void
cnn_pack(const struct encoder_run *r, size_t task)
{
  struct widths w = widths_of(r->shape);
  size_t K = window_of(r->shape, task);

  product_pack(r->ops, w.half, r->packed + packed_at(r->shape, task), weights_of(r, task), 1, K, K, w.F);
}

/* Numbers of four filters, as any machine can take them at once. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_int __attribute__((vector_size(16)));

static four
four_get(const float *x)
{
  four v;

  memcpy(&v, x, sizeof v);
  return v;
}

/* Of four filters the largest value over R windows, the first of equals, and where; values stand ld apart. */
static void
largest_of_four(size_t R, const float *values, size_t ld, float *most, uint32_t *where)
{
  four best = four_get(values);
  four_int at = {0}, i = {0};

  for (size_t k = 1; k < R; k++) {
    four x = four_get(values + k * ld);
    four_int more = x > best;

    i += 1;
    best = (four)(((four_int)x & more) | ((four_int)best & ~more));
    at = (i & more) | (at & ~more);
  }
  memcpy(most, &best, sizeof best);
  memcpy(where, &at, sizeof at);
}

static void
largest(size_t R, size_t F, const float *values, float *most, uint32_t *where)
{
  size_t f = 0;

  for (; f + 4 <= F; f += 4)
    largest_of_four(R, values + f, F, most + f, where + f);
  for (; f < F; f++) {
    where[f] = 0;
    for (size_t k = 1; k < R; k++)
      if (values[k * F + f] > values[where[f] * F + f])
        where[f] = (uint32_t)k;
    most[f] = values[where[f] * F + f];
  }
}

static void
cnn_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x, float *out,
            float *scratch)
{
  const struct encoder_shape *s = r->shape;
  struct widths w = widths_of(s);
  size_t D = w.n * w.F;
  const float *bias = weights_of(r, w.n);

  for (size_t i = 0; i < w.n; i++)
    for (size_t t = first; t < last; t++) {
      size_t windows = b->start[t + 1] - b->start[t] + 1 - (w.narrowest + i);
      uint32_t *where = (uint32_t *)r->work + t * D + i * w.F;
      float *most = out + t * D + i * w.F;

      product(r->ops, w.half, windows, w.F, window_of(s, i), x + b->start[t] * s->E, s->E, r->packed + packed_at(s, i),
              scratch, w.F, false);
      largest(windows, w.F, scratch, most, where);
      for (size_t f = 0; f < w.F; f++) {
        most[f] += bias[i * w.F + f];
        where[f] = most[f] > 0 ? where[f] : NO_WINDOW;
        most[f] = most[f] > 0 ? most[f] : 0;
      }
    }
}

static void
cnn_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
             const float *dout, float *dx, float *scratch)
{
  const struct encoder_shape *s = r->shape;
  struct widths w = widths_of(s);
  size_t D = w.n * w.F;

  (void)x;
  (void)scratch;
  memset(dx + b->start[first] * s->E, 0, (b->start[last] - b->start[first]) * s->E * sizeof *dx);
  for (size_t i = 0; i < w.n; i++) {
    const float *weights = weights_of(r, i);
    size_t K = window_of(s, i);

    for (size_t t = first; t < last; t++) {
      const uint32_t *where = (const uint32_t *)r->work + t * D + i * w.F;
      const float *d = dout + t * D + i * w.F;

      for (size_t f = 0; f < w.F; f++)
        if (where[f] != NO_WINDOW)
          r->ops->axpy(K, d[f], weights + f * K, dx + (b->start[t] + where[f]) * s->E);
    }
  }
}

/* Tasks: TASK_FILTERS filters of a width each. */
static size_t
tasks_of_width(const struct encoder_shape *s)
{
  return (widths_of(s).F + TASK_FILTERS - 1) / TASK_FILTERS;
}

static size_t
cnn_gradient_tasks(const struct encoder_shape *s)
{
  return widths_of(s).n * tasks_of_width(s);
}

static void
cnn_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
              float *scratch)
{
  const struct encoder_shape *s = r->shape;
  struct widths w = widths_of(s);
  size_t i = task / tasks_of_width(s), from = task % tasks_of_width(s) * TASK_FILTERS, K = window_of(s, i), D = w.n * w.F;
  size_t to = from + TASK_FILTERS < w.F ? from + TASK_FILTERS : w.F;
  float *g = r->g + (weights_of(r, i) - r->w), *g_bias = r->g + (weights_of(r, w.n) - r->w) + i * w.F;

  (void)scratch;
  memset(g + from * K, 0, (to - from) * K * sizeof *g);
  memset(g_bias + from, 0, (to - from) * sizeof *g_bias);
  for (size_t t = 0; t < b->B; t++) {
    const uint32_t *where = (const uint32_t *)r->work + t * D + i * w.F;
    const float *d = dout + t * D + i * w.F;

    for (size_t f = from; f < to; f++) {
      if (where[f] == NO_WINDOW)
        continue;
      r->ops->axpy(K, d[f], x + (b->start[t] + where[f]) * s->E, g + f * K);
      g_bias[f] += d[f];
    }
  }
}

const struct encoder encoder_cnn = {
  .name = "cnn",
  .params = params,
  .width = cnn_width,
  .blocks = cnn_blocks,
  .packed_floats = cnn_packed_floats,
  .work_floats = cnn_work_floats,
  .scratch_floats = cnn_scratch_floats,
  .min_rows = cnn_min_rows,
  .multiply_adds = cnn_multiply_adds,
  .pack_tasks = cnn_pack_tasks,
  .pack = cnn_pack,
  .forward = cnn_forward,
  .backward = cnn_backward,
  .gradient_tasks = cnn_gradient_tasks,
  .gradients = cnn_gradients,
};
