/* Half-written and hostile templates: whatever the bytes, parsing, rendering and colouring end, within their limits
 * and in bounds of memory; spans leave no byte out.
 *
 * With clang: -fsanitize=fuzzer,address,undefined -DFUZZER, and a folder of templates. Without: fuzz-jinja [SECONDS
 * [SEED]] makes mutants of the lines of tests/jinja-cases and of the templates below; by default a fixed number of
 * them. */
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "prompt/jinja.h"
#include "prompt/plan.h"
#include "prompt/prompty.h"
#include "prompt/spans.h"

static void
check_spans(const char *s, size_t n)
{
  struct arena a;
  struct span *spans;
  size_t n_spans, at = 0;

  arena_init(&a);
  spans = prompty_spans(&a, s, n, &n_spans);
  for (size_t i = 0; i < n_spans; i++) {
    ensure(spans[i].offset == at && spans[i].n > 0);
    at += spans[i].n;
  }
  ensure(at == n);
  arena_release(&a);
}

static const struct prompt_label labels[] = {{"billing", "money"}, {"shipping", NULL}};
static const struct prompt_text seeds[] = {{"Größe \"x\" <b>", NULL, "billing"}, {"two", "second", "shipping"}};
static const char *const avoid[] = {"once upon", "dear"};

/* An error must say where; a text must be UTF-8. */
static void
check_error(const struct err *e, const char *name)
{
  ensure(e->code == ERR_INPUT && strncmp(e->message, name, strlen(name)) == 0);
}

static void
check_prompty(const char *s, size_t n)
{
  struct plan_wish wish = {.total = 30};
  struct prompty p;
  struct plan plan;
  struct err e;

  err_clear(&e);
  if (prompty_parse(&p, "fuzz", s, n, &e) < 0) {
    check_error(&e, "fuzz:");
    prompty_release(&p);
    return;
  }
  if (plan_make(&plan, &p, labels, 2, &wish, &e) == 0) {
    for (size_t i = 0; i < plan.n && i < 3; i++) {
      struct prompt_scope scope = {.labels = labels, .n_labels = 2, .seeds = seeds, .n_seeds = 2, .avoid = avoid,
                                   .n_avoid = 2};
      struct messages m;

      plan_scope(&plan, i, labels, &scope);
      if (prompty_render(&p, &scope, &m, &e) < 0)
        check_error(&e, "fuzz:");
      for (size_t k = 0; k < m.n; k++)
        ensure(utf8_valid(m.v[k].content, strlen(m.v[k].content), NULL));
      messages_release(&m);
    }
  }
  plan_release(&plan);
  prompty_release(&p);
}

static void
check_template(const char *s, size_t n)
{
  struct buf out = BUF_INIT;
  struct value scope, list, dict;
  struct arena a;
  struct jinja *t;
  struct err e;

  arena_init(&a);
  err_clear(&e);
  scope = value_dict(&a);
  list = value_list(&a);
  dict = value_dict(&a);
  for (int i = 3; i > 0; i--)
    value_push(&a, list, value_int(i));
  value_set(&a, dict, "name", value_str(&a, "Ada"));
  value_set(&a, dict, "size", value_float(2.5));
  value_set(&a, scope, "xs", list);
  value_set(&a, scope, "d", dict);
  value_set(&a, scope, "text", value_str(&a, "hello big Größe"));
  value_set(&a, scope, "n", value_int(3));
  t = jinja_parse(&a, s, n, "fuzz", 1, &e);
  if (!t || jinja_render(t, scope, &out, &e) < 0) {
    check_error(&e, "fuzz:");
    ensure(out.n == 0);
  } else {
    ensure(utf8_valid(buf_str(&out), out.n, NULL));
  }
  buf_release(&out);
  arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
  const char *s = (const char *)data;

  check_spans(s, n);
  check_template(s, n);
  check_prompty(s, n);
  return 0;
}

#ifndef FUZZER
static const char *const templates[] = {
  "---\nname: t\ncount: 3\nmodel:\n  parameters: {temperature: 1.0, stop: [a, \"b\"]}\nattributes:\n  topic: [a, b]\n  style:\n"
  "  - 'x: y'\n  - z\nfilters: {min_words: 3, near_duplicate: 0.8}\n---\nsystem:\nBe brief.\nuser:\nWrite {{ count }} of "
  "{{ label }} ({{ meaning }}), {{ topic }} {{ style }}.\n{% for s in seeds if s.label == label %}\n- {{ s.text | tojson }}\n"
  "{% else %}\nnone\n{% endfor %}\n",
  "{% raw %}{{ x }}{% endraw %}{# c #}{% set a = namespace(x=[1]) %}{% for i in range(9) %}{% set a.x = a.x + [i] %}{% endfor %}"
  "{{ a.x | batch(2, 0) | map('join', '-') | join }}",
};

