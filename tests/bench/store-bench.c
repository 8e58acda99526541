/* store-bench: what a job writes to the project file: rows a second and microseconds of CPU for each.
 *
 *   store-bench DIR [REQUESTS]      makes DIR/store-bench.retort (100 000 requests), measures, and removes it
 *
 * A request has messages of 1 KB and a reply of 2 KB that gives ten texts, of which one is dropped; a reply of an
 * annotation gives one vote. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define AT_ONCE 256
#define TEXTS 10

static void
must(int rc, const struct err *e)
{
  if (rc < 0) {
    fprintf(stderr, "store-bench: %s\n", e->message);
    exit((int)e->code);
  }
}

/* ---- time ---- */

static struct timespec wall;
static double cpu;

static double
cpu_now(void)
{
  struct rusage r;

  getrusage(RUSAGE_SELF, &r);
  return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void
begin(void)
{
  cpu = cpu_now();
  clock_gettime(CLOCK_MONOTONIC, &wall);
}

static void
end(const char *what, size_t n)
{
  struct timespec now;
  double s, c = cpu_now() - cpu;

  clock_gettime(CLOCK_MONOTONIC, &now);
  s = (double)(now.tv_sec - wall.tv_sec) + (double)(now.tv_nsec - wall.tv_nsec) / 1e9;
  printf("%-28s %8zu rows %8.2f s %10.0f rows/s %8.2f us of CPU each\n", what, n, s, (double)n / s,
         c * 1e6 / (double)n);
}

/* ---- rows ---- */

static char *messages, *reply, *texts[TEXTS];

static void
make_texts(void)
{
  messages = xasprintf("[{\"role\":\"user\",\"content\":\"%0*d\"}]", 980, 7);
  reply = xasprintf("{\"choices\":[{\"message\":{\"content\":\"%0*d\"}}]}", 2000, 7);
  for (int i = 0; i < TEXTS; i++)
    texts[i] = xasprintf("text number %d of a request: the parcel has not come, and nobody answers the telephone", i);
}

static struct request_row *
make_rows(size_t n)
{
  struct request_row *rows = xcalloc(n, sizeof *rows);

  for (size_t i = 0; i < n; i++)
    rows[i] = (struct request_row){
      .key = xasprintf("%016llx%016llx", (unsigned long long)i * 0x9e3779b97f4a7c15u,
                       (unsigned long long)i * 77777777u),
      .label = (uint16_t)(i % 2), .attributes = xstrdup("topic=shoes\x1fstyle=hurried"), .wanted = TEXTS,
      .messages = xstrdup(messages), .params = xstrdup("{\"sample\":0,\"parameters\":{\"temperature\":1.0}}"),
      .cost_usd = .001, .tries = 1, .http_status = 200, .tokens_in = 200, .tokens_out = 300, .sent_ms = 1,
      .answered_ms = 2};
  return rows;
}

static void
ask(struct project *p, const struct request_row *rows, size_t n)
{
  struct request_row row;
  struct err e = {0};

  begin();
  for (size_t i = 0; i < n; i++) {
    must(job_store_answered(p, rows[i].key, &row, &e), &e);
    request_row_release(&row);
  }
  end("answered? (no)", n);
}

static void
answer(struct project *p, struct request_row *rows, size_t n)
{
  struct err e = {0};

  for (size_t i = 0; i < n; i++) {
    rows[i].reply = reply;
    rows[i].n_reply = strlen(reply);
  }
  begin();
  for (size_t i = 0; i < n; i += AT_ONCE)
    must(job_store_reply(p, rows + i, n - i < AT_ONCE ? n - i : AT_ONCE, &e), &e);
  end("reply, 256 at once", n);
  for (size_t i = 0; i < n; i++)
    rows[i].reply = NULL;
}

static void
keep_some(struct project *p, const struct request_row *rows, size_t n, bool votes)
{
  uint32_t ids[AT_ONCE];
  struct dropped_row dropped[AT_ONCE];
  struct vote_row vote[AT_ONCE];
  struct kept k = {.requests = ids, .n_requests = n, .dropped = dropped, .n_dropped = votes ? 0 : n, .votes = vote,
                   .n_votes = votes ? n : 0};
  struct change *ch = change_new(votes ? CHANGE_SET : CHANGE_INSERT, "job 1", "generate samples");
  struct err e = {0};

  for (size_t i = 0; i < n; i++) {
    ids[i] = rows[i].id;
    dropped[i] = (struct dropped_row){.request_id = ids[i], .label = rows[i].label, .attributes = rows[i].attributes,
      .text = texts[0], .reason = (char *)"duplicate", .detail = (char *)"", .of_id = 1};
    vote[i] = (struct vote_row){.request_id = ids[i], .sample_id = ids[i], .teacher_id = 1, .label = 1,
      .rationale = (char *)""};
    if (votes)
      change_set_label(ch, ids[i], 1);
    for (int t = 1; !votes && t < TEXTS; t++)
      change_add_sample(ch, &(struct sample){.text = texts[t], .n_text = (uint32_t)strlen(texts[t]),
        .labels = &rows[i].label, .n_labels = 1, .origin = ORIGIN_GENERATED, .template_id = 1, .teacher_id = 1,
        .request_id = ids[i], .attributes = rows[i].attributes});
  }
  k.change = ch;
  must(job_store_keep_all(p, &k, NULL, &e), &e);
  change_free(ch);
}

static void
keep(struct project *p, const struct request_row *rows, size_t n, bool votes)
{
  begin();
  for (size_t i = 0; i < n; i += AT_ONCE)
    keep_some(p, rows + i, n - i < AT_ONCE ? n - i : AT_ONCE, votes);
  end(votes ? "keep_all, 1 vote, 1 label" : "keep_all, 9 samples, 1 drop", n);
}

static void
read_back(const char *path, uint32_t job)
{
  struct err e = {0};
  struct project *p;
  struct request_row *rows, row;
  struct job_figures f;
  size_t n;

  begin();
  p = project_open(path, PROJECT_WRITE, &e);
  must(p ? 0 : -1, &e);
  end("open", corpus_count(project_corpus(p)));
  begin();
  must(job_store_requests(p, job, -1, false, &rows, &n, &e), &e);
  request_rows_free(rows, n);
  end("requests of a job", n);
  begin();
  must(job_store_figures(p, job, &f, &e), &e);
  job_figures_release(&f);
  end("figures of a job", n);
  begin();
  must(job_store_answered(p, "none", &row, &e), &e);
  end("answered? (the first time)", n);
  must(project_close(p, &e), &e);
}

int
main(int argc, char **argv)
{
  static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}};
  size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000;
  char *path = xasprintf("%s/store-bench.retort", argc > 1 ? argv[1] : ".");
  struct request_row *rows;
  struct err e = {0};
  struct project *p;
  struct stat st;

  unlink(path);
  must(project_create(path, TASK_CLASSIFY, labels, 2, &e), &e);
  p = project_open(path, PROJECT_WRITE, &e);
  must(p ? 0 : -1, &e);
  must(template_store_put(p, "t", "x", NULL, &e), &e);
  must(teacher_store_put(p, &(struct teacher_row){.name = (char *)"t"}, NULL, 0, NULL, &e), &e);
  make_texts();
  for (int votes = 0; votes < 2; votes++) {
    uint32_t job;

    rows = make_rows(n);
    must(job_store_add(p, &(struct job_row){.kind = (char *)"generate", .template_id = 1, .teacher_id = 1}, &job, &e),
         &e);
    begin();
    must(job_store_plan(p, job, rows, n, &e), &e);
    end("plan, all at once", n);
    ask(p, rows, n);
    answer(p, rows, n);
    keep(p, rows, n, votes);
    request_rows_free(rows, n);
  }
  must(project_close(p, &e), &e);
  read_back(path, 1);
  if (!stat(path, &st))
    printf("%.0f MB, %.1f KB a request\n", (double)st.st_size / 1e6, (double)st.st_size / 2e3 / (double)n);
  unlink(path);
  free(path);
  return 0;
}
