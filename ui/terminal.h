/* terminal: the screen and the keyboard of the person: the only file that knows curses.
 *
 * Life: terminal_open, then any order of the rest, terminal_close; one at a time. From open to close the terminal is
 * ours; close, a fatal signal and a failed ensure() give it back as it was.
 * Threads: the screen's. Signals come out of terminal_signal_fd, so that the loop sees them with everything else.
 * Errors: ERR_INPUT where there is no terminal, or none that can place a cursor. */
#ifndef UI_TERMINAL_H
#define UI_TERMINAL_H

#include <stdbool.h>

#include "base/err.h"
#include "ui/canvas.h"
#include "ui/key.h"

struct terminal;
struct terminal *terminal_open(struct err *e);
void terminal_close(struct terminal *t);

int terminal_key_fd(const struct terminal *t);
int terminal_signal_fd(const struct terminal *t);
/* What came in since the last call, as a set of these. */
enum terminal_event { TERMINAL_RESIZED = 1, TERMINAL_RESUMED = 2, TERMINAL_SUSPEND = 4, TERMINAL_END = 8 };
unsigned terminal_events(struct terminal *t);
/* Reads what the keyboard sent; false: it is gone. */
bool terminal_read(struct terminal *t, struct key_decoder *d);

void terminal_size(struct terminal *t, int *rows, int *cols);
bool terminal_ascii(const struct terminal *t);     /* the environment's character set is not UTF-8 */
/* It puts what is written from the right into order by itself, and cannot be told not to. */
bool terminal_orders(const struct terminal *t);
void terminal_light(struct terminal *t, bool light);
/* Puts the canvas on the screen: only cells that differ from what stands there. */
void terminal_show(struct terminal *t, const struct canvas *c);
void terminal_repaint(struct terminal *t);         /* the next show draws everything anew */

void terminal_give(struct terminal *t);            /* as it was, for another program */
void terminal_take(struct terminal *t);            /* ours again */
void terminal_suspend(struct terminal *t);         /* gives it, stops this process, takes it when continued */

#endif
