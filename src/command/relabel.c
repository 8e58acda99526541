/* relabel: the labels of samples: a whole new set, one more or one less of several, or what the students suggest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/bulk.h"
#include "command/names.h"
#include "command/rows.h"
#include "corpus/filter.h"

/* Ascending, each once. */
struct label_set {
  size_t n;
  uint16_t ids[LABEL_MAX];
};

/* What is asked for. */
struct asked {
  struct label_set to, add, remove;
  struct column suggested;       /* labels; without values: not asked for */
};

static void
set_add(struct label_set *set, uint16_t label)
{
  size_t i = set->n;

  for (size_t k = 0; k < set->n; k++)
    if (set->ids[k] == label)
      return;
  for (; i > 0 && set->ids[i - 1] > label; i--)
    set->ids[i] = set->ids[i - 1];
  set->ids[i] = label;
  set->n++;
}

static void
set_remove(struct label_set *set, uint16_t label)
{
  size_t kept = 0;

  for (size_t i = 0; i < set->n; i++)
    if (set->ids[i] != label)
      set->ids[kept++] = set->ids[i];
  set->n = kept;
}

/* The labels of an option, "" being none. */
static int
take_labels(struct call *c, const char *option, struct label_set *set, struct err *e)
{
  const char *name;
  uint16_t label;

  for (size_t i = 0; (name = call_each(c, option, i)); i++) {
    size_t before = set->n;

    if (!*name)
      continue;
    if (names_label(c, name, &label, e) < 0)
      return -1;
    set_add(set, label);
    if (set->n == before)
      return err_set(e, ERR_INPUT, "the same label twice");
  }
  return 0;
}

/* Exactly one of the ways to say what the labels shall be. */
static int
check_ways(struct call *c, struct err *e)
{
  bool several = corpus_task(project_corpus(c->project)) == TASK_MULTILABEL;
  bool to = call_given(c, "to"), part = call_given(c, "add") || call_given(c, "remove");
  int ways = to + part + call_flag(c, "suggested");

  if (ways == 0)
    return err_set(e, ERR_INPUT, "'relabel' needs --to LABEL (--to '' takes the label away)");
  if (ways > 1)
    return err_set(e, ERR_INPUT, "'relabel' takes either --to, or --add and --remove, or --suggested");
  if (part && !several)
    return err_set(e, ERR_INPUT, "'--add' and '--remove' are for samples of several labels (--to LABEL gives another)");
  return 0;
}

static int
take_suggestions(struct call *c, struct asked *a, struct err *e)
{
  const struct filter_provider *provider = names_provider(c);

  if (!provider->get(provider->arg, "suggested", &a->suggested) || !a->suggested.values)
    return err_set(e, ERR_INPUT, "no student has suggested labels yet (retort signals %s)", project_path(c->project));
  return 0;
}

static int
take(struct call *c, struct asked *a, struct err *e)
{
  a->to.n = a->add.n = a->remove.n = 0;
  a->suggested = (struct column){.values = NULL};
  if (check_ways(c, e) < 0 || take_labels(c, "to", &a->to, e) < 0 || take_labels(c, "add", &a->add, e) < 0 ||
      take_labels(c, "remove", &a->remove, e) < 0 || (call_flag(c, "suggested") && take_suggestions(c, a, e) < 0))
    return -1;
  if (a->to.n > 1 && corpus_task(project_corpus(c->project)) != TASK_MULTILABEL)
    return err_set(e, ERR_INPUT, "the project's task takes one label a sample");
  return 0;
}

