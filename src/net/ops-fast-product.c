/* Products. A tile is up to TILE_ROWS rows of c by a few vectors of 16 columns, held in registers while k runs; each
 * element is one chain of fused multiply-adds, so it does not matter how tiles are cut. */
#include "net/ops-fast.h"
#include "net/vector.h"

#if defined __AVX512F__
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

/* What a tile is made of: a(row, k) = a[row * lda + k * step]; b is packed. */
struct product {
  const float *a, *b;
  size_t lda, K;
  float *c;
  size_t ldc, N;
  bool add;
};

/* Rows row..row + rows of c, vectors at..at + vectors; rows, vectors and step are constants where it is inlined. */
INLINE void
tile(const struct product *p, size_t row, size_t at, size_t rows, size_t vectors, size_t step)
{
  const float *a = p->a + row * p->lda, *b[MOST_VECTORS];
  float *c = p->c + row * p->ldc + at * 16;
  size_t lda = p->lda, ldc = p->ldc, K = p->K, tail = p->N - (at + vectors - 1) * 16;
  v16 sum[TILE_ROWS][MOST_VECTORS];

  UNROLL for (size_t v = 0; v < vectors; v++)
    b[v] = p->b + (at + v) / PER_PANEL * K * OPS_PANEL + (at + v) % PER_PANEL * 16;
  if (tail > 16)
    tail = 16;
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      sum[r][v] = !p->add ? v_zero() : v + 1 < vectors ? v_load(c + r * ldc + v * 16) : v_get(c + r * ldc + v * 16, tail);
  for (size_t k = 0; k < K; k++) {
    v16 x[MOST_VECTORS];

    UNROLL for (size_t v = 0; v < vectors; v++)
      x[v] = v_load(b[v] + k * OPS_PANEL);
    UNROLL for (size_t r = 0; r < rows; r++) {
      v16 y = v_set(a[r * lda + k * step]);

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
#define STRIP(rows, step) \
  case rows: \
    while (at < end) { \
      size_t left = end - at; \
      if (MOST_VECTORS >= 8 && TILE_VECTORS(rows) >= 8 && left >= 8) \
        tile(p, row, at, rows, MOST_VECTORS < 8 ? 1 : 8, step), at += 8; \
      else if (MOST_VECTORS >= 4 && TILE_VECTORS(rows) >= 4 && left >= 4) \
        tile(p, row, at, rows, MOST_VECTORS < 4 ? 1 : 4, step), at += 4; \
      else if (TILE_VECTORS(rows) >= 2 && left >= 2) \
        tile(p, row, at, rows, 2, step), at += 2; \
      else \
        tile(p, row, at, rows, 1, step), at += 1; \
    } \
    break;

#if TILE_ROWS == 8
#define STRIPS(step) STRIP(1, step) STRIP(2, step) STRIP(3, step) STRIP(4, step) STRIP(5, step) STRIP(6, step) \
  STRIP(7, step) STRIP(8, step)
#elif TILE_ROWS == 6
#define STRIPS(step) STRIP(1, step) STRIP(2, step) STRIP(3, step) STRIP(4, step) STRIP(5, step) STRIP(6, step)
#else
#define STRIPS(step) STRIP(1, step) STRIP(2, step) STRIP(3, step)
#endif

static void
strip(const struct product *p, size_t row, size_t rows, size_t at, size_t end)
{
  switch (rows) {
    STRIPS(1)
  }
}

/* The same where a is packed into tiles of TILE_ROWS columns: a(row, k) = a[row + k * TILE_ROWS]. */
static void
strip_packed(const struct product *p, size_t row, size_t rows, size_t at, size_t end)
{
  switch (rows) {
    STRIPS(TILE_ROWS)
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

#define DEPTH ((size_t)128)        /* rows of a and b that are packed at a time */
#define PANELS ((size_t)7)
#define B_FLOATS (DEPTH * PANELS * OPS_PANEL)

/* Rows of b, columns n0..n1, into panels. */
static void
pack_rows(float *packed, const float *b, size_t ldb, size_t R, size_t n0, size_t n1)
{
  for (size_t n = n0; n < n1; n += 16) {
    float *to = packed + (n - n0) / OPS_PANEL * R * OPS_PANEL + (n - n0) % OPS_PANEL;
    size_t k = n1 - n < 16 ? n1 - n : 16;

    for (size_t r = 0; r < R; r++)
      v_store(to + r * OPS_PANEL, v_get(b + r * ldb + n, k));
  }
}

/* R rows of `rows` <= TILE_ROWS columns of a. */
static void
pack_columns(float *packed, const float *a, size_t lda, size_t R, size_t rows)
{
  for (size_t r = 0; r < R; r++)
    for (size_t i = 0; i < TILE_ROWS; i++)
      packed[r * TILE_ROWS + i] = i < rows ? a[r * lda + i] : 0;
}

void
FAST(gemm_tn)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc,
              bool add, float *scratch)
{
  size_t tiles = (M + TILE_ROWS - 1) / TILE_ROWS, panels = (N + OPS_PANEL - 1) / OPS_PANEL;
  size_t groups = (panels + PANELS - 1) / PANELS;
  float *column = scratch + B_FLOATS;

  for (size_t g = 0; g < groups; g++)
    for (size_t r = 0; r < R || r == 0; r += DEPTH) {
      size_t n0 = cut(panels, groups, g) * OPS_PANEL, n1 = cut(panels, groups, g + 1) * OPS_PANEL;
      struct product p = {.a = column, .b = scratch, .lda = 1, .K = R - r < DEPTH ? R - r : DEPTH, .ldc = ldc,
                          .N = (n1 < N ? n1 : N) - n0, .add = add || r > 0};

      pack_rows(scratch, b + r * ldb, ldb, p.K, n0, n0 + p.N);
      for (size_t t = 0; t < tiles; t++) {
        size_t m = cut(M, tiles, t), rows = cut(M, tiles, t + 1) - m;

        pack_columns(column, a + r * lda + m, lda, p.K, rows);
        p.c = c + m * ldc + n0;
        strip_packed(&p, 0, rows, 0, (p.N + 15) / 16);
      }
    }
}

/* ---- packing ---------------------------------------------------------------------------------------------------- */

/* b is given transposed: column n is contiguous at b + n * cs. */
static void
pack_turned(float *panel, const float *b, size_t cs, size_t K, size_t n_columns)
{
  for (size_t j = 0; j < OPS_PANEL; j += 16) {
    size_t columns = n_columns < j ? 0 : n_columns - j < 16 ? n_columns - j : 16;

    for (size_t k = 0; k < K; k += 16) {
      size_t deep = K - k < 16 ? K - k : 16;
      v16 x[16];

      for (size_t i = 0; i < 16; i++)
        x[i] = i < columns ? v_get(b + (j + i) * cs + k, deep) : v_zero();
      v_transpose(x);
      for (size_t i = 0; i < deep; i++)
        v_store(panel + (k + i) * OPS_PANEL + j, x[i]);
    }
  }
}

static void
pack_any(float *panel, const float *b, size_t rs, size_t cs, size_t K, size_t n_columns)
{
  for (size_t k = 0; k < K; k++)
    for (size_t j = 0; j < OPS_PANEL; j++)
      panel[k * OPS_PANEL + j] = j < n_columns ? b[k * rs + j * cs] : 0;
}

void
FAST(pack)(float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last)
{
  for (size_t p = first; p < last && p * OPS_PANEL < N; p++) {
    const float *from = b + p * OPS_PANEL * cs;
    float *panel = packed + p * K * OPS_PANEL;
    size_t columns = N - p * OPS_PANEL < OPS_PANEL ? N - p * OPS_PANEL : OPS_PANEL;

    if (cs == 1 && columns == OPS_PANEL)
      pack_rows(panel, from, rs, K, 0, columns);
    else if (rs == 1)
      pack_turned(panel, from, cs, K, columns);
    else
      pack_any(panel, from, rs, cs, K, columns);
  }
}
