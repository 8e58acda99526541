/* compare-row: a row of Compare's table: an arm of an experiment with a student, a teacher, or a run.
 * Life: made by compare-rows.c on a thread of its own; compare_rows_free. What is not known is NaN. */
#ifndef UI_COMPARE_ROW_H
#define UI_COMPARE_ROW_H

#include "evaluate/findings.h"
#include "store/run_store.h"

enum compare_kind { COMPARE_ARM, COMPARE_TEACHER, COMPARE_RUN };

struct compare_label {
  char *label;
  double n, precision, recall, f1;
  double difference;             /* of F1 */
  struct interval ci95;
  double p;                      /* Holm's */
};

struct compare_row {
  enum compare_kind kind;
  uint32_t id;                   /* of the run or teacher; of an arm: its row in the findings */
  char *name, *student, *data;   /* data: the filter of its training texts */
  enum run_state state;
  int64_t evaluated_ms;          /* 0: it was not */
  double n_train;
  double accuracy, lo, hi, macro_f1;
  double n_params, size_bytes, multiply_adds, us_text, cpu_seconds;
  double cost_usd;               /* of the texts learned from; of a teacher: for a million texts labelled */
  double difference, p;          /* to the first arm (p: Holm's), or to the baseline run */
  bool is_first;                 /* that is the one that others are set against */
  uint32_t against;              /* runs: the baseline of the difference, and when that was evaluated */
  int64_t against_ms;
  double threshold;              /* runs, several labels a text: from which probability one holds */
  struct compare_label *labels;
  size_t n_labels;
  unsigned marked;               /* 0: it is not; else the greater the later */
  size_t order;                  /* as they come: arms by the plan, teachers, runs with the newest first */
};
void compare_rows_free(struct compare_row *rows, size_t n);
/* Whether two rows stand for the same thing, also in another experiment: the same run, teacher, or arm and student. */
bool compare_row_same(const struct compare_row *a, const struct compare_row *b);
/* "linear both": as it is called where the student's column is not there. To be freed. */
char *compare_row_title(const struct compare_row *row);

/* compare-rows.c, on the look-up's thread: */
struct compare_rows {
  struct compare_row *rows;
  size_t n, cap;
};
void compare_add_arms(struct compare_rows *to, const struct findings *f);
void compare_add_teachers(struct compare_rows *to, const struct findings *f);  /* those that are not there yet */
/* Runs, the newest first, and teachers that were evaluated on the test texts. */
int compare_add_tested(struct compare_rows *to, struct project *p, struct err *e);
/* compare-costs.c, on the look-up's thread: what the texts of runs cost, what teachers' labels do. */
void compare_add_costs(struct compare_rows *to, struct project *p, struct err *e);

#endif
