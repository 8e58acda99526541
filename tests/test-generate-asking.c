/* What prompts are made of: seeds, what to avoid, shares of labels; and what it would take. */
#include "scene.h"

#include <math.h>

#include "base/mem.h"
#include "generate/asking.h"
#include "generate/avoid.h"
#include "generate/examples.h"

static void
add(struct project *p, uint16_t label, const char *text, enum split split, enum origin origin, const char *attributes)
{
  struct change *ch = change_new(CHANGE_INSERT, "test", "");
  struct err e = {0};

  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &label,
                                         .n_labels = 1, .split = split, .origin = origin, .status = STATUS_ACCEPTED,
                                         .attributes = attributes});
  if (project_insert(p, ch, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

/* Twelve seeds of each label, "billing 0" ..., and texts that must not be shown. */
static struct project *
seeded(const char *name)
{
  struct project *p;

  make_project(name);
  p = open_project(name);
  for (int i = 0; i < 24; i++) {
    char *text = xasprintf("%s %d", i < 12 ? "billing" : "shipping", i % 12);

    add(p, i >= 12, text, SPLIT_TRAIN, ORIGIN_SEED, "");
    free(text);
  }
  add(p, 0, "billing of the test", SPLIT_TEST, ORIGIN_SEED, "");
  return p;
}

static size_t
of_label(const struct prompt_scope *s, const char *label)
{
  size_t n = 0;

  for (size_t i = 0; i < s->n_seeds; i++) {
    n += strcmp(s->seeds[i].label, label) == 0;
    assert_memory_equal(s->seeds[i].text, s->seeds[i].label, strlen(s->seeds[i].label));
    for (size_t k = 0; k < i; k++)
      assert_string_not_equal(s->seeds[i].text, s->seeds[k].text);
  }
  return n;
}

static bool
has(const struct prompt_scope *s, const char *text)
{
  for (size_t i = 0; i < s->n_seeds; i++)
    if (strcmp(s->seeds[i].text, text) == 0)
      return true;
  return false;
}

static void
seeds_are_drawn(void **state)
{
  struct project *p = seeded("seeds");
  const struct corpus *c = project_corpus(p);
  struct examples_want want = {.seed = 5};
  struct examples *x = examples_new(c, &want);
  struct prompt_scope s = {0};
  char *first;

  (void)state;
  examples_draw(x, 0, "", 3, &s);
  assert_true(s.n_seeds == EXAMPLES_MAX && of_label(&s, "billing") == EXAMPLES_MAX);
  first = xstrdup(s.seeds[0].text);
  for (size_t i = 0; i < 50; i++) {
    examples_draw(x, 0, "", i, &s);
    assert_false(has(&s, "billing of the test"));
  }
  examples_draw(x, 0, "", 3, &s);
  assert_string_equal(s.seeds[0].text, first);   /* the same place, the same texts */
  free(first);
  examples_free(x);
  want.policy = SEEDS_BALANCED;
  x = examples_new(c, &want);
  examples_draw(x, 1, "", 0, &s);
  assert_true(of_label(&s, "billing") == 4 && of_label(&s, "shipping") == 4);
  assert_string_equal(s.seeds[0].label, "shipping");
  assert_string_equal(s.seeds[1].label, "billing");
  examples_free(x);
  close_project(p);
}

static void
seeds_are_alike(void **state)
{
  struct project *p = seeded("alike");
  struct examples_want want = {.policy = SEEDS_SIMILAR, .seed = 1};
  struct prompt_scope s = {0};
  struct examples *x;

  (void)state;
  add(p, 0, "billing of my red shoes and boots was twice", SPLIT_TRAIN, ORIGIN_SEED, "");
  add(p, 0, "billing of my red hats and boots was late", SPLIT_TRAIN, ORIGIN_SEED, "");
  add(p, 1, "shipping of shoes", SPLIT_TRAIN, ORIGIN_SEED, "");
  x = examples_new(project_corpus(p), &want);
  for (size_t i = 0; i < 20; i++) {   /* there are no more than SIMILAR_FROM: each is looked at */
    examples_draw(x, 0, "topic=Shoes\x1fstyle=angry", i, &s);
    assert_int_equal(s.n_seeds, EXAMPLES_MAX);
    assert_string_equal(s.seeds[0].text, "billing of my red shoes and boots was twice");
    assert_string_equal(s.seeds[1].text, "billing of my red hats and boots was late");
  }
  examples_free(x);
  close_project(p);
}

static void
hard_texts_are_seeds(void **state)
{
  struct project *p = seeded("hard");
  struct hard_text hard[] = {{1, 0, 0.9f}, {2, 1, 0.1f}, {3, 1, 0.2f}, {13, 0, 0.3f}, {25, 1, 0.0f}};
  struct examples_want want = {.policy = SEEDS_HARD, .seed = 1, .hard = hard, .n_hard = N_OF(hard)};
  struct prompt_scope s = {0};
  struct examples *x = examples_new(project_corpus(p), &want);

  (void)state;
  examples_draw(x, 0, "", 0, &s);
  assert_true(s.n_seeds == 3 && has(&s, "billing 0") && has(&s, "billing 1") && has(&s, "billing 2"));
  examples_free(x);
  want.confused[1] = 1;   /* 0 and 1: those that are taken for the other one, in turn */
  x = examples_new(project_corpus(p), &want);
  examples_draw(x, 0, "", 0, &s);
  assert_true(s.n_seeds == 3 && has(&s, "billing 1") && has(&s, "billing 2") && has(&s, "shipping 0"));
  assert_string_equal(s.seeds[1].text, "shipping 0");
  examples_free(x);
  want = (struct examples_want){.policy = SEEDS_HARD};   /* nobody knows: at random */
  x = examples_new(project_corpus(p), &want);
  examples_draw(x, 1, "", 0, &s);
  assert_int_equal(of_label(&s, "shipping"), EXAMPLES_MAX);
  examples_free(x);
  close_project(p);
}

static void
what_to_avoid(void **state)
{
  struct project *p;
  struct prompt_scope s = {0};
  struct avoid *a;
  struct buf text = BUF_INIT;

  (void)state;
  p = fresh_project("avoid");
  a = avoid_new(project_corpus(p));
  avoid_draw(a, 0, "topic=shoes", &s);
  assert_int_equal(s.n_avoid, 0);
  avoid_free(a);
  for (int i = 0; i < 12; i++) {
    buf_clear(&text);
    buf_addf(&text, i % 3 ? "I'd like to know %d" : "When, oh when %d", i);
    add(p, 0, text.s, SPLIT_TRAIN, ORIGIN_GENERATED, i < 3 ? "topic=shoes" : "topic=lamps");
  }
  add(p, 0, "a seed of our own", SPLIT_TRAIN, ORIGIN_SEED, "topic=shoes");
  add(p, 0, "a text of the test", SPLIT_TEST, ORIGIN_GENERATED, "topic=shoes");
  buf_clear(&text);
  buf_addn(&text, 'x', 1000);
  add(p, 1, text.s, SPLIT_TRAIN, ORIGIN_GENERATED, "");
  a = avoid_new(project_corpus(p));
  avoid_draw(a, 0, "topic=shoes", &s);
  assert_int_equal(s.n_avoid, 2 + AVOID_TEXTS);
  assert_string_equal(s.avoid[0], "i d like\u2026");
  assert_string_equal(s.avoid[1], "when oh when\u2026");
  assert_string_equal(s.avoid[2], "I'd like to know 2");   /* of the cell, newest first */
  assert_string_equal(s.avoid[3], "I'd like to know 1");
  assert_string_equal(s.avoid[4], "When, oh when 0");
  assert_string_equal(s.avoid[5], "I'd like to know 11");  /* then of the label */
  avoid_draw(a, 1, "", &s);
  assert_int_equal(s.n_avoid, 1);
  assert_int_equal(strlen(s.avoid[0]), AVOID_TEXT_BYTES + strlen("\u2026"));
  avoid_free(a);
  buf_release(&text);
  close_project(p);
}

/* ---- shares ---- */

static void
load_asking(struct asking *a, struct blueprint *b, struct project *p, const struct job_options *o)
{
  struct err e = {0};

  if (blueprint_load(b, p, o, &e) < 0 || asking_open(a, b, o, &e) < 0)
    fail_msg("%s", e.message);
}

static void
labels_have_shares(void **state)
{
  struct project *p = seeded("shares");
  struct hard_text hard[] = {{1, 1, 0.1f}, {2, 1, 0.2f}, {13, 1, 0.9f}};   /* errors 1.7 and .1 */
  struct job_options o = options();
  struct blueprint b;
  struct asking a;

  (void)state;
  o.per_label = 45;
  load_asking(&a, &b, p, &o);
  assert_true(a.requests[0] == 5 && a.requests[1] == 5 && a.texts[0] == 45 && a.texts[1] == 45 && a.n_requests == 10);
  asking_close(&a);
  blueprint_release(&b);
  o.per_label = 0;
  o.count = 35;
  load_asking(&a, &b, p, &o);
  assert_true(a.requests[0] == 2 && a.requests[1] == 2 && a.texts[0] + a.texts[1] == 35);
  asking_close(&a);
  blueprint_release(&b);
  o.count = 200;
  o.hard = hard;
  o.n_hard = N_OF(hard);
  load_asking(&a, &b, p, &o);   /* of 20 requests half evenly, half 17 to 1: 14.4 to 5.6 */
  assert_true(a.requests[0] == 14 && a.requests[1] == 6);
  assert_true(a.texts[0] + a.texts[1] == 200 && a.plan.n >= 20);
  asking_close(&a);
  blueprint_release(&b);
  o.confused[0] = 1;
  o.confused[1] = 0;
  load_asking(&a, &b, p, &o);
  assert_true(a.requests[0] == 10 && a.requests[1] == 10);
  asking_close(&a);
  blueprint_release(&b);
  close_project(p);
}

/* ---- estimates ---- */

static struct job_estimate
estimate(struct project *p, const struct job_options *o)
{
  struct job_estimate x;
  struct err e = {0};

  if (job_estimate(p, o, &x, &e) < 0)
    fail_msg("%s", e.message);
  return x;
}

/* A probe's replies stand for the rest: the truth lies within the interval, which is narrow. */
static void
a_probe_knows_better(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct job_estimate blind, probed;
  struct funnel before, after;
  struct err e = {0};
  double in, out, usd;

  (void)state;
  server_clear(server);
  p = fresh_project("probed");
  o.per_label = 150;
  blind = estimate(p, &o);
  assert_true(blind.requests == 30 && blind.texts == 300 && blind.n_replies == 0 && blind.job_id == 0);
  assert_true(blind.tokens_out_range[0] <= blind.tokens_out && blind.tokens_out <= blind.tokens_out_range[1]);
  assert_true(isnan(blind.yield) && blind.requests_bound == 30);
  o.limits.requests = 5;
  assert_int_equal(run_job(p, &o, &before, &e), -1);
  assert_int_equal(e.code, ERR_PARTIAL);
  assert_int_equal(before.ok, 5);
  o.limits.requests = 0;
  o.resume = true;
  probed = estimate(p, &o);
  assert_true(probed.job_id == 1 && probed.requests == 30 && probed.cached == 5 && probed.n_replies == 5);
  assert_true(probed.yield > 0.9 && probed.yield <= 1);
  assert_int_equal(run_job(p, &o, &after, &e), 0);
  assert_int_equal(server_count(server, -1), 30);   /* nothing twice */
  in = (double)(after.tokens_in - before.tokens_in);
  out = (double)(after.tokens_out - before.tokens_out);
  usd = after.cost_usd - before.cost_usd;
  assert_in_range((uint64_t)in, probed.tokens_in_range[0], probed.tokens_in_range[1]);
  assert_in_range((uint64_t)out, probed.tokens_out_range[0], probed.tokens_out_range[1]);
  assert_true(usd >= probed.cost_range_usd[0] && usd <= probed.cost_range_usd[1] && usd <= probed.cost_bound_usd);
  assert_true(fabs((double)probed.tokens_out - out) < 0.1 * out);
  assert_true(probed.tokens_out_range[1] - probed.tokens_out_range[0] < 0.4 * out);
  funnel_release(&before);
  funnel_release(&after);
  close_project(p);
}

static void
what_topping_up_takes(void **state)
{
  struct project *p;
  struct job_options o = options();
  struct job_estimate plain, topped;
  struct err e = {0};

  (void)state;
  server_clear(server);
  atomic_store(&server->texts, 5);
  p = fresh_project("foreseen");
  o.per_label = 50;
  assert_int_equal(run_job(p, &o, NULL, &e), 0);
  o.per_label = 200;
  plain = estimate(p, &o);
  assert_true(plain.yield > 0.4 && plain.yield < 0.6);
  o.top_up = true;
  topped = estimate(p, &o);
  assert_true(topped.requests == 40 && topped.requests_bound == 120);
  assert_true(fabs(topped.cost_usd - plain.cost_usd / plain.yield) < 0.01 * topped.cost_usd);
  assert_true(fabs(topped.cost_bound_usd - 3 * plain.cost_bound_usd) < 1e-6 * topped.cost_bound_usd);
  o.limits.usd = 0.01;
  assert_float_equal(estimate(p, &o).cost_bound_usd, 0.01, 1e-12);
  o.limits.tokens = 5000;
  assert_float_equal(estimate(p, &o).tokens_bound, 5000, 1e-6);
  put_template(p, "user:\n{{ label }}\n");   /* without max_tokens a limit gives a bound */
  o.limits = (struct job_limits){0};
  assert_true(isinf(estimate(p, &o).cost_bound_usd) && isinf(estimate(p, &o).tokens_bound));
  o.limits.tokens = 100000000;
  assert_true(isfinite(estimate(p, &o).cost_bound_usd) && estimate(p, &o).tokens_bound < 1e6);
  o.steer = true;
  assert_int_equal(estimate(p, &o).requests, 40);
  close_project(p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(seeds_are_drawn),
    cmocka_unit_test(seeds_are_alike),
    cmocka_unit_test(hard_texts_are_seeds),
    cmocka_unit_test(what_to_avoid),
    cmocka_unit_test(labels_have_shares),
    cmocka_unit_test(a_probe_knows_better),
    cmocka_unit_test(what_topping_up_takes),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
