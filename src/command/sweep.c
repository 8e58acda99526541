/* sweep: which parameters are best? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/course_options.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "command/sweep_run.h"

/* What is asked for, from the words or (of one that goes on) from the project. */
struct wish {
  struct call *c;
  struct buf plan, options;     /* JSON objects; options: as runs keep them */
  struct json *said;            /* the plan */
  double *values;               /* of the parameters that are not swept */
  struct lesson lesson;
  struct sweep s;
};

static void
wish_release(struct wish *w)
{
  buf_release(&w->plan);
  buf_release(&w->options);
  json_free(w->said);
  free(w->values);
  lesson_release(&w->lesson);
  sweep_run_release(&w->s);
}

/* ---- words ---- */

/* seeds=3 among the ranges is --seeds 3: so one types less. NULL: it is no option, but a range. */
static const struct option *
option_of_word(const struct call *c, const char *word)
{
  size_t n = strcspn(word, "=");
  char *name = xstrndup(word, n);
  const struct option *o = word[n] ? option_find(c->command->options, name) : NULL;

  free(name);
  return o && o->type != OPTION_FLAG ? o : NULL;
}

/* As if they had been typed with dashes. */
static int
take_words(struct call *c, struct err *e)
{
  size_t n = 0;

  for (size_t i = 0; i < c->n_args; i++) {
    struct call_value v = {.option = option_of_word(c, c->args[i]), .text = strchr(c->args[i], '=')};

    if (!v.option) {
      c->args[n++] = c->args[i];
      continue;
    }
    if (call_given(c, v.option->name))
      return err_set(e, ERR_INPUT, "option '--%s' is given twice", v.option->name);
    if (option_check(v.option, ++v.text, &v.number, e) < 0)
      return -1;
    GROW(c->values, c->cap_values, c->n_values + 1);
    c->values[c->n_values++] = v;
  }
  c->n_args = n;
  return 0;
}

