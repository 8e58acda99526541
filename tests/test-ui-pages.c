/* What opens over a view, and how texts of any kind reach the screen. */
#include "ui-stage.h"

#include <locale.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "curate/seen.h"
#include "store/run_store.h"
#include "ui/editor.h"
#include "ui/pane.h"
#include "ui/textdiff.h"

/* "[-old-]", "[+new+]" in one line, as wdiff writes it. */
static char *
diff_of(const char *before, const char *after)
{
  static const char *const open[] = {"", "[-", "[+"}, *const close[] = {"", "-]", "+]"};
  struct textdiff d;
  struct buf b = BUF_INIT;

  textdiff_make(&d, before, strlen(before), after, strlen(after));
  for (size_t i = 0; i < d.n; i++)
    buf_addf(&b, "%s%.*s%s", open[d.parts[i].kind], (int)d.parts[i].n, d.parts[i].s, close[d.parts[i].kind]);
  textdiff_release(&d);
  return buf_take(&b);
}

static void
words_that_differ(void **state)
{
  static const struct { const char *before, *after, *diff; } rows[] = {
    {"", "", ""},
    {"same text", "same text", "same text"},
    {"", "new", "[+new+]"},
    {"old", "", "[-old-]"},
    {"I want my money back", "I want my money", "I want my money[- back-]"},
    {"the parcel is late", "the big parcel was late", "the [+big +]parcel [-is-][+was+] late"},
    {"Zu\xcc\x88rich", "Zurich", "[-Zu\xcc\x88rich-][+Zurich+]"},           /* a mark belongs to its word */
    {"I don't know", "I don't care", "I don't [-know-][+care+]"},
    {"日本から返品", "日本へ返品", "日本[-から-][+へ+]返品"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    char *diff = diff_of(rows[i].before, rows[i].after);

    assert_string_equal(diff, rows[i].diff);
    free(diff);
  }
}

/* ---- History ---- */

static const struct project_label labels[] = {{"billing", "charges, invoices"}, {"shipping", "parcels"},
                                              {"returns", NULL}};

static void
put_sample(struct stage *s, const char *text, uint16_t label)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "seed.jsonl");
  struct sample x = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &label, .n_labels = 1,
                     .split = SPLIT_TRAIN, .origin = ORIGIN_SEED, .status = STATUS_NEW, .attributes = ""};
  struct err e = {0};
  uint32_t first;

  change_add_sample(ch, &x);
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
put_tickets(struct stage *s, const char *name, int rows, int cols)
{
  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  put_sample(s, "I was charged twice for order 48213, please refund one of them.", 0);
  put_sample(s, "The parcel has not moved since Thursday, where is it?", 1);
  put_sample(s, "How can I send the coat back, it is too wide?", 2);
  stage_open(s, rows, cols);
  workbench_go(s->w, 2);
  stage_settle(s);
}

static void
resize(struct stage *s, int rows, int cols)
{
  canvas_resize(&s->canvas, rows, cols);
  stage_draw(s);
}

static void
at_sizes(struct stage *s, const char *name)
{
  static const struct { int rows, cols; } sizes[] = {{16, 60}, {24, 80}, {30, 100}, {60, 200}};

  for (size_t i = 0; i < N_OF(sizes); i++) {
    char *full = xasprintf("%s-%dx%d", name, sizes[i].cols, sizes[i].rows);

    resize(s, sizes[i].rows, sizes[i].cols);
    stage_screen(s, full);
    free(full);
  }
}

static enum status
status_of(struct stage *s, uint32_t id)
{
  struct sample x;

  corpus_get(workbench_corpus(s->w), id, &x);
  return x.status;
}

static void
do_line(struct stage *s, const char *line)
{
  workbench_run(s->w, line);
  stage_settle(s);
}

