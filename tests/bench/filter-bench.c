/* Filters, counts and sorts over the lines of a file as samples, beside ripgrep on the same file in page cache.
 *
 *   filter-bench TEXTS.txt RUNS
 *
 * Both are run in turn, RUNS times; the medians are shown: ms on the clock and, in parentheses, of both processors.
 * ripgrep's are those of its whole process, as a person would call it. */
#include <fcntl.h>
#include <locale.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/count_by.h"
#include "corpus/sort.h"

#define RUNS_MAX 99

static const struct {
  const char *what, *filter;
  const char *rg[3];             /* its options and pattern; none: there is no peer */
  double aim_ms;                 /* 0: the peer's time */
} cases[] = {
  {"text, rare", "\"oil price\"", {"-F", "oil price"}, 0},
  {"text, now and then", "price", {"-F", "price"}, 0},
  {"text, frequent", "\"the\"", {"-F", "the"}, 0},
  {"text, absent", "zzqqj", {"-F", "zzqqj"}, 0},
  {"text, one letter", "e", {"-F", "e"}, 0},
  {"text, beyond ASCII", "größe", {"-F", "größe"}, 0},
  {"regex, literal", "/(oil|gas) price[s]?/", {"-j1", "(oil|gas) price[s]?"}, 0},
  {"regex, words", "/(refund|charge|card|account)s?/", {"-j1", "(refund|charge|card|account)s?"}, 0},
  {"regex, ignoring case", "/wonder/i", {"-j1", "(?i)wonder"}, 0},
  {"regex, at the beginning", "/^The/", {"-j1", "^The"}, 0},
  {"regex, digits", "/\\d{5}/", {"-j1", "\\d{5}"}, 0},
  {"regex, ending", "/[a-z]+ing\\b/", {"-j1", "[a-z]+ing\\b"}, 0},
  {"regex, no literal", "/\\b[A-Z]{3,}\\b.*\\d{4}/", {"-j1", "\\b[A-Z]{3,}\\b.*\\d{4}"}, 0},
  {"label", "label:shipping", {NULL}, 20},
  {"status", "status:new", {NULL}, 20},
  {"four fields", "label:billing,shipping status:new split:train -origin:seed", {NULL}, 20},
  {"attribute", "attr.topic:shoes", {NULL}, 20},
  {"words", "words>20", {NULL}, 0},
  {"text of one status", "status:new price", {NULL}, 0},
};
static const char *const sorts[] = {"words", "-chars", "label", "score", "text"};

struct times {
  double wall[RUNS_MAX], cpu[RUNS_MAX];
};

