/* methods: what makes labels that are noisy, soft or few go further. Each is an option (METHOD_OPTIONS), off unless
 * asked for; they can be had together.
 *
 *   loss, q, alpha, beta   losses that a wrong label harms less (net/loss.h)
 *   soft, temperature      a teacher's probabilities as targets (Hinton et al. 2015); of texts of the pool too, where
 *                          it gave some
 *   weights                each text's weight learned (reweigh.h, after SunGen)
 *   coteach                two networks, each learns the texts that the other finds easy (Han et al. 2018)
 *   selftrain, confidence  texts of the pool with the student's own labels (Lee 2013)
 *   vat, vat-size          virtual adversarial training (vat.h; Miyato et al. 2017)
 *   temporal               the mean of what it thought of a text in earlier epochs as soft target (Laine and Aila 2017)
 *   ramp                   epochs over which coteach, selftrain and temporal come in, and after which weights are
 *                          learned: before, the student knows too little to judge texts
 *
 * The trainer drives them. Texts go by row numbers: 0..n_train of the training texts, from n_train on those of the
 * pool; C is the number of classes.
 *
 *   an epoch begins    rows = its training rows, and what methods_pool adds; shuffled, in batches of B
 *   a step             forward of the batch -> scores (B, C)
 *                      methods_goals(m, rows, B, scores, goals)          one thread
 *                      goals_loss(m, goal, scores, dscores)              each row, any thread
 *                      with methods_twin: goals of each network, then methods_exchange, before goals_loss
 *                      backward, gradients; where methods_vat is not 0 also vat_step (vat.h) on methods_vat_rows, which
 *                      adds to them
 *   an epoch ends      methods_learn(m, ...)
 *
 * Threads: one user; goals_loss is pure. No method looks at time or threads: same bytes. Nothing is allocated in a
 * step. */
#ifndef STUDENT_METHODS_H
#define STUDENT_METHODS_H

#include "net/loss.h"
#include "student/student.h"

enum method_option {
  METHOD_LOSS, METHOD_Q, METHOD_ALPHA, METHOD_BETA, METHOD_SOFT, METHOD_TEMPERATURE, METHOD_WEIGHTS, METHOD_COTEACH,
  METHOD_SELFTRAIN, METHOD_CONFIDENCE, METHOD_VAT, METHOD_VAT_SIZE, METHOD_TEMPORAL, METHOD_RAMP, METHOD_N_OPTIONS
};
/* Rows of a student's table of parameters, in the order of the enum. */
#define METHOD_OPTIONS \
  {"loss", OPTION_CHOICE, 0, 0, "ce", "ce|rce|sce|gce", "LOSS", \
   "cross-entropy, or one that wrong labels harm less: generalized, symmetric, reverse (which alone learns too little)", 0}, \
  {"q", OPTION_REAL, 0, 1, "0.7", NULL, "X", "of loss gce: 0 is cross-entropy, 1 mean absolute error", 0}, \
  {"alpha", OPTION_REAL, 0, 100, "0.1", NULL, "X", "of loss sce: how much cross-entropy counts", 0}, \
  {"beta", OPTION_REAL, 0, 100, "1", NULL, "X", "of loss sce: how much reverse cross-entropy counts", 0}, \
  {"soft", OPTION_REAL, 0, 1, "0.5", NULL, "SHARE", \
   "how much a teacher's probabilities count against the label, where there are some", 0}, \
  {"temperature", OPTION_REAL, 0.1, 20, "1", NULL, "T", \
   "by which soft labels and scores are divided when compared", 0}, \
  {"weights", OPTION_CHOICE, 0, 0, "given", "given|learned", "WHICH", \
   "of training texts: as given, or learned (texts that lead away from what held-out texts say count less)", 0}, \
  {"coteach", OPTION_REAL, 0, 0.9, "0", NULL, "SHARE", \
   "co-teaching: share of labels taken for wrong; two networks pick texts for each other (0: off)", 0}, \
  {"selftrain", OPTION_REAL, 0, 10, "0", NULL, "X", \
   "self-training: weight of pool texts that the student is sure of (0: off)", 0}, \
  {"confidence", OPTION_REAL, 0, 1, "0.9", NULL, "P", "of selftrain: probability from which it is sure", 0}, \
  {"vat", OPTION_REAL, 0, 100, "0", NULL, "X", \
   "virtual adversarial training: weight of staying sure under the worst small change (0: off)", 0}, \
  {"vat-size", OPTION_REAL, 0, 1000, "0.3", NULL, "X", \
   "of vat: length of the change, in root mean square lengths of a token's vector", 0}, \
  {"temporal", OPTION_REAL, 0, 1, "0", NULL, "SHARE", \
   "temporal ensembling: how much what it thought in earlier epochs counts against the label (0: off)", 0}, \
  {"ramp", OPTION_INT, 0, 1000, "3", NULL, "N", \
   "epochs over which coteach, selftrain and temporal come in, and after which weights are learned", 0}

