/* accept, reject, reset, split: the small fields of samples, each time one change. */
#include <stdlib.h>

#include "command/bulk.h"
#include "command/rows.h"

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

  if (bulk_different(c, &ids, &n, same_status, &status, e) < 0)
    return -1;
  ch = change_new(CHANGE_SET, "person", "");
  for (size_t i = 0; i < n; i++)
    change_set_status(ch, ids[i], status);
  r = bulk_finish(c, ch, n, NULL, e);
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
run_reset(struct call *c, struct err *e)
{
  return run_status(c, STATUS_NEW, e);
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
  if (bulk_different(c, &ids, &n, same_split, &split, e) < 0)
    return -1;
  ch = change_new(CHANGE_SET, "person", "");
  for (size_t i = 0; i < n; i++)
    change_set_split(ch, ids[i], split);
  r = bulk_finish(c, ch, n, split_name(split), e);
  free(ids);
  return r;
}

/* ---- the rows */

static const struct option status_options[] = {BULK_OPTIONS};

static const struct option split_options[] = {
  {.name = "to", .type = OPTION_CHOICE, .choices = "train|valid|test|pool", .argument = "SPLIT",
   .summary = "the new split"},
  BULK_OPTIONS,
};

static const struct command_example accept_examples[] = {
  {"retort accept tickets.retort --filter 'status:new label:billing'", "all new samples of a label"},
  {"retort accept tickets.retort 3 7 10-12", "some samples by number"},
  {NULL, NULL},
};
static const struct command_example reject_examples[] = {
  {"retort reject tickets.retort --filter 'origin:generated words<5' --dry-run", "how many that would be"},
  {"retort reject tickets.retort --filter 'origin:generated words<5'", "what is too short to learn from"},
  {NULL, NULL},
};
static const struct command_example reset_examples[] = {
  {"retort reset tickets.retort 7", "it waits for a decision again"},
  {NULL, NULL},
};
static const struct command_example split_examples[] = {
  {"retort split tickets.retort --id 50-60 --to valid", "samples that training shall only look at to stop in time"},
  {NULL, NULL},
};

const struct command command_accept = {
  .name = "accept", .arguments = "PROJECT [N...]", .summary = "accepts samples: they are good to train on",
  .text = BULK_TEXT, .options = status_options, .examples = accept_examples, .flags = BULK_FLAGS, .run = run_accept,
};
const struct command command_reject = {
  .name = "reject", .arguments = "PROJECT [N...]",
  .summary = "rejects samples: they stay, but nothing is trained on them",
  .text = BULK_TEXT, .options = status_options, .examples = reject_examples, .flags = BULK_FLAGS, .run = run_reject,
};
const struct command command_reset = {
  .name = "reset", .arguments = "PROJECT [N...]", .summary = "makes samples new again: neither accepted nor rejected",
  .text = BULK_TEXT, .options = status_options, .examples = reset_examples, .flags = BULK_FLAGS, .run = run_reset,
};
const struct command command_split = {
  .name = "split", .arguments = "PROJECT [N...]", .summary = "moves samples to another split",
  .text = BULK_TEXT,
  .options = split_options, .examples = split_examples, .flags = BULK_FLAGS, .run = run_split,
};
