/* encoder: what makes of the vectors of a text's tokens one vector of the text: convolution, LSTM, transformer. Each is a
 * file and a row: its parameters (option rows), the blocks of numbers it learns, and pure functions over them.
 *
 * Texts of a batch are packed: the rows of x (T, E) are the tokens of all texts, one text after the other, without
 * padding; text b has rows start[b]..start[b + 1], at least 1, and texts stand longest first.
 *
 * A step has two kinds of work, which threads share out in two ways, so that the bytes do not depend on them:
 *   forward, backward   by text: texts [first, last), any cut; each row is computed on its own
 *   gradients           by task: each task makes some columns or blocks of the weights' gradients, over all texts,
 *                       in rising order of rows
 * Between the two all members wait for each other (the caller does that: team_run). `pack` is called, by task, after the
 * weights have changed and before the first forward.
 *
 * Nothing is allocated here: work is sized by work_floats for the largest batch, scratch (each member its own) by
 * scratch_floats; both are 64-byte aligned. Where `work` is laid out, it goes by the maxima, not by the batch.
 *
 * Threads: the functions are pure; what they write is disjoint for disjoint texts or tasks. */
#ifndef NET_ENCODER_H
#define NET_ENCODER_H

#include "base/option.h"
#include "net/ops.h"

struct batch {
  size_t B, T;              /* texts, rows in all */
  const uint32_t *start;    /* (B + 1) */
};

/* Sizes that an encoder is built for. The parameters go by E and the values, packed by `training` too; by the maxima only
 * work and scratch. */
struct encoder_shape {
  size_t E;                 /* width of x */
  const double *values;     /* the encoder's own options, parallel to its rows */
  size_t max_texts, max_rows, max_length;  /* of a batch; of a text */
  bool training;            /* false: for predicting only, work can be smaller, backward and gradients are not called */
};

/* A block of numbers that are learned. They lie one after the other in one array, each on a multiple of 16 floats. */
struct block {
  const char *name;         /* "conv.weight" */
  size_t rows, columns;
  enum { INIT_ZERO, INIT_ONE, INIT_NORMAL, INIT_UNIFORM } init;
  float spread;             /* standard deviation of INIT_NORMAL, half width of INIT_UNIFORM */
  bool no_decay;            /* biases, gains: weight decay leaves them alone */
};
#define ENCODER_MAX_BLOCKS 128

/* What the functions work on. */
struct encoder_run {
  const struct ops *ops;
  const struct encoder_shape *shape;
  const float *w;           /* the parameters, block after block */
  float *packed;            /* (packed_floats) made by pack */
  float *work;              /* (work_floats) activations of the batch, from forward to gradients */
  float *g;                 /* gradients, as w; gradients() sets them (does not add) */
  float dropout;            /* inside the encoder; 0 when predicting */
  uint64_t key;             /* of the chance in this step; what is dropped goes by it and the row's number in the batch */
};

struct encoder {
  const char *name;
  const struct option *params;   /* ended by a row without a name; the rows themselves stand in encoder-options.h */
  bool wants_start;              /* the caller puts the vector of the start token before each text */
  size_t (*width)(const struct encoder_shape *s);                         /* D: of the text's vector */
  size_t (*blocks)(const struct encoder_shape *s, struct block *out);     /* how many, at most ENCODER_MAX_BLOCKS */
  size_t (*packed_floats)(const struct encoder_shape *s);
  size_t (*work_floats)(const struct encoder_shape *s);
  size_t (*scratch_floats)(const struct encoder_shape *s);
  size_t (*min_rows)(const struct encoder_shape *s);   /* shorter texts are filled up with rows of zeros by the caller */
  double (*multiply_adds)(const struct encoder_shape *s, double length);  /* of one forward pass over a text so long */
  size_t (*pack_tasks)(const struct encoder_shape *s);
  void (*pack)(const struct encoder_run *r, size_t task);
  /* out (B, D): rows first..last are set. */
  void (*forward)(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x, float *out,
                  float *scratch);
  /* From dout (B, D): dx (T, E), the texts' rows are set (not added to). What forward left is kept: backward may be called
   * again, with another dout; gradients() goes by the last. */
  void (*backward)(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                   const float *dout, float *dx, float *scratch);
  size_t (*gradient_tasks)(const struct encoder_shape *s);
  void (*gradients)(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
                    float *scratch);
  /* How much each row counted for the text's vector, after forward: weight (T), of each text sums to 1. NULL: it has no
   * such thing. */
  void (*attention)(const struct encoder_run *r, const struct batch *b, float *weight);
};

extern const struct encoder encoder_cnn, encoder_bilstm, encoder_transformer;

/* Where block i begins, and with i = n how many floats there are in all. */
size_t block_offset(const struct block *blocks, size_t i);

#endif
