/* generate: a job from the shell or the ':' line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/aim.h"
#include "command/job_options.h"
#include "command/print.h"
#include "command/rows.h"
#include "generate/coverage.h"
#include "command/select.h"
#include "generate/job.h"
#include "generate/topup.h"
#include "store/job_store.h"

/* What job_options borrows. */
struct wishes {
  struct job_wishes job;
  struct template_row template;
  struct aim aim;
  uint32_t *subjects;
  char *about;
  uint16_t *labels;
  struct plan_restriction *restrictions;
};

static void
wishes_release(struct wishes *w)
{
  template_row_release(&w->template);
  job_wishes_release(&w->job);
  aim_release(&w->aim);
  free(w->subjects);
  free(w->about);
  free(w->labels);
  free(w->restrictions);
}

static int
take_labels(struct call *c, struct wishes *w, struct err *e)
{
  const char *name;

  w->labels = xcalloc(call_count(c, "label") + 1, sizeof *w->labels);
  for (size_t i = 0; (name = call_each(c, "label", i)); i++, w->job.o.n_labels++)
    if (names_label(c, name, &w->labels[i], e) < 0)
      return -1;
  w->job.o.labels = w->job.o.n_labels ? w->labels : NULL;
  return 0;
}

static int
take_restrictions(struct call *c, struct wishes *w, struct err *e)
{
  const char *text;

  w->restrictions = xcalloc(call_count(c, "set") + 1, sizeof *w->restrictions);
  for (size_t i = 0; (text = call_each(c, "set", i)); i++) {
    const char *equal = strchr(text, '=');

    if (!equal)
      return err_set(e, ERR_INPUT, "option '--set': '%.100s' is no NAME=VALUE", text);
    w->restrictions[w->job.o.n_restrictions++] =
      (struct plan_restriction){arena_strndup(&c->arena, text, (size_t)(equal - text)), equal + 1};
  }
  w->job.o.restrictions = w->restrictions;
  return 0;
}

static const char no_template[] =
  "the project has no template to generate with (retort template PROJECT set NAME FILE)";

