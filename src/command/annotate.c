/* annotate: a teacher labels texts that are there. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/job_options.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/score.h"
#include "command/select.h"
#include "generate/tally.h"
#include "prompt/starter.h"

#define DEFAULT_FILTER "split:pool unlabelled -status:rejected"

struct annotation {
  struct call *c;
  struct job_wishes job;
  struct template_row template;
  const char *filter;
  uint32_t *ids;                /* the texts, and the labels that they had before */
  size_t n;
  struct sample *before;
  struct examples truth;
};

static void
release(struct annotation *a)
{
  template_row_release(&a->template);
  job_wishes_release(&a->job);
  examples_release(&a->truth);
  free(a->ids);
  free(a->before);
}

/* ---- what is asked for */

static int
store_starter(struct annotation *a, struct err *e)
{
  const struct starter *starter = starter_find("annotate", e);

  if (template_store_put(a->c->project, starter->name, starter->source, &a->template, e) < 0)
    return -1;
  progress_note(&a->c->progress, "the project had no template for this: it has one now, '%s'", starter->name);
  return 0;
}

/* The one named; or the only one of this kind; or the one that comes with the program, which is stored. */
static int
take_template(struct annotation *a, struct err *e)
{
  if (names_template_of(a->c, call_text(a->c, "template"), PROMPTY_ANNOTATE, NULL, &a->template, e) < 0)
    return -1;
  return a->template.name ? 0 : store_starter(a, e);
}

static int
check_template(const struct annotation *a, struct err *e)
{
  const struct template_row *t = &a->template;
  struct prompty p;
  int r = prompty_parse(&p, t->name, t->source, strlen(t->source), e);

  if (r == 0 && p.kind != PROMPTY_ANNOTATE)
    r = err_set(e, ERR_INPUT, "the template '%s' is of kind %s (annotate needs one of kind annotate)", t->name,
                prompty_kind_name(p.kind));
  if (r == 0 && a->job.o.repeats > 1 && prompty_number(&p, "temperature", 1) == 0)
    progress_note(&a->c->progress, "the template's temperature is 0: repeats will hardly differ");
  prompty_release(&p);
  return r;
}

static int
take_texts(struct annotation *a, struct err *e)
{
  const struct corpus *corpus = project_corpus(a->c->project);

  a->filter = call_text(a->c, "filter");
  if (!a->filter)
    a->filter = DEFAULT_FILTER;
  if (select_filter(a->c, a->filter, &a->ids, &a->n, e) < 0 || score_collect(a->c, a->filter, &a->truth, e) < 0)
    return -1;
  if (a->n == 0 && !a->job.o.resume)
    return err_set(e, ERR_INPUT, "no texts to be labelled: nothing matches '%.200s'", a->filter);
  a->before = xcalloc(a->n + 1, sizeof *a->before);
  for (size_t i = 0; i < a->n; i++)
    corpus_get(corpus, a->ids[i], &a->before[i]);
  return 0;
}

static int
take(struct annotation *a, struct err *e)
{
  struct job_options *o = &a->job.o;

  if (job_wishes_take(a->c, &a->job, e) < 0 || take_texts(a, e) < 0 || take_template(a, e) < 0)
    return -1;
  o->template_name = a->template.name;
  o->template_version = a->template.version;
  o->texts_a_request = (int)call_number(a->c, "texts-a-request");
  o->repeats = (int)call_number(a->c, "repeats");
  o->soft = call_flag(a->c, "soft");
  o->rationale = call_flag(a->c, "rationale");
  o->relabel = call_flag(a->c, "relabel");
  o->subjects = a->ids;
  o->n_subjects = a->n;
  o->about = a->filter;
  return check_template(a, e);
}

/* ---- what came of it */

static size_t
count_changed(const struct annotation *a)
{
  const struct corpus *corpus = project_corpus(a->c->project);
  struct sample s;
  size_t n = 0;

  for (size_t i = 0; i < a->n; i++)
    if (corpus_get(corpus, a->ids[i], &s))
      n += s.n_labels != a->before[i].n_labels ||
           (s.n_labels > 0 && memcmp(s.labels, a->before[i].labels, s.n_labels * sizeof *s.labels) != 0);
  return n;
}

