/* soft: how sure a teacher was of a label, from the probabilities of the tokens that spell it (logprobs).
 *
 * At the token where the label's value begins, the probabilities of the alternatives are added up by the label that
 * each begins; where several labels begin alike, their part is divided by what stands at the next token, along the way
 * that the teacher took. What begins no label is left out, and the rest is scaled to 1. So p(label) is the teacher's
 * own distribution given that it answers with a label of the project (as in Zhao et al. 2021, without the calibration).
 *
 * Threads: any. */
#ifndef GENERATE_SOFT_H
#define GENERATE_SOFT_H

#include <stdbool.h>
#include <stddef.h>

#include "corpus/label.h"
#include "teacher/openai.h"

/* at: the byte of chat->content where the label's value begins; bare: it is not in quotes. p: one for each label of the
 * project, they sum to 1. False: the tokens do not tell (none were given, they are not the content's, or more than
 * SOFT_LOST of the probability lies on alternatives that several labels share off the way taken). */
#define SOFT_LOST 0.05
bool soft_label(const struct chat_reply *chat, size_t at, bool bare, const struct labels *labels, float *p);

#endif
