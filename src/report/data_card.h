/* data_card: what there is to know of a project's data before it is used: what, how many, of what origin, how it was
 * made and looked at, what fell away. After T. Gebru et al., "Datasheets for datasets" (2018; CACM 64(12), 2021), cut
 * down to what the project file knows.
 *
 * Life: data_card_gather fills, data_card_release. Threads: any; it reads. Errors: the store's. */
#ifndef REPORT_DATA_CARD_H
#define REPORT_DATA_CARD_H

#include <stddef.h>

#include "base/err.h"
#include "base/shape.h"

struct project;

struct card_count {
  char *name;
  size_t n;
  char *words;                   /* what the name means, "" */
};
struct card_label {
  char *label, *meaning;
  size_t n;                      /* samples with it that are not rejected */
  size_t seed, generated, annotated, imported;   /* of them, by origin */
  size_t train, test;            /* of them, by split */
  size_t unseen, accepted, rejected;             /* by status (rejected ones are not among n) */
};
struct card_job {
  size_t id;
  char *kind, *state;
  char *template, *teacher, *model;
  double began_ms, ended_ms;     /* since 1970; 0: not yet */
  size_t requests, answered, cached, retried, failed;
  size_t wanted, kept, dropped;  /* texts */
  double tokens_in, tokens_out, cost_usd;
  char *params;                  /* JSON: what it was asked to do */
};
struct card_attribute {
  char *name;
  struct card_count *values;
  size_t n_values;
};
struct card_curation {
  size_t accepted, rejected, relabelled, edited, bulk, bulk_samples, undone, sittings;
  double minutes;
};
struct data_card {
  char *task;
  size_t n;                      /* samples, rejected ones, too */
  size_t unlabelled;
  struct card_count *origins, *statuses, *splits, *languages, *dropped;
  size_t n_origins, n_statuses, n_splits, n_languages, n_dropped;
  struct card_label *labels;
  size_t n_labels;
  double words_mean, words_sd, words_min, words_median, words_max;  /* of a text */
  double distinct_1, distinct_2, self_similarity;                   /* corpus/diversity.h */
  size_t duplicates;             /* training texts that equal or nearly equal an earlier one */
  struct card_attribute *attributes;
  size_t n_attributes;
  struct card_job *jobs;         /* oldest first */
  size_t n_jobs;
  struct card_curation curation;
};
extern const struct shape data_card_shape;

int data_card_gather(struct project *p, struct data_card *c, struct err *e);
void data_card_release(struct data_card *c);

#endif