static void
print_figures(const struct annotation *a, const struct funnel *f, const struct tally *t)
{
  struct call *c = a->c;
  struct buf usd = BUF_INIT;

  if (a->job.o.repeats > 1)
    print_line(c, "job %u: %u texts to be labelled, each %d times, in %u requests", f->job_id,
               f->requested / (unsigned)a->job.o.repeats, a->job.o.repeats, f->n_requests);
  else
    print_line(c, "job %u: %u texts to be labelled in %u requests", f->job_id, f->requested, f->n_requests);
  print_line(c, "  requests  %u answered, %u from the file, %u retried, %u failed", f->ok, f->cached, f->retried,
             f->failed);
  print_line(c, "  votes     %zu, %zu of them none of the labels; %u replies could not be read", t->n_votes, t->n_off,
             f->dropped[DROP_PARSE]);
  if (a->job.o.soft)
    print_line(c, "  soft      %zu votes with probabilities from the tokens%s", t->n_soft,
               t->n_soft < t->n_votes - t->n_off ? ", the others from the votes" : "");
  if (!isnan(t->agreement)) {
    buf_addf(&usd, "  repeats   agree on %.3f of the pairs over %zu texts", t->agreement, t->n_compared);
    if (!isnan(t->kappa))
      buf_addf(&usd, " (Fleiss' kappa %.3f)", t->kappa);
    print_line(c, "%s", buf_str(&usd));
    buf_clear(&usd);
  }
  print_line(c, "  labels    %zu texts have new ones", count_changed(a));
  print_usd(&usd, f->cost_usd);
  print_line(c, "  cost      %s (%llu tokens in, %llu out)", buf_str(&usd), (unsigned long long)f->tokens_in,
             (unsigned long long)f->tokens_out);
  buf_release(&usd);
}

/* The members of the funnel, and beside them {"votes","off_label","soft","agreement","kappa","compared","labelled",
 * "evaluation"}. */
static void
print_all_json(const struct annotation *a, const struct funnel *f, const struct tally *t, const struct buf *evaluation)
{
  struct buf out = BUF_INIT;

  funnel_json(f, corpus_labels(project_corpus(a->c->project)), &out);
  buf_truncate(&out, out.n - 1);
  json_add_field_int(&out, "votes", (int64_t)t->n_votes);
  json_add_field_int(&out, "off_label", (int64_t)t->n_off);
  json_add_field_int(&out, "soft", (int64_t)t->n_soft);
  json_add_field_number(&out, "agreement", t->agreement);
  json_add_field_number(&out, "kappa", t->kappa);
  json_add_field_int(&out, "compared", (int64_t)t->n_compared);
  json_add_field_int(&out, "labelled", (int64_t)count_changed(a));
  json_add_key(&out, "evaluation");
  buf_adds(&out, evaluation->n > 0 ? buf_str(evaluation) : "null");
  buf_addc(&out, '}');
  print_json(a->c, &out);
  buf_release(&out);
}

/* Each of the teachers, by its own votes; the first one's figures into `evaluation`. */
static int
score_teachers(struct annotation *a, struct buf *evaluation, struct err *e)
{
  int r = 0;

  for (size_t i = 0; i < a->job.n && r == 0; i++) {
    struct examples x = {.v = xcalloc(a->truth.n, sizeof *x.v), .ids = xcalloc(a->truth.n, sizeof *x.ids),
                         .n = a->truth.n};
    struct buf json = BUF_INIT;
    size_t n_unasked;

    memcpy(x.v, a->truth.v, x.n * sizeof *x.v);
    memcpy(x.ids, a->truth.ids, x.n * sizeof *x.ids);
    r = score_teacher(a->c, &a->job.rows[i], score_where(a->filter), &x, &n_unasked, i == 0 ? evaluation : &json, e);
    examples_release(&x);
    buf_release(&json);
  }
  return r;
}

static int
report(struct annotation *a, const struct funnel *f, struct err *e)
{
  struct buf evaluation = BUF_INIT;
  struct tally t;
  int r = tally_job(&t, a->c->project, f->job_id, 0, a->job.o.soft, e);

  if (r < 0)
    return -1;
  if (!a->c->json)
    print_figures(a, f, &t);
  if (a->truth.n > 0) {
    if (!a->c->json)
      print_line(a->c, "%s", "");
    r = score_teachers(a, &evaluation, e);
  }
  if (r == 0 && a->c->json)
    print_all_json(a, f, &t, &evaluation);
  tally_release(&t);
  buf_release(&evaluation);
  return r;
}

