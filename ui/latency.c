#include "ui/latency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define WAITED_US 100          /* a poll that took longer did wait */

struct entry {
  int64_t at_us;
  int64_t cpu_from_us, ready_from_us;
  uint32_t handled_us, frame_us, cpu_us, ready_us;
  char key[16];
};
struct latency {
  FILE *file;
  char *path;
  struct entry *entries;
  size_t n, cap, shown;        /* of them, the first so many stand on the screen */
  int64_t polled_us, readable_us;
  int64_t cpu_us;              /* of this thread, when the poll returned */
  int64_t ready_us;            /* ... and before it slept, as waking up is a wait, too */
  int64_t begin_ready_us[2];   /* before this poll and before the one before */
  int schedule;                /* where the system tells how long this thread waited for a processor; -1: nowhere */
  int64_t first_ms;            /* 0: no frame yet */
  size_t samples;
};

static int64_t
now_us(clockid_t clock)
{
  struct timespec t;

  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Microseconds since the process began: the 22nd word of its stat, in ticks since the machine did. */
static int64_t
age_us(void)
{
  FILE *f = fopen("/proc/self/stat", "r");
  char line[2000];
  const char *at;
  int64_t ticks = -1;

  if (f && fgets(line, sizeof line, f) && (at = strrchr(line, ')'))) {
    for (int word = 2; word < 22 && at; word++)
      at = strchr(at + 1, ' ');
    ticks = at ? atoll(at) : -1;
  }
  if (f)
    fclose(f);
  return ticks < 0 ? 0 : now_us(CLOCK_BOOTTIME) - ticks * (1000000 / sysconf(_SC_CLK_TCK));
}

/* Microseconds that this thread was ever ready to run and did not: the second number of its schedstat. */
static int64_t
waited_us(const struct latency *l)
{
  char line[100];
  ssize_t n = l->schedule < 0 ? -1 : pread(l->schedule, line, sizeof line - 1, 0);
  long long ns = 0;

  if (n <= 0)
    return 0;
  line[n] = '\0';
  sscanf(line, "%*d %lld", &ns);
  return ns / 1000;
}

int
latency_open(struct latency **out, const char *path, struct err *e)
{
  struct latency *l;
  FILE *file;

  *out = NULL;
  if (!path)
    return 0;
  file = fopen(path, "we");
  if (!file)
    return err_set(e, ERR_INPUT, "cannot write '%s': %s", path, err_os(errno));
  l = xcalloc(1, sizeof *l);
  l->file = file;
  l->path = xstrdup(path);
  l->readable_us = now_us(CLOCK_MONOTONIC);
  l->schedule = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  *out = l;
  return 0;
}

void
latency_poll(struct latency *l, bool begins)
{
  int64_t now, before;

  if (!l)
    return;
  now = now_us(CLOCK_MONOTONIC);
  if (begins) {
    l->polled_us = now;
    l->begin_ready_us[1] = l->begin_ready_us[0];
    l->begin_ready_us[0] = waited_us(l);
    return;
  }
  before = l->readable_us;
  l->readable_us = now;
  l->cpu_us = now_us(CLOCK_THREAD_CPUTIME_ID);
  l->ready_us = l->begin_ready_us[now - l->polled_us <= WAITED_US];
  /* What the poll found at once may have been there since the one before. */
  l->polled_us = now - l->polled_us > WAITED_US ? now : before;
}

void
latency_key(struct latency *l)
{
  if (!l)
    return;
  GROW(l->entries, l->cap, l->n + 1);
  l->entries[l->n] = (struct entry){.at_us = l->polled_us, .cpu_from_us = l->cpu_us,
                                      .ready_from_us = l->ready_us};
}

void
latency_handled(struct latency *l, const char *key)
{
  struct entry *entry;

  if (!l)
    return;
  entry = &l->entries[l->n++];
  entry->handled_us = (uint32_t)(now_us(CLOCK_MONOTONIC) - entry->at_us);
  snprintf(entry->key, sizeof entry->key, "%s", key);
}

void
latency_frame(struct latency *l, size_t samples)
{
  int64_t now, cpu, ready;

  if (!l)
    return;
  now = now_us(CLOCK_MONOTONIC);
  cpu = now_us(CLOCK_THREAD_CPUTIME_ID);
  ready = waited_us(l);
  if (!l->first_ms) {
    l->first_ms = age_us() / 1000;
    l->samples = samples;
  }
  for (; l->shown < l->n; l->shown++) {
    l->entries[l->shown].frame_us = (uint32_t)(now - l->entries[l->shown].at_us);
    l->entries[l->shown].cpu_us = (uint32_t)(cpu - l->entries[l->shown].cpu_from_us);
    l->entries[l->shown].ready_us = (uint32_t)(ready - l->entries[l->shown].ready_from_us);
  }
}

static int
ascending(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

static void
write_percentiles(const struct latency *l)
{
  uint32_t *us = xmalloc((l->shown + 1) * sizeof *us);
  size_t n = l->shown;

  for (size_t i = 0; i < n; i++)
    us[i] = l->entries[i].frame_us;
  qsort(us, n, sizeof *us, ascending);
  if (n)
    fprintf(l->file, "{\"keys\":%zu,\"frame_p50_us\":%u,\"frame_p99_us\":%u,\"frame_max_us\":%u}\n", n, us[(n - 1) / 2],
            us[(n - 1) * 99 / 100], us[n - 1]);
  free(us);
}

int
latency_close(struct latency *l, struct err *e)
{
  int rc = 0;

  if (!l)
    return 0;
  fprintf(l->file, "{\"first_screen_ms\":%lld,\"samples\":%zu}\n", (long long)l->first_ms, l->samples);
  for (size_t i = 0; i < l->shown; i++)
    fprintf(l->file, "{\"at_us\":%lld,\"key\":\"%s\",\"handled_us\":%u,\"frame_us\":%u,\"cpu_us\":%u,\"ready_us\":%u}\n",
            (long long)l->entries[i].at_us, l->entries[i].key, l->entries[i].handled_us, l->entries[i].frame_us,
            l->entries[i].cpu_us, l->entries[i].ready_us);
  write_percentiles(l);
  if (ferror(l->file) | (fclose(l->file) != 0))
    rc = err_set(e, ERR_FAIL, "cannot write '%s': %s", l->path, err_os(errno));
  if (l->schedule >= 0)
    close(l->schedule);
  free(l->path);
  free(l->entries);
  free(l);
  return rc;
}
