/* Products in bfloat16. Rows of a are rounded a few at a time into pairs along k, as B is; a tile is as in
 * ops-fast-product.c. */
#include "net/ops-fast.h"
#include "net/vector-bf16.h"

#define BLOCK_ROWS ((size_t)32)
#define BLOCK_K ((size_t)512)
#define PER_PANEL (OPS_PANEL / 16)

#define SIDE ((size_t)16)            /* columns of a that are made pairs at a time, of gradients */

struct product {
  bool gradient;             /* of weights */
  const uint32_t *a;         /* a(row, pair) at a[row * BLOCK_K / 2 + pair], of a gradient a[row + pair * SIDE] */
  const uint32_t *b;         /* the first pair of k's of this block, in the first panel */
  size_t pairs, next_panel;  /* of k in this block; from panel to panel of b */
  float *c;
  size_t ldc, N;
  bool add;
};

static void
round_rows(uint32_t *to, const float *a, size_t lda, size_t M, size_t K)
{
  for (size_t m = 0; m < M; m++) {
    const float *from = a + m * lda;
    uint32_t *pairs = to + m * BLOCK_K / 2;

    SWEEP(K,
      uint32_t w[16];

      w_store(w, v_bf16(v_get(from + i, k)));
      for (size_t j = 0; j < 8; j++)
        pairs[i / 2 + j] = w[2 * j] >> 16 | w[2 * j + 1];);
  }
}

/* What machines without such an instruction do. */
INLINE v16
dot_pairs(v16 sum, w16 a, w16 b)
{
  return v_fma(v_even(a), v_even(b), v_fma(v_odd(a), v_odd(b), sum));
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__  /* large tiles take compilers very long then */
#define QUICKLY_COMPILED
#define ANY_ROWS 2
#else
#define ANY_ROWS 4
#endif

#define NAME(name) name##_any
#define TARGET
#define DOT dot_pairs
#define TILE_ROWS ANY_ROWS
#define TILE_VECTORS(rows) 1
#define MOST_VECTORS 1
#include "net/ops-fast-bf16-tile.h"

#ifdef __AVX512F__
#define DOT_BF16(sum, a, b) _mm512_dpbf16_ps(sum, (__m512bh)(a), (__m512bh)(b))
#define NAME(name) name##_bf16
#define TARGET __attribute__((target("avx512bf16")))
#define DOT DOT_BF16
#ifdef QUICKLY_COMPILED
#define TILE_ROWS 2
#define TILE_VECTORS(rows) 2
#define MOST_VECTORS 2
#else
#define TILE_ROWS 8
#define TILE_VECTORS(rows) ((rows) <= 2 ? 8 : (rows) <= 4 ? 4 : 2)
#define MOST_VECTORS 8
#endif
#include "net/ops-fast-bf16-tile.h"
#endif

static void
rows_by_all(const struct product *p, size_t M)
{
#ifdef __AVX512F__
  if (ops_bf16_is_fast()) {
    rows_bf16(p, M);
    return;
  }
#endif
  rows_any(p, M);
}

void
FAST(gemm_bf16)(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c, size_t ldc,
                bool add)
{
  uint32_t rows[BLOCK_ROWS * BLOCK_K / 2];

  for (size_t m = 0; m < M; m += BLOCK_ROWS)
    for (size_t k = 0; k < K || k == 0; k += BLOCK_K) {
      size_t n_rows = M - m < BLOCK_ROWS ? M - m : BLOCK_ROWS, deep = K - k < BLOCK_K ? K - k : BLOCK_K;
      struct product p = {.a = rows, .b = packed + k / 2 * OPS_PANEL, .pairs = (deep + 1) / 2,
                          .next_panel = (K + 1) / 2 * OPS_PANEL, .c = c + m * ldc, .ldc = ldc, .N = N,
                          .add = add || k > 0};

      round_rows(rows, a + m * lda + k, lda, n_rows, deep);
      rows_by_all(&p, n_rows);
    }
}

/* ---- gradients of weights --------------------------------------------------------------------------------------- */

#define DEPTH ((size_t)256)  /* rows of a and b at a time, */
#define WIDTH ((size_t)384)  /* and columns of b */
_Static_assert(DEPTH / 2 * (WIDTH + SIDE) <= OPS_SCRATCH, "scratch is too small");

/* R rows of n <= 16 columns, as pairs of rows; 0 beyond. */
static void
pair_rows(uint32_t *to, size_t ld, const float *from, size_t ld_from, size_t R, size_t n)
{
  for (size_t r = 0; r < R; r += 2, from += 2 * ld_from, to += ld)
    w_store(to, v_bf16_pair(v_get(from, n), r + 1 < R ? v_get(from + ld_from, n) : v_zero()));
}

/* R rows of a and b, N columns of b. */
static void
gradient_block(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc,
               bool add, uint32_t *scratch)
{
  size_t pairs = (R + 1) / 2;
  uint32_t *columns = scratch + DEPTH / 2 * WIDTH;
  struct product p = {.gradient = true, .a = columns, .b = scratch, .pairs = pairs, .next_panel = pairs * OPS_PANEL,
                      .ldc = ldc, .N = N, .add = add};

  for (size_t n = 0; n < N; n += 16)
    pair_rows(scratch + n / OPS_PANEL * p.next_panel + n % OPS_PANEL, OPS_PANEL, b + n, ldb, R, N - n < 16 ? N - n : 16);
  for (size_t m = 0; m < M; m += SIDE) {
    size_t n = M - m < SIDE ? M - m : SIDE;

    pair_rows(columns, SIDE, a + m, lda, R, n);
    p.c = c + m * ldc;
    rows_by_all(&p, n);
  }
}

void
FAST(gemm_tn_bf16)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                   size_t ldc, bool add, float *scratch)
{
  for (size_t n = 0; n < N; n += WIDTH)
    for (size_t r = 0; r < R || r == 0; r += DEPTH)
      gradient_block(M, N - n < WIDTH ? N - n : WIDTH, R - r < DEPTH ? R - r : DEPTH, a + r * lda, lda, b + r * ldb + n,
                     ldb, c + n, ldc, add || r > 0, (uint32_t *)(void *)scratch);
}
