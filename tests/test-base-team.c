/* A team: each task once, whatever the numbers of tasks, members and rounds; idle members sleep. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/team.h"

#define MANY 1000

/* Plain memory: that the caller sees what members wrote, and they what he wrote, is the team's affair. */
struct work {
  unsigned add;
  unsigned done[MANY];
  unsigned by[16];           /* tasks of each member; each writes its own */
  int n_members;
};

static void
count(void *arg, size_t task, int member)
{
  struct work *w = arg;

  if (member < 0 || member >= w->n_members)
    abort();
  w->done[task] += w->add;
  w->by[member]++;
}

static void
run(struct team *t, struct work *w, size_t n, unsigned add)
{
  w->add = add;
  team_run(t, n, count, w);
}

static void
check_all(const struct work *w, size_t n, unsigned want)
{
  for (size_t i = 0; i < MANY; i++)
    assert_int_equal(w->done[i], i < n ? want : 0);
}

static void
each_task_once(void **state)
{
  static const size_t numbers[] = {0, 1, 2, 3, 5, 64, MANY};

  (void)state;
  for (int threads = 1; threads <= 5; threads++) {
    struct team *t = team_new(threads);

    assert_int_equal(team_size(t), threads);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
      struct work w = {.n_members = threads};
      unsigned sum = 0;

      run(t, &w, numbers[i], 1);
      check_all(&w, numbers[i], 1);
      for (int m = 0; m < threads; m++)
        sum += w.by[m];
      assert_int_equal(sum, numbers[i]);
    }
    team_free(t);
  }
}

/* Short rounds, one upon the other: a member that is late for one must not miss the next, nor do two at once. */
static void
many_rounds(void **state)
{
  struct team *t = team_new(3);
  struct work w = {.n_members = 3};
  unsigned want = 0;

  (void)state;
  for (unsigned round = 0; round < 3000; round++) {
    run(t, &w, 7, round);
    want += round;
    check_all(&w, 7, want);
  }
  team_free(t);
}

/* Some rounds come after the members went to sleep, some while they still look out. */
static void
rounds_after_rest(void **state)
{
  struct team *t = team_new(2);
  struct work w = {.n_members = 2};

  (void)state;
  for (unsigned round = 0; round < 60; round++) {
    if (round % 3 == 0)
      nanosleep(&(struct timespec){0, 500000}, NULL);
    run(t, &w, 50, 1);
    check_all(&w, 50, round + 1);
  }
  team_free(t);
}

static void
a_team_of_one_is_its_caller(void **state)
{
  struct team *t = team_new(1);
  struct work w = {.n_members = 1};

  (void)state;
  assert_int_equal(team_size(t), 1);
  run(t, &w, MANY, 1);
  assert_int_equal(w.by[0], MANY);
  team_free(t);
  team_free(NULL);
}

static void
teams_that_never_ran(void **state)
{
  (void)state;
  for (int i = 0; i < 50; i++)
    team_free(team_new(1 + i % 4));
}

/* Whether all threads but this one sleep, as the system sees it. */
static bool
others_sleep(void)
{
  DIR *dir = opendir("/proc/self/task");
  struct dirent *d;
  bool sleep = true;

  while (dir && (d = readdir(dir))) {
    char path[300], line[512] = "", *after;
    FILE *f;

    if (d->d_name[0] == '.' || atoi(d->d_name) == getpid())
      continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/stat", d->d_name);
    f = fopen(path, "r");
    after = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    sleep = sleep && (!after || after[2] == 'S');
    if (f)
      fclose(f);
  }
  if (dir)
    closedir(dir);
  return sleep;
}

static void
idle_members_sleep(void **state)
{
  struct team *t = team_new(4);
  struct work w = {.n_members = 4};
  bool sleep = false;

  (void)state;
  if (access("/proc/self/task", R_OK) != 0)
    skip();
  run(t, &w, 100, 1);
  for (int i = 0; i < 1000 && !sleep; i++) {
    nanosleep(&(struct timespec){0, 10000000}, NULL);
    sleep = others_sleep();
  }
  assert_true(sleep);
  run(t, &w, 100, 1);
  check_all(&w, 100, 2);
  team_free(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_task_once),
    cmocka_unit_test(many_rounds),
    cmocka_unit_test(rounds_after_rest),
    cmocka_unit_test(a_team_of_one_is_its_caller),
    cmocka_unit_test(teams_that_never_ran),
    cmocka_unit_test(idle_members_sleep),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
