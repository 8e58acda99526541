#include "tests/history-acts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/filter.h"
#include "corpus/replace.h"
#include "ship/dataset.h"
#include "tests/store-stage.h"

#define SAMPLES_MAX 200u  /* then no more are added, so that actions meet on the same samples */

uint64_t
acts_below(struct stage *s, uint64_t n)
{
  return rng_below(&s->rng, n);
}

uint64_t
acts_digest(const struct stage *s)
{
  return model_digest(project_corpus(s->p));
}

/* ---- what is posted: applied to memory at once, and followed in the log once it is there ---- */

int
acts_settle(struct stage *s, struct err *e)
{
  size_t n = s->n_posted;

  s->n_posted = 0;
  if (project_sync(s->p, e))
    return -1;
  s->digests[0] = n ? s->digests[0] : s->model.digest;
  return model_follow(&s->model, s->p, acts_digest(s), s->digests, n, e) < 0 ? -1 : 0;
}

/* A change of nothing leaves no entry. */
static int
post(struct stage *s, struct change *ch, struct err *e)
{
  uint64_t now;

  if (!s->n_posted)
    s->digests[0] = s->model.digest;
  if (project_post(s->p, ch, e))
    return -1;
  now = acts_digest(s);
  if (now != s->digests[s->n_posted])
    s->digests[++s->n_posted] = now;
  return s->n_posted + 1 == N_OF(s->digests) || acts_below(s, 4) ? acts_settle(s, e) : 0;
}

/* One that is there; 0 if none is. */
static uint32_t
some_id(struct stage *s)
{
  uint32_t n = corpus_count(project_corpus(s->p)), id = (uint32_t)acts_below(s, n) + 1;
  struct sample sample;

  for (uint32_t i = 0; i < n; i++, id = id % n + 1)
    if (corpus_get(project_corpus(s->p), id, &sample))
      return id;
  return 0;
}

static struct change *
begin(struct stage *s, const char *what)
{
  char actor[20] = "person";

  if (!acts_below(s, 10))
    snprintf(actor, sizeof actor, "job %d", 1 + (int)acts_below(s, 3));
  return change_new(CHANGE_SET, actor, what);
}

/* ---- the actions ---- */

static void
set_one(struct stage *s, struct change *ch, uint32_t id, int what)
{
  size_t n_labels = labels_count(corpus_labels(project_corpus(s->p)));
  uint16_t labels[3];
  char text[60];

  if (!id)
    return;
  for (int i = 0; i < 3; i++)
    labels[i] = (uint16_t)acts_below(s, n_labels);
  snprintf(text, sizeof text, "edited text %d of %s", (int)acts_below(s, 50), acts_below(s, 2) ? "old" : "new");
  switch (what) {
  case 0: change_set_status(ch, id, (enum status)acts_below(s, N_STATUSES)); break;
  case 1: change_set_labels(ch, id, labels, acts_below(s, 4)); break;
  case 2: change_set_split(ch, id, (enum split)acts_below(s, N_SPLITS)); break;
  case 3: change_set_text(ch, id, text, strlen(text)); break;
  case 4: change_set_text2(ch, id, acts_below(s, 2) ? text : NULL, strlen(text)); break;
  case 5: change_set_attributes(ch, id, acts_below(s, 2) ? "topic=y" : ""); break;
  case 6: change_set_number(ch, id, FIELD_ORIGIN, (uint32_t)acts_below(s, N_ORIGINS)); break;
  }
}

static int
act_single(struct stage *s, struct err *e)
{
  struct change *ch = begin(s, "one sample");

  set_one(s, ch, some_id(s), (int)acts_below(s, 7));
  return post(s, ch, e);
}

/* Several fields of several samples that stand together, some of them twice. */
static int
act_several(struct stage *s, struct err *e)
{
  struct change *ch = begin(s, "several samples");
  uint32_t n = (uint32_t)acts_below(s, 12) + 1;
  int what = (int)acts_below(s, 7);
  struct sample sample;

  for (uint32_t id = some_id(s); id && n > 0 && corpus_get(project_corpus(s->p), id, &sample); id++, n--) {
    set_one(s, ch, id, what);
    set_one(s, ch, id, (what + (int)acts_below(s, 2)) % 7);
  }
  return post(s, ch, e);
}

