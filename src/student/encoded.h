/* encoded: texts as tokens, read once, so that an epoch needs no text.
 *
 * A text has 1 part, or 2 (a pair that is compared part by part); parts are numbered text * parts + part. A token is a
 * number of a list of lists: the rows of the table of vectors whose mean is its vector (token/tokenizer.h). Equal lists are
 * one token.
 *
 * Life: encoded_init, encoded_add (several times: training, validation, pool, one after the other), encoded_release.
 * Threads: one user; encoded_add reads many texts with several. The same texts give the same numbers. */
#ifndef STUDENT_ENCODED_H
#define STUDENT_ENCODED_H

#include "student/student.h"
#include "token/tokenizer.h"

struct encoded {
  size_t n, parts;
  size_t *start;        /* (n * parts + 1): part p has tokens start[p]..start[p + 1]; none is fine */
  uint32_t *token;      /* of all parts */
  uint32_t n_tokens;    /* different ones */
  size_t *row_start;    /* (n_tokens + 1) */
  uint32_t *row;        /* token k has rows row[row_start[k]]..row[row_start[k + 1]], at least one */
  size_t longest;       /* part, in tokens */
  size_t most_rows;     /* of a token */
  size_t cap, token_cap, row_start_cap, row_cap;
  uint32_t *slot;       /* hash table of lists */
  size_t n_slots;
};

struct encoding {
  const struct tokenizer *tokenizer;
  bool pair, compared;  /* compared: 2 parts; else the texts of a pair are one, with a separator between them */
  bool start;           /* a start token before each part */
  size_t max_length;    /* tokens of a part, the start token not counted; of a pair that is one text the longer half gives way first */
};

void encoded_init(struct encoded *c, const struct encoding *how);
void encoded_release(struct encoded *c);
void encoded_clear(struct encoded *c);  /* no texts again, memory kept */
/* False: `stop` was wanted. */
bool encoded_add(struct encoded *c, const struct encoding *how, const struct example *x, size_t n, int threads,
                 struct stop *stop);
#define ENCODED_UNKNOWN 0    /* the token that stands for words that are left out */
/* How many tokens of each text of a pair, that have a and b, are read where the pair is one text. */
void encoding_halves(const struct encoding *how, size_t *a, size_t *b);
static inline size_t
encoded_length(const struct encoded *c, size_t text)
{
  return c->start[(text + 1) * c->parts] - c->start[text * c->parts];
}

#endif
