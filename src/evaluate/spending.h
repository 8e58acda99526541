/* spending: what a project has paid its teachers, what the same teachers cost for the work of a student, and after how
 * many texts a student has paid for itself.
 *
 * Only what was paid counts: a reply that was found again from an earlier request was not paid again, and requests that
 * came with samples from another project were paid there. A paid request whose price nobody knows makes the sum that it
 * belongs to NaN. Money is USD.
 *
 * Life: lists are the caller's (teachers_free). Threads: any. Errors: the store's. */
#ifndef EVALUATE_SPENDING_H
#define EVALUATE_SPENDING_H

#include <stddef.h>
#include <stdint.h>

#include "evaluate/findings.h"

struct project;

/* Money, requests and tokens of all jobs so far: annotate is annotation, everything else (generate, rewrite, try,
 * propose) is generation. The person's minutes and price stay as they are: the caller knows them. */
int spending_read(struct project *p, struct found_spending *out, struct err *e);

/* The teachers that labelled any of n test texts. truth: label numbers, -1: not labelled; truth_sets: n x n_labels
 * where a text may have several labels (then truth only says, by -1, which are not labelled, and may be NULL: all
 * are), else NULL. Accuracy is the share of texts whose label, or whole set, is right, with Wilson's interval; no answer
 * is wrong, and where there are several labels it counts as the empty set (teacher_said.h); what was never asked does
 * not count. In the order of the teachers in the project. */
int teachers_find(struct project *p, const uint32_t *test_ids, size_t n, const int32_t *truth, const uint8_t *truth_sets,
                  size_t n_labels, struct found_teacher **out, size_t *n_out, struct err *e);
void teachers_free(struct found_teacher *teachers, size_t n);

/* What a teacher's labels cost, a text, over all it was paid for in annotation: a text that was asked about several
 * times in a job cost all of them. NaN: a price is not known, or nothing was paid. */
int teacher_usd_per_text(struct project *p, uint32_t teacher, double *usd, struct err *e);

/* After how many texts spent + n x student = n x teacher: from there on the student is the cheaper one. INFINITY: never,
 * since a text costs no more with the teacher; NaN: one of the prices is not known. 0 if nothing was spent. */
double break_even(double spent_usd, double teacher_usd_per_text, double student_usd_per_text);

#endif
