/* signal: what there is to know of a sample beside what stands in it: a number, or a flag, or one of a list of names.
 *
 * Signals come from three sources: a student trained on the rest of the corpus (cross-validation), the way a run
 * learned (training dynamics), and the texts themselves. They are computed in the background, kept in the project
 * (store/signal_store.h), and are columns everywhere: `list --sort suspect`, `forgetting>3`, a column of the table, a
 * member of the JSON. A row here is all that the rest of the program knows of one. */
#ifndef CURATE_SIGNAL_H
#define CURATE_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>

enum signal_source { SIGNAL_STUDENT, SIGNAL_DYNAMICS, SIGNAL_TEXT, N_SIGNAL_SOURCES };
extern const char *const signal_source_names[N_SIGNAL_SOURCES];  /* "cross-validation", "training dynamics", "texts" */

/* How its values are to be read. */
enum signal_kind { SIGNAL_NUMBER, SIGNAL_SHARE /* 0..1, shown as .87 */, SIGNAL_COUNT, SIGNAL_FLAG, SIGNAL_LABEL,
                   SIGNAL_SAMPLE /* an id */, SIGNAL_LANGUAGE };

struct signal_row {
  const char *name;
  enum signal_source source;
  enum signal_kind kind;
  bool descends;           /* sorted by it, the largest comes first */
  const char *summary;     /* one line, for lists and completion */
  const char *reference;   /* where the method is from; "" if it is nobody's */
  bool of_label;           /* it speaks of the label: of no use once that is another (seen.h) */
};
extern const struct signal_row signal_rows[];  /* ended by a NULL name */
const struct signal_row *signal_find(const char *name);

#endif
