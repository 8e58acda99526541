/* When requests may begin: the endpoint's complaints and headers, our own limits; with a clock that the test turns. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "teacher/rate.h"

#define WALL 1795000000250  /* 2026-11-18T11:06:40.25Z */

static void
durations_are_read(void **state)
{
  static const struct {
    const char *s;
    int64_t ms;
  } rows[] = {
    {"1s", 1000}, {"6m0s", 360000}, {"20ms", 20}, {"1h2m3.5s", 3723500}, {"2m59.56s", 179560}, {"7.66s", 7660},
    {"1d", 86400000}, {"150us", 1}, {"0s", 0}, {"0", 0}, {"2", 2000}, {"2.5", 2500}, {"86400", 86400000},
    {"1795000002", 1750}, {"1795000001250", 1000}, {"1794999999", 0},
    {"Wed, 18 Nov 2026 11:06:45 GMT", 4750}, {"Wed, 18 Nov 2026 11:06:39 GMT", 0},
    {"2026-11-18T11:06:41Z", 750}, {"2026-11-18T11:06:41.5Z", 1250}, {"2026-11-18T12:06:41+01:00", 750},
    {"2026-11-18T05:36:41-05:30", 750}, {"2026-11-18T11:06:40Z", 0},
    {"", -1}, {"soon", -1}, {"-5", -1}, {"5 minutes", -1}, {"1x", -1}, {"s", -1}, {"1s2", -1}, {"nan", -1},
    {"inf", -1}, {"1e400s", -1}, {"2026-99", -1},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    int64_t ms = rate_duration_ms(rows[i].s, strlen(rows[i].s), WALL);

    if (ms != rows[i].ms)
      fail_msg("'%s' is %lld, not %lld", rows[i].s, (long long)ms, (long long)rows[i].ms);
  }
}

static void
headers_are_read(void **state)
{
  static const char *const lines[] = {
    "HTTP/1.1 429 Too Many Requests\r\n", "Retry-After: 7\r\n", "X-RateLimit-Limit-Requests: 60\r\n",
    "x-ratelimit-remaining-requests:59\r\n", "x-ratelimit-reset-requests:  1s \r\n", "x-ratelimit-limit-tokens: 150000",
    "x-ratelimit-remaining-tokens: 149984\r\n", "x-ratelimit-reset-tokens: 6ms\r\n",
    "anthropic-ratelimit-output-tokens-limit: 8000\r\n", "anthropic-ratelimit-output-tokens-remaining: 100\r\n",
    "anthropic-ratelimit-output-tokens-reset: 2026-11-18T11:07:40Z\r\n",
    "x-ratelimit-remaining-tokens_usage_based: 1\r\n", "x-ratelimit-remaining-requests: many\r\n",
    "x-ratelimit-: 5\r\n",
    "anthropic-ratelimit-tokens: 5\r\n", "x-request-id: 12\r\n", "anything", ":", "",
  };
  struct rate_said s;

  (void)state;
  rate_said_clear(&s);
  for (size_t i = 0; i < N_OF(lines); i++)
    rate_said_line(&s, lines[i], strlen(lines[i]), WALL);
  assert_int_equal(s.retry_after_ms, 7000);
  assert_true(s.counts[RATE_REQUESTS].limit == 60 && s.counts[RATE_REQUESTS].remaining == 59);
  assert_int_equal(s.counts[RATE_REQUESTS].reset_ms, 1000);
  assert_true(s.counts[RATE_TOKENS].limit == 150000 && s.counts[RATE_TOKENS].remaining == 149984);
  assert_int_equal(s.counts[RATE_TOKENS].reset_ms, 6);
  assert_true(s.counts[RATE_OUTPUT_TOKENS].limit == 8000 && s.counts[RATE_OUTPUT_TOKENS].remaining == 100);
  assert_int_equal(s.counts[RATE_OUTPUT_TOKENS].reset_ms, 59750);
  assert_true(s.counts[RATE_INPUT_TOKENS].remaining == -1);
  /* the finer word wins, whichever comes first */
  for (int first = 0; first < 2; first++) {
    rate_said_clear(&s);
    rate_said_line(&s, first ? "retry-after-ms: 320" : "retry-after: 1", first ? 19 : 14, WALL);
    rate_said_line(&s, first ? "retry-after: 1" : "retry-after-ms: 320", first ? 14 : 19, WALL);
    assert_int_equal(s.retry_after_ms, 320);
  }
  /* one without a resource, as OpenRouter has it */
  rate_said_clear(&s);
  rate_said_line(&s, "X-RateLimit-Remaining: 0", 24, WALL);
  rate_said_line(&s, "X-RateLimit-Reset: 1795000060250", 32, WALL);
  assert_true(s.counts[RATE_REQUESTS].remaining == 0);
  assert_int_equal(s.counts[RATE_REQUESTS].reset_ms, 60000);
}

