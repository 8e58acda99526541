/* gemm-bench: the products of src/net beside OpenBLAS and oneDNN, one thread, in the shapes that the students make.
 *
 * gemm-bench [REPEATS [VERSION]] prints GFLOP/s: the median of REPEATS blocks of about 5 ms of the thread's own time, the
 * libraries taking turns. OpenBLAS and oneDNN are given row-major matrices as they stand; ours has b packed before, as a
 * training step packs its weights once. Rows of a convolution overlap (lda < K), which the others refuse: they are given
 * them copied out, and the copying free. Ratios: ours to theirs, and ours in bfloat16 to ours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/ops.h"

#ifdef HAVE_PEERS
#include <cblas.h>
#include <dnnl.h>
void openblas_set_num_threads(int n);
#endif

struct shape {
  const char *what;
  bool turned;          /* a(K, M): gradients of weights */
  size_t M, N, K, lda;  /* lda 0: K (or M) */
};

static const struct shape shapes[] = {
  {"convolution", false, 36, 100, 300, 100},
  {"convolution", false, 37, 100, 400, 100},
  {"convolution", false, 1216, 100, 300, 100},
  {"convolution", false, 1152, 100, 500, 100},
  {"convolution, dx", false, 1216, 300, 100, 0},
  {"convolution, dx", false, 40, 304, 104, 0},
  {"LSTM input", false, 1280, 512, 100, 0},
  {"LSTM step", false, 1, 512, 128, 0},
  {"LSTM step", false, 2, 512, 128, 0},
  {"LSTM step", false, 4, 512, 128, 0},
  {"LSTM step", false, 8, 512, 128, 0},
  {"LSTM step", false, 16, 512, 128, 0},
  {"LSTM step", false, 32, 512, 128, 0},
  {"LSTM step back", false, 16, 128, 512, 0},
  {"LSTM step back", false, 32, 128, 512, 0},
  {"transformer", false, 64, 384, 128, 0},
  {"transformer", false, 64, 128, 128, 0},
  {"transformer", false, 64, 512, 128, 0},
  {"transformer", false, 64, 128, 512, 0},
  {"transformer", false, 1024, 384, 128, 0},
  {"transformer", false, 1024, 512, 128, 0},
  {"transformer", false, 1024, 128, 512, 0},
  {"attention", false, 64, 64, 64, 0},
  {"classifier", false, 32, 6, 300, 0},
  {"classifier", false, 32, 150, 256, 0},
  {"square", false, 512, 512, 512, 0},
  {"convolution, dw", true, 100, 300, 1216, 0},
  {"convolution, dw", true, 100, 500, 1152, 0},
  {"LSTM input, dw", true, 512, 100, 1280, 0},
  {"LSTM, dw", true, 128, 512, 1280, 0},
  {"LSTM, dw", true, 512, 128, 1280, 0},
  {"transformer, dw", true, 128, 384, 2048, 0},
  {"transformer, dw", true, 128, 512, 2048, 0},
  {"transformer, dw", true, 512, 128, 2048, 0},
};

struct data {
  const struct shape *s;
  size_t lda, peer_lda;
  float *a, *b, *c, *packed, *scratch;
  uint32_t *halves;     /* b in bfloat16 */
  const struct ops *ops;
};

static void
ours(const struct data *d)
{
  const struct shape *s = d->s;

  if (s->turned)
    d->ops->gemm_tn(s->M, s->N, s->K, d->a, d->lda, d->b, s->N, d->c, s->N, false, d->scratch);
  else
    d->ops->gemm(s->M, s->N, s->K, d->a, d->lda, d->packed, d->c, s->N, false);
}

static void
ours_bf16(const struct data *d)
{
  const struct shape *s = d->s;

  if (s->turned)
    d->ops->gemm_tn_bf16(s->M, s->N, s->K, d->a, d->lda, d->b, s->N, d->c, s->N, false, d->scratch);
  else
    d->ops->gemm_bf16(s->M, s->N, s->K, d->a, d->lda, d->halves, d->c, s->N, false);
}

#ifdef HAVE_PEERS
static void
openblas(const struct data *d)
{
  const struct shape *s = d->s;

  cblas_sgemm(CblasRowMajor, s->turned ? CblasTrans : CblasNoTrans, CblasNoTrans, (int)s->M, (int)s->N, (int)s->K, 1, d->a,
              (int)d->peer_lda, d->b, (int)s->N, 0, d->c, (int)s->N);
}

static void
onednn(const struct data *d)
{
  const struct shape *s = d->s;

  dnnl_sgemm(s->turned ? 'T' : 'N', 'N', (dnnl_dim_t)s->M, (dnnl_dim_t)s->N, (dnnl_dim_t)s->K, 1, d->a,
             (dnnl_dim_t)d->peer_lda, d->b, (dnnl_dim_t)s->N, 0, d->c, (dnnl_dim_t)s->N);
}
#endif

