/* All recordings come in: what is kept and what falls away of each. Other people's data are needed for some of it,
 * so that this runs only where RETORT_RECORDINGS names the folder of the recordings, and looks at test sets where
 * RETORT_DATA names theirs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "generate/job.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static const struct set {
  const char *folder, *template, *replies, *test;
  bool pair;
  unsigned requests, texts;
  unsigned least_kept;        /* what falls away otherwise has been looked at, and doubles */
} sets[] = {
  {"support-tickets", "support-tickets", "replies", NULL, false, 144, 1440, 1430},
  {"question-type", "question-type", "replies", "trec/test.jsonl", false, 144, 1440, 1400},
  {"question-type", "question-type-2", "replies-2", "trec/test.jsonl", false, 144, 1440, 1400},
  {"movie-sentiment", "movie-sentiment", "replies", "sst2/test.jsonl", false, 80, 1600, 1580},
  {"movie-sentiment", "movie-sentiment-2", "replies-2", "sst2/test.jsonl", false, 80, 1600, 1580},
  {"banking-intents", "banking-intents", "replies", "banking77/test.jsonl", false, 77, 1078, 1000},
  {"nli", "nli", "replies", "snli-cad/test.jsonl", true, 72, 720, 710},
};

static char *
read_of(const char *folder, const char *name, const char *ending, size_t *n)
{
  char *path = xasprintf("%s/%s/%s%s", getenv("RETORT_RECORDINGS"), folder, name, ending), *text;
  struct err e = {0};

  if (io_read_file(path, 256 << 20, &text, n, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  return text;
}

static size_t
read_labels(char *text, struct project_label *rows, size_t max)
{
  char *save, *line;
  size_t n = 0;

  for (line = strtok_r(text, "\n", &save); line && n < max; line = strtok_r(NULL, "\n", &save)) {
    char *tab = strchr(line, '\t');

    if (tab) {
      *tab = '\0';
      rows[n++] = (struct project_label){line, tab + 1};
    }
  }
  return n;
}

static void
insert_tests(struct project *p, const char *path)
{
  struct lines l;
  struct err e = {0};
  struct change *ch = change_new(CHANGE_INSERT, "test", "insert");
  char *s;
  size_t n;

  if (lines_open(&l, path, 1 << 20, &e) < 0)
    fail_msg("%s", e.message);
  while (lines_next(&l, &s, &n, &e) > 0) {
    struct json *j = json_parse(s, n, NULL, &e);
    const char *text = json_string(json_get(j, "text")), *text2 = json_string(json_get(j, "text2"));

    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
                                           .n_text2 = text2 ? (uint32_t)strlen(text2) : 0, .split = SPLIT_TEST});
    json_free(j);
  }
  lines_close(&l);
  if (project_insert(p, ch, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static struct project *
make(const struct set *s, const char *path)
{
  struct project_label labels[100];
  size_t n;
  char *names = read_of(s->folder, "labels", ".tsv", &n), *source = read_of(s->folder, s->template, ".prompty", &n);
  char *replies = read_of(s->folder, s->replies, ".jsonl", &n);
  struct teacher_row teacher = {.name = "recorded", .kind = "replay", .url = "", .model = "", .key_env = "",
                                .settings = "{}",
                                .price_in = NAN, .price_out = NAN};
  size_t n_labels = read_labels(names, labels, N_OF(labels));
  struct project *p = NULL;
  struct err e = {0};

  unlink(path);
  if (project_create(path, s->pair ? TASK_PAIR : TASK_CLASSIFY, labels, n_labels, &e) < 0 ||
      !(p = project_open(path, PROJECT_WRITE, &e)) || template_store_put(p, s->template, source, NULL, &e) < 0 ||
      teacher_store_put(p, &teacher, replies, n, NULL, &e) < 0)
    fail_msg("%s", e.message);
  free(names);
  free(source);
  free(replies);
  return p;
}

static void
bring_in(const struct set *s, const char *path)
{
  struct project *p = make(s, path);
  const struct funnel *f;
  struct err e = {0};
  struct job *j;
  double seconds;

  if (s->test && getenv("RETORT_DATA")) {
    char *tests = xasprintf("%s/%s", getenv("RETORT_DATA"), s->test);

    insert_tests(p, tests);
    free(tests);
  }
  seconds = clock_s();
  j = job_new(p, &(struct job_options){.template_name = s->template, .teachers = &(struct job_teacher){.name = "recorded"}, .n_teachers = 1}, &e);
  if (!j)
    fail_msg("%s: %s", s->template, e.message);
  while (job_step(j, 100, &e) == 1)
    ;
  f = job_status(j);
  print_message("%-18s %u requests: asked %u, parsed %u, kept %u", s->template, f->ok, f->requested, f->parsed,
                f->kept);
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (f->dropped[i] > 0)
      print_message(", %s %u", drop_defs[i].name, f->dropped[i]);
  print_message(" (%.2f s)\n", clock_s() - seconds);
  assert_string_equal(e.message, "");
  assert_int_equal(f->ok, s->requests);
  assert_int_equal(f->requested, s->texts);
  assert_int_equal(f->dropped[DROP_PARSE] + f->dropped[DROP_SHAPE] + f->dropped[DROP_EMPTY], 0);
  assert_true(f->kept >= s->least_kept);
  job_free(j);
  assert_int_equal(project_close(p, &e), 0);
}

static void
recordings_come_in(void **state)
{
  char folder[] = "/tmp/retort-test-XXXXXX", *path, *command;

  (void)state;
  if (!getenv("RETORT_RECORDINGS"))
    skip();
  assert_non_null(mkdtemp(folder));
  path = xasprintf("%s/p.retort", folder);
  for (size_t i = 0; i < N_OF(sets); i++)
    bring_in(&sets[i], path);
  command = xasprintf("rm -rf '%s'", folder);
  assert_int_equal(system(command), 0);
  free(command);
  free(path);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(recordings_come_in),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
