/* experiment: arms times seeds, the question this program exists to answer. */
#include <stdlib.h>
#include <string.h>

#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "evaluate/experiment.h"
#include "store/experiment_store.h"

/* "a,b" of an option that may be repeated, into list; arms with a filter (NAME=...) are taken whole. */
static int
take_list(struct call *c, const char *option, const char **list, size_t max, size_t *n, struct err *e)
{
  const char *text;

  for (size_t i = 0; (text = call_each(c, option, i)); i++) {
    const char *comma = strchr(text, '=') ? NULL : strchr(text, ',');

    for (;; text = comma + 1, comma = strchr(text, ',')) {
      size_t len = comma ? (size_t)(comma - text) : strlen(text);

      if (*n == max)
        return err_set(e, ERR_INPUT, "option '--%s': more than %zu", option, max);
      if (len)
        list[(*n)++] = arena_strndup(&c->arena, text, len);
      if (!comma)
        break;
    }
  }
  return 0;
}

static int
take_options(struct call *c, struct experiment_options *o, struct err *e)
{
  *o = (struct experiment_options){
    .n_seeds = (int)call_number(c, "seeds"),
    .curve = call_flag(c, "curve"),
    .seed = (uint64_t)call_number(c, "seed"),
    .n_threads = (int)call_number(c, "threads"),
    .test = call_text(c, "test"),
  };
  if (take_list(c, "arm", o->arms, EXPERIMENT_ARMS, &o->n_arms, e) < 0
      || take_list(c, "student", o->students, EXPERIMENT_STUDENTS, &o->n_students, e) < 0)
    return -1;
  for (size_t i = 0; i < o->n_students; i++)
    if (!students_find(o->students[i], e))
      return -1;
  return 0;
}

static void
plan_json(const struct experiment_options *o, struct buf *out)
{
  buf_adds(out, "{\"arms\":[");
  for (size_t i = 0; i < o->n_arms; i++) {
    json_add_comma(out);
    json_add_str(out, o->arms[i]);
  }
  buf_adds(out, "],\"students\":[");
  for (size_t i = 0; i < o->n_students; i++) {
    json_add_comma(out);
    json_add_str(out, o->students[i]);
  }
  buf_addf(out, "],\"seeds\":%d,\"seed\":%llu,\"curve\":%s}", o->n_seeds, (unsigned long long)o->seed,
           o->curve ? "true" : "false");
}

static int
step_all(struct call *c, struct experiment *x, uint32_t activity, struct err *e)
{
  struct board *board = project_board(c->project);
  struct stop *flag = board_stop_flag(board, activity);
  struct experiment_progress p;
  int r;

  progress_begin(&c->progress, "experiment", "steps", 0);
  do {
    if (!board_pause_point(board, activity) || stop_wanted(flag))
      r = err_set(e, ERR_INTERRUPTED, "stopped: an experiment in part says nothing, and is not kept");
    else
      r = experiment_step(x, c->stop, e);
    experiment_progress(x, &p);
    progress_total(&c->progress, (double)p.total);
    progress_set(&c->progress, (double)p.done, p.line);
    board_progress(board, activity, p.done, p.total, 0);
    board_message(board, activity, p.line);
  } while (r == 1);
  progress_end(&c->progress);
  return r;
}

static int
finish(struct call *c, const struct experiment_result *result, const char *plan, struct err *e)
{
  struct buf json = BUF_INIT, out = BUF_INIT;
  int r;

  experiment_json(result, &json);
  r = experiment_store_put(c->project, NULL, plan, buf_str(&json), NULL, NULL, e);
  if (c->json) {
    print_json(c, &json);
  } else {
    experiment_table(result, &out);
    fwrite(buf_str(&out), 1, out.n, c->out);
  }
  buf_release(&json);
  buf_release(&out);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  struct experiment_options o;
  struct board *board = project_board(c->project);
  struct experiment *x;
  struct buf plan = BUF_INIT;
  uint32_t activity;
  int r;

  if (take_options(c, &o, e) < 0)
    return -1;
  x = experiment_new(project_corpus(c->project), c->project, &o, e);
  if (!x)
    return -1;
  plan_json(&o, &plan);
  activity = board_begin(board, ACTIVITY_EXPERIMENT, 0, "experiment");
  r = step_all(c, x, activity, e);
  if (r == 0)
    r = finish(c, experiment_result(x), buf_str(&plan), e);
  board_end(board, activity, r == 0 ? ACTIVITY_DONE : e->code == ERR_INTERRUPTED ? ACTIVITY_STOPPED : ACTIVITY_FAILED,
            r < 0 ? e->message : "");
  experiment_free(x);
  buf_release(&plan);
  return r;
}

static const struct option options[] = {
  {.name = "arm", .type = OPTION_TEXT, .argument = "ARM", .many = 1,
   .summary = "what to train on: seed, generated, both, or NAME=QUERY of one's own; the others are compared with the "
              "first. Without any: seed,generated,both"},
  {.name = "student", .type = OPTION_STUDENT, .argument = "NAME", .many = 1, .summary = "the students; else linear"},
  {.name = "seeds", .type = OPTION_INT, .min = 1, .max = EXPERIMENT_SEEDS, .fallback = "5", .argument = "N",
   .summary = "trainings of each arm"},
  {.name = "curve", .type = OPTION_FLAG, .summary = "also how accuracy grows with the number of generated texts"},
  {.name = "test", .type = OPTION_FILTER, .fallback = "split:test", .argument = "QUERY",
   .summary = "the texts to test on"},
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
  {NULL, NULL},
};

const struct command command_experiment = {
  .name = "experiment",
  .arguments = "PROJECT",
  .summary = "is the model better with the generated texts, by how much, at what cost?",
  .text =
    "Trains each student on each arm, with several seeds, and tests all of them on the same texts. For each arm: "
    "accuracy and macro F1 with 95 % intervals over test texts and seeds, the difference to the first arm with its "
    "interval and p-value, and what its texts cost.\n\n"
    "In no arm are rejected samples, samples of split test or valid, and texts that stand in the test set "
    "(that equal a test text but for case and punctuation, or were generated and nearly equal it); the last are "
    "counted as guarded. Generated texts need not be accepted for that. An experiment that is interrupted is not "
    "kept.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
