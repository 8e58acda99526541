/* prompt: the line at the bottom that is typed into, with readline's editing and history. The only file with readline,
 * which keeps its state in globals: there is one prompt at a time.
 *
 * It reads no terminal: keys go in, the text and the cursor come out, so that the views behind go on being drawn.
 * Life: prompt_begin, prompt_key until it is done or cancelled, prompt_end. The histories of commands and of
 * searches are read at the first prompt_begin and written line by line, to $XDG_STATE_HOME/retort/history and
 * searches. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "command/command.h"
#include "ui/canvas.h"
#include "ui/key.h"

enum prompt_kind { PROMPT_COMMAND, PROMPT_SEARCH };
enum prompt_result { PROMPT_GOES_ON, PROMPT_CHANGED, PROMPT_DONE, PROMPT_CANCEL };

/* What Tab offers for the line at a byte. */
typedef void prompt_complete_fn(void *arg, const char *line, size_t at, struct completion *out);

void prompt_begin(enum prompt_kind kind, const char *text, prompt_complete_fn *complete, void *arg);
enum prompt_result prompt_key(const struct key *k);
const char *prompt_text(void);       /* valid until the next key */
void prompt_end(void);

/* The line in one row of the area: sign (":"), text, cursor; `note` at the right, in the style of an error where wrong
 * is not -1: the byte of the text where something is wrong. Candidates of the last Tab stand in the rows above. */
void prompt_draw(struct canvas *c, struct area a, int row, const char *sign, const char *note, int wrong);

#endif