static int
compare_ids(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

/* Those of the texts that are aimed at. */
static void
keep_hard(struct wishes *w)
{
  struct job_options *o = &w->job.o;
  uint32_t *hard = xcalloc(w->aim.n + 1, sizeof *hard);
  size_t n = 0;

  for (size_t i = 0; i < w->aim.n; i++)
    hard[i] = w->aim.hard[i].id;
  qsort(hard, w->aim.n, sizeof *hard, compare_ids);
  for (size_t i = 0; i < o->n_subjects; i++)
    if (bsearch(&w->subjects[i], hard, w->aim.n, sizeof *hard, compare_ids))
      w->subjects[n++] = w->subjects[i];
  o->n_subjects = n;
  free(hard);
}

/* What a template of kind rewrite is about: the texts of --filter, and of them only those that are aimed at. */
static int
take_subjects(struct call *c, struct wishes *w, struct err *e)
{
  const char *filter = call_text(c, "filter");
  struct job_options *o = &w->job.o;

  if (!filter && !call_given(c, "aim"))
    return err_set(e, ERR_INPUT, "which texts are to be rewritten? (--filter QUERY, or --aim hard)");
  if (select_filter(c, filter ? filter : "split:train", &w->subjects, &o->n_subjects, e) < 0)
    return -1;
  if (call_given(c, "aim"))
    keep_hard(w);
  o->subjects = w->subjects;
  return 0;
}

static int
take_aim(struct call *c, struct wishes *w, struct err *e)
{
  const char *what = call_text(c, "aim"), *filter = call_text(c, "filter");

  if (!what && call_given(c, "run"))
    return err_set(e, ERR_INPUT, "option '--run' goes with --aim");
  if (what && aim_find(c, what, call_text(c, "run"), &w->aim, e) < 0)
    return -1;
  if (what)
    aim_options(&w->aim, &w->job.o);
  if (what || filter)
    w->about = xasprintf("%s%s%s", filter ? filter : "", what ? " aim " : "", what ? what : "");
  w->job.o.about = w->about;
  return 0;
}

/* What depends on the kind of the template. */
static int
take_kind(struct call *c, struct wishes *w, struct err *e)
{
  static const char *const generate_only[] = {"top-up", "steer"};
  const struct template_row *t = &w->template;
  struct prompty p;
  int r = prompty_parse(&p, t->name, t->source, strlen(t->source), e);

  if (r == 0 && p.kind == PROMPTY_ANNOTATE)
    r = err_set(e, ERR_INPUT, "the template '%s' is of kind annotate (see retort annotate)", t->name);
  else if (r == 0 && p.kind == PROMPTY_GENERATE && call_given(c, "filter"))
    r = err_set(e, ERR_INPUT, "option '--filter' is for templates of kind rewrite; '%s' makes texts from nothing",
                t->name);
  for (size_t i = 0; r == 0 && p.kind == PROMPTY_REWRITE && i < N_OF(generate_only); i++)
    if (call_given(c, generate_only[i]))
      r = err_set(e, ERR_INPUT, "option '--%s' is for templates of kind generate; '%s' rewrites texts",
                  generate_only[i], t->name);
  if (r == 0)
    r = take_aim(c, w, e);
  if (r == 0 && p.kind == PROMPTY_REWRITE)
    r = take_subjects(c, w, e);
  prompty_release(&p);
  return r;
}

static int
take_wishes(struct call *c, struct wishes *w, struct err *e)
{
  *w = (struct wishes){0};
  if (call_given(c, "per-label") && call_given(c, "count"))
    return err_set(e, ERR_INPUT, "either --per-label or --count");
  if (call_given(c, "waste") && !call_flag(c, "top-up") && !call_flag(c, "resume"))
    return err_set(e, ERR_INPUT, "option '--waste' goes with --top-up");
  w->job.o.seeds = (enum seeds_policy)call_number(c, "seeds");   /* --aim knows better where nothing is said */
  if (w->job.o.seeds == SEEDS_HARD && !call_given(c, "aim"))
    return err_set(e, ERR_INPUT, "option '--seeds': what is hard, a student must say (--aim hard)");
  if (names_template_of(c, call_text(c, "template"), PROMPTY_GENERATE, no_template, &w->template, e) < 0
      || job_wishes_take(c, &w->job, e) < 0 || take_labels(c, w, e) < 0 || take_restrictions(c, w, e) < 0
      || take_kind(c, w, e) < 0)
    return -1;
  w->job.o.template_name = w->template.name;
  w->job.o.template_version = w->template.version;
  w->job.o.per_label = (size_t)call_number(c, "per-label");
  w->job.o.count = (size_t)call_number(c, "count");
  w->job.o.top_up = call_flag(c, "top-up");
  w->job.o.waste_max = call_number(c, "waste");
  w->job.o.steer = call_flag(c, "steer");
  return 0;
}

/* ---- the job */

static int
compare_request(const void *id, const void *row)
{
  uint32_t x = *(const uint32_t *)id, y = ((const struct request_row *)row)->id;

  return x < y ? -1 : x > y;
}

/* Accepts what the job kept and nobody has looked at. */
static int
accept_kept(struct call *c, uint32_t job, size_t *accepted, struct err *e)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct change *ch = change_new(CHANGE_SET, "person", "");
  struct request_row *rows;
  struct sample s;
  size_t n;

  if (job_store_requests(c->project, job, -1, false, &rows, &n, e) < 0) {
    change_free(ch);
    return -1;
  }
  for (uint32_t id = 1, count = corpus_count(corpus); id <= count; id++)
    if (corpus_get(corpus, id, &s) && s.status == STATUS_NEW
        && bsearch(&s.request_id, rows, n, sizeof *rows, compare_request)) {
      change_set_status(ch, id, STATUS_ACCEPTED);
      ++*accepted;
    }
  request_rows_free(rows, n);
  change_summarize(ch, "accept %zu samples of job %u", *accepted, job);
  return project_post(c->project, ch, e) < 0 || project_sync(c->project, e) < 0 ? -1 : 0;
}

