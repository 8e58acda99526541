/* significance: what the scores of a test set say about texts and trainings that were not tried.
 *
 * Two things make a measured accuracy chance: which test texts were drawn, and the seed of the training (order, first
 * weights, subsample). Several seeds on the same test texts do not make more test texts: a text that is hard is hard
 * for every seed. So counts pooled over seeds must not be taken for independent ones; here texts are clusters.
 *
 * Letters: R test texts, S seeds. A score matrix is S x R, [s * R + r]. Seed s of two arms belongs together, and so
 * does text r: differences are taken pair by pair.
 *
 * Threads: pure functions. Errors: none. The same seed gives the same bytes each time (GSL's mt19937). */
#ifndef EVALUATE_SIGNIFICANCE_H
#define EVALUATE_SIGNIFICANCE_H

#include <stddef.h>
#include <stdint.h>

struct interval {
  double lo, hi;
};

/* Interval of a proportion k of n at `level` (0.95): E. B. Wilson, JASA 22 (1927) 209-212, without continuity
 * correction. k need not be whole (a mean over seeds). [0, 1] if n is 0. */
struct interval wilson_interval(double k, double n, double level);

/* Interval of the mean of n values over seeds: mean -+ t(n - 1) s / sqrt n (Student, Biometrika 6 (1908)). It speaks of
 * seeds only, the test texts taken as given. [mean, mean] if n is 1: one seed shows no spread. */
struct interval t_interval(const double *x, size_t n, double level);

/* Q. McNemar, Psychometrika 12 (1947) 153-157, for one pair of runs: b texts right in the first only, c in the second
 * only. exact: two-sided binomial, the doubled tail capped at 1; mid: that minus half the probability of what was seen,
 * less timid and still within its level in practice (Fagerland, Lydersen, Laake, BMC Med Res Methodol 13:91 (2013)). */
struct mcnemar {
  double b, c;      /* discordant pairs (texts, or texts x seeds) */
  double p_exact;
  double p_mid;
};
struct mcnemar mcnemar_test(size_t b, size_t c);

/* McNemar on pairs pooled over seeds, texts as clusters (the setting of Durkalski et al., Statistics in Medicine 22
 * (2003) 2417-2428, and Obuchowski, ibid. 17 (1998) 1495-1507, where pooled pairs count as independent no more than
 * here). For each text d = (seeds where only the second arm is right) - (only the first). If the arms are exchangeable
 * on every text each d might as well have had the other sign; p is the share of all sign flips whose |sum| reaches the
 * one seen, computed exactly by convolution, not sampled. With one seed this is mcnemar_test. b and c are the pooled
 * counts. It speaks of the runs at hand: new texts are covered, new seeds are not; for those use bootstrap_difference.
 * */
struct mcnemar mcnemar_pooled(const uint8_t *first_right, const uint8_t *second_right, size_t n_seeds, size_t n_texts);

/* What a bootstrap over texts and seeds together says of one number (an accuracy, a difference, a macro F1). */
struct estimate {
  double mean;      /* over seeds, as measured */
  double lo, hi;    /* 95 % interval over new texts and new seeds */
  double p;         /* two-sided, of mean = 0; only of use for differences */
  double se_text, se_seed;  /* standard errors: from texts (with text x seed), from the seeds' own spread */
  double df;        /* degrees of freedom of the interval */
};

#define BOOTSTRAP_RESAMPLES 10000

/* A statistic of one seed over R texts, text r counted weight[r] times (weights sum to R). `arg` is its own. */
typedef double bootstrap_statistic(const void *arg, size_t seed, const uint32_t *weight);

/* Bootstrap of the mean over S seeds of a statistic, texts and seeds crossed. Each resample draws R texts with
 * replacement (B. Efron, Ann. Statist. 7 (1979) 1-26; paired: the same texts for every seed and both arms) and S of the
 * seeds' own deviations. Two corrections keep the level with the handful of seeds one has: the spread between seeds
 * that is only text x seed noise, already in the texts' part, is taken out of the seeds' deviations and they are scaled
 * by sqrt(S / (S - 1)) (random effects, reflated: Carpenter, Goldstein, Rasbash, Appl. Statist. 52 (2003) 431-443;
 * without this a crossed bootstrap counts that noise thrice, A. Owen, Ann. Appl. Stat. 1 (2007) 386-411), and each
 * resample's deviation is divided by sqrt(chi2(df) / df), so that few seeds give the wide tails of Student's t. df is
 * the smaller of two: Satterthwaite's, Biometrics Bull. 2 (1946) 110-114, which promises too much where the seeds' part
 * is large, and the one whose t gives the half width sqrt(t_text^2 v_text + t_seed^2 v_seed) (S. Banerjee, Sankhya 22
 * (1960) 359-378), which does where text x seed noise is. lo, hi: percentiles. p: the level at which the interval
 * touches 0; where no resample reaches it, they only say that p is below 2 / resamples, and p is that of Student's t
 * with this df if that is less, so that a correction for many comparisons can still find something. With one seed the
 * texts' part alone.
 *
 * How well it keeps its level, simulated (tests/test-evaluate-coverage.c): 93 to 97 % of the intervals hold the truth,
 * with these two edges. Where seeds differ by nothing but chance on single texts, up to 98 %: a few seeds cannot show
 * that they do not differ. With three seeds that are several points apart (a standard deviation of 5 and more), from 93
 * %, and p < .05 without a difference in up to 6.5 %. */
struct estimate bootstrap_mean(bootstrap_statistic *statistic, const void *arg, size_t n_seeds, size_t n_texts,
                               size_t resamples, uint64_t seed);

/* The same for accuracy (right: S x R, 0 or 1) and for the difference second - first, without a pass over all for each
 * resample. An accuracy's interval is Wilson's with the effective number of texts that the estimated variance amounts
 * to (Korn and Graubard, Survey Methodology 24 (1998) 193-201), so that it stays in [0, 1] and has a width at accuracy
 * 1, too; with one seed it is Wilson's own. A difference's texts are drawn from those at hand and two more: one on
 * which nothing differs, a half on which each arm is better by as much as is usual where they differ (Agresti and Min,
 * Statistics in Medicine 24 (2005) 729-740): three texts that all agree prove nothing. `mean` is as measured. */
struct estimate accuracy_estimate(const uint8_t *right, size_t n_seeds, size_t n_texts);
struct estimate bootstrap_difference(const uint8_t *first_right, const uint8_t *second_right, size_t n_seeds,
                                     size_t n_texts, size_t resamples, uint64_t seed);

#endif
