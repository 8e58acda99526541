/* bidi: in which order a terminal shows text of which a part is written from the right: the Unicode bidirectional
 * algorithm (UAX 9) and the forms that Arabic letters take beside each other, by FriBidi. The only file that knows it.
 * Text without such characters needs none of this, which a look at its bytes tells. */
#ifndef UI_BIDI_H
#define UI_BIDI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if the text holds a character that is written from the right. */
bool bidi_needed(const char *text, size_t n);
/* True if a paragraph (up to the first newline) is written from the right: by its first letter. */
bool bidi_from_right(const char *text, size_t n);
/* order[i] becomes the index of the character that stands at place i from the left. points (n) in reading order;
 * they take the form that they have there: Arabic letters joined, brackets mirrored. from_right: the paragraph's
 * direction. */
void bidi_order(uint32_t *points, size_t n, bool from_right, int *order);

#endif
