/* alike: how often the rows of an experiment, and the teachers that labelled its test texts, say the same of a text.
 *
 * Two rows are compared seed for seed (as many as both have), a teacher with each seed of a row; the share is the mean
 * over the seeds. Between teachers, and of a teacher, only texts that were put to it count; where it gave no answer it
 * says what nobody says. Of several labels the whole sets are compared.
 *
 * Life: alike_find fills (names and shares are the caller's to free: findings_release does). Threads: any. Errors: the
 * store's; a training that the store does not keep any more is ERR_INPUT and says what to do (said.h). */
#ifndef EVALUATE_ALIKE_H
#define EVALUATE_ALIKE_H

#include "evaluate/findings.h"

#define ALIKE_ROWS 24            /* rows at most: those that the verdict is about and their firsts come before others */

struct project;

/* Names: "STUDENT ROW" in the order of the rows, then the teachers'. Own shares are 1; NaN: nothing in common. */
int alike_find(struct project *p, const struct findings *f, struct found_agreement *out, struct err *e);

#endif