/* The funnel, and the coverage of its cells. */
static void
print_funnel_json(struct call *c, const struct job *j, struct buf *out)
{
  const struct funnel *f = job_status(j);
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct coverage coverage;

  funnel_json(f, labels, out);
  if (job_left(j)) {
    buf_truncate(out, out->n - 1);
    json_add_field(out, "left", job_says(j));
    buf_addc(out, '}');
  }
  if (coverage_load(&coverage, c->project, f->job_id, NULL) == 0) {
    buf_truncate(out, out->n - 1);
    json_add_key(out, "coverage");
    coverage_json(&coverage, labels, out);
    buf_addc(out, '}');
  }
  coverage_release(&coverage);
}

static void
print_rounds(struct call *c, const struct funnel *f)
{
  struct buf out = BUF_INIT;

  for (size_t i = 0; i < f->n_rounds; i++)
    buf_addf(&out, "%s%u of %u", i ? ", " : "", f->rounds[i].kept, f->rounds[i].wanted);
  if (f->n_rounds > 1)
    print_line(c, "  rounds    %zu: kept %s", f->n_rounds, buf_str(&out));
  buf_release(&out);
}

/* What topping up could not bring is said, and is no full success. */
static int
check_shortage(struct call *c, uint32_t job, struct err *e)
{
  struct shortage first;
  size_t n = call_flag(c, "top-up") ? topup_short(c->project, job, &first, 1, e) : 0;
  char others[60] = "";

  if (n == 0)
    return 0;
  if (n > 1)
    snprintf(others, sizeof others, ", and %zu more label%s lack%s some", n - 1, n == 2 ? "" : "s", n == 2 ? "s" : "");
  return err_set(e, ERR_PARTIAL, "%u of %u texts of '%s' are kept%s: nothing new came, or --waste is reached",
                 first.kept, first.wished, label_name(corpus_labels(project_corpus(c->project)), first.label), others);
}

static void
print_funnel(struct call *c, const struct job *j, size_t accepted)
{
  const struct funnel *f = job_status(j);
  struct buf out = BUF_INIT;

  if (c->json) {
    print_funnel_json(c, j, &out);
    print_json(c, &out);
    buf_release(&out);
    return;
  }
  print_line(c, "job %u: asked for %u texts in %u requests", f->job_id, f->requested, f->n_requests);
  print_line(c, "  requests  %u answered, %u from the file, %u retried, %u failed", f->ok, f->cached, f->retried,
             f->failed);
  print_line(c, "  texts     %u parsed, %u kept, %u dropped", f->parsed, f->kept,
             funnel_n_dropped(f) - f->dropped[DROP_PARSE]);
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (f->dropped[i])
      print_line(c, "    %5u  %s", f->dropped[i], drop_defs[i].help);
  print_rounds(c, f);
  print_usd(&out, f->cost_usd);
  print_line(c, "  cost      %s (%llu tokens in, %llu out)", buf_str(&out), (unsigned long long)f->tokens_in,
             (unsigned long long)f->tokens_out);
  if (call_flag(c, "accept"))
    print_line(c, "  accepted  %zu", accepted);
  else if (f->kept && !c->workbench)
    print_line(c, "next: retort accept %s --filter 'status:new origin:generated'   (or look first: retort list)",
               c->path);
  buf_release(&out);
}

static int
generate(struct call *c, const struct wishes *w, struct err *e)
{
  struct job *j = job_new(c->project, &w->job.o, e);
  size_t accepted = 0;
  struct err why = {0};
  int r;

  if (!j)
    return -1;
  r = job_run(c, j, "generating", e);
  if ((r == 0 || e->code == ERR_PARTIAL) && call_flag(c, "accept") && accept_kept(c, job_id(j), &accepted, &why) < 0) {
    *e = why;
    r = -1;
  }
  if (r == 0 || job_status(j)->ok || job_status(j)->cached)
    print_funnel(c, j, accepted);
  job_say_left(c, j);
  job_say_again(c, j);
  if (r == 0)
    r = job_check_read(j, e);
  if (r == 0 && !job_left(j))
    r = check_shortage(c, job_id(j), e);
  job_free(j);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  struct wishes w;
  int r = take_wishes(c, &w, e);

  if (r == 0)
    r = job_foreseen(c) ? job_foresee(c, &w.job, e) : generate(c, &w, e);
  wishes_release(&w);
  return r;
}

