/* power: how large a difference must be to be seen, so that "no difference shown" is not read as "no difference".
 *
 * `level` is that of the interval (.95: a two-sided test at 5 %), as in significance.h; `power` the share of
 * repetitions in which the difference is to be shown (.8: four times of five). Differences are shares (.01 is a
 * point).
 *
 * Threads: pure functions. Errors: NaN where nothing can be said. */
#ifndef EVALUATE_POWER_H
#define EVALUATE_POWER_H

/* Before anything is trained: the least difference of accuracy that n test texts show where two arms, one training
 * each, answer the share `discordant` of the texts differently (one right, the other wrong): R. J. Connor, Biometrics
 * 43 (1987) 207-211, for the unconditional test of paired proportions, solved for the difference d:
 *   n = [z_a sqrt(discordant) + z_b sqrt(discordant - d^2)]^2 / d^2.
 * Two arms cannot be further apart than the texts on which they differ: never above `discordant`, and NaN where even
 * that much would not be shown (too few texts). `discordant` in (0, 1]; NaN for other values and n < 1. Exact McNemar
 * is a little more timid than this; more than one seed a little less. */
double detectable_difference(double n_texts, double discordant, double level, double power);

/* After: what a comparison as noisy as this one turned out would have shown with that power. The difference over its
 * standard error has the non-central t distribution with df degrees of freedom (J. Cohen, Statistical Power Analysis
 * for the Behavioral Sciences (1988), ch. 2); solved for its centre. The usual (t_a + t_b) se (H. S. Bloom, Evaluation
 * Review 19 (1995) 547-556) is the same from some 10 degrees of freedom on, but 5 % too little at 2. With se = struct
 * estimate's sqrt(se_text^2 + se_seed^2). NaN for se < 0 and df <= 0; df may be infinite. */
double detectable_by(double se, double df, double level, double power);

#endif