static void
go_back_look_and_come_forward(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "history", 30, 100);
  do_line(&s, "edit --id 3 --text \"How do I send the coat back, it is too large for me?\"");
  do_line(&s, "relabel --id 2 --to returns");
  do_line(&s, "accept --id 1");
  do_line(&s, "reject --id 2");
  stage_keys(&s, "H");
  stage_assert_shows(&s, ">●      7");
  stage_keys(&s, "j j j");
  at_sizes(&s, "history");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "3 changes back, f comes forward");
  stage_assert_shows(&s, ">●      4");
  assert_int_equal(status_of(&s, 1), STATUS_NEW);
  resize(&s, 24, 80);
  stage_screen(&s, "history-back");
  stage_keys(&s, "F3");                        /* look at another view meanwhile */
  stage_assert_shows(&s, "3 changes back, M-r comes forward");
  stage_keys(&s, "g x");                       /* and it is not forgotten by one key */
  stage_assert_shows(&s, "3 undone changes could then not be made again");
  assert_int_equal(status_of(&s, 1), STATUS_NEW);
  stage_keys(&s, "M-r");
  do_line(&s, "undo --to 4");
  stage_keys(&s, ": <reject 3> Enter");        /* nor by a typed command */
  stage_assert_shows(&s, "3 undone changes could then not be made again");
  assert_int_equal(status_of(&s, 3), STATUS_NEW);
  stage_keys(&s, "M-r");
  assert_int_equal(status_of(&s, 1), STATUS_ACCEPTED);
  assert_int_equal(status_of(&s, 2), STATUS_REJECTED);
  stage_keys(&s, "H G k k Enter Esc g x x");   /* warned once, then it is done */
  assert_int_equal(project_sync(s.project, NULL), 0);
  assert_int_equal(project_redoable(s.project), 0);
  stage_keys(&s, "H");
  stage_assert_shows(&s, " ×      7");
  stage_keys(&s, "j Enter");
  stage_assert_shows(&s, "make this change again, as a new one, where it still fits?");
  stage_keys(&s, "y");
  stage_assert_shows(&s, "changed 1 sample");
  assert_int_equal(status_of(&s, 2), STATUS_REJECTED);
  stage_close(&s);
}

static void
history_is_searched(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "searched", 24, 80);
  do_line(&s, "accept --id 1");
  do_line(&s, "reject --id 2");
  stage_keys(&s, ": <history> Enter / <seed> Enter");
  stage_assert_shows(&s, "3 changes");
  assert_false(stage_shows(&s, "accept 1 sample"));
  stage_keys(&s, "/ C-u <reject person> Enter");
  stage_assert_shows(&s, "1 change");
  stage_keys(&s, "/ C-u Enter");
  stage_assert_shows(&s, "5 changes");
  stage_keys(&s, "q");
  assert_false(workbench_wants_quit(s.w));     /* q closes what is over the view */
  assert_false(stage_shows(&s, "History"));
  stage_close(&s);
}

/* Undo steps are read as they come, pieces of a long log too. */
static void
a_long_history(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "long", 24, 80);
  for (int i = 0; i < 700; i++)
    workbench_run(s.w, i % 2 ? "accept --id 1" : "reject --id 1");
  stage_settle(&s);
  stage_keys(&s, "H");
  stage_assert_shows(&s, "703 changes");
  stage_keys(&s, "G");
  stage_assert_shows(&s, ">       1");
  stage_keys(&s, "k k Enter");
  stage_assert_shows(&s, "undo the 700 changes after this one?");
  stage_keys(&s, "y");
  stage_assert_shows(&s, "700 changes back");
  assert_int_equal(status_of(&s, 1), STATUS_NEW);
  stage_keys(&s, "f");
  assert_int_equal(status_of(&s, 1), STATUS_ACCEPTED);
  assert_false(stage_shows(&s, "changes back"));
  stage_close(&s);
}

/* ---- Map ---- */

