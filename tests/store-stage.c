#include "tests/store-stage.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/check.h"

char store_folder[64], store_path[128];

static const struct project_label three_labels[] = {{"billing", "charges"}, {"shipping", "parcels"}, {"returns", NULL}};

/* In memory where there is such a place: what is tested here is order and atomicity, not the disk. */
int
store_folder_make(void **state)
{
  (void)state;
  snprintf(store_folder, sizeof store_folder, "%s/retort-test.XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
  if (!mkdtemp(store_folder))
    return -1;
  snprintf(store_path, sizeof store_path, "%s/p.retort", store_folder);
  return 0;
}

int
store_folder_remove(void **state)
{
  char *line = xasprintf("rm -rf %s", store_folder);
  int r = system(line);

  (void)state;
  free(line);
  return r;
}

void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

struct project *
open_it(enum project_mode mode)
{
  struct err e = {0};
  struct project *p = project_open(store_path, mode, &e);

  if (!p)
    fail_msg("%s", e.message);
  return p;
}

void
make_fresh(enum task task)
{
  struct err e = {0};
  char name[160];

  unlink(store_path);
  snprintf(name, sizeof name, "%s-wal", store_path);
  unlink(name);
  snprintf(name, sizeof name, "%s-shm", store_path);
  unlink(name);
  must(project_create(store_path, task, three_labels, N_OF(three_labels), &e), &e);
}

struct project *
fresh(enum task task)
{
  make_fresh(task);
  return open_it(PROJECT_WRITE);
}

struct project *
reopen(struct project *p)
{
  struct err e = {0};

  must(project_close(p, &e), &e);
  return open_it(PROJECT_WRITE);
}

struct change *
some_samples(int n, const char *actor)
{
  struct change *ch = change_new(CHANGE_INSERT, actor, "import some");

  for (int i = 0; i < n; i++) {
    char text[64];
    uint16_t label = (uint16_t)(i % 3);
    struct sample s = {.text = text, .labels = &label, .n_labels = 1, .origin = ORIGIN_IMPORTED,
                       .attributes = "topic=x"};

    s.n_text = (uint32_t)snprintf(text, sizeof text, "text number %d of %s", i, actor);
    change_add_sample(ch, &s);
  }
  return ch;
}

uint32_t
insert(struct project *p, int n, const char *actor)
{
  struct change *ch = some_samples(n, actor);
  struct err e = {0};
  uint32_t first = 0;

  must(project_insert(p, ch, &first, &e), &e);
  change_free(ch);
  return first;
}

void
set_status(struct project *p, uint32_t id, enum status status)
{
  struct change *ch = change_new(CHANGE_SET, "person", "set a status");
  struct err e = {0};

  change_set_status(ch, id, status);
  must(project_post(p, ch, &e), &e);
}

enum status
status_of(struct project *p, uint32_t id)
{
  struct sample s;

  assert_true(corpus_get(project_corpus(p), id, &s));
  return s.status;
}

void
check_whole(void)
{
  struct check_report r;
  struct err e = {0};

  must(check_project(store_path, &r, &e), &e);
  if (r.n)
    fail_msg("%s", r.problems[0]);
  check_report_release(&r);
}

char *
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

void
random_change(struct project *p, struct rng *r)
{
  struct change *ch = change_new(CHANGE_SET, "person", "a random change");
  bool several = corpus_task(project_corpus(p)) == TASK_MULTILABEL;
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
    case 2: change_set_labels(ch, id, labels, rng_below(r, several ? 4 : 2)); break;
    case 3: change_set_split(ch, id, (enum split)rng_below(r, N_SPLITS)); break;
    case 4: change_set_status(ch, id, (enum status)rng_below(r, N_STATUSES)); break;
    case 5: change_set_attributes(ch, id, rng_below(r, 2) ? text : ""); break;
    case 6: change_set_number(ch, id, FIELD_ORIGIN, (uint32_t)rng_below(r, N_ORIGINS)); break;
    }
  }
  must(project_post(p, ch, &e), &e);
}

int
wait_for(pid_t child)
{
  int status;

  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

void
close_as_it_is(struct project *p)
{
  char *memory = dump(p), *file;
  struct err e = {0};

  p = reopen(p);
  file = dump(p);
  assert_string_equal(memory, file);
  free(memory);
  free(file);
  must(project_close(p, &e), &e);
  check_whole();
}
