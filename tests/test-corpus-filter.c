/* The filter language and sorting: what is found, and what a mistake says. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "corpus/change.h"
#include "corpus/corpus.h"
#include "corpus/filter.h"
#include "corpus/needle.h"
#include "corpus/sort.h"

enum { BILLING, SHIPPING, NOT_SURE };

static const struct {
  const char *text, *text2;
  int labels[3];             /* ended by -1 */
  enum split split;
  enum origin origin;
  enum status status;
  const char *attributes;
  uint32_t template_id, teacher_id, request_id, parent_id;
} rows[] = {
  {"I was charged twice", NULL, {BILLING, -1}, SPLIT_TRAIN, ORIGIN_SEED, STATUS_NEW, "", 0, 0, 0, 0},
  {"Where is my parcel?", NULL, {SHIPPING, -1}, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_NEW, "topic=shoes\x1fstyle=hurried", 1, 1, 53, 0},
  {"WHERE IS MY PARCEL", NULL, {SHIPPING, -1}, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_REJECTED, "topic=shoes\x1fstyle=careful", 2, 1, 54, 0},
  {"naïve Straße ÄRGER", NULL, {NOT_SURE, -1}, SPLIT_VALID, ORIGIN_IMPORTED, STATUS_ACCEPTED, "", 0, 0, 0, 0},
  {"order 40213 is (not) here or there", NULL, {BILLING, SHIPPING, -1}, SPLIT_TEST, ORIGIN_IMPORTED, STATUS_ACCEPTED, "", 0, 0, 0, 0},
  {"", NULL, {-1}, SPLIT_POOL, ORIGIN_IMPORTED, STATUS_NEW, "", 0, 0, 0, 0},
  {"a premise", "a hypothesis about parcels", {BILLING, -1}, SPLIT_TRAIN, ORIGIN_ANNOTATED, STATUS_NEW, "", 3, 2, 55, 2},
  {"gone away", NULL, {BILLING, -1}, SPLIT_TRAIN, ORIGIN_SEED, STATUS_ACCEPTED, "", 0, 0, 0, 0},
};

static struct corpus *
make(void)
{
  struct corpus *c = corpus_new(TASK_MULTILABEL);
  struct change *ch = change_new(CHANGE_INSERT, "", ""), *gone = change_new(CHANGE_SET, "", "");

  corpus_apply_label(c, "billing", "charges");
  corpus_apply_label(c, "shipping", "");
  corpus_apply_label(c, "not sure", "");
  corpus_name_set(c, NAME_TEMPLATE, 1, "tickets v1");
  corpus_name_set(c, NAME_TEMPLATE, 2, "tickets v2");
  corpus_name_set(c, NAME_TEMPLATE, 3, "rewrite v1");
  corpus_name_set(c, NAME_TEACHER, 1, "gpt-4o-mini");
  corpus_name_set(c, NAME_TEACHER, 2, "replay");
  for (size_t i = 0; i < N_OF(rows); i++) {
    uint16_t labels[3];
    struct sample s = {.text = rows[i].text, .n_text = (uint32_t)strlen(rows[i].text), .text2 = rows[i].text2,
      .n_text2 = rows[i].text2 ? (uint32_t)strlen(rows[i].text2) : 0, .labels = labels, .split = rows[i].split,
      .origin = rows[i].origin, .status = rows[i].status, .attributes = rows[i].attributes,
      .template_id = rows[i].template_id, .teacher_id = rows[i].teacher_id, .request_id = rows[i].request_id,
      .parent_id = rows[i].parent_id};

    while (s.n_labels < 3 && rows[i].labels[s.n_labels] >= 0) {
      labels[s.n_labels] = (uint16_t)rows[i].labels[s.n_labels];
      s.n_labels++;
    }
    change_add_sample(ch, &s);
  }
  corpus_apply_insert(c, ch->samples, ch->n_samples);
  change_set_number(gone, 8, FIELD_GONE, 1);
  corpus_apply_set(c, gone);
  change_free(ch);
  change_free(gone);
  return c;
}

/* Columns as another room would compute them. */
static const float loss[] = {0.5f, 2.0f, NAN, 1.5f};
static const float wrong[] = {0, 1, 0, 0, 1};
static const float language[] = {1, 0, NAN, 2, 7};
static const char *const languages[] = {"en", "de", "pt br"};