static int
annotate(struct annotation *a, struct err *e)
{
  struct job *j = job_new(a->c->project, &a->job.o, e);
  struct err why = {0};
  int r;

  if (!j)
    return -1;
  r = job_run(a->c, j, "annotating", e);
  if ((r == 0 || job_status(j)->ok || job_status(j)->cached) && report(a, job_status(j), &why) < 0 && r == 0) {
    *e = why;
    r = -1;
  }
  job_say_left(a->c, j);
  job_say_again(a->c, j);
  if (r == 0)
    r = job_check_read(j, e);
  job_free(j);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  struct annotation a = {.c = c};
  int r = take(&a, e);

  if (r == 0)
    r = job_foreseen(c) ? job_foresee(c, &a.job, e) : annotate(&a, e);
  release(&a);
  return r;
}

static const struct option options[] = {
  SELECT_FILTER_OPTION,
  {.name = "template", .type = OPTION_TEMPLATE, .argument = "NAME",
   .summary = "a template of kind annotate; else the only one, or the one that comes with the program"},
  {.name = "texts-a-request", .type = OPTION_INT, .min = 1, .max = 1000, .fallback = "1", .argument = "K",
   .summary = "texts shown in one request"},
  {.name = "repeats", .type = OPTION_INT, .min = 1, .max = 50, .fallback = "1", .argument = "R",
   .summary = "how often each text is put to the teacher"},
  {.name = "soft", .type = OPTION_FLAG,
   .summary = "probabilities of the labels, from the tokens' (logprobs), or else from the repeats"},
  {.name = "rationale", .type = OPTION_FLAG, .summary = "ask for a reason, which is kept (retort list --votes)"},
  {.name = "relabel", .type = OPTION_FLAG, .summary = "labelled texts get the teacher's label, too (never test texts)"},
  JOB_OPTIONS,
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort annotate tickets.retort --filter split:test --dry-run", "what would it cost to label the test texts?"},
  {"retort annotate tickets.retort --filter split:test", "how good is the teacher itself? a row of Compare"},
  {"retort evaluate tickets.retort --teacher recorded --json", "the same figures again, as JSON"},
  {NULL, NULL},
};

const struct command command_annotate = {
  .name = "annotate",
  .arguments = "PROJECT",
  .summary = "has a teacher label texts",
  .text =
    "Puts texts that are in the project to a teacher: by default the unlabelled ones of the pool, or any --filter. "
    "The teacher must answer with a label of the project; its spelling may differ in case, spaces and punctuation "
    "only. Whatever else it says is no label: the reply is kept, the text is dropped from this job with the reason "
    "`label`, and counted; --retry-errors asks for it again, once per call, with the other texts of its request.\n\n"
    "Each answer is a vote on a text, and is kept. Texts without a label get the teacher's, with origin annotated and "
    "status new; one undo takes it back. Labelled texts keep theirs unless --relabel is given; test texts always do. "
    "With --repeats the label of most votes wins, and the share of pairs of votes that agree and Fleiss' kappa are "
    "printed: 1 is full agreement, 0 is what chance would give.\n\n"
    "Where people labelled the texts (origin seed or imported), the teacher's accuracy and macro F1 are printed and "
    "kept: on split:test they are the teacher's row in the Compare view (retort evaluate --teacher shows them "
    "again).\n\n"
    "--soft keeps how likely each label is. Where the endpoint gives logprobs, it is the probability of the tokens "
    "that begin each label where the answer stands, scaled to the labels of the project; else the share of votes, "
    "with one further vote spread over all labels.\n\n"
    "It goes on, stops, resumes and is handed in as a batch as retort generate does. Exit status 3: a limit is reached "
    "or requests failed for good, the rest is done; 1: not one reply can be read.\n\n"
    "The JSON has the funnel, as retort generate does, and: votes, off_label (of them none of the labels), soft (of "
    "them with probabilities from the tokens), agreement and kappa (null without repeats), compared (texts with "
    "several votes), labelled (texts that have new labels), and evaluation (as retort evaluate gives it; null where "
    "nobody labelled the texts).",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
