/* Replies to annotations: what labels are read in them, what the tokens' probabilities say, and what votes add up to.
 * */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "corpus/sample.h"
#include "generate/ballot.h"
#include "generate/soft.h"
#include "generate/tally.h"

static struct labels *labels;

static int
up(void **state)
{
  static const char *const names[] = {"billing", "card_arrival", "card_payment", "Über uns", "U.S.", "us", "4", "A+", "A-"};

  (void)state;
  labels = labels_new();
  for (size_t i = 0; i < N_OF(names); i++)
    labels_add(labels, names[i], "");
  return 0;
}

static int
down(void **state)
{
  (void)state;
  labels_free(labels);
  return 0;
}

/* ---- reading ---- */

/* "billing", "billing+us", "0" (none applies), "!" (odd), "-" (not said), joined by a blank; or "error: ...". */
static char *
read_as_words(const char *content, size_t n_texts, bool multilabel)
{
  struct ballot b;
  struct buf out = BUF_INIT;
  struct err e = {0};

  if (ballot_read(&b, content, strlen(content), labels, multilabel, n_texts, &e) < 0) {
    ballot_release(&b);
    return xasprintf("error: %s", e.message);
  }
  for (size_t i = 0; i < b.n; i++) {
    const struct ballot_entry *entry = &b.entries[i];

    buf_adds(&out, i ? " " : "");
    if (!entry->said || entry->odd)
      buf_adds(&out, entry->odd ? "!" : "-");
    else if (entry->n_labels == 0)
      buf_adds(&out, "0");
    else
      labels_join(&out, labels, entry->labels, entry->n_labels, "+");
  }
  ballot_release(&b);
  return buf_take(&out);
}

struct row {
  const char *content;
  size_t n_texts;
  const char *expected;
};

static void
check_rows(const struct row *rows, size_t n, bool multilabel)
{
  for (size_t i = 0; i < n; i++) {
    char *words = read_as_words(rows[i].content, rows[i].n_texts, multilabel);

    if (strncmp(words, rows[i].expected, strlen(rows[i].expected)) != 0 ||
        (*rows[i].expected != 'e' && strcmp(words, rows[i].expected) != 0))
      fail_msg("%s\n  gave     %s\n  expected %s", rows[i].content, words, rows[i].expected);
    free(words);
  }
}

static void
one_label_is_read(void **state)
{
  static const struct row rows[] = {
    {"{\"label\": \"billing\"}", 1, "billing"},
    {"{\"label\": \"Billing.\"}", 1, "billing"},
    {"{\"label\": \"CARD ARRIVAL\"}", 1, "card_arrival"},
    {"{\"label\": \"\xc3\xbc" "BER-UNS\"}", 1, "Über uns"},
    {"{\"label\": 4}", 1, "4"},
    {"```json\n{\"label\": \"billing\",}\n```", 1, "billing"},
    {"<think>{\"label\": \"us\"}?</think>{\"label\": \"billing\"}", 1, "billing"},
    {"It is about money, so: {\"rationale\": \"a {brace} in words\", \"label\": \"billing\"} I think.", 1, "billing"},
    {"{\"result\": {\"label\": \"billing\"}}", 1, "billing"},
    {"{\"category\": \"billing\"}", 1, "billing"},
    {"[{\"label\": \"billing\"}]", 1, "billing"},
    {"{\"labels\": [\"billing\"]}", 1, "billing"},
    {"billing", 1, "billing"},
    {" \"Billing\".\n", 1, "billing"},
    {"**card arrival**", 1, "card_arrival"},
    {"us", 1, "us"},
    {"U.S.", 1, "U.S."},
    {"A-", 1, "A-"},
    /* no label of ours */
    {"{\"label\": \"a\"}", 1, "!"},                              /* A+ or A-? */
    {"{\"label\": \"refunds\"}", 1, "!"},
    {"{\"label\": \"bill\"}", 1, "!"},
    {"{\"label\": null}", 1, "!"},
    {"{\"label\": \"\"}", 1, "!"},
    {"{\"label\": [\"billing\", \"us\"]}", 1, "!"},
    {"{\"label\": []}", 1, "!"},
    {"refunds", 1, "!"},
    {"{\"label\": \"billing\"} or {\"label\": \"us\"}", 1, "!"},
    {"{\"label\": \"billing\"} yes, {\"label\": \"billing\"}", 1, "billing"},
    /* nothing to read */
    {"", 1, "error: no text"},
    {"I am sorry, but I cannot say which of the labels it is.", 1, "error: no label"},
    {"{\"text\": \"a\", \"class\": \"billing\"}", 1, "error: no label"},
    {"{\"label\": \"bill", 1, "error: truncated"},
    {"{\"rationale\": \"because", 1, "error: truncated"},
    {"<think>well", 1, "error: truncated"},
    {"[]", 1, "!"},
  };

  (void)state;
  check_rows(rows, N_OF(rows), false);
}