#define METHODS_MAX_BATCH 4096

struct methods;
/* values: METHOD_N_OPTIONS of them. smoothing: of labels, 0..1. The plan must stay. */
struct methods *methods_new(const struct training_plan *plan, const double *values, double smoothing);
void methods_free(struct methods *m);  /* NULL is fine */

/* What a text is taught in a step. */
struct goal {
  const float *target;  /* (C) label, or a pseudo-label */
  const float *soft;    /* (C) or NULL */
  float share;          /* of soft */
  float weight;
};

/* Rows of the pool that are learned from in the epoch that begins, rising; room for n_pool. Returns how many. */
size_t methods_pool(const struct methods *m, uint32_t *rows);
/* Sets goals (B) from the scores that the network gives now, and keeps what it needs of these for later epochs. targets
 * (B, C) is memory that goals point into; they are good until the next call. A trainer's own weights (of classes) are
 * multiplied into goal.weight afterwards. */
void methods_goals(struct methods *m, const uint32_t *rows, size_t B, const float *scores, float *targets,
                   struct goal *goals);
double goals_loss(const struct methods *m, const struct goal *g, const float *scores, float *dscores);

/* Whether a second network, begun from another seed, is to learn beside the first. It gets its own goals (only the
 * first one's are told to methods_goals; the other's are copied), then: */
bool methods_twin(const struct methods *m);
/* losses (B): of each network, by goals_loss with weight 1. Sets the weight of what is left out to 0: each network
 * learns the 1 - rate of the batch that the other finds easiest (equals: the first). */
void methods_exchange(const struct methods *m, size_t B, const double *losses_a, const double *losses_b,
                      struct goal *goals_a, struct goal *goals_b);

/* Weight of virtual adversarial training against the mean loss of a batch (0: none), the length of its changes, and the
 * rows of the next B texts for it: training texts and pool by turns, in an order that is shuffled each time all were
 * had. */
double methods_vat(const struct methods *m);
double methods_vat_size(const struct methods *m);
void methods_vat_rows(struct methods *m, size_t B, uint32_t *rows);

/* What the student thinks of a set of texts as it is now, without dropout: rows first..first + n of the set. vectors
 * (n, D): what the last layer sees; may be NULL. D: see methods_learn. */
enum method_set { METHOD_TRAIN, METHOD_VALID, METHOD_POOL };
typedef void methods_ask(void *arg, enum method_set set, size_t first, size_t n, float *vectors, float *scores);
/* At the end of an epoch (D: width of the last layer's input): weights, pseudo-labels, means of predictions for the next
 * one. valid: what the trainer holds out (its own part of the training texts, where none were given); with none, weights
 * are learned from the training texts themselves, as SunGen does. */
void methods_learn(struct methods *m, size_t D, const struct example *valid, size_t n_valid, methods_ask *ask,
                   void *arg);

/* All that a training needs to go on; restore: -1 where the bytes do not fit the plan. *used: bytes read. */
void methods_save(const struct methods *m, struct buf *out);
int methods_restore(struct methods *m, const char *bytes, size_t n, size_t *used);

#endif
