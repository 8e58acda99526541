/* Filters with names, kept in the project: choosing one, saving the present one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/columns.h"
#include "corpus/filter.h"
#include "store/setting_store.h"
#include "ui/state.h"
#include "ui/view-curate.h"

/* ---- choosing ---- */

struct saved {
  struct curate *v;
  struct project *project;
  struct setting_row *rows;
  size_t n;
  size_t *counts;          /* samples that pass each; SIZE_MAX: it is wrong by now */
  struct err e;
  int status;
};

static void
saved_work(void *arg)
{
  struct saved *s = arg;
  struct columns *columns;

  s->status = setting_store_list(s->project, SETTING_FILTER, &s->rows, &s->n, &s->e);
  if (s->status < 0)
    s->n = 0;
  columns = columns_new(s->project);
  s->counts = xcalloc(s->n + 1, sizeof *s->counts);
  for (size_t i = 0; i < s->n; i++) {
    struct filter *f = filter_parse(project_corpus(s->project), s->rows[i].value, columns_provider(columns), NULL);

    if (!f || filter_count(f, NULL, &s->counts[i]) < 0)
      s->counts[i] = SIZE_MAX;
    filter_free(f);
  }
  columns_free(columns);
}

static void
forget(struct saved *s)
{
  if (s->rows)
    setting_rows_free(s->rows, s->n);
  free(s->counts);
  free(s);
}

static void
chosen(void *view, int i)
{
  struct curate *v = view;

  if (v->saved && (size_t)i < v->saved->n)
    curate_filter(v, v->saved->rows[i].value);
}

static void
offer(struct curate *v, const struct saved *s)
{
  char **items = xcalloc(s->n, sizeof *items), count[32];
  size_t at = 0;
  int width = 0;

  for (size_t i = 0; i < s->n; i++) {
    int w = canvas_width(s->rows[i].name, strlen(s->rows[i].name));

    width = w > width ? w : width;
    at = strcmp(s->rows[i].value, v->rows.filter) ? at : i;
  }
  for (size_t i = 0; i < s->n; i++)
    items[i] = xasprintf("%s%*s  %9s  %s", s->rows[i].name,
                         width - canvas_width(s->rows[i].name, strlen(s->rows[i].name)), "",
                         s->counts[i] == SIZE_MAX ? "wrong" : frame_count(s->counts[i], count), s->rows[i].value);
  workbench_menu(v->w, "saved filters (F saves the present one)", (const char *const *)items, s->n, at, chosen, v);
  for (size_t i = 0; i < s->n; i++)
    free(items[i]);
  free(items);
}

static void
saved_done(void *arg)
{
  struct saved *s = arg;
  struct curate *v = s->v;

  saved_release(v);
  v->saved = s;
  if (s->status < 0)
    workbench_complain(v->w, &s->e);
  else if (s->n == 0)
    workbench_say(v->w, "no filter is saved yet: F saves the present one");
  else if (!v->sheet.open && !v->editing)
    offer(v, s);
}

void
saved_release(struct curate *v)
{
  if (v->saved)
    forget(v->saved);
  v->saved = NULL;
}

void
curate_saved_menu(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct saved *s = xcalloc(1, sizeof *s);

  (void)n;
  *s = (struct saved){.v = v, .project = workbench_project(w)};
  workbench_work(w, saved_work, saved_done, s);
}

/* ---- saving ---- */

static const struct option name_row[] = {
  {.name = "name", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "one word; @name stands for the filter in any other, also in commands"},
};

static void
said(struct curate *v, const char *line, int status, const char *output)
{
  (void)line;
  if (status == 0)
    workbench_say(v->w, "%.*s (f shows them)", (int)strcspn(output, "\n"), output);
}

static void
name_given(void *arg, const struct form *f)
{
  struct curate *v = arg;
  struct buf line = BUF_INIT;

  if (!*form_get(f, "name"))
    return;
  buf_adds(&line, "filter save ");
  workbench_quote(&line, form_get(f, "name"));
  buf_addc(&line, ' ');
  workbench_quote(&line, v->rows.filter);
  line_run(v, buf_str(&line), said);
  buf_release(&line);
}

void
curate_save_filter(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  char title[200];

  (void)n;
  if (!*v->rows.filter) {
    workbench_say(w, "there is no filter to save: / makes one");
    return;
  }
  snprintf(title, sizeof title, "save the filter %.150s", v->rows.filter);
  workbench_form(w, title, name_row, N_OF(name_row), name_given, v);
}
