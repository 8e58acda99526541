/* network-inside: what the files of network.h know of each other. */
#ifndef STUDENT_NETWORK_INSIDE_H
#define STUDENT_NETWORK_INSIDE_H

#include "student/network.h"
#include "student/room.h"

struct network_memory {
  struct room room;
  float *head, *head_back;   /* packed: (H, C), and (C, H) */
};

#define PASS_PADDING UINT32_MAX  /* in pass_memory.local */

struct pass_memory {
  struct room room;
  struct encoder_shape shape;
  int members;
  size_t min_rows;
  uint32_t *which, *part, *place, *start;
  uint32_t *local;           /* (T) number of the token at a row among the batch's different ones */
  uint32_t *slot;            /* hash table: token to number, while a batch is set */
  size_t n_slots;
  uint32_t n_tokens;         /* different ones of the batch, in the order in which they come */
  uint32_t *token;           /* (n_tokens) number in `texts` */
  uint32_t *at_start, *at;   /* (n_tokens + 1), (T - padding): rows at which a token stands, rising */
  const struct encoded *texts;
  float *vector;             /* (n_tokens, E) of the tokens; after backward the sums of dx over their rows */
  float *dout;               /* (batch.B, D) */
  float *dh;                 /* (B, H) */
  float *work, **scratch;    /* of the encoder; scratch of each member */
  size_t *cut;               /* (members + 1) texts of the batch that a member takes */
  /* The last forward */
  struct encoder_run run;
  struct pass_how how;
  const float *dscores;
  uint32_t *pair_token, *pair_slot;  /* (max_token_rows) of gradients.c: a token and a row of the table that it has */
};

struct gradients_memory {
  struct room room;
  size_t most_rows;
  uint32_t *slot;            /* (table) 1 + where a row of the table stands; 0: it was not touched */
  uint32_t *row;             /* (most_rows) */
  uint32_t *pair_start;      /* (most_rows + 1) pairs of the pass that is being added, by row */
  uint32_t n_before;         /* rows that were there before the pass that is being added */
  float *other;              /* encoder's and head's, of a pass that is added */
  double *squares;           /* of tasks */
};

/* Runs tasks by the team, or by the caller where there is none. */
void network_share(struct team *team, size_t n_tasks, void (*work)(void *, size_t, int), void *arg);
/* Without the limits of a batch. */
struct encoder_shape network_encoder_shape(const struct network *n);

#endif
