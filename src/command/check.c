/* check and dedupe: what is wrong with a project, and what stands in it twice. */
#include <stdlib.h>

#include "command/print.h"
#include "command/rows.h"
#include "command/select.h"
#include "corpus/neardup.h"
#include "store/check.h"

static int
run_check(struct call *c, struct err *e)
{
  const char *path = c->workbench ? project_path(c->project) : c->path;
  struct check_report report = {0};
  struct buf out = BUF_INIT;
  int r = check_project(path, &report, e);

  if (r == 0 && c->json) {
    buf_addc(&out, '{');
    json_add_field_bool(&out, "ok", report.n == 0);
    json_add_field_int(&out, "samples", (int64_t)report.n_samples);
    json_add_field_int(&out, "changes", (int64_t)report.n_changes);
    json_add_key(&out, "problems");
    buf_addc(&out, '[');
    for (size_t i = 0; i < report.n; i++) {
      json_add_comma(&out);
      json_add_str(&out, report.problems[i]);
    }
    buf_adds(&out, "]}");
    print_json(c, &out);
  } else if (r == 0) {
    for (size_t i = 0; i < report.n; i++)
      print_line(c, "%s", report.problems[i]);
    if (report.n == 0)
      print_line(c, "%s is whole: %zu samples, %zu changes", path, report.n_samples, report.n_changes);
  }
  if (r == 0 && report.n)
    r = err_set(e, ERR_FAIL, "'%s' has %zu fault%s: %s", path, report.n, report.n == 1 ? "" : "s", report.problems[0]);
  check_report_release(&report);
  buf_release(&out);
  return r;
}

static const struct command_example check_examples[] = {
  {"retort check tickets.retort", "says that all is well"},
  {NULL, NULL},
};

const struct command command_check = {
  .name = "check", .arguments = "PROJECT", .summary = "checks the integrity of a project file",
  .text =
    "SQLite's own check, then what retort promises: the log explains each value, and nothing points to what is not "
    "there. Reads only. Exit status 1 if something is wrong.",
  .examples = check_examples, .flags = COMMAND_PROJECT | COMMAND_UNOPENED | COMMAND_LONG | COMMAND_JSON,
  .run = run_check,
};

/* ---- dedupe */

static int
reject_all(struct call *c, const struct neardup_pair *pairs, size_t n, size_t *rejected, struct err *e)
{
  struct change *ch = change_new(CHANGE_SET, "dedupe", "");
  struct sample s;

  for (size_t i = 0; i < n; i++)
    if (corpus_get(project_corpus(c->project), pairs[i].id, &s) && s.status != STATUS_REJECTED) {
      change_set_status(ch, pairs[i].id, STATUS_REJECTED);
      ++*rejected;
    }
  change_summarize(ch, "reject %zu duplicate%s: threshold %g", *rejected, *rejected == 1 ? "" : "s",
                   call_number(c, "threshold"));
  if (call_flag(c, "dry-run")) {
    change_free(ch);
    return 0;
  }
  return project_post(c->project, ch, e) < 0 || project_sync(c->project, e) < 0 ? -1 : 0;
}

static void
dedupe_json(struct call *c, const struct neardup_pair *pairs, size_t n, size_t rejected)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_number(&out, "threshold", call_number(c, "threshold"));
  json_add_field_int(&out, "n", (int64_t)n);
  json_add_field_int(&out, "rejected", call_flag(c, "dry-run") ? 0 : (int64_t)rejected);
  if (call_flag(c, "dry-run"))
    json_add_field_int(&out, "would_change", (int64_t)rejected);
  json_add_key(&out, "duplicates");
  buf_addc(&out, '[');
  for (size_t i = 0; i < n; i++) {
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field_int(&out, "id", pairs[i].id);
    json_add_field_int(&out, "of", pairs[i].of);
    json_add_field_number(&out, "similarity", (double)pairs[i].similarity);
    buf_addc(&out, '}');
  }
  buf_adds(&out, "]}");
  print_json(c, &out);
  buf_release(&out);
}

