/* The order of what is useful, against a greedy choice that computes everything anew each time. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "corpus/change.h"
#include "curate/order.h"
#include "curate/similar.h"

#define N 300

static void
insert(struct corpus *c, const char *text, enum status status, enum origin origin, enum split split)
{
  corpus_apply_insert(c, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .status = status,
                                          .origin = origin, .split = split}, 1);
}

/* Random texts, of which some are accepted, rejected, seeds or of the test; some have no uncertainty. */
static struct corpus *
some_corpus(float *uncertainty)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct rng r;

  rng_seed(&r, 5);
  for (uint32_t i = 0; i < N; i++) {
    char text[300] = "";

    for (int k = 0; k < 6; k++) {
      double u = rng_unit(&r);

      snprintf(text + strlen(text), 20, "w%d ", (int)(150 * u * u));
    }
    insert(c, text, i % 10 == 1 ? STATUS_ACCEPTED : i % 10 == 2 ? STATUS_REJECTED : STATUS_NEW,
           i % 10 == 3 ? ORIGIN_SEED : ORIGIN_GENERATED, i % 10 == 4 ? SPLIT_TEST : SPLIT_TRAIN);
    uncertainty[i] = i % 10 == 5 ? NAN : (float)rng_unit(&r);
  }
  return c;
}

static bool
is_candidate(uint32_t id, const float *uncertainty)
{
  return (id - 1) % 10 == 0 || ((id - 1) % 10 > 4 && !isnan(uncertainty[id - 1]));
}

struct plain {
  struct weights *w;
  struct terms t[N + 1];
  double covered[N + 1], near[N + 1][N + 1];   /* near[i][j]: similarity, if j is among the nearest of i */
  bool placed[N + 1];
};

static void
plain_fill(struct plain *p, const struct corpus *c, const float *uncertainty)
{
  uint32_t ids[N];
  struct sample s;

  for (uint32_t i = 0; i < N; i++)
    ids[i] = i + 1;
  p->w = similar_weigh(c, ids, N, NULL);
  for (uint32_t id = 1; id <= N; id++) {
    corpus_get(c, id, &s);
    terms_of(&p->t[id], s.text, s.n_text, NULL, 0);
  }
  for (uint32_t i = 1; i <= N; i++) {
    double all[N];
    uint32_t n = 0;

    for (uint32_t j = 1; j <= N; j++) {
      double is = weights_cosine(p->w, &p->t[i], &p->t[j]);

      if ((j - 1) % 10 == 1 || (j - 1) % 10 == 3)
        p->covered[i] = fmax(p->covered[i], is);
      if (j != i && is_candidate(j, uncertainty)) {
        uint32_t at = n++;

        for (; at > 0 && all[at - 1] < is; at--)
          all[at] = all[at - 1];
        all[at] = is;
        p->near[i][j] = is;
      }
    }
    for (uint32_t j = 1; j <= N; j++)
      if (p->near[i][j] < all[ORDER_NEAR - 1] - 1e-5)
        p->near[i][j] = 0;
  }
}

static double
plain_worth(const struct plain *p, const float *uncertainty, uint32_t j)
{
  double worth = sqrt((double)uncertainty[j - 1]) * (1 - p->covered[j]);

  for (uint32_t i = 1; i <= N; i++)
    if (i != j && is_candidate(i, uncertainty))
      worth += sqrt((double)uncertainty[i - 1]) * fmax(0, p->near[i][j] - p->covered[i]);
  return worth;
}

static void
each_place_is_the_worthiest(void **state)
{
  float uncertainty[N], useful[N];
  struct corpus *c = some_corpus(uncertainty);
  struct plain *p = xcalloc(1, sizeof *p);
  struct err e = {0};
  double before = 1e9;
  int n = 0;

  (void)state;
  plain_fill(p, c, uncertainty);
  assert_int_equal(order_useful(c, uncertainty, N, 2, NULL, useful, &e), 0);
  for (uint32_t id = 1; id <= N; id++)
    if (isnan(useful[id - 1]) != !is_candidate(id, uncertainty))
      fail_msg("%u: %g", id, (double)useful[id - 1]);
  /* In the order of what they are worth, each is worth what is said, and none that is left is worth more. */
  for (;; n++) {
    uint32_t next = 0;

    for (uint32_t id = 1; id <= N; id++)
      if (!p->placed[id] && !isnan(useful[id - 1]) && (!next || useful[id - 1] > useful[next - 1]))
        next = id;
    if (!next)
      break;
    if (fabs(plain_worth(p, uncertainty, next) - (double)useful[next - 1]) > 1e-3)
      fail_msg("place %d, %u: %g, not %g", n, next, (double)useful[next - 1], plain_worth(p, uncertainty, next));
    for (uint32_t id = 1; id <= N; id++)
      if (is_candidate(id, uncertainty) && !p->placed[id])
        assert_true(plain_worth(p, uncertainty, id) < (double)useful[next - 1] + 1e-3);
    assert_true((double)useful[next - 1] <= before);
    before = (double)useful[next - 1];
    p->placed[next] = true;
    p->covered[next] = 1;
    for (uint32_t i = 1; i <= N; i++)
      p->covered[i] = fmax(p->covered[i], p->near[i][next]);
  }
  assert_true(n > 100);
  for (uint32_t id = 1; id <= N; id++)
    terms_release(&p->t[id]);
  weights_free(p->w);
  free(p);
  corpus_free(c);
}

static void
what_is_like_it_counts_less(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  float u[] = {1, 1, 1, 1, .9f, .1f, 1}, useful[7];
  struct err e = {0};

  (void)state;
  insert(c, "where is my parcel", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "where is my parcel now", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "where is the parcel", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "i want my money", STATUS_ACCEPTED, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "is this waterproof", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "quite sure of that", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  insert(c, "I want MY money", STATUS_NEW, ORIGIN_GENERATED, SPLIT_TRAIN);
  assert_int_equal(order_useful(c, u, 7, 0, NULL, useful, &e), 0);
  assert_true(isnan(useful[3]));
  assert_true(useful[0] > useful[4]);   /* it stands for three */
  assert_true(useful[4] > useful[1]);   /* but then those are covered */
  assert_true(useful[4] > useful[2]);
  assert_true(useful[4] > useful[5]);
  assert_true(useful[6] < .1f);         /* the same is accepted already */
  corpus_free(c);
}

static void
threads_change_nothing_and_it_stops(void **state)
{
  float uncertainty[N], one[N], four[N];
  struct corpus *c = some_corpus(uncertainty);
  struct stop stop = {.wanted = true};
  struct err e = {0};

  (void)state;
  assert_int_equal(order_useful(c, uncertainty, N, 1, NULL, one, &e), 0);
  assert_int_equal(order_useful(c, uncertainty, N, 4, NULL, four, &e), 0);
  assert_memory_equal(one, four, sizeof one);
  assert_int_equal(order_useful(c, uncertainty, N, 4, &stop, four, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  for (uint32_t i = 0; i < N; i++)
    assert_true(isnan(four[i]));
  corpus_free(c);
  c = corpus_new(TASK_CLASSIFY);
  assert_int_equal(order_useful(c, NULL, 0, 0, NULL, one, &e), 0);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_place_is_the_worthiest),
    cmocka_unit_test(what_is_like_it_counts_less),
    cmocka_unit_test(threads_change_nothing_and_it_stops),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
