#include "base/err.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*bug_hook)(void);

static void
make_printable(char *s)
{
  for (; *s; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
      *s = *s == '\n' || *s == '\t' ? ' ' : '?';
}

int
err_set(struct err *e, enum err_code code, const char *format, ...)
{
  va_list args;

  if (!e)
    return -1;
  e->code = code;
  va_start(args, format);
  vsnprintf(e->message, sizeof e->message, format, args);
  va_end(args);
  make_printable(e->message);
  return -1;
}

int
err_prefix(struct err *e, const char *format, ...)
{
  char whole[sizeof e->message];
  va_list args;
  int n;

  if (!e)
    return -1;
  va_start(args, format);
  n = vsnprintf(whole, sizeof whole, format, args);
  va_end(args);
  if (n >= 0 && (size_t)n < sizeof whole)
    snprintf(whole + n, sizeof whole - (size_t)n, "%s", e->message);
  memcpy(e->message, whole, sizeof whole);
  make_printable(e->message);
  return -1;
}

void
err_clear(struct err *e)
{
  e->code = ERR_NONE;
  e->message[0] = '\0';
}

const char *
err_os(int number)
{
  static _Thread_local char words[128];

  snprintf(words, sizeof words, "%s", strerror(number));
  if (isupper((unsigned char)words[0]) && !isupper((unsigned char)words[1]))
    words[0] = (char)tolower((unsigned char)words[0]);
  return words;
}

void
err_on_bug(void (*hook)(void))
{
  bug_hook = hook;
}

_Noreturn void
err_bug(const char *file, int line, const char *what)
{
  void (*hook)(void) = bug_hook;

  bug_hook = NULL;
  if (hook)
    hook();
  fprintf(stderr, "retort: this is a fault in retort: %s:%d: %s\n", file, line, what);
  abort();
}