/* Pieces that make a mutant more of a template than chance would. */
static const char *const pieces[] = {
  "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", " if ", " else ", "|", "(", ")", "[", "]", "{", "}", "'", "\"",
  ":", ",", ".",
  "**", "//", "~", "99999999999", "-1", "0", "1e308", " is ", " not ", " in ", "loop", "recursive", "range(9)", "xs",
  "text", "\n",
  "---\n", "user:\n", "{% endfor %}", "{% for x in xs %}", "{% set x = ", "|sort", "|join", "|tojson(2)", "|format",
  "%s", "%5.2f",
  ".format(", "{:>5}", "|truncate(", "|map(", "attribute=", "|groupby('name')", "|list", "|slice(2)", ".split(",
  "\\u00e9", "é", "\xff",
  "\r", "&a", "*a", "- ", "? ", "!!x ", "|\n", "|indent(", "|replace('', 'xx')", "* 99",
};

struct corpus {
  char **v;
  size_t n, cap;
};

static void
mutate(struct rng *r, const struct corpus *c, struct buf *b)
{
  const char *s = c->v[rng_below(r, c->n)];

  buf_clear(b);
  buf_adds(b, s);
  for (uint64_t k = rng_below(r, 5) + 1; k-- > 0 && b->n; ) {
    size_t at = rng_below(r, b->n + 1), n = rng_below(r, b->n - at + 1);
    char *tail = xstrndup(b->s + at, b->n - at);
    size_t n_tail = b->n - at;
    const char *other = c->v[rng_below(r, c->n)], *piece = pieces[rng_below(r, N_OF(pieces))];
    size_t from = rng_below(r, strlen(other) + 1), kind = rng_below(r, 5);

    buf_truncate(b, at);
    if (kind == 0)
      buf_adds(b, piece);
    else if (kind == 1)
      buf_add(b, other + from, rng_below(r, strlen(other + from) + 1));
    else if (kind == 2)
      buf_addc(b, (char)rng_below(r, 256));
    else if (kind == 3)
      buf_add(b, tail, n < 40 ? n : 40);
    /* kinds 1 and 4 drop a part of what was there */
    n = kind == 4 || kind == 1 ? (n < 20 ? n : 20) : 0;
    buf_add(b, tail + n, n_tail - n);
    free(tail);
  }
}

static void
load(struct corpus *c)
{
  const char *srcdir = getenv("srcdir");
  char path[1000];
  struct lines in;
  size_t n;
  char *s;

  snprintf(path, sizeof path, "%s/tests/jinja-cases", srcdir ? srcdir : ".");
  for (size_t i = 0; i < N_OF(templates); i++) {
    GROW(c->v, c->cap, c->n + 1);
    c->v[c->n++] = xstrdup(templates[i]);
  }
  if (lines_open(&in, path, 1 << 20, NULL) < 0)
    return;
  while (lines_next(&in, &s, &n, NULL) > 0)
    if (n && *s != '#' && *s != '!' && strncmp(s, "scope", 5) != 0) {
      GROW(c->v, c->cap, c->n + 1);
      c->v[c->n++] = xstrdup(s);
    }
  lines_close(&in);
}

int
main(int argc, char **argv)
{
  double seconds = argc > 1 ? atof(argv[1]) : 0, end = clock_s() + seconds, slowest = 0;
  struct buf b = {.max = 1 << 20};
  struct corpus c = {0};
  struct rng r;
  long n = 0;

  setlocale(LC_CTYPE, "C.UTF-8");
  rng_seed(&r, argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
  load(&c);
  ensure(c.n > 300);
  for (; seconds > 0 ? clock_s() < end : n < 4000; n++) {
    double start = clock_s();

    mutate(&r, &c, &b);
    if (argc > 3)
      io_write_file(argv[3], buf_str(&b), b.n, NULL);
    LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&b), b.n);
    if (clock_s() - start > slowest) {
      slowest = clock_s() - start;
      if (slowest > 1)
        fprintf(stderr, "%.1f s: %.300s\n", slowest, buf_str(&b));
    }
  }
  printf("%ld mutants, the slowest took %.2f s\n", n, slowest);
  for (size_t i = 0; i < c.n; i++)
    free(c.v[i]);
  free(c.v);
  buf_release(&b);
  return 0;
}
#endif
