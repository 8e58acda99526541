/* facet-count: the counts behind the facets. tally counts on any thread; the screen's takes the result. */
#ifndef UI_FACET_COUNT_H
#define UI_FACET_COUNT_H

#include "base/mem.h"
#include "base/pool.h"
#include "corpus/corpus.h"

#define FACET_VALUES 8     /* at most, of a field with fixed values */
enum { FACET_STATUS, FACET_SPLIT, FACET_ORIGIN, N_FACET_FIXED };

/* A group whose values are what occurs, the most frequent of all samples first. */
struct facet_group {
  const char *field, *title;
  struct facet_value {
    const char *value, *shown, *alone;   /* see struct facet */
    uint32_t n, all;                     /* that pass the filter; of all samples */
  } *values;
  size_t n;
};
struct facet_counts {
  uint32_t *labels;        /* one a label */
  size_t n_labels;
  uint32_t unlabelled;
  uint32_t of[N_FACET_FIXED][FACET_VALUES];
  struct facet_group *groups;  /* templates, attributes, the run */
  size_t n_groups;
  struct arena arena;      /* names of the groups */
};
void facet_counts_release(struct facet_counts *k);
/* What all samples add up to, of labels and of the fields with fixed values; at once. */
void facet_counts_all(const struct corpus *c, struct facet_counts *k);

struct columns;
/* Counts for a filter (that is right). False if stopped: then *k holds nothing. */
bool facet_tally(const struct corpus *c, struct columns *columns, const char *filter, struct stop *stop,
                 struct facet_counts *k);

#endif
