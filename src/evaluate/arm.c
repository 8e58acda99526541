#include "evaluate/arm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "corpus/guard.h"
#include "evaluate/cost.h"

static const struct {
  const char *name, *filter;
} built_in[] = {
  [ARM_SEED] = {"seed", "origin:seed"},
  [ARM_GENERATED] = {"generated", "origin:generated"},
  [ARM_BOTH] = {"both", "origin:seed,generated"},
};

static void
arm_release(struct arm *a)
{
  free(a->name);
  free(a->filter);
  free(a->examples);
  *a = (struct arm){0};
}

void
arms_release(struct arms *a)
{
  for (size_t i = 0; i < a->n_arms; i++)
    arm_release(&a->arms[i]);
  free(a->arms);
  free(a->test);
  arm_release(&a->curve_seed);
  arm_release(&a->curve_generated);
  *a = (struct arms){0};
}

void
arm_balance(struct example *examples, size_t n, const struct student_task *task)
{
  size_t *count, n_seen = 0;

  for (size_t i = 0; i < n; i++)
    examples[i].weight = 1;
  if (task->multilabel)
    return;
  count = xcalloc(task->n_classes, sizeof *count);
  for (size_t i = 0; i < n; i++)
    n_seen += count[examples[i].labels[0]]++ == 0;
  for (size_t i = 0; i < n; i++)
    examples[i].weight = fminf((float)n / (float)(n_seen * count[examples[i].labels[0]]), ARM_WEIGHT_MAX);
  free(count);
}

/* ---- what is asked for ---- */

static struct arm
arm_of_kind(enum arm_kind kind)
{
  return (struct arm){.kind = kind, .name = xstrdup(built_in[kind].name), .filter = xstrdup(built_in[kind].filter)};
}

static int
add_arm(struct arms *a, size_t *cap, struct arm arm, struct err *e)
{
  GROW(a->arms, *cap, a->n_arms + 1);
  a->arms[a->n_arms++] = arm;
  for (size_t i = 0; i + 1 < a->n_arms; i++)
    if (strcmp(a->arms[i].name, arm.name) == 0)
      return err_set(e, ERR_INPUT, "two arms are named '%s'", arm.name);
  return 0;
}

/* "seed,generated" or "NAME=FILTER". */
static int
add_spec(struct arms *a, size_t *cap, const char *spec, struct err *e)
{
  const char *equals = strchr(spec, '=');

  if (equals) {
    size_t n = (size_t)(equals - spec);

    if (n == 0 || n > ARM_NAME_MAX || equals[1] == '\0')
      return err_set(e, ERR_INPUT, "an arm is NAME=FILTER, not '%s' (a name has 1 to %d bytes)", spec, ARM_NAME_MAX);
    return add_arm(a, cap,
                   (struct arm){.kind = ARM_FILTER, .name = xstrndup(spec, n), .filter = xstrdup(equals + 1)}, e);
  }
  for (const char *at = spec;; at++) {
    size_t n = strcspn(at, ","), kind = 0;

    while (kind < N_OF(built_in) && (strlen(built_in[kind].name) != n || strncmp(built_in[kind].name, at, n) != 0))
      kind++;
    if (kind == N_OF(built_in))
      return err_set(e, ERR_INPUT, "no arm '%.*s' (seed, generated, both, or NAME=FILTER)", (int)(n < 100 ? n : 100),
                     at);
    if (add_arm(a, cap, arm_of_kind((enum arm_kind)kind), e) < 0)
      return -1;
    at += n;
    if (*at == '\0')
      return 0;
  }
}

/* ---- texts ---- */

static struct example
example_of(const struct sample *s)
{
  return (struct example){.text = s->text, .text2 = s->text2, .labels = s->labels, .n_labels = (uint16_t)s->n_labels,
                          .weight = 1};
}

static int
collect_test(struct arms *a, const struct corpus *corpus, const char *filter, const struct filter_provider *provider,
             struct guard *guard, struct err *e)
{
  uint32_t *ids;
  size_t n;
  struct sample s;

