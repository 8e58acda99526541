/* Near-duplicates and diversity of very many texts: seconds, memory, recall.
 *   neardup-bench bulk N        seconds and peak memory of neardup_among on N texts; what of the injected was found
 *   neardup-bench recall N      the same against brute force
 *   neardup-bench insert N      CPU a text of neardup_find and neardup_add, one at a time, and of diversity_add
 *   neardup-bench filters N     CPU a reply of filters_drop beside N / 2 texts: ten short texts, or one of 2 KB
 *   neardup-bench text N        the texts themselves */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "corpus/diversity.h"
#include "corpus/neardup.h"
#include "corpus/shingle.h"
#include "generate/filters.h"
#include "texts.h"

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

static uint32_t *
all_ids(uint32_t n)
{
  uint32_t *ids = xmalloc(n * sizeof *ids);

  for (uint32_t i = 0; i < n; i++)
    ids[i] = i + 1;
  return ids;
}

static double
similarity(const struct corpus *c, uint32_t a, uint32_t b)
{
  struct sample x, y;

  corpus_get(c, a, &x);
  corpus_get(c, b, &y);
  return neardup_similarity(x.text, x.n_text, y.text, y.n_text);
}

static void
bulk(const struct corpus *c, uint32_t n)
{
  uint32_t *ids = all_ids(n), wanted = 0, found = 0, untrue = 0;
  uint8_t *is = xcalloc(n + 1, 1);
  double before = peak_mb(), start = clock_s(), cpu = clock_cpu_s();
  struct neardup_pair *pairs;
  struct sample s;
  size_t n_pairs = neardup_among(c, ids, n, NULL, 0, NEARDUP_THRESHOLD, &pairs);

  printf("%u texts: %zu near-duplicates in %.2f s (%.2f s CPU, %d processors), peak %.0f MB (%.0f with the texts alone)\n",
         n, n_pairs, clock_s() - start, clock_cpu_s() - cpu, pool_threads(0), peak_mb(), before);
  for (size_t i = 0; i < n_pairs; i++) {
    is[pairs[i].id] = 1;
    untrue += similarity(c, pairs[i].id, pairs[i].of) < NEARDUP_THRESHOLD;
  }
  for (uint32_t id = 1; id <= n; id++)
    if (corpus_get(c, id, &s) && s.parent_id && similarity(c, id, s.parent_id) >= NEARDUP_THRESHOLD) {
      wanted++;
      found += is[id];
    }
  printf("of %u copies at or over %.1f, %u were found (%.4f); pairs that are not: %u\n", wanted, NEARDUP_THRESHOLD,
         found, wanted ? (double)found / wanted : 1, untrue);
  free(is);
  free(ids);
  free(pairs);
}

/* By brute force: what is near an earlier text that is no near-duplicate itself. */
static uint8_t *
brute(const struct corpus *c, uint32_t n)
{
  struct shingler h;
  struct form *forms = xmalloc(n * sizeof *forms);
  uint8_t *is = xcalloc(n + 1, 1);
  struct sample s;

  shingler_init(&h, NEARDUP_THRESHOLD);
  for (uint32_t i = 0; i < n; i++) {
    corpus_get(c, i + 1, &s);
    form_make(&h, s.text, s.n_text, s.text2, s.n_text2, &forms[i]);
    for (uint32_t j = 0; j < i && !is[i + 1]; j++)
      is[i + 1] = !is[j + 1] && form_similarity(&forms[i], &forms[j], 0) >= NEARDUP_THRESHOLD;
  }
  shingler_release(&h);
  free(forms);
  return is;
}

static void
recall(const struct corpus *c, uint32_t n)
{
  uint32_t *ids = all_ids(n), wanted = 0, found = 0, untrue = 0, extra = 0;
  uint8_t *is = brute(c, n), *got = xcalloc(n + 1, 1);
  struct neardup_pair *pairs;
  size_t n_pairs = neardup_among(c, ids, n, NULL, 0, NEARDUP_THRESHOLD, &pairs);

  for (size_t i = 0; i < n_pairs; i++) {
    got[pairs[i].id] = 1;
    untrue += similarity(c, pairs[i].id, pairs[i].of) < NEARDUP_THRESHOLD;
  }
  for (uint32_t id = 1; id <= n; id++) {
    wanted += is[id];
    found += is[id] && got[id];
    extra += got[id] && !is[id];
  }
  printf("%u texts against brute force: %u of %u near-duplicates found, recall %.4f; pairs below %.1f: %u; others: %u\n",
         n, found, wanted, wanted ? (double)found / wanted : 1, NEARDUP_THRESHOLD, untrue, extra);
  free(is);
  free(got);
  free(ids);
  free(pairs);
}

