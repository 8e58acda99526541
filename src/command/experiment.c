/* experiment: arms times seeds, the question this program exists to answer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/experiments.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "curate/pace.h"
#include "evaluate/experiment.h"
#include "evaluate/findings_text.h"
#include "store/experiment_store.h"
#include "store/run_live_store.h"

/* ---- the plan ---- */

/* "a,b" of an option that may be repeated; arms with a filter (NAME=...) are taken whole. */
static void
take_texts(struct call *c, const char *option, char ***list, size_t *n)
{
  const char *text;

  for (size_t i = 0; (text = call_each(c, option, i)); i++) {
    const char *comma = strchr(text, '=') ? NULL : strchr(text, ',');

    for (;; text = comma + 1, comma = strchr(text, ',')) {
      size_t len = comma ? (size_t)(comma - text) : strlen(text);

      if (len)
        experiment_plan_add_text(list, n, text, len);
      if (!comma)
        break;
    }
  }
}

/* "0,1,5" of an option. */
static int
take_numbers(struct call *c, const char *option, double **list, size_t *n, struct err *e)
{
  char *end;

  for (const char *at = call_text(c, option); at && *at; at = *end ? end + 1 : end) {
    double x = strtod(at, &end);

    if (end == at || (*end && *end != ',') || !(x >= 0) || x != floor(x))
      return err_set(e, ERR_INPUT, "option '--%s': whole numbers with commas between, not '%.100s'", option,
                     call_text(c, option));
    experiment_plan_add_number(list, n, x);
  }
  return 0;
}

static int
take_plan(struct call *c, struct experiment_plan *p, struct err *e)
{
  const char *equal = call_text(c, "equal"), *test = call_text(c, "test");

  take_texts(c, "arm", &p->arms, &p->n_arms);
  take_texts(c, "student", &p->students, &p->n_students);
  take_texts(c, "worth", &p->sources, &p->n_sources);
  if (call_flag(c, "curve"))
    experiment_plan_add_text(&p->curves, &p->n_curves, "generated", strlen("generated"));
  if (call_flag(c, "curve-curated"))
    experiment_plan_add_text(&p->curves, &p->n_curves, "curated", strlen("curated"));
  if (equal)
    p->equal = xstrdup(equal);
  if (test)
    p->test = xstrdup(test);
  if (call_given(c, "seeds"))
    p->n_seeds = (size_t)call_number(c, "seeds");
  if (call_given(c, "seed"))
    p->seed = call_number(c, "seed");
  return take_numbers(c, "per-label", &p->per_label, &p->n_per_label, e) < 0 ? -1
         : take_numbers(c, "sizes", &p->sizes, &p->n_sizes, e);
}

static bool
says_what(struct call *c)
{
  static const char *const of_plan[] = {"arm", "student", "worth", "curve", "curve-curated", "equal", "test", "seeds",
                                        "seed", "per-label", "sizes"};

  for (size_t i = 0; i < N_OF(of_plan); i++)
    if (call_given(c, of_plan[i]))
      return true;
  return false;
}

/* ---- which experiment ---- */

struct asked {
  struct experiment_plan plan;
  char *name;                    /* NULL: a new one */
  char *result;                  /* of the one that is done again: it stays until there is a newer one */
  uint32_t record;
};

static void
asked_release(struct asked *t)
{
  experiment_plan_release(&t->plan);
  free(t->name);
  free(t->result);
}

/* The saved one of this name, with its plan as it stands or extended; or a new plan under this name. */
static int
find_named(struct call *c, const char *name, struct asked *t, struct err *e)
{
  struct experiment_record row;
  struct experiment_plan saved = {0};
  int r = 0;

  t->name = xstrdup(name);
  if (experiment_store_get(c->project, name, &row, e) < 0) {
    if (call_flag(c, "extend") || !says_what(c))
      return -1;
    err_clear(e);
    return 0;
  }
  t->result = xstrdup(row.result);
  if (call_flag(c, "extend") || !says_what(c)) {
    r = experiment_plan_read(row.plan, &saved, e);
    experiment_plan_extend(&saved, &t->plan);
    experiment_plan_release(&t->plan);
    t->plan = saved;
  }
  experiment_record_release(&row);
  return r < 0 ? err_prefix(e, "experiment '%s': ", name) : 0;
}

