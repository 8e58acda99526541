/* Reports of experiments: with all there can be, and with what may be missing missing. */
#include <math.h>

#include "base/json.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/report.h"
#include "store/experiment_store.h"
#include "tests/report-stage.h"

#define THIN NUMERAL_THIN

static const char *const chapters[] = {"answer", "arms", "curve", "sources", "labels", "texts", "cost", "recipe",
                                       "data-card", "model-card"};

struct written {
  char *html, *md, *json;
};

static struct written
write_report(struct project *p)
{
  struct report r;
  struct doc d;
  struct buf html = BUF_INIT, md = BUF_INIT, json = BUF_INIT;
  struct err e = {0};

  must(report_gather(p, NULL, NULL, &r, &e), &e);
  doc_init(&d);
  report_doc(&r, &d);
  html_write(&d, &html);
  markdown_write(&d, &md);
  report_json(&r, &json);
  doc_release(&d);
  report_release(&r);
  return (struct written){buf_take(&html), buf_take(&md), buf_take(&json)};
}

static void
written_release(struct written *w)
{
  free(w->html);
  free(w->md);
  free(w->json);
}

/* Whatever the findings are: a page, all chapters in their order, JSON. */
static void
check_written(const struct written *w)
{
  const char *at = w->html;
  struct json *j;

  assert_well_formed(w->html);
  assert_null(strstr(w->html, ">nan"));
  assert_null(strstr(w->html, "\"nan"));
  assert_null(strstr(w->md, "nan "));
  assert_null(strstr(w->html, "(null)"));
  assert_null(strstr(w->md, "(null)"));
  for (size_t i = 0; i < N_OF(chapters); i++) {
    char mark[64];

    snprintf(mark, sizeof mark, "<section id=\"%s\"", chapters[i]);
    at = strstr(at, mark);
    if (!at)
      fail_msg("no chapter '%s' in its place", chapters[i]);
  }
  j = json_parse(w->json, strlen(w->json), NULL, NULL);
  assert_non_null(j);
  json_free(j);
}

static void
holds(const char *s, const char *part)
{
  if (!strstr(s, part))
    fail_msg("does not hold: %s", part);
}

/* The fixture, changed, as a report. The change sees a copy of the outermost struct, and may make lists shorter. */
static struct written
report_of(enum task task, void (*change)(struct findings *f), bool fits, const char *text)
{
  struct project *p = report_stage(task, text);
  struct findings f, changed;
  struct written w;
  struct err e = {0};

  findings_fixture(&f);
  changed = f;
  if (change)
    change(&changed);
  stage_experiment(p, &changed, fits);
  w = write_report(p);
  check_written(&w);
  findings_release(&f);
  must(project_close(p, &e), &e);
  return w;
}

static void
all_that_there_can_be(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, NULL, true, NULL);

  (void)state;
  holds(w.html, "What this test can show: 240 test texts can show differences above 5.8 points");
  holds(w.html, "What may explain it: of the words in the test texts 95" THIN "% occur in");
  holds(w.html, "84.3" THIN "%");
  holds(w.html, "+28.2");
  holds(w.html, "14 training texts stand in the test set");
  holds(w.html, "has not: refund, courier, tracking, password, invoice, size.");
  holds(w.html, "so it is time to stop.");
  holds(w.html, "garden and tools");
  holds(w.html, "Put right: ");
  holds(w.html, "generated, cosine .");
  holds(w.html, "small-model-7b");
  holds(w.html, "Write ```{{ count }}``` of &lt;{{ label }}&gt;.");
  holds(w.md, "| **linear** | **both** | **1" THIN "472** |");
  holds(w.md, "````text\n---\nname: tickets");
  written_release(&w);
}

/* What stands before the verdict tells what the test can show: nobody reads numbers first. */
static void
what_can_be_shown_comes_first(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, NULL, false, NULL);
  const char *power = strstr(w.html, "What this test can show"), *lead = strstr(w.html, "<p class=\"lead\">");

  (void)state;
  assert_non_null(power);
  assert_non_null(lead);
  assert_true(power < lead);
  written_release(&w);
}

static void
the_same_bytes_each_time(void **state)
{
  struct project *p = report_stage(TASK_CLASSIFY, NULL);
  struct findings f;
  struct written one, two;

  (void)state;
  findings_fixture(&f);
  stage_experiment(p, &f, true);
  one = write_report(p);
  two = write_report(p);
  assert_string_equal(one.html, two.html);
  assert_string_equal(one.md, two.md);
  assert_string_equal(one.json, two.json);
  written_release(&one);
  written_release(&two);
  findings_release(&f);
  project_close(p, NULL);
}

/* ---- parts that are missing ---- */

static void
drop_curves(struct findings *f)
{
  f->n_curves = f->n_points = 0;
}

