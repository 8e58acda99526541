/* utf8: decoding, checking, columns on a terminal, and text made safe to show.
 *
 * Text inside the corpus is valid UTF-8 (readers check it on the way in). Text from models and files may hold control
 * characters; nothing reaches the terminal but through utf8_printable or a canvas cell. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define UTF8_BAD 0xfffdu

/* Decodes one code point at s (n > 0 bytes left); *len is set to its bytes (1 for a bad byte, with UTF8_BAD). */
uint32_t utf8_decode(const char *s, size_t n, size_t *len);
size_t utf8_encode(uint32_t c, char out[4]);
/* True if all is valid (no surrogates, no overlong forms); else *bad is the offset of the first bad byte. */
bool utf8_valid(const char *s, size_t n, size_t *bad);
/* Terminal columns of a code point as utf8_printable shows it: 0 (combining), 1, 2 (wide, or ^X), 8 (<U+202E>).
 * Like the case and class functions below it asks the C library: main sets LC_CTYPE to C.UTF-8, always, so that the
 * same text gives the same features in whatever locale the person works. */
int utf8_width(uint32_t c);
/* Columns of a whole string. */
size_t utf8_columns(const char *s, size_t n);
/* Adds s to out with each control character (C0, DEL, C1, bidi controls, bad byte) made visible: ^[ or <U+202E>. */
void utf8_printable(struct buf *out, const char *s, size_t n);
bool utf8_is_control(uint32_t c);
uint32_t utf8_tolower(uint32_t c);
uint32_t utf8_toupper(uint32_t c);
bool utf8_is_alnum(uint32_t c);
bool utf8_is_space(uint32_t c);
size_t utf8_count(const char *s, size_t n);  /* code points */

#endif
