/* What the filter looks for in the texts, so that it can be shown there. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ui/bidi.h"
#include "ui/view-curate.h"

/* The end of a term: a blank outside of quotes. */
static const char *
end_of(const char *s)
{
  bool quoted = false;

  for (; *s && (quoted || *s != ' '); s++)
    quoted ^= *s == '"';
  return s;
}

void
find_words(const char *filter, char *out, size_t size)
{
  bool not = false;
  const char *end;

  *out = '\0';
  for (const char *s = filter; *s && !*out; s = end) {
    s += strspn(s, " (");
    end = end_of(s);
    if (end == s)
      break;
    if (end - s == 3 && !strncasecmp(s, "not", 3)) {
      not = true;
      continue;
    }
    if (!not && *s == '"')
      snprintf(out, size, "%.*s", (int)strcspn(s + 1, "\""), s + 1);
    else if (!not && strcspn(s, ":<>=/@- )") >= strcspn(s, " )") && !(end - s == 2 && !strncasecmp(s, "or", 2)))
      snprintf(out, size, "%.*s", (int)strcspn(s, " )"), s);
    not = false;
  }
}

void
find_light(struct canvas *c, struct area strip, const char *text, size_t n, const char *words)
{
  size_t length = strlen(words);

  if (bidi_needed(text, n))  /* what is written from the right does not stand where it is read */
    return;
  for (size_t i = 0; length && i + length <= n; i++) {
    int col;

    if (strncasecmp(text + i, words, length))
      continue;
    col = canvas_width(text, i);
    if (col >= strip.cols)
      return;
    canvas_restyle(c, strip, 0, col, canvas_width(text + i, length), STYLE_MATCH);
    i += length - 1;
  }
}
