/* ops-fast-bf16-tile: ops-fast-bf16.c includes it for each way of multiplying pairs, with NAME, TARGET, DOT, TILE_ROWS,
 * TILE_VECTORS and MOST_VECTORS defined; they are undefined here. */

static inline __attribute__((always_inline)) TARGET void
NAME(tile)(const struct product *p, size_t row, size_t at, size_t rows, size_t vectors, bool gradient)
{
  size_t next_row = gradient ? 1 : BLOCK_K / 2, next_k = gradient ? SIDE : 1;
  const uint32_t *a = p->a + row * next_row, *b[MOST_VECTORS];
  float *c = p->c + row * p->ldc + at * 16;
  size_t ldc = p->ldc, pairs = p->pairs, tail = p->N - (at + vectors - 1) * 16;
  v16 sum[TILE_ROWS][MOST_VECTORS];

  UNROLL for (size_t v = 0; v < vectors; v++)
    b[v] = p->b + (at + v) / PER_PANEL * p->next_panel + (at + v) % PER_PANEL * 16;
  if (tail > 16)
    tail = 16;
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      sum[r][v] = !p->add ? v_zero() : v_get(c + r * ldc + v * 16, v + 1 < vectors ? 16 : tail);
  for (size_t k = 0; k < pairs; k++) {
    w16 x[MOST_VECTORS];

    UNROLL for (size_t v = 0; v < vectors; v++)
      x[v] = w_load(b[v] + k * OPS_PANEL);
    UNROLL for (size_t r = 0; r < rows; r++) {
      w16 y = w_set(a[r * next_row + k * next_k]);

      UNROLL for (size_t v = 0; v < vectors; v++)
        sum[r][v] = DOT(sum[r][v], y, x[v]);
    }
  }
  UNROLL for (size_t r = 0; r < rows; r++)
    UNROLL for (size_t v = 0; v < vectors; v++)
      v_put(c + r * ldc + v * 16, sum[r][v], v + 1 < vectors ? 16 : tail);
}

#define STRIP(rows, gradient) \
  case rows: \
    for (size_t left; at < end; ) \
      if (left = end - at, MOST_VECTORS >= 8 && TILE_VECTORS(rows) >= 8 && left >= 8) \
        NAME(tile)(p, row, at, rows, MOST_VECTORS >= 8 ? 8 : 1, gradient), at += 8; \
      else if (MOST_VECTORS >= 4 && TILE_VECTORS(rows) >= 4 && left >= 4) \
        NAME(tile)(p, row, at, rows, MOST_VECTORS >= 4 ? 4 : 1, gradient), at += 4; \
      else if (MOST_VECTORS >= 2 && TILE_VECTORS(rows) >= 2 && left >= 2) \
        NAME(tile)(p, row, at, rows, MOST_VECTORS >= 2 ? 2 : 1, gradient), at += 2; \
      else \
        NAME(tile)(p, row, at, rows, 1, gradient), at += 1; \
    break;

#if TILE_ROWS == 8
#define STRIPS(g) STRIP(1, g) STRIP(2, g) STRIP(3, g) STRIP(4, g) STRIP(5, g) STRIP(6, g) STRIP(7, g) STRIP(8, g)
#elif TILE_ROWS == 4
#define STRIPS(g) STRIP(1, g) STRIP(2, g) STRIP(3, g) STRIP(4, g)
#else
#define STRIPS(g) STRIP(1, g) STRIP(2, g)
#endif

static TARGET void
NAME(strip)(const struct product *p, size_t row, size_t rows, size_t at, size_t end)
{
  switch (rows) {
    STRIPS(false)
  }
}

static TARGET void
NAME(strip_of_gradient)(const struct product *p, size_t row, size_t rows, size_t at, size_t end)
{
  switch (rows) {
    STRIPS(true)
  }
}

static TARGET void
NAME(rows)(const struct product *p, size_t M)
{
  size_t tiles = (M + TILE_ROWS - 1) / TILE_ROWS, vectors = (p->N + 15) / 16;
  size_t wide = tiles == 1 ? vectors : PER_PANEL;
  void (*strip)(const struct product *, size_t, size_t, size_t, size_t) =
    p->gradient ? NAME(strip_of_gradient) : NAME(strip);

  for (size_t at = 0; at < vectors; at += wide)
    for (size_t t = 0, row = 0; t < tiles; t++) {
      size_t n = M / tiles + (t < M % tiles);

      strip(p, row, n, at, at + wide < vectors ? at + wide : vectors);
      row += n;
    }
}
#undef NAME
#undef TARGET
#undef DOT
#undef TILE_ROWS
#undef TILE_VECTORS
#undef MOST_VECTORS
#undef STRIP
#undef STRIPS
