/* student: the models that learn from texts. A kind of student is a row of student_kinds[]: its parameters are a table
 * of options, and the rest of the program trains, stops, charts, saves and asks it through the functions below only.
 *
 * The trainer knows texts and label numbers: no corpus, no file, no screen.
 *
 * Training: initialize, iterate, take. The caller owns the loop, so pausing is not calling, and stopping is taking now.
 *
 *   values = xcalloc(kind->n_params, sizeof *values); student_defaults(kind, values); ... change some ...
 *   t = training_new(kind, &task, train, n, valid, n_valid, values, seed, threads, &e);
 *   while ((r = training_step(t, &point, &e)) == 1)
 *     publish(&point);                       // a step is one bounded piece of work (some 10 ms)
 *   s = training_take(t, &e);                // the best so far; works after any number of steps
 *   training_free(t);
 *   student_predict(s, texts, n_texts, threads, probabilities);
 *   student_save(s, &buf); student_free(s);
 *
 * Same texts, values and seed give the same model, byte for byte, whatever the number of threads.
 *
 * Life: texts and labels given to training_new (the strings too) must stay until training_free. A student owns all it
 * has.
 * Threads: a training has one user at a time (inside a step it may run threads of its own, which end with the step); a
 * student is never changed after it was made, so any number of threads may use it at once.
 * Errors: bad values, bad labels, no texts, one class only, bytes that are no model: ERR_INPUT, one line. */
#ifndef STUDENT_STUDENT_H
#define STUDENT_STUDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/option.h"
#include "base/pool.h"
#include "base/train_point.h"

#define STUDENT_MAX_CLASSES 4096
#define STUDENT_MAX_BYTES ((size_t)1 << 30)  /* of a saved model */

struct example {
  const char *text;        /* UTF-8, NUL-terminated, never NULL */
  const char *text2;       /* the second text of a pair task, else NULL */
  const uint16_t *labels;  /* class numbers below n_classes; not looked at by student_predict */
  uint16_t n_labels;       /* 1 in a single-label task; 0 or more otherwise */
  float weight;            /* how much the example counts in training; 0 (left unset) means 1 */
  const float *soft;       /* (C) probabilities that a teacher or another student gave; NULL: none. Kinds that cannot learn
                            * from them (student_kind.soft) go by the labels */
};

struct student_task {
  uint16_t n_classes;      /* 2.. STUDENT_MAX_CLASSES (1.. where multilabel) */
  bool multilabel;         /* several labels a text: probabilities are independent, see student_info.threshold */
  bool pair;               /* examples have text2 */
};

/* What a training is made from. Everything pointed to must stay until training_free. */
struct training_plan {
  struct student_task task;
  const struct example *train, *valid, *pool;  /* pool: texts without labels, for methods that learn from them too */
  size_t n_train, n_valid, n_pool;             /* n_valid 0: the kind decides by itself how to stop (see its header) */
  const double *values;                        /* parallel to kind->params */
  const char *vectors;                         /* file of word vectors (token/vectors.h); NULL: none */
  uint64_t seed;
  int threads;                                 /* 0: all processors */
  const struct student *from;                  /* a student of this kind and task: begun with its weights and its words, and
                                                * learned on for epochs of its own; NULL: from nothing. It must stay */
  struct stop *stop;                           /* looked at while texts are read; NULL: none */
};

/* Bytes [at, at + n) of the text (or of the second one) and how much they speak for a label: above 0 for, below 0 against. */
struct span {
  uint32_t at, n;
  bool second;
  float weight;
};

struct student_info {
  char kind[16];
  struct student_task task;
  uint64_t n_parameters;       /* trained numbers that are kept */
  uint64_t size_bytes;         /* of the saved model */
  double multiply_adds;        /* for a text of the mean length seen in training */
  uint64_t n_train;            /* texts it learned from */
  float threshold;             /* multi-label: the probability from which a label holds (best micro F1 on held-out texts) */
  float temperature;           /* by which scores were divided before they became probabilities (Guo et al. 2017) */
  double calibration_error;    /* expected, on texts it did not learn from (calibrate.h); NAN: there were none */
};

struct training;
struct student;

