/* The room curate: a second look at decisions, and how fast they went. */
#include "tests/store-stage.h"

#include <math.h>
#include <sqlite3.h>

#include "curate/audit.h"
#include "curate/pace.h"

/* A person's change of one sample alone. */
static void
decide(struct project *p, uint32_t id, int status, int label)
{
  struct change *ch = change_new(CHANGE_SET, "person", "one sample");
  struct err e = {0};

  if (status >= 0)
    change_set_status(ch, id, (enum status)status);
  if (label >= 0)
    change_set_label(ch, id, (uint16_t)label);
  must(project_post(p, ch, &e), &e);
  must(project_sync(p, &e), &e);
}

static void
answer(struct project *p, uint32_t id, enum status status, int label)
{
  uint16_t l = (uint16_t)label;
  struct err e = {0};

  must(audit_answer(p, id, &(struct judgement){status, &l, label >= 0}, &e), &e);
}

static void
agreement_is_as_in_the_books(void **state)
{
  /* Cohen 1960's measure on the table 20 5 / 10 15: agreement .70, chance .50, kappa .40. */
  uint32_t first[50], second[50];
  struct agreement a;
  size_t n = 0;

  (void)state;
  for (int i = 0; i < 50; i++, n++) {
    first[n] = i >= 25;
    second[n] = i < 20 ? 0 : i < 25 ? 1 : i < 35 ? 0 : 1;
  }
  a = agreement_of(first, second, n, 2);
  assert_int_equal(a.same, 35);
  assert_float_equal(a.share, .7, 1e-12);
  assert_float_equal(a.chance, .5, 1e-12);
  assert_float_equal(a.kappa, .4, 1e-12);
  assert_true(a.kappa_ci.lo > .1 && a.kappa_ci.lo < .4 && a.kappa_ci.hi > .4 && a.kappa_ci.hi < .65);
  /* Ten texts that all agree: the interval has a width. */
  for (n = 0; n < 10; n++)
    first[n] = second[n] = n % 2;
  a = agreement_of(first, second, n, 2);
  assert_float_equal(a.kappa, 1, 1e-12);
  assert_true(a.kappa_ci.lo < .6 && a.kappa_ci.hi >= 1 - 1e-9);
  /* Chance alone explains all. */
  a = agreement_of((uint32_t[]){0, 0}, (uint32_t[]){0, 0}, 2, 1);
  assert_true(isnan(a.kappa) && a.same == 2);
  a = agreement_of(NULL, NULL, 0, 0);
  assert_true(isnan(a.share) && isnan(a.kappa));
}

static void
a_random_part_of_single_decisions_is_picked(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct audit_pass pass, again;
  struct change *bulk = change_new(CHANGE_SET, "person", "bulk"), *job = change_new(CHANGE_SET, "job 1", "job");
  struct err e = {0};

  (void)state;
  insert(p, 200, "import");
  must(audit_pick(p, AUDIT_SHARE, 1, &pass, &e), &e);
  assert_int_equal(pass.n_decisions + pass.n_picked + pass.n, 0);
  audit_pass_release(&pass);
  for (uint32_t id = 1; id <= 100; id++)
    decide(p, id, id % 2 ? STATUS_ACCEPTED : STATUS_REJECTED, -1);
  for (uint32_t id = 101; id <= 150; id++)
    change_set_status(bulk, id, STATUS_ACCEPTED);
  must(project_post(p, bulk, &e), &e);
  change_set_status(job, 151, STATUS_ACCEPTED);
  must(project_post(p, job, &e), &e);
  decide(p, 152, STATUS_ACCEPTED, -1);
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);
  must(audit_pick(p, AUDIT_SHARE, 1, &pass, &e), &e);
  assert_int_equal(pass.n_decisions, 100);
  assert_int_equal(pass.n_picked, 5);
  assert_int_equal(pass.n, 5);
  must(audit_pick(p, AUDIT_SHARE, 1, &again, &e), &e);
  for (size_t i = 0; i < 5; i++) {
    assert_true(pass.items[i].sample >= 1 && pass.items[i].sample <= 100);
    assert_int_equal(pass.items[i].sample, again.items[i].sample);
    assert_int_equal(pass.items[i].came.status, STATUS_NEW);   /* not what was decided */
  }
  audit_pass_release(&again);
  must(audit_pick(p, AUDIT_SHARE, 2, &again, &e), &e);
  assert_true(again.items[0].sample != pass.items[0].sample || again.items[1].sample != pass.items[1].sample);
  audit_pass_release(&again);
  /* What is answered is not asked again, until it is decided anew. */
  answer(p, pass.items[2].sample, STATUS_ACCEPTED, 0);
  must(audit_pick(p, AUDIT_SHARE, 1, &again, &e), &e);
  assert_int_equal(again.n, 4);
  assert_int_equal(again.n_picked, 5);
  audit_pass_release(&again);
  usleep(2000);
  decide(p, pass.items[2].sample, -1, (int)(pass.items[2].sample % 3));
  must(audit_pick(p, AUDIT_SHARE, 1, &again, &e), &e);
  assert_int_equal(again.n, 5);
  audit_pass_release(&again);
  audit_pass_release(&pass);
  must(project_close(p, &e), &e);
  check_whole();
}

