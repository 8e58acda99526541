/* Documents and what is written of them: nothing in a text is markup, tables are tables, charts are well-formed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "report/doc.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/markup.h"
#include "report/numeral.h"
#include "report/svg.h"
#include "tests/report-stage.h"

#define THIN NUMERAL_THIN
#define HOSTILE "</style><script>alert('x')</script>\x1b[2J\x01 & \"q\" | ``` *b* \xe2\x80\xae" \
                "evil\xff <img src=x onerror=y>"

static char *
html_of(const struct doc *d)
{
  struct buf b = BUF_INIT;

  html_write(d, &b);
  return buf_take(&b);
}

static char *
markdown_of(const struct doc *d)
{
  struct buf b = BUF_INIT;

  markdown_write(d, &b);
  return buf_take(&b);
}

static struct chart_case {
  enum diagram_kind kind;
  bool log;
} const kinds[] = {{DIAGRAM_INTERVALS, false}, {DIAGRAM_CURVE, false}, {DIAGRAM_SCATTER, true}};

/* Every kind of block, with this text wherever a text can stand. */
static void
fill(struct doc *d, const char *s)
{
  struct table_block *t;
  struct diagram_mark marks[] = {
    {.name = s, .group = s, .x = 0.5, .y = 0.5, .lo = 0.4, .hi = 0.6, .reference = 0.3, .strong = true},
    {.name = s, .group = s, .x = 12, .y = 0.7, .lo = NAN, .hi = NAN, .reference = NAN, .shape = MARK_BOX},
    {.name = s, .group = s, .x = NAN, .y = 0.9, .lo = 0.8, .hi = 1, .reference = NAN, .shape = MARK_TRIANGLE}};
  struct diagram_point line[] = {{0.5, 0.5}, {12, 0.5}, {12, 0.7}};
  struct quote_near near = {s, s};
  struct quote quote = {s, s, &near, 1};

  d->title = d->subtitle = s;
  doc_chapter(d, "one", s);
  doc_heading(d, 3, "%s", s);
  for (enum block_kind k = BLOCK_LEAD; k <= BLOCK_CODE; k++)
    doc_text(d, k, s);
  t = doc_table(d, s, "a|b>");
  table_text(t, s);
  table_cell(t, "%s", s);
  table_tone(t, TONE_BAD);
  table_mark(t);
  t = doc_facts(d);
  table_fact(t, s, "%s", s);
  for (size_t i = 0; i < N_OF(kinds); i++)
    doc_diagram(d, &(struct diagram){.kind = kinds[i].kind, .x_log = kinds[i].log, .title = s, .description = s,
                                     .x_title = s, .y_title = s, .marks = marks, .n_marks = N_OF(marks), .line = line,
                                     .n_line = N_OF(line), .line_title = s, .line_known = 5});
  doc_quotes(d, &quote, 1);
}

static void
texts_are_never_markup_in_html(void **state)
{
  struct doc d;
  char *html;

  (void)state;
  doc_init(&d);
  fill(&d, HOSTILE);
  html = html_of(&d);
  assert_well_formed(html);
  assert_null(strstr(html, "<script"));
  assert_null(strstr(html, "<img"));
  assert_null(strchr(html, 0x1b));
  assert_null(strstr(html, "\xe2\x80\xae"));
  assert_null(strchr(html, 0xff));
  assert_non_null(strstr(html, "&lt;script&gt;"));
  assert_non_null(strstr(html, "&lt;U+202E&gt;"));
  free(html);
  doc_release(&d);
}

/* Pipes that no backslash stands before: a row has as many as its head. */
static size_t
pipes(const char *line, size_t n)
{
  size_t count = 0;

  for (size_t i = 0; i < n; i++)
    count += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
  return count;
}

static void
assert_tables(const char *md)
{
  size_t columns = 0;

  while (*md) {
    size_t n = strcspn(md, "\n"), here = *md == '|' ? pipes(md, n) : 0;

    if (here && columns)
      assert_int_equal(here, columns);
    columns = here;
    md += n + (md[n] == '\n');
  }
}

