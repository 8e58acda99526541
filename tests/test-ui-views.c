/* Templates and Generate together: any key, and the mouse. */
#include "tests/recorded-scene.h"

#include <locale.h>

#include "base/mem.h"

/* A walk over every key of both views leaves the workbench standing, at the least size. */
static void
any_keys_do_no_harm(void **state)
{
  static const char *const script[] = {
    "Tab", "S-Tab", "j", "k", "G", "g", "PgDn", "PgUp", "C-d", "C-u", "Enter", "Esc", "Left", "Right", "L", "A", "l",
    "a", "v", "Esc",
    "d", "Esc", "t", "w", "Enter", "Esc", "f", "Enter", "Esc", "o", "Enter", "Esc", "s", "Esc", "S", "m", "b", "e",
    "Esc", "c", "Esc", "x",
    "[", "]", "+", "-", "U", "C-s", "n", "Esc", "Esc",
  };
  struct stage s;

  (void)state;
  recorded_open(&s, "harm", 16, 60, 0);
  for (int view = 0; view < 2; view++) {
    workbench_go(s.w, view);
    for (int round = 0; round < 2; round++)
      for (size_t i = 0; i < N_OF(script); i++)
        stage_keys(&s, script[i]);
    stage_keys(&s, "Esc Esc Esc");
  }
  stage_close(&s);
}

static void
the_mouse_points(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "mouse", 24, 80, 1);
  stage_keys(&s, "n Enter Enter");
  stage_click(&s, "why dropped", false);
  stage_assert_shows(&s, "answered");
  stage_click(&s, "short   ", true);
  stage_assert_shows(&s, "Esc goes back");
  stage_click(&s, "texts 13", false);
  stage_click(&s, "The courier left", true);
  stage_assert_shows(&s, "request    2 of job 1");
  stage_keys(&s, "Esc");
  stage_click(&s, "1 Templates", false);
  stage_click(&s, "topic: [boots", false);
  stage_keys(&s, "e <#>");
  stage_assert_shows(&s, "#topic: [boots");
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_mouse_points),
    cmocka_unit_test(any_keys_do_no_harm),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
