/* latency-keys RETORT PROJECT LOG KEYS: a person at the workbench: the real program on a terminal of 120x40, KEYS keys at
 * the pace of somebody who knows them (8 to 40 ms apart), while a job and a training run (begun here by typing
 * `:generate` and `:train`; the project must have a template and a teacher).
 *
 * It writes down when each key was sent; the program, in LOG, when the frame that shows it was on its way; both clocks
 * are the machine's monotonic one. Prints, for each kind of key and for all, the time from the byte being readable to the
 * finished frame, as the program tells; what the screen's thread worked meanwhile; and the time from the other end of the
 * terminal, in which the system's own handing on of the byte is, too (on a busy machine that is most of it); and when the
 * first screen stood. LATENCY_RAW=1: for each key, too. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/io.h"
#include "base/mem.h"

struct sent {
  int64_t at_us;
  const char *kind;
};
struct person {
  int terminal;
  struct rng rng;
  struct sent *keys;
  size_t n, cap, wanted;
};

static int64_t
now_us(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Looks at the screen, that is, takes what the program writes, for so long. */
static void
look(struct person *p, int64_t us)
{
  int64_t until = now_us() + us, left;
  char screen[65536];

  while ((left = until - now_us()) > 0) {
    struct pollfd fd = {.fd = p->terminal, .events = POLLIN};
    struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};

    if (ppoll(&fd, 1, &wait, NULL) > 0 && read(p->terminal, screen, sizeof screen) <= 0)
      return;
  }
}

static void
press(struct person *p, const char *kind, const char *bytes)
{
  GROW(p->keys, p->cap, p->n + 1);
  p->keys[p->n++] = (struct sent){now_us(), kind};
  if (write(p->terminal, bytes, strlen(bytes)) < 0)
    perror("latency-keys");
  look(p, 8000 + (int64_t)rng_below(&p->rng, 32000));
}

static void
repeat(struct person *p, const char *kind, const char *bytes, int n)
{
  while (n-- > 0)
    press(p, kind, bytes);
}

/* Esc is a key only when nothing follows it for a while: it is left out of the figures over all keys. */
static void
escape(struct person *p)
{
  press(p, "esc", "\x1b");
  look(p, 60000);
}

/* A filter, letter by letter, in the place of the one before. */
static void
filter(struct person *p, const char *text)
{
  press(p, "filter", "/");
  press(p, "filter", "\x15");
  for (; *text; text++)
    press(p, "filter", (char[]){*text, '\0'});
  press(p, "filter", "\r");
}

static void
sort_by(struct person *p, const char *key)
{
  press(p, "sort", "s");
  for (; *key; key++)
    press(p, "sort", (char[]){*key, '\0'});
  press(p, "sort", "\r");
  repeat(p, "sort", "S", 2);
}

static void
command(struct person *p, const char *line)
{
  press(p, "command", ":");
  for (; *line; line++)
    press(p, "command", (char[]){*line, '\0'});
  press(p, "command", "\r");
}

static void
round_of_work(struct person *p, int i)
{
  static const char *const filters[] = {"label:billing", "refund", "status:new -movie", "\"i need\" status:new", "the film",
                                        "words<6", "attr.topic:shoes", "id:1-500000"};
  static const char *const keys[] = {"words", "label", "text", "status"};

  repeat(p, "move", "j", 10);
  repeat(p, "move", "\x1b[B", 5);
  repeat(p, "page", "\x1b[6~", 5);
  repeat(p, "decide", "a", 5);
  repeat(p, "decide", "x", 5);
  repeat(p, "label", "2", 2);
  repeat(p, "label", "1", 2);
  repeat(p, "mark", " ", 5);
  press(p, "label", "3");
  repeat(p, "undo", "u", 3);
  repeat(p, "undo", "\x12", 1);
  filter(p, filters[i % (int)N_OF(filters)]);
  repeat(p, "move", "j", 3);
  repeat(p, "mark", "*", 2);
  escape(p);  /* as samples come in, the second may have marked those, too */
  press(p, "page", "G");
  press(p, "page", "g");
  if (i % 3 == 0)
    sort_by(p, keys[i / 3 % (int)N_OF(keys)]);
  press(p, "facet", "\t");
  press(p, "facet", "\t");
  repeat(p, "facet", "j", 2);
  press(p, "facet", "\r");
  repeat(p, "facet", "k", 1);
  press(p, "facet", "\r");
  press(p, "facet", "\t");
  filter(p, "");
  if (i % 3 == 0)
    sort_by(p, "none");
}

/* ---- what came of it ---- */

/* Of each key, in milliseconds. */
enum { INSIDE, WORK, OUTSIDE, N_FIGURES };
struct figures {
  double *ms[N_FIGURES];
};

static void
figures_init(struct figures *f, size_t n)
{
  for (int i = 0; i < N_FIGURES; i++)
    f->ms[i] = xcalloc(n + 1, sizeof *f->ms[i]);
}

static void
figures_release(struct figures *f)
{
  for (int i = 0; i < N_FIGURES; i++)
    free(f->ms[i]);
}

