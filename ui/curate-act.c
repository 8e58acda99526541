/* What a person does in Curate: decisions, marks, edits. Each change of the corpus is a command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define ACCEPT "accept {ids}"
#define REJECT "reject {ids}"

/* ---- decisions ---- */

bool
curate_selection(void *view, struct buf *out)
{
  struct curate *v = view;

  if (!v->rows.n_marks && v->id)
    return buf_addf(out, "--id %u", v->id) == 0;
  return sieve_selection(&v->rows, out);
}

void
curate_step_on(struct curate *v)
{
  if (v->list.at + 1 < v->list.n)
    curate_select(v, v->list.at + 1);
}

/* What happened, and how to take it back: a digit pressed by mistake must not frighten anybody.
 * "813 accepted", "12 samples labelled billing, u undoes", "4 relabelled billing → returns, u undoes". */
static void
say_done(struct curate *v, const char *line, const char *output, const char *before)
{
  static const struct { const char *command, *done; } words[] = {
    {"accept", "accepted"}, {"reject", "rejected"}, {"relabel", "labelled"}, {"split", "moved"},
  };
  struct buf after = BUF_INIT;
  const char *done = "changed";
  size_t changed = 0;
  char who[64], count[32];
  bool labels = !strncmp(line, "relabel", strlen("relabel"));
  struct sample s;

  for (size_t i = 0; i < N_OF(words); i++)
    if (!strncmp(line, words[i].command, strlen(words[i].command)))
      done = words[i].done;
  sscanf(output, "changed %zu", &changed);
  if (v->rows.n_marks)
    snprintf(who, sizeof who, "%s sample%s", frame_count(changed, count), changed == 1 ? "" : "s");
  else
    snprintf(who, sizeof who, "%u%s", v->id, changed ? "" : " already");
  if (labels && !v->rows.n_marks && corpus_get(v->corpus, v->id, &s))
    labels_join(&after, v->labels, s.labels, s.n_labels, " ");
  else if (labels)
    label_words(line, &after);
  if (labels && !v->rows.n_marks && changed && *before)
    workbench_say(v->w, "%s relabelled %s → %s, u undoes%s", who, before, after.n ? buf_str(&after) : "no label",
                  v->digits == 1 ? " (F1 to F5 go to the views)" : "");
  else
    workbench_say(v->w, "%s %s%s%s%s", who, done, labels ? " " : "",
                  !labels ? "" : after.n ? buf_str(&after) : "with nothing", labels && changed ? ", u undoes" : "");
  buf_release(&after);
}

static bool
run_line(struct curate *v, const char *line)
{
  const char *place = strstr(line, "{ids}");
  struct buf b = BUF_INIT, before = BUF_INIT;
  struct err e = {0};
  struct sample s;
  char *output = NULL;
  bool done = false;

  if (v->id && corpus_get(v->corpus, v->id, &s))
    labels_join(&before, v->labels, s.labels, s.n_labels, " ");
  buf_add(&b, line, (size_t)(place - line));
  if (!curate_selection(v, &b)) {
    workbench_say(v->w, "there is no sample here");
  } else {
    buf_adds(&b, place + strlen("{ids}"));
    done = workbench_ask(v->w, buf_str(&b), &output, &e) == 0;
    if (done)
      say_done(v, line, output, buf_str(&before));
    else
      workbench_complain(v->w, &e);
  }
  free(output);
  buf_release(&before);
  buf_release(&b);
  return done;
}

static void
remember(struct curate *v, const char *line)
{
  char *last = xstrdup(line);  /* it may be the one there is */

  free(v->last);
  v->last = last;
}

bool
curate_do(struct curate *v, const char *line)
{
  bool asks = bulk_wants(v);

  if (!asks && !run_line(v, line))
    return false;
  remember(v, line);
  if (asks)
    bulk_ask(v, line);
  return !asks;
}

void
curate_decide(struct curate *v, const char *line)
{
  bool marks = v->rows.n_marks > 0;

  if (!curate_do(v, line))
    return;
  session_decided(&v->session, clock_ms());
  if (marks)
    sieve_unmark(&v->rows);
  else
    curate_step_on(v);
}

static void
accept(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  curate_decide(view, ACCEPT);
}

static void
reject(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  curate_decide(view, REJECT);
}

static void
again(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  if (v->last)
    curate_decide(v, v->last);
  else
    workbench_say(w, "nothing to repeat yet");
}

