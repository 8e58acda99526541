/* examples: texts of the corpus drawn into prompts as `seeds`, up to EXAMPLES_MAX of them, each with its label.
 *
 *   random    of the label that the prompt asks for
 *   balanced  of all labels in turn, the prompt's own first: what it is and what it is not (contrast)
 *   similar   of the label, alike: one that shares words with the attribute values of the prompt, and those that are
 *             most like it, out of SIMILAR_FROM drawn ones (by words that both have, as a share)
 *   hard      of the label, those that the student finds hardest, out of HARD_FROM (a label without hard texts: random)
 *
 * Where two labels are confused (both set), half of the texts come from the other one, in turn: those of each that the
 * student takes for the other come first. Drawn from is only what a student may learn from: split train, accepted or a
 * seed; a test text never.
 *
 * The same corpus, seed and number give the same texts. Threads: one at a time. */
#ifndef GENERATE_EXAMPLES_H
#define GENERATE_EXAMPLES_H

#include "generate/job.h"
#include "prompt/prompty.h"

#define EXAMPLES_MAX 8   /* of one prompt; a template takes fewer with seeds[:3] */
#define SIMILAR_FROM 64
#define HARD_FROM 16

struct examples_want {
  enum seeds_policy policy;
  uint64_t seed;
  const struct hard_text *hard;  /* borrowed; none: HARD is RANDOM */
  size_t n_hard;
  uint16_t confused[2];          /* equal: none */
};

struct examples;
struct examples *examples_new(const struct corpus *c, const struct examples_want *want);
void examples_free(struct examples *x);   /* NULL is fine */
/* Puts up to EXAMPLES_MAX into the scope, for request number i, of this label and these attributes (as in struct
 * sample); they are valid until the next call. */
void examples_draw(struct examples *x, uint16_t label, const char *attributes, size_t i, struct prompt_scope *scope);

/* "random", "balanced", "similar", "hard". */
extern const char *const seeds_policy_names[N_SEEDS_POLICIES];

#endif
