/* compare-text: the inside of the view of one text on which two rows of Compare differ: its state, for compare-text.c
 * (finding, keys) and compare-text-draw.c. */
#ifndef UI_COMPARE_TEXT_H
#define UI_COMPARE_TEXT_H

#include "curate/finder.h"
#include "ui/view-compare.h"

#define NEAR_MAX 64u             /* asked for */
#define SHOWN_MAX 16u            /* of those, the training texts that are shown */

struct near_text {
  uint32_t id;
  float similarity;
  signed char in[2];             /* whether before and after learned from it: 1, 0; -1: not known */
};

struct text_lookup;
struct text_view {
  struct workbench *w;
  struct compare *of;
  uint64_t made;                 /* of->pair.made: whose texts these are */
  size_t at;                     /* which of them */
  struct text_lookup *lookup;    /* what runs; NULL: nothing */
  struct finder *finder;         /* NULL while a look-up has it */
  char *filters[2];              /* of the training texts; NULL: not known */
  uint32_t sample;               /* whose neighbours these are, 0: of none yet */
  struct near_text near[SHOWN_MAX];
  size_t n;
  struct list list;
  struct area list_area;
};

/* The text that is shown; NULL: the rows are others by now. */
const struct difference_text *compare_text_of(const struct text_view *t);
/* Looks for its neighbours, unless they are known. */
void compare_text_ask(struct text_view *t);
void compare_text_draw(void *view, struct canvas *c, struct area a);

#endif
