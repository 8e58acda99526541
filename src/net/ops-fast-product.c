/* Products. A tile is up to TILE_ROWS rows of c by a few vectors of 16 columns, held in registers while k runs; each
 * element is one chain of fused multiply-adds, so it does not matter how tiles are cut. */
#include "net/ops-fast.h"
#include "net/vector.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__  /* large tiles take compilers very long then */
#define TILE_ROWS 3
#define TILE_VECTORS(rows) 2
#define MOST_VECTORS 2
#elif defined __AVX512F__
#define TILE_ROWS 8
#define TILE_VECTORS(rows) ((rows) <= 2 ? 8 : (rows) <= 4 ? 4 : 2)
#define MOST_VECTORS 8
#elif defined __AVX2__
#define TILE_ROWS 6
#define TILE_VECTORS(rows) ((rows) == 1 ? 4 : (rows) <= 3 ? 2 : 1)
#define MOST_VECTORS 4
#else
#define TILE_ROWS 3
#define TILE_VECTORS(rows) ((rows) == 1 ? 2 : 1)
#define MOST_VECTORS 2
#endif
#define PER_PANEL (OPS_PANEL / 16)   /* vectors */
#define ROW_FLOATS ((size_t)32 << 10)  /* about so much of a stays in the cache while b passes by */

/* What a tile is made of. Forward: a(row, k) = a[row * lda + k], b is packed. Gradients of weights: both go along k,
 * a(row, k) = a[row + k * lda], b(k, n) = b[k * ldb + n]. */
struct product {
  const float *a, *b;
  size_t lda, ldb, K;
  float *c;
  size_t ldc, N;
  bool add;
  const float *fetch;      /* a column that is wanted soon: brought nearer, a row for each k */
  size_t fetch_ld;
};

