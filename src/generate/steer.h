/* steer: how the cells of a job stand, and which of them need the next requests most.
 *
 * A cell is a label × one value of an attribute (coverage.h), of the job's own template. Its figures:
 *
 *   yield      texts kept, of those asked for. A cell with few requests is judged by its label, and a label with few by
 *              a teacher who never fails: (kept + count × yield of the label) / (asked + count), as if one more request
 *              had been made that went as the label does
 *   diversity  different pairs of words by all pairs of words (distinct-2) of the cell's newest STEER_TEXTS texts,
 *              times the share of its texts that doubled no other (both also drawn towards the label by one request's
 *              worth). Always of the same number of texts, because distinct-2 falls with their number: a cell would
 *              seem dull because it is full, and be filled the more
 *   score      1 - yield × diversity: what is missing until each text asked for brings something new. At least
 *              STEER_LEAST, so that no cell is ever left alone and what is believed of it can change
 *   barren     its last STEER_BARREN requests gave nothing at all: to ask again would be waste
 *
 * The next requests of a label are dealt to the values of each attribute in proportion to their scores, by the largest
 * remainder (asking_deal): simple, without chance, and a cell twice as needy gets twice as many. Labels are not
 * steered: each keeps its number, since a student needs them balanced more than it needs easy ones.
 *
 * Requests that were answered from the file and brought nothing count for nothing: another job had their texts.
 *
 * All of it is computed from the project file, so that a job that was killed goes on the same way.
 * Life: steer_load, steer_release (also after -1). Threads: one owner. Errors: as job_store. */
#ifndef GENERATE_STEER_H
#define GENERATE_STEER_H

#include "generate/coverage.h"
#include "generate/requests.h"

#define STEER_TEXTS 16
#define STEER_LEAST 0.05
#define STEER_BARREN 2

struct steer_cell {
  uint32_t asked, kept;          /* texts */
  double yield, diversity, score;
  bool barren;
};
struct steer {
  struct coverage coverage;
  const struct prompty *prompty;
  size_t n_labels;               /* of the project */
  size_t first[PROMPTY_ATTRIBUTES + 1];   /* place of an attribute's first value in a label's row */
  size_t width;                  /* of a row: all values of all attributes, and behind them the label itself */
  struct steer_cell *cells;      /* n_labels × width */
};
/* rows: all requests of the job, by id, without replies. */
int steer_load(struct steer *s, const struct blueprint *b, uint32_t job_id, const struct request_row *rows,
               size_t n_rows, struct err *e);
void steer_release(struct steer *s);
struct steer_cell *steer_cell(const struct steer *s, uint32_t label, size_t attribute, size_t value);
struct steer_cell *steer_label(const struct steer *s, uint32_t label);
/* The index of an attribute's value in a string of attributes, or -1. */
int steer_value(const struct prompty *t, size_t attribute, const char *attributes);

#endif