static void
texts_are_never_markup_in_markdown(void **state)
{
  struct doc d;
  char *md;

  (void)state;
  doc_init(&d);
  fill(&d, HOSTILE);
  md = markdown_of(&d);
  assert_tables(md);
  assert_null(strchr(md, 0x1b));
  assert_null(strstr(md, "\xe2\x80\xae"));
  assert_non_null(strstr(md, "&lt;script\\>"));
  assert_non_null(strstr(md, "````text\n"));            /* a fence longer than the ticks within */
  assert_non_null(strstr(md, "\\*b\\*"));
  free(md);
  doc_release(&d);
}

static void
lines_that_would_begin_something_do_not(void **state)
{
  static const struct {
    const char *text, *md;
  } rows[] = {
    {"# no heading", "\\# no heading"}, {"- no list", "\\- no list"}, {"1. no list", "1\\. no list"},
    {"12) no list", "12\\) no list"}, {"56.1 %", "56.1 %"}, {"+2.7", "+2.7"}, {"--- no line", "\\--- no line"},
    {"> no quote", "\\> no quote"}, {"  indented", "indented"}, {"a_b*c`d[e]", "a\\_b\\*c\\`d\\[e\\]"},
    {"two\nlines", "two lines"}, {"$x$ & <b>", "\\$x\\$ &amp; &lt;b\\>"}, {"=====", "\\====="}, {"", ""},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct buf b = BUF_INIT;

    markup_md(&b, rows[i].text);
    assert_string_equal(buf_str(&b), rows[i].md);
    buf_release(&b);
  }
}

static void
numbers_as_people_read_them(void **state)
{
  (void)state;
  assert_string_equal(numeral_percent(0.8431).s, "84.3" THIN "%");
  assert_string_equal(numeral_points(0.0271).s, "+2.7");
  assert_string_equal(numeral_points(-0.0271).s, NUMERAL_MINUS "2.7");
  assert_string_equal(numeral_points(-0.0001).s, "0.0");
  assert_string_equal(numeral_points(NAN).s, NUMERAL_NONE);
  assert_string_equal(numeral_points_range((struct interval){-0.01, 0.02}).s, NUMERAL_MINUS "1.0 to +2.0");
  assert_string_equal(numeral_p(0.0004).s, "<" THIN ".001");
  assert_string_equal(numeral_p(0.0341).s, ".034");
  assert_string_equal(numeral_p(0.25).s, ".25");
  assert_string_equal(numeral_p(0.999).s, "1");
  assert_string_equal(numeral_p(0.09999).s, ".10");
  assert_string_equal(numeral_share(1).s, "1.000");
  assert_string_equal(numeral_usd(0.0312).s, "$0.031");
  assert_string_equal(numeral_usd(0.0000214).s, "$0.000021");
  assert_string_equal(numeral_usd(1204.4).s, "$1" THIN "204");
  assert_string_equal(numeral_usd(0).s, "$0");
  assert_string_equal(numeral_count(1412).s, "1" THIN "412");
  assert_string_equal(numeral_count(1204710).s, "1" THIN "204" THIN "710");
  assert_string_equal(numeral_count(361000000).s, "3.6" THIN "\xc3\x97" THIN "10\xe2\x81\xb8");
  assert_string_equal(numeral_count(1e10).s, "10\xc2\xb9\xe2\x81\xb0");
  assert_string_equal(numeral_bytes(4912033).s, "4.9" THIN "MB");
  assert_string_equal(numeral_bytes(812).s, "812" THIN "B");
  assert_string_equal(numeral_seconds(0.41).s, "0.41" THIN "s");
  assert_string_equal(numeral_seconds(200).s, "3" THIN "min 20" THIN "s");
  assert_string_equal(numeral_us(21.4).s, "21.4" THIN "\xc2\xb5s");
  assert_string_equal(numeral_us(1234).s, "1.2" THIN "ms");
  assert_string_equal(numeral_day(1795900000000).s, "2026-11-28");
  assert_string_equal(numeral_day(0).s, NUMERAL_NONE);
}

