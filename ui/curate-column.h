/* curate-column: what can stand in a column of the table, and which ones do: fields of a sample (rows here), attributes
 * (attr.NAME), signals, and what runs said. The choice is one line of words, kept in the project: "id status label:12
 * text" (a width behind a colon where the person chose one).
 *
 * Life: columns_choice_set, ..., choice_release. Threads: the screen's. Errors: what is no column is left out. */
#ifndef UI_CURATE_COLUMN_H
#define UI_CURATE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "corpus/corpus.h"
#include "curate/signal.h"
#include "ui/curate-values.h"
#include "ui/hints.h"
#include "ui/style.h"

#define COLUMN_NAME_MAX 120
#define COLUMNS_MAX 250
#define COLUMN_COLS_MIN 1
#define COLUMN_COLS_MAX 120

struct column_cell {
  struct buf text;
  enum style style;
};
/* What cells are made from. */
struct column_source {
  const struct corpus *corpus;
  const struct hints *hints;
  const struct values *values;
};

/* A field of the sample itself. */
struct column_field {
  const char *name, *title;  /* title: what stands over it */
  int cols;                  /* usual width; 0: what the others leave */
  bool right;                /* figures end at the right */
  bool lends;                /* it takes room from the text before it only where it has something to say */
  bool stays;                /* at the left edge it does not scroll */
  const char *help;
  void (*fill)(const struct column_source *from, const struct sample *s, struct column_cell *cell);
};
extern const struct column_field column_fields[];  /* ended by a NULL name */
const struct column_field *column_field_find(const char *name);

/* "Â·", "â", "â". */
const char *status_sign(enum status status);
enum style status_sign_style(enum status status);

/* One that was chosen. */
struct chosen_column {
  char name[COLUMN_NAME_MAX];
  int cols;                  /* the person's width, 0: the usual one */
  const struct column_field *field;     /* NULL: an attribute, or a column of numbers */
  const struct signal_row *signal;      /* what a signal is; NULL for others */
};
struct choice {
  struct chosen_column *columns;
  size_t n, cap;
};
void choice_set(struct choice *k, const char *words);   /* in the place of what was chosen */
void choice_write(const struct choice *k, struct buf *out);
void choice_release(struct choice *k);
bool choice_has(const struct choice *k, const char *name, size_t *i);
void choice_add(struct choice *k, const char *name);
void choice_remove(struct choice *k, size_t i);
void choice_move(struct choice *k, size_t i, int step);  /* past its neighbour */
void choice_widen(struct choice *k, size_t i, int step, int cols_now);
const char *choice_default(enum task task);

/* The signal that a name speaks of, "suspect" or "linear#3.aum"; NULL: none. */
const struct signal_row *column_signal(const char *name);
/* "forgetting": what stands over it; one line about it. */
const char *column_title(const struct chosen_column *k);
const char *column_help(const char *name);
/* The width it would like: 0: what the others leave. */
int column_cols(const struct chosen_column *k, const struct column_source *from);
bool column_right(const struct chosen_column *k);
/* What stands in a sample's cell; the buffer is cleared first. */
void column_fill(const struct chosen_column *k, const struct column_source *from, const struct sample *s,
                 struct column_cell *cell);
/* A value of a signal or of a run's column as it is read: ".87", "3", "de"; nothing for a flag that is not set. */
void column_value(const struct value_column *k, const struct signal_row *signal, double x, struct buf *out);
/* What the table is sorted by for this column, NULL: it cannot be. */
const char *column_sort_key(const char *name);

#endif
