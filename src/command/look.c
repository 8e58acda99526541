/* list and stats: the corpus as it is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/listing.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/select.h"
#include "generate/coverage.h"
#include "command/votes.h"
#include "corpus/sort.h"
#include "corpus/stats.h"

static int
run_list(struct call *c, struct err *e)
{
  double limit = call_number(c, "limit");
  uint32_t *ids;
  size_t n;
  int r;

  if (select_filter(c, call_text(c, "filter"), &ids, &n, e) < 0)
    return -1;
  r = sort_ids(project_corpus(c->project), call_text(c, "sort"), names_provider(c), ids, n, e);
  if (r == 0)
    r = names_computed(c, e);
  if (limit > 0 && n > (size_t)limit)
    n = (size_t)limit;
  if (r == 0 && call_flag(c, "votes"))
    r = votes_list(c, ids, n, e);
  else if (r == 0 && c->json)
    listing_json(c, ids, n);
  else if (r == 0)
    r = listing_text(c, call_text(c, "columns"), call_text(c, "sort"), ids, n, e);
  free(ids);
  if (r == 0 && stop_wanted(c->stop))
    r = err_set(e, ERR_INTERRUPTED, "interrupted");
  return r;
}

static const struct option list_options[] = {
  SELECT_FILTER_OPTION,
  {.name = "sort", .type = OPTION_TEXT, .argument = "KEY",
   .summary = "in this order (-KEY: the other way round): id, label, words, chars, suspect, ..."},
  {.name = "columns", .type = OPTION_TEXT, .argument = "A,B,C",
   .summary = "what is shown of each: " LISTING_FIELDS ", or signals (suspect, aum, ...)"},
  {.name = "limit", .type = OPTION_INT, .min = 0, .max = CORPUS_MAX, .argument = "N",
   .summary = "the first N only; 0: all"},
  {.name = "votes", .type = OPTION_FLAG, .summary = "what teachers said of them (retort annotate), with their reasons"},
  {.name = NULL},
};

static const struct command_example list_examples[] = {
  {"retort list tickets.retort --filter 'label:returns words>20' --sort -words --limit 5",
   "the longest texts of a label"},
  {"retort list tickets.retort --filter split:test --limit 2 --json", "the same as JSON lines"},
  {"retort list tickets.retort --filter status:new --columns id,label,template,words,text --limit 3", "other columns"},
  {NULL, NULL},
};

const struct command command_list = {
  .name = "list",
  .arguments = "PROJECT",
  .summary = "shows samples",
  .text =
    "A line for each sample that matches the filter; without one, all. With --json each line is an object: id, text, "
    "text2 (pairs), label (or labels), split, origin, status, and where they are known template, teacher, attributes, "
    "request, parent; then the signals that it has (retort signals, retort train): suspect, suggested and so on. The table "
    "shows what --columns says; without it id, label, status, origin, split and text, and in an order by a signal its "
    "value and the suggested label. With --votes a line for each time that a teacher labelled one of them: its label (-: none of the "
    "project's), how likely it was where the teacher said so (p), and the reason; as JSON in the member votes of each "
    "sample.",
  .options = list_options,
  .examples = list_examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_list,
};

/* ---- stats */

static void
add_counts(struct buf *out, const char *key, const char *const *names, const uint32_t *counts, size_t n)
{
  json_add_key(out, key);
  buf_addc(out, '{');
  for (size_t i = 0; i < n; i++)
    json_add_field_int(out, names[i], counts[i]);
  buf_addc(out, '}');
}

/* Of all jobs, whatever the filter: what was asked for is not in the corpus. */
static void
add_coverage(struct call *c, struct buf *out)
{
  struct coverage coverage;

  json_add_key(out, "coverage");
  if (coverage_load(&coverage, c->project, 0, NULL) == 0)
    coverage_json(&coverage, corpus_labels(project_corpus(c->project)), out);
  else
    buf_adds(out, "null");
  coverage_release(&coverage);
}

static void
stats_json(struct call *c, const struct stats *s)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "n", s->n);
  add_counts(&out, "status", status_names, s->status, N_STATUSES);
  add_counts(&out, "split", split_names, s->split, N_SPLITS);
  add_counts(&out, "origin", origin_names, s->origin, N_ORIGINS);
  json_add_key(&out, "labels");
  buf_addc(&out, '[');
  for (size_t i = 0; i < s->n_labels; i++) {
    const struct stats_label *l = &s->labels[i];

    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "label", l->label == LABEL_NONE ? NULL : label_name(labels, l->label));
    json_add_field_int(&out, "n", l->n);
    for (int k = 0; k < N_STATUSES; k++)
      json_add_field_int(&out, status_names[k], l->status[k]);
    json_add_field_number(&out, "words_mean", l->words_mean);
    buf_addc(&out, '}');
  }
  buf_addc(&out, ']');
  json_add_key(&out, "words");
  buf_addc(&out, '{');
  json_add_field_number(&out, "mean", s->words_mean);
  json_add_field_number(&out, "sd", s->words_sd);
  json_add_field_int(&out, "min", s->words_min);
  json_add_field_int(&out, "median", s->words_median);
  json_add_field_int(&out, "max", s->words_max);
  json_add_field_int(&out, "total", (int64_t)s->n_words);
  json_add_field_int(&out, "different", s->diversity.vocabulary);
  buf_addc(&out, '}');
  json_add_key(&out, "chars");
  buf_addc(&out, '{');
  json_add_field_number(&out, "mean", s->chars_mean);
  json_add_field_int(&out, "min", s->chars_min);
  json_add_field_int(&out, "max", s->chars_max);
  buf_addc(&out, '}');
  json_add_field_number(&out, "distinct1", s->diversity.distinct_1);
  json_add_field_number(&out, "distinct2", s->diversity.distinct_2);
  json_add_field_number(&out, "self_similarity", s->diversity.self_similarity);
  json_add_field_number(&out, "growth", s->diversity.growth);
  json_add_key(&out, "openings");
  buf_addc(&out, '[');
  for (size_t i = 0; i < s->n_openings; i++) {
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "words", s->openings[i].words);
    json_add_field_int(&out, "n", s->openings[i].n);
    buf_addc(&out, '}');
  }
  buf_addc(&out, ']');
  add_coverage(c, &out);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