struct student_kind {
  const char *name, *summary;
  const struct option *params;  /* values are doubles, parallel to these rows; a choice is its index */
  size_t n_params;
  /* What the functions below call; texts, labels, task and values are checked already. */
  struct training *(*training_new)(const struct training_plan *plan, struct err *e);
  /* Tells the training's watcher (kind.h), if there is one. */
  int (*training_step)(struct training *t, struct train_point *p, struct err *e);
  struct student *(*training_take)(struct training *t, struct err *e);
  void (*training_free)(struct training *t);
  void (*predict)(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities);
  void (*predict_top)(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                      float *probabilities);
  int (*save)(const struct student *s, struct buf *out);
  struct student *(*load)(const char *bytes, size_t n, struct err *e);
  void (*info)(const struct student *s, struct student_info *out);
  void (*free)(struct student *s);
  /* The rest may be NULL. */
  int (*training_set)(struct training *t, size_t param, double value, struct err *e);
  const uint32_t *(*training_confusion)(const struct training *t);
  int (*training_save)(const struct training *t, struct buf *out);
  int (*training_restore)(struct training *t, const char *bytes, size_t n, struct err *e);
  bool (*explain)(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n, size_t max);
  bool soft;                /* learns from example.soft */
  bool vectors;             /* takes training_plan.vectors */
  bool goes_on;             /* takes training_plan.from */
};

extern const struct student_kind *const student_kinds[];
extern const size_t student_n_kinds;
const struct student_kind *student_kind_find(const char *name);  /* NULL: there is none */

/* {"lr":0.003,...}: the values by name; choices by theirs. */
void student_params_json(const struct student_kind *kind, const double *values, struct buf *out);
/* Fills values[kind->n_params] with the defaults. */
void student_defaults(const struct student_kind *kind, double *values);

/* Checks everything, and reads every text once (features): the longest single call, some 2 s for a million texts. valid
 * may be empty (n_valid 0): the kind then decides by itself how to stop (see its header). threads 0: all processors.
 * NULL and e on a mistake. */
struct training *training_new(const struct student_kind *kind, const struct student_task *task, const struct example *train,
                              size_t n, const struct example *valid, size_t n_valid, const double *values, uint64_t seed,
                              int threads, struct err *e);
/* The same with all that a training can be given. */
struct training *training_begin(const struct student_kind *kind, const struct training_plan *plan, struct err *e);

/* Changes a parameter of a training that runs (learning rate, dropout, weight decay: those that say so in the kind's
 * header), from its next step on. ERR_INPUT: unknown, out of range, or not to be changed while it runs. The bytes of the
 * student depend on the step at which it was changed, and on nothing else. */
int training_set(struct training *t, const char *param, double value, struct err *e);
/* (C, C) counts of the validation texts (or those set aside) after the last epoch, rows: the true label; NULL: there is
 * nothing yet, several labels a text, or the kind keeps none. Valid until the next step. */
const uint32_t *training_confusion(const struct training *t);
/* All that a training needs to go on, after the end of an epoch: appends it. -1: the kind has no such thing (then a
 * training that is begun again gives the same bytes, from its start). */
int training_save(const struct training *t, struct buf *out, struct err *e);
/* Into a training that was begun from the same plan and made no step: it goes on as if it had never stopped, to the same
 * bytes. ERR_INPUT: no such bytes, or of another plan. */
int training_restore(struct training *t, const char *bytes, size_t n, struct err *e);

/* From now on what the training thinks of each text, in each epoch, is told to d (dynamics.h), which must stay; the
 * student that comes of it is the same, byte for byte. Before the first step. NULL: no longer. */
struct dynamics;
void training_watch(struct training *t, struct dynamics *d);
/* One bounded unit of work. 1: more to do; 0: finished; -1: failed. Fills *p (p may be NULL) unless it fails. */
int training_step(struct training *t, struct train_point *p, struct err *e);
/* The best student so far, the caller's. Before the first step: a student that knows nothing (uniform). */
struct student *training_take(struct training *t, struct err *e);
void training_free(struct training *t);  /* NULL is fine */

/* probabilities (n, C), row by row. Single-label rows sum to 1. Allocates a little scratch a call, none a text; give it
 * some thousands of texts at a time for full speed. threads as above. */
void student_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities);
/* Only the best label of each text and its probability (n each; probabilities may be NULL): the fast way for a
 * stream. */
void student_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                         float *probabilities);
/* The likeliest of n classes; the first of equals. */
size_t student_best(const float *probabilities, size_t n);
/* Which words speak for `label`, in order of their place, at most max; returns how many. Of linear students the sum of
 * the weights of the features that a word is part of; of others attention where they have it, else how much the score falls
 * when the word is left out (occlusion). The weights are scaled: the largest is 1 or -1. */
size_t student_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t max);
/* Appends the model: versioned, checksummed, the same on every little-endian machine. -1: out.max is too small. */
int student_save(const struct student *s, struct buf *out, struct err *e);
/* A student from what student_save wrote. Every size is checked against the bytes there are. */
struct student *student_load(const char *bytes, size_t n, struct err *e);
void student_info(const struct student *s, struct student_info *out);
void student_free(struct student *s);    /* NULL is fine */

#endif
