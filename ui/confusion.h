/* confusion: what was taken for what, counted, and what follows from it: the mistakes by how often they were made, and
 * precision, recall and F1 of each label.
 *
 * Life: a zeroed struct (nothing is known), confusion_count or confusion_read, confusion_release. Threads: one user. */
#ifndef UI_CONFUSION_H
#define UI_CONFUSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct confusion_pair {
  uint16_t truth, said;
  uint32_t count;
};
struct confusion_label {
  uint16_t label;
  double precision, recall, f1;  /* 0..1 */
  uint32_t support;              /* texts of this label */
};
struct confusion {
  uint32_t n;                    /* labels; 0: nothing is known */
  uint32_t *counts;              /* (n, n), rows: the true label; NULL: several labels a text */
  struct confusion_pair *pairs;  /* mistakes, most often made first */
  size_t n_pairs;
  struct confusion_label *labels;  /* n, in the order of the labels */
  double accuracy, macro_f1;
};
void confusion_release(struct confusion *c);
/* From counts (n, n), which are copied. */
void confusion_count(struct confusion *c, uint32_t n, const uint32_t *counts);
/* From what `evaluate` said (metric.h): false if that says nothing of labels. */
bool confusion_read(struct confusion *c, const char *metrics);
/* The labels by their F1, the worst first, or (false) in their own order. */
void confusion_sort(struct confusion *c, bool worst_first);

#endif
