/* vector-base: see vector.h. Four registers of 16 bytes, in the compiler's own vectors. */
#include <string.h>

typedef float v_part __attribute__((vector_size(16)));
typedef uint32_t w_part __attribute__((vector_size(16)));
typedef struct {
  v_part q[4];
} v16;
typedef struct {
  w_part q[4];
} w16;

#define PARTS(x) UNROLL for (int i_ = 0; i_ < 4; i_++) r.q[i_] = (x)
#define V_BINARY(name, x) INLINE v16 name(v16 a, v16 b) { v16 r; PARTS(x); return r; }
#define W_BINARY(name, x) INLINE w16 name(w16 a, w16 b) { w16 r; PARTS(x); return r; }
#define A a.q[i_]
#define B b.q[i_]
#define C c.q[i_]
#define CHOOSE(test, x, y) ((v_part)(((w_part)(test) & (w_part)(x)) | (~(w_part)(test) & (w_part)(y))))

V_BINARY(v_add, A + B)
V_BINARY(v_sub, A - B)
V_BINARY(v_mul, A * B)
V_BINARY(v_div, A / B)
V_BINARY(v_min, CHOOSE(A < B, A, B))
V_BINARY(v_max, CHOOSE(A > B, A, B))
W_BINARY(w_add, A + B)
W_BINARY(w_mul, A * B)
W_BINARY(w_xor, A ^ B)
W_BINARY(w_and, A & B)
W_BINARY(w_or, A | B)

INLINE v16 v_set(float x) { v16 r; PARTS(((v_part){x, x, x, x})); return r; }
INLINE v16 v_zero(void) { return v_set(0); }
INLINE v16 v_load(const float *p) { v16 r; memcpy(&r, p, sizeof r); return r; }
INLINE void v_store(float *p, v16 x) { memcpy(p, &x, sizeof x); }
INLINE v16 v_load_or(const float *p, size_t n, v16 other) { memcpy(&other, p, n * sizeof *p); return other; }
INLINE v16 v_load_n(const float *p, size_t n) { return v_load_or(p, n, v_zero()); }
INLINE void v_store_n(float *p, v16 x, size_t n) { memcpy(p, &x, n * sizeof *p); }
INLINE v16 v_fma(v16 a, v16 b, v16 c) { v16 r; PARTS(A * B + C); return r; }
INLINE v16 v_fnma(v16 a, v16 b, v16 c) { v16 r; PARTS(C - A * B); return r; }

INLINE v16
v_sqrt(v16 a)
{
  float x[16];

  v_store(x, a);
  for (int i = 0; i < 16; i++)
    x[i] = sqrtf(x[i]);
  return v_load(x);
}

/* Adding 1.5 * 2^23 leaves no place for a fraction; enough for what is below 2^22. */
INLINE v16 v_round(v16 a) { v16 b = v_set(0x1.8p23f); return v_sub(v_add(a, b), b); }

/* The same sum leaves the integer in the low bits. */
INLINE v16
v_pow2(v16 a)
{
  v16 b = v_set(0x1.8p23f + 127), r;

  a = v_add(a, b);
  PARTS((v_part)((w_part)A << 23));
  return r;
}

INLINE float
v_sum(v16 a)
{
  v_part x = a.q[0] + a.q[2], y = a.q[1] + a.q[3], z = x + y;

  return (z[0] + z[2]) + (z[1] + z[3]);
}

INLINE float
v_most(v16 a)
{
  v_part x = CHOOSE(a.q[0] > a.q[2], a.q[0], a.q[2]), y = CHOOSE(a.q[1] > a.q[3], a.q[1], a.q[3]);
  v_part z = CHOOSE(x > y, x, y);
  float even = z[0] > z[2] ? z[0] : z[2], odd = z[1] > z[3] ? z[1] : z[3];

  return even > odd ? even : odd;
}

INLINE w16 w_set(uint32_t x) { w16 r; PARTS(((w_part){x, x, x, x})); return r; }

INLINE w16
w_count(void)
{
  return (w16){{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}}};
}

INLINE w16 w_right(w16 a, int by) { w16 r; PARTS(A >> by); return r; }
INLINE w16 w_left(w16 a, int by) { w16 r; PARTS(A << by); return r; }
INLINE w16 w_load(const uint32_t *p) { w16 r; memcpy(&r, p, sizeof r); return r; }
INLINE void w_store(uint32_t *p, w16 x) { memcpy(p, &x, sizeof x); }
INLINE w16 w_of(v16 a) { w16 r; PARTS((w_part)A); return r; }
INLINE v16 v_of(w16 a) { v16 r; PARTS((v_part)A); return r; }

INLINE v16
v_unless_below(v16 x, w16 a, w16 b)
{
  v16 r;

  PARTS((v_part)((w_part)x.q[i_] & (w_part)(A >= B)));
  return r;
}

INLINE void
v_transpose(v16 *x)
{
  float from[16][16], to[16];

  for (int i = 0; i < 16; i++)
    v_store(from[i], x[i]);
  for (int i = 0; i < 16; i++) {
    for (int j = 0; j < 16; j++)
      to[j] = from[j][i];
    x[i] = v_load(to);
  }
}
#undef PARTS
#undef V_BINARY
#undef W_BINARY
#undef A
#undef B
#undef C
#undef CHOOSE
