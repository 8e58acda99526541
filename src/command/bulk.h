/* bulk: what all commands have in common that change any number of samples in one change: which samples, how the change
 * is called in the log, --dry-run, and the answer.
 *
 * Life: bulk_different (or select_samples), a CHANGE_SET of "person" with its rows, bulk_finish. Threads: one user a
 * call. */
#ifndef COMMAND_BULK_H
#define COMMAND_BULK_H

#include "command/select.h"

#define BULK_DRY_RUN_OPTION \
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "only say how many samples would change"}
/* The rows that end the options of such a command. */
#define BULK_OPTIONS SELECT_FILTER_OPTION, SELECT_ID_OPTION, BULK_DRY_RUN_OPTION, {.name = NULL}
#define BULK_FLAGS (COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON)
#define BULK_TEXT \
  "Samples are chosen by --filter, by --id or by their numbers; without any of these nothing is changed. All are " \
  "changed at once and by one undo are as they were. With --json it answers {\"changed\": N}; samples that were so " \
  "already do not count. --dry-run changes nothing and says how many it would: {\"would_change\": N}."

/* Keeps those of the selected samples for which `same` is false; ids are the caller's to free. */
int bulk_different(struct call *c, uint32_t **ids, size_t *n, bool (*same)(const struct sample *s, const void *arg),
                   const void *arg, struct err *e);
/* Posts the change, waits until it is on disk (the workbench does not wait: memory has it, the store writes behind and
 * tells if it cannot), and says how many samples it changed. The log calls it by the command and the filter that chose
 * them, "reject 25 samples: words<5"; to: where they go ("split 3 samples to valid"), or NULL; a summary that ch has
 * stays. With --dry-run nothing is posted. Takes ch. */
int bulk_finish(struct call *c, struct change *ch, size_t changed, const char *to, struct err *e);
/* The first half: posts and waits, and says nothing. */
int bulk_post(struct call *c, struct change *ch, size_t changed, const char *to, struct err *e);

#endif
