/* starter: the templates that come with the program, as sources to be stored in a project and edited there.
 *
 * `annotate` labels texts in every kind of task, one or many texts a request; for one text of a single-label task it
 * renders to the messages of the recorded annotations, byte by byte. `paraphrase`, `counterfactual` and `restyle` make
 * new texts of texts that are there. Threads: constant. */
#ifndef PROMPT_STARTER_H
#define PROMPT_STARTER_H

#include <stddef.h>

#include "base/err.h"
#include "prompt/prompty.h"

struct starter {
  const char *name;             /* as in its front matter; NULL ends the table */
  enum prompty_kind kind;
  const char *summary;
  const char *source;
};
extern const struct starter starters[];
/* NULL and ERR_INPUT with the names there are. */
const struct starter *starter_find(const char *name, struct err *e);

#endif
