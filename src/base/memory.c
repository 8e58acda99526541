#include "base/memory.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A line of /proc/self/status in bytes, "VmHWM:   1234 kB". */
static double
status_line(const char *name)
{
  FILE *f = fopen("/proc/self/status", "re");
  char line[256];
  double kib = NAN;

  if (!f)
    return NAN;
  while (fgets(line, sizeof line, f))
    if (strncmp(line, name, strlen(name)) == 0)
      kib = 0, sscanf(line + strlen(name), " %lf", &kib);
  fclose(f);
  return kib * 1024;
}

double
memory_mark(void)
{
  FILE *f;
  int written;

  malloc_trim(0);   /* what was freed before would hide what is taken now */
  f = fopen("/proc/self/clear_refs", "we");
  if (!f)
    return NAN;
  written = fputs("5", f);   /* resets VmHWM (proc(5)) */
  if (fclose(f) != 0 || written < 0)
    return NAN;
  return status_line("VmRSS:");
}

double
memory_peak(void)
{
  return status_line("VmHWM:");
}
