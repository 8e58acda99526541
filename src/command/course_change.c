#include "command/course_change.h"

#include <stdio.h>
#include <string.h>

void
course_show_values(struct course *s)
{
  const struct student_kind *kind = s->plan->kind;
  struct board_value values[BOARD_MAX_VALUES];
  size_t n = kind->n_params < N_OF(values) ? kind->n_params : N_OF(values);

  for (size_t i = 0; i < n; i++) {
    snprintf(values[i].name, sizeof values[i].name, "%s", kind->params[i].name);
    values[i].value = s->values[i];
  }
  board_values(project_board(s->project), s->activity, values, n);
}

static void
show_change(struct course *s, const struct run_change *change)
{
  struct board_change c = {.step = change->step, .epoch = change->epoch, .from = change->from, .to = change->to};

  snprintf(c.param, sizeof c.param, "%s", change->param);
  board_changed(project_board(s->project), s->activity, &c);
}

/* Where it holds from now on. */
static void
holds(struct course *s, size_t param, const struct run_change *change)
{
  s->values[param] = change->to;
  show_change(s, change);
  course_show_values(s);
}

/* In an earlier part of the run. */
static void
made(struct course *s, size_t param, const struct run_change *change)
{
  holds(s, param, change);
  if (change->planned && s->plan->schedule)
    schedule_did(s->plan->schedule, param, change->to);
}

void
course_show_past(struct course *s)
{
  const struct student_kind *kind = s->plan->kind;

  for (; s->n_again < s->n_changes && s->changes[s->n_again].step < s->checkpoint.step; s->n_again++) {
    const struct run_change *change = &s->changes[s->n_again];
    const struct option *o = option_find(kind->params, change->param);

    if (!o)
      continue;
    made(s, (size_t)(o - kind->params), change);
  }
}

/* Written down, then made; taken back where the student refuses it. */
static int
make(struct course *s, struct training *t, size_t param, double to, bool planned, const struct train_point *p,
     struct err *e)
{
  struct run_change change = {.step = p->step, .epoch = p->epoch, .param = (char *)s->plan->kind->params[param].name,
                              .from = s->values[param], .to = to, .planned = planned};

  if (run_live_change(s->project, s->row.id, &change, e) < 0)
    return -1;
  if (training_set(t, change.param, to, e) < 0) {
    run_live_unchange(s->project, s->row.id, NULL);
    return 1;
  }
  holds(s, param, &change);
  return 0;
}

/* What was written down before the process died. */
static int
make_again(struct course *s, struct training *t, const struct train_point *p, struct err *e)
{
  const struct student_kind *kind = s->plan->kind;

  for (; s->n_again < s->n_changes && s->changes[s->n_again].step <= p->step; s->n_again++) {
    const struct run_change *change = &s->changes[s->n_again];
    const struct option *o = option_find(kind->params, change->param);

    if (!o || training_set(t, change->param, change->to, e) < 0)
      return -1;
    made(s, (size_t)(o - kind->params), change);
  }
  return 0;
}

static int
make_planned(struct course *s, struct training *t, const struct train_point *p, struct err *e)
{
  const struct schedule_item *item;

  while (s->plan->schedule && (item = schedule_due(s->plan->schedule, p->step, p->epoch + p->epoch_end)))
    if (make(s, t, item->param, item->value, true, p, e) != 0)
      return -1;
  return 0;
}

/* As make. */
static int
make_wish(struct course *s, struct training *t, const char *param, double to, const struct train_point *p,
          struct err *e)
{
  const struct student_kind *kind = s->plan->kind;
  const struct option *o = option_find(kind->params, param);

  if (!o) {
    err_set(e, ERR_INPUT, "the student '%s' has no parameter '%s'", kind->name, param);
    return 1;
  }
  return s->values[o - kind->params] == to ? 0 : make(s, t, (size_t)(o - kind->params), to, false, p, e);
}

static int
make_wished(struct course *s, struct training *t, const struct train_point *p, struct err *e)
{
  struct board *board = project_board(s->project);
  struct err refusal;
  char param[24];
  double to;

  while (board_take_set(board, s->activity, param, sizeof param, &to)) {
    int r = make_wish(s, t, param, to, p, &refusal);

    if (r < 0) {
      *e = refusal;
      return -1;
    }
    board_message(board, s->activity, r ? refusal.message : "");
  }
  return 0;
}

int
course_change(struct course *s, struct training *t, const struct train_point *p, struct err *e)
{
  return make_again(s, t, p, e) < 0 || make_planned(s, t, p, e) < 0 || make_wished(s, t, p, e) < 0 ? -1 : 0;
}
