/* state: the inside of struct workbench, for the files of the frame (workbench.c, frame.c, command_line.c, help.c,
 * loop.c) and no other. */
#ifndef UI_STATE_H
#define UI_STATE_H

#include "base/buf.h"
#include "store/project.h"
#include "ui/errand.h"
#include "ui/overlay.h"
#include "ui/picture.h"
#include "ui/prompt.h"
#include "ui/view.h"
#include "ui/workbench.h"

#define MESSAGES_MAX 1000      /* kept in the log */
#define OVER_MAX 4             /* views opened over one another */

struct message {
  int64_t at_ms;
  enum style style;
  char *text;
};

enum asking { ASKING_NOTHING, ASKING_COMMAND, ASKING_VIEW, ASKING_PAGE };

struct terminal;
struct workbench {
  struct project *project;
  struct corpus *corpus;
  struct board *board;
  struct terminal *terminal;   /* NULL in tests */
  struct errands errands;
  struct overlays overlays;
  struct picture picture;
  void *views[VIEW_COUNT];     /* the state of each */
  int here;
  struct over {
    const struct view *view;
    void *state;
  } overs[OVER_MAX];           /* opened over the view, each over the one before; the last one has the keys */
  int n_overs;
  struct over closed[OVER_MAX]; /* their states are freed when the key is answered */
  int n_closed;
  struct area view_area;       /* as last drawn */
  struct {
    int rows, cols;
    bool ascii, logical;
  } drawn;                     /* the canvas that was drawn on last; rows 0: none */
  struct canvas screen;        /* as it was when the command line was opened; no cells: it was never */

  enum asking asking;          /* whom the prompt serves */
  struct buf note;             /* what stands beside it */
  int wrong;

  struct message *messages;
  size_t n_messages, cap_messages;
  bool message_shown;          /* the last one stands in the bottom line */

  uint64_t corpus_seen, board_seen, records_seen;
  bool gone_to;                /* another view came up: it must take over what is new */
  double cost_usd;             /* of the project, NaN: a price is not known; looked up when records change */
  bool cost_wanted, cost_asked;
  int64_t cost_due_ms;         /* not to be looked up again before */
  int64_t wake_ms;             /* the views are to be updated then, 0: never */
  bool quitting;               /* it quits as soon as what was asked to stop has ended */
  bool gone_back;              /* several changes were undone at once, to look: a change now would make them unreachable */
  bool touched, quit, repaint, suspend;
  struct key key;              /* the last one */
  const struct binding *answered;  /* the row of a table that answered it; NULL: none did, it was typed somewhere */
  int tab_col[VIEW_COUNT], tab_end[VIEW_COUNT];  /* where the tabs stand, for clicks */
};

/* frame.c */
void frame_draw(struct workbench *w, struct canvas *c);
bool frame_too_small(const struct canvas *c);
bool frame_tab_at(const struct workbench *w, int col, int *view);
/* "1 482" */
const char *frame_count(uint64_t n, char out[32]);
/* command_line.c */
void command_line_ask(struct workbench *w, const char *text);
void search_ask(struct workbench *w, enum asking whom, const char *text);
void asking_key(struct workbench *w, const struct key *k);
/* Where one has gone back in history: the number of changes that redo can make again, else 0. */
size_t changes_back(const struct workbench *w);
/* Who has gone back to look and now changes something could not come forward any more: that is said once (-1 and e),
 * and done when asked for again. For every line that is run, name: its command. */
int keep_forward(struct workbench *w, const char *name, const char *line, struct err *e);
/* help.c */
void help_keys(struct workbench *w);
void help_messages(struct workbench *w);
void help_text(struct workbench *w, const char *title, const char *text);
/* workbench.c: the view that has the keys, and its state */
const struct view *front_view(const struct workbench *w);
void *front_state(const struct workbench *w);
void message_add(struct workbench *w, enum style style, const char *text);

#endif
