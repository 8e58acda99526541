/* sort_text: orders texts by their bytes, ASCII case ignored, as strcasecmp does; equal ones stay in their order. Only
 * sort.c includes this. Eight bytes of a text are one number; texts are sorted by it, and where it is the same by the
 * next eight (multikey radix sort: Bentley and Sedgewick 1997, with words for characters). */
#ifndef CORPUS_SORT_TEXT_H
#define CORPUS_SORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sort_text {
  uint64_t word;                 /* eight bytes, from where texts are still the same */
  const char *text;              /* of the corpus */
  uint32_t id, order;            /* order: its place before; all different */
};
/* text, id and order are filled in. */
void sort_texts(struct sort_text *v, size_t n, bool down);

#endif