static bool
get_column(void *arg, const char *name, struct column *column)
{
  (void)arg;
  if (!strcmp(name, "loss"))
    *column = (struct column){.values = loss, .n = N_OF(loss)};
  else if (!strcmp(name, "run.wrong") || !strcmp(name, "linear#3.wrong"))
    *column = (struct column){.values = wrong, .n = N_OF(wrong), .flag = true};
  else if (!strcmp(name, "language"))
    *column = (struct column){.values = language, .n = N_OF(language), .names = languages, .n_names = N_OF(languages)};
  else if (!strcmp(name, "worst"))
    *column = (struct column){.values = loss, .n = N_OF(loss), .descends = true};
  else
    return false;
  return true;
}

static const char *
column_name(void *arg, size_t i)
{
  static const char *const names[] = {"loss", "run.wrong", "language"};

  (void)arg;
  return i < N_OF(names) ? names[i] : NULL;
}

static const struct {
  const char *name, *filter;
} saved[] = {
  {"parcels", "parcel or \"40213\""}, {"open", "@parcels status:new"}, {"all", ""}, {"loop", "@round"}, {"round", "a @loop"},
  {"bad", "ä lable:x"}, {"worse", "a (@bad)"}, {"half", "(a"}, {"two", "a) b"}, {"many", "@many1 @many1"},
  {"many1", "@many2 @many2 @many2 @many2"}, {"many2", "@many3 @many3 @many3 @many3 @many3 @many3"},
  {"many3", "@all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all @all"},
};

static const char *
saved_filter(void *arg, const char *name)
{
  (void)arg;
  for (size_t i = 0; i < N_OF(saved); i++)
    if (!strcmp(saved[i].name, name))
      return saved[i].filter;
  return NULL;
}

static const char *
saved_name(void *arg, size_t i)
{
  (void)arg;
  return i < N_OF(saved) ? saved[i].name : NULL;
}

static const struct filter_provider provider = {.get = get_column, .name = column_name, .saved = saved_filter,
  .saved_name = saved_name};

static void
ignore_word(void *arg, const char *word, const char *help)
{
  (void)arg;
  assert_true(word && help);
}

static char *
joined(const uint32_t *ids, size_t n)
{
  struct buf b = BUF_INIT;

  for (size_t i = 0; i < n; i++)
    buf_addf(&b, "%s%u", i ? " " : "", ids[i]);
  return buf_take(&b);
}

