/* vector-avx2: see vector.h. Two halves: lanes 0..7 and 8..15. */
#include <immintrin.h>

typedef struct {
  __m256 a, b;
} v16;
typedef struct {
  __m256i a, b;
} w16;

#define V(x, y) ((v16){(x), (y)})
#define W(x, y) ((w16){(x), (y)})

INLINE v16 v_zero(void) { return V(_mm256_setzero_ps(), _mm256_setzero_ps()); }
INLINE v16 v_set(float x) { return V(_mm256_set1_ps(x), _mm256_set1_ps(x)); }
INLINE v16 v_load(const float *p) { return V(_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)); }

INLINE void
v_store(float *p, v16 x)
{
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}

/* Lanes below n are all ones. */
INLINE __m256i
v_half(size_t n)
{
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

INLINE w16 v_lanes(size_t n) { return W(v_half(n), v_half(n > 8 ? n - 8 : 0)); }

INLINE v16
v_load_n(const float *p, size_t n)
{
  w16 m = v_lanes(n);

  return V(_mm256_maskload_ps(p, m.a), n > 8 ? _mm256_maskload_ps(p + 8, m.b) : _mm256_setzero_ps());
}

INLINE v16
v_load_or(const float *p, size_t n, v16 other)
{
  w16 m = v_lanes(n);
  v16 x = v_load_n(p, n);

  return V(_mm256_blendv_ps(other.a, x.a, _mm256_castsi256_ps(m.a)),
           _mm256_blendv_ps(other.b, x.b, _mm256_castsi256_ps(m.b)));
}

INLINE void
v_store_n(float *p, v16 x, size_t n)
{
  w16 m = v_lanes(n);

  _mm256_maskstore_ps(p, m.a, x.a);
  if (n > 8)
    _mm256_maskstore_ps(p + 8, m.b, x.b);
}

INLINE v16 v_add(v16 x, v16 y) { return V(_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)); }
INLINE v16 v_sub(v16 x, v16 y) { return V(_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)); }
INLINE v16 v_mul(v16 x, v16 y) { return V(_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)); }
INLINE v16 v_div(v16 x, v16 y) { return V(_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)); }
INLINE v16 v_sqrt(v16 x) { return V(_mm256_sqrt_ps(x.a), _mm256_sqrt_ps(x.b)); }
INLINE v16 v_min(v16 x, v16 y) { return V(_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)); }
INLINE v16 v_max(v16 x, v16 y) { return V(_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)); }
INLINE v16 v_fma(v16 x, v16 y, v16 z) { return V(_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)); }
INLINE v16 v_fnma(v16 x, v16 y, v16 z) { return V(_mm256_fnmadd_ps(x.a, y.a, z.a), _mm256_fnmadd_ps(x.b, y.b, z.b)); }

INLINE v16
v_round(v16 x)
{
  return V(_mm256_round_ps(x.a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
           _mm256_round_ps(x.b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

INLINE __m256
v_pow2_half(__m256 n)
{
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}

INLINE v16 v_pow2(v16 n) { return V(v_pow2_half(n.a), v_pow2_half(n.b)); }

INLINE float
v_sum(v16 x)
{
  __m256 a = _mm256_add_ps(x.a, x.b);
  __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  __m128 c = _mm_add_ps(b, _mm_movehl_ps(b, b));

  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

INLINE float
v_most(v16 x)
{
  __m256 a = _mm256_max_ps(x.a, x.b);
  __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  __m128 c = _mm_max_ps(b, _mm_movehl_ps(b, b));

  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}

INLINE w16 w_set(uint32_t x) { return W(_mm256_set1_epi32((int)x), _mm256_set1_epi32((int)x)); }

INLINE w16
w_count(void)
{
  return W(_mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0), _mm256_set_epi32(15, 14, 13, 12, 11, 10, 9, 8));
}

INLINE w16 w_add(w16 x, w16 y) { return W(_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)); }
INLINE w16 w_mul(w16 x, w16 y) { return W(_mm256_mullo_epi32(x.a, y.a), _mm256_mullo_epi32(x.b, y.b)); }
INLINE w16 w_xor(w16 x, w16 y) { return W(_mm256_xor_si256(x.a, y.a), _mm256_xor_si256(x.b, y.b)); }
INLINE w16 w_and(w16 x, w16 y) { return W(_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)); }
INLINE w16 w_or(w16 x, w16 y) { return W(_mm256_or_si256(x.a, y.a), _mm256_or_si256(x.b, y.b)); }
INLINE w16 w_right(w16 x, int by) { return W(_mm256_srli_epi32(x.a, by), _mm256_srli_epi32(x.b, by)); }
INLINE w16 w_left(w16 x, int by) { return W(_mm256_slli_epi32(x.a, by), _mm256_slli_epi32(x.b, by)); }
INLINE w16 w_of(v16 x) { return W(_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)); }
INLINE v16 v_of(w16 x) { return V(_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)); }

INLINE w16
w_load(const uint32_t *p)
{
  return W(_mm256_loadu_si256((const __m256i_u *)p), _mm256_loadu_si256((const __m256i_u *)(p + 8)));
}

INLINE void
w_store(uint32_t *p, w16 x)
{
  _mm256_storeu_si256((__m256i_u *)p, x.a);
  _mm256_storeu_si256((__m256i_u *)(p + 8), x.b);
}

INLINE __m256
v_unless_below_half(__m256 x, __m256i w, __m256i limit)
{
  return _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_max_epu32(w, limit), w)));
}

INLINE v16
v_unless_below(v16 x, w16 w, w16 limit)
{
  return V(v_unless_below_half(x.a, w.a, limit.a), v_unless_below_half(x.b, w.b, limit.b));
}

/* 8 rows of 8. */
INLINE void
v_transpose_half(__m256 *x)
{
  __m256 t[8];

  UNROLL for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
  }
  UNROLL for (int i = 0; i < 8; i += 4) {
    x[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    x[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    x[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    x[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    t[i] = _mm256_permute2f128_ps(x[i], x[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(x[i], x[i + 4], 0x31);
  }
  UNROLL for (int i = 0; i < 8; i++)
    x[i] = t[i];
}

INLINE void
v_transpose(v16 *x)
{
  __m256 q[4][8];  /* quarters: rows 0..7 and 8..15, left and right half */

  UNROLL for (int i = 0; i < 8; i++) {
    q[0][i] = x[i].a;
    q[1][i] = x[i].b;
    q[2][i] = x[i + 8].a;
    q[3][i] = x[i + 8].b;
  }
  UNROLL for (int i = 0; i < 4; i++)
    v_transpose_half(q[i]);
  UNROLL for (int i = 0; i < 8; i++) {
    x[i] = V(q[0][i], q[2][i]);
    x[i + 8] = V(q[1][i], q[3][i]);
  }
}
#undef V
#undef W
