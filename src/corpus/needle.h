/* needle: finds a piece of text in texts, case folded. Life: needle_init, needle_in any number of times,
 * needle_release. Threads: needle_in may be called by any number at once. */
#ifndef CORPUS_NEEDLE_H
#define CORPUS_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

struct needle {
  char *s;          /* case folded */
  size_t n;
  bool ascii;       /* then bytes are compared, else code points */
};
void needle_init(struct needle *d, const char *s, size_t n);
void needle_release(struct needle *d);
bool needle_in(const struct needle *d, const char *text, size_t n);

#endif