static void
many_texts_are_read(void **state)
{
  static const struct row rows[] = {
    {"{\"texts\": [{\"index\": 1, \"label\": \"us\"}, {\"index\": 3, \"label\": \"billing\"}, {\"index\": 2, \"label\": \"4\"}]}",
     3, "us 4 billing"},
    {"[{\"index\": \"2\", \"label\": \"us\"}]", 3, "- us -"},
    {"{\"answers\": [\"us\", \"billing\", \"4\"]}", 3, "us billing 4"},
    {"[\"us\", \"billing\"]", 3, "error: no label"},            /* which is missing? */
    {"[{\"label\": \"us\"}, {\"label\": \"4\"}]", 2, "us 4"},
    {"[{\"label\": \"us\"}, {\"label\": \"4\"}]", 3, "error: no label"},
    {"{\"1\": \"us\", \"2\": {\"label\": \"billing\"}}", 2, "us billing"},
    {"{\"1\": \"us\", \"4\": \"billing\"}", 2, "error: no label"},
    {"{\"index\": 1, \"label\": \"us\"}\n{\"index\": 2, \"label\": \"oops\"}", 2, "us !"},
    {"{\"texts\": [{\"index\": 1, \"label\": \"us\"}, {\"index\": 1, \"label\": \"4\"}]}", 2, "! -"},
    {"{\"texts\": [{\"index\": 0, \"label\": \"us\"}, {\"index\": 1, \"label\": \"4\"}]}", 2, "4 -"},
    {"{\"texts\": [{\"index\": 1, \"label\": \"us\"}, {\"index\": 2, \"lab", 2, "us -"},
    {"us", 2, "error: no label"},
  };

  (void)state;
  check_rows(rows, N_OF(rows), false);
}

static void
several_labels_are_read(void **state)
{
  static const struct row rows[] = {
    {"{\"labels\": [\"us\", \"billing\"]}", 1, "us+billing"},
    {"{\"labels\": []}", 1, "0"},
    {"{\"labels\": [\"us\", \"US\", \"nonsense\"]}", 1, "!"},
    {"{\"labels\": [\"us\", \"us\"]}", 1, "us"},
    {"{\"label\": \"us\"}", 1, "us"},
    {"{\"texts\": [{\"index\": 1, \"labels\": [\"us\", \"4\"]}, {\"index\": 2, \"labels\": []}]}", 2, "us+4 0"},
    {"[[\"us\"], [\"4\", \"billing\"]]", 2, "us 4+billing"},
  };

  (void)state;
  check_rows(rows, N_OF(rows), true);
}

static void
a_reason_is_kept(void **state)
{
  static const char content[] =
    "{\"texts\":[{\"index\":1,\"rationale\":\"says \\\"label\\\": x\",\"label\":\"us\"},{\"index\":2,\"reason\":\"b\",\"label\":\"4\"}]}";
  struct ballot b;
  struct err e = {0};

  (void)state;
  assert_int_equal(ballot_read(&b, content, strlen(content), labels, false, 2, &e), 0);
  assert_string_equal(b.entries[0].rationale, "says \"label\": x");
  assert_string_equal(b.entries[1].rationale, "b");
  assert_int_equal(strncmp(content + b.entries[0].at, "us\"", 3), 0);
  assert_int_equal(strncmp(content + b.entries[1].at, "4\"", 2), 0);
  ballot_release(&b);
}

/* ---- tokens ---- */

struct choice {
  const char *text;
  double p;
};
struct token {
  const char *text;
  struct choice others[4];
};

