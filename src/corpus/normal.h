/* normal: text as it is compared: case folded, everything that is no letter, digit or combining mark one space, none at
 * the ends. Two texts that differ only in case, punctuation or white space become the same. A text without any letter
 * or digit is only case folded. Threads: any. */
#ifndef CORPUS_NORMAL_H
#define CORPUS_NORMAL_H

#include <stddef.h>

#include "base/buf.h"

/* Appends the normal form. */
void normal_add(struct buf *out, const char *s, size_t n);
/* Appends s case folded and otherwise as it is. */
void normal_fold(struct buf *out, const char *s, size_t n);

#endif
