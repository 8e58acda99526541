/* loss: of one row of scores (logits) against a target, and its gradient. Pure functions; double inside.
 *
 * Single-label, p = softmax(scores), t the target distribution (a label made smooth: (1 - s) on it and s / C everywhere,
 * or a teacher's probabilities):
 *   CE    -sum t log p
 *   RCE   -sum p log t, log 0 taken as A = -4 (Wang et al. 2019; the robust objective of ProGen and SunGen)
 *   SCE   alpha CE + beta RCE (Wang et al. 2019)
 *   GCE   (1 - p_y^q) / q of the likeliest label y of t (Zhang and Sabuncu 2018)
 * Several labels: each label on its own, p = sigmoid(score); CE is binary cross-entropy, the others go by analogy.
 *
 * Soft targets (Hinton et al. 2015): with t_soft, loss = (1 - share) loss(label) + share T^2 CE(softmax(scores / T), t_soft^(1/T)
 * normalised). */
#ifndef NET_LOSS_H
#define NET_LOSS_H

#include <stdbool.h>
#include <stddef.h>

enum loss_kind { LOSS_CE, LOSS_RCE, LOSS_SCE, LOSS_GCE };
struct loss {
  enum loss_kind kind;
  bool multilabel;
  float smoothing;          /* 0..1 */
  float q;                  /* of GCE, 0..1 */
  float alpha, beta;        /* of SCE */
  float share, temperature; /* of soft targets */
};

/* target (C): 1 where a label holds, else 0. soft (C) may be NULL. dscores (C) is set to weight times the gradient.
 * Returns weight times the loss, in nats. */
double loss_row(const struct loss *l, size_t C, const float *scores, const float *target, const float *soft, float weight,
                float *dscores);

#endif