static void
split_to(void *view, int i)
{
  struct curate *v = view;
  struct buf line = BUF_INIT;

  buf_addf(&line, "split {ids} --to %s", split_names[i]);
  curate_decide(v, buf_str(&line));
  buf_release(&line);
}

static void
split_menu(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct sample s;

  (void)n;
  workbench_menu(w, v->rows.n_marks ? "split of the marked samples" : "split", split_names, N_SPLITS,
                 v->id && corpus_get(v->corpus, v->id, &s) ? (size_t)s.split : 0, split_to, v);
}

void
curate_enter(void *view)
{
  struct curate *v = view;
  struct buf filter = BUF_INIT;

  if (v->pane != PANE_FACETS) {
    curate_decide(v, ACCEPT);
    return;
  }
  if (facets_key(&v->facets, FACET_KEY_CHOOSE, v->rows.filter, &filter))
    curate_filter(v, buf_str(&filter));
  buf_release(&filter);
}

/* Space, - on the left side. */
static void
facet_key(struct workbench *w, void *view, int key)
{
  struct curate *v = view;
  struct buf filter = BUF_INIT;

  (void)w;
  if (facets_key(&v->facets, (enum facet_key)key, v->rows.filter, &filter))
    curate_filter(v, buf_str(&filter));
  buf_release(&filter);
}

static bool
on_facets(struct workbench *w, void *view)
{
  const struct curate *v = view;

  return v->pane == PANE_FACETS && curate_browsing(w, view);
}

static void
refresh(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  char count[32];

  (void)n;
  sieve_refresh(&v->rows);
  curate_follow(v);
  workbench_say(w, "%s pass the filter", frame_count(v->rows.n, count));
}

static void
map(struct workbench *w, void *view, int n)
{
  const struct curate *v = view;

  (void)n;
  map_open(w, v->rows.filter);
}

bool
curate_browsing(struct workbench *w, void *view)
{
  return !curate_editing(w, view);
}

static void
enter(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  curate_enter(view);
}

static void
undecided(struct workbench *w, void *view, int n)
{
  (void)w;
  curate_search_next(view, n);
}

static bool
has_family(struct workbench *w, void *view)
{
  struct curate *v = view;
  struct sample s;

  return !curate_editing(w, view) && v->id && corpus_get(v->corpus, v->id, &s);
}

/* What it was made from, and all that was made of that. */
static void
family(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct buf filter = BUF_INIT;
  struct sample s;

  (void)w, (void)n;
  if (!corpus_get(v->corpus, v->id, &s))
    return;
  n = (int)(s.parent_id ? s.parent_id : s.id);
  buf_addf(&filter, "id:%d or parent=%d", n, n);
  curate_filter(v, buf_str(&filter));
  buf_release(&filter);
}

static bool
in_table(struct workbench *w, void *view)
{
  const struct curate *v = view;

  return curate_browsing(w, view) && !v->card;
}

static bool
is_suggested(struct workbench *w, void *view)
{
  struct curate *v = view;
  struct hint hint;
  struct sample s;

  (void)w;
  return v->id && corpus_get(v->corpus, v->id, &s) && hints_get(&v->hints, v->id, &hint) &&
         !sample_has_label(&s, hint.label);
}

static void
sideways(struct workbench *w, void *view, int n)
{
  (void)w;
  table_scroll(view, n);
}

