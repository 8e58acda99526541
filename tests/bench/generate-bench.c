/* generate-bench DIR URL REQUESTS IN_FLIGHT TEXTS: the whole way of a job: planned on disk, sent, raw reply on disk,
 * read, filtered, in the corpus and on disk. Prints requests a second from the first that is sent to the end,
 * microseconds of CPU a request (all threads of this process; planning is in it), seconds of planning, texts kept, and
 * requests a second without the ends: from when a tenth of the texts was in the corpus until nine tenths were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "generate/job.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define TOPICS 1000

static void
must(bool ok, const struct err *e)
{
  if (!ok) {
    fprintf(stderr, "generate-bench: %s\n", e->message);
    exit(1);
  }
}

/* Prompts of some 600 bytes; 2 labels × 1 000 × 40 cells, so that none comes twice. */
static void
write_template(struct buf *b, int texts)
{
  buf_addf(b, "---\nmodel: {parameters: {max_tokens: 1000}}\ncount: %d\nattributes:\n  topic: [", texts);
  for (int i = 0; i < TOPICS; i++)
    buf_addf(b, "%stopic %d", i ? ", " : "", i);
  buf_adds(b, "]\n  style: [");
  for (int i = 0; i < 40; i++)
    buf_addf(b, "%sstyle %d", i ? ", " : "", i);
  buf_adds(b, "]\n---\nuser:\n");
  for (int i = 0; i < 7; i++)
    buf_adds(b, "Write different messages that customers of a shop send, as a JSON array. ");
  buf_adds(b, "{{ count }} of the kind {{ label }} on {{ topic }} in {{ style }}.\n");
}

static struct project *
make_project(const char *path, const char *url, int in_flight, int texts)
{
  static const struct project_label labels[] = {{"billing", "about money"}, {"shipping", "about parcels"}};
  struct teacher_row teacher = {.name = "server", .kind = "http", .url = (char *)(uintptr_t)url, .model = "m",
                                .key_env = "", .price_in = 0.1, .price_out = 0.2, .concurrency = (uint32_t)in_flight,
                                .settings = "{\"schema\":false}"};
  struct buf source = BUF_INIT;
  struct project *p;
  struct err e = {0};

  unlink(path);
  must(project_create(path, TASK_CLASSIFY, labels, 2, &e) == 0, &e);
  p = project_open(path, PROJECT_WRITE, &e);
  must(p != NULL, &e);
  write_template(&source, texts);
  must(template_store_put(p, "bench", source.s, NULL, &e) == 0, &e);
  must(teacher_store_put(p, &teacher, NULL, 0, NULL, &e) == 0, &e);
  buf_release(&source);
  return p;
}

static double
cpu_s(void)
{
  struct rusage u;

  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* From when a tenth of the texts is in the corpus until nine tenths are. */
struct middle {
  double from_s, to_s;
  uint32_t from, to;           /* texts kept then */
};

static void
look(struct middle *m, uint32_t kept, size_t n)
{
  double now = clock_s();

  if (kept < n / 10)
    return;
  if (m->from_s == 0)
    *m = (struct middle){now, now, kept, kept};
  if (m->to < n - n / 10) {
    m->to_s = now;
    m->to = kept;
  }
}

static double
texts_a_second(const struct middle *m)
{
  return m->to_s > m->from_s ? (m->to - m->from) / (m->to_s - m->from_s) : 0;
}

int
main(int argc, char **argv)
{
  struct job_options o = {.template_name = "bench", .teachers = &(struct job_teacher){.name = "server"},
                          .n_teachers = 1};
  struct project *p;
  struct err e = {0};
  struct middle middle = {0};
  struct job *j;
  double began, sent, ended, cpu;
  char *path;
  int n, texts;

  if (argc != 6)
    return 2;
  n = atoi(argv[3]);
  texts = atoi(argv[5]);
  path = xasprintf("%s/generate-bench.retort", argv[1]);
  p = make_project(path, argv[2], atoi(argv[4]), texts);
  o.count = (size_t)n * (size_t)texts;
  cpu = cpu_s();
  began = clock_s();
  j = job_new(p, &o, &e);
  must(j != NULL, &e);
  sent = clock_s();
  for (int r = 1; r == 1;) {
    r = job_step(j, 100, &e);
    must(r >= 0, &e);
    look(&middle, job_status(j)->kept, o.count);
  }
  ended = clock_s();
  cpu = cpu_s() - cpu;
  printf("%.0f %.1f %.2f %u %.0f\n", n / (ended - sent), cpu * 1e6 / n, sent - began, job_status(j)->kept,
         texts_a_second(&middle) / texts);
  job_free(j);
  must(project_close(p, &e) == 0, &e);
  unlink(path);
  free(path);
  return 0;
}
