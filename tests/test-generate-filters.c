/* Which texts do not come into the corpus. */
#include "scene.h"

#include "base/mem.h"
#include "generate/filters.h"

static const struct {
  const char *text;
  enum drop_reason reason;
  uint32_t of;
} sifted[] = {
  {"Where is the parcel that I ordered on Monday last week?", DROP_NONE, 0},
  {"", DROP_EMPTY, 0},
  {"ok", DROP_TOO_SHORT, 0},
  {"two words", DROP_TOO_SHORT, 0},
  {"one two three four five six seven eight nine ten eleven twelve thirteen", DROP_TOO_LONG, 0},
  {"a question about Billing, please answer", DROP_LABEL_NAMED, 0},
  {"billings are no label here, are they", DROP_NONE, 0},
  {"I WAS charged twice - for the blue chair!", DROP_DUPLICATE, 1},
  {"I was charged twice for the blue chair today", DROP_NEAR_DUPLICATE, 1},
  {"the test text about a lamp that never came", DROP_TEST, 2},
  {"The test text about a lamp that never came!", DROP_TEST, 2},
  {"where is the parcel that I ordered on Monday last week", DROP_DUPLICATE, 0},
  {"something else entirely", DROP_NONE, 0},
};

static void
insert_text(struct project *p, const char *text, enum split split)
{
  struct change *ch = change_new(CHANGE_INSERT, "test", "insert");
  uint16_t label = 0;
  struct err e = {0};

  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .labels = &label,
                                         .n_labels = 1,
                                         .split = split, .origin = ORIGIN_SEED, .status = STATUS_ACCEPTED});
  if (project_insert(p, ch, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
texts_are_sifted(void **state)
{
  struct prompty_filters limits = {.min_words = 3, .max_words = 12, .min_chars = -1, .max_chars = -1,
                                   .drop_label_named = 1,
                                   .near_duplicate = -1};
  struct project *p;
  struct filters *f;
  char detail[100];
  uint32_t of;

  (void)state;
  p = fresh_project("filters");
  insert_text(p, "I was charged twice for the blue chair", SPLIT_TRAIN);
  insert_text(p, "The test text about a lamp that never came", SPLIT_TEST);
  f = filters_new(project_corpus(p), &limits);
  for (size_t i = 0; i < N_OF(sifted); i++) {
    struct candidate t = {.text = sifted[i].text, .n_text = strlen(sifted[i].text)};
    enum drop_reason reason = filters_drop(f, 0, &t, &of, detail, sizeof detail);

    if (reason != sifted[i].reason || of != sifted[i].of)
      fail_msg("'%s': %s (%s) of %u", t.text, reason == DROP_NONE ? "kept" : drop_defs[reason].name, detail, of);
  }
  /* what was kept has ids from now on, and what others add is seen */
  filters_kept(f, 3);
  insert_text(p, "a stranger's text that came meanwhile", SPLIT_TRAIN);
  insert_text(p, "and one", SPLIT_TRAIN);
  insert_text(p, "and another", SPLIT_TRAIN);
  insert_text(p, "the one that we look for in here", SPLIT_TRAIN);
  assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = "Something else, entirely", .n_text = 24}, &of,
                                detail, 100),
                   DROP_DUPLICATE);
  assert_int_equal(of, 5);
  assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = "The one that we look for in here", .n_text = 32},
                                &of, detail,
                                100), DROP_DUPLICATE);
  assert_int_equal(of, 6);
  /* a text that a person moves to the test split meanwhile is a test text from then on */
  struct change *ch = change_new(CHANGE_SET, "person", "split");
  struct err e = {0};

  change_set_split(ch, 1, SPLIT_TEST);
  assert_int_equal(project_post(p, ch, &e), 0);
  assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = "I was charged twice for the blue chair today",
                                                          .n_text = 44}, &of, detail, 100), DROP_TEST);
  assert_int_equal(of, 1);
  filters_free(f);
  close_project(p);
}

static void
pairs_have_their_shape(void **state)
{
  struct prompty_filters limits = {-1, -1, -1, -1, -1, -1};
  struct corpus *c[2] = {corpus_new(TASK_CLASSIFY), corpus_new(TASK_PAIR)};
  struct candidate pair = {.text = "A man runs.", .n_text = 11, .text2 = "A man moves.", .n_text2 = 12},
                   one = {.text = "A man runs.", .n_text = 11},
                     half = {.text = "A man", .n_text = 5, .text2 = "", .n_text2 = 0};
  char detail[100];
  uint32_t of;

  (void)state;
  for (int i = 0; i < 2; i++) {
    struct filters *f = filters_new(c[i], &limits);

    assert_int_equal(filters_drop(f, 0, &pair, &of, detail, 100), i == 0 ? DROP_SHAPE : DROP_NONE);
    assert_int_equal(filters_drop(f, 0, &one, &of, detail, 100), i == 0 ? DROP_NONE : DROP_SHAPE);
    assert_int_equal(filters_drop(f, 0, &half, &of, detail, 100), i == 0 ? DROP_SHAPE : DROP_EMPTY);
    filters_free(f);
    corpus_free(c[i]);
  }
}

/* Pairs are compared whole, with the test's, too. */
static void
test_pairs_are_kept_out(void **state)
{
  static const struct {
    const char *text, *text2;
    enum drop_reason reason;
  } pairs[] = {
    {"A man is running in the park with his dog", "Somebody is outside", DROP_TEST},
    {"a man is running in the park, with his dog!", "somebody is outside.", DROP_TEST},
    {"A man is running in the park with his dog today", "Somebody is outside", DROP_TEST},
    {"A man is running in the park with his dog", "Nobody moves", DROP_NONE},
    {"Somebody is outside", "A man is running in the park with his dog", DROP_NONE},
    {"A man is running in the park with his dog", "nobody MOVES", DROP_DUPLICATE},
  };
  struct prompty_filters limits = {-1, -1, -1, -1, -1, -1};
  struct corpus *c = corpus_new(TASK_PAIR);
  struct filters *f;
  char detail[100];
  uint32_t of;

  (void)state;
  corpus_apply_insert(c, &(struct sample){.text = pairs[0].text, .n_text = (uint32_t)strlen(pairs[0].text),
                                          .text2 = pairs[0].text2, .n_text2 = (uint32_t)strlen(pairs[0].text2),
                                          .split = SPLIT_TEST}, 1);
  f = filters_new(c, &limits);
  for (size_t i = 0; i < N_OF(pairs); i++)
    assert_int_equal(filters_drop(f, 0, &(struct candidate){.text = pairs[i].text, .n_text = strlen(pairs[i].text),
                                                            .text2 = pairs[i].text2,
                                                            .n_text2 = strlen(pairs[i].text2)}, &of, detail, 100),
                     pairs[i].reason);
  filters_free(f);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_sifted),
    cmocka_unit_test(pairs_have_their_shape),
    cmocka_unit_test(test_pairs_are_kept_out),
  };

  return cmocka_run_group_tests(tests, scene_up, scene_down);
}
