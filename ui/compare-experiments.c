/* Experiments from Compare: begun by a form, paused, stopped, gone on with, reported. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/student.h"
#include "ui/view-compare.h"

static void
on_form(void *arg, const struct form *f)
{
  struct compare *v = arg;
  struct buf line = BUF_INIT;

  buf_adds(&line, "experiment");
  form_line(f, &line);
  v->page = PAGE_ARMS;
  free(v->wanted);
  v->wanted = *form_get(f, "name") ? xstrdup(form_get(f, "name")) : NULL;   /* what was asked for; else the newest */
  workbench_run(v->w, buf_str(&line));
  buf_release(&line);
}

/* All options of the command but those that a form has no use for. */
static size_t
experiment_rows(struct option **rows)
{
  static const char *const without[] = {"threads", "list", "show", "remove", "dry-run", "again"};
  const struct command *command = command_find("experiment");
  struct buf names = BUF_INIT;
  size_t n;

  for (const struct option *o = command->options; o && o->name; o++) {
    bool left_out = false;

    for (size_t i = 0; i < N_OF(without); i++)
      left_out = left_out || strcmp(o->name, without[i]) == 0;
    if (!left_out)
      buf_addf(&names, "%s%s", names.n ? " " : "", o->name);
  }
  n = part_rows(rows, "experiment", buf_str(&names));
  buf_release(&names);
  return n;
}

void
compare_new(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct buf names = BUF_INIT;
  struct form *f;

  (void)n;
  if (v->has_live) {
    workbench_say(w, "an experiment is running: Space pauses it, X stops it");
    return;
  }
  free(v->form_rows);
  for (size_t i = 0; i < v->n_experiments; i++)
    buf_addf(&names, "%s%s", names.n ? "|" : "", v->experiments[i].name);
  f = workbench_form(w, "A new experiment: does the student get better, by how much, at what cost?", v->form_rows,
                     experiment_rows(&v->form_rows), on_form, v);
  form_set(f, "arm", "seed,generated,both");
  form_offer(f, "name", buf_str(&names));
  form_offer(f, "worth", "template|teacher|attribute");
  buf_truncate(&names, 0);
  for (size_t i = 0; i < student_n_kinds; i++)
    buf_addf(&names, "%s%s", names.n ? "|" : "", student_kinds[i]->name);
  form_offer(f, "student", buf_str(&names));
  buf_release(&names);
}

bool
compare_is_running(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->has_live;
}

void
compare_stop(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  if (n) {
    board_stop(project_board(v->p), v->live.id);
    workbench_say(w, "stopping the experiment: its finished trainings are kept, and C goes on with it");
  } else {
    board_pause(project_board(v->p), v->live.id, v->live.state == ACTIVITY_RUNNING);
  }
}

void
compare_step_experiment(struct workbench *w, void *view, int n)
{
  (void)w;
  compare_go_to_experiment(view, n);
}

static const struct compare_experiment *
shown_experiment(const struct compare *v)
{
  return v->experiment < v->n_experiments ? &v->experiments[v->experiment] : NULL;
}

bool
compare_is_unfinished(struct workbench *w, void *view)
{
  const struct compare_experiment *x = shown_experiment(view);

  (void)w;
  return x && !x->ended && !((struct compare *)view)->has_live;
}

void
compare_go_on(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct buf line = BUF_INIT;

  (void)n;
  free(v->wanted);               /* it stays the one that is shown, also where others are newer */
  v->wanted = xstrdup(shown_experiment(v)->name);
  buf_adds(&line, "experiment --name ");
  workbench_quote(&line, v->wanted);
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

bool
compare_has_experiment(struct workbench *w, void *view)
{
  const struct compare_experiment *x = shown_experiment(view);

  (void)w;
  return x && x->ended;
}

/* The line can be changed before it runs: the file's name, Markdown instead of HTML. */
void
compare_report(struct workbench *w, void *view, int n)
{
  const char *name = shown_experiment(view)->name;
  struct buf line = BUF_INIT, file = BUF_INIT;

  (void)n;
  buf_addf(&file, "%s.html", name);
  buf_adds(&line, "report --experiment ");
  workbench_quote(&line, name);
  buf_adds(&line, " -o ");
  workbench_quote(&line, buf_str(&file));
  workbench_prompt(w, buf_str(&line));
  buf_release(&line);
  buf_release(&file);
}