static const struct option options[] = {
  {.name = "template", .type = OPTION_TEMPLATE, .argument = "NAME",
   .summary = "the template (NAME@3: that version); else the only one"},
  {.name = "per-label", .type = OPTION_INT, .min = 0, .max = 1e7, .fallback = "0", .argument = "N",
   .summary = "texts asked for, for each label; 0: once over the template's grid"},
  {.name = "count", .type = OPTION_INT, .min = 0, .max = 1e7, .fallback = "0", .argument = "N",
   .summary = "texts asked for, in all"},
  {.name = "label", .type = OPTION_LABEL, .argument = "LABEL", .many = 1, .summary = "only for this label"},
  {.name = "set", .type = OPTION_TEXT, .argument = "NAME=VALUE", .many = 1,
   .summary = "only with this value of an attribute"},
  {.name = "top-up", .type = OPTION_FLAG,
   .summary = "ask again until so many texts are kept, for each label and attribute value, not only asked for"},
  {.name = "waste", .type = OPTION_REAL, .min = 1, .max = 100, .fallback = "3", .argument = "X",
   .summary = "with --top-up: at most so many texts asked for, for each one wished"},
  {.name = "steer", .type = OPTION_FLAG,
   .summary = "ask in rounds; labels' attribute values of low yield or low diversity get more of the next requests"},
  {.name = "seeds", .type = OPTION_CHOICE, .choices = "random|balanced|similar|hard", .fallback = "random",
   .argument = "HOW",
   .summary = "which texts stand in prompts as seeds: of the label, of all labels in turn, alike, hard"},
  {.name = "accept", .type = OPTION_FLAG, .summary = "accept what is kept, without a person looking at it"},
  {.name = "filter", .type = OPTION_FILTER, .argument = "QUERY",
   .summary = "templates of kind rewrite: the texts that new ones are made of"},
  {.name = "aim", .type = OPTION_TEXT, .argument = "WHAT",
   .summary = "at what a student finds hard: hard, or confused:A,B for texts of two labels that it confuses"},
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "of --aim: the student; else the newest"},
  JOB_OPTIONS,
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort generate tickets.retort --dry-run", "what would it cost?"},
  {"retort generate tickets.retort --per-label 20 --probe", "five requests of it, and what the rest would take"},
  {"retort generate tickets.retort --per-label 20 --resume --top-up", "goes on until 20 texts of each label are kept"},
  {"retort generate tickets.retort --per-label 20 --accept", "20 texts for each label, accepted as they come"},
  {"retort generate tickets.retort --resume --json", "goes on with it if it was stopped; the figures as JSON"},
  {NULL, NULL},
};

