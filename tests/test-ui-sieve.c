/* The list of Curate against a plain model: random filters, orders, changes, marks; small (searched at once) and large
 * (searched on a thread), alone and while another thread changes samples. */
#include "ui-stage.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "command/columns.h"
#include "corpus/change.h"
#include "corpus/filter.h"
#include "corpus/sort.h"
#include "ui/sieve.h"

static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}, {"returns", ""}};
static const char *const filters[] = {"", "status:new", "label:billing", "refund", "not label:returns", "words>3",
                                      "status:accepted or refund", "status:new,accepted \"card\"", "run.wrong", "dup",
                                      "-status:rejected id:5-700", "nothing has this"};
static const char *const sorts[] = {"", "words", "-text", "label", "-id", "loss"};
static const char *const words[] = {"refund", "card", "parcel", "late", "please", "boots", "again", "my"};

struct play {
  struct stage stage;
  struct corpus *corpus;
  struct sieve r;
  struct rng rng;
  uint32_t *before;         /* the list at the last look */
  size_t n_before;
  unsigned char *marked;    /* the model of the marks */
};

static uint32_t
below(struct play *p, uint32_t n)
{
  return (uint32_t)rng_below(&p->rng, n);
}

static void
insert(struct project *project, struct rng *rng, uint32_t n)
{
  struct change *ch = change_new(CHANGE_INSERT, "person", "test");
  struct err e = {0};
  char text[200];

  for (uint32_t i = 0; i < n; i++) {
    uint16_t label = (uint16_t)rng_below(rng, N_OF(labels));
    int at = 0;

    for (uint64_t k = 1 + rng_below(rng, 6); k > 0; k--)
      at += snprintf(text + at, sizeof text - (size_t)at, "%s ", words[rng_below(rng, N_OF(words))]);
    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)at, .labels = &label, .n_labels = 1,
                                           .split = SPLIT_TRAIN, .origin = ORIGIN_GENERATED});
  }
  assert_int_equal(project_insert(project, ch, NULL, &e), 0);
  change_free(ch);
}

static void
set_some(struct project *project, struct rng *rng, uint32_t n)
{
  struct change *ch = change_new(CHANGE_SET, "person", "test");
  uint32_t count = corpus_count(project_corpus(project));
  struct err e = {0};

  for (uint32_t i = 0; i < n; i++) {
    uint32_t id = 1 + (uint32_t)rng_below(rng, count);
    uint16_t label = (uint16_t)rng_below(rng, N_OF(labels));

    if (rng_below(rng, 2))
      change_set_number(ch, id, FIELD_STATUS, (uint32_t)rng_below(rng, N_STATUSES));
    else
      change_set_labels(ch, id, &label, 1);
  }
  assert_int_equal(project_post(project, ch, &e), 0);
}

static void
begin(struct play *p, const char *name, uint32_t n, uint64_t seed)
{
  memset(p, 0, sizeof *p);
  rng_seed(&p->rng, seed);
  stage_project(&p->stage, name, TASK_CLASSIFY, labels, N_OF(labels));
  insert(p->stage.project, &p->rng, n);
  set_some(p->stage.project, &p->rng, n / 3);
  stage_open(&p->stage, 24, 80);
  p->corpus = project_corpus(p->stage.project);
  p->marked = xcalloc(100000, 1);
  sieve_init(&p->r, p->stage.w);
}

static void
end(struct play *p)
{
  stage_settle(&p->stage);
  sieve_release(&p->r);
  stage_close(&p->stage);
  free(p->before);
  free(p->marked);
}

static void
settle(struct play *p)
{
  int64_t until = clock_ms() + 60000;

  do {
    workbench_step(p->stage.w);
    sieve_update(&p->r);
    if (p->r.working)
      clock_sleep_ms(1);
    assert_true(clock_ms() < until);
  } while (p->r.working || p->r.anew || p->r.seen != corpus_revision(p->corpus));
}

/* ---- the model ---- */

static size_t
passing(struct play *p, const char *filter, uint32_t **ids)
{
  struct columns *columns = columns_new(p->stage.project);
  size_t n;

  assert_int_equal(filter_ids(p->corpus, filter, columns_provider(columns), ids, &n, NULL), 0);
  columns_free(columns);
  return n;
}

static void
check_index(struct play *p)
{
  size_t row, here = 0;

  for (size_t i = 0; i < p->r.n; i++)
    assert_true(sieve_find(&p->r, p->r.ids[i], &row) && row == i);
  for (uint32_t id = 0; id <= corpus_count(p->corpus) + 3; id++)
    here += sieve_find(&p->r, id, &row);
  assert_int_equal(here, p->r.n);
}

