/* accept, reject, relabel, edit, split: changes of samples, each one change record. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/select.h"

/* Posts the change, waits until it is on disk (the workbench does not wait: memory has it, the store writes behind and
 * tells if it cannot), and says how many samples it changed. */
static int
finish(struct call *c, struct change *ch, size_t changed, struct err *e)
{
  if (changed == 0) {
    change_free(ch);
  } else if (project_post(c->project, ch, e) < 0 || (!c->workbench && project_sync(c->project, e) < 0)) {
    return -1;
  }
  if (c->json)
    fprintf(c->out, "{\"changed\":%zu}\n", changed);
  else
    print_line(c, "changed %zu sample%s", changed, changed == 1 ? "" : "s");
  return 0;
}

static struct change *
begin(struct call *c, size_t changed, const char *what)
{
  struct change *ch = change_new(CHANGE_SET, "person", "");

  if (what)
    change_summarize(ch, "%s %zu sample%s to %s", c->command->name, changed, changed == 1 ? "" : "s", what);
  else
    change_summarize(ch, "%s %zu sample%s", c->command->name, changed, changed == 1 ? "" : "s");
  return ch;
}

/* Keeps those of the selected samples for which `same` is false; their number. */
static int
select_different(struct call *c, uint32_t **ids, size_t *n, bool (*same)(const struct sample *s, const void *arg),
                 const void *arg, struct err *e)
{
  struct sample s;
  size_t kept = 0;

  if (select_samples(c, ids, n, e) < 0)
    return -1;
  for (size_t i = 0; i < *n; i++)
    if (corpus_get(project_corpus(c->project), (*ids)[i], &s) && !same(&s, arg))
      (*ids)[kept++] = (*ids)[i];
  *n = kept;
  return 0;
}

static bool
same_status(const struct sample *s, const void *arg)
{
  return s->status == *(const enum status *)arg;
}

static bool
same_split(const struct sample *s, const void *arg)
{
  return s->split == *(const enum split *)arg;
}

static int
run_status(struct call *c, enum status status, struct err *e)
{
  struct change *ch;
  uint32_t *ids;
  size_t n;
  int r;

  if (select_different(c, &ids, &n, same_status, &status, e) < 0)
    return -1;
  ch = begin(c, n, NULL);
  for (size_t i = 0; i < n; i++)
    change_set_status(ch, ids[i], status);
  r = finish(c, ch, n, e);
  free(ids);
  return r;
}

static int
run_accept(struct call *c, struct err *e)
{
  return run_status(c, STATUS_ACCEPTED, e);
}

static int
run_reject(struct call *c, struct err *e)
{
  return run_status(c, STATUS_REJECTED, e);
}

static int
run_split(struct call *c, struct err *e)
{
  enum split split = (enum split)call_number(c, "to");
  struct change *ch;
  uint32_t *ids;
  size_t n;
  int r;

  if (!call_given(c, "to"))
    return err_set(e, ERR_INPUT, "'split' needs --to train, valid, test or pool");
  if (select_different(c, &ids, &n, same_split, &split, e) < 0)
    return -1;
  ch = begin(c, n, split_name(split));
  for (size_t i = 0; i < n; i++)
    change_set_split(ch, ids[i], split);
  r = finish(c, ch, n, e);
  free(ids);
  return r;
}

/* ---- relabel */

struct label_set {
  uint16_t ids[256];
  size_t n;
};