static void
no_curve(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, drop_curves, false, NULL);

  (void)state;
  holds(w.html, "No learning curve was asked for");
  written_release(&w);
}

static void
drop_teachers(struct findings *f)
{
  f->n_teachers = 0;
  for (size_t i = 0; i < f->n_rows; i++)
    f->rows[i].teacher_share = f->rows[i].break_even = NAN;
}

static void
no_teachers(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, drop_teachers, false, NULL);

  (void)state;
  holds(w.html, "No teacher has labelled the test texts");
  holds(w.html, "so there is nothing to compare with");
  assert_null(strstr(w.html, "best teacher"));
  written_release(&w);
}

static void
drop_sources(struct findings *f)
{
  f->n_sources = 0;
}

static void
no_sources(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, drop_sources, false, NULL);

  (void)state;
  holds(w.html, "The value of single sources was not asked for");
  written_release(&w);
}

static void
keep_one_arm(struct findings *f)
{
  f->n_rows = 1;
  f->verdict = (char *)(uintptr_t)"one arm";
}

static void
one_arm(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, keep_one_arm, true, NULL);

  (void)state;
  holds(w.html, "There is no arm that is compared with another.");
  holds(w.html, ">One arm.<");
  written_release(&w);
}

/* All that may be unknown is. */
static void
forget(struct findings *f)
{
  f->detectable = f->discordant = NAN;
  f->spending = (struct found_spending){NAN, NAN, NAN, NAN, 0, NAN, NAN};
  f->guarded = f->n_guarded_ids = 0;
  for (size_t i = 0; i < f->n_rows; i++) {
    struct found_row *r = &f->rows[i];

    r->cost_usd = r->calibration_error = r->teacher_share = r->break_even = NAN;
    r->n_parameters = r->size_bytes = r->multiply_adds = NAN;
    r->measured = (struct found_measure){NAN, NAN, NAN, NAN, NAN};
    r->macro_f1.ci95 = r->accuracy.ci95 = (struct interval){NAN, NAN};
    r->words = r->known_words = r->distinct = NAN;
    for (size_t l = 0; l < r->n_labels; l++)
      r->labels[l].precision = r->labels[l].recall = r->labels[l].f1 = r->labels[l].difference = NAN;
  }
}

static void
tell_several(struct findings *f)
{
  f->verdict = (char *)(uintptr_t)"1 a label: up by 2 points (p < .001; one seed); 5 a label: down";
}

static void
a_sentence_for_each_row_that_is_told(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, tell_several, false, NULL);

  (void)state;
  holds(w.html, "<p class=\"lead\">1 a label: up by 2 points (p &lt; .001; one seed).</p>\n"
                "<p class=\"lead\">5 a label: down.</p>");
  written_release(&w);
}

static void
what_is_not_known_is_a_dash(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, forget, false, NULL);

  (void)state;
  holds(w.html, "240 test texts are too few to show any difference.");
  holds(w.html, "no training text stands in the test set");
  holds(w.html, "The texts cannot be told: a training of");
  written_release(&w);
}

static void
several_labels_and_pairs(void **state)
{
  struct written w = report_of(TASK_MULTILABEL, NULL, true, NULL);

  (void)state;
  holds(w.html, "the share of texts whose whole set of labels is right");
  written_release(&w);
  w = report_of(TASK_PAIR, NULL, true, NULL);
  holds(w.html, "\nthe other half");
  written_release(&w);
}

/* ---- texts of others ---- */

static void
name_hostile(struct findings *f)
{
  free(f->rows[2].name);
  f->rows[2].name = xstrdup("both | <b>&\x1b");
  free(f->sources[0].value);
  f->sources[0].value = xstrdup("</svg><script>");
  f->verdict = (char *)(uintptr_t)"<script>alert(1)</script>";
}

static void
texts_of_others_do_no_harm(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, name_hostile, true,
                               "</p><script>x</script> \xe2\x80\xae\x1b[1m my parcel");

  (void)state;
  assert_null(strstr(w.html, "<script"));
  assert_null(strchr(w.html, 0x1b));
  assert_null(strchr(w.md, 0x1b));
  written_release(&w);
}

/* Values of a findings' JSON, one in eight, replaced by others that a file may hold. */
static void
mutate(const char *json, struct rng *random, struct buf *out)
{
  static const char *const numbers[] = {"0", "-1", "1", "null", "1e308", "-1e308", "1e-308", "0.5", "7", "1000000"};
  static const char *const strings[] = {"null", "\"\"", "\"<b>&|`\"", "\"%s %n\"", "\"a\\n\\u001b\""};

  for (const char *p = json; *p;) {
    bool value = p > json && (p[-1] == ':' || p[-1] == '[' || p[-1] == ',') && rng_below(random, 8) == 0;
    size_t number = strspn(p, "-0123456789.e+"), string = 0;

    if (*p == '"')
      for (string = 1; p[string] != '"'; string++)
        string += p[string] == '\\';
    if (value && number && (p[number] == ',' || p[number] == ']' || p[number] == '}')) {
      buf_adds(out, numbers[rng_below(random, N_OF(numbers))]);
      p += number;
    } else if (value && string && p[string + 1] != ':') {
      buf_adds(out, strings[rng_below(random, N_OF(strings))]);
      p += string + 1;
    } else {
      buf_add(out, p, string ? string + 1 : 1);
      p += string ? string + 1 : 1;
    }
  }
}