/* As many samples, and how a run learned them: three in five easily, a fifth never, the rest wavering. */
static void
put_learned(struct stage *s, const char *name, uint32_t n)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "seed.jsonl");
  struct run_row run = {.student = (char *)"linear", .state = RUN_DONE, .params = (char *)"{}", .data = (char *)"",
                        .metrics = (char *)"{}", .message = (char *)"", .arm = (char *)""};
  float *values[3];
  struct seen seen;
  struct err e = {0};
  uint32_t first, id = 0;

  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  for (int k = 0; k < 3; k++)
    values[k] = xcalloc(n, sizeof *values[k]);
  for (uint32_t i = 0; i < n; i++) {
    static const char *const kinds[] = {"easy", "easy", "easy", "hard", "torn"};
    static const float up[] = {.97f, .9f, .93f, .08f, .5f}, right[] = {.04f, .1f, .07f, .06f, .42f};
    char text[64];
    uint16_t label = (uint16_t)(i % 3);
    struct sample x = {.text = text, .labels = &label, .n_labels = 1, .split = SPLIT_TRAIN, .origin = ORIGIN_SEED,
                       .status = STATUS_NEW, .attributes = ""};

    x.n_text = (uint32_t)snprintf(text, sizeof text, "%s ticket number %u", kinds[i % 5], i);
    change_add_sample(ch, &x);
    values[0][i] = up[i % 5] + (float)(i * 7 % 31 % 15) / 500;
    values[1][i] = right[i % 5] + (float)(i * 11 % 37) / 500;
    values[2][i] = up[i % 5] > .8f ? 1 : up[i % 5];
  }
  if (project_insert(s->project, ch, &first, &e) < 0 || run_store_add(s->project, &run, &id, NULL, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
  seen_take(project_corpus(s->project), &seen);
  if (seen_keep(s->project, SIGNAL_DYNAMICS, id, &seen,
                (struct signal_values[]){{"mean_confidence", values[0], n}, {"variability", values[1], n},
                                         {"correctness", values[2], n}}, 3, "{}", &e) < 0)
    fail_msg("%s", e.message);
  seen_release(&seen);
  for (int k = 0; k < 3; k++)
    free(values[k]);
}

/* What passes the filter of Curate. */
static size_t
passing(struct stage *s, const char *filter)
{
  char *line = xasprintf("list --limit 0 --json --filter \"%s\"", filter), *output = NULL;
  struct err e = {0};
  size_t n = 0;

  if (workbench_ask(s->w, line, &output, &e) < 0)
    fail_msg("%s", e.message);
  for (const char *at = output; *at; at++)
    n += *at == '\n';
  free(output);
  free(line);
  return n;
}

static void
a_box_on_the_map_is_a_filter(void **state)
{
  struct stage s;

  (void)state;
  put_learned(&s, "map", 200);
  stage_open(&s, 30, 100);
  workbench_go(s.w, 2);
  stage_keys(&s, "M");
  stage_assert_shows(&s, "linear#1  200 samples");
  stage_assert_shows(&s, "correct 8 %");                  /* it begins at a hard one */
  for (int i = 0; i < 96; i++)
    stage_keys(&s, "Left");
  stage_keys(&s, "G Space k k k k k k");                  /* bottom left: hard */
  for (int i = 0; i < 30; i++)
    stage_keys(&s, "Right");
  stage_assert_shows(&s, "40 samples  correct 8 %");
  stage_assert_shows(&s, "4 billing hard ticket number 3");
  at_sizes(&s, "map");
  resize(&s, 30, 100);
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "mean_confidence<.5385 variability<.1649");
  stage_assert_shows(&s, "40 of 200");
  assert_int_equal(passing(&s, "mean_confidence<.5385 variability<.1649"), 40);
  stage_close(&s);
}

