/* Nothing that was done can be lost: ten thousand random actions of all kinds, with restarts and kills in the middle,
 * undone to the beginning and made again to the end, and at each step what a second telling of the history says. */
#include "tests/store-stage.h"

#include <locale.h>
#include <signal.h>
#include <sys/wait.h>

#include "ship/dataset.h"
#include "tests/history-acts.h"

enum { ACTIONS = 10000, ROUNDS = 10 };

/* ---- the whole ---- */

static char *
export(struct project *p, enum record_format format)
{
  const struct corpus *c = project_corpus(p);
  uint32_t n = corpus_count(c), *ids = xmalloc((n + 1) * sizeof *ids);
  struct err e = {0};
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);

  for (uint32_t i = 0; i < n; i++)
    ids[i] = i + 1;
  must(dataset_export(c, ids, n, format, f, NULL, &e), &e);
  fclose(f);
  free(ids);
  return text;
}

static void
export_is(struct project *p, char *const *want)
{
  static const enum record_format formats[] = {RECORD_JSONL, RECORD_CSV};

  for (size_t i = 0; i < N_OF(formats); i++) {
    char *is = export(p, formats[i]);

    assert_string_equal(is, want[i]);
    free(is);
  }
}

static void
begin_stage(struct stage *s, uint64_t seed)
{
  *s = (struct stage){.p = fresh(TASK_MULTILABEL)};
  rng_seed(&s->rng, seed);
  snprintf(s->rows, sizeof s->rows, "%s/rows.jsonl", store_folder);
}

static void
some_first_samples(struct stage *s)
{
  struct err e = {0};

  insert(s->p, 20, "import");
  must(acts_follow_new(s, 0, &e), &e);
}

static void
all_can_be_undone_and_made_again(struct stage *s)
{
  char *begin[2], *end[2];
  uint32_t newest;
  size_t n;
  struct err e = {0};

  must(acts_settle(s, &e), &e);
  newest = s->model.done.v[s->model.done.n - 1];
  n = s->model.done.n;
  for (int i = 0; i < 2; i++)
    end[i] = export(s->p, i ? RECORD_CSV : RECORD_JSONL);
  begin[0] = xstrdup("");
  begin[1] = xstrdup("id,text,label,split,origin,status,template,teacher,attributes,request,parent\n");
  for (int round = 0; round < 2; round++) {
    must(acts_go(s, &(struct project_way){.redo = false}, n, false, &e), &e);
    export_is(s->p, begin);
    must(acts_restart(s, &e), &e);
    must(acts_go(s, &(struct project_way){.redo = true, .to = newest}, n, false, &e), &e);
    export_is(s->p, end);
    must(acts_restart(s, &e), &e);
    export_is(s->p, end);
  }
  for (int i = 0; i < 2; i++) {
    free(begin[i]);
    free(end[i]);
  }
}

static void
end_stage(struct stage *s)
{
  struct err e = {0};

  must(project_close(s->p, &e), &e);
  check_whole();
  model_release(&s->model);
}

/* ---- killed ---- */

/* In a child: acts until it is killed, and tells of each entry of the log once it is said to be on disk. */
_Noreturn static void
act_and_tell(struct stage *s, int fd)
{
  struct err e = {0};

  s->p = project_open(store_path, PROJECT_WRITE, &e);
  while (s->p && acts_one(s, &e) == 0)
    if (!s->n_posted && write(fd, &s->model.seen, sizeof s->model.seen) < 0)
      break;
  fprintf(stderr, "a child failed: %s\n", e.message);
  _exit(1);
}

/* The newest entry that was said to be on disk when the child was killed. */
static uint32_t
act_in_a_child(struct stage *s, uint64_t words)
{
  uint32_t told, durable = s->model.seen;
  int ends[2], status;
  pid_t child;

  assert_int_equal(pipe(ends), 0);
  child = fork();
  if (child == 0) {
    close(ends[0]);
    act_and_tell(s, ends[1]);
  }
  close(ends[1]);
  while (read(ends[0], &told, sizeof told) == sizeof told) {
    durable = told;
    if (words-- == 1)
      kill(child, SIGKILL);
  }
  close(ends[0]);
  status = wait_for(child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return durable;
}

static void
same_logs(struct project *a, struct project *b, uint32_t newest)
{
  struct log_entry *x, *y;
  struct err e = {0};
  size_t n, m;

  must(project_log(a, newest + 1, 0, &x, &n, &e), &e);
  must(project_log(b, newest + 1, 0, &y, &m, &e), &e);
  assert_int_equal(n, m);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(x[i].id, y[i].id);
    assert_int_equal(x[i].kind, y[i].kind);
    assert_int_equal(x[i].target, y[i].target);
    assert_int_equal(x[i].n, y[i].n);
    assert_int_equal(x[i].first_id, y[i].first_id);
    assert_string_equal(x[i].actor, y[i].actor);
    assert_string_equal(x[i].summary, y[i].summary);
  }
  log_entries_free(x, n);
  log_entries_free(y, m);
}

/* Chance is the same each time, and so what a killed process did can be done again, on a copy of the file that it began
 * with. What it left must be that up to some point: not before what it was told to be on disk, no part of an entry, all
 * in order, and the corpus as it was at that point. */
static void
killed_and_opened_again(struct stage *s)
{
  char path[sizeof store_path], *line = NULL;
  struct project *left;
  struct log_entry *log;
  struct err e = {0};
  uint32_t durable, newest;
  size_t n;

  must(acts_settle(s, &e), &e);
  must(project_close(s->p, &e), &e);
  line = xasprintf("cp %s %s-copy", store_path, store_path);
  assert_int_equal(system(line), 0);
  free(line);
  durable = act_in_a_child(s, acts_below(s, 100) + 1);
  check_whole();

  strcpy(path, store_path);
  strcat(store_path, "-copy");
  s->p = open_it(PROJECT_WRITE);
  left = project_open(path, PROJECT_WRITE, &e);
  assert_non_null(left);
  must(project_log(left, 0, 1, &log, &n, &e), &e);
  newest = log[0].id;
  log_entries_free(log, n);
  assert_true(newest >= durable);
  while (s->model.seen < newest)
    must(acts_one(s, &e), &e);
  must(acts_settle(s, &e), &e);
  same_logs(left, s->p, newest);
  assert_true(s->model.known[newest].whole);
  assert_true(s->model.known[newest].state == model_digest(project_corpus(left)));

  must(project_close(s->p, &e), &e);
  strcpy(store_path, path);
  s->p = left;
  s->n_compared += s->model.n_compared;
  model_release(&s->model);
  must(model_follow(&s->model, s->p, acts_digest(s), NULL, 0, &e), &e);
}

/* ---- the test ---- */

static void
ten_thousand_actions(void **state)
{
  struct stage s;
  struct err e = {0};

  (void)state;
  begin_stage(&s, 20);
  some_first_samples(&s);
  for (int round = 1; s.n_done < ACTIONS;) {
    must(acts_one(&s, &e), &e);
    if (s.n_done >= round * ACTIONS / ROUNDS) {
      killed_and_opened_again(&s);
      round++;
    }
  }
  all_can_be_undone_and_made_again(&s);
  print_message("%zu changes in force, %zu steps held to what is known, %d ways refused, %d gone to, %d again\n",
                s.model.done.n, s.n_compared, s.n_refused, s.n_gone_to, s.n_again);
  assert_true(s.model.done.n > 1000 && s.n_compared > 1000);
  assert_true(s.n_refused > 10 && s.n_gone_to > 100 && s.n_again > 10);
  end_stage(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ten_thousand_actions),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