static void
odd_headers_do_no_harm(void **state)
{
  static const char parts[][30] = {"x-ratelimit-", "anthropic-ratelimit-", "retry-after", "-ms", "limit", "remaining",
                                   "reset", "-", "requests", "tokens", ":", " ", "1", "99999999999", "ms", "h", ".", "GMT",
                                   "2026-11-18T11:06:41Z", "Wed, 18 Nov 2026 11:06:45", "\r\n", "e9"};
  struct rng rng;

  (void)state;
  rng_seed(&rng, 4);
  for (int i = 0; i < 50000; i++) {
    char line[400] = "";
    struct rate_said s;
    char *exact;

    for (uint64_t k = rng_below(&rng, 10); k > 0; k--)
      strcat(line, parts[rng_below(&rng, N_OF(parts))]);
    exact = xstrndup(line, strlen(line));  /* so that a byte too far is seen */
    rate_said_clear(&s);
    rate_said_line(&s, exact, strlen(line), WALL);
    assert_true(s.retry_after_ms >= -1);
    for (int k = 0; k < N_RATE_RESOURCES; k++)
      assert_true(s.counts[k].reset_ms >= -1 && s.counts[k].limit >= -1 && s.counts[k].remaining >= -1);
    free(exact);
  }
}

/* Begins as many as may be under way; returns how many that were. */
static int
begin_all(struct rate *r, uint64_t *stamps, int64_t now)
{
  int n = 0;

  while (rate_wait_ms(r, 10, now) == 0)
    stamps[n++] = rate_begin(r, 10, now);
  return n;
}

static void
a_burst_of_complaints_counts_once(void **state)
{
  static const int falls[] = {64, 48, 36, 27, 20, 15, 11, 8, 6, 4, 3, 2, 1, 1};
  struct rate r;
  uint64_t stamps[64];

  (void)state;
  rate_init(&r, 64, 0, 0, 300000, 0);
  for (size_t i = 0; i < N_OF(falls); i++) {
    int n = begin_all(&r, stamps, (int64_t)i * 1000);

    assert_int_equal(n, falls[i]);
    assert_true(rate_wait_ms(&r, 10, (int64_t)i * 1000) == RATE_FULL);
    for (int k = 0; k < n; k++)
      rate_end(&r, stamps[k], RATE_COMPLAINT, 10, -1, NULL, (int64_t)i * 1000 + k);
    assert_int_equal(r.in_flight, 0);
  }
}

/* A try that began before the last fall does not make another, even if it ends long afterwards. */
static void
late_complaints_belong_to_their_burst(void **state)
{
  struct rate r;
  uint64_t stamps[64], late;

  (void)state;
  rate_init(&r, 8, 0, 0, 300000, 0);
  assert_int_equal(begin_all(&r, stamps, 0), 8);
  late = stamps[7];
  rate_end(&r, stamps[0], RATE_COMPLAINT, 10, -1, NULL, 1);
  assert_int_equal(r.allowed, 6);
  for (int k = 1; k < 7; k++)
    rate_end(&r, stamps[k], RATE_GOOD, 10, 10, NULL, 2);
  stamps[0] = rate_begin(&r, 10, 3);
  rate_end(&r, late, RATE_COMPLAINT, 10, -1, NULL, 100);
  assert_int_equal(r.allowed, 6);
  rate_end(&r, stamps[0], RATE_COMPLAINT, 10, -1, NULL, 101);
  assert_int_equal(r.allowed, 4);
}

static void
it_grows_by_one_after_25(void **state)
{
  struct rate r;

  (void)state;
  rate_init(&r, 8, 0, 0, 300000, 0);
  rate_end(&r, rate_begin(&r, 10, 0), RATE_COMPLAINT, 10, -1, NULL, 0);
  assert_int_equal(r.allowed, 6);
  for (int i = 1; i <= 100; i++) {
    rate_end(&r, rate_begin(&r, 10, 0), RATE_GOOD, 10, 10, NULL, 0);
    rate_end(&r, rate_begin(&r, 10, 0), RATE_OTHER, 10, 10, NULL, 0);  /* neither one nor the other */
    assert_int_equal(r.allowed, i < 25 ? 6 : i < 50 ? 7 : 8);
  }
  rate_end(&r, rate_begin(&r, 10, 0), RATE_COMPLAINT, 10, -1, NULL, 0);
  for (int i = 0; i < 24; i++)
    rate_end(&r, rate_begin(&r, 10, 0), RATE_GOOD, 10, 10, NULL, 0);
  rate_end(&r, rate_begin(&r, 10, 0), RATE_COMPLAINT, 10, -1, NULL, 0);
  rate_end(&r, rate_begin(&r, 10, 0), RATE_GOOD, 10, 10, NULL, 0);
  assert_int_equal(r.allowed, 4);  /* the count begins anew after a fall */
  rate_ask(&r, 3);
  assert_int_equal(r.allowed, 3);
  rate_ask(&r, 20);                /* nothing holds it down: it follows */
  assert_int_equal(r.allowed, 20);
  rate_end(&r, rate_begin(&r, 10, 0), RATE_COMPLAINT, 10, -1, NULL, 0);
  rate_ask(&r, 40);                /* the endpoint's complaint stays in force */
  assert_int_equal(r.allowed, 15);
}

