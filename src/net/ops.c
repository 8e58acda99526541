#include "net/ops-fast.h"

static bool
anywhere(void)
{
  return true;
}

#ifdef HAVE_X86_VECTORS
static bool
has_avx512(void)
{
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
}

static bool
has_avx2(void)
{
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

bool
ops_bf16_is_fast(void)
{
#ifdef HAVE_X86_VECTORS
  return has_avx512() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

static const struct {
  const struct ops *ops;
  bool (*runs)(void);
} versions[] = {
#ifdef HAVE_X86_VECTORS
  {&ops_avx512, has_avx512},
  {&ops_avx2, has_avx2},
#endif
  {&ops_base, anywhere},
  {&ops_plain, anywhere},
};

const struct ops *
ops_nth(int i)
{
  for (size_t k = 0; k < sizeof versions / sizeof *versions; k++)
    if (versions[k].runs() && i-- == 0)
      return versions[k].ops;
  return NULL;
}