const struct binding curate_bindings[] = {
  {.keys = "a", .line = ACCEPT, .action = accept, .when = curate_browsing, .help = "accept, go to the next",
   .hint = "accept"},
  {.keys = "x Del", .line = REJECT, .action = reject, .when = curate_browsing, .help = "reject, go to the next",
   .hint = "reject"},
  {.keys = "t", .line = "relabel {ids}", .action = curate_take, .when = curate_browsing,
   .help = "take the label that the student suggests, go to the next; of marked ones all suggestions", .hint = "take", .hint_when = is_suggested},
  {.keys = "l", .line = "relabel {ids}", .action = curate_label_menu, .when = curate_browsing,
   .help = "give another label, from a menu", .hint = "label"},
  {.keys = "1 2 3 4 5 6 7 8 9", .line = "relabel {ids}", .action = curate_label_digit,
   .help = "give the label of that number (views: F1 to F5)"},
  {.keys = "e", .line = "edit {ids}", .action = curate_edit, .when = curate_browsing,
   .help = "edit the text in place", .hint = "edit"},
  {.keys = "E", .line = "edit {ids}", .action = curate_edit_outside, .help = "edit the text in $EDITOR, of a pair both"},
  {.keys = "c", .action = curate_card, .when = curate_browsing, .help = "one sample at a time, or the table again",
   .hint = "card"},
  {.keys = "s", .action = curate_sort_menu, .when = curate_browsing,
   .help = "sort by a field, a signal, what a run said", .hint = "sort"},
  {.keys = "Space", .action = facet_key, .n = FACET_KEY_ADD, .when = on_facets,
   .help = "on the left side: this value beside others of its field, or no more", .hint = "add"},
  {.keys = "-", .action = facet_key, .n = FACET_KEY_EXCLUDE, .when = on_facets,
   .help = "on the left side: all but this value", .hint = "all but"},
  {.keys = "Space", .action = curate_mark, .when = curate_browsing, .help = "mark, go to the next", .hint = "mark"},
  {.keys = "V", .action = curate_mark_range, .help = "mark from the last mark to here"},
  {.keys = "*", .action = curate_mark_all, .help = "mark all in the list, or none"},
  {.keys = ".", .action = again, .when = curate_browsing, .help = "do the last action again here", .hint = "again"},
  {.keys = "r", .line = "edit {ids}", .action = curate_replace, .when = curate_browsing,
   .help = "find and replace in the texts of the list, or in the marked ones; shows it first"},
  {.keys = "m", .line = "split {ids}", .action = split_menu, .when = curate_browsing,
   .help = "move to another split, from a menu"},
  {.keys = "D", .action = curate_duplicates, .help = "mark near duplicates in the list"},
  {.keys = "p", .action = family, .when = has_family, .help = "show the text it was made from, with all that was made "
   "of that"},
  {.keys = "S", .action = curate_reverse, .help = "reverse the order"},
  {.keys = "H", .action = history_open, .when = curate_browsing,
   .help = "who changed what, and going back to any point"},
  {.keys = "M", .action = map, .when = curate_browsing,
   .help = "the map of what the newest run found easy, ambiguous, hard"},
  {.keys = "R", .action = refresh, .help = "filter and sort anew: decided rows leave"},
  {.keys = "f", .action = curate_saved_menu, .when = curate_browsing,
   .help = "the filters that were saved, with counts"},
  {.keys = "F", .line = "filter list", .action = curate_save_filter, .help = "save this filter under a name"},
  {.keys = "C", .action = curate_columns, .when = curate_browsing,
   .help = "choose the columns, their order and widths"},
  {.keys = "<", .action = sideways, .n = -1, .when = in_table, .help = "scroll the columns and the text to the left"},
  {.keys = ">", .action = sideways, .n = 1, .when = in_table, .help = "scroll them to the right"},
  {.keys = "+", .action = curate_widen, .n = 1, .when = in_table,
   .help = "widen the column whose head was clicked last"},
  {.keys = "-", .action = curate_widen, .n = -1, .when = in_table, .help = "narrow it"},
  {.keys = "A", .line = "curate --audit", .action = audit_open, .when = curate_browsing,
   .help = "judge a random part of your own decisions again: how far do you agree with yourself"},
  {.keys = "i", .line = "signals", .action = curate_signals, .when = curate_browsing,
   .help = "compute signals: what is suspect, useful, novel"},
  {.keys = "w", .action = curate_why, .when = curate_browsing,
   .help = "why: show the words that the newest run goes by, or no more"},
  {.keys = "Enter", .action = curate_edit_keep, .when = curate_editing, .help = "while editing: keep the text",
   .hint = "keep"},
  {.keys = "M-Enter C-o", .action = curate_edit_break, .when = curate_editing, .help = "while editing: break the line",
   .hint = "new line"},
  {.keys = "Tab", .action = curate_edit_keep, .n = 1, .when = curate_editing_pair,
   .help = "while editing a pair: keep the text, edit the other one", .hint = "other text"},
  {.keys = "Esc C-c", .action = curate_edit_cancel, .when = curate_editing,
   .help = "while editing: leave the text as it was; e brings back what was typed", .hint = "give up"},
  {.keys = "Enter", .line = ACCEPT, .action = enter, .when = curate_browsing,
   .help = "accept, go to the next; on the left side: filter by it, or no more"},
  {.keys = "n", .action = undecided, .n = 1, .help = "the next row on which nothing is decided"},
  {.keys = "N", .action = undecided, .n = -1, .help = "the one before"},
  {.keys = NULL},
};
