/* Packing: blocks of 16 k by 16 columns, loaded whichever way b lies, stored as rows of a panel. */
#include "net/ops-fast.h"
#include "net/vector-bf16.h"

#define SIDE ((size_t)16)

/* x[k], the columns of b(k, n) = b[k * rs + n * cs]; deep <= 16 rows, and columns beyond `columns` are 0. */
INLINE void
load_block(v16 *x, const float *b, size_t rs, size_t cs, size_t deep, size_t columns)
{
  if (cs == 1)
    for (size_t i = 0; i < SIDE; i++)
      x[i] = i < deep ? v_get(b + i * rs, columns) : v_zero();
  else if (rs == 1) {
    for (size_t i = 0; i < SIDE; i++)
      x[i] = i < columns ? v_get(b + i * cs, deep) : v_zero();
    v_transpose(x);
  } else
    for (size_t i = 0; i < SIDE; i++) {
      float row[SIDE] = {0};

      for (size_t j = 0; i < deep && j < columns; j++)
        row[j] = b[i * rs + j * cs];
      x[i] = v_load(row);
    }
}

/* Columns of the 16 that begin at n. */
static size_t
columns_at(size_t n, size_t N)
{
  return n >= N ? 0 : N - n < SIDE ? N - n : SIDE;
}

void
FAST(pack)(float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last)
{
  for (size_t p = first; p < last && p * OPS_PANEL < N; p++)
    for (size_t k = 0; k < K; k += SIDE)
      for (size_t j = 0; j < OPS_PANEL; j += SIDE) {
        size_t n = p * OPS_PANEL + j, deep = K - k < SIDE ? K - k : SIDE, columns = columns_at(n, N);
        v16 x[SIDE];

        load_block(x, columns > 0 ? b + k * rs + n * cs : b, rs, cs, deep, columns);
        for (size_t i = 0; i < deep; i++)
          v_store(packed + (p * K + k + i) * OPS_PANEL + j, x[i]);
      }
}

void
FAST(pack_bf16)(uint32_t *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last)
{
  size_t pairs = (K + 1) / 2;

  for (size_t p = first; p < last && p * OPS_PANEL < N; p++)
    for (size_t k = 0; k < K; k += SIDE)
      for (size_t j = 0; j < OPS_PANEL; j += SIDE) {
        size_t n = p * OPS_PANEL + j, deep = K - k < SIDE ? K - k : SIDE, columns = columns_at(n, N);
        v16 x[SIDE];

        load_block(x, columns > 0 ? b + k * rs + n * cs : b, rs, cs, deep, columns);
        for (size_t i = 0; i < deep; i += 2)
          w_store(packed + (p * pairs + (k + i) / 2) * OPS_PANEL + j, v_bf16_pair(x[i], x[i + 1]));
      }
}
