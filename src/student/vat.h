/* vat: virtual adversarial training (Miyato et al. 2017): what the student thinks of a text must not change under the
 * small change of the token vectors that changes it most. It needs no labels, so texts of the pool serve as well.
 *
 * Of each text: p, what it thinks now; d, a random direction, and the gradient of KL(p, p(x + xi d)) by x, which is one
 * step of the power iteration towards the worst direction; r, that gradient made `size` long; the loss KL(p, p(x + r)), p
 * taken as given. Lengths are over all tokens of the text, in root mean squares of the lengths of its tokens' vectors, so
 * that a table of larger vectors is no way out.
 *
 * Life: vat_new for a network; vat_step in each step, between pass_gradients and adam_step; vat_free. Threads: one user;
 * the team does the work. Nothing is allocated in a step. Same bytes on any number of threads. */
#ifndef STUDENT_VAT_H
#define STUDENT_VAT_H

#include "student/network.h"

struct vat;
/* For at most max_texts at once of c, which has all its texts. */
struct vat *vat_new(const struct network *n, const struct encoded *c, bool multilabel, size_t max_texts,
                    const struct team *team);
void vat_free(struct vat *v);  /* NULL is fine */
/* Rows of the table that a step touches, at most (gradients_new). */
size_t vat_max_rows(const struct vat *v);

struct vat_how {
  double weight, size;
  float dropout;       /* of the pass that is learned from */
  uint64_t key;        /* of chance, another one each step */
};
/* Texts which[0..B) of c: adds weight / B times the gradient of the sum of their losses to g. Returns the mean of the
 * losses, in nats. */
double vat_step(struct vat *v, const struct network *n, struct team *team, const struct encoded *c,
                const uint32_t *which, size_t B, const struct vat_how *how, struct gradients *g);
/* The change (T, E) of the last step, rows as of the pass that vat_pass gives. */
const float *vat_change(const struct vat *v);
const struct pass *vat_pass(const struct vat *v);

#endif
