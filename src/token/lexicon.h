/* lexicon: strings numbered from 0, each once, and the number of a string.
 *
 * A string also has a kind (0..255): equal strings of two kinds are two strings. Its hash is made byte by byte, so
 * that all beginnings of a string are looked up in one pass over it: start with lexicon_seed(kind), go on with
 * lexicon_hash.
 *
 * Life: lexicon_init, lexicon_add..., lexicon_release. Threads: any number of readers, or one writer. */
#ifndef TOKEN_LEXICON_H
#define TOKEN_LEXICON_H

#include <stddef.h>
#include <stdint.h>

#define LEXICON_NONE UINT32_MAX
#define LEXICON_MAX ((uint32_t)1 << 30)            /* strings */
#define LEXICON_MAX_BYTES ((size_t)1 << 31)        /* of all */

struct lexicon {
  uint32_t n;
  size_t cap, cap_bytes;
  char *bytes;              /* the strings, each with a NUL */
  uint32_t *offset;         /* (n + 1) */
  uint8_t *kind;            /* (n) */
  struct lexicon_slot {
    uint32_t number, tag;   /* number LEXICON_NONE: free */
  } *slots;
  size_t n_slots;           /* a power of two */
};

static inline uint64_t
lexicon_seed(uint8_t kind)
{
  return 0xcbf29ce484222325u ^ kind * 0x9e3779b97f4a7c15u;
}

static inline uint64_t
lexicon_hash(uint64_t h, const char *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
  return h;
}

void lexicon_init(struct lexicon *l);
void lexicon_release(struct lexicon *l);
/* The number of a string, which is added if it is not there. */
uint32_t lexicon_add(struct lexicon *l, const char *s, size_t n, uint8_t kind);
/* The number of a string whose hash is h; LEXICON_NONE. */
uint32_t lexicon_find(const struct lexicon *l, const char *s, size_t n, uint8_t kind, uint64_t h);
static inline uint32_t
lexicon_of(const struct lexicon *l, const char *s, size_t n, uint8_t kind)
{
  return lexicon_find(l, s, n, kind, lexicon_hash(lexicon_seed(kind), s, n));
}
static inline const char *
lexicon_string(const struct lexicon *l, uint32_t number)
{
  return l->bytes + l->offset[number];
}
static inline size_t
lexicon_length(const struct lexicon *l, uint32_t number)
{
  return l->offset[number + 1] - l->offset[number] - 1;
}

#endif