static int
compare(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

static double
median(double *v, int n)
{
  qsort(v, (size_t)n, sizeof *v, compare);
  return v[n / 2];
}

/* ---- samples ---- */

static float *score;

static bool
get_score(void *arg, const char *name, struct column *column)
{
  *column = (struct column){.values = score, .n = *(uint32_t *)arg, .descends = true};
  return !strcmp(name, "score");
}

static void
add_line(struct corpus *c, struct rng *r, const char *line, size_t n)
{
  static const char *const attributes[] = {"", "topic=shoes\x1fstyle=polite", "topic=parcels", "topic=gifts\x1fstyle=angry"};
  uint16_t label = (uint16_t)rng_below(r, 6);

  corpus_apply_insert(c, &(struct sample){.text = line, .n_text = (uint32_t)n, .labels = &label, .n_labels = 1,
    .status = (enum status)rng_below(r, N_STATUSES), .split = (enum split)rng_below(r, N_SPLITS),
    .origin = (enum origin)rng_below(r, N_ORIGINS), .attributes = attributes[rng_below(r, N_OF(attributes))]}, 1);
}

static struct corpus *
read_samples(const char *path)
{
  static const char *const labels[] = {"billing", "shipping", "returns", "account", "product", "complaint"};
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  FILE *f = fopen(path, "r");
  char *line = NULL;
  size_t cap = 0;
  struct rng r;
  ssize_t n;

  rng_seed(&r, 1);
  if (!f) {
    perror(path);
    exit(1);
  }
  for (size_t i = 0; i < N_OF(labels); i++)
    corpus_apply_label(c, labels[i], "");
  while ((n = getline(&line, &cap, f)) > 0)
    add_line(c, &r, line, (size_t)n - (line[n - 1] == '\n'));
  fclose(f);
  free(line);
  score = xmalloc((corpus_count(c) + 1) * sizeof *score);
  for (uint32_t i = 0; i < corpus_count(c); i++)
    score[i] = (float)rng_below(&r, 1000003) / 1000003.0f;
  return c;
}

/* ---- runs ---- */

static void
fail(const char *what, const struct err *e)
{
  fprintf(stderr, "%s: %s\n", what, e->message);
  exit(1);
}

static size_t
run_filter(const struct corpus *c, const char *text, struct times *t, int run)
{
  double wall = 1e3 * clock_s(), cpu = 1e3 * clock_cpu_s();
  struct err e = {0};
  uint32_t *ids;
  size_t n;

  if (filter_ids(c, text, NULL, &ids, &n, &e) < 0)
    fail(text, &e);
  t->wall[run] = 1e3 * clock_s() - wall;
  t->cpu[run] = 1e3 * clock_cpu_s() - cpu;
  free(ids);
  return n;
}

static double
children_ms(void)
{
  struct rusage u;

  getrusage(RUSAGE_CHILDREN, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

extern char **environ;

/* False: it is not installed. */
static bool
run_rg(const char *const *options, const char *path, struct times *t, int run)
{
  char *const argv[] = {(char *)"rg", (char *)"-c", (char *)options[0], (char *)"--", (char *)options[1], (char *)path, NULL};
  double wall = 1e3 * clock_s(), cpu = children_ms();
  posix_spawn_file_actions_t quiet;
  int status, rc;
  pid_t pid;

  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  rc = posix_spawnp(&pid, "rg", &quiet, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&quiet);
  if (rc != 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
    return false;
  t->wall[run] = 1e3 * clock_s() - wall;
  t->cpu[run] = children_ms() - cpu;
  return true;
}

static void
bench_filters(const struct corpus *c, const char *path, int runs)
{
  struct times ours, peer;

  printf("%-24s %9s  %8s %8s   %8s %8s  %s\n", "filter", "found", "ms", "(CPU)", "rg ms", "(CPU)", "ours / rg");
  for (size_t i = 0; i < N_OF(cases); i++) {
    bool rg = cases[i].rg[0] != NULL;
    size_t n = 0;

    for (int run = 0; run < runs; run++) {
      n = run_filter(c, cases[i].filter, &ours, run);
      rg = rg && run_rg(cases[i].rg, path, &peer, run);
    }
    double wall = median(ours.wall, runs), cpu = median(ours.cpu, runs);

    printf("%-24s %9zu  %8.2f %8.2f   ", cases[i].what, n, wall, cpu);
    if (rg)
      printf("%8.2f %8.2f  %.2f", median(peer.wall, runs), median(peer.cpu, runs), wall / median(peer.wall, runs));
    else
      printf(cases[i].aim_ms > 0 ? "%17s  aim %g ms" : "%17s", cases[i].rg[0] ? "no rg" : "-", cases[i].aim_ms);
    printf("   %s\n", cases[i].filter);
  }
}

static void
bench_counts(const struct corpus *c, int runs)
{
  static const char *const filters[] = {"", "label:billing status:new", "price"};
  struct times t;
  struct err e = {0};

  for (size_t i = 0; i < N_OF(filters); i++) {
    struct filter *f = filter_parse(c, filters[i], NULL, &e);
    size_t n = 0;

    if (!f)
      fail(filters[i], &e);
    for (int run = 0; run < runs; run++) {
      struct count_by by[] = {{.by = COUNT_BY_LABEL}, {.by = COUNT_BY_STATUS}, {.by = COUNT_BY_SPLIT}, {.by = COUNT_BY_ORIGIN},
                              {.by = COUNT_BY_ATTRIBUTE, .name = "topic"}};
      double wall = 1e3 * clock_s(), cpu = 1e3 * clock_cpu_s();

      filter_count_by(f, NULL, by, N_OF(by), &n);
      t.wall[run] = 1e3 * clock_s() - wall;
      t.cpu[run] = 1e3 * clock_cpu_s() - cpu;
      count_by_release(by, N_OF(by));
    }
    filter_free(f);
    printf("%-24s %9zu  %8.2f %8.2f   %17s   %s\n", "counts by five fields", n, median(t.wall, runs), median(t.cpu, runs),
           "-", filters[i]);
  }
}

static void
bench_sorts(const struct corpus *c, int runs)
{
  uint32_t n = corpus_count(c), *ids = xmalloc(((size_t)n + 1) * sizeof *ids);
  const struct filter_provider provider = {.get = get_score, .arg = &n};
  struct times t;
  struct err e = {0};

  for (size_t i = 0; i < N_OF(sorts); i++) {
    for (int run = 0; run < runs; run++) {
      double wall = 1e3 * clock_s(), cpu = 1e3 * clock_cpu_s();

      for (uint32_t id = 1; id <= n; id++)
        ids[id - 1] = id;
      if (sort_ids(c, sorts[i], &provider, ids, n, &e) < 0)
        fail(sorts[i], &e);
      t.wall[run] = 1e3 * clock_s() - wall;
      t.cpu[run] = 1e3 * clock_cpu_s() - cpu;
    }
    printf("sort by %-16s %9u  %8.2f %8.2f   %17s%s\n", sorts[i], n, median(t.wall, runs), median(t.cpu, runs), "-",
           strcmp(sorts[i], "text") ? "  aim 300 ms" : "");
  }
  free(ids);
}

int
main(int argc, char **argv)
{
  int runs = argc > 2 ? atoi(argv[2]) : 5;
  struct corpus *c;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
    fprintf(stderr, "usage: filter-bench TEXTS.txt [RUNS]\n");
    return 2;
  }
  c = read_samples(argv[1]);
  bench_filters(c, argv[1], runs);
  bench_counts(c, runs);
  bench_sorts(c, runs);
  corpus_free(c);
  free(score);
  return 0;
}
