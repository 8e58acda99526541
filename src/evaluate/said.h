/* said: what a training of an experiment says of the test texts, out of the store.
 *
 * Letters: R test texts, C labels. A word is what is said of one text: a label number, or, where a text may have several
 * labels, C bytes; two words are the same if their bytes are.
 *
 * Life: said_read fills, said_release. Threads: any. Errors: the store's; a training that the store does not keep any
 * more is ERR_INPUT and says what to do. */
#ifndef EVALUATE_SAID_H
#define EVALUATE_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluate/findings.h"

struct project;

struct said {
  uint8_t *words;        /* R words, in the order of findings.test_ids */
  uint8_t *right;        /* R: 1 where the word is right */
  size_t width;          /* bytes of a word */
  size_t n;              /* R */
};
/* Seed `seed` (from 0) of a row of the experiment. */
int said_read(struct project *p, const struct findings *f, size_t row, size_t seed, struct said *s, struct err *e);
void said_release(struct said *s);

/* A row with all its seeds. Zeroed it is empty; said_row_read leaves it so where it fails. */
struct said_row {
  struct said *seeds;
  size_t n;
};
int said_row_read(struct project *p, const struct findings *f, size_t row, struct said_row *s, struct err *e);
void said_row_release(struct said_row *s);
const uint8_t *said_word(const struct said_row *s, size_t seed, size_t text);
/* The seed whose word on a text most seeds say, of equals the first; *votes (may be NULL): how many say it. */
size_t said_usual(const struct said_row *s, size_t text, size_t *votes);

/* What is said of a text: its label, LABEL_NONE where there are several. */
bool said_is_sets(struct project *p);
uint16_t said_label(const uint8_t *word);

#endif
