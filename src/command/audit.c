/* curate: what the person's decisions came to and how fast they went; with --audit, how far they agree. */
#include <math.h>
#include <stdlib.h>

#include "command/answers.h"
#include "command/print.h"
#include "command/rows.h"
#include "curate/audit.h"
#include "curate/pace.h"

/* ---- pace ---- */

static void
pace_json(struct call *c, const struct pace *pace)
{
  const struct {
    const char *name;
    size_t n;
  } counts[] = {
    {"decisions", pace->decisions}, {"accepted", pace->accepted}, {"rejected", pace->rejected},
    {"relabelled", pace->relabelled}, {"edited", pace->edited}, {"bulk", pace->bulk},
    {"bulk_samples", pace->bulk_samples}, {"undone", pace->undone}, {"sittings", pace->sittings},
  };
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  for (size_t i = 0; i < N_OF(counts); i++)
    json_add_field_int(&out, counts[i].name, (int64_t)counts[i].n);
  json_add_field_number(&out, "minutes", pace->minutes);
  json_add_field_number(&out, "per_minute", pace->per_minute);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static int
show_pace(struct call *c, struct err *e)
{
  struct pace pace;

  if (pace_of(c->project, &pace, e) < 0)
    return -1;
  if (c->json) {
    pace_json(c, &pace);
    return 0;
  }
  print_line(c, "%zu decision%s one by one: %zu accepted, %zu rejected, %zu relabelled; %zu texts edited",
             pace.decisions, pace.decisions == 1 ? "" : "s", pace.accepted, pace.rejected, pace.relabelled,
             pace.edited);
  print_line(c, "%zu change%s of many samples at once (%zu samples), %zu taken back", pace.bulk,
             pace.bulk == 1 ? "" : "s", pace.bulk_samples, pace.undone);
  if (isnan(pace.per_minute))
    print_line(c, "no time to speak of passed between them");
  else
    print_line(c, "%.1f minutes in %zu sitting%s: %.1f decisions a minute", pace.minutes, pace.sittings,
               pace.sittings == 1 ? "" : "s", pace.per_minute);
  return 0;
}

/* ---- what is to be judged again ---- */

static void
add_labels(struct call *c, struct buf *out, const char *name, const struct judgement *j)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));

  if (corpus_task(project_corpus(c->project)) != TASK_MULTILABEL) {
    json_add_field(out, name, j->n_labels ? label_name(labels, j->labels[0]) : NULL);
    return;
  }
  json_add_key(out, name);
  buf_addc(out, '[');
  for (uint32_t i = 0; i < j->n_labels; i++) {
    json_add_comma(out);
    json_add_str(out, label_name(labels, j->labels[i]));
  }
  buf_addc(out, ']');
}

static const char *
labels_name(const struct call *c)
{
  return corpus_task(project_corpus(c->project)) == TASK_MULTILABEL ? "labels" : "label";
}

static void
item_json(struct call *c, const struct audit_item *item, const struct sample *s)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "id", item->sample);
  json_add_key(&out, "text");
  json_add_string(&out, s->text, s->n_text);
  if (s->text2) {
    json_add_key(&out, "text2");
    json_add_string(&out, s->text2, s->n_text2);
  }
  add_labels(c, &out, labels_name(c), &item->came);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static int
pick(struct call *c, struct audit_pass *pass, struct err *e)
{
  return audit_pick(c->project, call_number(c, "share"), (uint64_t)call_number(c, "seed"), pass, e);
}

static int
show_items(struct call *c, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct audit_pass pass;
  struct buf names = BUF_INIT;
  struct sample s;
  struct grid g;

  if (pick(c, &pass, e) < 0)
    return -1;
  grid_init(&g, "id>|label|text");
  for (size_t i = 0; i < pass.n && !print_broken(c); i++) {
    if (!corpus_get(project_corpus(c->project), pass.items[i].sample, &s))
      continue;
    if (c->json)
      item_json(c, &pass.items[i], &s);
    buf_clear(&names);
    labels_join(&names, labels, pass.items[i].came.labels, pass.items[i].came.n_labels, ", ");
    grid_cell(&g, "%u", s.id);
    grid_cell(&g, "%s", buf_str(&names));
    grid_cell_cut(&g, 1000, s.text);
  }
  if (!c->json && g.n > g.n_columns)
    grid_print(&g, c);
  else if (!c->json)
    print_line(c, pass.n_decisions ? "nothing is left to be judged again" : "nothing was decided one by one yet");
  grid_release(&g);
  buf_release(&names);
  audit_pass_release(&pass);
  return 0;
}

/* ---- the report ---- */

static const char *
name_of(struct call *c, uint16_t label)
{
  return label == LABEL_NONE ? "rejected" : label_name(corpus_labels(project_corpus(c->project)), label);
}

