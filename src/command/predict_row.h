/* predict_row: what `predict` says of a text, as a line of text or of JSON, and the words that speak for it.
 * Threads: one user; explanations_make runs threads of its own. */
#ifndef COMMAND_PREDICT_ROW_H
#define COMMAND_PREDICT_ROW_H

#include "base/buf.h"
#include "command/labeller.h"

#define EXPLAIN_MAX 256   /* words of a text */
#define EXPLAIN_LABELS 4  /* of several labels a text, explained at most */

struct explanation {
  size_t n_labels;
  struct explained_label {
    uint16_t label;
    size_t n;
    struct span spans[EXPLAIN_MAX];
  } of[EXPLAIN_LABELS];   /* the label said; of several those that hold, else the likeliest */
};

struct predict_row {
  const struct labeller *labeller;
  const struct example *x;
  const float *all;          /* (n_classes); NULL: only the best is known */
  uint16_t best;
  float probability;         /* of the best */
  float abstain;
  const struct explanation *explained;  /* NULL: not wanted */
};
/* Appends the line; true if it says no label. */
bool predict_row_add(struct buf *out, const struct predict_row *row, bool json);

/* out (n): of texts whose probabilities (n, n_classes) are these. */
void explanations_make(const struct labeller *p, const struct example *x, size_t n, int threads,
                       const float *probabilities, struct explanation *out);

#endif
