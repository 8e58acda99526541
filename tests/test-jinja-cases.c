/* Renders the cases of tests/jinja-cases, and compares with what Jinja made of them (tests/jinja-expected.jsonl,
 * written by tests/jinja-oracle.py).
 *
 * test-jinja-cases CASES             prints our result of each case as a JSON line, {"out":…} or {"error":…}
 * test-jinja-cases CASES EXPECTED    compares, and prints what differs
 * test-jinja-cases                   compares the files in $srcdir/tests
 *
 * The case file: a line `scope {…}` sets the scope of the cases after it; `#` begins a comment; any other line is a
 * template, one that begins with a quote a JSON string; `!` before it: we refuse it on purpose, whatever Jinja does. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "prompt/jinja.h"

struct result {
  bool ok;
  char *text;                /* output or message */
};

static struct result
render_case(const char *source, size_t n, const struct json *scope)
{
  struct result r = {0};
  struct buf out = BUF_INIT;
  struct arena a;
  struct jinja *t;
  struct err e;

  arena_init(&a);
  err_clear(&e);
  t = jinja_parse(&a, source, n, "case", 1, &e);
  r.ok = t && jinja_render(t, value_of_json(&a, scope), &out, &e) == 0;
  r.text = r.ok ? buf_take(&out) : xstrdup(e.message);
  if (!r.ok && (e.code != ERR_INPUT || out.n))
    r.text[0] = '\0';
  buf_release(&out);
  arena_release(&a);
  return r;
}

static void
print_case(const struct result *r)
{
  struct buf line = BUF_INIT;

  buf_addc(&line, '{');
  json_add_field(&line, r->ok ? "out" : "error", r->text);
  buf_addc(&line, '}');
  puts(line.s);
  buf_release(&line);
}

/* What is wrong with our result, or NULL. */
static const char *
compare(const struct result *r, bool refused, const char *expected, size_t n)
{
  struct json *j = json_parse(expected, n, NULL, NULL);
  const char *out = json_string(json_get(j, "out")), *wrong = NULL;

  if (!r->ok && strncmp(r->text, "case:", 5) != 0)
    wrong = "an error without a place";
  else if (refused && r->ok)
    wrong = "was to be refused";
  else if (!refused && r->ok && !out)
    wrong = "Jinja makes an error of it";
  else if (!refused && !r->ok && out)
    wrong = "is no error in Jinja";
  else if (!refused && r->ok && strcmp(r->text, out) != 0)
    wrong = "gives something else in Jinja";
  json_free(j);
  return wrong;
}

struct checking {
  struct lines expected;
  bool with_expected;
  int n, n_failed;
};

static void
take_case(struct checking *k, const char *line, size_t n, const struct json *scope)
{
  struct json *quoted = NULL;
  bool refused = *line == '!';
  const char *source = line + refused, *wrong;
  struct result r;
  char *s;

  n -= refused;
  if (*source == '"' && (quoted = json_parse(source, n, NULL, NULL))) {
    source = json_string(quoted);
    n = strlen(source);
  }
  r = render_case(source, n, scope);
  k->n++;
  if (!k->with_expected) {
    print_case(&r);
  } else if (lines_next(&k->expected, &s, &n, NULL) <= 0) {
    k->n_failed++;
    printf("not ok - %s\n  no expectation is written down\n", line);
  } else if ((wrong = compare(&r, refused, s, n))) {
    k->n_failed++;
    printf("not ok - %s\n  %s\n  ours:  %s\n  Jinja: %s\n", line, wrong, r.text, s);
  }
  free(r.text);
  json_free(quoted);
}

static int
take_cases(struct checking *k, const char *path)
{
  struct json *scope = json_parse("{}", 2, NULL, NULL);
  struct lines in;
  struct err e;
  size_t n;
  char *s;
  int r = -1;

  err_clear(&e);
  if (lines_open(&in, path, 1 << 20, &e) == 0) {
    while ((r = lines_next(&in, &s, &n, &e)) > 0) {
      if (n == 0 || *s == '#')
        continue;
      if (strncmp(s, "scope ", 6) != 0) {
        take_case(k, s, n, scope);
        continue;
      }
      json_free(scope);
      if (!(scope = json_parse(s + 6, n - 6, NULL, &e)))
        break;
    }
    lines_close(&in);
  }
  json_free(scope);
  if (r != 0)
    fprintf(stderr, "%s\n", e.message);
  return r;
}

int
main(int argc, char **argv)
{
  const char *srcdir = getenv("srcdir");
  struct checking k = {.with_expected = argc != 2};
  char cases[1000], expected[1000];
  size_t n;
  char *s;

  setlocale(LC_CTYPE, "C.UTF-8");
  snprintf(cases, sizeof cases, "%s/tests/jinja-cases", srcdir ? srcdir : ".");
  snprintf(expected, sizeof expected, "%s/tests/jinja-expected.jsonl", srcdir ? srcdir : ".");
  if (k.with_expected && lines_open(&k.expected, argc == 3 ? argv[2] : expected, 1 << 24, NULL) < 0) {
    fprintf(stderr, "cannot read what is expected\n");
    return 2;
  }
  if (take_cases(&k, argc > 1 ? argv[1] : cases) != 0)
    return 2;
  if (k.with_expected) {
    if (lines_next(&k.expected, &s, &n, NULL) > 0)
      k.n_failed++;
    lines_close(&k.expected);
    printf("%d cases, %d not as in Jinja\n", k.n, k.n_failed);
  }
  return k.n_failed || k.n < 400;
}
