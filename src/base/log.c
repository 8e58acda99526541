#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

static FILE *file;

void
log_open(void)
{
  const char *path = getenv("RETORT_LOG");

  if (path && *path && (file = fopen(path, "ae")))
    setvbuf(file, NULL, _IOLBF, 0);
}

void
log_line(const char *where, const char *format, ...)
{
  char line[1000];
  va_list args;

  if (!file)
    return;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  fprintf(file, "%.3f %d %s: %s\n", clock_s(), (int)getpid(), where, line);
}
