/* Find and replace in the texts of Curate: a form, then a page of what would change, then the change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "ui/parts.h"
#include "ui/state.h"
#include "ui/textdiff.h"
#include "ui/view-curate.h"

#define SHOWN 40              /* texts on the page */
#define TEXT_SHOWN 3000       /* bytes of each */

/* ---- the page ---- */

struct preview {
  struct curate *v;
  struct project *project;
  char *line;                 /* what will be run */
  char *output;               /* of its --dry-run */
  struct err e;
  int status;
  struct json *found;
  struct textdiff *diffs;     /* one an example */
  size_t n;
};

/* As many bytes of a text as are shown, whole characters. */
static size_t
shown_bytes(const char *s)
{
  size_t n = strlen(s);

  for (n = n > TEXT_SHOWN ? TEXT_SHOWN : n; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
    ;
  return n;
}

static void
preview_work(void *arg)
{
  struct preview *p = arg;
  struct command_environment env = {.project = p->project};
  char *line = xasprintf("%s --dry-run --show %d --json", p->line, SHOWN);
  const struct json *x;
  size_t n;

  p->status = command_line(&env, line, &p->output, &n, &p->e);
  free(line);
  p->found = p->status ? NULL : json_parse(p->output, n, NULL, &p->e);
  p->n = json_size(json_get(p->found, "examples"));
  p->diffs = xcalloc(p->n + 1, sizeof *p->diffs);
  x = json_first(json_get(p->found, "examples"));
  for (size_t i = 0; i < p->n; i++, x = json_next(x)) {
    const char *before = json_string(json_get(x, "before")), *after = json_string(json_get(x, "after"));

    before = before ? before : "";
    after = after ? after : "";
    textdiff_make(&p->diffs[i], before, shown_bytes(before), after, shown_bytes(after));
  }
}

static void
preview_free(struct preview *p)
{
  for (size_t i = 0; i < p->n; i++)
    textdiff_release(&p->diffs[i]);
  free(p->diffs);
  json_free(p->found);
  free(p->output);
  free(p->line);
  free(p);
}

static void
answered(void *arg, bool yes)
{
  struct preview *p = arg;

  if (yes) {
    sieve_unmark(&p->v->rows);
    bulk_run(p->v, p->line);
  }
  preview_free(p);
}

static void
add_left(const struct preview *p, struct pane *pane)
{
  static const struct { const char *key, *why; } kinds[] = {
    {"empty", "without a word in it"}, {"too_long", "too long"}, {"too_hard", "searched for too long"},
  };

  for (size_t i = 0; i < N_OF(kinds); i++) {
    double n = json_number(json_path(p->found, "left", kinds[i].key, NULL), 0);

    if (n > 0)
      pane_printf(pane, STYLE_WARN, "%.0f stay as they are: a text would be %s\n", n, kinds[i].why);
  }
}

static void
fill_page(const struct preview *p, struct pane *pane)
{
  const struct json *x = json_first(json_get(p->found, "examples"));
  double n = json_number(json_get(p->found, "would_change"), 0);

  add_left(p, pane);
  for (size_t i = 0; i < p->n; i++, x = json_next(x)) {
    const char *field = json_string(json_get(x, "field"));

    pane_printf(pane, STYLE_DIM, "%s%.0f%s\n", i ? "\n" : "", json_number(json_get(x, "id"), 0),
                field && !strcmp(field, "text2") ? "  second text" : "");
    pane_str(pane, STYLE_REMOVED, "- ");
    textdiff_add(&p->diffs[i], TEXTDIFF_REMOVED, STYLE_NORMAL, pane);
    pane_str(pane, STYLE_ADDED, "\n+ ");
    textdiff_add(&p->diffs[i], TEXTDIFF_ADDED, STYLE_NORMAL, pane);
    pane_str(pane, STYLE_NORMAL, "\n");
  }
  if (n > (double)p->n)
    pane_printf(pane, STYLE_DIM, "\nand %.0f more\n", n - (double)p->n);
}

static void
preview_done(void *arg)
{
  struct preview *p = arg;
  struct curate *v = p->v;
  double n = json_number(json_get(p->found, "would_change"), 0);
  char title[100], count[32];

  v->bulk = false;
  if (p->status || n < 1) {
    if (p->status)
      workbench_complain(v->w, &p->e);
    else
      workbench_say(v->w, "nothing to replace there");
    preview_free(p);
    return;
  }
  if (v->sheet.open || v->editing) {
    preview_free(p);
    return;
  }
  snprintf(title, sizeof title, "%s sample%s would change", frame_count((uint64_t)n, count), n == 1 ? "" : "s");
  fill_page(p, sheet_open(&v->sheet, title, "replace them all, as one change", answered, p));
  v->sheet.enter = true;
  workbench_touch(v->w);
}

/* ---- the form ---- */

static void
keep(char **held, const char *value)
{
  free(*held);
  *held = xstrdup(value);
}

static void
form_done(void *arg, const struct form *f)
{
  struct curate *v = arg;
  struct buf line = BUF_INIT;
  struct preview *p;

  keep(&v->find, form_get(f, "find"));
  keep(&v->replace, form_get(f, "replace"));
  if (!*v->find || v->bulk) {
    workbench_say(v->w, v->bulk ? "the last change of many samples is still being made" : "nothing to look for");
    return;
  }
  buf_adds(&line, "edit --find ");
  workbench_quote(&line, v->find);
  buf_adds(&line, " --replace ");
  workbench_quote(&line, v->replace);
  buf_adds(&line, strcmp(form_get(f, "ignore-case"), "yes") ? "" : " --ignore-case");
  buf_adds(&line, strcmp(form_get(f, "literal"), "yes") ? " " : " --literal ");
  if (v->rows.n_marks) {
    curate_selection(v, &line);
  } else {
    buf_adds(&line, "--filter ");
    workbench_quote(&line, v->rows.filter);
  }
  p = xcalloc(1, sizeof *p);
  *p = (struct preview){.v = v, .project = workbench_project(v->w), .line = buf_take(&line)};
  v->bulk = true;
  workbench_work(v->w, preview_work, preview_done, p);
}

void
curate_replace(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  char title[100], count[32];
  struct form *f;

  (void)n;
  if (!v->replace_rows)
    v->n_replace_rows = part_rows(&v->replace_rows, "edit", "find replace ignore-case literal");
  snprintf(title, sizeof title, "find and replace in %s %s",
           frame_count(v->rows.n_marks ? v->rows.n_marks : v->rows.n, count),
           v->rows.n_marks == 1 ? "marked sample" : v->rows.n_marks ? "marked samples"
           : *v->rows.filter ? "samples of this filter" : "samples");
  f = workbench_form(w, title, v->replace_rows, v->n_replace_rows, form_done, v);
  form_set(f, "find", v->find ? v->find : "");
  form_set(f, "replace", v->replace ? v->replace : "");
  form_brief(f, "find", "a regular expression");
  form_brief(f, "replace", "$1 is the first group");
  form_brief(f, "ignore-case", "A is a");
  form_brief(f, "literal", "just these words");
}
