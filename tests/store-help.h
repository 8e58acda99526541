/* What the tests of the room store share: a folder of their own, projects in it, samples, and what a corpus holds as text. */
#ifndef TESTS_STORE_HELP_H
#define TESTS_STORE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/check.h"
#include "store/project.h"

static char help_folder[64];
static char help_path[128];

static const struct project_label help_labels[] = {{"billing", "charges"}, {"shipping", "parcels"}, {"returns", NULL}};

/* In memory where there is such a place: what is tested here is order and atomicity, not the disk. */
static inline int
help_begin(void)
{
  snprintf(help_folder, sizeof help_folder, "%s/retort-test.XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
  if (!mkdtemp(help_folder))
    return -1;
  snprintf(help_path, sizeof help_path, "%s/p.retort", help_folder);
  return 0;
}

static inline void
help_end(void)
{
  char command[100];

  snprintf(command, sizeof command, "rm -rf %s", help_folder);
  if (system(command))
    perror("rm");
}

static inline void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

static inline struct project *
open_it(enum project_mode mode)
{
  struct err e = {0};
  struct project *p = project_open(help_path, mode, &e);

  if (!p)
    fail_msg("%s", e.message);
  return p;
}

/* A new project of three labels in the place of the old one, not open. */
static inline void
make_fresh(enum task task)
{
  struct err e = {0};
  char name[160];

  unlink(help_path);
  snprintf(name, sizeof name, "%s-wal", help_path);
  unlink(name);
  snprintf(name, sizeof name, "%s-shm", help_path);
  unlink(name);
  must(project_create(help_path, task, help_labels, N_OF(help_labels), &e), &e);
}

static inline struct project *
fresh(enum task task)
{
  make_fresh(task);
  return open_it(PROJECT_WRITE);
}

static inline struct project *
reopen(struct project *p)
{
  struct err e = {0};

  must(project_close(p, &e), &e);
  return open_it(PROJECT_WRITE);
}

static inline struct change *
some_samples(int n, const char *actor)
{
  struct change *ch = change_new(CHANGE_INSERT, actor, "import some");

  for (int i = 0; i < n; i++) {
    char text[64];
    uint16_t label = (uint16_t)(i % 3);
    struct sample s = {.text = text, .labels = &label, .n_labels = 1, .origin = ORIGIN_IMPORTED, .attributes = "topic=x"};

    s.n_text = (uint32_t)snprintf(text, sizeof text, "text number %d of %s", i, actor);
    change_add_sample(ch, &s);
  }
  return ch;
}

static inline uint32_t
insert(struct project *p, int n, const char *actor)
{
  struct change *ch = some_samples(n, actor);
  struct err e = {0};
  uint32_t first = 0;

  must(project_insert(p, ch, &first, &e), &e);
  change_free(ch);
  return first;
}

static inline void
set_status(struct project *p, uint32_t id, enum status status)
{
  struct change *ch = change_new(CHANGE_SET, "person", "set a status");
  struct err e = {0};

  change_set_status(ch, id, status);
  must(project_post(p, ch, &e), &e);
}

static inline enum status
status_of(struct project *p, uint32_t id)
{
  struct sample s;

  assert_true(corpus_get(project_corpus(p), id, &s));
  return s.status;
}

static inline void
check_whole(void)
{
  struct check_report r;
  struct err e = {0};

  must(check_project(help_path, &r, &e), &e);
  if (r.n)
    fail_msg("%s", r.problems[0]);
  check_report_release(&r);
}

/* Everything that is not gone, a line each. To be freed. */
static inline char *
dump(struct project *p)
{
  const struct corpus *c = project_corpus(p);
  struct buf b = BUF_INIT;
  struct sample s;

  for (uint32_t id = 1; id <= corpus_count(c); id++) {
    if (!corpus_get(c, id, &s))
      continue;
    buf_addf(&b, "%u|%s|%s|", id, s.text, s.text2 ? s.text2 : "-");
    labels_join(&b, corpus_labels(c), s.labels, s.n_labels, "+");
    buf_addf(&b, "|%d %d %d|%s|%u %u %u %u\n", s.split, s.status, s.origin, s.attributes, s.template_id, s.teacher_id,
             s.request_id, s.parent_id);
  }
  return buf_take(&b);
}

/* A random change of a few samples, posted. */
static inline void
random_change(struct project *p, struct rng *r)
{
  struct change *ch = change_new(CHANGE_SET, "person", "a random change");
  uint32_t n = corpus_count(project_corpus(p));
  struct err e = {0};
  char text[40];

  for (uint64_t k = rng_below(r, 4) + 1; k > 0 && n; k--) {
    uint32_t id = (uint32_t)rng_below(r, n) + 1;
    uint16_t labels[3] = {(uint16_t)rng_below(r, 3), (uint16_t)rng_below(r, 3), (uint16_t)rng_below(r, 3)};

    snprintf(text, sizeof text, "edited %d", (int)rng_below(r, 1000));
    switch (rng_below(r, 7)) {
    case 0: change_set_text(ch, id, text, strlen(text)); break;
    case 1: change_set_text2(ch, id, rng_below(r, 2) ? text : NULL, strlen(text)); break;
    case 2: change_set_labels(ch, id, labels, corpus_task(project_corpus(p)) == TASK_MULTILABEL ? rng_below(r, 4) : rng_below(r, 2));
      break;
    case 3: change_set_split(ch, id, (enum split)rng_below(r, N_SPLITS)); break;
    case 4: change_set_status(ch, id, (enum status)rng_below(r, N_STATUSES)); break;
    case 5: change_set_attributes(ch, id, rng_below(r, 2) ? text : ""); break;
    case 6: change_set_number(ch, id, FIELD_ORIGIN, (uint32_t)rng_below(r, N_ORIGINS)); break;
    }
  }
  must(project_post(p, ch, &e), &e);
}

#endif