static void
retry_after_holds_all(void **state)
{
  struct rate r;
  struct rate_said said;
  uint64_t a, b, c;

  (void)state;
  rate_init(&r, 8, 0, 0, 300000, 1000);
  a = rate_begin(&r, 10, 1000);
  b = rate_begin(&r, 10, 1000);
  c = rate_begin(&r, 10, 1000);
  rate_said_clear(&said);
  said.retry_after_ms = 5000;
  rate_end(&r, a, RATE_COMPLAINT, 10, -1, &said, 2000);
  assert_int_equal(rate_wait_ms(&r, 10, 2000), 5000);
  said.retry_after_ms = 1000;  /* another's shorter word does not end it */
  rate_end(&r, b, RATE_COMPLAINT, 10, -1, &said, 2500);
  assert_int_equal(rate_wait_ms(&r, 10, 3000), 4000);
  assert_int_equal(rate_wait_ms(&r, 10, 7000), 0);
  said.retry_after_ms = 86400000;  /* who got that fails; the others find out for themselves */
  rate_end(&r, c, RATE_COMPLAINT, 10, -1, &said, 8000);
  assert_int_equal(rate_wait_ms(&r, 10, 8000), 0);
}

static void
the_endpoint_counts(void **state)
{
  struct rate r;
  struct rate_said said;
  uint64_t a, b;

  (void)state;
  rate_init(&r, 8, 0, 0, 300000, 0);
  a = rate_begin(&r, 100, 0);
  b = rate_begin(&r, 100, 0);
  rate_said_clear(&said);
  said.counts[RATE_REQUESTS] = (struct rate_count){-1, 1, 800};
  rate_end(&r, a, RATE_GOOD, 100, 80, &said, 1000);
  assert_int_equal(rate_wait_ms(&r, 100, 1000), 800);  /* the one left may be the one under way */
  rate_end(&r, b, RATE_OTHER, 100, 80, NULL, 1100);
  assert_int_equal(rate_wait_ms(&r, 100, 1100), 0);
  a = rate_begin(&r, 100, 1100);
  assert_int_equal(rate_wait_ms(&r, 100, 1200), 600);
  assert_int_equal(rate_wait_ms(&r, 100, 1800), 0);    /* what was counted is past */
  /* with a limit it is taken to refill evenly: 60 a minute, none left */
  said.counts[RATE_REQUESTS] = (struct rate_count){60, 0, 60000};
  rate_end(&r, a, RATE_GOOD, 100, 80, &said, 10000);
  assert_int_equal(rate_wait_ms(&r, 100, 10000), 1000);
  assert_int_equal(rate_wait_ms(&r, 100, 10400), 600);
  assert_int_equal(rate_wait_ms(&r, 100, 11000), 0);
  /* tokens, with what is under way */
  said.counts[RATE_REQUESTS] = (struct rate_count){-1, -1, -1};
  said.counts[RATE_OUTPUT_TOKENS] = (struct rate_count){-1, 250, 4000};
  a = rate_begin(&r, 100, 20000);
  rate_end(&r, a, RATE_GOOD, 100, 80, &said, 20000);
  a = rate_begin(&r, 100, 20000);
  assert_int_equal(rate_wait_ms(&r, 150, 20000), 0);
  assert_int_equal(rate_wait_ms(&r, 151, 20000), 4000);
  /* no header holds for a day */
  said.counts[RATE_OUTPUT_TOKENS] = (struct rate_count){-1, 0, 86400000};
  rate_end(&r, a, RATE_GOOD, 100, 80, &said, 30000);
  assert_int_equal(rate_wait_ms(&r, 100, 30000), RATE_RESET_MAX_MS);
}

/* The most of `amounts` in any window of a minute. */
static double
most_in_a_minute(const int64_t *times, const double *amounts, size_t n)
{
  double sum = 0, most = 0;
  size_t from = 0;

  for (size_t i = 0; i < n; i++) {
    sum += amounts ? amounts[i] : 1;
    while (times[from] <= times[i] - 60000)
      sum -= amounts ? amounts[from++] : (from++, 1);
    most = fmax(most, sum);
  }
  return most;
}

