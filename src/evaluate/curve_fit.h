/* curve_fit: what a learning curve says: its law, what more texts should bring, and when to stop.
 *
 * Law: power_law.h, over x = n + n_seed training texts (Hestness et al. 2017; Figueroa et al. 2012; Viering and Loog
 * 2023). The same test texts stand behind all points, so what they put into a point's accuracy is nearly the same in
 * each and moves the curve up or down, not its shape. Therefore a point's standard error for the fit is that of its
 * seeds, s / sqrt(S); s^2 of three or five seeds is hardly known, so it is drawn toward that of all points, which
 * counts as SHRINK_DF seeds more (G. Smyth, Stat. Appl. Genet. Mol. Biol. 3:3 (2004)). With one seed a point all
 * points weigh the same, and only their distances from the law tell the noise. A point that trained on nothing (n = 0
 * and n_seed = 0) is left out. So are the smallest sizes, one by one, while the rest lies on no law (F test, 5 %) and
 * five are left: with very few texts a student guesses, and the law holds from where it learns (the small data region
 * of Hestness et al.; found_law's residual is of the points that are left).
 *
 * Outlook: how much further up the law is with so many texts more, with its profile likelihood interval (power_law.h
 * says why). The law cannot fall, so a gain's interval begins at 0 at the least: then no growth is claimed. Of
 * simulated curves on new test texts each time, some of which gain more than others, 93 % and more of the intervals
 * hold the truth (tests/test-evaluate-coverage-curve.c). All this if the curve goes on as it did: it cannot know of a
 * bend that is yet to come.
 *
 * Stop rule: stop where even the upper end of all that the outlook speaks of (500 texts, and $1 where the price is
 * known) is less than the test set can show (`detectable`), or less than half a point (CURVE_WORTHLESS), or where the
 * curve falls (p < .05, one-sided).
 *
 * Threads: pure functions. Errors: none. The same seed gives the same bytes. */
#ifndef EVALUATE_CURVE_FIT_H
#define EVALUATE_CURVE_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "evaluate/findings.h"

#define CURVE_SAMPLES 500      /* of the first outlook */
#define CURVE_USD 1            /* of the second */
#define CURVE_AHEAD_MOST 10    /* times the texts there are: further no outlook goes */
#define CURVE_WORTHLESS .005   /* a gain */

/* Fills law, next, n_next, stop and advice (what they held is freed) from points, n_seed, `of` ("generated"). A point
 * needs n and mean, and seeds where there were several. law is NULL, and there is no outlook, where less than four
 * different sizes were tried. usd_per_sample: NaN or 0: not known. detectable: the least difference that the test set
 * shows (power.h); NaN: not known. rate_p is one-sided and simulated. ceiling_ci95 is over new texts, too, where the
 * last point has a ci95. */
void curve_conclude(struct found_curve *c, double usd_per_sample, double detectable, size_t n_test, uint64_t seed);

#endif
