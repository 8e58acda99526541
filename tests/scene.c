#include "scene.h"

#include <unistd.h>

#include "base/mem.h"

struct server *server;
static char folder[] = "/tmp/retort-test-XXXXXX";

/* ---- projects ---- */

const char template[] =
  "---\n"
  "name: notes\n"
  "model: {parameters: {temperature: 1.0, max_tokens: 400, top_k: 7}}\n"
  "count: 10\n"
  "attributes:\n"
  "  topic: [shoes, phones, lamps, sofas, books, toys, soap, tents, spades, gifts]\n"
  "  style: [hurried, careful, angry]\n"
  "---\n"
  "system:\n"
  "You write training data.\n"
  "user:\n"
  "Write {{ count }} notes of the kind {{ label }} ({{ meaning }}) about {{ topic }}, {{ style }}.\n";

static const struct project_label two_labels[] = {{"billing", "about money"}, {"shipping", "about parcels"}};

char *
path_of(const char *name)
{
  return xasprintf("%s/%s.retort", folder, name);
}

struct project *
open_project(const char *name)
{
  char *path = path_of(name);
  struct err e = {0};
  struct project *p = project_open(path, PROJECT_WRITE, &e);

  if (!p)
    fail_msg("%s", e.message);
  free(path);
  return p;
}

void
close_project(struct project *p)
{
  struct err e = {0};

  if (project_close(p, &e) < 0)
    fail_msg("%s", e.message);
}

void
put_template(struct project *p, const char *source)
{
  struct err e = {0};

  if (template_store_put(p, "notes", source, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

void
put_http_teacher(struct project *p, const char *url)
{
  struct teacher_row row = {.name = "remote", .kind = "http", .url = (char *)(uintptr_t)url, .model = "m",
                            .key_env = "", .price_in = 100, .price_out = 200, .concurrency = 4,
                            .settings = "{\"schema\":false}"};
  struct err e = {0};

  if (teacher_store_put(p, &row, NULL, 0, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

/* A project with two labels, the template and the server as teacher. */
void
make_project(const char *name)
{
  char *path = path_of(name);
  struct err e = {0};
  struct project *p;

  unlink(path);
  if (project_create(path, TASK_CLASSIFY, two_labels, 2, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  p = open_project(name);
  put_template(p, template);
  put_http_teacher(p, server->url);
  close_project(p);
}

struct project *
fresh_project(const char *name)
{
  make_project(name);
  return open_project(name);
}

static const struct retry_policy quick = {.tries_max = 6, .base_ms = 2, .cap_ms = 10, .total_ms = 2000};

static const struct job_teacher remote = {.name = "remote"};

struct job_options
options(void)
{
  return (struct job_options){.template_name = "notes", .teachers = &remote, .n_teachers = 1, .retry = &quick};
}

/* Runs a job to its end; returns the last result, with e. */
int
run_job(struct project *p, const struct job_options *o, struct funnel *figures, struct err *e)
{
  struct job *j = job_new(p, o, e);
  int result;

  if (figures)
    funnel_init(figures, 0);
  if (!j)
    return -1;
  while ((result = job_step(j, 100, e)) == 1)
    ;
  if (figures) {
    assert_int_equal(funnel_load(figures, p, job_id(j), NULL), 0);
    assert_int_equal(figures->kept, job_status(j)->kept);
    assert_int_equal(figures->parsed, job_status(j)->parsed);
    assert_int_equal(figures->answered, job_status(j)->answered);
    assert_int_equal(figures->ok, job_status(j)->ok);
    assert_int_equal(figures->tokens_out, job_status(j)->tokens_out);
    assert_memory_equal(figures->dropped, job_status(j)->dropped, sizeof figures->dropped);
  }
  job_free(j);
  return result;
}

/* All samples as lines, in order of their ids. */
char *
samples_of(struct project *p)
{
  const struct corpus *c = project_corpus(p);
  struct buf b = BUF_INIT;
  struct sample s;

  for (uint32_t id = 1; id <= corpus_count(c); id++)
    if (corpus_get(c, id, &s))
      buf_addf(&b, "%u %s %s %s\n", id, label_name(corpus_labels(c), sample_label(&s)), s.attributes, s.text);
  return buf_take(&b);
}

size_t
lines_in(const char *s)
{
  size_t n = 0;

  for (; *s; s++)
    n += *s == '\n';
  return n;
}

int
scene_up(void **state)
{
  (void)state;
  unsetenv("http_proxy");
  server = server_start();
  return mkdtemp(folder) ? 0 : -1;
}

int
scene_down(void **state)
{
  char *command = xasprintf("rm -rf '%s'", folder);
  int result;

  (void)state;
  server_stop(server);
  result = system(command);
  free(command);
  return result;
}
