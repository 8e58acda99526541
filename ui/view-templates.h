/* view-templates: what the files of the Templates view share.
 *
 * Three panes: the list of templates, the text of the selected one, and the prompt that the text as it stands would
 * send, for
 * one label and one combination of attribute values. A text that was changed and not saved is a draft: it stays with
 * its
 * template while the person looks elsewhere, and in the project's settings, so that neither a mistake nor a crash loses
 * it.
 *
 * Threads: the screen's. */
#ifndef UI_VIEW_TEMPLATES_H
#define UI_VIEW_TEMPLATES_H

#include "prompt/plan.h"
#include "prompt/prompty.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"
#include "ui/editor.h"
#include "ui/list.h"
#include "ui/pane.h"
#include "ui/parts.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum templates_pane { PANE_LIST, PANE_TEXT, PANE_PREVIEW, N_PANES };
enum templates_shows { SHOW_PROMPT, SHOW_REPLY, SHOW_DIFF };

struct template_item {
  char *name;
  uint32_t version, n_versions;  /* the newest one */
  char *source;                  /* of the newest version */
  uint32_t made, accepted;       /* samples of all versions */
  double cost_usd;               /* of all its jobs; NaN: not known */
};

struct templates {
  struct workbench *w;
  struct project *p;

  struct template_item *items;   /* by name */
  size_t n;
  bool working;                  /* the project is being read */
  uint64_t records_seen, corpus_seen;
  int64_t loaded_ms;             /* 0: not yet */
  uint32_t asked, taken;         /* readings begun, and the newest that was taken over */

  enum templates_pane pane;
  struct list list;
  struct area list_area, text_area, preview_area, view_area;  /* as last drawn; empty where not shown */

  /* The text. */
  char *name;                    /* of the template in the editor; NULL: none */
  char *base;                    /* the text that the editor began with */
  uint32_t base_version;
  struct editor editor;
  bool editing;
  bool is_draft;                 /* the text differs from base */
  int64_t kept_ms;               /* when the draft was last put away */
  unsigned char *styles;         /* one a byte of the text */
  size_t cap_styles;

  /* What it makes. */
  uint32_t label;                /* index of the label shown */
  enum prompty_kind kind;
  uint32_t subject;              /* annotate, rewrite: the text that the prompt is about; 0: the first that can be */
  size_t cell, n_cells;          /* combination of attribute values, in the order of the plan */
  struct pane preview;
  enum templates_shows shows;
  struct option *propose_rows;   /* of the form for proposals; NULL: not made yet */
  size_t n_propose_rows;
  bool asking;                   /* a request of `t` is under way */
  char *tried;                   /* of this template */
  struct err mistake;            /* code 0: there is none */
  int mistake_line, mistake_column;
  char warning[300];
  size_t tokens_in, tokens_out;  /* estimated, of one request */
  double cost_usd;
  char *cell_words;              /* " --label x --set topic=y", for command lines */

  /* The teacher that prices are taken from. */
  char *teacher;                 /* NULL: there is none */
  double price_in, price_out;
};

/* templates-data.c */
void templates_load(struct templates *t);                        /* begins to read what is new */
void templates_load_now(struct templates *t);                    /* ... and waits: after a change of one's own */
void templates_data_release(struct templates *t);
struct template_item *templates_selected(struct templates *t);   /* NULL: none */
/* Puts the selected template (or one of its versions, 0: the newest, with its draft) into the editor. */
void templates_open_selected(struct templates *t, uint32_t version);
/* Puts the draft away, where there is one. */
void templates_keep_draft(struct templates *t);
void templates_drop_draft(struct templates *t);
/* A text to begin with, for the project's task; to be freed by the caller. */
char *templates_starter(const struct corpus *c, const char *name);

/* templates-preview.c */
void templates_render(struct templates *t);                      /* after any change of text, label or cell */
void templates_next_label(struct templates *t, int step);
void templates_next_cell(struct templates *t, int step);
void templates_next_subject(struct templates *t, int step);

/* templates-reply.c */
/* What has come so far of the reply that is asked for. */
void templates_show_stream(struct templates *t);
void templates_show_reply(struct templates *t, const char *output, int status, const struct err *e);
void templates_show_diff(struct templates *t, const char *diff);

/* templates-save.c: rows of the keys, but for the first */
/* false if it could not be saved: then it stays a draft */
bool templates_save(struct templates *t);
void templates_do_save(struct workbench *w, void *view, int n);
void templates_throw_away(struct workbench *w, void *view, int n);
void templates_new(struct workbench *w, void *view, int n);
void templates_copy(struct workbench *w, void *view, int n);
void templates_remove(struct workbench *w, void *view, int n);
void templates_versions(struct workbench *w, void *view, int n);  /* n 0: shows one; 1: what changed since */

/* templates-ask.c: rows of the keys */
void templates_try(struct workbench *w, void *view, int n);
void templates_propose(struct workbench *w, void *view, int n);

/* view-templates.c */
void templates_edit(struct workbench *w, void *view, int n);

/* templates-draw.c */
void templates_draw(struct templates *t, struct canvas *c, struct area a);

#endif
