#include "evaluate/arm.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/guard.h"

const struct arm_kind arm_kinds[] = {
  {"seed", "origin:seed", "what people wrote"},
  {"generated", "origin:generated", "what teachers wrote"},
  {"both", "origin:seed,generated", "seeds, and what teachers wrote"},
  {"curated", "(origin:seed or origin:generated status:accepted)", "seeds, and what teachers wrote and a person accepted"},
  {"annotated", "origin:seed,annotated", "seeds, and people's texts that teachers labelled"},
  {"all", "origin:seed,generated,annotated", "seeds, and all that teachers wrote or labelled"},
  {NULL, NULL, NULL},
};

enum { NOT_LOOKED_AT, IS_FREE, IS_IN_TEST, IS_COUNTED /* in the test, and counted as guarded */ };

static void
arm_release(struct arm *a)
{
  free(a->name);
  free(a->filter);
  free(a->examples);
  free(a->ids);
  free(a->requests);
  free(a->origins);
  *a = (struct arm){0};
}

void
arms_release(struct arms *a)
{
  for (size_t i = 0; i < a->n_arms; i++)
    arm_release(&a->arms[i]);
  free(a->arms);
  free(a->test);
  free(a->test_ids);
  free(a->guarded);
  free(a->told);
  guard_free(a->guard);
  cost_release(&a->cost);
  *a = (struct arms){0};
}

double
arms_cost(struct arms *a, const uint32_t *requests, size_t n)
{
  return cost_of(&a->cost, requests, n);
}

/* ---- texts ---- */

static struct example
example_of(const struct sample *s)
{
  return (struct example){.text = s->text, .text2 = s->text2, .labels = s->labels, .n_labels = (uint16_t)s->n_labels,
                          .weight = 1};
}

bool
arm_may_have(const struct sample *s, const char *filter)
{
  bool rejected_too = filter && strstr(filter, "status:");

  return s->n_labels > 0 && s->split != SPLIT_TEST && s->split != SPLIT_VALID &&
         (rejected_too || s->status != STATUS_REJECTED);
}

static bool
stands_in_test(struct arms *a, const struct sample *s)
{
  uint8_t *told = &a->told[s->id - 1];

  if (*told == NOT_LOOKED_AT)
    *told = guard_stops(a->guard, s, NULL) ? IS_IN_TEST : IS_FREE;
  return *told != IS_FREE;
}

static void
count_guarded(struct arms *a, uint32_t id)
{
  if (a->told[id - 1] == IS_COUNTED)
    return;
  a->told[id - 1] = IS_COUNTED;
  GROW(a->guarded, a->cap_guarded, a->n_guarded + 1);
  a->guarded[a->n_guarded++] = id;
}

/* ---- opening ---- */

static int
collect_test(struct arms *a, const char *filter, struct err *e)
{
  uint32_t *ids;
  size_t n;
  struct sample s;

  if (filter_ids(a->corpus, filter, a->provider, &ids, &n, e) < 0)
    return err_prefix(e, "test texts: ");
  a->test = xcalloc(n + 1, sizeof *a->test);
  a->test_ids = xcalloc(n + 1, sizeof *a->test_ids);
  for (size_t i = 0; i < n; i++) {
    if (!corpus_get(a->corpus, ids[i], &s) || s.status == STATUS_REJECTED)
      continue;
    if (s.n_labels == 0) {
      a->n_test_unlabelled++;
      continue;
    }
    a->test_ids[a->n_test] = s.id;
    a->test[a->n_test++] = example_of(&s);
    guard_add(a->guard, &s);
  }
  free(ids);
  if (a->n_test == 0)
    return err_set(e, ERR_INPUT, "no test texts with a label match '%s' (import some with --split test)", filter);
  return 0;
}

/* Every text of a job that an arm might have had bears an equal share of the job's cost. */
static void
share_cost(struct arms *a)
{
  struct sample s;

  for (uint32_t id = 1; id <= a->n_ids && a->cost.n_jobs; id++)
    if (corpus_get(a->corpus, id, &s) && s.request_id && arm_may_have(&s, NULL) && !stands_in_test(a, &s))
      cost_usable(&a->cost, s.request_id);
}

int
arms_open(struct arms *a, const struct corpus *corpus, struct project *project, const char *test_filter,
          const struct filter_provider *provider, struct err *e)
{
  *a = (struct arms){
    .corpus = corpus, .provider = provider, .n_ids = corpus_count(corpus), .guard = guard_new(),
    .task = {.n_classes = (uint16_t)labels_count(corpus_labels(corpus)), .multilabel = corpus_task(corpus) == TASK_MULTILABEL,
             .pair = corpus_task(corpus) == TASK_PAIR}};
  a->told = xcalloc((size_t)a->n_ids + 1, 1);
  if (collect_test(a, test_filter, e) < 0 || cost_read(&a->cost, project, e) < 0)
    return -1;
  share_cost(a);
  return 0;
}

/* ---- one arm ---- */

