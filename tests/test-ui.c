/* The room ui, piece by piece: canvas, keys, keymap, widgets. Whole screens are in test-ui-screens.c. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "command/command.h"
#include "ui/canvas.h"
#include "ui/chart.h"
#include "ui/editor.h"
#include "ui/facet-term.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/keymap.h"
#include "ui/list.h"
#include "ui/pane.h"
#include "ui/view.h"

static void
assert_canvas(const struct canvas *c, bool styles, const char *expected)
{
  struct buf b = BUF_INIT;

  canvas_dump(c, styles, &b);
  assert_string_equal(buf_str(&b), expected);
  buf_release(&b);
}

/* ---- canvas ---- */

static void
text_is_clipped_and_made_visible(void **state)
{
  struct canvas c;
  struct area a;

  (void)state;
  canvas_init(&c, 3, 10);
  a = area_cols(area_rows(canvas_area(&c), 1, 1), 2, 5);
  assert_int_equal(canvas_str(&c, a, 0, 0, STYLE_NORMAL, "ab\033cdefgh"), 5);
  canvas_str(&c, a, 1, 0, STYLE_NORMAL, "below the area");
  canvas_str(&c, a, 0, -1, STYLE_NORMAL, "XY");
  assert_canvas(&c, false, "\n  Yb^[c\n\n");
  canvas_clear(&c);
  canvas_text(&c, canvas_area(&c), 0, 0, STYLE_NORMAL, "a\0b\tc\nd", 7);
  canvas_str(&c, canvas_area(&c), 1, 0, STYLE_NORMAL, "\xe2\x80\xae" "x\xff");
  assert_canvas(&c, false, "a^@b c d\n<U+202E>x\xef\xbf\xbd\n\n");
  canvas_release(&c);
}

static void
wide_and_combining_characters_keep_their_columns(void **state)
{
  struct canvas c;
  struct area a;

  (void)state;
  canvas_init(&c, 2, 8);
  a = canvas_area(&c);
  assert_int_equal(canvas_str(&c, a, 0, 0, STYLE_NORMAL, "日本e\xcc\x81x"), 6);
  assert_canvas(&c, false, "日本e\xcc\x81x\n\n");
  canvas_put(&c, a, 0, 1, STYLE_NORMAL, '!');  /* over the right half: the left half must go */
  assert_canvas(&c, false, " !本e\xcc\x81x\n\n");
  canvas_put(&c, a, 0, 2, STYLE_NORMAL, '?');  /* over the left half */
  assert_canvas(&c, false, " !? e\xcc\x81x\n\n");
  canvas_str(&c, a, 1, 7, STYLE_NORMAL, "本");  /* does not fit: a blank, not half of it */
  assert_canvas(&c, false, " !? e\xcc\x81x\n\n");
  canvas_clear(&c);
  assert_int_equal(canvas_fit(&c, a, 0, 0, 5, STYLE_NORMAL, "日本語", strlen("日本語")), 5);
  assert_canvas(&c, false, "日本…\n\n");
  canvas_release(&c);
}

static void
fit_and_right_cut_with_an_ellipsis(void **state)
{
  struct canvas c;
  struct area a;

  (void)state;
  canvas_init(&c, 2, 12);
  a = canvas_area(&c);
  canvas_fit(&c, a, 0, 0, 6, STYLE_NORMAL, "abcdefgh", 8);
  canvas_fit(&c, a, 0, 6, 6, STYLE_NORMAL, "abc", 3);
  canvas_right(&c, a, 1, 0, 5, STYLE_NORMAL, "123456");
  canvas_right(&c, a, 1, 6, 5, STYLE_NORMAL, "12");
  assert_canvas(&c, false, "abcde…abc\n…3456    12\n");
  canvas_release(&c);
}

static void
lines_join_where_they_meet(void **state)
{
  struct canvas c;
  struct area a;

  (void)state;
  canvas_init(&c, 5, 7);
  a = canvas_area(&c);
  canvas_hline(&c, a, 0, STYLE_RULE);
  canvas_hline(&c, a, 4, STYLE_RULE);
  canvas_vline(&c, area_rows(a, 1, 3), 3, STYLE_RULE);
  canvas_hline(&c, area_cols(area_rows(a, 1, 3), 4, 3), 1, STYLE_RULE);
  assert_canvas(&c, false, "───┬───\n   │\n   ├───\n   │\n───┴───\n");
  canvas_to_ascii(&c);
  assert_canvas(&c, false, "---+---\n   |\n   +---\n   |\n---+---\n");
  canvas_release(&c);
}

