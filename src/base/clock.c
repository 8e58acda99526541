#include "base/clock.h"

#include <time.h>

static double
read_s(clockid_t id)
{
  struct timespec t;

  clock_gettime(id, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int64_t
read_ms(clockid_t id)
{
  struct timespec t;

  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_ms(void)
{
  return read_ms(CLOCK_MONOTONIC);
}

double
clock_s(void)
{
  return read_s(CLOCK_MONOTONIC);
}

double
clock_cpu_s(void)
{
  return read_s(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
clock_wall_ms(void)
{
  return read_ms(CLOCK_REALTIME);
}

void
clock_sleep_ms(int ms)
{
  struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

  nanosleep(&t, NULL);
}

void
clock_format(int64_t wall_ms, char *out, int size)
{
  time_t t = (time_t)(wall_ms / 1000);
  struct tm tm;

  localtime_r(&t, &tm);
  if (strftime(out, (size_t)size, "%Y-%m-%d %H:%M", &tm) == 0)
    out[0] = '\0';
}
