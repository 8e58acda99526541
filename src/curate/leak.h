/* leak: whether the name of a label stands in a text, so that a student may learn to look for the name alone.
 *
 * It does if every word of the name stands there, in any order, case folded and at word borders: "card arrival" in "the
 * arrival of my card", but not "return" in "returned". A name is cut into words at what is no letter or digit, and
 * where a capital follows a small letter (BookRestaurant). A name in a script without spaces stands in a text as it is
 * written.
 *
 * Some labels are called by ordinary words (`other`, `none`). That such a word stands in a text says nothing of the
 * label, and is no leak: a name leaks only if among the labelled texts that hold it the odds of the label are at least
 * twice those among all labelled texts.
 *
 * Life: leaks_new; leaks_count for each sample, by any number of threads, each with a scratch of its own; then
 * leaks_in; leaks_free. */
#ifndef CURATE_LEAK_H
#define CURATE_LEAK_H

#include "corpus/corpus.h"

struct leaks;
struct leaks *leaks_new(const struct corpus *c);
void leaks_free(struct leaks *l);
struct leak_scratch;
struct leak_scratch *leak_scratch_new(const struct leaks *l);
void leak_scratch_free(struct leak_scratch *s);
/* Counts a sample; true if the name of one of its labels stands in its text. normal: the normal form of its text, or of
 * both with a space between. */
bool leaks_count(struct leaks *l, struct leak_scratch *scratch, const struct sample *s, const char *normal, size_t n);
/* The first of its labels whose name stands there and is telling, by what was counted; LABEL_NONE: none. */
uint16_t leaks_in(const struct leaks *l, struct leak_scratch *scratch, const struct sample *s, const char *normal, size_t n);

#endif