static void
the_map_follows_the_filter(void **state)
{
  struct stage s;

  (void)state;
  put_learned(&s, "map-filter", 200);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 2);
  stage_keys(&s, "M f");
  stage_assert_shows(&s, "there is no filter to follow");
  stage_keys(&s, "q / <label:billing or torn> Enter M f");
  stage_assert_shows(&s, "94 samples  label:billing or torn");
  for (int i = 0; i < 80; i++)
    stage_keys(&s, "Left");
  stage_keys(&s, "g Space");
  for (int i = 0; i < 80; i++)
    stage_keys(&s, "Right Down");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "(label:billing or torn) mean_confidence");
  stage_assert_shows(&s, "94 of 200");
  stage_close(&s);
}

/* Many points are shades; without UTF-8, signs. */
static void
many_points_are_shades(void **state)
{
  struct buf b = BUF_INIT;
  struct stage s;

  (void)state;
  put_learned(&s, "map-many", 6000);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 2);
  stage_keys(&s, "M");
  stage_assert_shows(&s, "▓");
  s.canvas.ascii = true;
  stage_draw(&s);
  canvas_to_ascii(&s.canvas);
  canvas_dump(&s.canvas, false, &b);
  assert_non_null(strstr(buf_str(&b), "##"));
  buf_release(&b);
  stage_close(&s);
}

static void
no_map_without_a_run(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "map-none", 24, 80);
  stage_keys(&s, "M");
  stage_assert_shows(&s, "no run has left how it learned yet");
  stage_keys(&s, "Right Space Enter");
  stage_assert_shows(&s, "there is no sample in the box");
  stage_keys(&s, "Esc");
  assert_false(stage_shows(&s, "no run has left"));
  stage_close(&s);
}

/* ---- texts of any kind ---- */

static const char hebrew[] = "הזמנתי שולחן (מספר 48213) והוא הגיע שבור, אנא החזירו לי את הכסף";

static void
put_scripts(struct stage *s, const char *name)
{
  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  put_sample(s, hebrew, 0);
  put_sample(s, "مرحبا، لم يصل الطرد رقم 51902 منذ يوم الخميس، أين هو؟", 1);
  put_sample(s, "The sign says שלום עולם and then goes on in English", 1);
  put_sample(s, "日本から返品できますか？ 領収書をなくしました。", 2);
  put_sample(s, "Zu\xcc\x88rich cafe\xcc\x81 n\xcc\x83; \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0"
                "\x9f\x91\xa7 family, \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd thumb, \xe2\x9d\xa4\xef\xb8\x8f heart", 2);
  put_sample(s, "plain ASCII after all of them", 0);
}

static void
text_from_the_right_breaks_no_column(void **state)
{
  struct stage s;

  (void)state;
  put_scripts(&s, "scripts");
  stage_open(&s, 30, 100);
  workbench_go(s.w, 2);
  stage_keys(&s, "g");
  at_sizes(&s, "scripts");
  resize(&s, 30, 100);
  stage_assert_shows(&s, "The sign says םלוע םולש and then goes on in English");
  stage_assert_shows(&s, "48213 רפסמ");
  stage_keys(&s, "/ <שלום>");                    /* the filter line is written from the left */
  stage_assert_shows(&s, "/םולש");
  stage_assert_shows(&s, "1 of 6");
  stage_keys(&s, "Esc");
  s.canvas.logical = true;                       /* the terminal orders by itself */
  stage_assert_shows(&s, "The sign says שלום עולם and then goes on in English");
  stage_close(&s);
}

