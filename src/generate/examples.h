/* examples: texts of the corpus drawn into prompts as `seeds`: at random, of the label that the prompt asks for.
 * The same corpus, seed and place in the plan give the same texts. Threads: one at a time. */
#ifndef GENERATE_EXAMPLES_H
#define GENERATE_EXAMPLES_H

#include "corpus/corpus.h"
#include "prompt/prompty.h"

#define EXAMPLES_MAX 8   /* of one prompt; a template takes fewer with seeds[:3] */

struct examples;
struct examples *examples_new(const struct corpus *c, uint64_t seed);
void examples_free(struct examples *x);
/* Puts up to EXAMPLES_MAX into the scope, for request number i; they are valid until the next call. */
void examples_draw(struct examples *x, uint16_t label, size_t i, struct prompt_scope *scope);

#endif
