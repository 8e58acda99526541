/* select: which samples a command is about. */
#ifndef COMMAND_SELECT_H
#define COMMAND_SELECT_H

#include "command/call.h"
#include "prompt/prompty.h"
#include "store/project.h"

/* The rows --filter and --id, for option tables. */
#define SELECT_FILTER_OPTION \
  {.name = "filter", .type = OPTION_FILTER, .argument = "QUERY", \
   .summary = "the samples that match (see retort help filter)"}
#define SELECT_ID_OPTION \
  {.name = "id", .type = OPTION_TEXT, .argument = "N", .many = 1, .summary = "these samples: 12 or 3,7 or 10-20"}

/* The samples of --filter, all if it is not given; ids are the caller's to free. */
int select_filter(struct call *c, const char *query, uint32_t **ids, size_t *n, struct err *e);
/* Those of --id and of the arguments, or of --filter; neither is an error. */
int select_samples(struct call *c, uint32_t **ids, size_t *n, struct err *e);
/* The text that a template of kind annotate or rewrite is shown with: --id, or the first that such a job could take. */
int select_subject(struct call *c, enum prompty_kind kind, struct sample *s, struct err *e);

/* "3,7,10-20" as ranges. what: "sample", for messages. */
int select_ranges(const char *text, const char *what, int (*each)(void *arg, uint32_t from, uint32_t to, struct err *e),
                  void *arg, struct err *e);

#endif