const struct command command_generate = {
  .name = "generate",
  .arguments = "PROJECT",
  .summary = "has a teacher write samples",
  .text =
    "Renders the template for each label and each combination of its attribute values, sends the requests, and puts "
    "the texts of the replies into the corpus: split train, origin generated, status new. Dropped on the way are "
    "texts that stand in the corpus or (nearly) in the test split, and what is too short or too long; a reply that "
    "cannot be read is kept as it is, with the reason.\n\n"
    "Every request stands in the project before it is sent, and every reply before it is read: a job that was stopped "
    "or killed goes on with --resume, and a request that was answered once is never sent again.\n\n"
    "With --batch the requests are handed in as files of the endpoint's Batch API (OpenAI, Azure and who speaks as "
    "they do), at half of the price, answered within a day. The command ends when all is handed in; the same with "
    "--resume asks how it stands, brings in what is done, and ends again; with --wait it stays until all is there. "
    "Wherever it is killed, nothing is handed in twice. What a batch did not do (it expired, a line failed) is handed "
    "in again by the next --resume.\n\n"
    "Each request bears an Idempotency-Key, the same until its reply is in the project: an endpoint that honours it "
    "bills a reply once that was under way when the program was killed. Where it does not, that reply is paid for and "
    "asked for again; it can be as many as were in flight.\n\n"
    "Before: --dry-run says how many requests, tokens and dollars it would be, each with an interval, and the most "
    "that it can cost. It goes by the lengths of replies that this template had before (95 % intervals), else by the "
    "texts of the corpus (as short, or as long, as the shortest and longest twentieth of them). --probe sends the "
    "first five requests of the job, says what the rest would take, and stops; --resume goes on, and the five are not "
    "sent again. Where no price is known it says so: tokens, requests and time can be limited all the same.\n\n"
    "--per-label and --count are texts asked for; with --top-up they are texts kept. After each round labels, and "
    "attribute values of a label, that lack texts are asked for again, as often as what was kept so far makes likely, "
    "with combinations of values that were not used yet or with new sample numbers. It ends when nothing is lacking "
    "but less than half of what a request brings, when the last two requests of an attribute value brought nothing "
    "(then the other values make up for it), or when --waste times the wished number was asked for. What is lacking "
    "then is said, with exit status 3. What an earlier job asked already is answered from the file and counts for "
    "nothing: a second job of the same wish brings as many texts again. A job that is done can be topped up later: "
    "--resume --top-up.\n\n"
    "With --steer half of each label's requests are made as planned, and the rest in rounds, dealt to the values of "
    "each attribute by what is missing until each text asked for brings something new: 1 - yield × diversity, where "
    "yield is kept by asked for, and diversity is distinct-2 of the newest 16 texts, times the share of texts that "
    "doubled no other. Labels keep their numbers.\n\n"
    "--seeds says which texts a template that shows `seeds` gets, accepted ones and seeds of the split train only: "
    "random ones of the label; balanced: of all labels in turn, the prompt's own first; similar: one that shares words "
    "with the prompt's attribute values and those that are most like it; hard: those that the student finds hard "
    "(--aim). A template can also show `avoid`: openings that come back too often, and the newest texts of the same "
    "cell.\n\n"
    "The JSON has the funnel: requested, answered, parsed, kept, dropped by reason, requests, tokens, cost_usd, the "
    "same by label in labels; rounds (requests, texts requested and kept of each); and coverage: for each label, and "
    "for each attribute each label × value, the requests made and failed, the texts asked for, answered, kept and "
    "dropped, near-duplicates among the dropped, and those that a person accepted or rejected. That of --dry-run and "
    "--probe has requests, cached (answered already), requests_bound (with --top-up), texts, tokens, cost_usd, "
    "cost_bound_usd and tokens_bound (null: no bound), interval (tokens_in, tokens_out, cost_usd as [low, high], and "
    "the replies that they go by), yield (of earlier jobs of the template), and job (that would be gone on with).\n\n"
    "A template of kind rewrite makes new texts of those that --filter chooses: paraphrases, the same in another "
    "style, or, where the template says `target: other` (or --label is given), texts of another label. Each new sample "
    "has the one it was made of as its parent. Test and validation texts are never rewritten. Without --per-label and "
    "--count each text is taken once. Four templates come with retort: retort template PROJECT set --builtin NAME.\n\n"
    "With --aim hard more is asked for of what a student (--run) finds hard: each training text is judged by a student "
    "that learned from the others, validation texts by the run itself, test texts never. Hard is what gets another "
    "label, or its own with a probability below a half. Half of the requests are dealt to the labels evenly, half by "
    "how badly they do, and hard texts stand in the prompts as `seeds`. With --aim confused:A,B it is only the texts "
    "of A that the student calls B and the reverse, and the template has the other label as `rival`. What is aimed at "
    "is printed first. A request that was answered before is not answered from the project then, but asked anew.\n\n"
    "The --budget options hold with everything in flight counted at the most that it can take, over all runs of the "
    "job (the time: of this run; replies that are under way then have a tenth of it, at least 1 s and at most 30 s, to "
    "come in). ^C sends nothing more and waits, at most a minute, for the replies that are paid for; a second ^C gives "
    "them up. A job that fails more than 10 of its last 20 requests, unreadable replies among them, stops by itself; "
    "in the workbench it pauses and says why.\n\n"
    "Several teachers share the requests of each label in proportion; one that cannot be used leaves its part for "
    "--resume. With --fallback the second is asked what the first fails or cannot be asked, as itself: each sample "
    "knows its own teacher, and prices, limits and what was answered before are those of the one who is asked.\n\n"
    "What was generated is not trained on until it is accepted (by retort accept, in the workbench, or at once by "
    "--accept). Exit status 3: a limit is reached, requests failed for good, or topping up fell short; the rest is "
    "done. 1: not one reply can be read.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