static int
act_bulk(struct stage *s, struct err *e)
{
  static const char *const filters[] = {"status:new", "not status:rejected words<6", "split:pool", "label:billing", ""};
  struct change *ch = begin(s, "bulk");
  uint32_t *ids;
  size_t n;
  uint64_t seed = acts_below(s, 1000);
  int what = (int)acts_below(s, 3);

  if (filter_ids(project_corpus(s->p), filters[acts_below(s, N_OF(filters))], NULL, &ids, &n, e))
    return -1;
  for (size_t i = 0; i < n; i++) {
    struct rng same = s->rng;          /* the same value for all */

    rng_seed(&s->rng, seed);
    set_one(s, ch, ids[i], what);
    s->rng = same;
  }
  free(ids);
  return post(s, ch, e);
}

static int
act_replace(struct stage *s, struct err *e)
{
  static const char *const words[][2] = {{"old", "new"}, {"new", "older"}, {"(\\d+) of", "$1 from"}, {"text ", ""}};
  const char *const *pair = words[acts_below(s, N_OF(words))];
  struct replacer *r = replacer_new(pair[0], pair[1], 0, e);
  struct change *ch = begin(s, "find and replace");
  struct replacement with;
  enum replaced what;
  struct sample sample;

  for (uint32_t id = 1; id <= corpus_count(project_corpus(s->p)); id++) {
    if (!corpus_get(project_corpus(s->p), id, &sample) || replacer_sample(r, &sample, &what, &with, e))
      continue;
    if (with.text)
      change_set_text(ch, id, with.text, with.n_text);
    if (with.text2)
      change_set_text2(ch, id, with.text2, with.n_text2);
  }
  replacer_free(r);
  return post(s, ch, e);
}

/* What is written first and shown then stands in the log at once, behind what was posted. */
int
acts_follow_new(struct stage *s, uint64_t before, struct err *e)
{
  uint64_t digests[2] = {before, acts_digest(s)};

  return model_follow(&s->model, s->p, digests[1], digests, 1, e) < 0 ? -1 : 0;
}

static int
act_insert(struct stage *s, struct err *e)
{
  char actor[20] = "import";
  struct change *ch;
  uint64_t before;
  int rc;

  if (acts_settle(s, e) || corpus_count(project_corpus(s->p)) > SAMPLES_MAX)
    return act_single(s, e);
  if (acts_below(s, 2))
    snprintf(actor, sizeof actor, "job %d", 1 + (int)acts_below(s, 3));
  ch = some_samples(1 + (int)acts_below(s, 4), actor);
  before = acts_digest(s);
  rc = project_insert(s->p, ch, NULL, e);
  change_free(ch);
  return rc ? -1 : acts_follow_new(s, before, e);
}

static int
act_import(struct stage *s, struct err *e)
{
  struct dataset_options options = DATASET_OPTIONS_INIT;
  struct dataset_import d;
  FILE *f = fopen(s->rows, "w");
  uint64_t before;
  int rc;

  if (acts_settle(s, e) || corpus_count(project_corpus(s->p)) > SAMPLES_MAX || !f) {
    if (f)
      fclose(f);
    return act_single(s, e);
  }
  fprintf(f, "{\"text\":\"row %d\",\"labels\":[\"billing\"],\"split\":\"pool\"}\n{\"text\":\"row %d b\"}\n",
          (int)acts_below(s, 1000000), (int)acts_below(s, 1000000));
  fclose(f);
  before = acts_digest(s);
  options.format = RECORD_JSONL;
  dataset_import_begin(&d, s->p, &options);
  rc = dataset_import_file(&d, s->rows, NULL, e) || dataset_import_commit(&d, "rows", e);
  dataset_import_end(&d);
  return rc ? -1 : acts_follow_new(s, before, e);
}

static int
act_label(struct stage *s, struct err *e)
{
  char name[30];
  uint16_t id;

  snprintf(name, sizeof name, "label %d", (int)acts_below(s, 12));
  return acts_settle(s, e) || project_add_label(s->p, name, "", &id, e) || acts_settle(s, e) ? -1 : 0;
}

int
acts_go(struct stage *s, const struct project_way *way, size_t changes, bool may_be_refused, struct err *e)
{
  struct project_walked walked;
  uint64_t before = acts_digest(s);
  int rc = project_walk(s->p, way, &walked, e);
  size_t n = walked.n_changes;

  project_walked_release(&walked);
  if (rc < 0 && may_be_refused && strstr(e->message, "changed sample")) {
    s->n_refused++;
    return acts_digest(s) != before ? err_set(e, ERR_FAIL, "refused, and something changed")
         : model_follow(&s->model, s->p, before, NULL, 0, e) != 0 ? err_set(e, ERR_FAIL, "refused, but in the log") : 0;
  }
  if (rc < 0)
    return -1;
  if (n != changes || rc != (n > 0))
    return err_set(e, ERR_FAIL, "%s %zu changes, not %zu", way->redo ? "redid" : "undid", n, changes);
  return model_follow(&s->model, s->p, acts_digest(s), NULL, 0, e) != (int)n
    ? (e->message[0] ? -1 : err_set(e, ERR_FAIL, "the log says something else")) : 0;
}