/* The cursor stands where the letter is seen, and a click finds the letter that is seen there. */
static void
the_editor_edits_from_the_right(void **state)
{
  struct stage s;
  int end;

  (void)state;
  put_scripts(&s, "edit-right");
  stage_open(&s, 24, 100);
  workbench_go(s.w, 2);
  stage_keys(&s, "g j j e");                     /* left to right, with an island from the right */
  stage_draw(&s);
  end = s.canvas.cursor_col;
  stage_keys(&s, "Home");
  stage_draw(&s);
  assert_int_equal(s.canvas.cursor_col + 51, end);
  for (int i = 0; i < 14; i++)
    stage_keys(&s, "Right");
  stage_draw(&s);
  assert_int_equal(s.canvas.cursor_col, end - 51 + 22);  /* the first letter of the island is seen at its right end */
  stage_keys(&s, "Right");
  stage_draw(&s);
  assert_int_equal(s.canvas.cursor_col, end - 51 + 21);
  stage_keys(&s, "Esc g e");                     /* all from the right: behind its end is at the left */
  resize(&s, 24, 100);
  end = s.canvas.cursor_col;
  stage_keys(&s, "Left");
  stage_draw(&s);
  assert_int_equal(s.canvas.cursor_col, end + 1);
  at_sizes(&s, "edit-right");
  stage_close(&s);
}

/* ---- editing ---- */

static const char *
text_of(struct stage *s, uint32_t id)
{
  struct sample x;

  corpus_get(workbench_corpus(s->w), id, &x);
  return x.text;
}

static void
paste(struct stage *s, const char *text)
{
  struct key k = {.code = K_PASTE, .text = text, .n_text = strlen(text)};

  workbench_key(s->w, &k);
  stage_settle(s);
}

static void
nothing_typed_is_lost(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "draft", 24, 80);
  stage_keys(&s, "g e < Soon.> Esc");
  stage_assert_shows(&s, "the sample is as it was; e brings your text back");
  assert_string_equal(text_of(&s, 1), "I was charged twice for order 48213, please refund one of them.");
  stage_keys(&s, "j e Esc k e");                 /* another sample is another text */
  stage_assert_shows(&s, "one of them. Soon.");
  stage_keys(&s, "C-_ Enter");                   /* the sample's own text: nothing to keep */
  assert_string_equal(text_of(&s, 1), "I was charged twice for order 48213, please refund one of them.");
  stage_keys(&s, "e < Soon.> Enter");
  assert_string_equal(text_of(&s, 1), "I was charged twice for order 48213, please refund one of them. Soon.");
  stage_keys(&s, "e C-w C-w C-w BS M-Enter <Thanks.>");
  at_sizes(&s, "edit");
  resize(&s, 24, 80);
  stage_assert_shows(&s, "came as");
  stage_keys(&s, "Enter");
  assert_string_equal(text_of(&s, 1), "I was charged twice for order 48213, please refund one\nThanks.");
  stage_assert_shows(&s, "came as I was charged twice");
  stage_screen(&s, "edited");
  stage_keys(&s, "u u");
  assert_false(stage_shows(&s, "came as"));
  stage_close(&s);
}

static void
characters_as_people_count_them(void **state)
{
  struct stage s;

  (void)state;
  put_scripts(&s, "clusters");
  stage_open(&s, 24, 80);
  workbench_go(s.w, 2);
  stage_keys(&s, "g j j j j e C-a C-Right C-Right C-Right Right Right Right BS Enter");
  assert_null(strstr(text_of(&s, 5), "\xf0\x9f\x91\xa8"));     /* man, joiner, woman, joiner, girl: one */
  assert_null(strstr(text_of(&s, 5), "\xf0\x9f\x91\xa7"));
  assert_non_null(strstr(text_of(&s, 5), ";  family"));
  stage_keys(&s, "e C-a C-Right BS BS BS BS BS Enter");          /* u with its mark is one */
  assert_memory_equal(text_of(&s, 5), "Z cafe", 6);
  stage_close(&s);
}

static void
pasted_text_is_harmless(void **state)
{
  struct stage s;

  (void)state;
  put_tickets(&s, "paste", 24, 80);
  stage_keys(&s, "g e C-u");
  paste(&s, "one\r\ntwo\tx \033]52;c;aGk=\a \xc2\x9b" "31m \x01\x7f \xff end");
  stage_keys(&s, "Enter");
  assert_string_equal(text_of(&s, 1), "one\ntwo\tx ]52;c;aGk= 31m  \xef\xbf\xbd end");
  stage_close(&s);
}