static void
filters_find(void **state)
{
  static const struct {
    const char *filter, *ids;
  } cases[] = {
    {"", "1 2 3 4 5 6 7"},
    {"  ", "1 2 3 4 5 6 7"},
    {"parcel", "2 3 7"},
    {"PARCEL", "2 3 7"},
    {"parcel where", "2 3"},
    {"parcel and where", "2 3"},
    {"parcel charged", ""},
    {"parcel or charged", "1 2 3 7"},
    {"charged or parcel status:rejected", "1 3"},
    {"(charged or parcel) status:rejected", "3"},
    {"not parcel", "1 4 5 6"},
    {"-parcel", "1 4 5 6"},
    {"-(parcel or charged)", "4 5 6"},
    {"NOT parcel AND label:billing", "1 5"},
    {"\"is my\"", "2 3"},
    {"\"my is\"", ""},
    {"\"(not)\"", "5"},
    {"\"or\" \"there\"", "5"},
    {"ärger", "4"},
    {"NAÏVE", "4"},
    {"straße", "4"},
    {"/is .y/", "2"},
    {"/is .y/i", "2 3"},
    {"/^[a-z ]+$/", "7"},
    {"/\\d{5}/", "5"},
    {"/a\\/b/", ""},
    {"/^$/", "6"},
    {"label:billing", "1 5 7"},
    {"label:Billing", "1 5 7"},
    {"label:billing,shipping", "1 2 3 5 7"},
    {"label:billing label:shipping", "5"},
    {"label:\"not sure\"", "4"},
    {"label:ship*", "2 3 5"},
    {"-label:billing", "2 3 4 6"},
    {"unlabelled", "6"},
    {"status:new", "1 2 6 7"},
    {"status:accepted,rejected", "3 4 5"},
    {"origin:generated", "2 3"},
    {"split:train", "1 2 3 7"},
    {"split:test or split:valid", "4 5"},
    {"template:tickets", "2 3"},
    {"template:\"tickets v2\"", "3"},
    {"template:rewrite", "7"},
    {"teacher:gpt-4o-mini", "2 3"},
    {"attr.topic:shoes", "2 3"},
    {"attr.style:Hurried", "2"},
    {"attr.style:other", ""},
    {"has:text2", "7"},
    {"has:parent", "7"},
    {"has:attributes", "2 3"},
    {"id:3", "3"},
    {"id:3,1", "1 3"},
    {"id:2-4,6", "2 3 4 6"},
    {"id:1-100", "1 2 3 4 5 6 7"},
    {"words>4", "5 7"},
    {"words=4", "1 2 3"},
    {"words>=4 words<=6", "1 2 3 7"},
    {"words<1", "6"},
    {"words:3", "4"},
    {"words:>4", "5 7"},
    {"chars<20", "1 2 3 4 6"},
    {"chars:18", "3 4"},
    {"labels>1", "5"},
    {"request:53", "2"},
    {"parent:2", "7"},
    {"usable", "1 4 5"},
    {"dup", "3"},
    {"loss>1", "2 4"},
    {"loss<1", "1"},
    {"not loss>1", "1 3 5 6 7"},
    {"run.wrong", "2 5"},
    {"linear#3.wrong status:new", "2"},
    {"-run.wrong split:train", "1 3 7"},
    {"run.wrong=1", "2 5"},
    {"loss", ""},
    {"not not parcel", "2 3 7"},
    {"((((parcel))))", "2 3 7"},
    {"language:de", "1"},
    {"language:EN,de", "1 2"},
    {"language:\"pt br\"", "4"},
    {"-language:de,en", "3 4 5 6 7"},
    {"language=p*", "4"},
    {"language", ""},
    {"@parcels", "2 3 5 7"},
    {"@parcels split:test", "5"},
    {"split:test @parcels or charged", "1 5"},
    {"-@parcels", "1 4 6"},
    {"@open", "2 7"},
    {"not (@open or @parcels)", "1 4 6"},
    {"@all", "1 2 3 4 5 6 7"},
    {"@all @all parcel", "2 3 7"},
  };
  struct corpus *c = make();

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct err e = {0};
    uint32_t *ids;
    size_t n;
    char *got;

    if (filter_ids(c, cases[i].filter, &provider, &ids, &n, &e))
      fail_msg("%s: %s", cases[i].filter, e.message);
    got = joined(ids, n);
    if (strcmp(got, cases[i].ids))
      fail_msg("%s: found %s, expected %s", cases[i].filter, got, cases[i].ids);
    free(got);
    free(ids);
  }
  corpus_free(c);
}

