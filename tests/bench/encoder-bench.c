/* How fast the encoders are at the shapes of the speed aims, without table, head and Adam: texts a second.
 *
 *   encoder-bench [ENCODER [WHAT [SECONDS [PRECISION]]]]     WHAT: train, predict, one; PRECISION: fp32, bf16
 *
 * train: pack, forward, backward, gradients, batches of 32 on 2 threads; predict: forward, the same; one: forward of one
 * text on one thread. Each figure is the median of 5 turns; the second is of the time that the processors gave, times the
 * threads: what it would be if nobody else wanted them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/team.h"
#include "net/encoder.h"

#define BATCH 32
#define TURNS 5

static const struct job {
  const struct encoder *encoder;
  size_t E, length;
} jobs[] = {{&encoder_cnn, 100, 40}, {&encoder_bilstm, 100, 40}, {&encoder_transformer, 128, 64}};

struct bench {
  const struct encoder *encoder;
  struct encoder_shape shape;
  struct encoder_run run;
  struct batch batch;
  struct team *team;
  uint32_t start[BATCH + 1];
  size_t pieces, n;
  float *w, *x, *dx, *out, *dout, *scratch[2];
};

static double
seconds(clockid_t clock)
{
  struct timespec t;

  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static float *
floats(size_t n, struct rng *r, double spread)
{
  float *x = aligned_alloc(64, (n * sizeof *x + 64) / 64 * 64);

  for (size_t i = 0; i < n; i++)
    x[i] = (float)(rng_normal(r) * spread);
  return x;
}

static void
begin(struct bench *s, const struct job *job, size_t B, int threads, bool training, bool half)
{
  static double values[32];
  struct block blocks[ENCODER_MAX_BLOCKS];
  const struct encoder *k = job->encoder;
  struct rng r;

  *s = (struct bench){.encoder = k, .team = team_new(threads), .pieces = (size_t)threads};
  rng_seed(&r, 1);
  for (size_t i = 0; k->params[i].name; i++)
    values[i] = half && strcmp(k->params[i].name, "precision") == 0 ? 2 : option_default(&k->params[i]);
  for (size_t i = 0; i < B; i++)
    s->start[i + 1] = s->start[i] + (uint32_t)job->length;
  s->batch = (struct batch){B, B * job->length, s->start};
  s->shape = (struct encoder_shape){job->E, values, B, s->batch.T, job->length, training};
  s->n = block_offset(blocks, k->blocks(&s->shape, blocks));
  s->w = floats(s->n, &r, .05);
  s->x = floats(s->batch.T * job->E, &r, 1);
  s->dx = floats(s->batch.T * job->E, &r, 0);
  s->out = floats(B * k->width(&s->shape), &r, 0);
  s->dout = floats(B * k->width(&s->shape), &r, 1);
  for (int i = 0; i < threads; i++)
    s->scratch[i] = floats(k->scratch_floats(&s->shape), &r, 0);
  s->run = (struct encoder_run){ops_best(), &s->shape, s->w, floats(k->packed_floats(&s->shape), &r, 0),
                                floats(k->work_floats(&s->shape), &r, 0), floats(s->n, &r, 0), training ? .1f : 0, 1};
}

static void
end(struct bench *s)
{
  team_free(s->team);
  for (size_t i = 0; i < s->pieces; i++)
    free(s->scratch[i]);
  free(s->w), free(s->x), free(s->dx), free(s->out), free(s->dout);
  free(s->run.packed), free(s->run.work), free(s->run.g);
}

static void
pack(void *arg, size_t task, int member)
{
  struct bench *s = arg;

  (void)member;
  s->encoder->pack(&s->run, task);
}

static void
forward(void *arg, size_t task, int member)
{
  struct bench *s = arg;

  s->encoder->forward(&s->run, &s->batch, s->batch.B * task / s->pieces, s->batch.B * (task + 1) / s->pieces, s->x, s->out,
                      s->scratch[member]);
}

static void
backward(void *arg, size_t task, int member)
{
  struct bench *s = arg;

  s->encoder->backward(&s->run, &s->batch, s->batch.B * task / s->pieces, s->batch.B * (task + 1) / s->pieces, s->x,
                       s->dout, s->dx, s->scratch[member]);
}

static void
gradients(void *arg, size_t task, int member)
{
  struct bench *s = arg;

  s->encoder->gradients(&s->run, &s->batch, task, s->x, s->dout, s->scratch[member]);
}

static int
by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Texts a second, and how the time is shared out. */
static void
measure(const struct job *job, const char *what, double budget, bool half)
{
  bool train = strcmp(what, "train") == 0, one = strcmp(what, "one") == 0;
  double rate[TURNS], given[TURNS], spent[4] = {0}, all = 0;
  struct bench s;

  begin(&s, job, one ? 1 : BATCH, one ? 1 : 2, train, half);
  team_run(s.team, s.encoder->pack_tasks(&s.shape), pack, &s);
  for (int turn = 0; turn < TURNS; turn++) {
    double from = seconds(CLOCK_MONOTONIC), now = from, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t n = 0;

    for (; now - from < budget / TURNS; n++) {
      const struct {
        size_t n;
        void (*work)(void *, size_t, int);
      } parts[] = {{train ? s.encoder->pack_tasks(&s.shape) : 0, pack}, {s.pieces, forward},
                   {train ? s.pieces : 0, backward}, {train ? s.encoder->gradient_tasks(&s.shape) : 0, gradients}};

      for (int i = 0; i < 4; i++) {
        double before = now;

        if (parts[i].n)
          team_run(s.team, parts[i].n, parts[i].work, &s);
        now = seconds(CLOCK_MONOTONIC);
        spent[i] += now - before;
      }
    }
    rate[turn] = (double)(n * s.batch.B) / (now - from);
    given[turn] = (double)(n * s.batch.B * s.pieces) / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  }
  qsort(rate, TURNS, sizeof *rate, by_size);
  qsort(given, TURNS, sizeof *given, by_size);
  for (int i = 0; i < 4; i++)
    all += spent[i];
  printf("%-12s %-8s %8.0f /s  (%.0f to %.0f)  %8.0f given  %5.1f GFLOP/s forward", s.encoder->name, what,
         rate[TURNS / 2], rate[0], rate[TURNS - 1], given[TURNS / 2],
         2e-9 * given[TURNS / 2] * s.encoder->multiply_adds(&s.shape, (double)job->length));
  if (train)
    printf("  pack %.0f%% forward %.0f%% backward %.0f%% gradients %.0f%%", 100 * spent[0] / all, 100 * spent[1] / all,
           100 * spent[2] / all, 100 * spent[3] / all);
  printf("\n");
  end(&s);
}

int
main(int argc, char **argv)
{
  const char *const whats[] = {"train", "predict", "one"};

  for (size_t i = 0; i < N_OF(jobs); i++)
    for (size_t k = 0; k < N_OF(whats); k++)
      if ((argc < 2 || strcmp(argv[1], jobs[i].encoder->name) == 0) && (argc < 3 || strcmp(argv[2], whats[k]) == 0))
        measure(&jobs[i], whats[k], argc < 4 ? 1 : atof(argv[3]), argc > 4 && strcmp(argv[4], "bf16") == 0);
  return 0;
}