/* ---- any text at all ---- */

/* Characters of every kind: both directions, wide, marks, joiners, controls, broken bytes. */
static void
random_text(struct rng *r, struct buf *out)
{
  static const char *const kinds[] = {"a", " ", "(", "7", "\xd7\x90", "\xd7\xa9", "\xd8\xb9", "\xd9\x84", "\xd8\xa7",
    "\xe6\x97\xa5", "\xf0\x9f\x91\xa9", "\xe2\x80\x8d", "\xcc\x81", "\xef\xb8\x8f", "\033", "\xe2\x80\xae", "\xff",
    "\xc2\x9b", "\n", "\t", "\xf0\x9f\x87\xa9", "\xf3\xa0\x81\x81"};
  size_t n = rng_below(r, 60);

  buf_clear(out);
  while (n--)
    buf_adds(out, kinds[rng_below(r, N_OF(kinds))]);
}

/* Each wide character has its right half, and no half stands alone; outside of the area nothing was drawn. */
static void
assert_whole(const struct canvas *c, struct area a)
{
  for (int row = 0; row < c->rows; row++)
    for (int col = 0; col < c->cols; col++) {
      const struct cell *cell = &c->cells[row * c->cols + col];

      if (!area_has(a, row, col))
        assert_int_equal(cell->c, '.');
      if (cell->width == 2)
        assert_true(col + 1 < c->cols && cell[1].width == 0);
      if (cell->width == 0)
        assert_true(col > 0 && cell[-1].width == 2);
      else
        assert_false(utf8_is_control(cell->c));
    }
}

static void
draw_somehow(struct canvas *c, struct area a, struct rng *r, const struct buf *text)
{
  struct editor d;
  struct pane p;

  canvas_text(c, a, 0, (int)rng_below(r, 9) - 4, STYLE_NORMAL, buf_str(text), text->n);
  canvas_fit(c, a, 1, 1, (int)rng_below(r, 14), STYLE_NORMAL, buf_str(text), text->n);
  canvas_right(c, a, 2, 0, a.cols, STYLE_NORMAL, buf_str(text));
  pane_init(&p);
  pane_str(&p, STYLE_BOLD, "x");
  pane_add(&p, STYLE_NORMAL, buf_str(text), text->n);
  pane_draw(&p, c, area_rows(a, 3, 3));
  pane_release(&p);
  editor_init(&d);
  d.wrap = rng_below(r, 2);
  editor_set(&d, buf_str(text), text->n);
  editor_draw(&d, c, area_rows(a, 6, 3), NULL, true);
  editor_click(&d, (int)rng_below(r, 3), (int)rng_below(r, (uint64_t)a.cols));
  for (int i = 0; i < 4; i++) {
    editor_key(&d, &(struct key){.code = rng_below(r, 2) ? K_RIGHT : K_BACKSPACE});
    editor_draw(&d, c, area_rows(a, 6, 3), NULL, true);
    assert_true(d.at <= d.text.n && (d.at == d.text.n || ((unsigned char)d.text.s[d.at] & 0xc0) != 0x80));
  }
  editor_release(&d);
}

static void
any_text_keeps_the_canvas_whole(void **state)
{
  struct rng r;
  struct buf text = BUF_INIT;
  struct canvas c;

  (void)state;
  rng_seed(&r, 7);
  canvas_init(&c, 11, 40);
  for (int i = 0; i < 3000; i++) {
    struct area a = {1, (int)rng_below(&r, 20), 9, 1 + (int)rng_below(&r, 19)};

    canvas_clear(&c);
    for (int k = 0; k < c.rows * c.cols; k++)
      c.cells[k].c = '.';
    random_text(&r, &text);
    draw_somehow(&c, a, &r, &text);
    assert_whole(&c, a);
  }
  canvas_release(&c);
  buf_release(&text);
}

/* ---- without UTF-8 ---- */

