/* signals: what is suspect, useful, novel, computed and kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/learn.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "curate/docket.h"
#include "curate/judge.h"
#include "curate/order.h"
#include "curate/seen.h"
#include "curate/text_signals.h"

#define PAIRS_SHOWN 8

struct inquiry {
  struct call *c;
  const struct student_kind *kind;
  double *values;
  struct buf params;           /* the values as JSON */
  struct seen seen;
  struct docket docket;
  struct judgement judgement;
  float *useful;               /* (seen.n) by id - 1 */
  struct text_signals texts;
  double seconds;
};

static void
inquiry_release(struct inquiry *q)
{
  free(q->values);
  buf_release(&q->params);
  seen_release(&q->seen);
  docket_release(&q->docket);
  judgement_release(&q->judgement);
  text_signals_release(&q->texts);
  free(q->useful);
}

static bool
wanted(const struct inquiry *q, const char *source)
{
  const char *only = call_text(q->c, "only");

  return !only || strcmp(only, source) == 0;
}

static int
inquiry_init(struct inquiry *q, struct call *c, struct err *e)
{
  *q = (struct inquiry){.c = c, .params = BUF_INIT};
  q->kind = students_find(call_text(c, "student"), e);
  if (!q->kind || students_values(c, q->kind, &q->values, e) < 0)
    return -1;
  student_params_json(q->kind, q->values, &q->params);
  return 0;
}

/* ---- the students' ----------------------------------------------------------------------------------------------- */

static void
told(void *arg, double done, double total)
{
  struct inquiry *q = arg;

  progress_set(&q->c->progress, 2 * call_number(q->c, "folds") * done / total, NULL);
}

/* Values by place in the docket, made values by sample id. */
static float *
spread(const struct inquiry *q, const float *values)
{
  float *out = xmalloc(((size_t)q->seen.n + 1) * sizeof *out);

  for (uint32_t i = 0; i < q->seen.n; i++)
    out[i] = NAN;
  for (size_t i = 0; i < q->docket.n; i++)
    if (q->docket.ids[i] <= q->seen.n)
      out[q->docket.ids[i] - 1] = values[i];
  return out;
}

static int
weigh_usefulness(struct inquiry *q, struct err *e)
{
  float *uncertainty = spread(q, q->judgement.uncertainty);
  int r;

  q->useful = xmalloc(((size_t)q->seen.n + 1) * sizeof *q->useful);
  r = order_useful(project_corpus(q->c->project), uncertainty, q->seen.n, (int)call_number(q->c, "threads"), q->c->stop,
                   q->useful, e);
  free(uncertainty);
  return r;
}

static int
judge(struct inquiry *q, struct err *e)
{
  struct call *c = q->c;
  struct crossval cv = {.kind = q->kind, .values = q->values, .task = learn_task(c), .folds = (int)call_number(c, "folds"),
                        .seed = (uint64_t)call_number(c, "seed"), .threads = (int)call_number(c, "threads"),
                        .most = (size_t)call_number(c, "most"), .stop = c->stop, .told = told, .arg = q};
  int r;

  docket_fill(project_corpus(c->project), &q->docket);
  if (q->docket.n_judged == 0)
    return err_set(e, ERR_INPUT, "there is nothing to judge: no sample of split train has a label");
  progress_begin(&c->progress, "judging labels", "students", 2.0 * cv.folds);
  r = judge_run(&cv, q->docket.x, q->docket.uses, q->docket.group, q->docket.n, &q->judgement, e);
  progress_end(&c->progress);
  if (r < 0)
    return -1;
  return weigh_usefulness(q, e);
}