static void
make_room(struct arm *arm, size_t n)
{
  arm->examples = xcalloc(n + 1, sizeof *arm->examples);
  arm->ids = xcalloc(n + 1, sizeof *arm->ids);
  arm->requests = xcalloc(n + 1, sizeof *arm->requests);
  arm->origins = xcalloc(n + 1, sizeof *arm->origins);
}

static void
take_text(struct arm *arm, const struct sample *s)
{
  arm->ids[arm->n] = s->id;
  arm->requests[arm->n] = s->request_id;
  arm->origins[arm->n] = (uint8_t)s->origin;
  arm->examples[arm->n++] = example_of(s);
}

static int
collect(struct arms *a, struct arm *arm, struct err *e)
{
  uint32_t *ids;
  size_t n;
  struct sample s;

  if (filter_ids(a->corpus, arm->filter, a->provider, &ids, &n, e) < 0)
    return err_prefix(e, "arm '%s': ", arm->name);
  make_room(arm, n);
  for (size_t i = 0; i < n; i++) {
    if (ids[i] > a->n_ids || !corpus_get(a->corpus, ids[i], &s) || !arm_may_have(&s, arm->filter))
      continue;
    if (stands_in_test(a, &s))
      count_guarded(a, s.id);
    else
      take_text(arm, &s);
  }
  free(ids);
  return 0;
}

/* True if a student could learn something: two labels, or any where a text may have several. */
static bool
is_enough(const struct arms *a, const struct arm *arm)
{
  if (a->task.multilabel)
    return arm->n > 0;
  for (size_t i = 1; i < arm->n; i++)
    if (arm->examples[i].labels[0] != arm->examples[0].labels[0])
      return true;
  return false;
}

static int
check_arm(const struct arms *a, const struct arm *arm, struct err *e)
{
  if (is_enough(a, arm))
    return 0;
  if (arm->n == 0)
    return err_set(e, ERR_INPUT, "arm '%s' has no training texts (filter '%s')", arm->name, arm->filter);
  return err_set(e, ERR_INPUT, "arm '%s' has one label only, '%s' (filter '%s')", arm->name,
                 label_name(corpus_labels(a->corpus), arm->examples[0].labels[0]), arm->filter);
}

static struct arm *
new_arm(struct arms *a, struct arm arm)
{
  GROW(a->arms, a->cap_arms, a->n_arms + 1);
  a->arms[a->n_arms] = arm;
  return &a->arms[a->n_arms++];
}

/* What a spec stands for, without its texts. */
static int
arm_of_spec(const char *spec, struct arm *arm, struct err *e)
{
  const char *equals = strchr(spec, '=');
  size_t n = equals ? (size_t)(equals - spec) : 0;
  struct buf known = BUF_INIT;

  if (equals && (n == 0 || n > ARM_NAME_MAX || equals[1] == '\0'))
    return err_set(e, ERR_INPUT, "an arm is NAME=FILTER, not '%s' (a name has 1 to %d bytes)", spec, ARM_NAME_MAX);
  if (equals) {
    *arm = (struct arm){.name = xstrndup(spec, n), .filter = xstrdup(equals + 1)};
    return 0;
  }
  for (const struct arm_kind *kind = arm_kinds; kind->name; kind++) {
    if (strcmp(kind->name, spec) == 0) {
      *arm = (struct arm){.name = xstrdup(kind->name), .filter = xstrdup(kind->filter), .built_in = true};
      buf_release(&known);
      return 0;
    }
    buf_addf(&known, "%s, ", kind->name);
  }
  err_set(e, ERR_INPUT, "no arm '%.100s' (%sor NAME=FILTER)", spec, buf_str(&known));
  buf_release(&known);
  return -1;
}

int
arms_add(struct arms *a, const char *spec, struct err *e)
{
  struct arm arm, *added;

  if (arm_of_spec(spec, &arm, e) < 0)
    return -1;
  added = new_arm(a, arm);
  for (size_t i = 0; i + 1 < a->n_arms; i++)
    if (strcmp(a->arms[i].name, added->name) == 0)
      return err_set(e, ERR_INPUT, "two arms are named '%s'", added->name);
  return collect(a, added, e) < 0 ? -1 : check_arm(a, added, e);
}

int
arms_find(struct arms *a, const char *built_in, size_t *place, struct err *e)
{
  for (*place = 0; *place < a->n_arms; ++*place)
    if (a->arms[*place].built_in && strcmp(a->arms[*place].name, built_in) == 0)
      return 0;
  return arms_add(a, built_in, e);
}

size_t
arms_add_part(struct arms *a, size_t of, const char *name, const bool *without)
{
  struct arm *part = new_arm(a, (struct arm){.name = xstrdup(name), .filter = xstrdup("")});
  const struct arm *whole = &a->arms[of];

  make_room(part, whole->n);
  for (size_t i = 0; i < whole->n; i++) {
    if (without[i])
      continue;
    part->examples[part->n] = whole->examples[i];
    part->ids[part->n] = whole->ids[i];
    part->requests[part->n] = whole->requests[i];
    part->origins[part->n++] = whole->origins[i];
  }
  return a->n_arms - 1;
}
