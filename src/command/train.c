/* train: one run, begun or gone on with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/course.h"
#include "command/course_options.h"
#include "command/students.h"

/* What a run was asked for, from the call or (of one that goes on) from the project. */
struct trainee {
  struct call *c;
  struct run_row run;           /* that goes on; name NULL: a new one */
  struct buf options, params;   /* JSON objects */
  struct json *said;            /* the options again */
  const char *data;
  double *values;
  struct lesson lesson;
  struct seen seen;
  struct schedule schedule;
  struct student *from;
  struct course_plan plan;
};

static void
trainee_release(struct trainee *t)
{
  run_row_release(&t->run);
  buf_release(&t->options);
  buf_release(&t->params);
  json_free(t->said);
  free(t->values);
  lesson_release(&t->lesson);
  seen_release(&t->seen);
  schedule_release(&t->schedule);
  student_free(t->from);
}

/* ---- a new run ---- */

/* How it was asked for, beside data, parameters and seed, as it is kept with the run. */
static void
options_json(struct trainee *t)
{
  struct call *c = t->c;
  const char *text;

  buf_addc(&t->options, '{');
  course_options_json(c, &t->options);
  if (call_given(c, "from"))
    json_add_field(&t->options, "from", call_text(c, "from"));
  if (call_given(c, "dynamics"))
    json_add_field(&t->options, "dynamics", call_text(c, "dynamics"));
  if (call_given(c, "set-at")) {
    json_add_key(&t->options, "set-at");
    buf_addc(&t->options, '[');
    for (size_t i = 0; (text = call_each(c, "set-at", i)); i++) {
      json_add_comma(&t->options);
      json_add_str(&t->options, text);
    }
    buf_addc(&t->options, ']');
  }
  buf_addc(&t->options, '}');
}

/* One that begins from another run has its student and its parameters to begin with. */
static int
take_student(struct trainee *t, struct err *e)
{
  struct run_row from = {0};
  int r = 0;

  if (call_given(t->c, "from"))
    r = run_store_get(t->c->project, call_text(t->c, "from"), &from, e);
  if (r == 0)
    r = course_student(t->c, from.student, from.params, call_text(t->c, "student"), &t->plan.kind, &t->values, e);
  if (r == 0)
    student_params_json(t->plan.kind, t->values, &t->params);
  run_row_release(&from);
  return r;
}

static int
take_new(struct trainee *t, struct err *e)
{
  struct call *c = t->c;

  if (c->n_args)
    return err_set(e, ERR_INPUT,
                   "'train' goes on with a run by --resume, and names a new one by --name ('%.100s' is neither)",
                   c->args[0]);
  if (call_given(c, "name") && names_check("a run", call_text(c, "name"), e) < 0)
    return -1;
  if (take_student(t, e) < 0)
    return -1;
  options_json(t);
  t->data = call_text(c, "data");
  t->plan.name = call_text(c, "name");
  t->plan.seed = (uint64_t)call_number(c, "seed");
  return 0;
}

/* ---- one that goes on ---- */

/* The rest of the run is fixed: it is to end as if nothing had happened. */
static int
check_resume_options(struct call *c, struct err *e)
{
  static const char *const allowed[] = {"resume", "threads", "checkpoint", "json", "quiet"};

  for (size_t i = 0; i < c->n_values; i++) {
    bool known = false;

    for (size_t k = 0; k < N_OF(allowed); k++)
      known = known || strcmp(c->values[i].option->name, allowed[k]) == 0;
    if (!known)
      return err_set(e, ERR_INPUT, "option '--%s' cannot change with --resume: a run goes on as it was begun",
                     c->values[i].option->name);
  }
  return 0;
}