static void
dump_shows_styles_and_light(void **state)
{
  struct canvas c;
  struct area a;

  (void)state;
  canvas_init(&c, 2, 6);
  a = canvas_area(&c);
  canvas_str(&c, a, 0, 1, STYLE_ERROR, "no");
  canvas_light(&c, area_rows(a, 1, 1), LIT_HERE);
  assert_canvas(&c, true, " no\n~.EE\n\n~SSSSSS\n");
  canvas_release(&c);
}

static void
wrapping_breaks_after_blanks(void **state)
{
  static const struct { const char *text; int width; size_t n, next; } cases[] = {
    {"one two three", 8, 7, 8}, {"one two three", 7, 7, 8}, {"one two three", 6, 3, 4}, {"abcdefgh", 3, 3, 3},
    {"ab\ncd", 10, 2, 3}, {"", 5, 0, 0}, {"日本語", 4, 6, 6}, {"日", 1, 3, 3},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    size_t next = 99;

    assert_int_equal(canvas_wrap(cases[i].text, strlen(cases[i].text), cases[i].width, &next), cases[i].n);
    assert_int_equal(next, cases[i].next);
  }
}

static void
style_letters_are_unique(void **state)
{
  (void)state;
  for (int i = 0; i < STYLE_COUNT; i++)
    for (int k = 0; k < i; k++)
      if (style_rows[i].letter == style_rows[k].letter)
        fail_msg("%s and %s have one letter", style_name((enum style)i), style_name((enum style)k));
}

/* ---- keys ---- */

static void
add_key(struct buf *out, const struct key *k)
{
  char name[16];

  buf_addf(out, "%s%s", out->n ? " " : "", key_spell(k, name));
  if (k->code == K_PASTE)
    buf_addf(out, "(%.*s)", (int)k->n_text, k->text);
  if (k->code == K_MOUSE)
    buf_addf(out, "(%d %d,%d)", (int)k->mouse, k->row, k->col);
  if (k->code == K_BACKGROUND)
    buf_adds(out, k->light ? "(light)" : "(dark)");
}

/* Feeds bytes `at_once` at a time, and lets Esc run out at the end. */
static void
decode(const char *bytes, size_t at_once, struct buf *out)
{
  struct key_decoder d;
  struct key k;
  size_t n = strlen(bytes);

  key_decoder_init(&d);
  for (size_t i = 0; i < n; i += at_once) {
    key_decoder_feed(&d, bytes + i, n - i < at_once ? n - i : at_once);
    while (key_next(&d, &k))
      add_key(out, &k);
  }
  while (key_pending(&d) && key_flush(&d, &k))
    add_key(out, &k);
  key_decoder_release(&d);
}

