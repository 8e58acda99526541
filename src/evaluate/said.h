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

/* What is said of a text: its label, LABEL_NONE where there are several. */
bool said_is_sets(struct project *p);
uint16_t said_label(const uint8_t *word);

#endif
