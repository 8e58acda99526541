/* order: which texts a person should look at next, so that a student learns most from them: those that students are
 * uncertain of, that are unlike what is accepted already, and that stand for many others like that.
 *
 * A text is covered as far as it is similar to the nearest text that is accepted, a seed, or placed before. What a text
 * j is worth is what placing it adds to that, over itself and all those that have it among their ORDER_NEAR nearest,
 * each counted by the root of how uncertain students are of it:
 *
 *   useful(j) = u(j) * (1 - covered(j)) + sum over such i of u(i) * max(0, similarity(i, j) - covered(i))
 *
 * Uncertainty is that of Lewis and Gale 1994 ("A sequential algorithm for training text classifiers"). Alone, and also
 * times (1 - covered), it chose far worse than chance (tests/bench/useful.sh): after a few seeds a student is most
 * uncertain of odd texts, and so of those that are like nothing else. That uncertain texts must also be like many is
 * the information density of Settles and Craven 2008; that they are placed one by one, what is covered counting no
 * more, is the core-set of Sener and Savarese 2018 with sums for the maximum: facility location, as Wei, Iyer and
 * Bilmes 2015 choose texts ("Submodularity in data subset selection and active learning"). As worth only ever falls,
 * most need not be computed again to know which is largest (Minoux 1978). The first ORDER_PLACED are placed so; the
 * others keep their worth as it was last computed, which is not above that of any that was placed.
 *
 * Have a value: samples of status new that have an uncertainty, are no seeds and not of split test. Beyond
 * SIMILAR_MAX_TEXTS of them a random sample is placed (similar.h), and all others follow by their uncertainty alone; of
 * as many accepted texts a sample stands for all.
 *
 * Threads: any; it takes `threads` by itself (0: all processors), with the same result on any number. Errors:
 * ERR_INTERRUPTED if it was stopped. */
#ifndef CURATE_ORDER_H
#define CURATE_ORDER_H

#include "base/err.h"
#include "base/pool.h"
#include "corpus/corpus.h"

#define ORDER_PLACED 3000u
#define ORDER_NEAR 20u

/* uncertainty (n) by id - 1: 0 sure .. 1 not at all (judge.h: uncertainty), NaN: not asked. useful (n) is filled. */
int order_useful(const struct corpus *c, const float *uncertainty, uint32_t n, int threads, struct stop *stop,
                 float *useful, struct err *e);

#endif