static void
bytes_become_keys(void **state)
{
  static const struct { const char *bytes, *keys; } cases[] = {
    {"aé本", "a é 本"}, {"\r\t\177\b ", "Enter Tab BS BS Space"}, {"\001\032\037", "C-a C-z C-_"},
    {"\033[A\033OB\033[5~\033[3~", "Up Down PgUp Del"}, {"\033[H\033[1~\033[7~\033OF", "Home Home Home End"},
    {"\033[1;5D\033[1;2C\033[6;3~", "C-Left S-Right M-PgDn"}, {"\033[Z\033OP\033[15~\033[[B", "S-Tab F1 F5 F2"},
    {"\033x\0331\033\r", "M-x M-1 M-Enter"}, {"\033", "Esc"}, {"\033\033[A", "Esc Up"},
    {"\033[<0;5;3M\033[<0;5;3m\033[<65;1;1M", "Mouse(0 2,4) Mouse(4 0,0)"},
    {"\033[200~two\nlines\033[201~x", "Paste(two\nlines) x"}, {"\033[999zq", "q"},
    {"\033]11;rgb:ffff/ffff/ffff\033\\a", "Background(light) a"}, {"\033]11;rgb:1e1e/1e1e/1e1e\a", "Background(dark)"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++)
    for (size_t at_once = 1; at_once < 40; at_once += 6) {
      struct buf out = BUF_INIT;

      decode(cases[i].bytes, at_once, &out);
      assert_string_equal(buf_str(&out), cases[i].keys);
      buf_release(&out);
    }
}

static void
key_names_read_back(void **state)
{
  static const char *const names[] = {"a", "A", "Space", "Enter", "S-Tab", "C-d", "M-1", "F5", "PgDn", "?", "é", "C-_",
                                      "M-C-Left"};

  (void)state;
  for (size_t i = 0; i < N_OF(names); i++) {
    struct key k;
    char name[16];

    assert_true(key_parse(names[i], &k));
    assert_string_equal(key_spell(&k, name), names[i]);
  }
  assert_false(key_parse("Nope", &(struct key){0}));
}

/* Every key of a table by name; calls seen(name, row). */
static void
each_key(const struct binding *rows, void (*seen)(const char *name, const struct binding *b, void *arg), void *arg)
{
  for (const struct binding *b = rows; b && b->keys; b++) {
    char *copy = xstrdup(b->keys), *save = NULL;

    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
      seen(name, b, arg);
    free(copy);
  }
}

static void
check_key(const char *name, const struct binding *b, void *arg)
{
  const struct binding *rows = arg;
  struct key k;

  if (!key_parse(name, &k))
    fail_msg("'%s' is no key", name);
  for (const struct binding *other = rows; other->keys; other++)
    if (other != b && binding_has(other, &k) && !(other->when && b->when && other->when != b->when))
      fail_msg("'%s' is bound twice: %s; %s", name, b->help, other->help);
}

static void
check_rows(const struct binding *rows)
{
  each_key(rows, check_key, (void *)rows);
  for (const struct binding *b = rows; b && b->keys; b++) {
    struct err e = {0};

    assert_non_null(b->help);
    assert_true(b->line || b->action);
    if (b->line && !command_of_line(b->line, &e))
      fail_msg("'%s': %s", b->line, e.message);
  }
}

static void
every_binding_is_sound(void **state)
{
  (void)state;
  check_rows(keymap_everywhere);
  for (int i = 0; i < VIEW_COUNT; i++)
    check_rows(view_rows[i]->bindings);
  for (size_t i = 0; over_rows[i]; i++)
    check_rows(over_rows[i]->bindings);
}

/* ---- list and pane ---- */

static void
list_keeps_its_place(void **state)
{
  struct list l = {.n = 100, .height = 10};

  (void)state;
  list_go(&l, 50);
  assert_int_equal(l.top, 41);
  list_keep(&l, 120, 70);          /* twenty rows came before it */
  assert_int_equal(l.at, 70);
  assert_int_equal(l.top, 61);
  list_move(&l, MOVE_BOTTOM);
  assert_int_equal(l.at, 119);
  assert_int_equal(l.top, 110);
  list_keep(&l, 5, 99);
  assert_int_equal(l.at, 4);
  assert_int_equal(l.top, 0);
  list_keep(&l, 0, 0);
  list_move(&l, MOVE_DOWN);
  assert_int_equal(l.at, 0);
  l = (struct list){.n = 100, .height = 10};
  list_wheel(&l, 1);
  assert_int_equal(l.top, 3);
  assert_int_equal(l.at, 3);       /* stays on the screen */
}

static void
pane_wraps_scrolls_and_finds(void **state)
{
  struct canvas c;
  struct pane p;

  (void)state;
  canvas_init(&c, 2, 9);
  pane_init(&p);
  pane_str(&p, STYLE_NORMAL, "one two ");
  pane_str(&p, STYLE_BOLD, "three\nfour\nfive six seven");
  pane_draw(&p, &c, canvas_area(&c));
  assert_canvas(&c, true, "one two\nthree   ↓\n~bbbbb...d\n");
  pane_move(&p, MOVE_BOTTOM);
  canvas_clear(&c);
  pane_draw(&p, &c, canvas_area(&c));
  assert_canvas(&c, false, "five six\nseven\n");
  strcpy(p.find, "FOUR");
  assert_true(pane_find(&p, 0));
  canvas_clear(&c);
  pane_draw(&p, &c, canvas_area(&c));
  assert_canvas(&c, true, "four\n~////\nfive six↓\n~bbbbbbbbd\n");
  strcpy(p.find, "nine");
  assert_false(pane_find(&p, 1));
  pane_release(&p);
  canvas_release(&c);
}

/* ---- editor ---- */

/* Keys by name, separated by blanks; a word in <> is typed. */
static void
type(struct editor *d, const char *keys)
{
  char *copy = xstrdup(keys), *save = NULL;

  for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
    struct key k;
    size_t len;

    if (*name == '<') {
      for (char *s = name + 1; *s && *s != '>'; s += len) {
        memset(&k, 0, sizeof k);
        k.code = utf8_decode(s, strlen(s), &len);
        editor_key(d, &k);
      }
      continue;
    }
    assert_true(key_parse(name, &k));
    editor_key(d, &k);
  }
  free(copy);
}

