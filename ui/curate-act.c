/* What a person does in Curate: decisions, marks, edits. Each change of the corpus is a command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/neardup.h"
#include "corpus/sort.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define ACCEPT "accept {ids}"
#define REJECT "reject {ids}"

/* ---- decisions ---- */

bool
curate_selection(void *view, struct buf *out)
{
  struct curate *v = view;
  uint32_t n = (uint32_t)v->rows.cap_marks, from;
  bool any = false;

  if (!v->rows.n_marks && v->id)
    return buf_addf(out, "--id %u", v->id) == 0;
  for (uint32_t id = 1; v->rows.n_marks && id < n; id++) {
    if (!sieve_marked(&v->rows, id))
      continue;
    for (from = id; id + 1 < n && sieve_marked(&v->rows, id + 1); id++)
      ;
    buf_addf(out, from == id ? "%s%u" : "%s%u-%u", any ? "," : "--id ", from, id);
    any = true;
  }
  return any;
}

/* The next row, unless this is the last one. */
static void
step_on(struct curate *v)
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
    {"accept", "accepted"}, {"reject", "rejected"}, {"relabel", "labelled"},
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
    buf_addf(&after, "%.*s", (int)strcspn(strstr(line, "--to \"") + 6, "\""), strstr(line, "--to \"") + 6);
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