static void
insert(const struct corpus *c, uint32_t n)
{
  struct neardup *d = neardup_new(NEARDUP_THRESHOLD);
  struct diversity *v = diversity_new();
  struct board_diversity figures;
  double start = clock_cpu_s(), middle;
  uint32_t found = 0, of;
  double x;
  struct sample s;

  for (uint32_t id = 1; id <= n; id++) {
    corpus_get(c, id, &s);
    if (neardup_find(d, s.text, s.n_text, s.text2, s.n_text2, &of, &x))
      found++;
    else
      neardup_add(d, id, s.text, s.n_text, s.text2, s.n_text2);
  }
  middle = clock_cpu_s();
  printf("%u texts one at a time: %u near-duplicates, %.2f us a text, peak %.0f MB\n", n, found,
         (middle - start) / n * 1e6, peak_mb());
  start = clock_cpu_s();
  for (uint32_t id = 1; id <= n; id++) {
    corpus_get(c, id, &s);
    diversity_add(v, s.text, s.n_text);
  }
  middle = clock_cpu_s();
  diversity_figures(v, &figures);
  printf("diversity: %.2f us a text, %.2f ms for the figures (%u words, distinct-1 %.4f)\n",
         (middle - start) / n * 1e6, (clock_cpu_s() - middle) * 1e3, figures.vocabulary, figures.distinct_1);
  diversity_free(v);
  neardup_free(d);
}

/* n_replies replies of the texts from `id` on, `each` a reply; a long one is 32 texts in one. CPU a reply in us. */
static double
drop_replies(struct filters *f, const struct corpus *c, uint32_t id, int n_replies, int each, bool is_long)
{
  struct buf b = BUF_INIT;
  double cpu = 0;
  char detail[200];
  struct sample s;
  uint32_t of;

  for (int i = 0; i < n_replies; i++) {
    double start;

    buf_clear(&b);
    for (int k = 0; is_long && k < 32; k++) {
      corpus_get(c, id++, &s);
      buf_addf(&b, "%s ", s.text);
    }
    start = clock_cpu_s();
    for (int k = 0; k < each; k++) {
      if (!is_long)
        corpus_get(c, id++, &s);
      filters_drop(f, 0, is_long ? &(struct candidate){.text = buf_str(&b), .n_text = b.n}
                                         : &(struct candidate){.text = s.text, .n_text = s.n_text},
                           &of, detail, sizeof detail);
    }
    cpu += clock_cpu_s() - start;
  }
  buf_release(&b);
  return cpu / n_replies * 1e6;
}

static void
filters(const struct corpus *more, uint32_t n)
{
  struct prompty_filters limits = {-1, -1, -1, -1, -1, -1};
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct filters *f;
  struct sample s;
  double start, cpu;

  for (uint32_t id = 1; id <= n / 2; id++) {
    corpus_get(more, id, &s);
    s.split = id % 20 ? SPLIT_TRAIN : SPLIT_TEST;
    corpus_apply_insert(c, &s, 1);
  }
  start = clock_s();
  cpu = clock_cpu_s();
  f = filters_new(c, &limits);
  printf("filters: a corpus of %u texts indexed in %.2f s (%.2f s CPU)\n", n / 2, clock_s() - start,
         clock_cpu_s() - cpu);
  printf("a reply of 10 short texts: %.1f us", drop_replies(f, more, n / 2 + 1, (int)(n / 50), 10, false));
  printf("; of one text of 2 KB: %.1f us\n", drop_replies(f, more, n / 2 + n / 5 + 1, (int)(n / 150), 1, true));
  filters_free(f);
  corpus_free(c);
}

int
main(int argc, char **argv)
{
  uint32_t n = argc == 3 ? (uint32_t)atol(argv[2]) : 0;
  struct texts *t;
  struct corpus *c;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (!n || !(t = texts_open(getenv("RETORT_DATA"))))
    return n ? 0 : 2;
  c = texts_corpus(t, n, 1);
  texts_close(t);
  if (strcmp(argv[1], "bulk") == 0)
    bulk(c, n);
  else if (strcmp(argv[1], "recall") == 0)
    recall(c, n);
  else if (strcmp(argv[1], "insert") == 0)
    insert(c, n);
  else if (strcmp(argv[1], "filters") == 0)
    filters(c, n);
  else
    for (uint32_t id = 1; id <= n; id++) {
      struct sample s;

      corpus_get(c, id, &s);
      printf("%s\n", s.text);
    }
  corpus_free(c);
  return 0;
}
