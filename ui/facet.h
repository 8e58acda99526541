/* facet: the values that samples have, with counts and bars, to filter by: labels, then statuses, splits, origins.
 *
 * The counts are of the samples that pass the filter without its term of the facet's own field: what the list would
 * hold if this facet were chosen. A large corpus is counted on a thread of its own; until then the old counts stay.
 *
 * Each stands for one term of the filter language ("label:returns"). Choosing one puts its term into a filter text in
 * the place of another of its field, choosing it again takes it out. Threads: the screen's. */
#ifndef UI_FACET_H
#define UI_FACET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/canvas.h"
#include "ui/list.h"

struct corpus;
struct workbench;

struct facet {
  const char *field;       /* "label"; NULL: the line between groups */
  const char *value;
  uint32_t n;
  uint16_t number;         /* of a label */
};
#define FACET_VALUES 8     /* at most, in a group */
enum { FACET_STATUS, FACET_SPLIT, FACET_ORIGIN, N_FACET_GROUPS };
struct facet_counts {
  uint32_t *labels;        /* one a label */
  size_t n_labels;
  uint32_t of[N_FACET_GROUPS][FACET_VALUES];
};
struct facets {
  struct facet_counts counts;
  char *counted;           /* the filter they are of, NULL: none yet */
  uint64_t seen;           /* corpus revision */
  bool working;
  struct facet *rows;
  size_t n, cap;
  uint32_t most;           /* greatest count of a label */
  int count_cols;          /* columns that any count fits into */
  struct list list;
};

void facets_release(struct facets *f);
void facets_update(struct facets *f, struct workbench *w, const char *filter);
/* The filter with this facet put in or taken out. */
void facet_toggle(const struct facet *facet, const char *filter, struct buf *out);
bool facet_is_in(const struct facet *facet, const char *filter);
void facets_move(struct facets *f, enum move m);   /* over the lines between groups */
void facets_draw(struct facets *f, struct canvas *c, struct area a, bool focus, const char *filter);

#endif
