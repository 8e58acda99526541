/* needle: finds a piece of text in texts, case folded or as it is.
 *
 * Two bytes of the piece, the rarest by a table of how frequent bytes are, are looked for at all places of a stretch
 * of memory at once (AVX2 where the processor has it, else SSE2, else one by one); what stands there is then compared.
 * Life: needle_init, any number of the others, needle_release. Threads: any number at once may look. */
#ifndef CORPUS_NEEDLE_H
#define CORPUS_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

/* A byte of the piece: `at` bytes after its beginning stands x with (x | bit) == is. */
struct needle_byte {
  size_t at;
  unsigned char is, bit;
};
struct needle {
  char *s;                       /* case folded, or as it is */
  size_t n;
  bool exact;                    /* case counts */
  bool bytes;                    /* a match has the same bytes, but for the case of ASCII; else code points are compared */
  bool finds;                    /* needle_find can be asked */
  /* What it looks for: the part of the piece with the rarest bytes, of those that have as many bytes in any case. */
  const char *part;
  size_t n_part;                 /* bytes in s */
  size_t size;                   /* bytes in a text */
  struct needle_byte rare[2];    /* the rarest of its bytes, in the order of `at` */
};

/* s is a piece of UTF-8. */
void needle_init(struct needle *d, const char *s, size_t n);
void needle_init_exact(struct needle *d, const char *s, size_t n);
void needle_release(struct needle *d);
bool needle_in(const struct needle *d, const char *text, size_t n);

/* About how often a piece may stand in a million bytes of text, for comparisons: by its two rarest bytes and its
 * length. */
unsigned needle_frequency(const char *s, size_t n);
/* The first place in from..end where the piece, or its part, stands whole; NULL if there is none. */
const char *needle_find(const struct needle *d, const char *from, const char *end);
/* Is what needle_find finds all of the piece? Else needle_in tells. */
static inline bool
needle_is_whole(const struct needle *d)
{
  return d->n_part == d->n;
}

#endif
