/* Pictures of screens: a canvas as SVG, and the command that writes one. */
#include "ui-stage.h"

#include <locale.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "command/command.h"
#include "ui/canvas-svg.h"

static char *
svg_of(const struct canvas *c)
{
  struct buf b = BUF_INIT;

  canvas_svg(c, &b);
  return buf_take(&b);
}

static void
expect(const char *svg, const char *part)
{
  if (!strstr(svg, part))
    fail_msg("'%s' is not in\n%s", part, svg);
}

static size_t
count(const char *s, const char *part)
{
  size_t n = 0;

  for (; (s = strstr(s, part)); s += strlen(part))
    n++;
  return n;
}

static void
text_stands_in_its_cells(void **state)
{
  struct canvas c;
  struct area a;
  char *svg;

  (void)state;
  canvas_init(&c, 3, 20);
  a = canvas_area(&c);
  canvas_str(&c, a, 0, 2, STYLE_NORMAL, "a <b> & c");
  canvas_str(&c, a, 0, 12, STYLE_ERROR, "bad");
  canvas_str(&c, a, 1, 1, STYLE_NORMAL, "ab日本cd→e");
  canvas_str(&c, a, 2, 0, STYLE_NORMAL, "e\xcc\x81x");
  svg = svg_of(&c);
  expect(svg, "<text class=\"NORMAL\" x=\"30\" y=\"25\" textLength=\"81\" lengthAdjust=\"spacingAndGlyphs\">a &lt;b&gt; &amp; c</text>");
  expect(svg, "<text class=\"ERROR b\" x=\"120\" y=\"25\" textLength=\"27\" lengthAdjust=\"spacingAndGlyphs\">bad</text>");
  expect(svg, "x=\"21\" y=\"43\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\">ab</text>");
  expect(svg, "x=\"39\" y=\"43\" textLength=\"36\">日本</text>");
  expect(svg, "x=\"75\" y=\"43\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\">cd</text>");
  expect(svg, "<text class=\"NORMAL a\" x=\"97.5\" y=\"43\">→</text>");
  expect(svg, "textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\">e\xcc\x81x</text>");
  expect(svg, ".ERROR{fill:#ff7b72;stroke:#ff7b72}");
  expect(svg, "@media (prefers-color-scheme:light){");
  expect(svg, ".ERROR{fill:#c62828;stroke:#c62828}");
  assert_null(strstr(svg, ".MARKED"));   /* only the styles that occur */
  free(svg);
  canvas_release(&c);
}

static void
lines_blocks_and_braille_are_drawn(void **state)
{
  struct canvas c;
  struct area a;
  char *svg;

  (void)state;
  canvas_init(&c, 2, 4);
  a = canvas_area(&c);
  canvas_str(&c, a, 0, 0, STYLE_RULE, "─│┘");
  canvas_str(&c, a, 1, 0, STYLE_BAR, "█░⡀⠈");
  svg = svg_of(&c);
  assert_int_equal(count(svg, "<text"), 0);
  /* one arm from the left and one to the right that meet in the middle; up and down; up and left */
  expect(svg, "<path class=\"RULE l\" d=\"M16 21h5v1h-5zM12 21h5v1h-5z"
              "M25 12h1v10h-1zM25 21h1v9h-1z"
              "M34 12h1v10h-1zM30 21h5v1h-5z\"/>");
  expect(svg, "<path class=\"BAR l\" d=\"M12 30h9v18h-9z\"/>");
  expect(svg, "<path class=\"BAR l\" fill-opacity=\".25\" d=\"M21 30h9v18h-9z\"/>");
  expect(svg, "<path class=\"BAR d\" d=\"M32.25 45.75h0M45.75 32.25h0\"/>");
  free(svg);
  canvas_release(&c);
}

