/* teacher-bench URL IN_FLIGHT SECONDS: keeps so many requests under way and prints requests a second, microseconds of
 * CPU a request (all threads of this process), those of the network's thread alone, and how many were not ok. The first
 * second does not count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/err.h"
#include "teacher/teacher.h"

/* A prompt of some 600 bytes, other each time. */
static void
start(struct teacher *t, uint64_t tag)
{
  static char messages[1024], *end;
  struct teacher_request request = TEACHER_REQUEST_INIT;

  if (!end) {
    end = messages + snprintf(messages, sizeof messages, "[{\"role\":\"user\",\"content\":\"");
    for (int i = 0; i < 8; i++)
      end += snprintf(end, 100, "Write different messages that customers of a shop send, as a JSON array. ");
  }
  snprintf(end, 40, "Request %llu.\"}]", (unsigned long long)tag);
  request.messages = messages;
  teacher_start(t, tag, &request);
}

static double
cpu_s(int who)
{
  struct rusage u;

  getrusage(who, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher *t;
  struct teacher_reply *r;
  struct err e;
  double begin = 0, end, cpu = 0, own = 0, now;
  uint64_t tag = 0;
  long n = 0, bad = 0;

  if (argc != 4) {
    fputs("usage: teacher-bench URL IN_FLIGHT SECONDS\n", stderr);
    return 2;
  }
  spec.url = argv[1];
  spec.model = "m";
  spec.concurrency = atoi(argv[2]);
  t = teacher_open(&spec, &e);
  if (!t) {
    fprintf(stderr, "%s\n", e.message);
    return 1;
  }
  while (tag < (uint64_t)spec.concurrency * 2)
    start(t, tag++);
  end = clock_s() + 1 + atof(argv[3]);
  while ((now = clock_s()) < end) {
    if (begin == 0 && now > end - atof(argv[3])) {
      begin = now;
      cpu = cpu_s(RUSAGE_SELF);
      own = cpu_s(RUSAGE_THREAD);
      n = bad = 0;
    }
    r = teacher_take(t, 1000);
    if (!r)
      continue;
    n++;
    bad += !r->ok;
    if (!r->ok && bad == 1)
      fprintf(stderr, "%s\n", r->error);
    teacher_reply_free(r);
    start(t, tag++);
  }
  cpu = cpu_s(RUSAGE_SELF) - cpu;
  own = cpu_s(RUSAGE_THREAD) - own;
  printf("%.0f %.1f %.1f %ld\n", (double)n / (now - begin), cpu / (double)n * 1e6, (cpu - own) / (double)n * 1e6, bad);
  teacher_close(t);
  return bad > 0;
}
