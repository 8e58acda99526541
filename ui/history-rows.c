/* What a change did, sample by sample: read on a thread, shown in a pane. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/change.h"
#include "corpus/corpus.h"
#include "ui/state.h"
#include "ui/textdiff.h"
#include "ui/view-history.h"

struct history_lookup {
  struct history_rows *owner;  /* NULL: it is gone */
  struct project *project;
  uint32_t change;
  struct log_row *rows;
  size_t n;
  struct err error;
};

void
history_rows_init(struct history_rows *r, struct workbench *w)
{
  *r = (struct history_rows){.w = w};
}

void
history_rows_release(struct history_rows *r)
{
  if (r->looking)
    r->looking->owner = NULL;
  log_rows_free(r->rows, r->n);
  *r = (struct history_rows){0};
}

static void
look_work(void *arg)
{
  struct history_lookup *l = arg;

  if (project_log_rows(l->project, l->change, HISTORY_ROWS, &l->rows, &l->n, &l->error) < 0)
    l->n = 0;
}

static void
look_done(void *arg)
{
  struct history_lookup *l = arg;
  struct history_rows *r = l->owner;

  if (!r) {
    log_rows_free(l->rows, l->n);
    free(l);
    return;
  }
  log_rows_free(r->rows, r->n);
  r->rows = l->rows;
  r->n = l->n;
  r->change = l->change;
  r->looking = NULL;
  if (l->error.message[0])
    workbench_complain(r->w, &l->error);
  free(l);
  workbench_touch(r->w);
  history_rows_ask(r, r->wanted);
}

void
history_rows_ask(struct history_rows *r, uint32_t change)
{
  struct history_lookup *l;

  r->wanted = change;
  if (r->looking || !change || r->change == change)
    return;
  l = r->looking = xcalloc(1, sizeof *l);
  *l = (struct history_lookup){.owner = r, .project = workbench_project(r->w), .change = change};
  workbench_work(r->w, look_work, look_done, l);
}

/* ---- showing ---- */

static void
add_row(struct pane *p, const struct log_row *row)
{
  const struct field_def *field = &field_defs[row->field];

  pane_printf(p, STYLE_BOLD, "%7u ", row->id);
  pane_printf(p, STYLE_DIM, "%s", field->name);
  if (field->kind == FIELD_KIND_TEXT && row->field != FIELD_ATTRIBUTES) {
    pane_str(p, STYLE_NORMAL, "\n");
    textdiff_show(p, row->before, row->after);
    return;
  }
  pane_str(p, STYLE_NORMAL, "  ");
  pane_str(p, STYLE_DIM, row->before && *row->before ? row->before : "none");
  pane_str(p, STYLE_DIM, " → ");
  pane_str(p, STYLE_BOLD, row->after && *row->after ? row->after : "none");
  pane_str(p, STYLE_NORMAL, "\n");
}

/* An insert: the samples are those of the corpus, from the first id on, with their labels. */
static void
add_inserted(const struct history_rows *r, struct pane *p, const struct log_entry *e)
{
  struct corpus *corpus = workbench_corpus(r->w);
  uint32_t n = e->n < HISTORY_ROWS ? e->n : HISTORY_ROWS;

  for (uint32_t i = 0; i < n && e->first_id + i <= corpus_count(corpus); i++) {
    struct sample s = {0};
    uint16_t label;

    corpus_get(corpus, e->first_id + i, &s);
    label = sample_label(&s);
    pane_printf(p, STYLE_BOLD, "%7u ", e->first_id + i);
    pane_str(p, STYLE_LABEL, label == LABEL_NONE ? "-" : label_name(corpus_labels(corpus), label));
    pane_str(p, STYLE_ADDED, " + ");
    pane_add(p, STYLE_NORMAL, s.text ? s.text : "", s.n_text < 500 ? s.n_text : 500);
    pane_str(p, STYLE_NORMAL, "\n");
  }
}

void
history_rows_add(const struct history_rows *r, struct pane *p, const struct log_entry *e)
{
  char count[32];

  if (e->kind == CHANGE_INSERT)
    add_inserted(r, p, e);
  for (size_t i = 0; e->kind != CHANGE_INSERT && r->change == e->id && i < r->n; i++)
    add_row(p, &r->rows[i]);
  if (e->n > HISTORY_ROWS)
    pane_printf(p, STYLE_DIM, "... %s samples in all\n", frame_count(e->n, count));
}
