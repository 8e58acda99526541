/* bilstm: inside of that encoder, shared by its files: bilstm.c (the row, parameters, memory, packing),
 * bilstm-forward.c, bilstm-backward.c.
 *
 * Two LSTMs over a text, one from each end (Hochreiter and Schmidhuber 1997; Graves and Schmidhuber 2005), and what
 * they say of its tokens weighed by additive attention (Yang et al. 2016):
 *
 *   u = tanh(h W + b), weight = softmax over the text of u v, out = sum of weight h      h (2H): both directions'
 *
 * The inputs' share of all gates of both directions is one product. The rest goes step by step: as texts stand longest
 * first, step s concerns the first `active` of them, whose states lie together; of a text of n tokens the second
 * direction begins at token n - 1. What the steps leave behind is put in the order of the rows, so that gradients are
 * products over all rows of the batch, in an order that does not depend on how texts were shared out. Nothing is dropped
 * out inside: the caller does that to x and to the text's vector. */
#ifndef NET_BILSTM_H
#define NET_BILSTM_H

#include "net/product.h"

#define BILSTM_GATES 4  /* in, forget, new, out */

/* One of BILSTM_STATE a direction, one of BILSTM_BIAS a gate. */
enum bilstm_block {
  BILSTM_INPUT, BILSTM_STATE, BILSTM_BIAS = BILSTM_STATE + 2, BILSTM_ATTENTION = BILSTM_BIAS + BILSTM_GATES,
  BILSTM_ATTENTION_BIAS, BILSTM_CONTEXT, BILSTM_N_BLOCKS
};

struct bilstm_sizes {
  size_t E, H, D, A;       /* D = 2H */
  bool half;               /* precision */
  size_t one, G;           /* numbers of a row's gates: one direction (gate, H), both (direction, gate, H) */
};
struct bilstm_sizes bilstm_sizes_of(const struct encoder_shape *s);
/* Where block i is in w and in g. */
size_t bilstm_at(const struct encoder_shape *s, enum bilstm_block i);

/* Packed weights: forward, and turned for the way back; the gates' biases in the order of the gates. Where each begins;
 * the last is all. */
struct bilstm_packed {
  size_t input, state[2], attention, bias, input_back, state_back[2], attention_back, n;
};
struct bilstm_packed bilstm_packed_of(const struct encoder_shape *s);

/* All (T, ...). gates: before their functions; of a training, after them. */
struct bilstm_work {
  float *gates;            /* (T, G) */
  float *h;                /* (T, D) */
  float *u;                /* (T, A) */
  float *weight;           /* (T) */
  /* of a training only */
  float *c;                /* (T, D) */
  float *before;           /* (T, D) h of the row before, seen in its direction */
  float *d_gates;          /* (T, G) */
  float *d_h;              /* (T, D) that attention gives */
  float *d_u;              /* (T, A) before tanh */
  float *d_score;          /* (T) */
  size_t n;
};
struct bilstm_work bilstm_work_of(const struct encoder_shape *s, float *base);

/* What goes from step to step: gates of the active texts (texts, 4H), and two states (texts, H); a row of zeros. */
struct bilstm_states {
  float *gates, *h, *c, *zeros;
  size_t n;
};
struct bilstm_states bilstm_states_of(const struct encoder_shape *s, float *base);

/* Row of text t that direction d comes to in step s. */
static inline size_t
bilstm_row(const struct batch *b, size_t t, size_t d, size_t s)
{
  return d ? b->start[t + 1] - 1 - s : b->start[t] + s;
}

/* Texts of [first, last) that have more than s rows: the first so many, at most `most`. */
static inline size_t
bilstm_active(const struct batch *b, size_t first, size_t most, size_t s)
{
  while (most && b->start[first + most] - b->start[first + most - 1] <= s)
    most--;
  return most;
}

void bilstm_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                    float *out, float *scratch);
void bilstm_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                     const float *dout, float *dx, float *scratch);
size_t bilstm_gradient_tasks(const struct encoder_shape *s);
void bilstm_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
                      float *scratch);

#endif
