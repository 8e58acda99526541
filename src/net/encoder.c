#include "net/encoder.h"

#define ALIGN 16

size_t
block_offset(const struct block *blocks, size_t i)
{
  size_t at = 0;

  for (size_t k = 0; k < i; k++)
    at += (blocks[k].rows * blocks[k].columns + ALIGN - 1) / ALIGN * ALIGN;
  return at;
}