/* The labels that the sample shall have. A suggestion is one label: among several it is one more. */
static void
wanted(struct call *c, const struct asked *a, const struct sample *s, struct label_set *set)
{
  bool several = corpus_task(project_corpus(c->project)) == TASK_MULTILABEL;
  const uint16_t *from = call_given(c, "to") ? a->to.ids : s->labels;

  set->n = call_given(c, "to") ? a->to.n : s->n_labels;
  memcpy(set->ids, from, set->n * sizeof *from);
  if (a->suggested.values) {
    float label = s->id <= a->suggested.n ? a->suggested.values[s->id - 1] : NAN;

    if (!(label >= 0 && label < (float)labels_count(corpus_labels(project_corpus(c->project)))))
      return;
    if (!several)
      set->n = 0;
    set_add(set, (uint16_t)label);
  }
  for (size_t i = 0; i < a->remove.n; i++)
    set_remove(set, a->remove.ids[i]);
  for (size_t i = 0; i < a->add.n; i++)
    set_add(set, a->add.ids[i]);
}

/* "a, b", "as suggested", "+a -b": what the log says. */
static void
describe(struct call *c, const struct asked *a, struct buf *out)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));

  if (a->suggested.values)
    buf_adds(out, "what students suggest");
  else if (call_given(c, "to") && !a->to.n)
    buf_adds(out, "no label");
  labels_join(out, labels, a->to.ids, a->to.n, ", ");
  for (size_t i = 0; i < a->add.n; i++)
    buf_addf(out, "%s+%s", out->n ? " " : "", label_name(labels, a->add.ids[i]));
  for (size_t i = 0; i < a->remove.n; i++)
    buf_addf(out, "%s-%s", out->n ? " " : "", label_name(labels, a->remove.ids[i]));
}

/* Adds the rows of the samples that change; their number. */
static size_t
fill(struct call *c, const struct asked *a, const uint32_t *ids, size_t n, struct change *ch)
{
  struct label_set *set = arena_alloc(&c->arena, sizeof *set);
  struct sample s;
  size_t changed = 0;

  for (size_t i = 0; i < n; i++) {
    if (!corpus_get(project_corpus(c->project), ids[i], &s))
      continue;
    wanted(c, a, &s, set);
    if (s.n_labels == set->n && (set->n == 0 || !memcmp(s.labels, set->ids, set->n * sizeof *set->ids)))
      continue;
    change_set_labels(ch, ids[i], set->ids, set->n);
    changed++;
  }
  return changed;
}

static int
run_relabel(struct call *c, struct err *e)
{
  struct asked *a = arena_alloc(&c->arena, sizeof *a);
  struct buf what = BUF_INIT;
  uint32_t *ids = NULL;
  size_t n = 0;
  int r = take(c, a, e);

  if (r == 0)
    r = select_samples(c, &ids, &n, e);
  if (r == 0) {
    struct change *ch = change_new(CHANGE_SET, "person", "");
    size_t changed = fill(c, a, ids, n, ch);

    describe(c, a, &what);
    r = bulk_finish(c, ch, changed, buf_str(&what), e);
  }
  free(ids);
  buf_release(&what);
  return r;
}

static const struct option relabel_options[] = {
  {.name = "to", .type = OPTION_LABEL, .argument = "LABEL", .many = 1, .summary = "the new label; '' for none"},
  {.name = "add", .type = OPTION_LABEL, .argument = "LABEL", .many = 1, .summary = "one label more (multilabel)"},
  {.name = "remove", .type = OPTION_LABEL, .argument = "LABEL", .many = 1, .summary = "one label less (multilabel)"},
  {.name = "suggested", .type = OPTION_FLAG, .summary = "the label that the students of 'retort signals' suggest"},
  BULK_OPTIONS,
};
static const struct command_example relabel_examples[] = {
  {"retort relabel tickets.retort --id 12 --to shipping", "one sample"},
  {NULL, NULL},
};

const struct command command_relabel = {
  .name = "relabel", .arguments = "PROJECT [N...]", .summary = "gives samples another label",
  .text =
    "In a multilabel project --to is given once for each label of the new set, while --add and --remove leave the "
    "other labels as they are. --suggested gives each sample the label that students suggest who did not learn from "
    "it (see retort help signals); in a multilabel project it is one label more. Samples without a suggestion stay as "
    "they are.\n\n" BULK_TEXT,
  .options = relabel_options, .examples = relabel_examples, .flags = BULK_FLAGS, .run = run_relabel,
};
