/* casing: which code points are one when case does not count. By utf8_tolower, so by LC_CTYPE at the first call (main
 * sets C.UTF-8). Threads: any. */
#ifndef CORPUS_CASING_H
#define CORPUS_CASING_H

#include <stddef.h>
#include <stdint.h>

#define CASING_MAX 8u

/* All code points whose small letter is c (c itself is the first if it is one); returns how many, at most CASING_MAX;
 * 0: too many, or none. */
size_t casing_variants(uint32_t c, uint32_t out[CASING_MAX]);

#endif
