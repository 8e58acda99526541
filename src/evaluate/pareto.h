/* pareto: what is worth its cost. Threads: a pure function. Errors: none. */
#ifndef EVALUATE_PARETO_H
#define EVALUATE_PARETO_H

#include <stdbool.h>
#include <stddef.h>

/* The Pareto front of n points: on[i] where no other point costs at most as much and gains at least as much, one of
 * both strictly. Of points that are equal in both all are on or none is. NaN in either (cost or gain are not known):
 * off, and it keeps no other off; an infinite one is a value as others are. `on` has room for n. */
void pareto_front(const double *cost, const double *gain, size_t n, bool *on);

#endif