print_counts(struct call *c, const char *what, const char *const *names, const uint32_t *counts, size_t n)
{
  struct buf line = BUF_INIT;

  for (size_t i = 0; i < n; i++)
    if (counts[i])
      buf_addf(&line, "%s%s %u", line.n ? ", " : "", names[i], counts[i]);
  print_line(c, "%-8s %s", what, line.n ? buf_str(&line) : "-");
  buf_release(&line);
}

static void
stats_text(struct call *c, const struct stats *s)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct grid g;

  print_line(c, "%-8s %u", "samples", s->n);
  print_counts(c, "status", status_names, s->status, N_STATUSES);
  print_counts(c, "split", split_names, s->split, N_SPLITS);
  print_counts(c, "origin", origin_names, s->origin, N_ORIGINS);
  print_line(c, "%-8s %.1f a text (sd %.1f, %u to %u, median %u); %" PRIu64 " in all, %u different", "words",
             s->words_mean, s->words_sd, s->words_min, s->words_max, s->words_median, s->n_words,
             s->diversity.vocabulary);
  print_line(c, "%-8s %.1f a text (%u to %u)", "chars", s->chars_mean, s->chars_min, s->chars_max);
  print_line(c, "%-8s distinct-1 %.3f, distinct-2 %.3f; self-similarity %.3f; %.1f new words a text", "variety",
             s->diversity.distinct_1, s->diversity.distinct_2, s->diversity.self_similarity, s->diversity.growth);
  fputc('\n', c->out);
  grid_init(&g, "label|n>|new>|accepted>|rejected>|words>");
  for (size_t i = 0; i < s->n_labels; i++) {
    const struct stats_label *l = &s->labels[i];

    grid_cell(&g, "%s", l->label == LABEL_NONE ? "(none)" : label_name(labels, l->label));
    grid_cell(&g, "%u", l->n);
    for (int k = 0; k < N_STATUSES; k++)
      grid_cell(&g, "%u", l->status[k]);
    grid_cell(&g, "%.1f", l->words_mean);
  }
  grid_print(&g, c);
  grid_release(&g);
  if (s->n_openings) {
    fputc('\n', c->out);
    grid_init(&g, "n>|opening words most repeated");
    for (size_t i = 0; i < s->n_openings; i++) {
      grid_cell(&g, "%u", s->openings[i].n);
      grid_cell(&g, "%s", s->openings[i].words);
    }
    grid_print(&g, c);
    grid_release(&g);
  }
}

static int
run_stats(struct call *c, struct err *e)
{
  struct stats s;
  uint32_t *ids;
  size_t n;

  if (select_filter(c, call_text(c, "filter"), &ids, &n, e) < 0)
    return -1;
  stats_run(project_corpus(c->project), ids, n, &s);
  if (c->json)
    stats_json(c, &s);
  else
    stats_text(c, &s);
  stats_release(&s);
  free(ids);
  return 0;
}

static const struct option stats_options[] = {SELECT_FILTER_OPTION, {.name = NULL}};

static const struct command_example stats_examples[] = {
  {"retort stats tickets.retort", "the whole corpus"},
  {"retort stats tickets.retort --filter origin:generated --json", "what the teacher wrote, as JSON"},
  {NULL, NULL},
};

const struct command command_stats = {
  .name = "stats",
  .arguments = "PROJECT",
  .summary = "counts, lengths and diversity of the corpus",
  .text =
    "Counts by status, split, origin and label; lengths in words and characters; and how varied the texts are: "
    "distinct-1 and distinct-2 (different words, and different pairs of neighbouring words, by all of them: the lower, "
    "the more the texts repeat themselves; both fall as a set grows, so compare sets of the same size); self-similarity "
    "(the share of words that two texts drawn at random have in common, 0 to 1, the mean over a sample of 128 texts; "
    "it does not depend on the size); how many words that were not seen before each of the last 100 texts brought; and "
    "the opening words (the first three) most repeated. Words are compared without case and punctuation.\n\n"
    "The JSON has coverage besides: how all jobs filled the grids of their templates, label × attribute value (see retort "
    "help generate); it does not depend on --filter.",
  .options = stats_options,
  .examples = stats_examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_stats,
};
