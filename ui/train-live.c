/* What is done to a run while it runs: pause, stop, other parameters. They are wishes on the board; what came of them is
 * told when it came. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/form.h"
#include "ui/view-train.h"

bool
train_runs(struct workbench *w, void *view)
{
  struct train *v = view;

  (void)w;
  return curve_runs(&v->here.curve);
}

static bool
queued(const struct train *v)
{
  return v->here.curve.live && v->here.curve.activity.state == ACTIVITY_QUEUED;
}

bool
train_can_change(struct workbench *w, void *view)
{
  return train_runs(w, view) && !queued(view) && isfinite(train_value(view, "lr"));
}

double
train_value(const struct train *v, const char *name)
{
  const struct run_row *run = train_selected(v);
  const struct student_kind *kind = run ? student_kind_find(run->student) : NULL;
  const struct option *o = kind ? option_find(kind->params, name) : NULL;
  const struct json *kept = json_get(v->params, name);
  double value;

  if (v->here.curve.live && board_value_of(workbench_board(v->w), v->here.curve.activity.id, name, &value))
    return value;
  for (size_t i = v->here.curve.n_changes; i-- > 0;)
    if (!strcmp(v->here.curve.changes[i].param, name))
      return v->here.curve.changes[i].to;
  return json_type(kept) == JSON_NUMBER ? json_number(kept, NAN)
       : o && o->type != OPTION_CHOICE && o->fallback ? option_default(o) : NAN;
}

void
train_pause(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const struct activity *a = &v->here.curve.activity;
  bool paused = board_paused(workbench_board(w), a->id);

  (void)n;
  board_pause(workbench_board(w), a->id, !paused);
  workbench_say(w, paused ? "%s goes on" : "%s pauses (Space goes on)", a->title);
}

void
train_space(struct workbench *w, void *view, int n)
{
  if (train_runs(w, view))
    train_pause(w, view, n);
  else
    train_over_toggle(w, view, n);
}

void
train_stop(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  bool waits = queued(v);

  (void)n;
  board_stop(workbench_board(w), v->here.curve.activity.id);
  workbench_say(w, waits ? "%s is taken out of the queue" : "%s stops; its best epoch is kept", v->here.curve.activity.title);
}

/* ---- parameters ---- */

static const struct option *
option_of(const struct train *v, const char *name)
{
  const struct run_row *run = train_selected(v);
  const struct student_kind *kind = run ? student_kind_find(run->student) : NULL;

  return kind ? option_find(kind->params, name) : NULL;
}

static bool
changes_while_running(const struct option *o)
{
  return o->summary && strstr(o->summary, "can change while it runs");
}

void
train_rate(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const struct option *o = option_of(v, "lr");
  double now = train_value(v, "lr"), to;
  char a[16], b[16];

  if (!o || !isfinite(now)) {
    workbench_say(w, "the student '%s' has no learning rate", train_selected(v) ? train_selected(v)->student : "");
    return;
  }
  if (v->wished_of == v->run && isfinite(v->wished_lr))
    now = v->wished_lr;      /* pressed again before the last wish holds */
  to = n < 0 ? now / 2 : now * 2;
  to = fmax(o->min, fmin(o->max, to));
  board_set(workbench_board(w), v->here.curve.activity.id, "lr", to);
  v->wished_lr = to;
  v->wished_of = v->run;
  workbench_say(w, "learning rate %s to %s, from the next step on", train_short(now, a), train_short(to, b));
}

static void
changed(void *arg, const struct form *f)
{
  struct train *v = arg;

  for (size_t i = 0; i < f->n; i++) {
    const struct option *o = f->fields[i].option;
    const char *typed = form_get(f, o->name);
    double to;

    if (*typed && option_check(o, typed, &to, NULL) == 0 && to != train_value(v, o->name) && curve_runs(&v->here.curve))
      board_set(workbench_board(v->w), v->here.curve.activity.id, o->name, to);
  }
}

void
train_change(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const struct run_row *run = train_selected(v);
  const struct student_kind *kind = run ? student_kind_find(run->student) : NULL;
  struct form *f;
  char *title;

  (void)n;
  free(v->rows);
  v->rows = xcalloc((kind ? kind->n_params : 0) + 1, sizeof *v->rows);
  v->n_rows = 0;
  for (size_t i = 0; kind && i < kind->n_params; i++)
    if (changes_while_running(&kind->params[i]))
      v->rows[v->n_rows++] = kind->params[i];
  if (!v->n_rows) {
    workbench_say(w, "the student '%s' has nothing that can change while it runs", run ? run->student : "");
    return;
  }
  title = xasprintf("change %s from the next step on", run->name);
  f = workbench_form(w, title, v->rows, v->n_rows, changed, v);
  for (size_t i = 0; i < v->n_rows; i++) {
    char number[32];

    snprintf(number, sizeof number, "%.6g", train_value(v, v->rows[i].name));
    form_set(f, v->rows[i].name, number);
  }
  free(title);
}

void
train_tell(struct train *v)
{
  const struct curve *k = &v->here.curve;
  const struct board_change *last = k->n_changes ? &k->changes[k->n_changes - 1] : NULL;

  if (v->wished_of != v->run || !curve_runs(k))
    return;
  if (last && !strcmp(last->param, "lr") && fabs(last->to - v->wished_lr) <= 1e-12)
    v->wished_lr = NAN;
  if (strcmp(v->told, k->activity.message) != 0) {
    snprintf(v->told, sizeof v->told, "%s", k->activity.message);
    if (*v->told) {
      workbench_say(v->w, "%s", v->told);
      v->wished_lr = NAN;
    }
  }
}
