/* testimony: what a row of Compare says of the test texts, and on which of them two rows differ.
 *
 * A run or a teacher answers each text once, an arm of an experiment once a seed; an answer is right if the label, or
 * the whole set of labels, is. What a row says of a text is what most of its seeds say (of equals the first seed's).
 *
 * Texts are fixed, broken or other as in evaluate/changed.h, which knows arms of one experiment alone.
 *
 * Life: testimony_of_predictor or testimony_of_row, testimony_release; difference_find on two of them,
 * difference_release. Threads: any; not the screen's, for they read the project's file. Errors: the store's; a
 * training that is not kept any more is ERR_INPUT. */
#ifndef UI_TESTIMONY_H
#define UI_TESTIMONY_H

#include "evaluate/changed.h"
#include "evaluate/findings.h"
#include "evaluate/significance.h"
#include "store/run_store.h"

struct statement {
  uint32_t id;                   /* of the sample */
  uint32_t from;                 /* its labels stand in testimony.labels from here on */
  uint16_t n_labels;             /* 0: nothing was said */
  uint16_t n_right;              /* seeds */
  float share;                   /* of the seeds that say so; of a run: the label's probability; NAN: not known */
};

struct testimony {
  size_t n_seeds;
  struct statement *rows;           /* by id, ascending */
  size_t n;
  uint16_t *labels;
  uint8_t *right;                /* n_seeds x n: 1 where right */
  uint32_t *confusion;           /* (C, C), true label by said one, over all seeds; NULL: several labels a text */
  uint32_t n_labels;             /* C */
};

/* Of texts of split test only. threshold: from which probability one of several labels holds. */
int testimony_of_predictor(struct project *p, enum predictor kind, uint32_t id, double threshold, struct testimony *out,
                         struct err *e);
int testimony_of_row(struct project *p, const struct findings *f, size_t row, struct testimony *out, struct err *e);
void testimony_release(struct testimony *a);
/* The labels of a statement, joined by ", "; "–" where nothing was said. */
struct buf;
struct labels;
void statement_say(const struct testimony *a, const struct statement *x, const struct labels *labels, struct buf *out);

struct difference_text {
  uint32_t id;
  enum changed_kind kind;
  uint32_t before, after;        /* their rows in the testimonies */
  float moved;                   /* share of the seeds whose answer turned right or wrong */
};
struct difference {
  size_t n_common;               /* texts that both answered */
  size_t count[N_CHANGED_KINDS];
  struct difference_text *texts; /* broken, fixed, other; the share of seeds that moved most first, then by id */
  size_t n;
  struct estimate accuracy;      /* after - before, on the common texts, over as many seeds as both have */
  double p_mcnemar;              /* on the same */
};
void difference_find(const struct testimony *before, const struct testimony *after, struct difference *out);
void difference_release(struct difference *d);

#endif