static void
mistakes_say_where(void **state)
{
  static const struct {
    const char *filter, *message;
  } cases[] = {
    {"status:new lable:billing", "filter:12: unknown field 'lable' (did you mean 'label'?)"},
    {"http://x", "filter:1: unknown field 'http' (to look for such a text, put it in quotes)"},
    {"los>1", "filter:1: unknown field 'los' (did you mean 'loss'?)"},
    {"label:shiping", "filter:7: no label 'shiping' (did you mean 'shipping'?)"},
    {"label:zzzzzzzz", "filter:7: no label 'zzzzzzzz' (there are: billing, shipping, not sure)"},
    {"label:billing,x", "filter:15: no label 'x' (there are: billing, shipping, not sure)"},
    {"label:", "filter:7: expected a value after 'label:' (NAME[,NAME...])"},
    {"ä status:nwe", "filter:10: no status 'nwe' (did you mean 'new'?)"},
    {"label>3", "filter:6: expected ':' after 'label', which is no number"},
    {"words>many", "filter:7: expected a number after 'words', not 'many'"},
    {"words>", "filter:7: expected a number after 'words', not ''"},
    {"usable:1", "filter:7: 'usable' stands alone, without a value"},
    {"id:x", "filter:4: expected sample numbers after 'id:', as in id:3,7,10-20"},
    {"id:5-3", "filter:7: expected a sample number not below 5 after '-'"},
    {"id:5x", "filter:5: expected sample numbers after 'id:', as in id:3,7,10-20"},
    {"id:99999999999", "filter:14: expected sample numbers after 'id:', as in id:3,7,10-20"},
    {"a language:dee", "filter:12: no language 'dee' (did you mean 'de'?)"},
    {"language:xxxx", "filter:10: no language 'xxxx' (there are: en, de, pt br)"},
    {"language:", "filter:10: expected a value after 'language:' (NAME[,NAME...])"},
    {"language>1", "filter:9: expected ':' after 'language', which is no number"},
    {"a @opn", "filter:3: no saved filter 'opn' (did you mean '@open'?)"},
    {"@zzzzzzz", "filter:1: no saved filter 'zzzzzzz' (to look for such a text, put it in quotes)"},
    {"a @", "filter:3: expected the name of a saved filter after '@'"},
    {"ä (@bad)", "filter:4: in @bad, at 3: unknown field 'lable' (did you mean 'label'?)"},
    {"@worse", "filter:1: in @worse, at 4: in @bad, at 3: unknown field 'lable' (did you mean 'label'?)"},
    {"b @half", "filter:3: in @half, at 1: the parenthesis is not closed (expected another ')')"},
    {"(@two)", "filter:2: in @two, at 2: expected a term, not ')'"},
    {"x @loop", "filter:3: in @loop, at 1: in @round, at 3: the saved filter 'loop' asks for itself"},
    {"@many", "filter:1: in @many, at 8: in @many1, at 15: in @many2, at 36: in @many3, at 26: too many saved filters "
     "within another (at most 1000)"},
    {"@xx:b", "filter:1: no saved filter 'xx' (to look for such a text, put it in quotes)"},
    {"@open:b", "filter:6: expected a space or the end"},
    {"\"open", "filter:1: the quote is not closed (expected another \")"},
    {"a \"\"", "filter:3: expected a text between the quotes"},
    {"/open", "filter:1: the regular expression is not closed (expected another /)"},
    {"x /a(b/", "filter:7: in the regular expression: missing closing parenthesis"},
    {"(a or b", "filter:1: the parenthesis is not closed (expected another ')')"},
    {"a)", "filter:2: expected a term, not ')'"},
    {"()", "filter:2: expected a term"},
    {"a or", "filter:5: expected a term after 'or'"},
    {"or a", "filter:1: expected a term before 'or'"},
    {"a and or b", "filter:7: expected a term after 'and' before 'or'"},
    {"a not", "filter:6: expected a term after 'not'"},
    {"attr:x", "filter:1: expected the name of an attribute, as in attr.topic:furniture"},
    {"attr.topic:", "filter:12: expected a value after 'attr.topic:'"},
    {"\"a\"b", "filter:4: expected a space or the end"},
    {"a\"b\"", "filter:2: expected a space before '\"' (a text with such a sign must be put in quotes)"},
    {"a \xff", "filter:3: not UTF-8"},
  };
  struct corpus *c = make();
  struct buf deep = BUF_INIT;
  struct err e;

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    e = (struct err){0};
    if (filter_parse(c, cases[i].filter, &provider, &e))
      fail_msg("%s is no mistake", cases[i].filter);
    assert_int_equal(e.code, ERR_INPUT);
    if (strcmp(e.message, cases[i].message))
      fail_msg("%s\n  says     %s\n  expected %s", cases[i].filter, e.message, cases[i].message);
  }
  buf_addn(&deep, '(', 1000);
  assert_null(filter_parse(c, deep.s, NULL, &e));
  assert_string_equal(e.message, "filter:201: nested too deep");
  buf_release(&deep);
  corpus_free(c);
}