/* What stands beside the signals: how they were made, and after which change. */
static void
about(struct inquiry *q, struct buf *out)
{
  struct log_entry *entries = NULL;
  size_t n = 0;

  buf_addc(out, '{');
  json_add_field(out, "student", q->kind->name);
  json_add_key(out, "params");
  buf_adds(out, buf_str(&q->params));
  json_add_field_int(out, "folds", q->judgement.folds);
  json_add_field_int(out, "seed", (int64_t)call_number(q->c, "seed"));
  json_add_field_int(out, "most", (int64_t)call_number(q->c, "most"));
  json_add_field_int(out, "n", (int64_t)q->judgement.n_judged);
  json_add_field_int(out, "learned", (int64_t)q->judgement.n_learned);
  if (project_log(q->c->project, 0, 1, &entries, &n, NULL) == 0 && n)
    json_add_field_int(out, "change", entries[0].id);
  log_entries_free(entries, n);
  json_add_field_number(out, "seconds", q->seconds);
  buf_addc(out, '}');
}

static int
keep_judgement(struct inquiry *q, struct err *e)
{
  struct signal_values signals[N_JUDGED + 1];
  float *values[N_JUDGED];
  struct buf made = BUF_INIT;
  int r;

  for (int k = 0; k < N_JUDGED; k++) {
    values[k] = spread(q, q->judgement.values[k]);
    signals[k] = (struct signal_values){judged_names[k], values[k], q->seen.n};
  }
  signals[N_JUDGED] = (struct signal_values){"useful", q->useful, q->seen.n};
  about(q, &made);
  r = seen_keep(q->c->project, SIGNAL_STUDENT, 0, &q->seen, signals, N_JUDGED + 1, buf_str(&made), e);
  for (int k = 0; k < N_JUDGED; k++)
    free(values[k]);
  buf_release(&made);
  return r;
}

/* ---- the texts' -------------------------------------------------------------------------------------------------- */

static void
told_of_texts(void *arg, uint64_t done, uint64_t total)
{
  struct inquiry *q = arg;

  progress_total(&q->c->progress, (double)total);
  progress_set(&q->c->progress, (double)done, NULL);
}

static int
look_at_texts(struct inquiry *q, struct err *e)
{
  struct call *c = q->c;
  struct text_signals_options o = {.threads = (int)call_number(c, "threads"), .stop = c->stop, .progress = told_of_texts,
                                   .arg = q};
  int r;

  progress_begin(&c->progress, "comparing texts", "texts", 0);
  r = text_signals_run(project_corpus(c->project), &o, &q->texts, e);
  progress_end(&c->progress);
  return r;
}

static int
keep_texts(struct inquiry *q, struct err *e)
{
  struct signal_values signals[N_TEXT_SIGNALS];

  for (int k = 0; k < N_TEXT_SIGNALS; k++)
    signals[k] = (struct signal_values){text_signal_names[k], q->texts.values[k],
                                        q->texts.n < q->seen.n ? q->texts.n : q->seen.n};
  return seen_keep(q->c->project, SIGNAL_TEXT, 0, &q->seen, signals, N_TEXT_SIGNALS, "{}", e);
}

/* How many samples have a value of a text signal (that is not 0). */
static size_t
n_texts_with(const struct inquiry *q, enum text_signal signal)
{
  size_t n = 0;

  for (uint32_t i = 0; i < q->texts.n; i++)
    n += q->texts.values[signal][i] > 0;
  return n;
}

static void
texts_json(const struct inquiry *q, struct buf *out)
{
  json_add_key(out, "texts");
  buf_addc(out, '{');
  json_add_field_int(out, "n", q->texts.n);
  json_add_field_int(out, "near_duplicates", (int64_t)n_texts_with(q, TEXT_CLUSTER));
  json_add_field_int(out, "leaks", (int64_t)n_texts_with(q, TEXT_LEAKS));
  buf_addc(out, '}');
}

/* ---- what is printed --------------------------------------------------------------------------------------------- */

static size_t
n_suspects(const struct judgement *j)
{
  size_t n = 0;

  for (size_t i = 0; i < j->n; i++)
    n += j->values[JUDGED_SUSPECT][i] > .5f;
  return n;
}

