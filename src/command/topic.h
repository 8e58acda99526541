/* topic: what concerns more than one command, for `retort help TOPIC` and retort(1). */
#ifndef COMMAND_TOPIC_H
#define COMMAND_TOPIC_H

#include "command/command.h"

struct topic_item {
  const char *term, *text;  /* a NULL term ends a list */
};
struct topic {
  const char *name, *title, *text;  /* text: paragraphs as those of a command; a NULL name ends the table */
  const struct topic_item *items;   /* may be NULL */
};
extern const struct topic topics[];
const struct topic *topic_find(const char *name);

/* The keys of the workbench as main gave them. */
const struct command_key *topic_keys(size_t *n);

#endif