static int
ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Of the keys of a kind; NULL: of all. */
static void
tell(const struct person *p, const struct figures *f, const char *kind)
{
  static const char *const names[] = {"", "  own work:", "  from the other end:"};
  double *ms = xmalloc((p->n + 1) * sizeof *ms);
  size_t n = 0;

  for (int k = 0; k < N_FIGURES; k++) {
    n = 0;
    for (size_t i = 0; i < p->n; i++)
      if (kind ? !strcmp(p->keys[i].kind, kind) : strcmp(p->keys[i].kind, "esc") != 0)
        ms[n++] = f->ms[k][i];
    if (!n)
      break;
    qsort(ms, n, sizeof *ms, ascending);
    if (k == 0)
      printf("%-8s%5zu keys ", kind ? kind : "all", n);
    printf("%s p50 %.2f p99 %.2f max %.2f", names[k], ms[(n - 1) / 2], ms[(n - 1) * 99 / 100], ms[n - 1]);
  }
  if (n)
    printf(" ms\n");
  free(ms);
}

static double
number_after(const char *line, const char *name)
{
  const char *at = strstr(line, name);

  return at ? atof(at + strlen(name)) : 0;
}

static size_t
read_lines(const struct person *p, struct lines *log, struct figures *f)
{
  struct err e = {0};
  size_t n = 0, length;
  char *line;

  while (lines_next(log, &line, &length, &e) > 0) {
    double at = number_after(line, "\"at_us\":"), frame = number_after(line, "\"frame_us\":");

    if (strstr(line, "first_screen_ms"))
      printf("first screen after %.0f ms, %.0f samples\n", number_after(line, "\"first_screen_ms\":"),
             number_after(line, "\"samples\":"));
    if (at <= 0 || n >= p->n)
      continue;
    f->ms[INSIDE][n] = frame / 1000;
    f->ms[OUTSIDE][n] = (at + frame - (double)p->keys[n].at_us) / 1000;
    f->ms[WORK][n] = number_after(line, "\"cpu_us\":") / 1000;
    n++;
  }
  return n;
}

static int
read_log(struct person *p, const char *path)
{
  static const char *const kinds[] = {"move", "page", "decide", "label", "mark", "undo", "filter", "sort", "facet",
                                      "command", "esc", NULL};
  struct figures f;
  struct lines log;
  struct err e = {0};
  size_t n;

  if (lines_open(&log, path, 1 << 16, &e) < 0) {
    fprintf(stderr, "latency-keys: %s\n", e.message);
    return -1;
  }
  figures_init(&f, p->n);
  n = read_lines(p, &log, &f);
  lines_close(&log);
  if (n < p->n)  /* a busy machine hands on an Esc with what follows it: from there on the kinds are a key off */
    fprintf(stderr, "latency-keys: %zu keys were sent, %zu are in the log\n", p->n, n);
  p->n = n;
  for (size_t i = 0; i < N_OF(kinds); i++)
    tell(p, &f, kinds[i]);
  for (size_t i = 0; getenv("LATENCY_RAW") && i < n; i++)
    printf("%zu %s %.2f %.2f %.2f\n", i, p->keys[i].kind, f.ms[INSIDE][i], f.ms[WORK][i], f.ms[OUTSIDE][i]);
  figures_release(&f);
  return n > 0 ? 0 : -1;
}

/* On a machine that is busy with other things: this session goes first (root only). */
static void
go_first(void)
{
  FILE *f = getenv("BENCH_FIRST") ? fopen("/proc/self/autogroup", "w") : NULL;

  if (f) {
    fputs("-20", f);
    fclose(f);
  }
}

int
main(int argc, char **argv)
{
  struct person p = {0};
  struct winsize size = {.ws_row = 40, .ws_col = 120};
  pid_t child;
  int status;

  if (argc != 5)
    return 2;
  rng_seed(&p.rng, 1);
  go_first();
  p.wanted = (size_t)atoi(argv[4]);
  child = forkpty(&p.terminal, NULL, NULL, &size);
  if (child == 0) {
    go_first();
    setenv("TERM", "xterm-256color", 1);
    execl(argv[1], argv[1], argv[2], "--latency-log", argv[3], (char *)NULL);
    _exit(127);
  }
  look(&p, 6000000);
  command(&p, getenv("LATENCY_JOB") ? getenv("LATENCY_JOB") : "generate --count 100000");
  command(&p, getenv("LATENCY_TRAIN") ? getenv("LATENCY_TRAIN") : "train --data id:1-60000 --threads 1 --epochs 1000");
  look(&p, 3000000);
  press(&p, "page", "\x1bOR");  /* F3: Curate */
  for (int i = 0; p.n < p.wanted; i++)
    round_of_work(&p, i);
  escape(&p);
  escape(&p);
  press(&p, "command", "q");
  look(&p, 200000);
  if (write(p.terminal, "y", 1) > 0)
    look(&p, 300000);
  for (int i = 0; i < 900 && waitpid(child, &status, WNOHANG) == 0; i++) {
    if (i == 50 && write(p.terminal, "q", 1) < 0)
      break;
    look(&p, 100000);
  }
  p.n--;  /* the q may have ended it without a frame */
  return read_log(&p, argv[3]) < 0;
}