static void
dedupe_text(struct call *c, const struct neardup_pair *pairs, size_t n, size_t rejected)
{
  struct sample s, of;
  struct grid g;

  grid_init(&g, "id>|of>|similarity>|text|like");
  for (size_t i = 0; i < n; i++) {
    corpus_get(project_corpus(c->project), pairs[i].id, &s);
    corpus_get(project_corpus(c->project), pairs[i].of, &of);
    grid_cell(&g, "%u", s.id);
    grid_cell(&g, "%u", of.id);
    grid_cell(&g, "%.2f", (double)pairs[i].similarity);
    grid_cell_cut(&g, 50, s.text);
    grid_cell_cut(&g, 50, of.text);
  }
  if (n)
    grid_print(&g, c);
  grid_release(&g);
  print_line(c, "%zu duplicate%s%s", n, n == 1 ? "" : "s",
             n && !call_flag(c, "reject") ? " (--reject rejects them)" : "");
  if (rejected)
    print_line(c, "%s %zu", call_flag(c, "dry-run") ? "would reject" : "rejected", rejected);
}

static int
run_dedupe(struct call *c, struct err *e)
{
  const char *filter = call_text(c, "filter");
  struct buf query = BUF_INIT;
  uint32_t *ids = NULL, *against = NULL;
  struct neardup_pair *pairs = NULL;
  size_t n = 0, n_against = 0, n_pairs = 0, rejected = 0;
  int r;

  if (call_given(c, "against"))
    buf_addf(&query, "split:%s", call_text(c, "against"));
  r = select_filter(c, filter ? filter : "not split:test not status:rejected", &ids, &n, e);
  if (r == 0 && query.n)
    r = select_filter(c, buf_str(&query), &against, &n_against, e);
  if (r == 0) {
    n_pairs = neardup_among(project_corpus(c->project), ids, n, against, n_against, call_number(c, "threshold"),
                            &pairs);
    if (call_flag(c, "reject") && n_pairs)
      r = reject_all(c, pairs, n_pairs, &rejected, e);
  }
  if (r == 0 && c->json)
    dedupe_json(c, pairs, n_pairs, rejected);
  else if (r == 0)
    dedupe_text(c, pairs, n_pairs, rejected);
  buf_release(&query);
  free(ids);
  free(against);
  free(pairs);
  return r;
}

static const struct option dedupe_options[] = {
  {.name = "threshold", .type = OPTION_REAL, .min = 0.1, .max = 1, .fallback = "0.8", .argument = "X",
   .summary = "similarity from which a text is a duplicate"},
  SELECT_FILTER_OPTION,
  {.name = "against", .type = OPTION_CHOICE, .choices = "train|valid|test|pool", .argument = "SPLIT",
   .summary = "also texts that stand in this split"},
  {.name = "reject", .type = OPTION_FLAG, .summary = "reject them (one change, can be undone)"},
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "with --reject: only say how many that would be"},
  {.name = NULL},
};
static const struct command_example dedupe_examples[] = {
  {"retort dedupe tickets.retort", "shows what stands in the corpus twice"},
  {"retort dedupe tickets.retort --against test --threshold 0.6 --reject --json",
   "rejects what is too like a test text"},
  {NULL, NULL},
};

const struct command command_dedupe = {
  .name = "dedupe", .arguments = "PROJECT", .summary = "finds texts that stand twice, exactly or nearly",
  .text =
    "Two texts are equal if they are the same but for case and punctuation, and near-duplicates if the sets of their "
    "word triples (of texts of fewer than 8 words: of their character 4-grams) have a Jaccard similarity of at least "
    "the threshold: what they have in common, by all that either has. All pairs found are compared exactly; of pairs "
    "exactly at the threshold up to 2 in 1000 are not looked at. Of two, the later sample is the duplicate. Looked at are all samples that are neither rejected nor test texts, "
    "or those of --filter.",
  .options = dedupe_options, .examples = dedupe_examples,
  .flags = COMMAND_PROJECT | COMMAND_MAY_WRITE | COMMAND_LONG | COMMAND_JSON, .run = run_dedupe,
};
