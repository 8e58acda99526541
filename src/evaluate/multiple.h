/* multiple: many tests at once. Of 20 labels on which nothing differs one has p < .05; what is told must allow for
 * that.
 *
 * Threads: pure functions. Errors: none. */
#ifndef EVALUATE_MULTIPLE_H
#define EVALUATE_MULTIPLE_H

#include <stddef.h>

/* Adjusted p of n tests: S. Holm, Scand. J. Statist. 6 (1979) 65-70, whatever the tests have to do with each other.
 * The smallest p is multiplied by the number of tests m, the next by m - 1 and so on; none is below one before it,
 * none above 1. With `adjusted` < .05 the chance of any false finding among them is below 5 %. NaN (no test was made)
 * stays NaN and is not counted in m. `adjusted` has room for n and may be p. */
void holm_adjust(const double *p, size_t n, double *adjusted);

#endif
