/* workbench: the frame around the views: top and bottom line, messages, overlays, running commands, the loop.
 *
 * It knows no terminal: keys go in (workbench_key), a canvas comes out (workbench_draw), and workbench_run joins the
 * two with terminal.c. Tests do the same without one.
 *
 * Threads: everything here is for the screen's thread. Commands flagged COMMAND_LONG run on a thread of their own, at
 * most one of a name at a time; their words come back through a mailbox. */
#ifndef UI_WORKBENCH_H
#define UI_WORKBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "ui/canvas.h"
#include "ui/key.h"

struct board;
struct corpus;
struct project;
struct workbench;

/* The whole workbench on the terminal, until the person quits. For main. */
struct workbench_start;
int workbench_main(struct project *p, const struct workbench_start *start, struct err *e);

struct workbench *workbench_new(struct project *p);
/* Asks what runs to stop, waits for it, and closes the views. */
void workbench_free(struct workbench *w);
void workbench_key(struct workbench *w, const struct key *k);
/* Takes over what other threads have done since the last call. True if something on the screen may have changed. */
bool workbench_step(struct workbench *w);
void workbench_draw(struct workbench *w, struct canvas *c);
bool workbench_wants_quit(const struct workbench *w);
bool workbench_busy(const struct workbench *w);    /* a command runs, or changes wait to be shown */

/* For views. */
struct project *workbench_project(struct workbench *w);
struct corpus *workbench_corpus(struct workbench *w);
struct board *workbench_board(struct workbench *w);
/* The columns of numbers at hand (picture.h): a share of them, to be freed by the caller. Where *renew, the caller's
 * work makes the next set (columns_renew) and gives it back when it is done, with what it took. */
struct columns;
struct columns *workbench_columns(struct workbench *w, bool *renew);
void workbench_give_columns(struct workbench *w, struct columns *c, int64_t took_ms);
/* Their names, to check a filter or a key: valid until the next step. */
const struct filter_provider *workbench_column_names(struct workbench *w);
/* What stands beside a filter that is typed: in the place of what the view's `search` said. Nothing while none is. */
void workbench_note(struct workbench *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Frees a block of at least 8 bytes elsewhere: for large ones, whose way back to the system may take a while. */
void workbench_discard(struct workbench *w, void *block);
/* The views are updated again at that time (clock_ms), though nothing moved. */
void workbench_wake(struct workbench *w, int64_t at_ms);
/* Work that takes longer than a frame: work(arg) on a thread of its own, then done(arg) on the screen's thread. done
 * may be NULL; it is called also while the workbench closes, so that arg can be freed there. */
void workbench_work(struct workbench *w, void (*work)(void *arg), void (*done)(void *arg), void *arg);
/* Runs a command line, without ':'. A short one runs now: its first line of output, or its error, is shown at the
 * bottom (returns 0 or -1); a long one is started on a thread, and `done` (may be NULL) is told on the screen's
 * thread. */
int workbench_run(struct workbench *w, const char *line);
/* The same; a line that comes from a format with %s of other people's words must quote them (workbench_quote). */
int workbench_runf(struct workbench *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void workbench_quote(struct buf *out, const char *word);
typedef void workbench_done_fn(void *arg, int status, const char *output, const struct err *e);
int workbench_run_then(struct workbench *w, const char *line, workbench_done_fn *done, void *arg);
/* The same for a short one, its output kept: *output is the caller's to free. Nothing is shown. */
int workbench_ask(struct workbench *w, const char *line, char **output, struct err *e);
/* Whether a command of that name runs, and asking it to stop (it keeps what it has). */
bool workbench_running(struct workbench *w, const char *command);
void workbench_stop(struct workbench *w, const char *command);

/* The bottom line, until the next key; kept in the log. */
void workbench_say(struct workbench *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void workbench_complain(struct workbench *w, const struct err *e);

/* The key that is being answered: for rows of several keys that mean different things ("1 2 3"). */
const struct key *workbench_last_key(const struct workbench *w);
void workbench_go(struct workbench *w, int view);       /* 0.. VIEW_COUNT-1 */
void workbench_show(struct workbench *w, const char *filter);  /* goes to the view of samples, to these */
/* Opens a view over the present one, with its state (which view->close frees; view->open is not called): Esc that the
 * view has no use for and q close it, and so does going to another view. Where it is open already nothing happens. */
struct view;
void workbench_open_over(struct workbench *w, const struct view *view, void *state);
bool workbench_close_over(struct workbench *w);         /* false: none is open */
void workbench_quit(struct workbench *w);
void workbench_touch(struct workbench *w);              /* draw again */

/* Overlays; each calls back with the arg it was given. Strings are copied. */
/* A list to choose from: by number, by arrows and Enter, or by typing a part of a name. chosen(arg, i); nothing on
 * Esc. */
void workbench_menu(struct workbench *w, const char *title, const char *const *items, size_t n, size_t at,
                    void (*chosen)(void *arg, int i), void *arg);
/* A question; yes(arg) on y. */
void workbench_confirm(struct workbench *w, const char *question, void (*yes)(void *arg), void *arg);
/* A form over option rows (which must stay); fill it in further with form_set and form_offer. On Enter, when every
 * field is right, done(arg, form); nothing on Esc. */
struct option;
struct form;
struct form *workbench_form(struct workbench *w, const char *title, const struct option *rows, size_t n,
                            void (*done)(void *arg, const struct form *f), void *arg);
/* A text to read, scrolled and searched with the usual keys. */
void workbench_page(struct workbench *w, const char *title, const char *text);
/* Opens the `:` line with a text to begin with. */
void workbench_prompt(struct workbench *w, const char *text);
/* Gives the text to $VISUAL or $EDITOR in a file with that ending (".txt"); *text is replaced where it was changed
 * (1), 0 if not, -1 and a message at the bottom if it failed. The screen is given away meanwhile. */
int workbench_external_editor(struct workbench *w, char **text, const char *ending);

#endif
