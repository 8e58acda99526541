/* filter_chunk: a filter asked of thousands of samples at once: each node says for a chunk of rows which of those that
 * are still wanted it lets through, a bit a row. Only what asks filters includes this.
 *
 * Life: walk_new, (walk_to, walk_alive, walk_ask...) for each chunk, walk_free. Threads: a walk has one; walks over one
 * filter may go on at once. The answers are those of filter_test on the rows as they are read; a row that changes
 * meanwhile may be seen before or after it. */
#ifndef CORPUS_FILTER_CHUNK_H
#define CORPUS_FILTER_CHUNK_H

#include "base/pool.h"
#include "corpus/filter_node.h"

#define WALK_WORDS (CORPUS_CHUNK / 64)
/* A bit for each row of a chunk. */
struct rows {
  uint64_t words[WALK_WORDS];
};
size_t rows_count(const struct rows *rows);

struct walk {
  const struct filter *filter;
  uint32_t first, n;             /* the chunk: ids first..first + n - 1 */
  /* columns of the chunk, each read when first asked for */
  bool has_numbers[N_CORPUS_NUMBERS], has_labels, has_attributes, has_texts;
  uint32_t numbers[N_CORPUS_NUMBERS][CORPUS_CHUNK];
  const struct label_ids *labels[CORPUS_CHUNK];
  const char *attributes[CORPUS_CHUNK];
  size_t n_texts;
  const char *texts[2 * CORPUS_CHUNK];
  uint16_t text_rows[2 * CORPUS_CHUNK];
  struct regex_room *room;
};
struct walk *walk_new(const struct filter *f);
void walk_free(struct walk *w);
/* Goes to the chunk (from 0) of which rows up to id `last` are looked at. */
void walk_to(struct walk *w, uint32_t chunk, uint32_t last);
const uint32_t *walk_numbers(struct walk *w, enum corpus_number which);
const struct label_ids *const *walk_labels(struct walk *w);
const char *const *walk_attributes(struct walk *w);
/* The rows that are not gone. */
void walk_alive(struct walk *w, struct rows *rows);
/* Leaves those of the rows that the node lets through. */
void walk_ask(struct walk *w, const struct node *n, struct rows *rows);

/* The same for a piece of text in any of the texts of a row. */
void walk_ask_needle(struct walk *w, const struct needle *d, struct rows *rows);
/* ... and for a regular expression. */
void walk_ask_regex(struct walk *w, const struct regex *r, struct rows *rows);

/* Calls work(arg, thread, w, chunk) for all chunks with rows up to `last`, in any order, shared out over walk_threads
 * threads; w stands at the chunk. -1: stopped. */
int walk_threads(uint32_t last);
int walk_all(const struct filter *f, uint32_t last, struct stop *stop,
             void (*work)(void *arg, int thread, struct walk *w, uint32_t chunk), void *arg);

/* Which of the samples 1..last the filter lets through: bit id - 1; *n how many. To be freed; NULL: stopped. */
uint64_t *filter_rows(struct filter *f, uint32_t last, struct stop *stop, size_t *n);

#endif