/* Whatever is typed is a filter or a mistake with a column; under the sanitizers this also looks for worse. */
static void
random_filters_do_no_harm(void **state)
{
  static const char *const pieces[] = {"a", "parcel", " ", " ", "(", ")", "or", "and", "not", "-", "\"", "/", "\\", ":", ",", ">", "<",
    "=", "label", "status", "new", "billing", "id", "3", "1-4", "attr.topic", "attr", "words", "dup", "loss", "run.wrong", "*",
    "Ã¤", "ÿ", "[", "{2}", "template", "tickets", ".", "has", "@", "@open", "@loop", "@bad", "language", "1e400", "18446744073709551616"};
  struct corpus *c = make();
  struct rng r;
  int good = 0;

  (void)state;
  rng_seed(&r, 2);
  corpus_apply_insert(c, &(struct sample){.text = "not ÿÃ UTF-8", .n_text = 12}, 1);
  for (int i = 0; i < 20000; i++) {
    struct buf b = BUF_INIT;
    struct err e = {0};
    uint32_t *ids;
    size_t n;

    for (uint64_t k = rng_below(&r, 9) + 1; k > 0; k--)
      buf_adds(&b, pieces[rng_below(&r, N_OF(pieces))]);
    if (filter_ids(c, b.s, &provider, &ids, &n, &e) == 0) {
      good++;
      free(ids);
    } else if (strncmp(e.message, "filter:", 7) || e.code != ERR_INPUT) {
      fail_msg("%s: %s", b.s, e.message);
    }
    filter_complete(c, b.s, rng_below(&r, b.n + 1), &provider, ignore_word, NULL);
    buf_release(&b);
  }
  assert_true(good > 2000);
  corpus_free(c);
}

static void
a_costly_expression_is_bounded(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct buf b = BUF_INIT;
  struct err e = {0};
  uint32_t *ids;
  size_t n;

  (void)state;
  buf_addn(&b, 'a', 5000);
  corpus_apply_insert(c, &(struct sample){.text = b.s, .n_text = (uint32_t)b.n}, 1);
  assert_int_equal(filter_ids(c, "/(a+)+$b/", NULL, &ids, &n, &e), 0);
  assert_int_equal(n, 0);
  free(ids);
  buf_release(&b);
  corpus_free(c);
}

static void
a_run_can_be_stopped(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct stop stop = {.wanted = true};
  struct err e = {0};
  struct filter *f;
  uint32_t *ids;
  size_t n;

  (void)state;
  for (int i = 0; i < 2000; i++)
    corpus_apply_insert(c, &(struct sample){.text = "x", .n_text = 1}, 1);
  f = filter_parse(c, "x", NULL, &e);
  assert_int_equal(filter_run(f, &stop, &ids, &n), -1);
  assert_null(ids);
  atomic_store(&stop.wanted, false);
  assert_int_equal(filter_run(f, &stop, &ids, &n), 0);
  assert_int_equal(n, 2000);
  free(ids);
  filter_free(f);
  corpus_free(c);
}

static void
sorting_is_stable(void **state)
{
  static const struct {
    const char *key, *ids;
  } cases[] = {
    {NULL, "1 2 3 4 5 6 7"}, {"-id", "7 6 5 4 3 2 1"}, {"words", "6 4 1 2 3 7 5"}, {"-words", "5 7 1 2 3 4 6"},
    {"label", "1 5 7 2 3 4 6"}, {"-label", "4 2 3 1 5 7 6"}, {"text", "6 7 1 4 5 3 2"}, {"loss", "1 4 2 3 5 6 7"},
    {"-loss", "2 4 1 3 5 6 7"}, {"worst", "2 4 1 3 5 6 7"}, {"-worst", "1 4 2 3 5 6 7"}, {"status", "1 2 6 7 4 5 3"},
  };
  struct corpus *c = make();
  struct err e = {0};

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    uint32_t ids[] = {1, 2, 3, 4, 5, 6, 7};
    char *got;

    assert_int_equal(sort_ids(c, cases[i].key, &provider, ids, N_OF(ids), &e), 0);
    got = joined(ids, N_OF(ids));
    if (strcmp(got, cases[i].ids))
      fail_msg("%s: %s, expected %s", cases[i].key, got, cases[i].ids);
    free(got);
  }
  assert_int_equal(sort_ids(c, "wrods", NULL, NULL, 0, &e), -1);
  assert_string_equal(e.message, "unknown sort key 'wrods' (did you mean 'words'?)");
  corpus_free(c);
}

/* What a sample is sorted by in the plain way. */
struct plain {
  const char *text;
  double number;
  uint32_t id;
  size_t order;
  bool down;
};

static int
compare_plain(const void *a, const void *b)
{
  const struct plain *x = a, *y = b;
  int way = x->down ? -1 : 1, c = 0;

  if (x->text)
    c = strcasecmp(x->text, y->text);
  else if (isnan(x->number) || isnan(y->number))
    return isnan(x->number) != isnan(y->number) ? (isnan(x->number) ? 1 : -1) : x->order < y->order ? -1 : 1;
  else
    c = x->number < y->number ? -1 : x->number > y->number;
  return c ? way * c : x->order < y->order ? -1 : 1;
}