static const char *
label_or_none(const struct inquiry *q, uint16_t label)
{
  return label == LABEL_NONE ? NULL : label_name(corpus_labels(project_corpus(q->c->project)), label);
}

static void
judgement_json(const struct inquiry *q, struct buf *out)
{
  const struct judgement *j = &q->judgement;

  json_add_field_int(out, "n", (int64_t)j->n_judged);
  json_add_field_int(out, "learned", (int64_t)j->n_learned);
  json_add_field_int(out, "asked", (int64_t)j->n_asked);
  json_add_field_int(out, "folds", j->folds);
  json_add_field(out, "student", q->kind->name);
  json_add_field_number(out, "accuracy", j->accuracy);
  json_add_field_int(out, "suspects", (int64_t)n_suspects(j));
  json_add_field_int(out, "issues", (int64_t)j->n_issues);
  json_add_field_int(out, "issues_both", (int64_t)j->n_both);
  json_add_field_int(out, "estimated_wrong", (int64_t)j->estimated_wrong);
  json_add_key(out, "pairs");
  buf_addc(out, '[');
  for (size_t i = 0; i < j->n_pairs; i++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "given", label_or_none(q, j->pairs[i].given));
    json_add_field(out, "suggested", label_or_none(q, j->pairs[i].suggested));
    json_add_field_int(out, "n", j->pairs[i].n);
    json_add_field_int(out, "estimated", j->pairs[i].estimated);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
}

static void
judgement_text(const struct inquiry *q)
{
  const struct judgement *j = &q->judgement;
  struct grid g;

  print_line(q->c, "%zu samples judged by %d folds of %s (%.1f %% as labelled), %zu more have a suggestion", j->n_judged,
             j->folds, q->kind->name, 100 * j->accuracy, j->n_asked);
  print_line(q->c, "some %zu label%s wrong; %zu issue%s, %zu of them by both rules; %zu suspect (above .5)",
             j->estimated_wrong, j->estimated_wrong == 1 ? " is" : "s are", j->n_issues, j->n_issues == 1 ? "" : "s",
             j->n_both, n_suspects(j));
  if (j->n_pairs == 0)
    return;
  grid_init(&g, "wrong>|issues>|labelled|rather");
  for (size_t i = 0; i < j->n_pairs && i < PAIRS_SHOWN; i++) {
    const char *given = label_or_none(q, j->pairs[i].given), *suggested = label_or_none(q, j->pairs[i].suggested);

    grid_cell(&g, "%u", j->pairs[i].estimated);
    grid_cell(&g, "%u", j->pairs[i].n);
    grid_cell(&g, "%s", given ? given : "(not given)");
    grid_cell(&g, "%s", suggested ? suggested : "(not that)");
  }
  grid_print(&g, q->c);
  grid_release(&g);
}

static void
print_inquiry(struct inquiry *q)
{
  struct buf out = BUF_INIT;

  if (!q->c->json) {
    if (q->judgement.n)
      judgement_text(q);
    if (q->texts.n)
      print_line(q->c, "%u texts compared: %zu have near-duplicates, the label's name stands in %zu", q->texts.n,
                 n_texts_with(q, TEXT_CLUSTER), n_texts_with(q, TEXT_LEAKS));
    if (!q->c->workbench && q->judgement.n)
      print_line(q->c, "next: retort list %s --sort suspect --limit 20", q->c->path);
    return;
  }
  buf_addc(&out, '{');
  if (q->judgement.n)
    judgement_json(q, &out);
  if (q->texts.n)
    texts_json(q, &out);
  json_add_field_number(&out, "seconds", q->seconds);
  buf_addc(&out, '}');
  print_json(q->c, &out);
  buf_release(&out);
}

