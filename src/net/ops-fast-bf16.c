/* Products in bfloat16. Rows of a are rounded a few at a time into pairs along k, as B is; a tile is as in
 * ops-fast-product.c. */
#include <string.h>

#include "net/ops-fast.h"
#include "net/vector-bf16.h"

#define BLOCK_ROWS ((size_t)32)
#define BLOCK_K ((size_t)512)
#define PER_PANEL (OPS_PANEL / 16)

/* a block of a(row, pair) at a[row * BLOCK_K / 2 + pair] */
struct block_of_rows {
  uint32_t a[BLOCK_ROWS * BLOCK_K / 2];
};

struct product {
  const struct block_of_rows *rows;
  const uint32_t *b;         /* the first pair of k's of this block, in the first panel */
  size_t pairs, next_panel;  /* of k in this block; from panel to panel of b */
  float *c;
  size_t ldc, N;
  bool add;
};

static void
round_rows(struct block_of_rows *to, const float *a, size_t lda, size_t M, size_t K)
{
  for (size_t m = 0; m < M; m++) {
    const float *from = a + m * lda;
    uint32_t *pairs = to->a + m * BLOCK_K / 2;

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

#define NAME(name) name##_any
#define TARGET
#define DOT dot_pairs
#define TILE_ROWS 4
#define TILE_VECTORS(rows) 1
#define MOST_VECTORS 1
#include "net/ops-fast-bf16-tile.h"

#ifdef __AVX512F__
#define DOT_BF16(sum, a, b) _mm512_dpbf16_ps(sum, (__m512bh)(a), (__m512bh)(b))
#define NAME(name) name##_bf16
#define TARGET __attribute__((target("avx512bf16")))
#define DOT DOT_BF16
#define TILE_ROWS 8
#define TILE_VECTORS(rows) ((rows) <= 2 ? 8 : (rows) <= 4 ? 4 : 2)
#define MOST_VECTORS 8
#include "net/ops-fast-bf16-tile.h"
#endif

void
FAST(gemm_bf16)(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c, size_t ldc,
                bool add)
{
  struct block_of_rows rows;
  void (*rows_by_all)(const struct product *, size_t) = rows_any;

#ifdef __AVX512F__
  if (ops_bf16_is_fast())
    rows_by_all = rows_bf16;
#endif
  for (size_t m = 0; m < M; m += BLOCK_ROWS)
    for (size_t k = 0; k < K || k == 0; k += BLOCK_K) {
      size_t n_rows = M - m < BLOCK_ROWS ? M - m : BLOCK_ROWS, deep = K - k < BLOCK_K ? K - k : BLOCK_K;
      struct product p = {.rows = &rows, .b = packed + k / 2 * OPS_PANEL, .pairs = (deep + 1) / 2,
                          .next_panel = (K + 1) / 2 * OPS_PANEL, .c = c + m * ldc, .ldc = ldc, .N = N,
                          .add = add || k > 0};

      round_rows(&rows, a + m * lda + k, lda, n_rows, deep);
      rows_by_all(&p, n_rows);
    }
}
