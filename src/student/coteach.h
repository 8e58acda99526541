/* coteach: which texts of a batch two networks learn from that teach each other (Han et al. 2018). What a network fits
 * early is mostly labelled right, so each learns the texts that the other one finds easiest; a mistake of one is not
 * handed back to itself. Pure functions. */
#ifndef STUDENT_COTEACH_H
#define STUDENT_COTEACH_H

#include <stdbool.h>
#include <stddef.h>

/* Share of the texts to leave out after `done` epochs: rises in a line to `rate` over `ramp` epochs. */
double coteach_forget(double rate, double ramp, int done);
/* keep[i] for the (1 - forget) n texts, rounded up, of smallest loss; the first of equals. */
void coteach_keep(const double *losses, size_t n, double forget, bool *keep);

#endif