/* Whatever stands in the file: a report that is whole, or one line that says why not. */
static void
whatever_stands_in_the_file(void **state)
{
  struct project *p = report_stage(TASK_CLASSIFY, NULL);
  struct rng random;
  struct findings f;
  struct buf json = BUF_INIT;
  size_t told = 0;

  (void)state;
  rng_seed(&random, 7);
  findings_fixture(&f);
  findings_json(&f, &json);
  for (size_t i = 0; i < 150; i++) {
    struct buf other = BUF_INIT;
    struct report r;
    struct doc d;
    struct buf html = BUF_INIT, md = BUF_INIT;
    struct err e = {0};

    mutate(buf_str(&json), &random, &other);
    must(experiment_store_put(p, "x", "{}", buf_str(&other), NULL, NULL, &e), &e);
    buf_release(&other);
    if (report_gather(p, "x", NULL, &r, &e) < 0) {
      assert_int_equal(e.code, ERR_INPUT);
      continue;
    }
    told++;
    doc_init(&d);
    report_doc(&r, &d);
    html_write(&d, &html);
    markdown_write(&d, &md);
    assert_well_formed(buf_str(&html));
    buf_release(&html);
    buf_release(&md);
    doc_release(&d);
    report_release(&r);
  }
  assert_true(told > 20);
  buf_release(&json);
  findings_release(&f);
  project_close(p, NULL);
}

/* ---- numbers ---- */

/* The JSON has what the page shows, and the changed texts with their neighbours. */
static void
json_has_every_number(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, NULL, true, NULL);
  struct json *j = json_parse(w.json, strlen(w.json), NULL, NULL);
  const struct json *x = json_at(json_get(j, "explained"), 0), *text = json_first(json_get(x, "texts"));
  const struct json *labels = json_path(j, "data_card", "labels", NULL);
  double fixed = json_number(json_get(x, "n_fixed"), -1);
  size_t n_fixed = 0, n_near = 0;

  (void)state;
  assert_int_equal(json_size(json_path(j, "findings", "arms", NULL)), FIXTURE_STUDENTS * FIXTURE_ARMS);
  assert_int_equal(json_size(json_get(j, "explained")), FIXTURE_STUDENTS);
  for (; text; text = json_next(text)) {
    n_fixed += strcmp(json_string(json_get(text, "kind")), "fixed") == 0;
    n_near += json_size(json_get(text, "near"));
    assert_true(json_size(json_get(text, "near")) <= EXPLAIN_NEAR);
  }
  assert_true(fixed > 40);
  assert_int_equal(n_fixed, (size_t)fixed);
  assert_true(n_near > 0);
  assert_int_equal(json_number(json_get(x, "n_added"), 0), STAGE_GENERATED);
  assert_int_equal(json_size(json_get(j, "front")), FIXTURE_STUDENTS * FIXTURE_ARMS + 2);
  assert_int_equal(json_size(labels), 3);
  assert_int_equal(json_number(json_get(json_at(labels, 0), "test"), 0), FIXTURE_TEST / 3);
  assert_int_equal(json_number(json_get(json_at(labels, 0), "generated"), 0), STAGE_GENERATED / 3);
  assert_int_equal(json_number(json_path(j, "data_card", "n", NULL), 0), STAGE_SEEDS + FIXTURE_TEST + STAGE_GENERATED);
  json_free(j);
  written_release(&w);
}

/* Neighbours are of the texts that the told arm has and the first has not. */
static void
neighbours_are_texts_that_were_added(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, NULL, true, "the parcel 5: where is it now");
  struct json *j = json_parse(w.json, strlen(w.json), NULL, NULL);
  const struct json *text = json_first(json_get(json_at(json_get(j, "explained"), 0), "texts"));

  (void)state;
  for (; text; text = json_next(text))
    for (const struct json *n = json_first(json_get(text, "near")); n; n = json_next(n)) {
      assert_true(json_number(json_get(n, "id"), 0) > STAGE_SEEDS + FIXTURE_TEST);
      assert_string_equal(json_string(json_get(n, "origin")), "generated");
      assert_true(json_number(json_get(n, "cosine"), -1) > 0);
    }
  json_free(j);
  written_release(&w);
}

