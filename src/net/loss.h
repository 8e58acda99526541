/* loss: of one row of scores (logits) against a target, and its gradient. Pure functions; double inside.
 *
 * Single-label, p = softmax(scores), t the target distribution (a label made smooth: (1 - s) on it and s / C everywhere,
 * or a teacher's probabilities):
 *   CE    -sum t log p
 *   RCE   -sum p log t, log 0 taken as A = -4, and no logarithm below it (Wang et al. 2019; the robust objective of
 *         ProGen and SunGen)
 *   SCE   alpha CE + beta RCE (Wang et al. 2019)
 *   GCE   (1 - p_y^q) / q of the likeliest label y of t (Zhang and Sabuncu 2018); with q = 0 its limit, -log p_y
 * Several labels: each label on its own, p = sigmoid(score), the loss of the distribution (p, 1 - p) against (t, 1 - t)
 * as above (CE is binary cross-entropy; smooth means (1 - s) t + s / 2), summed over the labels.
 *
 * Soft targets (Hinton et al. 2015): with t_soft, loss = (1 - share) loss(label) + share T^2 CE(softmax(scores / T),
 * t_soft^(1/T) normalised). T^2 keeps the size of the gradient what it is without a temperature. */
#ifndef NET_LOSS_H
#define NET_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#define LOSS_MAX_CLASSES 4096
#define LOSS_LOG_ZERO (-4.0)

enum loss_kind { LOSS_CE, LOSS_RCE, LOSS_SCE, LOSS_GCE };
struct loss {
  enum loss_kind kind;
  bool multilabel;
  float smoothing;          /* 0..1 */
  float q;                  /* of GCE, 0..1 */
  float alpha, beta;        /* of SCE */
  float share, temperature; /* of soft targets: 0..1; above 0, 0 (left unset) means 1 */
};

/* target (C): 1 where a label holds, else 0; or any probabilities (of a single label they sum to 1). soft (C): what a
 * teacher thought, not smoothed; NULL counts as none, and so do share 0 and, of a single label, nothing but 0. C is at
 * most LOSS_MAX_CLASSES. dscores (C) is set to weight times the gradient; it may be scores. Returns weight times the loss, in
 * nats. */
double loss_row(const struct loss *l, size_t C, const float *scores, const float *target, const float *soft, float weight,
                float *dscores);

#endif