/* The same plan under whatever name: the same command goes on where it stood. */
static int
find_same(struct call *c, struct asked *t, struct err *e)
{
  struct experiment_record *rows;
  struct buf plan = BUF_INIT;
  size_t n;

  if (experiment_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  experiment_plan_json(&t->plan, &plan);
  for (size_t i = n; i-- > 0 && !t->name;)
    if (strcmp(rows[i].plan, buf_str(&plan)) == 0) {
      t->name = xstrdup(rows[i].name);
      t->result = xstrdup(rows[i].result);
    }
  experiment_records_free(rows, n);
  buf_release(&plan);
  return 0;
}

static int
find_asked(struct call *c, struct asked *t, struct err *e)
{
  const char *name = call_text(c, "name");

  if (call_flag(c, "extend") && !name)
    return err_set(e, ERR_INPUT, "--extend needs --name: which experiment?");
  if (take_plan(c, &t->plan, e) < 0 || (name && find_named(c, name, t, e) < 0) || experiment_plan_settle(&t->plan, e) < 0)
    return -1;
  return name ? 0 : find_same(c, t, e);
}

static int
save_asked(struct call *c, struct asked *t, struct err *e)
{
  struct buf plan = BUF_INIT;
  char *name = NULL;
  int r;

  experiment_plan_json(&t->plan, &plan);
  r = experiment_store_put(c->project, t->name, buf_str(&plan), t->result, &t->record, &name, e);
  buf_release(&plan);
  if (r == 0) {
    free(t->name);
    t->name = name;
  }
  return r;
}

/* ---- running it ---- */

/* A kind with its defaults, or a preset. */
static int
find_student(void *arg, const char *name, const struct student_kind **kind, double **values, struct err *e)
{
  struct call *c = arg;
  struct run_set set;
  struct err none = {0};
  int r;

  if (!student_kind_find(name) && run_set_get(c->project, name, &set, &none) == 0) {
    *kind = students_find(set.student, e);
    r = *kind ? students_of_json(*kind, set.params, values, e) : -1;
    run_set_release(&set);
    return r;
  }
  *kind = students_find(name, e);
  if (!*kind)
    return -1;
  *values = xcalloc((*kind)->n_params + 1, sizeof **values);
  student_defaults(*kind, *values);
  return 0;
}

static struct experiment *
make(struct call *c, const struct asked *t, struct err *e)
{
  struct experiment_setting setting = {
    .provider = names_provider(c), .n_threads = (int)call_number(c, "threads"), .anew = call_flag(c, "again"), .person_usd_per_hour = call_number(c, "person-hour"),
    .cpu_usd_per_hour = call_number(c, "cpu-hour"), .student = find_student, .arg = c};
  struct pace pace;

  if (pace_of(c->project, &pace, e) < 0)
    return NULL;
  setting.person_minutes = pace.minutes;
  return experiment_new(project_corpus(c->project), c->project, &t->plan, &setting, e);
}

static int
step_all(struct call *c, struct experiment *x, const struct asked *t, uint32_t activity, struct err *e)
{
  struct board *board = project_board(c->project);
  struct stop *flag = board_stop_flag(board, activity);
  struct experiment_progress p;
  int r;

  progress_begin(&c->progress, "experiment", "steps", 0);
  do {
    if (!board_pause_point(board, activity) || stop_wanted(flag))
      r = err_set(e, ERR_INTERRUPTED, "stopped");
    else
      r = experiment_step(x, c->stop, e);
    experiment_progress(x, &p);
    progress_total(&c->progress, (double)p.total);
    progress_set(&c->progress, (double)p.done, p.line);
    board_progress(board, activity, p.done, p.total, 0);
    board_message(board, activity, p.line);
  } while (r == 1);
  progress_end(&c->progress);
  if (r < 0 && e->code == ERR_INTERRUPTED)
    err_set(e, ERR_INTERRUPTED, "stopped after %zu of %zu trainings, which are kept (retort experiment PROJECT --name '%s' "
                                "goes on)", p.runs_done, p.n_runs, t->name);
  return r;
}

static int
finish(struct call *c, const struct asked *t, const struct findings *f, struct err *e)
{
  struct buf json = BUF_INIT;
  int r;

  findings_json(f, &json);
  r = experiment_store_put(c->project, t->name, f->plan, buf_str(&json), NULL, NULL, e);
  buf_release(&json);
  experiment_print(c, f, !c->terminal || c->quiet);
  return r;
}

static int
run_asked(struct call *c, struct asked *t, struct err *e)
{
  struct board *board = project_board(c->project);
  struct experiment *x;
  struct buf power = BUF_INIT;
  uint32_t activity;
  int r;

  x = make(c, t, e);            /* a plan that cannot be made is not saved, nor does it replace another */
  if (!x)
    return -1;
  if (save_asked(c, t, e) < 0) {
    experiment_free(x);
    return -1;
  }
  experiment_keep(x, t->record, t->name);
  findings_power(experiment_findings(x), &power);
  progress_note(&c->progress, "%s", buf_str(&power));
  buf_release(&power);
  activity = board_begin(board, ACTIVITY_EXPERIMENT, t->record, t->name);
  r = step_all(c, x, t, activity, e);
  if (r == 0)
    r = finish(c, t, experiment_findings(x), e);
  board_end(board, activity, r == 0 ? ACTIVITY_DONE : e->code == ERR_INTERRUPTED ? ACTIVITY_STOPPED : ACTIVITY_FAILED,
            r < 0 ? e->message : "");
  experiment_free(x);
  return r;
}

/* ---- together ---- */

static int
dry_run(struct call *c, struct asked *t, struct err *e)
{
  struct experiment *x;
  size_t n_runs, n_known;
  int r;

  x = make(c, t, e);
  if (!x)
    return -1;
  r = experiment_survey(x, &n_runs, &n_known, e);
  if (r == 0)
    experiment_print_survey(c, experiment_findings(x), n_runs, n_known);
  experiment_free(x);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  struct asked t = {0};
  int r;

  if (call_flag(c, "list"))
    return experiment_list(c, e);
  if (call_text(c, "show"))
    return experiment_show(c, call_text(c, "show"), e);
  if (call_text(c, "remove"))
    return experiment_store_remove(c->project, call_text(c, "remove"), e);
  r = find_asked(c, &t, e);
  if (r == 0)
    r = call_flag(c, "dry-run") ? dry_run(c, &t, e) : run_asked(c, &t, e);
  asked_release(&t);
  return r;
}

static const struct option options[] = {
  {.name = "arm", .type = OPTION_TEXT, .argument = "ARM", .many = 1,
   .summary = "what to train on: seed, generated, both, curated, annotated, all, or NAME=QUERY; each is compared with the "
              "first. Else seed,generated,both"},
  {.name = "student", .type = OPTION_STUDENT, .argument = "NAME", .many = 1,
   .summary = "the students, or presets; else linear"},
  {.name = "seeds", .type = OPTION_INT, .min = 1, .max = EXPERIMENT_SEEDS, .fallback = "5", .argument = "N",
   .summary = "trainings of each arm"},
  {.name = "per-label", .type = OPTION_TEXT, .argument = "N,N", .summary = "each arm with so many seed texts a label (0,1,5)"},
  {.name = "sizes", .type = OPTION_TEXT, .argument = "N,N", .summary = "each arm with so many texts beside the seeds"},
  {.name = "equal", .type = OPTION_CHOICE, .choices = "rows|steps|money", .argument = "WHAT",
   .summary = "give every arm the same: texts, texts seen in training, or money spent"},
  {.name = "curve", .type = OPTION_FLAG,
   .summary = "also how accuracy grows with the number of generated texts, and what more of them should bring"},
  {.name = "curve-curated", .type = OPTION_FLAG, .summary = "the same with the number of accepted ones"},
  {.name = "worth", .type = OPTION_TEXT, .argument = "SOURCE", .many = 1,
   .summary = "also what each template, teacher or attribute is worth: the told arm with its texts against without them"},
  {.name = "test", .type = OPTION_FILTER, .argument = "QUERY", .summary = "the texts to test on; else split:test"},
  {.name = "name", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "save the plan under this name; without a plan: go on with the saved one"},
  {.name = "extend", .type = OPTION_FLAG, .summary = "add to the saved plan instead of replacing it"},
  {.name = "dry-run", .type = OPTION_FLAG,
   .summary = "say what would be trained, and what this test set can show, and train nothing"},
  {.name = "again", .type = OPTION_FLAG, .summary = "train what is known, too"},
  {.name = "person-hour", .type = OPTION_REAL, .min = 0, .max = 100000, .fallback = "0", .argument = "USD",
   .summary = "what an hour of curation costs, for the break-even"},
  {.name = "cpu-hour", .type = OPTION_REAL, .min = 0, .max = 100000, .fallback = "0", .argument = "USD",
   .summary = "what an hour of a processor costs, for the break-even"},
  {.name = "list", .type = OPTION_FLAG, .summary = "the experiments that there are"},
  {.name = "show", .type = OPTION_TEXT, .argument = "NAME", .summary = "print what this one came to"},
  {.name = "remove", .type = OPTION_TEXT, .argument = "NAME", .summary = "forget this one and its trainings"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N",
   .summary = "of everything"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort experiment tickets.retort --seeds 3", "were the generated texts worth it?"},
  {"retort experiment tickets.retort --arm seed --arm 'long=origin:generated words>10' --seeds 2 --json",
   "arms of one's own"},
  {"retort experiment tickets.retort --arm seed,both --per-label 2,10 --seeds 2 --name few", "with few seeds, and with more"},
  {"retort experiment tickets.retort --name few --extend --seeds 3", "one seed more: only what is new is trained"},
  {"retort experiment tickets.retort --list", "the experiments that there are"},
  {NULL, NULL},
};

const struct command command_experiment = {
  .name = "experiment",
  .arguments = "PROJECT",
  .summary = "is the model better with the generated texts, by how much, at what cost?",
  .text =
    "Trains each student on each arm, with several seeds, and tests all of them on the same texts. First it says what so "
    "many test texts can show at all. Then, for each arm: accuracy and macro F1 with 95 % intervals over test texts and "
    "seeds together, the difference to the first arm (of the same student, with the same limits) with its interval and "
    "p-value, corrected for the number of comparisons (Holm), and what its texts cost. The verdict is about the arm both, "
    "if there is it, else about the last: chosen before any result is seen.\n\n"
    "Arms: seed, what people wrote; generated, what teachers wrote; both; curated, seeds and the generated texts that were "
    "accepted; annotated, seeds and people's texts that a teacher labelled; all, seeds, generated and annotated texts; or a "
    "query of one's own.\n\n"
    "In no arm are rejected samples, samples of split test or valid, and texts that stand in the test set "
    "(that equal a test text but for case and punctuation, or were generated and nearly equal it); the last are "
    "counted as guarded. Generated texts need not be accepted for that.\n\n"
    "With --per-label and --sizes texts are drawn anew for each seed, label by label in turn. --equal rows gives every arm "
    "as many texts as the smallest has, money as much as the cheapest that cost anything, steps as many texts seen in "
    "training (for students with epochs).\n\n"
    "A plan is saved with the experiment. Each training is kept when it ends, by what went into it, so that none is made "
    "twice: the same command goes on where it was stopped, and --extend trains only what is new. retort report writes all "
    "of it down.\n\n"
    "With --json: arms (name, student, n, accuracy and macro_f1 with mean, ci95 and seeds, difference with accuracy, ci95, "
    "p, p_holm, mcnemar, detectable; null for the first; cost_usd, parameters, size_bytes, multiply_adds, "
    "calibration_error, per_label_effects), seeds, test, guarded, detectable, curve, curves, sources, teachers, agreement, "
    "spending, verdict. What a clock measured stands in the member measured of each arm; all else is the same for the same "
    "data, plan and seed.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
