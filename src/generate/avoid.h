/* avoid: what a prompt can ask the teacher to keep away from, as the list `avoid` of a template: beginnings that come
 * back too often among the generated texts of the label ("i would like…", at most AVOID_OPENINGS, the most frequent
 * first, each at least AVOID_REPEATED times), then the newest texts of the same cell, and if those are few, of the same
 * label (AVOID_TEXTS together). All are generated texts of the split train: a test text is never shown.
 *
 * It goes by what the corpus holds when the requests are planned, so that a job that is gone on with asks the same.
 * Life: avoid_new, avoid_draw for each request, avoid_free. Threads: one at a time. */
#ifndef GENERATE_AVOID_H
#define GENERATE_AVOID_H

#include "corpus/corpus.h"
#include "prompt/prompty.h"

#define AVOID_OPENINGS 4
#define AVOID_TEXTS 8
#define AVOID_REPEATED 3
#define AVOID_WORDS 3          /* of a beginning */
#define AVOID_TEXT_BYTES 400   /* a longer text is cut, so that prompts stay short */

struct avoid;
struct avoid *avoid_new(const struct corpus *c);
void avoid_free(struct avoid *a);   /* NULL is fine */
/* Puts the list into the scope; it is valid until the next call. attributes: as in struct sample. */
void avoid_draw(struct avoid *a, uint16_t label, const char *attributes, struct prompt_scope *scope);

#endif