/* Everything is computed before anything is kept: stopped, the old signals stay as they are. */
static int
inquire(struct inquiry *q, struct err *e)
{
  double start = clock_s();

  seen_take(project_corpus(q->c->project), &q->seen);
  if (wanted(q, "student") && judge(q, e) < 0)
    return -1;
  if (wanted(q, "text") && look_at_texts(q, e) < 0)
    return -1;
  q->seconds = clock_s() - start;
  if (q->texts.n && keep_texts(q, e) < 0)
    return -1;
  if (q->judgement.n && keep_judgement(q, e) < 0)
    return -1;
  print_inquiry(q);
  return 0;
}

static int
run_signals(struct call *c, struct err *e)
{
  struct inquiry q;
  int r = inquiry_init(&q, c, e);

  if (r == 0)
    r = inquire(&q, e);
  inquiry_release(&q);
  return r;
}

static const struct option signals_options[] = {
  {.name = "student", .type = OPTION_STUDENT, .fallback = "linear", .argument = "NAME", .summary = "who judges"},
  {.name = "folds", .type = OPTION_INT, .min = 2, .max = 50, .fallback = "5", .argument = "K",
   .summary = "each text is judged by a student that learned from the other K-1 parts"},
  {.name = "only", .type = OPTION_CHOICE, .choices = "student|text", .argument = "SOURCE",
   .summary = "only the signals that come from students, or from the texts alone"},
  {.name = "most", .type = OPTION_INT, .min = 100, .max = 10000000, .fallback = "100000", .argument = "N",
   .summary = "training texts of a student, at most, drawn at random"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all. The signals are the same whatever their number"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N",
   .summary = "of the folds and of the students"},
  {.name = NULL},
};

static const struct command_example signals_examples[] = {
  {"retort signals tickets.retort", "which labels are likely wrong, and as what they are mistaken"},
  {"retort signals tickets.retort --only student --folds 10 --json", "the same with more folds, as JSON"},
  {NULL, NULL},
};

const struct command command_signals = {
  .name = "signals",
  .arguments = "PROJECT",
  .summary = "computes what is suspect, useful, novel",
  .text =
    "Numbers of each sample that lists sort by and filters ask for (list --sort suspect, 'forgetting>3'), kept in "
    "the project until they are computed anew. A sample whose text or labels are changed has none until then.\n\n"
    "From students: the labelled samples of split train are cut into folds, near-duplicates into the same one; a "
    "student that learned from the other folds says how likely each label is. So self_confidence (that "
    "probability), normalized_margin and confidence_weighted_entropy (cleanlab's scores, low where a label is "
    "likely wrong), issue (the confident joint of Northcutt et al. 2021 counts it among the wrong labels), "
    "suggested and suggested_p (the label that it would be given), and suspect, high where a label is likely wrong, "
    "from a second pass in which nobody learns from the issues of the first; and useful, of new samples, high where the students "
    "waver, nothing near is accepted yet and many others are alike. Rejected samples are judged, but not learned from; samples of valid "
    "and pool and those without a label get a suggestion; test texts are neither judged nor learned from.\n\n"
    "From the texts: novel and density (how unlike the nearest, how like the ten nearest other texts), cluster (the "
    "number of the first of its near-duplicates), language (a guess), leaks (the label's name stands in the text), "
    "opening (how many begin with the same three words).\n\n"
    "Where there are more than --most training texts, each student learns from so many, drawn at random. Training "
    "dynamics (forgetting, aum, ...) come from train, not from here.\n\n"
    "The table says how many labels are estimated to be wrong, by what was given and what they should rather be. "
    "The JSON has n (judged), learned, asked (those with a suggestion only), folds, student, accuracy (out of "
    "fold), suspects, issues, issues_both (found by both of cleanlab's rules), estimated_wrong, pairs (given, "
    "suggested, n issues, estimated wrong; in a task of several labels one of the two is null: not given it should "
    "be, or given it should not), texts (n, near_duplicates, leaks), seconds. Interrupted, what was computed before "
    "stays.",
  .options = signals_options,
  .more = students_options,
  .examples = signals_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run_signals,
};