  if (filter_ids(corpus, filter, provider, &ids, &n, e) < 0)
    return err_prefix(e, "test texts: ");
  a->test = xcalloc(n + 1, sizeof *a->test);
  for (size_t i = 0; i < n; i++) {
    if (!corpus_get(corpus, ids[i], &s) || s.status == STATUS_REJECTED)
      continue;
    if (s.n_labels == 0) {
      a->n_test_unlabelled++;
      continue;
    }
    a->test[a->n_test++] = example_of(&s);
    guard_add(guard, &s);
  }
  free(ids);
  if (a->n_test == 0)
    return err_set(e, ERR_INPUT, "no test texts with a label match '%s' (import some with --split test)", filter);
  return 0;
}

/* A collection under way. */
struct collecting {
  const struct corpus *corpus;
  const struct filter_provider *provider;
  struct guard *guard;
  uint8_t *told, *counted;   /* by id - 1: 0 not looked at yet, else one of these; counted as guarded */
  uint32_t n_ids;            /* what is added meanwhile is not looked at */
  struct cost *cost;
};
enum { IS_FREE = 1, IS_IN_TEST = 2 };

static bool
stands_in_test(struct collecting *w, const struct sample *s)
{
  uint8_t *told = &w->told[s->id - 1];

  if (*told == 0)
    *told = guard_stops(w->guard, s, NULL) ? IS_IN_TEST : IS_FREE;
  return *told == IS_IN_TEST;
}

/* ---- one arm ---- */

static bool
may_train(const struct sample *s, bool rejected_too)
{
  return s->n_labels > 0 && s->split != SPLIT_TEST && s->split != SPLIT_VALID &&
         (rejected_too || s->status != STATUS_REJECTED);
}

static int
collect_arm(struct collecting *w, struct arms *a, struct arm *arm, struct err *e)
{
  uint32_t *ids, *requests;
  size_t n;
  struct sample s;
  bool rejected_too = strstr(arm->filter, "status:") != NULL;

  if (filter_ids(w->corpus, arm->filter, w->provider, &ids, &n, e) < 0)
    return err_prefix(e, "arm '%s': ", arm->name);
  arm->examples = xcalloc(n + 1, sizeof *arm->examples);
  requests = xcalloc(n + 1, sizeof *requests);
  for (size_t i = 0; i < n; i++)
    if (ids[i] <= w->n_ids && corpus_get(w->corpus, ids[i], &s) && may_train(&s, rejected_too)) {
      if (stands_in_test(w, &s)) {
        a->guarded += !w->counted[s.id - 1];
        w->counted[s.id - 1] = 1;
        continue;
      }
      requests[arm->n] = s.request_id;
      arm->examples[arm->n++] = example_of(&s);
    }
  arm->cost_usd = cost_of(w->cost, requests, arm->n);
  arm_balance(arm->examples, arm->n, &a->task);
  free(requests);
  free(ids);
  return 0;
}

/* Every text of a job that an arm might have had bears an equal share of the job's cost. */
static void
share_cost(struct collecting *w)
{
  struct sample s;

  for (uint32_t id = 1; id <= w->n_ids && w->cost->n_jobs; id++)
    if (corpus_get(w->corpus, id, &s) && s.request_id && may_train(&s, false) && !stands_in_test(w, &s))
      cost_usable(w->cost, s.request_id);
}

/* An arm that a student could learn nothing from. */
static int
check_arm(const struct arm *arm, const struct arms *a, const struct corpus *corpus, struct err *e)
{
  if (arm->n == 0)
    return err_set(e, ERR_INPUT, "arm '%s' has no training texts (filter '%s')", arm->name, arm->filter);
  for (size_t i = 1; i < arm->n && !a->task.multilabel; i++)
    if (arm->examples[i].labels[0] != arm->examples[0].labels[0])
      return 0;
  if (a->task.multilabel)
    return 0;
  return err_set(e, ERR_INPUT, "arm '%s' has one label only, '%s' (filter '%s')", arm->name,
                 label_name(corpus_labels(corpus), arm->examples[0].labels[0]), arm->filter);
}

