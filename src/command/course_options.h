/* course_options: what trainings are told in the same words (train, sweep): from which texts, with what beside them. A
 * command puts COURSE_OPTIONS among its rows, and those of `kept` are kept with what it begins, as JSON.
 * Threads: one user. */
#ifndef COMMAND_COURSE_OPTIONS_H
#define COMMAND_COURSE_OPTIONS_H

#include "base/json.h"
#include "command/enrich.h"

#define COURSE_OPTIONS \
  {.name = "data", .type = OPTION_FILTER, .argument = "QUERY", \
   .summary = "what it is trained on; else what is accepted or a seed, of split train"}, \
  {.name = "preset", .type = OPTION_PRESET, .argument = "NAME", \
   .summary = "student and parameters kept under this name (retort preset); what is typed here counts more"}, \
  {.name = "pool", .type = OPTION_FILTER, .argument = "QUERY", \
   .summary = "texts without labels for the methods that learn from them too: split:pool"}, \
  {.name = "teacher", .type = OPTION_TEACHER, .argument = "NAME", \
   .summary = "soft labels: the probabilities that this teacher gave (retort annotate --soft)"}, \
  {.name = "distill", .type = OPTION_RUN, .argument = "RUN", \
   .summary = "soft labels: the probabilities that the student of this run gives"}, \
  {.name = "weigh", .type = OPTION_TEXT, .argument = "SIGNAL", \
   .summary = "let each text count by this signal of it: mean_confidence (their mean counts 1)"}, \
  {.name = "vectors", .type = OPTION_FILE, .argument = "FILE", \
   .summary = "word vectors to begin with: a line a word, as word2vec or GloVe write them"}

/* The members of an object (no braces): those of pool, teacher, distill, weigh, vectors that were given. */
void course_options_json(struct call *c, struct buf *out);
/* The same again, out of that object; strings are the object's. */
struct enrichment course_enrichment(const struct json *said);
/* The student meant, and its parameters: the defaults, what the preset says, what `base` says (as JSON; of the student
 * `base_student`, both may be NULL), what was typed. otherwise: the student where nothing says one. */
int course_student(struct call *c, const char *base_student, const char *base, const char *otherwise,
                   const struct student_kind **kind, double **values, struct err *e);
/* Says what was left out of a lesson. */
void course_say_left_out(struct call *c, const struct lesson *l);

#endif