static int
compare_labels(const void *a, const void *b)
{
  return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static bool
same_labels(const struct sample *s, const void *arg)
{
  const struct label_set *set = arg;

  return s->n_labels == set->n && (set->n == 0 || memcmp(s->labels, set->ids, set->n * sizeof *set->ids) == 0);
}

static int
take_labels(struct call *c, struct label_set *set, struct err *e)
{
  const char *name;

  if (!call_given(c, "to"))
    return err_set(e, ERR_INPUT, "'relabel' needs --to LABEL (--to '' takes the label away)");
  for (size_t i = 0; (name = call_each(c, "to", i)); i++) {
    if (!*name)
      continue;
    if (set->n == N_OF(set->ids))
      return err_set(e, ERR_INPUT, "more than %zu labels", N_OF(set->ids));
    if (names_label(c, name, &set->ids[set->n], e) < 0)
      return -1;
    set->n++;
  }
  qsort(set->ids, set->n, sizeof *set->ids, compare_labels);
  for (size_t i = 1; i < set->n; i++)
    if (set->ids[i] == set->ids[i - 1])
      return err_set(e, ERR_INPUT, "the same label twice");
  if (set->n > 1 && corpus_task(project_corpus(c->project)) != TASK_MULTILABEL)
    return err_set(e, ERR_INPUT, "the project's task takes one label a sample");
  return 0;
}

static int
run_relabel(struct call *c, struct err *e)
{
  struct label_set set = {.n = 0};
  struct buf names = BUF_INIT;
  struct change *ch;
  uint32_t *ids;
  size_t n;
  int r;

  if (take_labels(c, &set, e) < 0 || select_different(c, &ids, &n, same_labels, &set, e) < 0)
    return -1;
  labels_join(&names, corpus_labels(project_corpus(c->project)), set.ids, set.n, ", ");
  ch = begin(c, n, set.n ? buf_str(&names) : "no label");
  for (size_t i = 0; i < n; i++)
    change_set_labels(ch, ids[i], set.ids, set.n);
  r = finish(c, ch, n, e);
  buf_release(&names);
  free(ids);
  return r;
}

/* ---- edit */

static int
check_text(const char *text, const char *option, struct err *e)
{
  size_t bad, n = text ? strlen(text) : 0;

  if (!text)
    return 0;
  if (n == 0 || !text[strspn(text, " \t\r\n")])
    return err_set(e, ERR_INPUT, "option '--%s': an empty text", option);
  if (n > SAMPLE_TEXT_MAX || !utf8_valid(text, n, &bad))
    return err_set(e, ERR_INPUT, "option '--%s': not UTF-8, or longer than %zu bytes", option, SAMPLE_TEXT_MAX);
  return 0;
}

static int
run_edit(struct call *c, struct err *e)
{
  const char *text = call_text(c, "text"), *text2 = call_text(c, "text2");
  struct change *ch;
  struct sample s;
  uint32_t *ids;
  bool differs;
  size_t n;
  int r;

  if (!text && !text2)
    return err_set(e, ERR_INPUT, "'edit' needs --text TEXT");
  if (text2 && corpus_task(project_corpus(c->project)) != TASK_PAIR)
    return err_set(e, ERR_INPUT, "'--text2' is for projects of pairs");
  if (check_text(text, "text", e) < 0 || check_text(text2, "text2", e) < 0 || select_samples(c, &ids, &n, e) < 0)
    return -1;
  if (n != 1) {
    free(ids);
    return err_set(e, ERR_INPUT, "'edit' changes one sample, not %zu", n);
  }
  corpus_get(project_corpus(c->project), ids[0], &s);
  differs = (text && strcmp(text, s.text) != 0) || (text2 && strcmp(text2, s.text2 ? s.text2 : "") != 0);
  ch = begin(c, 1, NULL);
  change_summarize(ch, "edit sample %u", ids[0]);
  if (text)
    change_set_text(ch, ids[0], text, strlen(text));
  if (text2)
    change_set_text2(ch, ids[0], text2, strlen(text2));
  r = finish(c, ch, differs, e);
  free(ids);
  return r;
}

/* ---- the rows */

static const struct option status_options[] = {SELECT_FILTER_OPTION, SELECT_ID_OPTION, {.name = NULL}};

static const struct option relabel_options[] = {
  {.name = "to", .type = OPTION_LABEL, .argument = "LABEL", .many = 1, .summary = "the new label; '' for none"},
  SELECT_FILTER_OPTION, SELECT_ID_OPTION, {.name = NULL},
};

static const struct option split_options[] = {
  {.name = "to", .type = OPTION_CHOICE, .choices = "train|valid|test|pool", .argument = "SPLIT",
   .summary = "the new split"},
  SELECT_FILTER_OPTION, SELECT_ID_OPTION, {.name = NULL},
};

static const struct option edit_options[] = {
  {.name = "text", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the new text"},
  {.name = "text2", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the new second text of a pair"},
  SELECT_FILTER_OPTION, SELECT_ID_OPTION, {.name = NULL},
};

static const struct command_example accept_examples[] = {
  {"retort accept tickets.retort --filter 'status:new label:billing'", "all new samples of a label"},
  {"retort accept tickets.retort 3 7 10-12", "some samples by number"},
  {NULL, NULL},
};
static const struct command_example reject_examples[] = {
  {"retort reject tickets.retort --filter 'origin:generated words<5'", "what is too short to learn from"},
  {NULL, NULL},
};
static const struct command_example relabel_examples[] = {
  {"retort relabel tickets.retort --id 12 --to shipping", "one sample"},
  {NULL, NULL},
};
static const struct command_example edit_examples[] = {
  {"retort edit tickets.retort --id 12 --text 'Where is my parcel? It should be here since Monday.'", "another text"},
  {NULL, NULL},
};
static const struct command_example split_examples[] = {
  {"retort split tickets.retort --id 50-60 --to valid", "samples that training shall only look at to stop in time"},
  {NULL, NULL},
};

#define SELECTION \
  "Samples are chosen by --filter, by --id or by their numbers; without any of these nothing is changed. All are " \
  "changed at once and by one undo are as they were. With --json it answers {\"changed\": N}; samples that were so " \
  "already do not count."
#define CURATE_FLAGS (COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON)

const struct command command_accept = {
  .name = "accept", .arguments = "PROJECT [N...]", .summary = "accepts samples: they are good to train on",
  .text = SELECTION, .options = status_options, .examples = accept_examples, .flags = CURATE_FLAGS, .run = run_accept,
};
const struct command command_reject = {
  .name = "reject", .arguments = "PROJECT [N...]",
  .summary = "rejects samples: they stay, but nothing is trained on them",
  .text = SELECTION, .options = status_options, .examples = reject_examples, .flags = CURATE_FLAGS, .run = run_reject,
};
const struct command command_relabel = {
  .name = "relabel", .arguments = "PROJECT [N...]", .summary = "gives samples another label",
  .text = "In a multilabel project --to is given once for each label of the new set.\n\n" SELECTION,
  .options = relabel_options, .examples = relabel_examples, .flags = CURATE_FLAGS, .run = run_relabel,
};
const struct command command_edit = {
  .name = "edit", .arguments = "PROJECT [N...]", .summary = "changes the text of a sample",
  .text = "Exactly one sample.\n\n" SELECTION,
  .options = edit_options, .examples = edit_examples, .flags = CURATE_FLAGS, .run = run_edit,
};
const struct command command_split = {
  .name = "split", .arguments = "PROJECT [N...]", .summary = "moves samples to another split",
  .text = SELECTION,
  .options = split_options, .examples = split_examples, .flags = CURATE_FLAGS, .run = run_split,
};