static const struct {
  const char *name;
  void (*run)(const struct data *);
} contenders[] = {
  {"ours", ours},
#ifdef HAVE_PEERS
  {"OpenBLAS", openblas},
  {"oneDNN", onednn},
#endif
  {"bf16", ours_bf16},  /* the last */
};
enum { CONTENDERS = sizeof contenders / sizeof *contenders, MOST_REPEATS = 101 };

static double
now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static float *
some(size_t n)
{
  float *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);

  if (x == NULL)
    abort();
  for (size_t i = 0; i < n; i++)
    x[i] = (float)(i % 17) * 0.1f - 0.8f;
  return x;
}

/* All of them make the same of the same numbers, but for their last places. */
static void
check(const struct data *d)
{
  size_t n = d->s->M * d->s->N;
  float *first = some(n);

  for (int i = 0; i < CONTENDERS; i++) {
    contenders[i].run(d);
    for (size_t k = 0; k < n && i > 0 && (d->lda == d->peer_lda || i == CONTENDERS - 1); k++)
      if (!(fabsf(d->c[k] - first[k]) <= (i == CONTENDERS - 1 ? 8e-3f : 1e-5f) * (float)d->s->K)) {
        fprintf(stderr, "%s: %g, ours %g\n", contenders[i].name, (double)d->c[k], (double)first[k]);
        exit(1);
      }
    if (i == 0)
      memcpy(first, d->c, n * sizeof *first);
  }
  free(first);
}

static void
time_all(const struct data *d, double flop, int repeats, double rate[CONTENDERS])
{
  double rates[CONTENDERS][MOST_REPEATS];
  size_t calls = 1 + (size_t)(5e-3 * 80e9 / flop);

  for (int r = -1; r < repeats; r++)
    for (int i = 0; i < CONTENDERS; i++) {
      double begun = now();

      for (size_t k = 0; k < calls; k++)
        contenders[i].run(d);
      if (r >= 0)
        rates[i][r] = flop * (double)calls / (now() - begun) * 1e-9;
    }
  for (int i = 0; i < CONTENDERS; i++) {
    qsort(rates[i], (size_t)repeats, sizeof **rates, by_size);
    rate[i] = rates[i][repeats / 2];
  }
}

static void
measure(const struct shape *s, const struct ops *ops, int repeats)
{
  size_t usual = s->turned ? s->M : s->K;
  struct data d = {.s = s, .lda = s->lda ? s->lda : usual, .peer_lda = usual, .ops = ops};
  double rate[CONTENDERS];

  d.a = some((s->turned ? s->K : s->M) * usual);
  d.b = some(s->K * s->N);
  d.c = some(s->M * s->N);
  d.packed = some(ops_packed_size(s->K, s->N));
  d.halves = (uint32_t *)(void *)some(ops_packed_bf16_size(s->K, s->N));
  d.scratch = some(OPS_SCRATCH);
  ops->pack(d.packed, d.b, s->N, 1, s->K, s->N, 0, SIZE_MAX);
  ops->pack_bf16(d.halves, d.b, s->N, 1, s->K, s->N, 0, SIZE_MAX);
  check(&d);
  time_all(&d, 2.0 * (double)s->M * (double)s->N * (double)s->K, repeats, rate);
  printf("%-16s %5zu %4zu %5zu ", s->what, s->M, s->N, s->K);
  for (int i = 0; i < CONTENDERS; i++)
    printf(" %8.1f", rate[i]);
  for (int i = 1; i < CONTENDERS; i++)
    printf("  %5.2f", i < CONTENDERS - 1 ? rate[0] / rate[i] : rate[i] / rate[0]);
  printf("\n");
  fflush(stdout);
  free(d.a), free(d.b), free(d.c), free(d.packed), free(d.halves), free(d.scratch);
}

int
main(int argc, char **argv)
{
  int repeats = argc > 1 ? atoi(argv[1]) : 9;
  const struct ops *ops = ops_nth(argc > 2 ? atoi(argv[2]) : 0);

  if (repeats < 1 || repeats > MOST_REPEATS || ops == NULL)
    return 2;
#ifdef HAVE_PEERS
  openblas_set_num_threads(1);  /* oneDNN: OMP_NUM_THREADS=1 */
#endif
  printf("GFLOP/s, one thread, ours: %s\n%-16s %5s %4s %5s ", ops->name, "", "M", "N", "K");
  for (int i = 0; i < CONTENDERS; i++)
    printf(" %8s", contenders[i].name);
  for (int i = 1; i < CONTENDERS; i++)
    printf("  ratio");
  printf("\n");
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    measure(&shapes[i], ops, repeats);
  return 0;
}