static void
selected_rows_and_tabs_have_a_ground(void **state)
{
  struct canvas c;
  struct area a;
  char *svg;

  (void)state;
  canvas_init(&c, 2, 10);
  a = canvas_area(&c);
  canvas_str(&c, a, 0, 1, STYLE_TAB_HERE, "on");
  canvas_str(&c, a, 1, 0, STYLE_GOOD, "ok");
  canvas_light(&c, area_rows(a, 1, 1), LIT_HERE);
  canvas_cursor(&c, a, 0, 5);
  svg = svg_of(&c);
  expect(svg, "<rect class=\"TAB_HERE l\" x=\"21\" y=\"12\" width=\"18\" height=\"18\"/>");
  expect(svg, "<text class=\"paper b\" x=\"21\"");
  expect(svg, "<rect class=\"here l\" x=\"12\" y=\"30\" width=\"90\" height=\"18\"/>");
  expect(svg, "<rect class=\"NORMAL l\" fill-opacity=\".5\" x=\"57\" y=\"12\"");
  free(svg);
  canvas_release(&c);
}

/* ---- the command ---- */

static struct stage s;

static int
open_stage(void **state)
{
  static const struct project_label labels[] = {{"refund", NULL}, {"address", NULL}};
  static char name[] = "screenshot-a";

  (void)state;
  name[sizeof name - 2]++;
  stage_project(&s, name, TASK_CLASSIFY, labels, N_OF(labels));
  stage_open(&s, 24, 80);
  return 0;
}

static int
close_stage(void **state)
{
  (void)state;
  stage_close(&s);
  return 0;
}

static char *
file_of(const char *name)
{
  char *path = xasprintf("%s/%s", stage_folder(), name), *text = NULL;
  struct err e = {0};
  size_t n;

  if (io_read_file(path, 1 << 20, &text, &n, &e) < 0)
    fail_msg("%s", e.message);
  free(path);
  return text;
}

/* Opens the command line by that key and asks for the file. */
static void
take(const char *key, const char *name)
{
  char *script = xasprintf("%s <screenshot %s/%s> Enter", key, stage_folder(), name);

  stage_keys(&s, script);
  free(script);
}

static void
the_screen_before_the_line_is_written(void **state)
{
  char *before, *text, *svg;

  (void)state;
  stage_keys(&s, "2");
  before = stage_text(&s);
  take(":", "s.txt");
  stage_assert_shows(&s, "the screen is in");
  text = file_of("s.txt");
  assert_string_equal(text, before);
  assert_null(strstr(text, ":screenshot"));
  take(":", "s.svg");
  svg = file_of("s.svg");
  assert_int_equal(strncmp(svg, "<svg ", 5), 0);
  expect(svg, "Templates");
  assert_null(strstr(svg, "screenshot"));
  free(before);
  free(text);
  free(svg);
}

static void
pages_and_menus_can_be_taken_too(void **state)
{
  char *text;

  (void)state;
  stage_keys(&s, "?");
  take(":", "help.txt");
  text = file_of("help.txt");
  expect(text, "save what was changed as a new version");
  free(text);
  stage_keys(&s, "Esc 3 C");
  take("M-:", "menu.txt");
  text = file_of("menu.txt");
  expect(text, "columns");
  free(text);
}

static void
what_cannot_be_written_is_told(void **state)
{
  char *path = xasprintf("%s/s.png", stage_folder());

  (void)state;
  take(":", "s.png");
  stage_assert_shows(&s, "ends in .svg or .txt");
  assert_int_equal(access(path, F_OK), -1);
  take(":", "no/folder.svg");
  stage_assert_shows(&s, "cannot write");
  stage_keys(&s, ": <screenshot> Enter");
  stage_assert_shows(&s, "usage: :screenshot FILE");
  free(path);
}

static void
elsewhere_there_is_no_screen(void **state)
{
  struct command_environment env = {.project = s.project};
  struct err e = {0};
  char *output;
  size_t n;

  (void)state;
  assert_int_equal(command_line(&env, "screenshot x.svg", &output, &n, &e), ERR_INPUT);
  assert_non_null(strstr(e.message, "for the workbench"));
  free(output);
}

int
main(void)
{
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text_stands_in_its_cells),
    cmocka_unit_test(lines_blocks_and_braille_are_drawn),
    cmocka_unit_test(selected_rows_and_tabs_have_a_ground),
    ON_STAGE(the_screen_before_the_line_is_written),
    ON_STAGE(pages_and_menus_can_be_taken_too),
    ON_STAGE(what_cannot_be_written_is_told),
    ON_STAGE(elsewhere_there_is_no_screen),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