/* Made anew: exactly what passes, in order. */
static void
check_anew(struct play *p)
{
  uint32_t *ids;
  size_t n = passing(p, p->r.filter, &ids);
  struct columns *columns = columns_new(p->stage.project);
  char *sort = xasprintf("%s%s", p->r.reverse && *p->r.sort && *p->r.sort != '-' ? "-" : "",
                         p->r.sort + (p->r.reverse && *p->r.sort == '-'));

  sort_ids(p->corpus, sort, columns_provider(columns), ids, n, NULL);
  columns_free(columns);
  assert_int_equal(n, p->r.n);
  assert_int_equal(p->r.found, n);
  if (n)
    assert_memory_equal(ids, p->r.ids, n * sizeof *ids);
  check_index(p);
  free(ids);
  free(sort);
}

static void
look(struct play *p)
{
  p->n_before = p->r.n;
  p->before = xrealloc(p->before, (p->r.n + 1) * sizeof *p->before);
  if (p->r.n)
    memcpy(p->before, p->r.ids, p->r.n * sizeof *p->before);
}

/* After changes: what stood stands, what passes is there, and what was added passed at some time. */
static void
check_followed(struct play *p)
{
  uint32_t *ids;
  size_t n = passing(p, p->r.of, &ids), row;

  assert_true(p->r.n >= p->n_before);
  if (p->n_before)
    assert_memory_equal(p->before, p->r.ids, p->n_before * sizeof *p->before);
  for (size_t i = 0; i < n; i++)
    assert_true(sieve_find(&p->r, ids[i], &row));
  check_index(p);
  free(ids);
}

static void
check_marks(struct play *p)
{
  uint32_t count = corpus_count(p->corpus);
  struct buf out = BUF_INIT, query = BUF_INIT;
  uint32_t *ids = NULL;
  size_t n = 0, marked = 0;
  char *at;

  for (uint32_t id = 1; id <= count; id++) {
    assert_int_equal(sieve_marked(&p->r, id), p->marked[id]);
    marked += p->marked[id];
  }
  assert_int_equal(p->r.n_marks, marked);
  assert_int_equal(sieve_selection(&p->r, &out), marked > 0);
  if (!strncmp(buf_str(&out), "--id ", 5)) {
    buf_addf(&query, "id:%s", out.s + 5);
  } else if (marked) {
    at = out.s + strlen("--filter \"");
    for (; *at != '"'; at++)
      buf_addc(&query, *at == '\\' ? *++at : *at);
  }
  if (marked) {
    n = passing(p, buf_str(&query), &ids);
    for (size_t i = 0; i < n; i++)
      assert_true(p->marked[ids[i]]);
  }
  for (uint32_t id = 1, k = 0; id <= count; id++) {  /* gone ones are no command's business */
    struct sample s;

    k += k < n && ids[k] == id - 1;
    if (p->marked[id] && corpus_get(p->corpus, id, &s))
      assert_true(k < n && ids[k] == id);
  }
  free(ids);
  buf_release(&out);
  buf_release(&query);
}

/* ---- what happens ---- */

static void
do_filter(struct play *p)
{
  const char *filter = filters[below(p, N_OF(filters))];
  char *was = xstrdup(p->r.filter);
  bool trying = below(p, 3) == 0;
  struct err e = {0};

  look(p);
  assert_int_equal((trying ? sieve_try : sieve_filter)(&p->r, filter, &e), 0);
  if (below(p, 4) == 0) {   /* typed on before the first is there */
    filter = filters[below(p, N_OF(filters))];
    assert_int_equal((trying ? sieve_try : sieve_filter)(&p->r, filter, &e), 0);
  }
  settle(p);
  if (trying && p->r.found == 0 && p->n_before)
    assert_memory_equal(p->before, p->r.ids, p->n_before * sizeof *p->before);
  else
    check_anew(p);
  assert_int_equal(sieve_filter(&p->r, "label:nosuch", &e), -1);
  sieve_refresh(&p->r);
  settle(p);
  free(was);
}

static void
do_change(struct play *p)
{
  struct err e = {0};

  look(p);
  switch (below(p, 4)) {
  case 0: insert(p->stage.project, &p->rng, 1 + below(p, 40)); break;
  case 1: set_some(p->stage.project, &p->rng, 1 + below(p, 300)); break;
  case 2: set_some(p->stage.project, &p->rng, 1 + below(p, 5)); break;
  default: project_undo(p->stage.project, UNDO_ANY, NULL, &e); break;
  }
  settle(p);
  check_followed(p);
}