static int
find_interrupted(struct call *c, struct run_row *run, struct err *e)
{
  struct run_row *rows;
  uint32_t id = 0;
  size_t n;

  if (c->n_args)
    return run_store_get(c->project, c->args[0], run, e);
  if (run_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (rows[i].state == RUN_INTERRUPTED && !rows[i].sweep && !rows[i].experiment_id)
      id = rows[i].id;
  run_rows_free(rows, n);
  if (!id)
    return err_set(e, ERR_INPUT, "no run was interrupted: there is nothing to go on with");
  return run_store_by_id(c->project, id, run, e);
}

static int
take_again(struct trainee *t, struct err *e)
{
  if (check_resume_options(t->c, e) < 0 || find_interrupted(t->c, &t->run, e) < 0)
    return -1;
  t->plan.kind = students_find(t->run.student, e);
  if (!t->plan.kind || students_of_json(t->plan.kind, t->run.params, &t->values, e) < 0)
    return -1;
  buf_adds(&t->params, t->run.params);
  buf_adds(&t->options, t->run.options);
  t->data = *t->run.data ? t->run.data : NULL;
  t->plan.seed = t->run.seed;
  return 0;
}

/* ---- what both need ---- */

static const char *
said(const struct trainee *t, const char *option)
{
  return json_string(json_get(t->said, option));
}

static int
load_from(struct trainee *t, struct err *e)
{
  struct run_row run;

  if (!said(t, "from"))
    return 0;
  if (run_store_get(t->c->project, said(t, "from"), &run, e) < 0)
    return -1;
  t->from = learn_load(t->c, &run, e);
  run_row_release(&run);
  return t->from ? 0 : -1;
}

static int
collect(struct trainee *t, struct err *e)
{
  struct call *c = t->c;
  const struct enrichment how = course_enrichment(t->said);

  for (const struct json *j = json_first(json_get(t->said, "set-at")); j; j = json_next(j))
    if (schedule_add(&t->schedule, t->plan.kind, json_string(j), e) < 0)
      return -1;
  if (load_from(t, e) < 0)
    return -1;
  if (!said(t, "dynamics") || strcmp(said(t, "dynamics"), "no") != 0)
    seen_take(project_corpus(c->project), &t->seen);
  if (lesson_collect(c, t->data, &t->lesson, e) < 0)
    return -1;
  return lesson_enrich(c, t->plan.kind, &how, &t->lesson, e);
}

static int
trainee_init(struct trainee *t, struct call *c, struct err *e)
{
  *t = (struct trainee){.c = c, .options = BUF_INIT, .params = BUF_INIT};
  if ((call_flag(c, "resume") ? take_again(t, e) : take_new(t, e)) < 0)
    return -1;
  t->said = json_parse(buf_str(&t->options), t->options.n, NULL, e);
  if (!t->said || collect(t, e) < 0)
    return -1;
  t->plan.values = t->values;
  t->plan.params = buf_str(&t->params);
  t->plan.options = buf_str(&t->options);
  t->plan.data = t->data;
  t->plan.vectors = said(t, "vectors");
  t->plan.from = t->from;
  t->plan.schedule = &t->schedule;
  t->plan.seen = t->seen.text ? &t->seen : NULL;
  t->plan.threads = (int)call_number(c, "threads");
  t->plan.checkpoint_s = call_number(c, "checkpoint");
  t->plan.waits = c->workbench;
  return 0;
}

/* ---- what is told ---- */

/* A line for the end of an epoch. */
static void
print_epoch(struct course *s, const struct train_point *p)
{
  struct call *c = s->hooks.arg;
  struct buf out = BUF_INIT;

  if (c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "run", s->name);
    json_add_field_int(&out, "epoch", p->epoch);
    json_add_field_int(&out, "step", p->step);
    course_point_fields(&out, p);
    json_add_field_number(&out, "samples_per_s", p->samples_per_s);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    buf_addf(&out, "epoch %3d  train loss %.3f acc %.3f", p->epoch, p->train_loss, p->train_accuracy);
    if (!isnan(p->valid_accuracy))
      buf_addf(&out, "  valid loss %.3f acc %.3f F1 %.3f", p->valid_loss, p->valid_accuracy, p->valid_f1);
    print_line(c, "%s  %.1f s", buf_str(&out), p->seconds);
  }
  buf_release(&out);
}

static void
on_point(struct course *s, const struct train_point *p)
{
  struct call *c = s->hooks.arg;
  struct buf detail = BUF_INIT;

  progress_total(&c->progress, p->n_steps);
  buf_addf(&detail, "epoch %d  loss %.3f", p->epoch, p->train_loss);
  progress_set(&c->progress, p->step, buf_str(&detail));
  buf_release(&detail);
}

static bool
on_epoch(struct course *s, const struct train_point *p)
{
  print_epoch(s, p);
  return true;
}

static void
print_end(const struct course *s, struct call *c)
{
  struct buf out = BUF_INIT;

  if (c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "run", s->name);
    json_add_field(&out, "student", s->row.student);
    json_add_field_int(&out, "best_epoch", s->row.best_epoch);
    json_add_field_int(&out, "n_train", s->row.n_train);
    json_add_field_int(&out, "n_valid", s->row.n_valid);
    course_point_fields(&out, &s->best);
    json_add_field_int(&out, "parameters", (int64_t)s->info.n_parameters);
    json_add_field_int(&out, "model_bytes", (int64_t)s->info.size_bytes);
    json_add_field_number(&out, "seconds", s->row.seconds);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    print_line(c, "%s: %u texts%s, %.1f s, model %.1f MB", s->name, s->row.n_train,
               s->row.state == RUN_STOPPED ? " (stopped)" : "", s->row.seconds, (double)s->info.size_bytes / 1e6);
    if (!c->workbench)
      print_line(c, "next: retort evaluate %s", c->path);
  }
  buf_release(&out);
}