static void
editor_edits(void **state)
{
  static const struct { const char *text, *keys, *expected; } cases[] = {
    {"abc", "End <d> Home <x>", "xabcd"}, {"abc", "End BS BS", "a"}, {"abc", "Del", "bc"}, {"", "BS Del C-w C-k", ""},
    {"one two", "End C-w <x>", "one x"}, {"one two", "C-k", ""}, {"one\ntwo", "Down C-k", "one\n"},
    {"one\ntwo", "C-k C-k", "two"},
    {"one two", "M-f C-k C-y C-y", "one two two"}, {"ab", "Right Enter <x>", "a\nxb"},
    {"e\xcc\x81x", "Right <->", "e\xcc\x81-x"},
    {"e\xcc\x81x", "Right BS", "x"}, {"日本", "Right BS", "本"}, {"abc", "End <xyz> C-_", "abc"},
    {"abc", "End <xyz> C-_ C-r", "abcxyz"},
    {"abc", "Del Del C-_", "bc"}, {"abc", "Del <x> C-_ C-_", "abc"}, {"abc", "C-End <d> Space <e> C-_", "abcd"},
    {"long line\nx\nlong line", "End Down Down <!>", "long line\nx\nlong line!"}, {"a", "Up <x>", "xa"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct editor d;

    editor_init(&d);
    editor_set(&d, cases[i].text, strlen(cases[i].text));
    type(&d, cases[i].keys);
    if (strcmp(editor_text(&d), cases[i].expected))
      fail_msg("%s: \"%s\", not \"%s\"", cases[i].keys, editor_text(&d), cases[i].expected);
    editor_release(&d);
  }
}

static void
editor_pastes_and_shows(void **state)
{
  struct key paste = {.code = K_PASTE, .text = "x\r\ny\0\xffz", .n_text = 7};
  struct canvas c;
  struct editor d;
  int line, column;

  (void)state;
  editor_init(&d);
  editor_key(&d, &paste);
  assert_string_equal(editor_text(&d), "x\ny\xef\xbf\xbdz");
  editor_place(&d, d.at, &line, &column);
  assert_int_equal(line, 2);
  assert_int_equal(column, 4);
  canvas_init(&c, 3, 6);
  editor_draw(&d, &c, canvas_area(&c), NULL, true);
  assert_int_equal(c.cursor_row, 1);
  assert_int_equal(c.cursor_col, 3);
  editor_set(&d, "a very long line", 16);
  d.wrap = true;
  type(&d, "End");
  canvas_clear(&c);
  editor_draw(&d, &c, canvas_area(&c), NULL, true);
  assert_canvas(&c, false, "very\nlong\nline\n");
  assert_int_equal(c.cursor_row, 2);
  editor_click(&d, 0, 2);
  assert_int_equal(d.at, 4);
  d.wrap = false;
  d.one_line = true;
  canvas_clear(&c);
  type(&d, "End");
  editor_draw(&d, &c, area_rows(canvas_area(&c), 0, 1), NULL, true);
  assert_canvas(&c, false, " line\n\n\n");
  editor_release(&d);
  canvas_release(&c);
}

/* ---- form ---- */

static const struct option form_options[] = {
  {"lr", OPTION_REAL, .0001, 1, "0.1", NULL, "X", "learning rate", 0},
  {"loss", OPTION_CHOICE, 0, 0, "softmax", "softmax|hinge", NULL, "what is minimized", 0},
  {"data", OPTION_FILTER, 0, 0, NULL, NULL, "Q", "what to train on", 0},
  {"quick", OPTION_FLAG, 0, 0, NULL, NULL, NULL, "in a hurry", 0},
};

static enum form_result
form_type(struct form *f, const char *name)
{
  struct key k;

  assert_true(key_parse(name, &k));
  return form_key(f, &k);
}

static void
form_checks_and_makes_a_line(void **state)
{
  struct buf line = BUF_INIT;
  struct form f;

  (void)state;
  form_init(&f, "new run", form_options, N_OF(form_options));
  form_line(&f, &line);
  assert_string_equal(buf_str(&line), "");
  form_type(&f, "7");
  assert_int_equal(form_type(&f, "Enter"), FORM_GOES_ON);
  assert_non_null(strstr(f.fields[0].wrong, "7"));
  form_type(&f, "BS");
  form_type(&f, ".");
  form_type(&f, "5");
  form_type(&f, "Down");
  form_type(&f, "Space");
  form_type(&f, "Down");
  form_set(&f, "data", "label:\"not sure\"");
  form_type(&f, "Down");
  form_type(&f, "Right");
  form_type(&f, "n");
  assert_string_equal(form_get(&f, "quick"), "no");
  form_type(&f, "q");  /* no answer: nothing happens */
  assert_string_equal(form_get(&f, "quick"), "no");
  form_type(&f, "BS");
  assert_string_equal(form_get(&f, "quick"), "");
  form_type(&f, "y");
  assert_int_equal(form_type(&f, "Enter"), FORM_DONE);
  form_line(&f, &line);
  assert_string_equal(buf_str(&line), " --lr .5 --loss hinge --data \"label:\\\"not sure\\\"\" --quick");
  assert_int_equal(form_type(&f, "Esc"), FORM_CANCEL);
  buf_release(&line);
  form_release(&f);
}

/* ---- chart ---- */

static void
chart_draws_lines(void **state)
{
  double x[] = {0, 1, 2, 3, 4}, y[] = {0, 1, NAN, 3, 4}, z[] = {4, 4, 4, INFINITY, 0};
  struct series series[2] = {{.name = "train", .x = x, .y = y, .n = 5, .style = STYLE_TRAIN, .letter = 't'},
                             {.name = "valid", .x = x, .y = z, .n = 5, .style = STYLE_VALID, .letter = 'v'}};
  struct chart chart = {.title = "loss", .series = series, .n_series = 2};
  struct canvas c;

  (void)state;
  canvas_init(&c, 7, 26);
  chart_draw(&chart, &c, canvas_area(&c));
  assert_canvas(&c, false,
                "loss      t train  v valid\n"
                "   4 ┤⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁     ⣀⠤⠒t\n"
                "     │            ⣀⠤⠒⠉\n"
                "   2 ┤        ⣀⠤⠒⠉\n"
                "     │   ⢀⡠⠤⠒⠉\n"
                "   0 ┤⡠⠔⠊⠁               v\n"
                "      0         2        4\n");
  c.ascii = true;
  canvas_clear(&c);
  chart_draw(&chart, &c, canvas_area(&c));
  canvas_to_ascii(&c);
  for (int i = 0; i < c.rows * c.cols; i++)
    assert_in_range(c.cells[i].c, ' ', '~');
  chart.n_series = 0;
  chart.empty = "nothing";
  canvas_clear(&c);
  chart_draw(&chart, &c, canvas_area(&c));
  assert_canvas(&c, false, "loss\n\n  nothing\n\n\n\n\n");
  canvas_release(&c);
}

static void
numbers_for_axes_are_short(void **state)
{
  static const struct { double x; bool fraction; const char *text; } cases[] = {
    {0, false, "0"}, {.5, true, ".50"}, {.5, false, ".5"}, {1.25, false, "1.25"}, {150, false, "150"},
    {12000, false, "12k"},
    {-.5, false, "-.5"}, {3.5e6, false, "3.5M"}, {NAN, false, "-"}, {.02, false, ".020"},
  };
  char out[16];

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++)
    assert_string_equal(chart_number(cases[i].x, cases[i].fraction, out), cases[i].text);
}