static int
collect(struct collecting *w, struct arms *a, struct project *project, const char *test_filter, bool curve,
        struct err *e)
{
  if (collect_test(a, w->corpus, test_filter, w->provider, w->guard, e) < 0)
    return -1;
  if (cost_read(w->cost, project, e) < 0)
    return -1;
  share_cost(w);
  for (size_t i = 0; i < a->n_arms; i++)
    if (collect_arm(w, a, &a->arms[i], e) < 0 || check_arm(&a->arms[i], a, w->corpus, e) < 0)
      return -1;
  if (!curve)
    return 0;
  a->curve_seed = arm_of_kind(ARM_SEED);
  a->curve_generated = arm_of_kind(ARM_GENERATED);
  if (collect_arm(w, a, &a->curve_seed, e) < 0 || collect_arm(w, a, &a->curve_generated, e) < 0)
    return -1;
  if ((a->curve_seed.n && check_arm(&a->curve_seed, a, w->corpus, e) < 0) ||
      check_arm(&a->curve_generated, a, w->corpus, e) < 0)
    return err_prefix(e, "curve: ");
  return 0;
}

int
arms_collect(struct arms *a, const struct corpus *corpus, struct project *project, const char *const *specs,
             size_t n_specs, const char *test_filter, const struct filter_provider *provider, bool curve, struct err *e)
{
  size_t n_labels = labels_count(corpus_labels(corpus)), cap = 0;
  struct cost cost = {0};
  struct collecting w = {.corpus = corpus, .provider = provider, .n_ids = corpus_count(corpus), .cost = &cost};
  int status;

  *a = (struct arms){.task = {.n_classes = (uint16_t)n_labels, .multilabel = corpus_task(corpus) == TASK_MULTILABEL,
                              .pair = corpus_task(corpus) == TASK_PAIR}};
  for (size_t i = 0; i < n_specs; i++)
    if (add_spec(a, &cap, specs[i], e) < 0)
      return -1;
  w.guard = guard_new();
  w.told = xcalloc((size_t)w.n_ids + 1, 1);
  w.counted = xcalloc((size_t)w.n_ids + 1, 1);
  status = collect(&w, a, project, test_filter, curve, e);
  free(w.told);
  free(w.counted);
  guard_free(w.guard);
  cost_release(&cost);
  return status;
}

/* ---- points of the curve ---- */

struct turn {
  size_t turn;               /* how many of its label came before */
  uint32_t place, item;      /* in the shuffled order; in the arm */
};

static int
by_turn(const void *a, const void *b)
{
  const struct turn *x = a, *y = b;

  return x->turn != y->turn ? (x->turn > y->turn) - (x->turn < y->turn) : (x->place > y->place) - (x->place < y->place);
}

struct example *
arms_draw(const struct arms *a, size_t n, uint64_t seed)
{
  const struct arm *seeds = &a->curve_seed, *generated = &a->curve_generated;
  struct example *out = xcalloc(seeds->n + n + 1, sizeof *out);
  uint32_t *order = xcalloc(generated->n, sizeof *order);
  size_t *had = xcalloc(a->task.n_classes, sizeof *had);
  struct turn *turns = xcalloc(generated->n, sizeof *turns);
  struct rng random;

  if (seeds->n)
    memcpy(out, seeds->examples, seeds->n * sizeof *out);
  rng_seed(&random, seed);
  for (size_t i = 0; i < generated->n; i++)
    order[i] = (uint32_t)i;
  rng_shuffle(&random, order, generated->n);
  for (size_t i = 0; i < generated->n; i++)
    turns[i] = (struct turn){had[generated->examples[order[i]].labels[0]]++, (uint32_t)i, order[i]};
  qsort(turns, generated->n, sizeof *turns, by_turn);
  for (size_t i = 0; i < n; i++)
    out[seeds->n + i] = generated->examples[turns[i].item];
  arm_balance(out, seeds->n + n, &a->task);
  free(order);
  free(had);
  free(turns);
  return out;
}
