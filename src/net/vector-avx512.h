/* vector-avx512: see vector.h. */
#include <immintrin.h>

typedef __m512 v16;
typedef __m512i w16;

INLINE v16 v_zero(void) { return _mm512_setzero_ps(); }
INLINE v16 v_set(float x) { return _mm512_set1_ps(x); }
INLINE v16 v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void v_store(float *p, v16 x) { _mm512_storeu_ps(p, x); }
INLINE __mmask16 v_lanes(size_t n) { return (__mmask16)((1u << n) - 1); }
INLINE v16 v_load_n(const float *p, size_t n) { return _mm512_maskz_loadu_ps(v_lanes(n), p); }
INLINE v16 v_load_or(const float *p, size_t n, v16 other) { return _mm512_mask_loadu_ps(other, v_lanes(n), p); }
INLINE void v_store_n(float *p, v16 x, size_t n) { _mm512_mask_storeu_ps(p, v_lanes(n), x); }
INLINE v16 v_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
INLINE v16 v_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
INLINE v16 v_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
INLINE v16 v_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
INLINE v16 v_sqrt(v16 a) { return _mm512_sqrt_ps(a); }
INLINE v16 v_min(v16 a, v16 b) { return _mm512_min_ps(a, b); }
INLINE v16 v_max(v16 a, v16 b) { return _mm512_max_ps(a, b); }
INLINE v16 v_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); }
INLINE v16 v_fnma(v16 a, v16 b, v16 c) { return _mm512_fnmadd_ps(a, b, c); }
INLINE v16 v_round(v16 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

INLINE v16
v_pow2(v16 n)
{
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23));
}

INLINE float
v_sum(v16 x)
{
  __m256 a = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  __m128 c = _mm_add_ps(b, _mm_movehl_ps(b, b));

  return _mm_cvtss_f32(_mm_add_ss(c, _mm_movehdup_ps(c)));
}

INLINE float
v_most(v16 x)
{
  __m256 a = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  __m128 c = _mm_max_ps(b, _mm_movehl_ps(b, b));

  return _mm_cvtss_f32(_mm_max_ss(c, _mm_movehdup_ps(c)));
}

INLINE w16 w_set(uint32_t x) { return _mm512_set1_epi32((int)x); }
INLINE w16 w_count(void) { return _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0); }
INLINE w16 w_add(w16 a, w16 b) { return _mm512_add_epi32(a, b); }
INLINE w16 w_mul(w16 a, w16 b) { return _mm512_mullo_epi32(a, b); }
INLINE w16 w_xor(w16 a, w16 b) { return _mm512_xor_si512(a, b); }
INLINE w16 w_and(w16 a, w16 b) { return _mm512_and_si512(a, b); }
INLINE w16 w_or(w16 a, w16 b) { return _mm512_or_si512(a, b); }
INLINE w16 w_right(w16 a, unsigned by) { return _mm512_srli_epi32(a, by); }
INLINE w16 w_left(w16 a, unsigned by) { return _mm512_slli_epi32(a, by); }
INLINE w16 w_load(const uint32_t *p) { return _mm512_loadu_si512(p); }
INLINE void w_store(uint32_t *p, w16 x) { _mm512_storeu_si512(p, x); }
INLINE w16 w_of(v16 x) { return _mm512_castps_si512(x); }
INLINE v16 v_of(w16 x) { return _mm512_castsi512_ps(x); }
INLINE v16 v_unless_below(v16 x, w16 w, w16 limit) { return _mm512_maskz_mov_ps(_mm512_cmpge_epu32_mask(w, limit), x); }

/* Pairs, then fours within 128-bit lanes, then the lanes themselves. */
INLINE void
v_transpose(v16 *x)
{
  v16 t[16];

  UNROLL for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
  UNROLL for (int i = 0; i < 16; i += 4) {
    x[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
    x[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
    x[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    x[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(x[i], x[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(x[i], x[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(x[i + 8], x[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(x[i + 8], x[i + 12], 0xdd);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    x[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    x[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    x[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    x[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  }
}