/* Cicchetti and Feinstein 1990: of all that either pass called so, how much both did. */
static double
specific(const struct audit_label *l)
{
  return 2.0 * (double)l->both / (double)(l->first + l->second);
}

static void
add_interval(struct buf *out, const char *name, struct interval i)
{
  json_add_key(out, name);
  buf_addc(out, '[');
  json_add_number(out, i.lo);
  buf_addc(out, ',');
  json_add_number(out, i.hi);
  buf_addc(out, ']');
}

static void
add_judgement(struct call *c, struct buf *out, const char *name, const struct judgement *j)
{
  json_add_key(out, name);
  buf_addc(out, '{');
  json_add_field(out, "status", status_name(j->status));
  add_labels(c, out, labels_name(c), j);
  buf_addc(out, '}');
}

static void
add_difference(struct call *c, struct buf *out, const struct audit_difference *d)
{
  struct sample s;

  corpus_get(project_corpus(c->project), d->sample, &s);
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field_int(out, "id", d->sample);
  json_add_key(out, "text");
  json_add_string(out, s.text, s.n_text);
  if (s.text2) {
    json_add_key(out, "text2");
    json_add_string(out, s.text2, s.n_text2);
  }
  add_judgement(c, out, "first", &d->first);
  add_judgement(c, out, "second", &d->second);
  buf_addc(out, '}');
}

static void
report_json(struct call *c, const struct audit_pass *pass, const struct audit_report *r, size_t taken)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "decisions", (int64_t)pass->n_decisions);
  json_add_field_int(&out, "picked", (int64_t)pass->n_picked);
  json_add_field_int(&out, "left", (int64_t)pass->n);
  json_add_field_int(&out, "taken", (int64_t)taken);
  json_add_field_int(&out, "answered", (int64_t)r->agreement.n);
  json_add_field_number(&out, "agreement", r->agreement.share);
  add_interval(&out, "agreement_ci95", r->agreement.share_ci);
  json_add_field_number(&out, "kappa", r->agreement.kappa);
  add_interval(&out, "kappa_ci95", r->agreement.kappa_ci);
  json_add_key(&out, "per_label");
  buf_addc(&out, '[');
  for (size_t i = 0; i < r->n_labels; i++) {
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "label", name_of(c, r->labels[i].label));
    json_add_field_int(&out, "first", (int64_t)r->labels[i].first);
    json_add_field_int(&out, "second", (int64_t)r->labels[i].second);
    json_add_field_int(&out, "both", (int64_t)r->labels[i].both);
    json_add_field_number(&out, "agreement", specific(&r->labels[i]));
    buf_addc(&out, '}');
  }
  buf_addc(&out, ']');
  json_add_key(&out, "differences");
  buf_addc(&out, '[');
  for (size_t i = 0; i < r->n_differences; i++)
    add_difference(c, &out, &r->differences[i]);
  buf_adds(&out, "]}");
  print_json(c, &out);
  buf_release(&out);
}

static void
judgement_cell(struct call *c, struct grid *g, const struct judgement *j)
{
  struct buf b = BUF_INIT;

  if (j->status == STATUS_REJECTED)
    buf_adds(&b, "rejected");
  else if (!j->n_labels)
    buf_adds(&b, "no label");
  else
    labels_join(&b, corpus_labels(project_corpus(c->project)), j->labels, j->n_labels, ", ");
  grid_cell(g, "%s", buf_str(&b));
  buf_release(&b);
}

static void
report_tables(struct call *c, const struct audit_report *r)
{
  struct grid g;
  struct sample s;

  grid_init(&g, "label|first>|second>|both>|agreement>");
  for (size_t i = 0; i < r->n_labels; i++) {
    grid_cell(&g, "%s", name_of(c, r->labels[i].label));
    grid_cell(&g, "%zu", r->labels[i].first);
    grid_cell(&g, "%zu", r->labels[i].second);
    grid_cell(&g, "%zu", r->labels[i].both);
    grid_cell(&g, "%.2f", specific(&r->labels[i]));
  }
  grid_print(&g, c);
  grid_release(&g);
  if (!r->n_differences)
    return;
  print_line(c, "%s", "");
  grid_init(&g, "id>|first|second|text");
  for (size_t i = 0; i < r->n_differences; i++) {
    corpus_get(project_corpus(c->project), r->differences[i].sample, &s);
    grid_cell(&g, "%u", s.id);
    judgement_cell(c, &g, &r->differences[i].first);
    judgement_cell(c, &g, &r->differences[i].second);
    grid_cell_cut(&g, 1000, s.text);
  }
  grid_print(&g, c);
  grid_release(&g);
}

