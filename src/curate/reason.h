/* reason: why a sample stands where it does in an order, in one line for a person:
 *
 *   suspect   labelled returns, but students say billing .91; 4 of 5 nearest are billing
 *   useful    students waver between billing .41 and product .38; none of its 5 nearest is accepted
 *   novel     nothing near: the nearest, 77, is alike by .21
 *
 * It is made of the columns of a provider (curate/signal.h: suggested, suggested_p, self_confidence, novel) and of the
 * sample's nearest (finder.h), as far as they are known; nothing is computed here, nothing read from a file.
 * Threads: any that may ask the provider. Errors: none. */
#ifndef CURATE_REASON_H
#define CURATE_REASON_H

#include "base/buf.h"
#include "corpus/filter.h"
#include "curate/similar.h"

#define REASON_COLS 100          /* columns on a terminal, at most */

/* Appends the line, without an end of line; false, and nothing, where there is nothing to say: another order, no
 * values. order: a sort key, with a `-` or without. provider and near may be NULL (then n is 0). */
bool reason_add(struct buf *out, const struct corpus *c, uint32_t id, const char *order,
                const struct filter_provider *provider, const struct neighbour *near, size_t n);

#endif
