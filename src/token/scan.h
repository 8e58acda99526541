/* scan: a text cut into words, in NFC, in lower case if asked, each character with the bytes that it came from.
 *
 * A word is
 *   letters, marks and digits together (Unicode's; joiners between letters stay, soft hyphens and the like go);
 *   of scripts without spaces (Han, Kana, Thai, Lao, Khmer, Burmese) one character with its marks, or as many as follow
 *     each other (SCAN_RUNS);
 *   each other sign alone, an emoji with all that belongs to it (Unicode's extended grapheme clusters).
 * An apostrophe stays with the short forms of English ("don't": don 't; "it's": it 's), and with what is before it in
 * other words ("l'homme": l' homme). Typographic apostrophes become plain ones in these. Or, with SCAN_CHARACTERS, each
 * character with its marks is a word, and white space between two is one too: " ".
 *
 * No word is longer than WORD_MAX code points (the rest is the next word), and no text is read beyond SCAN_MAX_BYTES.
 * Bytes that are no UTF-8 are signs.
 *
 * The properties of characters, NFC and the clusters are utf8proc's: the C library has no NFC, and its classes depend
 * on the locale. Threads: a struct scan has one user. */
#ifndef TOKEN_SCAN_H
#define TOKEN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORD_MAX 96u
#define SCAN_MAX_BYTES ((size_t)1 << 20)  /* of one text */
#define SCAN_QUEUE 128u

enum scan_way { SCAN_WORDS, SCAN_RUNS, SCAN_CHARACTERS };

/* A character of the text after NFC, before lower-casing. Where several came from the same bytes, they say the same. */
struct scan_char {
  uint32_t code, from, to;
};

struct scan {
  const char *s;
  size_t n, at;             /* bytes; those before `at` are read */
  enum scan_way way;
  bool lower;
  uint32_t i, n_queue;      /* read ahead: queue[i..n_queue) */
  struct scan_char queue[SCAN_QUEUE];
};

struct word {
  uint32_t n, n_bytes;      /* code points; bytes, which a NUL follows */
  uint32_t at, length;      /* bytes of the text */
  bool plain;               /* one byte of the text is one of the word: from[] and to[] are not set */
  char bytes[WORD_MAX * 4 + 1];
  uint16_t first[WORD_MAX + 1];  /* where code point i begins in bytes; first[n] == n_bytes */
  uint32_t from[WORD_MAX], to[WORD_MAX];
};

/* text: NUL-terminated. */
void scan_begin(struct scan *s, const char *text, enum scan_way way, bool lower);
/* The next word; false at the end. */
bool scan_next(struct scan *s, struct word *w);

/* The bytes of the text that code points i..j - 1 came from. */
static inline void
word_span(const struct word *w, uint32_t i, uint32_t j, uint32_t *at, uint32_t *length)
{
  *at = w->plain ? w->at + i : w->from[i];
  *length = (w->plain ? w->at + j : w->to[j - 1]) - *at;
}

#endif
