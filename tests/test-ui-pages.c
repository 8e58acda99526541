/* What opens over a view, and how texts of any kind reach the screen. */
#include "ui-stage.h"

#include <locale.h>

#include "base/mem.h"
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
    {"日本から返品", "日本へ返品", "日本[-から-][+へ+]返品"},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    char *diff = diff_of(rows[i].before, rows[i].after);

    assert_string_equal(diff, rows[i].diff);
    free(diff);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_that_differ),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
