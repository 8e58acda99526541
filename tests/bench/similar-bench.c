/* Nearest neighbours in many texts, one a line (of JSONL files: see similar.sh):
 *   similar-bench all FILE K          seconds to find the K nearest of every text, by the index, on all processors
 *   similar-bench brute FILE K N      the same by comparing the first N with all, in the plainest way
 *   similar-bench one FILE K          a question to the index, and one to the scan */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "curate/similar.h"

static struct corpus *
read_corpus(const char *path)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  FILE *f = fopen(path, "r");
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;

  if (!f) {
    fprintf(stderr, "similar-bench: cannot open '%s'\n", path);
    exit(1);
  }
  while ((n = getline(&line, &cap, f)) > 0) {
    struct sample s;

    line[--n] = '\0';
    s = (struct sample){.text = line, .n_text = (uint32_t)n};
    corpus_apply_insert(c, &s, 1);
  }
  free(line);
  fclose(f);
  return c;
}

static uint32_t *
all_ids(const struct corpus *c)
{
  uint32_t n = corpus_count(c), *ids = xmalloc((n + 1) * sizeof *ids);

  for (uint32_t i = 0; i < n; i++)
    ids[i] = i + 1;
  return ids;
}

static double
peak_mb(void)
{
  FILE *f = fopen("/proc/self/status", "r");
  char line[200];
  double kb = 0;

  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmHWM: %lf", &kb) == 1)
      break;
  if (f)
    fclose(f);
  return kb / 1024;
}

struct all {
  const struct corpus *c;
  const struct similar *x;
  size_t k;
  double sum[64];
};

static void
find_share(void *arg, int i, int n)
{
  struct all *a = arg;
  struct seeker *s = seeker_new(a->x);
  struct terms t = {0};
  struct neighbour found[64];
  struct sample x;

  for (uint32_t id = (uint32_t)i + 1; id <= corpus_count(a->c); id += (uint32_t)n) {
    corpus_get(a->c, id, &x);
    terms_of(&t, x.text, x.n_text, NULL, 0);
    for (size_t k = similar_find(a->x, s, &t, id, a->k, found); k > 0; k--)
      a->sum[i] += (double)found[k - 1].similarity;
  }
  terms_release(&t);
  seeker_free(s);
}

static void
all(const struct corpus *c, size_t k)
{
  uint32_t *ids = all_ids(c), n = corpus_count(c);
  double start = clock_s(), cpu = clock_cpu_s(), before = peak_mb(), built;
  struct similar *x = similar_of(c, ids, n, NULL);
  struct all a = {c, x, k, {0}};
  double sum = 0;

  built = clock_s();
  printf("%u texts, %zu of them and %u terms in the index: built in %.2f s, %.0f MB\n", n, similar_count(x),
         similar_weights(x)->n, built - start, peak_mb() - before);
  pool_run(pool_threads(0), find_share, &a);
  for (int i = 0; i < 64; i++)
    sum += a.sum[i];
  printf("the %zu nearest of every text: %.2f s, %.2f s CPU, %.1f us of CPU a text; mean similarity %.4f\n", k,
         clock_s() - built, clock_cpu_s() - cpu, (clock_cpu_s() - cpu) / n * 1e6, sum / n / (double)k);
  similar_free(x);
  free(ids);
}

static double
dot(const struct weights *w, const struct terms *a, const struct terms *b)
{
  double sum = 0;

  for (size_t i = 0, k = 0; i < a->n && k < b->n;)
    if (a->v[i].key == b->v[k].key) {
      double idf = (double)weights_idf(w, weights_term(w, a->v[i].key), a->v[i].key);

      sum += idf * idf * (double)weights_often(a->v[i++].count) * (double)weights_often(b->v[k++].count);
    } else if (a->v[i].key < b->v[k].key)
      i++;
    else
      k++;
  return sum;
}

static void
brute(const struct corpus *c, size_t k, uint32_t wanted)
{
  uint32_t *ids = all_ids(c), n = corpus_count(c), wrong = 0;
  struct similar *x = similar_of(c, ids, n, NULL);
  const struct weights *w = similar_weights(x);
  struct terms *t = xcalloc(n + 1, sizeof *t);
  double *norm = xcalloc(n + 1, sizeof *norm), start, cpu;
  struct seeker *seeker = seeker_new(x);
  struct neighbour found[64];
  struct sample s;

  for (uint32_t id = 1; id <= n; id++) {
    corpus_get(c, id, &s);
    terms_of(&t[id], s.text, s.n_text, NULL, 0);
    norm[id] = weights_norm(w, &t[id]);
  }
  start = clock_s();
  cpu = clock_cpu_s();
  for (uint32_t id = 1; id <= wanted && id <= n; id++) {
    size_t m = similar_find(x, seeker, &t[id], id, k, found), better = 0;

    for (uint32_t other = 1; other <= n; other++)
      better += other != id && m && dot(w, &t[id], &t[other]) / (norm[id] * norm[other]) > (double)found[m - 1].similarity + 1e-4;
    wrong += better > k - 1;
  }
  printf("by brute force: %.0f us of CPU a text (%.1f s for all); of %u, %u have nearer ones than were found\n",
         (clock_cpu_s() - cpu) / wanted * 1e6, (clock_s() - start) / wanted * n, wanted, wrong);
  seeker_free(seeker);
  similar_free(x);
  free(ids);
}

static void
one(const struct corpus *c, size_t k)
{
  uint32_t *ids = all_ids(c), n = corpus_count(c);
  double start = clock_s();
  struct weights *w = similar_weigh(c, ids, n, NULL);
  struct neighbour found[64];

  printf("%u texts: weighed in %.2f s\n", n, clock_s() - start);
  for (int threads = 1; threads <= pool_threads(0); threads++) {
    double cpu = clock_cpu_s();

    start = clock_s();
    for (uint32_t i = 0; i < 10; i++)
      similar_scan(c, w, 1 + n / 10 * i, k, threads, NULL, found);
    printf("a scan for the %zu nearest, %d threads: %.1f ms, %.1f ms of CPU\n", k, threads, (clock_s() - start) * 100,
           (clock_cpu_s() - cpu) * 100);
  }
  weights_free(w);
  free(ids);
}

int
main(int argc, char **argv)
{
  struct corpus *c;
  size_t k = argc > 3 ? (size_t)atoi(argv[3]) : 0;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (k < 1 || k > 64)
    return 2;
  c = read_corpus(argv[2]);
  if (!strcmp(argv[1], "all"))
    all(c, k);
  else if (!strcmp(argv[1], "brute"))
    brute(c, k, argc > 4 ? (uint32_t)atoi(argv[4]) : 100);
  else
    one(c, k);
  corpus_free(c);
  return 0;
}
