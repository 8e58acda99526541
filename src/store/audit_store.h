/* audit_store: what the person decided, as the log tells it, and what was answered when it was asked a second time.
 * Threads: any. Errors: see project.h. Audits are no part of history: they change no sample. */
#ifndef STORE_AUDIT_STORE_H
#define STORE_AUDIT_STORE_H

#include "store/project.h"

/* Status and labels, as one judgement. */
struct judgement {
  enum status status;
  uint16_t *labels;              /* ascending */
  uint32_t n_labels;
};

/* The changes of status and labels that a person made of one sample alone and that are in force, a row a sample. */
struct decision {
  uint32_t sample;
  uint32_t n;                    /* such changes; the last: */
  int64_t at_ms;
  bool status_known, labels_known; /* these changed them; came: what they were before the first of these */
  struct judgement came;
};
int decision_list(struct project *p, struct decision **rows, size_t *n, struct err *e);  /* by sample */
void decisions_free(struct decision *rows, size_t n);

/* Each entry of the log that a person made, oldest first. */
struct person_entry {
  uint32_t id;
  int64_t at_ms;
  enum change_kind kind;
  uint32_t n;                    /* samples */
  uint32_t fields;               /* of a set of one sample: 1 << enum field for each that it changed */
  uint32_t status;               /* enum status that it gave; N_STATUSES: none */
  bool undone;
};
int person_entry_list(struct project *p, struct person_entry **rows, size_t *n, struct err *e);

struct audit_row {
  uint32_t id, sample;
  int64_t at_ms;
  struct judgement before, after;
};
/* Keeps an answer; id and at_ms are given. */
int audit_store_add(struct project *p, const struct audit_row *row, struct err *e);
int audit_store_list(struct project *p, struct audit_row **rows, size_t *n, struct err *e);   /* oldest first */
void audit_rows_free(struct audit_row *rows, size_t n);

#endif
