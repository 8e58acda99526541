/* unicode: what the tokenizer asks of a character (utf8proc's tables). Threads: any. */
#ifndef TOKEN_UNICODE_H
#define TOKEN_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum char_class {
  CHAR_SPACE,   /* white space and control characters: between words */
  CHAR_WORD,    /* letters and digits */
  CHAR_MARK,    /* belongs to the character before it */
  CHAR_ALONE,   /* of a script without spaces */
  CHAR_SIGN,
  CHAR_JOINER,  /* U+200C, U+200D: inside words of some scripts */
  CHAR_NOTHING, /* soft hyphen, word joiner: dropped */
};
enum char_class char_class(uint32_t c);
uint32_t char_lower(uint32_t c);
/* Is of the character before it: never the first of a piece of text that is normalised by itself. */
bool char_combines(uint32_t c);
/* What NFC does with a character. */
struct char_form {
  bool changes;      /* it is not NFC by itself */
  bool composes;     /* it may become one with a character before it */
  uint8_t order;     /* combining class: marks are put in rising order of it; 0: of none */
};
struct char_form char_form(uint32_t c);
/* NFC of n bytes of valid UTF-8: how many code points, or 0 if they are more than max or the bytes are not valid. */
size_t unicode_nfc(const char *s, size_t n, uint32_t *out, size_t max);
/* True if b, after a, is of the same extended grapheme cluster; *state is 0 at its first character. */
bool char_same_cluster(uint32_t a, uint32_t b, int32_t *state);

#endif