#define MANY 30000

static float values[MANY];

static bool
get_values(void *arg, const char *name, struct column *column)
{
  (void)name;
  *column = (struct column){.values = values, .n = MANY - 5, .descends = arg != NULL};
  return true;
}

static void
check_order(const struct corpus *c, struct rng *r, size_t n, const char *key, bool by_text, bool descends)
{
  const struct filter_provider p = {.get = get_values, .arg = descends ? values : NULL};
  struct plain *plain = xcalloc(n, sizeof *plain);
  uint32_t *ids = xcalloc(n, sizeof *ids);
  struct err e = {0};
  struct sample s;

  for (size_t i = 0; i < n; i++) {
    ids[i] = (uint32_t)rng_below(r, MANY) + 1;
    corpus_get(c, ids[i], &s);
    plain[i] = (struct plain){by_text ? s.text : NULL, ids[i] <= MANY - 5 ? values[ids[i] - 1] : NAN, ids[i], i,
                              (*key == '-') != descends};
  }
  qsort(plain, n, sizeof *plain, compare_plain);
  assert_int_equal(sort_ids(c, key, &p, ids, n, &e), 0);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(ids[i], plain[i].id);
  free(plain);
  free(ids);
}

static void
many_are_sorted_as_few_are(void **state)
{
  static const char *const pieces[] = {"a", "A", "z", "Z", "[", "`", "ä", "\xff", " ", "the same beginning ", "THE SAME BEGINNING "};
  static const size_t sizes[] = {0, 1, 2, 100, 3000, 25000};
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct buf b = BUF_INIT;
  struct rng r;

  (void)state;
  rng_seed(&r, 4);
  for (int i = 0; i < MANY; i++) {
    buf_clear(&b);
    for (uint64_t k = rng_below(&r, i % 10 ? 4 : 30); k > 0; k--)
      buf_adds(&b, pieces[rng_below(&r, N_OF(pieces))]);
    corpus_apply_insert(c, &(struct sample){.text = buf_str(&b), .n_text = (uint32_t)b.n}, 1);
    values[i] = rng_below(&r, 9) ? (float)((double)rng_below(&r, 2001) - 1000) / (float)(1 + rng_below(&r, 1000)) : NAN;
  }
  values[0] = -0.0f;
  values[1] = 0.0f;
  values[2] = INFINITY;
  values[3] = -INFINITY;
  for (size_t i = 0; i < N_OF(sizes); i++) {
    check_order(c, &r, sizes[i], "text", true, false);
    check_order(c, &r, sizes[i], "-text", true, false);
    check_order(c, &r, sizes[i], "x", false, false);
    check_order(c, &r, sizes[i], "-x", false, false);
    check_order(c, &r, sizes[i], "x", false, true);
    check_order(c, &r, sizes[i], "-x", false, true);
  }
  buf_release(&b);
  corpus_free(c);
}

/* Beyond ASCII the rare bytes that are looked for depend on the cases that there are: the plain way is to decode. */
static bool
holds(const char *text, size_t n, const char *piece, size_t m)
{
  for (size_t i = 0, len; i < n; i += len) {
    size_t j = 0, k = i, a, b;

    utf8_decode(text + i, n - i, &len);
    while (j < m && k < n && utf8_tolower(utf8_decode(text + k, n - k, &a)) == utf8_tolower(utf8_decode(piece + j, m - j, &b))) {
      k += a;
      j += b;
    }
    if (j == m)
      return true;
  }
  return m == 0;
}