static void
a_sample_is_shown_as_it_came(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct judgement came;
  struct err e = {0};

  (void)state;
  insert(p, 3, "import");             /* labels 0, 1, 2 */
  decide(p, 2, -1, 0);
  decide(p, 2, STATUS_ACCEPTED, -1);
  decide(p, 2, STATUS_REJECTED, 2);
  must(audit_came(p, 2, &came, &e), &e);
  assert_int_equal(came.status, STATUS_NEW);
  assert_int_equal(came.n_labels, 1);
  assert_int_equal(came.labels[0], 1);
  free(came.labels);
  assert_int_equal(audit_came(p, 3, &came, &e), -1);
  assert_string_equal(e.message, "nobody has decided about sample 3 by itself yet");
  assert_int_equal(audit_came(p, 4, &came, &e), -1);
  must(project_close(p, &e), &e);
}

static void
the_report_compares_the_two_passes(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct audit_report r;
  struct err e = {0};

  (void)state;
  insert(p, 6, "import");             /* labels 0 1 2 0 1 2 */
  for (uint32_t id = 1; id <= 6; id++)
    decide(p, id, id == 6 ? STATUS_REJECTED : STATUS_ACCEPTED, -1);
  answer(p, 1, STATUS_ACCEPTED, 0);
  answer(p, 2, STATUS_ACCEPTED, 2);   /* another label, */
  answer(p, 2, STATUS_ACCEPTED, 0);   /* of which only the last word counts */
  answer(p, 3, STATUS_REJECTED, 2);
  answer(p, 4, STATUS_ACCEPTED, 0);
  answer(p, 6, STATUS_REJECTED, -1);  /* of what is rejected the label is no matter */
  must(audit_report(p, &r, &e), &e);
  assert_int_equal(r.agreement.n, 5);
  assert_int_equal(r.agreement.same, 3);
  assert_int_equal(r.n_labels, 4);
  assert_int_equal(r.labels[0].first, 2);
  assert_int_equal(r.labels[0].second, 3);
  assert_int_equal(r.labels[0].both, 2);
  assert_int_equal(r.labels[1].first, 1);
  assert_int_equal(r.labels[1].second, 0);
  assert_int_equal(r.labels[3].label, LABEL_NONE);
  assert_int_equal(r.labels[3].first, 1);
  assert_int_equal(r.labels[3].second, 2);
  assert_int_equal(r.n_differences, 2);
  for (int i = 0; i < 2; i++)
    assert_int_equal(r.differences[i].second.status,
                     r.differences[i].sample == 3 ? STATUS_REJECTED : STATUS_ACCEPTED);
  /* An answer changes nothing. */
  assert_int_equal(status_of(p, 3), STATUS_ACCEPTED);
  audit_report_release(&r);
  must(project_close(p, &e), &e);
  check_whole();
}

/* Puts the entry of the log at so many seconds after the first. */
static void
at(uint32_t entry, double seconds)
{
  char sql[120];
  sqlite3 *h;

  snprintf(sql, sizeof sql, "UPDATE change SET at_ms = 1000000000000 + %.0f WHERE id = %u", 1000 * seconds, entry);
  assert_int_equal(sqlite3_open(store_path, &h), SQLITE_OK);
  assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(h);
}

static void
pauses_are_not_counted(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct change *bulk = change_new(CHANGE_SET, "person", "bulk");
  struct pace pace;
  struct err e = {0};

  (void)state;
  insert(p, 10, "import");            /* 1: no person */
  decide(p, 1, STATUS_ACCEPTED, -1);  /* 2 */
  decide(p, 2, STATUS_REJECTED, -1);  /* 3 */
  decide(p, 3, -1, 1);                /* 4 */
  for (uint32_t id = 4; id <= 8; id++)
    change_set_status(bulk, id, STATUS_ACCEPTED);
  must(project_post(p, bulk, &e), &e); /* 5 */
  decide(p, 9, STATUS_ACCEPTED, -1);  /* 6 */
  assert_int_equal(project_undo(p, UNDO_ANY, NULL, &e), 1);  /* 7 */
  must(project_close(p, &e), &e);
  at(1, 0);
  at(2, 1000);
  at(3, 1010);
  at(4, 1130);                        /* just no pause */
  at(5, 1250.001);                    /* a pause */
  at(6, 1260);
  at(7, 1270);
  p = open_it(PROJECT_READ);
  must(pace_of(p, &pace, &e), &e);
  assert_int_equal(pace.decisions, 3);
  assert_int_equal(pace.accepted, 1);
  assert_int_equal(pace.rejected, 1);
  assert_int_equal(pace.relabelled, 1);
  assert_int_equal(pace.edited, 0);
  assert_int_equal(pace.bulk, 1);
  assert_int_equal(pace.bulk_samples, 5);
  assert_int_equal(pace.undone, 1);
  assert_int_equal(pace.sittings, 2);
  assert_float_equal(pace.minutes, (10 + 120 + 9.999 + 10) / 60, 1e-9);
  assert_float_equal(pace.per_minute, 3 / pace.minutes, 1e-9);
  must(project_close(p, &e), &e);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(agreement_is_as_in_the_books),
    cmocka_unit_test(a_random_part_of_single_decisions_is_picked),
    cmocka_unit_test(a_sample_is_shown_as_it_came),
    cmocka_unit_test(the_report_compares_the_two_passes),
    cmocka_unit_test(pauses_are_not_counted),
  };

  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