static void
do_mark(struct play *p)
{
  bool all = p->r.n > 0;

  switch (below(p, 4)) {
  case 0:
    for (size_t i = 0; i < p->r.n; i++)
      all &= p->marked[p->r.ids[i]];
    sieve_mark_all(&p->r);
    for (size_t i = 0; i < p->r.n; i++)
      p->marked[p->r.ids[i]] = !all;
    break;
  case 1:
    sieve_unmark(&p->r);
    memset(p->marked, 0, 100000);
    break;
  default:
    for (uint32_t i = below(p, 50); i > 0; i--) {
      uint32_t id = 1 + below(p, corpus_count(p->corpus));

      p->marked[id] = !p->marked[id];
      sieve_mark(&p->r, id, p->marked[id]);
    }
  }
  check_marks(p);
}

static void
play(const char *name, uint32_t n, int rounds, uint64_t seed)
{
  struct play p;
  struct err e = {0};

  begin(&p, name, n, seed);
  settle(&p);
  check_anew(&p);
  for (int i = 0; i < rounds; i++)
    switch (below(&p, 8)) {
    case 0: do_filter(&p); break;
    case 1:
      assert_int_equal(sieve_sort(&p.r, sorts[below(&p, N_OF(sorts))], below(&p, 2), &e), 0);
      settle(&p);
      check_anew(&p);
      break;
    case 2: case 3: do_mark(&p); break;
    default: do_change(&p); break;
    }
  end(&p);
}

static void
small(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++)
    play(seed == 1 ? "small1" : seed == 2 ? "small2" : "small3", 300, 120, seed);
}

static void
large(void **state)
{
  (void)state;
  play("large", 7000, 60, 9);
}

/* All that is marked and all that is listed is one short query, also after some rows were decided and others came. */
static void
selection_is_short(void **state)
{
  struct play p;
  struct buf out = BUF_INIT;
  struct err e = {0};

  (void)state;
  begin(&p, "short", 7000, 4);
  assert_int_equal(sieve_filter(&p.r, "label:billing", &e), 0);
  settle(&p);
  insert(p.stage.project, &p.rng, 20);
  set_some(p.stage.project, &p.rng, 40);
  settle(&p);
  sieve_mark_all(&p.r);
  for (size_t i = 0; i < p.r.n; i++)
    p.marked[p.r.ids[i]] = 1;
  insert(p.stage.project, &p.rng, 20);  /* the list has not seen them: they are not meant */
  assert_true(sieve_selection(&p.r, &out));
  assert_memory_equal(out.s, "--filter", 8);
  assert_true(out.n < 500);
  check_marks(&p);
  buf_release(&out);
  end(&p);
}

/* ---- while others change samples ---- */

struct other {
  struct project *project;
  atomic_bool ends;
};

static void *
other_main(void *arg)
{
  struct other *o = arg;
  struct rng rng;

  rng_seed(&rng, 77);
  while (!atomic_load(&o->ends)) {
    insert(o->project, &rng, 10);
    set_some(o->project, &rng, 20);
    clock_sleep_ms(1);
  }
  return NULL;
}

static void
among_others(void **state)
{
  struct other other;
  struct play p;
  struct err e = {0};
  pthread_t thread;

  (void)state;
  begin(&p, "others", 6000, 5);
  other.project = p.stage.project;
  atomic_init(&other.ends, false);
  assert_int_equal(pthread_create(&thread, NULL, other_main, &other), 0);
  for (int i = 0; i < 40; i++) {
    if (i % 4 == 0)
      assert_int_equal(sieve_try(&p.r, filters[below(&p, N_OF(filters) - 1)], &e), 0);
    for (int k = 0; k < 8; k++) {
      look(&p);
      workbench_step(p.stage.w);
      sieve_update(&p.r);
      check_index(&p);
      clock_sleep_ms(1);
    }
  }
  atomic_store(&other.ends, true);
  pthread_join(thread, NULL);
  settle(&p);
  look(&p);
  check_followed(&p);
  sieve_refresh(&p.r);
  settle(&p);
  check_anew(&p);
  end(&p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(small),
    cmocka_unit_test(large),
    cmocka_unit_test(selection_is_short),
    cmocka_unit_test(among_others),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