/* As fast as it may, with replies after 300 ms; now and then nothing is wanted for a while. */
static size_t
run_minutes(struct rate *r, int minutes, double largest, int64_t *times, double *amounts, size_t max)
{
  struct rng rng;
  int64_t now = 0, end = (int64_t)minutes * 60000;
  size_t n = 0;

  rng_seed(&rng, 5);
  while (now < end && n < max) {
    double tokens = largest > 0 ? 1 + (double)rng_below(&rng, (uint64_t)largest) : 0;
    int64_t wait;

    if (rng_below(&rng, 1000) == 0)
      now += (int64_t)rng_below(&rng, 1000);
    while ((wait = rate_wait_ms(r, tokens, now)) > 0)
      now += wait;
    if (now >= end)
      break;
    rate_end(r, rate_begin(r, tokens, now), RATE_GOOD, tokens, tokens, NULL, now);
    times[n] = now;
    amounts[n++] = tokens;
  }
  return n;
}

static void
no_minute_sees_more_requests(void **state)
{
  static const int limits[] = {1, 2, 7, 59, 60, 61, 119, 120, 500, 3000, 10000};
  size_t max = 60000, n;
  int64_t *times = xcalloc(max, sizeof *times);
  double *amounts = xcalloc(max, sizeof *amounts);

  (void)state;
  for (size_t i = 0; i < N_OF(limits); i++) {
    struct rate r;

    rate_init(&r, 64, limits[i], 0, 300000, 0);
    n = run_minutes(&r, 5, 0, times, amounts, max);
    if (most_in_a_minute(times, NULL, n) > limits[i])
      fail_msg("%d a minute: %g in one", limits[i], most_in_a_minute(times, NULL, n));
    if ((double)n < 0.93 * 5 * limits[i])  /* and it is used */
      fail_msg("%d a minute: only %zu in five", limits[i], n);
  }
  free(times);
  free(amounts);
}

static void
no_minute_sees_more_tokens(void **state)
{
  static const struct {
    int64_t limit;
    double largest;
  } rows[] = {{10000, 900}, {10000, 5000}, {200000, 3000}, {1000, 1}, {1000, 2500}};
  size_t max = 60000, n;
  int64_t *times = xcalloc(max, sizeof *times);
  double *amounts = xcalloc(max, sizeof *amounts);

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    double limit = (double)rows[i].limit, bucket = limit / 10, sum = 0;
    double beyond = rows[i].largest > bucket ? rows[i].largest - bucket : 0;
    struct rate r;

    rate_init(&r, 64, 0, rows[i].limit, 300000, 0);
    n = run_minutes(&r, 10, rows[i].largest, times, amounts, max);
    if (most_in_a_minute(times, amounts, n) > limit + beyond + 1e-6)
      fail_msg("%g a minute: %g in one", limit, most_in_a_minute(times, amounts, n));
    for (size_t k = 0; k < n; k++)
      sum += amounts[k];
    if (sum < 0.8 * 10 * limit)
      fail_msg("%g a minute: only %g in ten", limit, sum);
  }
  free(times);
  free(amounts);
}

/* A reply that was longer than reckoned is paid back before the next begins; a shorter one is given back. */
static void
tokens_are_settled(void **state)
{
  struct rate r;
  uint64_t a;

  (void)state;
  rate_init(&r, 8, 0, 60000, 300000, 0);  /* holds 6 000, 54 000 a minute: 0.9 a millisecond */
  a = rate_begin(&r, 1000, 0);
  rate_end(&r, a, RATE_GOOD, 1000, 6900, NULL, 0);
  assert_int_equal(rate_wait_ms(&r, 0, 0), 1000);
  a = rate_begin(&r, 4500, 20000);
  assert_int_equal(rate_wait_ms(&r, 3300, 20000), 2000);
  rate_end(&r, a, RATE_GOOD, 4500, 500, NULL, 20000);
  assert_int_equal(rate_wait_ms(&r, 3300, 20000), 0);
  a = rate_begin(&r, 5500, 20000);
  rate_end(&r, a, RATE_COMPLAINT, 5500, -1, NULL, 20000);  /* refused: nothing was used */
  assert_int_equal(rate_wait_ms(&r, 5500, 20000), 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(durations_are_read),
    cmocka_unit_test(headers_are_read),
    cmocka_unit_test(odd_headers_do_no_harm),
    cmocka_unit_test(a_burst_of_complaints_counts_once),
    cmocka_unit_test(late_complaints_belong_to_their_burst),
    cmocka_unit_test(it_grows_by_one_after_25),
    cmocka_unit_test(retry_after_holds_all),
    cmocka_unit_test(the_endpoint_counts),
    cmocka_unit_test(no_minute_sees_more_requests),
    cmocka_unit_test(no_minute_sees_more_tokens),
    cmocka_unit_test(tokens_are_settled),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