static void
axes_hold_what_there_is(void **state)
{
  static const struct {
    double lo, hi;
    bool log;
  } rows[] = {{0.338, 0.899, false}, {0, 1412, false}, {-0.018, 0.036, false}, {0.5, 0.5, false}, {412, 3.6e6, true},
              {1000, 1000, true},
              {681, 893, true}, {0.03, 0.9, true}, {2, 2000, true}, {5e-3, 5e-3, true}, {0, 0, false}, {-3, 7e9, false}};

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct diagram_axis a = diagram_axis_of(rows[i].lo, rows[i].hi, rows[i].log, 5);
    size_t n = diagram_axis_ticks(&a);

    assert_in_range(n, 2, 8);
    assert_true(diagram_axis_tick(&a, 0) <= rows[i].lo + 1e-9);
    assert_true(diagram_axis_tick(&a, n - 1) >= rows[i].hi - fabs(rows[i].hi) * 1e-9 || a.step > 1);
    assert_true(diagram_axis_at(&a, rows[i].lo) >= 0 && diagram_axis_at(&a, rows[i].hi) <= 1);
    for (size_t k = 1; k < n; k++)
      assert_true(diagram_axis_tick(&a, k) > diagram_axis_tick(&a, k - 1));
  }
}

static void
a_short_log_axis_has_fine_ticks(void **state)
{
  struct diagram_axis a = diagram_axis_of(681, 5400, true, 6);
  static const double ticks[] = {500, 1000, 2000, 5000, 10000};

  (void)state;
  assert_int_equal(diagram_axis_ticks(&a), N_OF(ticks));
  for (size_t i = 0; i < N_OF(ticks); i++)
    assert_true(fabs(diagram_axis_tick(&a, i) - ticks[i]) < 1e-6);
  a = diagram_axis_of(0.03, 0.9, true, 6);
  assert_true(fabs(diagram_axis_tick(&a, 0) - 0.02) < 1e-12);
  assert_true(fabs(diagram_axis_tick(&a, diagram_axis_ticks(&a) - 1) - 1) < 1e-12);
}

/* Marks without any number, or none at all, are a chart all the same. */
static void
charts_of_nothing(void **state)
{
  struct diagram_mark mark = {.name = "x", .x = NAN, .y = NAN, .lo = NAN, .hi = NAN, .reference = NAN};

  (void)state;
  for (size_t i = 0; i < N_OF(kinds); i++)
    for (size_t n = 0; n < 2; n++) {
      struct buf b = BUF_INIT;

      svg_diagram(&b, &(struct diagram){.kind = kinds[i].kind, .title = "t", .description = "d", .marks = &mark,
                                        .n_marks = n}, 1);
      assert_well_formed(buf_str(&b));
      assert_null(strstr(buf_str(&b), "nan"));
      buf_release(&b);
    }
}

/* A dot stands where its number is on the axis. */
static void
a_mark_stands_at_its_number(void **state)
{
  struct diagram_mark marks[] = {
    {.name = "low", .x = 0.5, .lo = 0.5, .hi = 0.7, .reference = NAN},
    {.name = "high", .x = 1.0, .lo = 0.9, .hi = 1.0, .reference = NAN, .strong = true}};
  struct buf b = BUF_INIT;

  (void)state;
  svg_diagram(&b, &(struct diagram){.kind = DIAGRAM_INTERVALS, .title = "t", .description = "d", .marks = marks,
                                    .n_marks = 2, .x_unit = UNIT_PERCENT}, 7);
  assert_non_null(strstr(buf_str(&b), "<svg class=\"mark\" x=\"1.00%\""));
  assert_non_null(strstr(buf_str(&b), "<svg class=\"mark strong\" x=\"99.00%\""));
  assert_non_null(strstr(buf_str(&b), "role=\"img\""));
  assert_non_null(strstr(buf_str(&b), "<title id=\"chart7-title\">t</title>"));
  assert_non_null(strstr(buf_str(&b), "<desc id=\"chart7-words\">d</desc>"));
  buf_release(&b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_never_markup_in_html),
    cmocka_unit_test(texts_are_never_markup_in_markdown),
    cmocka_unit_test(lines_that_would_begin_something_do_not),
    cmocka_unit_test(numbers_as_people_read_them),
    cmocka_unit_test(axes_hold_what_there_is),
    cmocka_unit_test(a_short_log_axis_has_fine_ticks),
    cmocka_unit_test(charts_of_nothing),
    cmocka_unit_test(a_mark_stands_at_its_number),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
