/* facet: the values that samples have, with counts and bars, to filter by: labels, then statuses, splits, origins, then
 * what occurs of templates, of attributes (a group each), and what the newest evaluated run got right or wrong.
 *
 * The counts are of the samples that pass the filter without its term of the facet's own field: what the list would
 * hold if this facet were chosen (corpus/count_by.h). They are made on a thread of their own; until then the old ones
 * stay. Of long groups the most frequent values stand there, and a row that opens the rest; which ones those are goes
 * by all samples, so that no filter moves a row.
 *
 * Each stands for one term of the filter language (facet-term.h). Life: facets_update once a frame, facets_release.
 * Threads: the screen's. */
#ifndef UI_FACET_H
#define UI_FACET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/canvas.h"
#include "ui/facet-count.h"
#include "ui/facet-term.h"
#include "ui/list.h"

struct workbench;

struct facet {
  const char *field;       /* "label"; NULL: the line between groups */
  const char *value;       /* NULL: the row that opens its group, or closes it again */
  const char *alone;       /* see facet-term.h */
  const char *shown;
  uint32_t n;
  uint16_t number;         /* of a label; LABEL_NONE: not one of them */
};
struct facets {
  struct workbench *w;
  struct facet_counts counts;
  char *filter;            /* as it was told last */
  char *counted;           /* the filter that the counts are of, NULL: none yet */
  uint64_t seen, records;  /* corpus revision, and the records' */
  int64_t due_ms;          /* not to be counted again before, for samples that moved alone */
  bool working;
  struct facet *rows;
  size_t n, cap;
  char **open;             /* fields of the groups that are open */
  size_t n_open, cap_open;
  uint32_t most;           /* greatest count of a label */
  int count_cols;          /* columns that any count fits into */
  struct list list;
};

void facets_release(struct facets *f);
void facets_update(struct facets *f, struct workbench *w, const char *filter);
/* What a key on the selected row makes of the filter: false if it makes nothing of it (a group opened or closed). */
enum facet_key { FACET_KEY_CHOOSE, FACET_KEY_ADD, FACET_KEY_EXCLUDE };
bool facets_key(struct facets *f, enum facet_key key, const char *filter, struct buf *out);
void facets_move(struct facets *f, enum move m);   /* over the lines between groups */
void facets_draw(struct facets *f, struct canvas *c, struct area a, bool focus, const char *filter);

#endif