void
curate_decide(struct curate *v, const char *line)
{
  bool marks = v->rows.n_marks > 0;

  if (!run_line(v, line))
    return;
  if (v->last != line) {
    free(v->last);
    v->last = xstrdup(line);
  }
  if (marks)
    sieve_unmark(&v->rows);
  else
    step_on(v);
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

/* Where a text may have several labels: puts this one into its set, or takes it out, and stays on the row. */
static void
toggle_label(struct curate *v, uint16_t label)
{
  struct buf line = BUF_INIT;
  struct sample s;

  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  buf_adds(&line, "relabel {ids}");
  for (uint32_t i = 0; i <= s.n_labels; i++) {
    if (i < s.n_labels ? s.labels[i] == label : sample_has_label(&s, label))
      continue;
    buf_adds(&line, " --to ");
    workbench_quote(&line, label_name(v->labels, i < s.n_labels ? s.labels[i] : label));
  }
  if (!strstr(buf_str(&line), "--to"))
    buf_adds(&line, " --to \"\"");
  if (run_line(v, buf_str(&line))) {
    free(v->last);
    v->last = buf_take(&line);
  }
  buf_release(&line);
}

static void
relabel_to(void *view, int label)
{
  struct curate *v = view;
  struct buf line = BUF_INIT;

  if (label < 0 || (size_t)label >= labels_count(v->labels)) {
    workbench_say(v->w, "there is no label %d", label + 1);
    return;
  }
  if (corpus_task(v->corpus) == TASK_MULTILABEL && !v->rows.n_marks) {
    toggle_label(v, (uint16_t)label);
    return;
  }
  buf_adds(&line, "relabel {ids} --to ");
  workbench_quote(&line, label_name(v->labels, (uint16_t)label));
  curate_decide(v, buf_str(&line));
  buf_release(&line);
}

static void
relabel(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  v->digits++;
  relabel_to(v, (int)(workbench_last_key(w)->code - '1'));
}

static void
relabel_key(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  size_t count = labels_count(v->labels);
  const char **names = xcalloc(count ? count : 1, sizeof *names);
  struct sample s;

  (void)n;
  for (size_t i = 0; i < count; i++)
    names[i] = label_name(v->labels, (uint16_t)i);
  workbench_menu(w, v->rows.n_marks ? "label of the marked samples" : "label", names, count,
                 v->id && corpus_get(v->corpus, v->id, &s) && s.n_labels ? s.labels[0] : 0, relabel_to, v);
  free(names);
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
  if (v->facets.list.at < v->facets.n && v->facets.rows[v->facets.list.at].field) {
    facet_toggle(&v->facets.rows[v->facets.list.at], v->rows.filter, &filter);
    curate_filter(v, buf_str(&filter));
  }
  buf_release(&filter);
}

/* ---- marks ---- */

static void
mark(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  if (!v->id)
    return;
  sieve_mark(&v->rows, v->id, !sieve_marked(&v->rows, v->id));
  v->anchor = v->id;
  step_on(v);
}

static void
mark_range(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  size_t from = v->list.at, to = v->list.at;

  (void)n;
  if (!v->id)
    return;
  if (v->anchor && sieve_find(&v->rows, v->anchor, &from) && from > to) {
    size_t low = to;

    to = from;
    from = low;
  }
  for (size_t i = from; i <= to && i < v->rows.n; i++)
    sieve_mark(&v->rows, v->rows.ids[i], true);
  if (!v->anchor)
    workbench_say(w, "marked from here: V again on the last row of the range");
  v->anchor = v->id;
}

static void
mark_all(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  bool all = v->rows.n > 0;
  char count[32];

  (void)n;
  for (size_t i = 0; all && i < v->rows.n; i++)
    all = sieve_marked(&v->rows, v->rows.ids[i]);
  for (size_t i = 0; i < v->rows.n; i++)
    sieve_mark(&v->rows, v->rows.ids[i], !all);
  workbench_say(w, "%s marked", frame_count(v->rows.n_marks, count));
}

/* ---- duplicates ---- */

struct hunt {
  struct curate *v;
  uint32_t *ids;
  size_t n;
  struct neardup_pair *pairs;
  size_t n_pairs;
};

static void
hunt_work(void *arg)
{
  struct hunt *h = arg;

  h->n_pairs = neardup_among(h->v->corpus, h->ids, h->n, NULL, 0, NEARDUP_THRESHOLD, &h->pairs);
}

static void
hunt_done(void *arg)
{
  struct hunt *h = arg;
  struct curate *v = h->v;

  for (size_t i = 0; i < h->n_pairs; i++)
    sieve_mark(&v->rows, h->pairs[i].id, true);
  if (h->n_pairs)
    workbench_say(v->w, "marked %zu that are near duplicates of an earlier one (x rejects them)", h->n_pairs);
  else
    workbench_say(v->w, "no near duplicates in this list");
  v->finding = false;
  free(h->pairs);
  free(h->ids);
  free(h);
}

static void
duplicates(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct hunt *h;

  (void)n;
  if (v->finding)
    return;
  v->finding = true;
  h = xcalloc(1, sizeof *h);
  h->v = v;
  h->n = v->rows.n;
  h->ids = xmalloc((h->n + 1) * sizeof *h->ids);
  if (h->n)
    memcpy(h->ids, v->rows.ids, h->n * sizeof *h->ids);
  workbench_say(w, "looking for duplicates");
  workbench_work(w, hunt_work, hunt_done, h);
}

/* ---- order ---- */

/* What a person sorts by to find what to look at first; then the plain keys. */
static const struct {
  const char *name, *help;
} first_keys[] = {
  {"", "the order they came in"},
  {"-loss", "what the newest run finds least likely, first"},
  {"confidence", "what the newest run is least sure of, first"},
  {"-wrong", "where the newest run disagrees, first"},
};

static const char *
key_at(size_t i, const char **help)
{
  size_t n = 0;

  if (i < N_OF(first_keys)) {
    *help = first_keys[i].help;
    return first_keys[i].name;
  }
  while (sort_keys[n].name && n < i - N_OF(first_keys))
    n++;
  *help = sort_keys[n].help;
  return sort_keys[n].name;
}

static void
sorted(void *view, int i)
{
  struct curate *v = view;
  struct err e = {0};
  const char *help;

  if (sieve_sort(&v->rows, key_at((size_t)i, &help), false, &e) < 0)
    workbench_complain(v->w, &e);
  curate_follow(v);
}

static void
sort_menu(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  char *items[64];
  const char *key, *help;
  size_t count = 0, at = 0;

  (void)n;
  for (; count < N_OF(items) && (key = key_at(count, &help)); count++) {
    at = strcmp(key, v->rows.sort) ? at : count;
    items[count] = xasprintf("%-11s %s", *key ? key : "none", help);
  }
  workbench_menu(w, "sort by", (const char *const *)items, count, at, sorted, v);
  for (size_t i = 0; i < count; i++)
    free(items[i]);
}

static void
reverse(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  sieve_sort(&v->rows, *v->rows.sort ? v->rows.sort : "id", !v->rows.reverse, NULL);
  curate_follow(v);
  workbench_touch(w);
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

static bool
browsing(struct workbench *w, void *view)
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

const struct binding curate_bindings[] = {
  {.keys = "a", .line = ACCEPT, .action = accept, .when = browsing, .help = "accept, go to the next", .hint = "accept"},
  {.keys = "x", .line = REJECT, .action = reject, .when = browsing, .help = "reject, go to the next", .hint = "reject"},
  {.keys = "l", .line = "relabel {ids}", .action = relabel_key, .when = browsing,
   .help = "give another label, from a menu", .hint = "label"},
  {.keys = "1 2 3 4 5 6 7 8 9", .line = "relabel {ids}", .action = relabel,
   .help = "give the label of that number (views: F1 to F5)"},
  {.keys = "e", .line = "edit {ids}", .action = curate_edit, .when = browsing,
   .help = "edit the text in place", .hint = "edit"},
  {.keys = "E", .line = "edit {ids}", .action = curate_edit_outside, .help = "edit the text in $EDITOR"},
  {.keys = "Space", .action = mark, .when = browsing, .help = "mark, go to the next", .hint = "mark"},
  {.keys = "V", .action = mark_range, .help = "mark from the last mark to here"},
  {.keys = "*", .action = mark_all, .help = "mark all in the list, or none"},
  {.keys = ".", .action = again, .when = browsing, .help = "do the last action again here", .hint = "again"},
  {.keys = "D", .action = duplicates, .help = "mark near duplicates in the list"},
  {.keys = "p", .action = family, .when = has_family, .help = "show the text it was made from, with all that was made "
   "of that"},
  {.keys = "s", .action = sort_menu, .when = browsing, .help = "sort by", .hint = "sort"},
  {.keys = "S", .action = reverse, .help = "reverse the order"},
  {.keys = "H", .action = history_open, .when = browsing, .help = "who changed what, and going back to any point"},
  {.keys = "R", .action = refresh, .help = "filter and sort anew: decided rows leave"},
  {.keys = "Enter", .action = curate_edit_keep, .when = curate_editing, .help = "while editing: keep the text",
   .hint = "keep"},
  {.keys = "Tab", .action = curate_edit_keep, .n = 1, .when = curate_editing_pair,
   .help = "while editing a pair: keep the text, edit the other one", .hint = "other text"},
  {.keys = "Esc C-c", .action = curate_edit_cancel, .when = curate_editing,
   .help = "while editing: leave the text as it was", .hint = "give up"},
  {.keys = "Enter", .line = ACCEPT, .action = enter, .when = browsing,
   .help = "accept, go to the next; on the left side: filter by it, or no more"},
  {.keys = "n", .action = undecided, .n = 1, .help = "the next row on which nothing is decided"},
  {.keys = "N", .action = undecided, .n = -1, .help = "the one before"},
  {.keys = NULL},
};