static size_t
count_of(const struct buf *b, char c)
{
  size_t n = 0;

  for (size_t i = 0; i < b->n; i++)
    n += b->s[i] == c;
  return n;
}

/* Every sign of our own has one of ASCII: no cell becomes a question mark, and none moves. */
static void
reads_in_ascii(struct stage *s, const char *keys)
{
  struct buf before = BUF_INIT, after = BUF_INIT;

  stage_keys(s, keys);
  s->canvas.ascii = true;
  stage_draw(s);
  canvas_dump(&s->canvas, false, &before);
  canvas_to_ascii(&s->canvas);
  canvas_dump(&s->canvas, false, &after);
  for (size_t i = 0; i < after.n; i++)
    assert_in_range(after.s[i], '\n', '~');
  if (count_of(&before, '?') != count_of(&after, '?') || count_of(&before, '\n') != count_of(&after, '\n'))
    fail_msg("after '%s' a sign has no ASCII:\n%s\n%s", keys, buf_str(&before), buf_str(&after));
  buf_release(&before);
  buf_release(&after);
}

static void
every_page_reads_in_ascii(void **state)
{
  static const char *const pages[] = {
    "g Space j V", "a x u", "c", "c C", "Esc s", "Esc l", "Esc r", "Esc f", "Esc e C-a <x>", "Esc H", "j Enter",
    "f q M",
    "G Space k k Right Right", "q ?", "G", "q / <label:billing> Enter Tab Tab",
  };
  struct stage s;

  (void)state;
  put_learned(&s, "ascii", 100);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 2);
  for (size_t i = 0; i < N_OF(pages); i++)
    reads_in_ascii(&s, pages[i]);
  stage_close(&s);
}

/* The second text of a pair: as a draft, and by Tab. */
static void
both_texts_of_a_pair(void **state)
{
  struct change *ch;
  struct stage s;
  uint16_t label = 0;
  struct sample x = {.text = "A man plays.", .n_text = 12, .text2 = "Somebody plays.", .n_text2 = 15, .labels = &label,
                     .n_labels = 1, .attributes = ""};
  struct err e = {0};
  uint32_t first;

  (void)state;
  stage_project(&s, "pair", TASK_PAIR, labels, N_OF(labels));
  ch = change_new(CHANGE_INSERT, "import", "seed.jsonl");
  change_add_sample(ch, &x);
  assert_int_equal(project_insert(s.project, ch, &first, &e), 0);
  change_free(ch);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 2);
  stage_keys(&s, "e Tab");
  stage_assert_shows(&s, "editing second text");
  stage_keys(&s, "BS < well.> Esc e");
  stage_assert_shows(&s, "editing second text");
  stage_assert_shows(&s, "Somebody plays well.");
  stage_keys(&s, "Enter");
  corpus_get(workbench_corpus(s.w), 1, &x);
  assert_string_equal(x.text2, "Somebody plays well.");
  stage_assert_shows(&s, "second text came as Somebody plays.");
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_that_differ),
    cmocka_unit_test(go_back_look_and_come_forward),
    cmocka_unit_test(history_is_searched),
    cmocka_unit_test(a_long_history),
    cmocka_unit_test(a_box_on_the_map_is_a_filter),
    cmocka_unit_test(the_map_follows_the_filter),
    cmocka_unit_test(many_points_are_shades),
    cmocka_unit_test(no_map_without_a_run),
    cmocka_unit_test(text_from_the_right_breaks_no_column),
    cmocka_unit_test(the_editor_edits_from_the_right),
    cmocka_unit_test(nothing_typed_is_lost),
    cmocka_unit_test(characters_as_people_count_them),
    cmocka_unit_test(pasted_text_is_harmless),
    cmocka_unit_test(both_texts_of_a_pair),
    cmocka_unit_test(any_text_keeps_the_canvas_whole),
    cmocka_unit_test(every_page_reads_in_ascii),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
