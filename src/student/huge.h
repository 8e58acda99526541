/* huge: a large zeroed block that is read at random, in huge pages where it is large enough. */
#ifndef STUDENT_HUGE_H
#define STUDENT_HUGE_H

#include <stdbool.h>
#include <stddef.h>

struct huge {
  void *start;       /* what was got from the system; the block itself begins at its first huge page */
  size_t size_bytes;
  bool mapped;
};

/* size_bytes zeroed bytes. Out of memory ends the program, as everywhere. */
void *huge_new(struct huge *t, size_t size_bytes);
void huge_free(struct huge *t);  /* a zeroed one is fine */

#endif
