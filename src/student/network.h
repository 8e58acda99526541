/* network: what a neural student learns: a table of token vectors, an encoder (net/encoder.h) and a head, and what is done
 * with them batch by batch.
 *
 *   text -> tokens -> vectors x (T, E): means of rows of the table -> encoder: out (parts, D) -> h (B, H) -> scores (B, C)
 *
 * h is the text's vector; of a pair that is compared, with vectors u and v of its parts: [u, v, |u - v|, u * v]. The head
 * is dense: scores = h W + b.
 *
 * All parameters are one array of n floats, w: table (n_rows, E), encoder's blocks, head. So copying, averaging and saving
 * are one loop. Rows of the table that no training text has are zeros and stay zeros.
 *
 * A step:
 *   network_pack(net, team);                              // after w has changed
 *   pass_set(pass, net, texts, which, B, key, word_dropout);  // what the batch is
 *   pass_forward(pass, net, team, &how);                  // -> pass->scores (B, C), row b: text which[b]
 *   ... dscores ...
 *   pass_backward(pass, net, team, dscores);              // -> pass->dx, of the token vectors
 *   pass_gradients(pass, net, team, gradients, add);      // add: to what stands there, of other passes
 *   adam_step(adam, net, team, gradients, &rates);
 *
 * Further passes over the same or other texts may come between, each with its own struct pass (or the same one, once its
 * gradients are taken): their gradients add up. Forward may be called again on what pass_set set, with another change
 * of the token vectors; backward goes with the last forward, and may be called again with other dscores.
 *
 * Same bytes whatever the number of threads. Nothing is allocated after pass_new, gradients_new, adam_new.
 * Threads: one user of each; any number of passes of several users may go forward on one network (team NULL: the caller
 * alone does all). */
#ifndef STUDENT_NETWORK_H
#define STUDENT_NETWORK_H

#include "base/team.h"
#include "net/encoder.h"
#include "student/encoded.h"

/* ---- parameters ---- */

struct network_shape {
  const struct encoder *encoder;
  const double *values;      /* the encoder's own options; must stay */
  size_t E, C, parts;        /* width of token vectors; classes; texts of an example that are encoded apart: 1 or 2 */
  uint32_t n_rows;           /* of the table */
  bool training;             /* false: it only answers, forward is all there is */
};

struct network {
  struct network_shape shape;
  const struct ops *ops;
  size_t D, H;               /* width of the encoder's vector, of the head's input */
  size_t n;                  /* floats of w */
  float *w;
  size_t encoder_at, weight_at, bias_at;  /* where in w: encoder, head's weight (H, C), its bias (C); the table is at 0 */
  struct block blocks[ENCODER_MAX_BLOCKS];
  size_t n_blocks;
  float *packed;             /* made by network_pack */
  struct network_memory *memory;
};

/* Floats that such a network has, and how many of them are the table. */
size_t network_size(const struct network_shape *shape, size_t *encoder_at);
/* Parameters are zeros. */
struct network *network_new(const struct network_shape *shape);
void network_free(struct network *n);  /* NULL is fine */
/* Random first parameters; of the table only rows that texts have (`met`, n_rows), with standard deviation `spread`. */
void network_begin(struct network *n, const bool *met, float spread, uint64_t seed);
void network_pack(struct network *n, struct team *team);

/* ---- a batch ---- */

struct pass_limits {
  size_t max_texts;          /* B */
  size_t max_rows;           /* T: tokens of a batch */
  size_t max_length;         /* tokens of a part */
  size_t max_token_rows;     /* rows of all different tokens of a batch, a row counted as often as it stands there */
};

/* Of a batch; what is not said to be written may be read only. */
struct pass {
  struct pass_limits limits;
  size_t B;
  const uint32_t *which;     /* (B) texts, as they were given */
  struct batch batch;        /* of parts, longest first; batch.T rows */
  const uint32_t *part;      /* (batch.B) example b and part p stand as b * parts + p */
  const uint32_t *place;     /* (B * parts) where in the batch: the inverse of `part` */
  float *x;                  /* (T, E) what the encoder sees */
  float *out;                /* (batch.B, D) */
  float *h;                  /* (B, H) after dropout */
  float *scores;             /* (B, C) */
  float *dx;                 /* (T, E) after pass_backward: of x. Rows of batch part k: batch.start[k]..batch.start[k + 1] */
  struct pass_memory *memory;
};

struct pass_how {
  float dropout;             /* of token vectors, inside the encoder, of h; 0 when it is to think, not to learn */
  uint64_t key;              /* of its chance: another one each step */
  const float *change;       /* (T, E) added to the token vectors after their dropout (virtual adversarial training); NULL: none.
                              * Rows of padding are not changed */
};

struct pass *pass_new(const struct network *n, const struct pass_limits *limits, const struct team *team);
void pass_free(struct pass *p);        /* NULL is fine */
size_t pass_bytes(const struct pass *p);
/* Of texts which[0..B) (kept) of c. word_dropout: tokens that become the unknown one, by key. */
void pass_set(struct pass *p, const struct network *n, const struct encoded *c, const uint32_t *which, size_t B,
              float word_dropout, uint64_t key);
void pass_forward(struct pass *p, const struct network *n, struct team *team, const struct pass_how *how);
/* After pass_forward: how much each row of x counted for its text (T; of each part it sums to 1); false: the encoder does not
 * attend. */
bool pass_attention(struct pass *p, const struct network *n, float *weight);
/* dscores (B, C) must stay until pass_gradients. */
void pass_backward(struct pass *p, const struct network *n, struct team *team, const float *dscores);

/* ---- gradients and learning ---- */

struct gradients {
  float *g;                  /* of w from encoder_at on */
  uint32_t n_rows;           /* rows of the table that were touched */
  const uint32_t *row;       /* (n_rows) which */
  float *rows;               /* (n_rows, E) */
  struct gradients_memory *memory;
};
/* most_rows: of the table, touched in a step (all passes). */
struct gradients *gradients_new(const struct network *n, size_t most_rows);
void gradients_free(struct gradients *g);
/* The gradients of the pass's last backward; takes what pass->dx holds for its own use. */
void pass_gradients(struct pass *p, const struct network *n, struct team *team, struct gradients *g, bool add);
/* Length of all of it; sums in fixed order. */
double gradients_norm(const struct gradients *g, const struct network *n, struct team *team);

struct adam_rates {
  double rate, beta1, beta2, epsilon;
  double decay;              /* decoupled weight decay, of blocks that are not no_decay, and of the table's touched rows */
  double clip;               /* largest length of the gradient; 0: none */
};
struct adam {
  uint64_t steps;
  float *m, *v;              /* (n) as w */
  struct adam_memory *memory;
};
struct adam *adam_new(const struct network *n);
void adam_free(struct adam *a);
/* One step. Of the table only touched rows move; the moments of the others stay as they are (lazy Adam). Returns the
 * gradient's length before clipping. */
double adam_step(struct adam *a, struct network *n, struct team *team, struct gradients *g, const struct adam_rates *r);

#endif