/* A reply of these tokens, as an endpoint sends it. */
static void
reply_of(const struct token *tokens, size_t n, struct chat_reply *chat)
{
  struct buf content = BUF_INIT, body = BUF_INIT;
  struct err e = {0};

  for (size_t i = 0; i < n; i++)
    buf_adds(&content, tokens[i].text);
  buf_adds(&body, "{\"choices\":[{\"message\":{");
  json_add_field(&body, "content", buf_str(&content));
  buf_adds(&body, "},\"finish_reason\":\"stop\",\"logprobs\":{\"content\":[");
  for (size_t i = 0; i < n; i++) {
    json_add_comma(&body);
    buf_addc(&body, '{');
    json_add_field(&body, "token", tokens[i].text);
    json_add_field_number(&body, "logprob", tokens[i].others[0].text ? log(tokens[i].others[0].p) : 0);
    buf_adds(&body, ",\"top_logprobs\":[");
    for (size_t k = 0; k < 4 && tokens[i].others[k].text; k++) {
      json_add_comma(&body);
      buf_addc(&body, '{');
      json_add_field(&body, "token", tokens[i].others[k].text);
      json_add_field_number(&body, "logprob", log(tokens[i].others[k].p));
      buf_addc(&body, '}');
    }
    buf_adds(&body, "]}");
  }
  buf_adds(&body, "]}}]}");
  if (chat_parse(body.s, body.n, chat, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(chat->n_tokens, n);
  buf_release(&content);
  buf_release(&body);
}

/* p: by label; NULL: they do not tell. */
static void
check_soft(const struct token *tokens, size_t n, const double *p)
{
  struct chat_reply chat;
  struct ballot b;
  struct err e = {0};
  float said[16];
  double sum = 0;

  reply_of(tokens, n, &chat);
  assert_int_equal(ballot_read(&b, chat.content, strlen(chat.content), labels, false, 1, &e), 0);
  assert_int_equal(soft_label(&chat, b.entries[0].at, b.entries[0].bare, labels, said), p != NULL);
  for (size_t i = 0; p && i < labels_count(labels); i++) {
    sum += said[i];
    if (fabs(said[i] - p[i]) > 1e-6)
      fail_msg("label %s: %g, expected %g", label_name(labels, (uint16_t)i), said[i], p[i]);
  }
  if (p)
    assert_true(fabs(sum - 1) < 1e-6);
  ballot_release(&b);
  chat_reply_release(&chat);
}

static void
tokens_tell(void **state)
{
  /* the label begins inside a token, and takes two; what is no label is left out */
  static const struct token whole[] = {
    {"{\"", {{0}}}, {"label", {{0}}}, {"\":", {{0}}},
    {" \"bill", {{" \"bill", .6}, {" \"us", .2}, {" \"other", .1}, {" [", .05}}},
    {"ing", {{"ing", .9}, {"s", .1}}}, {"\"}", {{0}}},
  };
  /* card_arrival and card_payment begin alike: the next token divides their part */
  static const struct token alike[] = {
    {"{\"label\":\"", {{0}}},
    {"card", {{"card", .8}, {"billing", .2}}},
    {"_", {{"_", 1}}},
    {"pay", {{"pay", .75}, {"arr", .25}}},
    {"ment", {{0}}}, {"\"}", {{0}}},
  };
  /* the part of a way not taken cannot be divided */
  static const struct token lost[] = {
    {"{\"label\":\"", {{0}}}, {"us", {{"us", .6}, {"card", .4}}}, {"\"}", {{0}}},
  };
  static const struct token little_lost[] = {
    {"{\"label\":\"", {{0}}}, {"us", {{"us", .96}, {"card", .02}, {"4", .02}}}, {"\"}", {{0}}},
  };
  static const struct token bare[] = {{"us", {{"us", .7}, {"4", .3}}}};
  static const struct token spelled_otherwise[] = {
    {"{\"label\":\"", {{0}}}, {"BILL", {{"BILL", .8}, {"us", .2}}}, {"ING", {{0}}}, {"\"}", {{0}}},
  };
  static const struct token only_like[] = {
    {"{\"label\":\"", {{0}}}, {"card", {{"card", .8}, {"us", .2}}}, {" arrival", {{0}}}, {"\"}", {{0}}},
  };
  struct chat_reply chat;
  float p[16];

  (void)state;
  check_soft(whole, N_OF(whole), (double[9]){.75, 0, 0, 0, 0, .25, 0});
  check_soft(alike, N_OF(alike), (double[9]){.2, .2, .6, 0, 0, 0, 0});
  check_soft(lost, N_OF(lost), NULL);
  check_soft(little_lost, N_OF(little_lost), (double[9]){0, 0, 0, 0, 0, .96 / .98, .02 / .98});
  check_soft(bare, N_OF(bare), (double[9]){0, 0, 0, 0, 0, .7, .3});
  check_soft(spelled_otherwise, N_OF(spelled_otherwise), (double[9]){.8, 0, 0, 0, 0, .2, 0});
  check_soft(only_like, N_OF(only_like), NULL);   /* "card arrival" is read, yet its tokens spell no label */
  reply_of(bare, N_OF(bare), &chat);
  assert_false(soft_label(&chat, SIZE_MAX, false, labels, p));
  chat.n_tokens = 0;
  assert_false(soft_label(&chat, 0, true, labels, p));
  chat_reply_release(&chat);
}

/* ---- votes ---- */

static void
votes_add_up(void **state)
{
  float soft_a[] = {.9f, .1f, 0}, soft_b[] = {.3f, .7f, 0};
  struct vote_row votes[] = {
    {1, 7, 1, 0, NULL, 0, NULL}, {2, 7, 1, 0, NULL, 0, NULL}, {3, 7, 1, 1, NULL, 0, NULL},
    {1, 8, 1, 0, soft_a, 3, NULL}, {2, 8, 1, 1, soft_b, 3, NULL},
    {1, 9, 1, LABEL_NONE, NULL, 0, NULL}, {2, 9, 1, 2, NULL, 0, NULL},
    {1, 10, 1, LABEL_NONE, NULL, 0, NULL},
  };
  struct tally t;

  (void)state;
  tally_make(&t, votes, N_OF(votes), 3, false, false);
  assert_int_equal(t.n, 4);
  assert_int_equal(t.n_votes, 8);
  assert_int_equal(t.n_off, 2);
  assert_int_equal(t.n_soft, 2);
  assert_int_equal(t.n_compared, 2);
  assert_int_equal(t.texts[0].sample_id, 7);
  assert_int_equal(t.texts[0].label, 0);
  assert_true(fabs(t.texts[0].probability - 2 / 3.) < 1e-6);
  assert_int_equal(t.texts[1].label, 0);                       /* one vote each: the likelier */
  assert_true(fabs(t.texts[1].probability - .6) < 1e-6);
  assert_int_equal(t.texts[2].label, 2);
  assert_true(fabs(t.texts[2].probability - 1) < 1e-6);
  assert_int_equal(t.texts[3].label, LABEL_NONE);
  assert_true(fabs(t.agreement - (1 / 3. + 0) / 2) < 1e-9);
  tally_release(&t);

  tally_make(&t, votes, 3, 3, false, true);                    /* no tokens: one further vote over all labels */
  assert_true(fabs(t.texts[0].probability - (2 + 1 / 3.) / 4) < 1e-6);
  assert_true(fabs(t.texts[0].p[2] - 1 / 12.) < 1e-6);
  tally_release(&t);
}

/* The worked example of Fleiss (1971): 30 psychiatric patients are too many to type; this is the one of ten subjects
 * and fourteen raters that text books use: agreement .378, kappa .210. */
static void
kappa_is_that_of_fleiss(void **state)
{
  static const int table[10][5] = {
    {0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1},
    {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7},
  };
  struct vote_row votes[140] = {{0}};
  struct tally t;
  size_t n = 0;

  (void)state;
  for (uint32_t i = 0; i < 10; i++)
    for (uint16_t k = 0; k < 5; k++)
      for (int m = 0; m < table[i][k]; m++)
        votes[n++] = (struct vote_row){.sample_id = i + 1, .label = k};
  assert_int_equal(n, 140);
  tally_make(&t, votes, n, 5, false, false);
  assert_true(fabs(t.agreement - .378022) < 1e-6);
  assert_true(fabs(t.kappa - .209931) < 1e-6);
  tally_release(&t);
}

static void
several_labels_add_up(void **state)
{
  float a[] = {1, 1, 0}, b[] = {1, 0, 0}, none[] = {0, 0, 0};
  struct vote_row votes[] = {
    {1, 1, 1, 0, a, 3, NULL}, {2, 1, 1, 0, b, 3, NULL}, {3, 1, 1, 0, b, 3, NULL},
    {1, 2, 1, LABEL_NONE, none, 3, NULL}, {2, 2, 1, LABEL_NONE, none, 3, NULL},
    {1, 3, 1, LABEL_NONE, NULL, 0, NULL},
  };
  struct tally t;
  uint16_t labels_of[3];

  (void)state;
  tally_make(&t, votes, N_OF(votes), 3, true, false);
  assert_int_equal(t.n_off, 1);
  assert_int_equal(tally_labels(&t, 0, true, labels_of, 3), 1);
  assert_int_equal(labels_of[0], 0);
  assert_int_equal(tally_labels(&t, 1, true, labels_of, 3), 0);
  assert_int_equal(t.n_compared, 2);
  assert_true(fabs(t.agreement - ((.5 + .5 + 1) / 3 + 1) / 2) < 1e-6);   /* two empty sets are equal */
  assert_true(isnan(t.kappa));
  tally_release(&t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_label_is_read), cmocka_unit_test(many_texts_are_read),
    cmocka_unit_test(several_labels_are_read), cmocka_unit_test(a_reason_is_kept),
    cmocka_unit_test(tokens_tell), cmocka_unit_test(votes_add_up),
    cmocka_unit_test(kappa_is_that_of_fleiss), cmocka_unit_test(several_labels_add_up),
  };

  return cmocka_run_group_tests(tests, up, down);
}
