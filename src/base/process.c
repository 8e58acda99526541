#include "base/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Field 22 of /proc/PID/stat, the start in ticks since boot (proc(5)); 0: no such process, or a zombie. */
static unsigned long long
start_of(long pid)
{
  char path[64], line[1024], *s, state;
  unsigned long long start = 0;
  FILE *f;

  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  f = fopen(path, "re");
  if (!f)
    return 0;
  if (fgets(line, sizeof line, f) && (s = strrchr(line, ')')) && s[1] == ' ') {
    state = s[2];
    for (int field = 3; s && field <= 22; field++)
      s = strchr(s + 1, ' ');
    if (s && state != 'Z' && state != 'X')
      start = strtoull(s + 1, NULL, 10);
  }
  fclose(f);
  return start;
}

void
process_word(char *out, size_t size)
{
  snprintf(out, size, "%ld.%llu", (long)getpid(), start_of(getpid()));
}

bool
process_runs(const char *word)
{
  char *dot;
  long pid = strtol(word, &dot, 10);

  return pid > 0 && *dot == '.' && start_of(pid) != 0 && start_of(pid) == strtoull(dot + 1, NULL, 10);
}