/* Rows row..row + rows of c, vectors at..at + vectors; rows, vectors and gradient are constants where it is inlined. */
INLINE void
tile(const struct product *p, size_t row, size_t at, size_t rows, size_t vectors, bool gradient)
{
  const float *a = p->a + row * (gradient ? 1 : p->lda), *b[MOST_VECTORS];
  float *c = p->c + row * p->ldc + at * 16;
  size_t next_row = gradient ? 1 : p->lda, next_k = gradient ? p->lda : 1, ldb = gradient ? p->ldb : OPS_PANEL;
  size_t ldc = p->ldc, K = p->K, tail = p->N - (at + vectors - 1) * 16;
  v16 sum[TILE_ROWS][MOST_VECTORS];

  UNROLL for (size_t v = 0; v < vectors; v++)
    b[v] = gradient ? p->b + (at + v) * 16 : p->b + (at + v) / PER_PANEL * K * OPS_PANEL + (at + v) % PER_PANEL * 16;
  if (tail > 16)
    tail = 16;
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      sum[r][v] = !p->add ? v_zero() : v + 1 < vectors ? v_load(c + r * ldc + v * 16) : v_get(c + r * ldc + v * 16, tail);
  for (size_t k = 0; k < K; k++) {
    v16 x[MOST_VECTORS];

    if (gradient)
      __builtin_prefetch(p->fetch + k * p->fetch_ld, 0, 2);
    UNROLL for (size_t v = 0; v < vectors; v++)
      x[v] = v_load(b[v] + k * ldb);
    UNROLL for (size_t r = 0; r < rows; r++) {
      v16 y = v_set(a[r * next_row + k * next_k]);

      UNROLL for (size_t v = 0; v < vectors; v++)
        sum[r][v] = v_fma(y, x[v], sum[r][v]);
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      if (v + 1 < vectors)
        v_store(c + r * ldc + v * 16, sum[r][v]);
      else
        v_put(c + r * ldc + v * 16, sum[r][v], tail);
}

/* A strip: `rows` rows by as many vectors as there are in [at, end), in tiles as wide as fit. */
#define STRIP(rows, gradient) \
  case rows: \
    while (at < end) { \
      size_t left = end - at; \
      if (MOST_VECTORS >= 8 && TILE_VECTORS(rows) >= 8 && left >= 8) \
        tile(p, row, at, rows, MOST_VECTORS < 8 ? 1 : 8, gradient), at += 8; \
      else if (MOST_VECTORS >= 4 && TILE_VECTORS(rows) >= 4 && left >= 4) \
        tile(p, row, at, rows, MOST_VECTORS < 4 ? 1 : 4, gradient), at += 4; \
      else if (TILE_VECTORS(rows) >= 2 && left >= 2) \
        tile(p, row, at, rows, 2, gradient), at += 2; \
      else \
        tile(p, row, at, rows, 1, gradient), at += 1; \
    } \
    break;

#if TILE_ROWS == 8
#define STRIPS(gradient) STRIP(1, gradient) STRIP(2, gradient) STRIP(3, gradient) STRIP(4, gradient) STRIP(5, gradient) STRIP(6, gradient) \
  STRIP(7, gradient) STRIP(8, gradient)
#elif TILE_ROWS == 6
#define STRIPS(gradient) STRIP(1, gradient) STRIP(2, gradient) STRIP(3, gradient) STRIP(4, gradient) STRIP(5, gradient) STRIP(6, gradient)
#else
#define STRIPS(gradient) STRIP(1, gradient) STRIP(2, gradient) STRIP(3, gradient)
#endif

static void
strip(const struct product *p, size_t row, size_t rows, size_t at, size_t end)
{
  switch (rows) {
    STRIPS(false)
  }
}

static void
strip_of_gradient(const struct product *p, size_t rows, size_t at, size_t end)
{
  size_t row = 0;

  switch (rows) {
    STRIPS(true)
  }
}

/* Row `t` of `tiles` tiles that M rows are cut into evenly. */
static size_t
cut(size_t M, size_t tiles, size_t t)
{
  return M / tiles * t + (t < M % tiles ? t : M % tiles);
}

void
FAST(gemm)(size_t M, size_t N, size_t K, const float *a, size_t lda, const float *packed, float *c, size_t ldc, bool add)
{
  struct product p = {.a = a, .b = packed, .lda = lda, .K = K, .c = c, .ldc = ldc, .N = N, .add = add};
  size_t tiles = (M + TILE_ROWS - 1) / TILE_ROWS, vectors = (N + 15) / 16;
  size_t together = ROW_FLOATS / (TILE_ROWS * (K + 1)) + 1;

  for (size_t t0 = 0; t0 < tiles; t0 += together) {
    size_t t1 = t0 + together < tiles ? t0 + together : tiles;
    size_t wide = tiles == 1 ? vectors : TILE_VECTORS(TILE_ROWS) < PER_PANEL ? PER_PANEL : TILE_VECTORS(TILE_ROWS);

    for (size_t at = 0; at < vectors; at += wide)
      for (size_t t = t0; t < t1; t++) {
        size_t row = cut(M, tiles, t);

        strip(&p, row, cut(M, tiles, t + 1) - row, at, at + wide < vectors ? at + wide : vectors);
      }
  }
}

/* ---- gradients of weights --------------------------------------------------------------------------------------- */

#define DEPTH ((size_t)256)  /* rows of a and b at a time, */
#define WIDTH ((size_t)192)  /* and columns of b: so much stays in the cache while a passes by */
_Static_assert(DEPTH * 16 <= OPS_SCRATCH, "scratch is too small");

/* The last columns of b, n < 16 of them, with zeros up to 16. */
static void
copy_tail(float *to, const float *b, size_t ldb, size_t R, size_t n)
{
  for (size_t r = 0; r < R; r++)
    v_store(to + r * 16, v_load_n(b + r * ldb, n));
}

/* A block of b against all of a, as deep as both are; p->c is the first row, scratch for b's last columns. While tiles are
 * made, what comes next is fetched from afar, 16 columns during a tile: of a for the next tiles, then of b_next. */
static void
gradient_block(const struct product *p, size_t M, const float *b_next, float *scratch)
{
  struct product whole = *p, tail = *p;
  size_t tiles = (M + TILE_ROWS - 1) / TILE_ROWS, vectors = p->N / 16, fetched = 0;

  whole.N = vectors * 16;
  tail.N = p->N - whole.N;
  tail.b = scratch;
  tail.ldb = 16;
  if (tail.N > 0)
    copy_tail(scratch, p->b + whole.N, p->ldb, p->K, tail.N);
  for (size_t t = 0; t < tiles; t++) {
    size_t m = cut(M, tiles, t), rows = cut(M, tiles, t + 1) - m;

    whole.a = tail.a = p->a + m;
    whole.fetch = whole.a + TILE_ROWS + 8;
    whole.fetch_ld = p->lda;
    whole.c = p->c + m * p->ldc;
    for (size_t at = 0; at < vectors; at += PER_PANEL) {
      strip_of_gradient(&whole, rows, at, at + PER_PANEL < vectors ? at + PER_PANEL : vectors);
      whole.fetch = fetched < vectors ? b_next + 16 * fetched : scratch;
      whole.fetch_ld = fetched++ < vectors ? p->ldb : 0;
    }
    tail.c = whole.c + whole.N;
    tail.fetch = scratch;
    tail.fetch_ld = 0;
    if (tail.N > 0)
      strip_of_gradient(&tail, rows, 0, 1);
  }
}

void
FAST(gemm_tn)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc,
              bool add, float *scratch)
{
  size_t panels = (N + OPS_PANEL - 1) / OPS_PANEL, groups = (N + WIDTH - 1) / WIDTH;
  size_t depths = R == 0 ? 1 : (R + DEPTH - 1) / DEPTH;

  for (size_t g = 0; g < groups; g++) {
    size_t n0 = cut(panels, groups, g) * OPS_PANEL, n1 = cut(panels, groups, g + 1) * OPS_PANEL;

    for (size_t d = 0; d < depths; d++) {
      size_t r = cut(R, depths, d), r_next = cut(R, depths, d + 1);
      struct product p = {.a = a + r * lda, .lda = lda, .b = b + r * ldb + n0, .ldb = ldb, .K = r_next - r, .c = c + n0,
                          .ldc = ldc, .N = (n1 < N ? n1 : N) - n0, .add = add || d > 0};

      gradient_block(&p, M, b + r_next * ldb + n0, scratch);
    }
  }
}