static int
train(struct trainee *t, struct err *e)
{
  struct call *c = t->c;
  struct course s;
  int r;

  course_init(&s, c->project, &t->plan, &t->lesson);
  s.stop = c->stop;
  s.hooks = (struct course_hooks){c, on_point, on_epoch};
  r = t->run.name ? course_resume(&s, &t->run, e) : course_begin(&s, e);
  if (r == 0) {
    if (t->run.name)
      progress_note(&c->progress, "going on with '%s' after epoch %d", s.name, s.checkpoint.epoch);
    progress_begin(&c->progress, "training", "steps", 0);
    r = course_train(&s, e);
    progress_end(&c->progress);
  }
  if (r == 0 || r == 1)
    print_end(&s, c);
  if (r == 1)
    r = err_set(e, ERR_INTERRUPTED, "stopped; what '%s' has learned so far is kept", s.name);
  if (r == 3)
    r = err_set(e, ERR_INTERRUPTED, t->run.name ? "stopped before '%s' went on; it is as it was"
                                                : "stopped before '%s' began; nothing is kept of it", s.name);
  course_release(&s);
  return r;
}

static int
run_train(struct call *c, struct err *e)
{
  struct trainee t;
  int r = trainee_init(&t, c, e);

  if (r == 0) {
    course_say_left_out(c, &t.lesson);
    r = train(&t, e);
  }
  trainee_release(&t);
  return r;
}

static const struct option train_options[] = {
  {.name = "student", .type = OPTION_STUDENT, .fallback = "linear", .argument = "NAME", .summary = "what is trained"},
  COURSE_OPTIONS,
  {.name = "name", .type = OPTION_TEXT, .argument = "RUN",
   .summary = "the name of the run; else the student's with a number: linear#1"},
  {.name = "resume", .type = OPTION_FLAG,
   .summary = "go on with RUN, or else the newest run, that was interrupted: it ends as if it never had been"},
  {.name = "from", .type = OPTION_RUN, .argument = "RUN",
   .summary = "begin with what this run has learned: its student, parameters and weights"},
  {.name = "set-at", .type = OPTION_TEXT, .argument = "WHEN:NAME=X", .many = 1,
   .summary = "change a parameter on the way: 300:lr=0.001 after 300 steps, e5:lr=0.001 from epoch 5 on"},
  {.name = "checkpoint", .type = OPTION_REAL, .min = 0, .max = 86400, .fallback = "5", .argument = "SECONDS",
   .summary = "keep where it stands at the end of an epoch, at most so often"},
  {.name = "dynamics", .type = OPTION_CHOICE, .choices = "yes|no", .fallback = "yes", .argument = "WHETHER",
   .summary = "keep how each text was learned, as signals of the run (20 bytes a sample)"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all. The model is the same whatever their number"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N",
   .summary = "of order and first weights"},
  {.name = NULL},
};

static const struct command_example train_examples[] = {
  {"retort train tickets.retort", "the linear student, on seeds and accepted samples"},
  {"retort train tickets.retort --data origin:seed --name seeds --json", "on the seeds alone"},
  {NULL, NULL},
};

const struct command command_train = {
  .name = "train",
  .arguments = "PROJECT [RUN]",
  .summary = "trains a student",
  .text =
    "Trains on the accepted samples and the seeds of split train, or on what --data selects (samples of split test "
    "and valid never, rejected ones only if the filter speaks of status:). A text that stands in the test split, too, "
    "is left out: one that equals a test text but for case and punctuation, and a generated one that nearly does "
    "(dedupe says what that is). Samples of split valid tell when to stop; "
    "without any, the student sets some of its texts aside for that. The model, its curve and its parameters are kept "
    "in the project as a run.\n\n"
    "How each training text was learned is kept, too, as signals (list --sort aum, 'forgetting>2'): mean_confidence, "
    "the "
    "mean over the epochs of the probability of its label just before it was learned from once more, variability, the "
    "standard deviation of that (Swayamdipta et al. 2020), correctness, the share of the epochs in which its label "
    "was the "
    "likeliest, forgetting, how often that ceased to be so (Toneva et al. 2019), and aum, the mean of the score of "
    "its label "
    "less the best other (Pleiss et al. 2020). It makes no other model.\n\n"
    "A run of a student that learns in steps (all but linear) can be changed while it runs, by the keys of the "
    "workbench's Train view or as --set-at planned it: learning rate, dropout, weight decay. Each change is kept "
    "with its step. "
    "Where it stands is kept at the end of an epoch, so that one that was killed goes on by --resume, with the same "
    "texts and the changes that were made, to the same bytes as if nothing had happened; a linear one is learned again "
    "from its start, to the same bytes. In the workbench several can be asked for: they take turns.\n\n"
    "Soft labels (--teacher, --distill) are learned beside the labels (--soft says how much, --temperature how "
    "evenly); "
    "a text that the teacher said nothing of has its label alone.\n\n"
    "With --json a line for each epoch: run, epoch, step, train_loss, train_accuracy, valid_loss, valid_accuracy, "
    "valid_f1, samples_per_s; the last line has run, best_epoch, n_train, n_valid, the figures of that epoch, "
    "parameters, model_bytes, seconds. Interrupted, the best so far is kept, and the exit status is 130.",
  .options = train_options,
  .more = students_options,
  .examples = train_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON | COMMAND_MANY,
  .run = run_train,
};