/* ---- how to repeat it ---- */

static void
plan_hostile(struct findings *f)
{
  f->plan = (char *)(uintptr_t)
    "{\"arms\":[\"seed\",\"mine=origin:seed label:a 'b'\"],\"students\":[\"linear\",\"quick\"],\"per_label\":[0,5],"
    "\"sizes\":[],\"curves\":[\"generated\",\"curated\"],\"sources\":[\"teacher\"],\"equal\":\"rows\","
    "\"test\":\"split:test label:a,b\",\"seeds\":3,\"seed\":7}";
}

static void
the_line_that_does_it_again(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, plan_hostile, false, NULL);
  struct json *j = json_parse(w.json, strlen(w.json), NULL, NULL);

  (void)state;
  assert_string_equal(json_string(json_at(json_path(j, "recipe", "commands", NULL), 0)),
    "retort experiment p.retort --arm seed --arm 'mine=origin:seed label:a '\\''b'\\''' \\\n"
    "  --student linear --student quick --seeds 3 --per-label 0,5 --equal rows --curve \\\n"
    "  --curve-curated --worth teacher --test 'split:test label:a,b' --seed 7");
  json_free(j);
  written_release(&w);
}

static void
name_presets(struct findings *f)
{
  for (size_t i = 0; i < f->n_rows; i++) {
    free(f->rows[i].student);
    f->rows[i].student = xstrdup(i < FIXTURE_ARMS ? "quick" : "old");
    if (i < FIXTURE_ARMS) {
      f->rows[i].kind = xstrdup("linear");
      f->rows[i].params = xstrdup("{\"epochs\":3,\"holdout\":\"no\"}");
    }
  }
}

/* What a row was trained with is kept with it, whatever its preset is now; findings of before have none. */
static void
parameters_of_presets(void **state)
{
  struct project *p = report_stage(TASK_CLASSIFY, NULL);
  struct findings f;
  struct written w;

  (void)state;
  findings_fixture(&f);
  name_presets(&f);
  stage_experiment(p, &f, false);
  w = write_report(p);
  check_written(&w);
  holds(w.html, "epochs 3, holdout no");
  written_release(&w);
  findings_release(&f);
  project_close(p, NULL);
}

/* What is sure stands first, then what is worth most. */
static void
sources_in_order(void **state)
{
  struct written w = report_of(TASK_CLASSIFY, NULL, false, NULL);
  const char *at = strstr(w.md, "Attribute topic"), *cloth, *garden, *sale;

  (void)state;
  assert_non_null(at);
  cloth = strstr(at, "| clothing");
  garden = strstr(at, "| garden");
  sale = strstr(at, "| an order");
  assert_true(cloth && garden && sale && cloth < garden && garden < sale);
  written_release(&w);
}

static void
without_an_experiment_it_says_what_to_do(void **state)
{
  struct project *p = report_stage(TASK_CLASSIFY, NULL);
  struct report r;
  struct err e = {0};

  (void)state;
  assert_int_equal(report_gather(p, NULL, NULL, &r, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  holds(e.message, "retort experiment");
  must(experiment_store_put(p, "begun", "{}", "", NULL, NULL, &e), &e);
  assert_int_equal(report_gather(p, NULL, NULL, &r, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  holds(e.message, "no experiment has ended yet");
  assert_int_equal(report_gather(p, "begun", NULL, &r, &e), -1);
  holds(e.message, "'begun' has not ended");
  assert_int_equal(report_gather(p, "nix", NULL, &r, &e), -1);
  holds(e.message, "no experiment 'nix'");
  must(experiment_store_put(p, "empty", "{}", "{}", NULL, NULL, &e), &e);
  assert_int_equal(report_gather(p, NULL, NULL, &r, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  project_close(p, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_there_can_be),
    cmocka_unit_test(what_can_be_shown_comes_first),
    cmocka_unit_test(the_same_bytes_each_time),
    cmocka_unit_test(no_curve),
    cmocka_unit_test(no_teachers),
    cmocka_unit_test(no_sources),
    cmocka_unit_test(one_arm),
    cmocka_unit_test(a_sentence_for_each_row_that_is_told),
    cmocka_unit_test(what_is_not_known_is_a_dash),
    cmocka_unit_test(several_labels_and_pairs),
    cmocka_unit_test(texts_of_others_do_no_harm),
    cmocka_unit_test(whatever_stands_in_the_file),
    cmocka_unit_test(json_has_every_number),
    cmocka_unit_test(neighbours_are_texts_that_were_added),
    cmocka_unit_test(the_line_that_does_it_again),
    cmocka_unit_test(parameters_of_presets),
    cmocka_unit_test(sources_in_order),
    cmocka_unit_test(without_an_experiment_it_says_what_to_do),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
