/* cluster: characters as a person counts them: a letter with its marks, an emoji with its skin tone or made of several
 * (joined by U+200D), a flag of two letters. After the rules of UAX 29 that matter for a cursor; not all of them.
 * Threads: any. */
#ifndef UI_CLUSTER_H
#define UI_CLUSTER_H

#include <stddef.h>

/* The byte after the character that begins at `at`; n at the end. */
size_t cluster_next(const char *text, size_t n, size_t at);
/* Where the character begins that ends before `at`. */
size_t cluster_before(const char *text, size_t n, size_t at);

#endif