/* Where nothing says which student: that of the newest run. */
static int
newest_student(struct call *c, char **student, struct err *e)
{
  struct run_row *rows;
  size_t n;

  *student = NULL;
  if (run_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  *student = xstrdup(n ? rows[n - 1].student : "linear");
  run_rows_free(rows, n);
  return 0;
}

/* ---- the plan ---- */

static void
plan_json(struct wish *w)
{
  struct call *c = w->c;
  struct buf *out = &w->plan;
  struct buf params = BUF_INIT;

  student_params_json(w->s.space.kind, w->values, &params);
  buf_addc(out, '{');
  json_add_field(out, "student", w->s.space.kind->name);
  json_add_key(out, "params");
  buf_adds(out, buf_str(&params));
  json_add_key(out, "ranges");
  buf_addc(out, '[');
  for (size_t i = 0; i < c->n_args; i++) {
    json_add_comma(out);
    json_add_str(out, c->args[i]);
  }
  buf_addc(out, ']');
  json_add_field(out, "method", call_text(c, "method"));
  json_add_field_number(out, "trials", call_number(c, "trials"));
  json_add_field_number(out, "points", call_number(c, "points"));
  json_add_field_number(out, "seeds", call_number(c, "seeds"));
  json_add_field_number(out, "seed", call_number(c, "seed"));
  json_add_field(out, "median", call_text(c, "median"));
  json_add_field(out, "data", call_text(c, "data") ? call_text(c, "data") : "");
  course_options_json(c, out);
  buf_addc(out, '}');
  buf_release(&params);
}

static int
collect(struct wish *w, struct err *e)
{
  const char *data = json_string(json_get(w->said, "data"));
  const struct enrichment how = course_enrichment(w->said);

  buf_addc(&w->options, '{');
  for (const struct json *m = json_first(w->said); m; m = json_next(m))
    if (json_string(m) && strstr(" pool teacher distill weigh vectors ", json_key(m)))
      json_add_field(&w->options, json_key(m), json_string(m));
  buf_addc(&w->options, '}');
  w->s.data = data;
  w->s.options = buf_str(&w->options);
  w->s.vectors = json_string(json_get(w->said, "vectors"));
  w->s.lesson = &w->lesson;
  return lesson_collect(w->c, data, &w->lesson, e) < 0 ||
         lesson_enrich(w->c, w->s.space.kind, &how, &w->lesson, e) < 0 ? -1 : 0;
}

static int
make_trials(struct wish *w, struct err *e)
{
  struct sweep *s = &w->s;
  bool grid = strcmp(json_string(json_get(w->said, "method")), "grid") == 0;
  size_t points = (size_t)json_number(json_get(w->said, "points"), 4), n;

  for (const struct json *j = json_first(json_get(w->said, "ranges")); j; j = json_next(j))
    if (sweep_space_add(&s->space, json_string(j), e) < 0)
      return -1;
  if (!s->space.n)
    return err_set(e, ERR_INPUT, "nothing to sweep: name a parameter with its range, like lr=1e-4..1e-2:log");
  n = grid ? sweep_grid_size(&s->space, points) : (size_t)json_number(json_get(w->said, "trials"), 20);
  if (n > SWEEP_MAX_TRIALS)
    return err_set(e, ERR_INPUT, "this grid has more than %d trials (fewer --points, or --method random)",
                   SWEEP_MAX_TRIALS);
  s->n_trials = n;
  s->n_seeds = (size_t)json_number(json_get(w->said, "seeds"), 1);
  s->seed = (uint64_t)json_number(json_get(w->said, "seed"), 1);
  s->median = strcmp(json_string(json_get(w->said, "median")), "yes") == 0;
  s->trials = xcalloc(n + 1, sizeof *s->trials);
  for (size_t k = 0; k < n; k++) {
    struct sweep_trial *t = &s->trials[k];
    struct buf params = BUF_INIT;

    t->values = xcalloc(s->space.kind->n_params + 1, sizeof *t->values);
    memcpy(t->values, w->values, s->space.kind->n_params * sizeof *t->values);
    if (grid)
      sweep_grid(&s->space, points, k, t->values);
    else
      sweep_random(&s->space, s->seed, k, t->values);
    student_params_json(s->space.kind, t->values, &params);
    t->params = buf_take(&params);
  }
  return 0;
}

/* ---- new, or gone on with ---- */

static int
take_new(struct wish *w, struct err *e)
{
  char *otherwise;
  int r = -1;

  if (newest_student(w->c, &otherwise, e) < 0)
    return -1;
  if (take_words(w->c, e) == 0)
    r = course_student(w->c, NULL, NULL, otherwise, &w->s.space.kind, &w->values, e);
  free(otherwise);
  if (r == 0)
    plan_json(w);
  return r;
}

static int
find_unfinished(struct wish *w, struct sweep_row *row, struct err *e)
{
  struct sweep_row *rows;
  uint32_t id = 0;
  size_t n;

  for (size_t i = 0; i < w->c->n_values; i++)
    if (!strstr(" resume parallel json quiet ", w->c->values[i].option->name))
      return err_set(e, ERR_INPUT, "option '--%s' cannot change with --resume: a sweep goes on as it was begun",
                     w->c->values[i].option->name);
  if (w->c->n_args)
    return err_set(e, ERR_INPUT, "--resume goes on with the newest sweep as it was begun, without further words");
  if (sweep_store_list(w->c->project, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (rows[i].state == RUN_INTERRUPTED || rows[i].state == RUN_STOPPED || rows[i].state == RUN_FAILED)
      id = rows[i].id;
  sweep_rows_free(rows, n);
  if (!id)
    return err_set(e, ERR_INPUT, "no sweep was stopped before its end: there is nothing to go on with");
  return sweep_store_by_id(w->c->project, id, row, e);
}

static int
take_again(struct wish *w, struct err *e)
{
  struct sweep_row row;
  struct json *plan;
  int r = -1;

  if (find_unfinished(w, &row, e) < 0)
    return -1;
  w->s.id = row.id;
  buf_adds(&w->plan, row.plan);
  plan = json_parse(row.plan, strlen(row.plan), NULL, e);
  w->s.space.kind = plan ? students_find(json_string(json_get(plan, "student")), e) : NULL;
  if (w->s.space.kind) {
    struct buf params = BUF_INIT;

    json_print(&params, json_get(plan, "params"));
    r = students_of_json(w->s.space.kind, buf_str(&params), &w->values, e);
    buf_release(&params);
  }
  json_free(plan);
  sweep_row_release(&row);
  return r;
}

/* Texts that have changed meanwhile would make the trials incomparable: their hash is part of the plan. */
static int
check_texts(struct wish *w, struct err *e)
{
  const char *kept = json_string(json_get(w->said, "texts"));
  char hash[24];

  snprintf(hash, sizeof hash, "%016llx", (unsigned long long)lesson_hash(&w->lesson));
  if (kept && strcmp(kept, hash) != 0)
    return err_set(e, ERR_INPUT,
                   "cannot go on with sweep %u: its texts, labels or weights are others than when it began",
                   w->s.id);
  if (!kept) {
    w->plan.n--;  /* the brace */
    json_add_field(&w->plan, "texts", hash);
    buf_addc(&w->plan, '}');
  }
  return 0;
}

static int
wish_init(struct wish *w, struct call *c, struct err *e)
{
  bool again = call_flag(c, "resume");

  *w = (struct wish){.c = c, .plan = BUF_INIT, .options = BUF_INIT};
  w->s.c = c;
  if ((again ? take_again(w, e) : take_new(w, e)) < 0)
    return -1;
  w->said = json_parse(buf_str(&w->plan), w->plan.n, NULL, e);
  if (!w->said || make_trials(w, e) < 0 || collect(w, e) < 0 || check_texts(w, e) < 0)
    return -1;
  w->s.parallel = (int)call_number(c, "parallel");
  sweep_run_init(&w->s);
  if (!again)
    return sweep_store_add(c->project, buf_str(&w->plan), &w->s.id, e);
  if (sweep_run_take(&w->s, e) < 0)
    return -1;
  return sweep_store_update(c->project, &(struct sweep_row){.id = w->s.id, .state = RUN_RUNNING}, e);
}

/* ---- running ---- */

static int
finish(struct wish *w, enum run_state state, const char *message, struct err *e)
{
  struct sweep *s = &w->s;
  struct buf result = BUF_INIT;
  int r;

  sweep_json(s, &result);
  r = sweep_store_update(s->c->project, &(struct sweep_row){.id = s->id, .state = state, .message = (char *)message,
                         .result = result.s}, e);
  if (r == 0 && state == RUN_DONE && s->c->json)
    print_json(s->c, &result);
  else if (r == 0 && state == RUN_DONE)
    sweep_print(s);
  buf_release(&result);
  return r;
}

static int
run_wish(struct wish *w, struct err *e)
{
  struct sweep *s = &w->s;
  struct board *board = project_board(s->c->project);
  char title[40];
  int r;

  snprintf(title, sizeof title, "sweep %u", s->id);
  s->activity = board_begin(board, ACTIVITY_SWEEP, s->id, title);
  r = s->c->workbench && !board_queue(board, s->activity) ? 1 : sweep_run(s, e);
  if (r >= 0 && finish(w, r ? RUN_STOPPED : RUN_DONE, "", e) < 0)
    r = -1;
  if (r < 0)
    finish(w, RUN_FAILED, e->message, NULL);
  board_end(board, s->activity, r < 0 ? ACTIVITY_FAILED : r ? ACTIVITY_STOPPED : ACTIVITY_DONE,
            r < 0 ? e->message : "");
  if (r == 1)
    return err_set(e, ERR_INTERRUPTED,
                   "stopped; the runs of sweep %u that have ended are kept (sweep --resume goes on)",
                   s->id);
  return r;
}

static int
run_sweep(struct call *c, struct err *e)
{
  struct wish w;
  int r = wish_init(&w, c, e);

  if (r == 0) {
    course_say_left_out(c, &w.lesson);
    r = run_wish(&w, e);
  }
  wish_release(&w);
  return r;
}

static const struct option sweep_options[] = {
  {.name = "student", .type = OPTION_STUDENT, .argument = "NAME",
   .summary = "what is trained; else that of the newest run"},
  COURSE_OPTIONS,
  {.name = "method", .type = OPTION_CHOICE, .choices = "random|grid", .fallback = "random", .argument = "HOW",
   .summary = "trials drawn at random, or all combinations"},
  {.name = "trials", .type = OPTION_INT, .min = 1, .max = SWEEP_MAX_TRIALS, .fallback = "20", .argument = "N",
   .summary = "how many are drawn"},
  {.name = "points", .type = OPTION_INT, .min = 2, .max = 100, .fallback = "4", .argument = "N",
   .summary = "of a grid: values of a range, its ends among them"},
  {.name = "seeds", .type = OPTION_INT, .min = 1, .max = 100, .fallback = "1", .argument = "N",
   .summary = "each trial is trained so often, with seeds from --seed on"},
  {.name = "median", .type = OPTION_CHOICE, .choices = "yes|no", .fallback = "yes", .argument = "WHETHER",
   .summary = "stop a run that is worse than the median of those before it"},
  {.name = "parallel", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "runs at once, on a thread each; 0: as many as there are processors"},
  {.name = "resume", .type = OPTION_FLAG, .summary = "go on with the newest sweep that was stopped or killed"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N",
   .summary = "of the trials, and of the first run of each"},
  {.name = NULL},
};

static const struct command_example sweep_examples[] = {
  {"retort sweep tickets.retort --student linear cost=0.1..10:log --trials 4 --epochs 3",
   "a parameter of the linear student"},
  {NULL, NULL},
};

const struct command command_sweep = {
  .name = "sweep",
  .arguments = "PROJECT [RANGE...]",
  .summary = "searches the best parameters of a student",
  .text =
    "Trains a student once and again with other parameters. A RANGE is a parameter and what to try: lr=1e-4..1e-2:log "
    "(between the two, evenly by the logarithm), dropout=0..0.5, or dropout=.1,.3,.5 (one of these). The other "
    "parameters "
    "are as --preset, as typed, or as their defaults. An option can be typed as a word, too: seeds=3.\n\n"
    "What counts is the accuracy on the texts of split valid (or those that the student sets aside), of the epoch "
    "that is "
    "kept, as the mean over the seeds. The test split is not looked at.\n\n"
    "The median rule (Golovin et al. 2017, Google Vizier) stops a run after an epoch if its best accuracy so far is "
    "below "
    "the median of the means, over the epochs up to there, of the trials with lower numbers that came as far; at least "
    "three. So the same plan gives the same trials, and stops the same ones, however many run at once.\n\n"
    "The runs are kept with their curves, without their models but the best trial's, so that the file stays small. "
    "Killed or "
    "stopped, a sweep goes on by --resume: what has ended is not trained again.\n\n"
    "With --json: sweep, student, trials (the best first: trial, params, runs, valid_accuracy with mean and sd, "
    "stopped_at: "
    "the epoch or null), best (also run, whose model is kept, and command, which trains it again).",
  .options = sweep_options,
  .more = students_options,
  .examples = sweep_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON | COMMAND_MANY,
  .run = run_sweep,
};