/* ---- facets ---- */

static void
facets_change_the_filter(void **state)
{
  static void (*const ways[])(const struct facet_term *t, const char *filter, struct buf *out) = {
    facet_choose, facet_add, facet_exclude};
  static const struct { int way; const char *field, *value, *alone, *before, *after; } cases[] = {
    {0, "label", "billing", NULL, "", "label:billing"},
    {0, "label", "billing", NULL, "status:new", "status:new label:billing"},
    {0, "label", "billing", NULL, "label:other status:new", "status:new label:billing"},
    {0, "label", "billing", NULL, "label:billing", ""},
    {0, "label", "billing", NULL, "label:other,billing x", "x label:billing"},
    {0, "label", "billing", NULL, "not label:billing x", "x label:billing"},
    {0, "label", "billing", NULL, "unlabelled -x", "not x label:billing"},
    {0, "label", "not sure", NULL, "x", "x label:\"not sure\""},
    {0, "label", "not sure", NULL, "label:\"not sure\" y", "y"},
    {0, "label", "billing", NULL, "a or b", "(a or b) label:billing"},
    {0, "label", "billing", NULL, "(a or label:other) b", "(a or label:other) b label:billing"},
    {0, "status", "new", NULL, "\"a phrase with status:old\" z", "\"a phrase with status:old\" z status:new"},
    {0, "label", "unlabelled", "unlabelled", "label:billing", "unlabelled"},
    {0, "run.wrong", "right", "run.wrong=0", "run.wrong x", "x run.wrong=0"},
    {1, "label", "billing", NULL, "", "label:billing"},
    {1, "label", "billing", NULL, "label:other x", "x label:other,billing"},
    {1, "label", "billing", NULL, "label:other,billing,\"not sure\"", "label:other,\"not sure\""},
    {1, "label", "billing", NULL, "label:billing x", "x"},
    {1, "attr.topic", "shoes", NULL, "attr.topic:boots", "attr.topic:shoes"},
    {2, "label", "billing", NULL, "label:billing x", "x not label:billing"},
    {2, "label", "billing", NULL, "-label:other x", "x not label:other,billing"},
    {2, "label", "billing", NULL, "not label:billing x", "x"},
    {2, "attr.topic", "shoes", NULL, "not attr.topic:boots", "not attr.topic:boots not attr.topic:shoes"},
    {2, "run.wrong", "wrong", "run.wrong", "x", "x not run.wrong"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct facet_term term = {cases[i].field, cases[i].value, cases[i].alone};
    struct buf out = BUF_INIT;

    ways[cases[i].way](&term, cases[i].before, &out);
    assert_string_equal(buf_str(&out), cases[i].after);
    buf_release(&out);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_is_clipped_and_made_visible),
    cmocka_unit_test(wide_and_combining_characters_keep_their_columns),
    cmocka_unit_test(fit_and_right_cut_with_an_ellipsis),
    cmocka_unit_test(lines_join_where_they_meet),
    cmocka_unit_test(dump_shows_styles_and_light),
    cmocka_unit_test(wrapping_breaks_after_blanks),
    cmocka_unit_test(style_letters_are_unique),
    cmocka_unit_test(bytes_become_keys),
    cmocka_unit_test(key_names_read_back),
    cmocka_unit_test(every_binding_is_sound),
    cmocka_unit_test(list_keeps_its_place),
    cmocka_unit_test(pane_wraps_scrolls_and_finds),
    cmocka_unit_test(editor_edits),
    cmocka_unit_test(editor_pastes_and_shows),
    cmocka_unit_test(form_checks_and_makes_a_line),
    cmocka_unit_test(chart_draws_lines),
    cmocka_unit_test(numbers_for_axes_are_short),
    cmocka_unit_test(facets_change_the_filter),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