static int
act_undo(struct stage *s, struct err *e)
{
  if (acts_settle(s, e))
    return -1;
  return acts_go(s, &(struct project_way){.count = 1}, model_group(&s->model, &s->model.done), false, e);
}

static int
act_undo_persons(struct stage *s, struct err *e)
{
  if (acts_settle(s, e))
    return -1;
  return acts_go(s, &(struct project_way){.count = 1, .scope = UNDO_PERSON},
            model_persons(&s->model) < s->model.done.n, true, e);
}

/* A job works on what a person has just changed, who then wants it back. */
static int
act_contended(struct stage *s, struct err *e)
{
  uint32_t id = some_id(s);

  for (int job = 0; job < 2 && id; job++) {
    struct change *ch = change_new(CHANGE_SET, job ? "job 3" : "person", "contended");

    set_one(s, ch, id, 3);
    if (post(s, ch, e))
      return -1;
  }
  return act_undo_persons(s, e);
}

static int
act_redo(struct stage *s, struct err *e)
{
  if (acts_settle(s, e))
    return -1;
  return acts_go(s, &(struct project_way){.redo = true, .count = 1}, model_group(&s->model, &s->model.undone), true, e);
}

/* To any point, back or forward. */
static int
act_go_to(struct stage *s, struct err *e)
{
  bool redo = acts_below(s, 2);
  struct stack *stack = redo ? &s->model.undone : &s->model.done;
  size_t far;

  if (acts_settle(s, e) || !stack->n)
    return act_undo(s, e);
  far = acts_below(s, stack->n < 40 ? stack->n : 40);
  s->n_gone_to++;
  return acts_go(s, &(struct project_way){.redo = redo, .to = stack->v[stack->n - 1 - far]}, far + redo, redo, e);
}

/* An undone change that is out of reach; most often there is one among the last. */
static int
act_again(struct stage *s, struct err *e)
{
  uint32_t change = s->model.seen - (uint32_t)acts_below(s, s->model.seen < 60 ? s->model.seen : 60);
  struct project_again again;
  uint64_t before;
  int rc;

  if (acts_settle(s, e))
    return -1;
  before = acts_digest(s);
  rc = project_again(s->p, change, false, &again, e);
  free(again.what);
  if (rc < 0) {
    rc = e->code == ERR_INPUT && acts_digest(s) == before ? 0 : -1;
    err_clear(e);
    return rc;
  }
  s->n_again += again.n > 0;
  return again.n ? acts_follow_new(s, before, e) : acts_digest(s) == before ? 0 : -1;
}

int
acts_restart(struct stage *s, struct err *e)
{
  struct project *other;
  uint64_t before, theirs;

  if (acts_settle(s, e))
    return -1;
  before = acts_digest(s);
  other = project_open(store_path, PROJECT_READ, e);
  theirs = other ? model_digest(project_corpus(other)) : 0;
  if (project_close(other, e) || theirs != before)
    return err_set(e, ERR_FAIL, "the file is not what memory holds");
  if (project_close(s->p, e))
    return -1;
  s->p = project_open(store_path, PROJECT_WRITE, e);
  return !s->p ? -1 : acts_digest(s) != before ? err_set(e, ERR_FAIL, "after a restart something is different") : 0;
}

static const struct action {
  int (*act)(struct stage *s, struct err *e);
  unsigned share;                /* of a thousand */
  const char *name;
} actions[] = {
  {act_single, 420, "single"}, {act_several, 160, "several"}, {act_bulk, 40, "bulk"}, {act_replace, 20, "replace"},
  {act_insert, 30, "insert"}, {act_import, 15, "import"}, {act_label, 3, "label"},
  {act_undo, 100, "undo"}, {act_undo_persons, 50, "undo the person's"}, {act_redo, 100, "redo"},
  {act_go_to, 25, "go to"}, {act_again, 25, "again"}, {acts_restart, 2, "restart"}, {act_contended, 10, "contended"},
};

int
acts_one(struct stage *s, struct err *e)
{
  uint64_t x = acts_below(s, 1000);
  const struct action *a = actions;

  while (x >= a->share)
    x -= a++->share;
  s->n_done++;
  err_clear(e);
  return a->act(s, e) ? err_prefix(e, "action %d (%s): ", s->n_done, a->name) : 0;
}