static void
pieces_beyond_ascii_are_found(void **state)
{
  static const char *const letters[] = {"a", "B", "k", "K", "\xe2\x84\xaa", "s", "ſ", "ß", "ẞ", "ä", "Ä", "İ", "i", "Σ", "σ",
    "ς", "中", "文", "Ⱥ", "ⱥ", "\xef\xbf\xbd", "𐐀", "𐐨", " ",
    "\xff", "\xe4"};                  /* the last two only in texts */
  struct rng r;
  int found = 0;

  (void)state;
  rng_seed(&r, 5);
  for (int k = 0; k < 40000; k++) {
    struct buf text = BUF_INIT, piece = BUF_INIT;
    struct needle d;
    bool is;

    for (uint64_t i = rng_below(&r, k % 2 ? 12 : 60); i > 0; i--)
      buf_adds(&text, letters[rng_below(&r, N_OF(letters))]);
    for (uint64_t i = rng_below(&r, 4) + 1; i > 0; i--)
      buf_adds(&piece, letters[rng_below(&r, N_OF(letters) - 2)]);
    needle_init(&d, piece.s, piece.n);
    if (!d.bytes) {                      /* still beyond, folded */
      is = holds(buf_str(&text), text.n, piece.s, piece.n);
      if (needle_in(&d, buf_str(&text), text.n) != is || (d.finds && is && !needle_find(&d, text.s, text.s + text.n)))
        fail_msg("'%s' in '%s': not %d", piece.s, buf_str(&text), is);
      found += is;
    }
    needle_release(&d);
    buf_release(&text);
    buf_release(&piece);
  }
  assert_true(found > 1000);
}

static void
add_word(void *arg, const char *word, const char *help)
{
  assert_non_null(help);
  buf_addf(arg, "%s|", word);
}

static void
words_are_completed(void **state)
{
  static const struct {
    const char *typed, *words;
  } cases[] = {
    {"la", "label:|labels|language:|"}, {"status:new lab", "label:|labels|"}, {"-sta", "-status:|"}, {"label:b", "label:billing|"},
    {"label:billing,n", "label:billing,\"not sure\"|"}, {"(status:", "status:new|status:accepted|status:rejected|"},
    {"run", "run.wrong|"}, {"label:zz", ""}, {"lang", "language:|"}, {"language:", "language:en|language:de|language:\"pt br\"|"},
    {"-language:en,D", "-language:en,de|"}, {"@", "@parcels|@open|@all|@loop|@round|@bad|@worse|@half|@two|@many|@many1|@many2|@many3|"},
    {"a -@pa", "-@parcels|"}, {"loss:", ""},
  };
  struct corpus *c = make();

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct buf b = BUF_INIT;

    filter_complete(c, cases[i].typed, strlen(cases[i].typed), &provider, add_word, &b);
    assert_string_equal(buf_str(&b), cases[i].words);
    buf_release(&b);
  }
  corpus_free(c);
}

/* Texts end where their memory does, so that ASan sees a byte too much. */
static void
pieces_are_found_in_any_case(void **state)
{
  static const char letters[] = "aAbBzZ@[`{ 09\xff";
  struct rng r;
  int found = 0;

  (void)state;
  rng_seed(&r, 1);
  for (int k = 0; k < 30000; k++) {
    size_t n = rng_below(&r, 80), m = 1 + rng_below(&r, k % 3 ? 3 : 20);
    char *text = xmalloc(n + 1), *piece = xmalloc(m + 1), *ends = xmalloc(n + 1);
    struct needle d;
    bool is;

    for (size_t i = 0; i < n; i++)
      text[i] = letters[rng_below(&r, sizeof letters - 1)];
    for (size_t i = 0; i < m; i++)
      piece[i] = letters[rng_below(&r, sizeof letters - 2)];
    if (n > m && k % 2)
      memcpy(piece, text + rng_below(&r, n - m + 1), m);
    text[n] = piece[m] = '\0';
    if (memchr(piece, 0xff, m))
      piece[0] = '\0';
    needle_init(&d, piece, strlen(piece));
    is = strcasestr(text, piece) != NULL;
    memcpy(ends, text, n);
    assert_int_equal(needle_in(&d, memmove(ends + 1, ends, n), n), is);
    found += is;
    needle_release(&d);
    free(text);
    free(piece);
    free(ends);
  }
  assert_true(found > 5000 && found < 25000);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(filters_find),
    cmocka_unit_test(mistakes_say_where),
    cmocka_unit_test(pieces_are_found_in_any_case),
    cmocka_unit_test(random_filters_do_no_harm),
    cmocka_unit_test(a_costly_expression_is_bounded),
    cmocka_unit_test(a_run_can_be_stopped),
    cmocka_unit_test(sorting_is_stable),
    cmocka_unit_test(many_are_sorted_as_few_are),
    cmocka_unit_test(pieces_beyond_ascii_are_found),
    cmocka_unit_test(words_are_completed),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
