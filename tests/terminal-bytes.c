/* terminal-bytes: reads what the workbench wrote to a terminal and looks that it is text, and sequences of its own:
 * nothing that came out of a text of the corpus. Prints what is wrong, and where; exit 1 then. terminal-bytes FILE */
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/utf8.h"

/* Modes that are set or reset: cursor keys, cursor, blinking, wrap, the other screen, mouse, paste; insert. */
static const char *const modes[] = {"?1", "?7", "?12", "?25", "?12;25", "?1049", "?1000", "?1006", "?2004", "4", "?47",
                                    "34", "22;0;0", "23;0;0", NULL};
/* Finals of cursor movements, erasing, scrolling, styles. */
static const char finals[] = "ABCDEFGHJKLMPSTX@bdfgmr";

static bool
mode_is_known(const char *s, size_t n)
{
  for (size_t i = 0; modes[i]; i++)
    if (strlen(modes[i]) == n && !memcmp(modes[i], s, n))
      return true;
  return false;
}

/* Styles but those that blink or hide: 5, 6, 8 (not as the number of a colour, after 38;5 or 48;5). */
static bool
styles_are_known(const char *s, size_t n)
{
  const char *end = s + n;

  while (s < end) {
    char *next;
    long style = strtol(s, &next, 10);

    if (style == 5 || style == 6 || style == 8)
      return false;
    s = next < end ? next + 1 : end;
    if ((style == 38 || style == 48) && s + 2 < end && !memcmp(s, "5;", 2)) {
      strtol(s + 2, &next, 10);
      s = next < end ? next + 1 : end;
    }
  }
  return true;
}

/* The length of a sequence of the workbench's at s, 0: it is none of its own. */
static size_t
own_sequence(const char *s, size_t n)
{
  static const char ask[] = "\033]11;?\033\\";
  size_t i = 2;

  if (n >= strlen(ask) && !memcmp(s, ask, strlen(ask)))
    return strlen(ask);
  if (n < 2)
    return 0;
  if (strchr("78=>MDEH", s[1]))
    return 2;
  if ((s[1] == '(' || s[1] == ')') && n > 2 && strchr("B0A", s[2]))
    return 3;
  if (s[1] != '[')
    return 0;
  while (i < n && strchr("0123456789;:?", s[i]))
    i++;
  if (i == n)
    return 0;
  if (s[i] == 'h' || s[i] == 'l' || s[i] == 't')
    return mode_is_known(s + 2, i - 2) ? i + 1 : 0;
  if (s[i] == 'm' && !styles_are_known(s + 2, i - 2))
    return 0;
  return strchr(finals, s[i]) ? i + 1 : 0;
}

int
main(int argc, char **argv)
{
  struct err e = {0};
  char *s = NULL;
  size_t n = 0, len, seen = 0;
  int wrong = 0;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc != 2 || io_read_file(argv[1], (size_t)1 << 26, &s, &n, &e) < 0) {
    fprintf(stderr, "terminal-bytes: %s\n", argc == 2 ? e.message : "which file?");
    return 2;
  }
  for (size_t i = 0; i < n && wrong < 20; i += len) {
    uint32_t p = utf8_decode(s + i, n - i, &len);
    size_t own = p == 0x1b ? own_sequence(s + i, n - i) : 0;

    seen++;
    if (own)
      len = own;
    else if (p == '\r' || p == '\n' || p == '\b' || p == '\t' || p == 0x0e || p == 0x0f)
      ;  /* 0e, 0f: the drawing characters of terminals without UTF-8 */
    else if (utf8_is_control(p) || (p == UTF8_BAD && len == 1) || p == 0x200d || p == 0x200b ||
             (p >= 0xe0000 && p < 0xe1000)) {
      printf("byte %zu: U+%04X, in \"", i, p);
      for (size_t k = i > 12 ? i - 12 : 0; k < n && k < i + 24; k++)
        printf((unsigned char)s[k] >= 0x20 && (unsigned char)s[k] < 0x7f ? "%c" : "\\x%02x", (unsigned char)s[k]);
      printf("\"\n");
      wrong++;
    }
  }
  if (seen < 1000) {
    printf("only %zu characters: the workbench did not draw\n", seen);
    wrong++;
  }
  free(s);
  return wrong > 0;
}