static void
report_text(struct call *c, const struct audit_pass *pass, const struct audit_report *r)
{
  const struct agreement *a = &r->agreement;

  print_line(c, "%zu samples decided one by one, %zu of them picked, %zu left to be judged again (key A in Curate, or "
                "--list)", pass->n_decisions, pass->n_picked, pass->n);
  if (!a->n)
    return;
  print_line(c, "%zu judged twice: the same %.1f %% of the time (%.1f to %.1f)", a->n, 100 * a->share,
             100 * a->share_ci.lo, 100 * a->share_ci.hi);
  if (!isnan(a->kappa))
    print_line(c, "Cohen's kappa %.2f (%.2f to %.2f)", a->kappa, a->kappa_ci.lo, a->kappa_ci.hi);
  report_tables(c, r);
}

static int
show_report(struct call *c, size_t taken, struct err *e)
{
  struct audit_pass pass;
  struct audit_report report;
  int r = pick(c, &pass, e);

  if (r < 0)
    return -1;
  r = audit_report(c->project, &report, e);
  if (r == 0 && c->json)
    report_json(c, &pass, &report, taken);
  else if (r == 0)
    report_text(c, &pass, &report);
  audit_report_release(&report);
  audit_pass_release(&pass);
  return r;
}

static int
run_curate(struct call *c, struct err *e)
{
  bool answers = call_given(c, "answer") || call_given(c, "answers");
  size_t taken = 0;

  if (!call_flag(c, "audit") && (answers || call_flag(c, "list")))
    return err_set(e, ERR_INPUT, "--list, --answer and --answers go with --audit");
  if (!call_flag(c, "audit"))
    return show_pace(c, e);
  if (answers && call_flag(c, "list"))
    return err_set(e, ERR_INPUT, "'curate --audit' takes either --list or answers");
  if (call_flag(c, "list"))
    return show_items(c, e);
  return answers_take(c, &taken, e) < 0 ? -1 : show_report(c, taken, e);
}

static const struct option options[] = {
  {.name = "audit", .type = OPTION_FLAG,
   .summary = "a second look at a random part of the decisions: how far they agree"},
  {.name = "list", .type = OPTION_FLAG, .summary = "what is to be judged again, without what was decided"},
  {.name = "answer", .type = OPTION_TEXT, .argument = "N=ANSWER", .many = 1,
   .summary = "what is said of sample N this time: accept, reject or a label"},
  {.name = "answers", .type = OPTION_FILE, .argument = "FILE", .summary = "answers as JSON lines; - is standard input"},
  {.name = "share", .type = OPTION_REAL, .min = 0, .max = 1, .fallback = "0.05", .argument = "X",
   .summary = "so much of the decisions is picked"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740991.0, .fallback = "1", .argument = "N",
   .summary = "of chance"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort curate tickets.retort", "decisions, and how many a minute"},
  {"retort curate tickets.retort --audit --list --json", "what to judge again"},
  {"retort curate tickets.retort --audit --answer 7=accept", "an answer, and how far all answers agree"},
  {NULL, NULL},
};

const struct command command_curate = {
  .name = "curate", .arguments = "PROJECT", .summary = "what a person's decisions came to, and how far they agree",
  .text =
    "Without --audit: how many samples a person decided about one by one, and how long it took. Time is what lies "
    "between two things that the log says a person did; gaps of more than two minutes are pauses and do not count. "
    "Decisions that were undone count for nothing but the time.\n\n"
    "With --audit: nobody is sure of every text. A random part of the samples that were decided about one by one is "
    "shown a second time as it came, without the decision (--list; key A in Curate), and the answers are compared with "
    "what was decided: how often they are the same, Cohen's kappa (1 is full agreement, 0 what chance would give), for "
    "each label how many texts got it first, second and both times (agreement: 2 both / (first + second)), and the "
    "texts that were judged differently. That is the best that a student trained on these decisions can be expected to "
    "agree with them. An answer changes no sample. A rejected sample counts as such, any other by its labels.\n\n"
    "--answer 12=accept means: as it came; 12=LABEL: that label. --answers takes JSON lines: {\"id\": 12, \"answer\": "
    "\"accept\" or \"reject\"}, or {\"id\": 12, \"label\": LABEL} (\"labels\": [...] for several).\n\n"
    "JSON: {\"decisions\", \"accepted\", \"rejected\", \"relabelled\", \"edited\", \"bulk\", \"bulk_samples\", "
    "\"undone\", \"sittings\", \"minutes\", \"per_minute\"}; --audit: {\"decisions\", \"picked\", \"left\", \"taken\", "
    "\"answered\", \"agreement\", \"agreement_ci95\", \"kappa\", \"kappa_ci95\", "
    "\"per_label\": [{\"label\", \"first\", \"second\", \"both\", \"agreement\"}], "
    "\"differences\": [{\"id\", \"text\", \"first\", \"second\"}]}; "
    "--list: a line each, {\"id\", \"text\", \"label\"}.",
  .options = options, .examples = examples, .flags = COMMAND_PROJECT | COMMAND_MAY_WRITE | COMMAND_JSON,
  .run = run_curate,
};
