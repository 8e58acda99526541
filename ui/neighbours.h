/* neighbours: the samples most like the one that is shown, found on a thread of their own (curate/finder.h).
 *
 * They are looked up when another sample, or another text of it, is asked about, and again some seconds after the
 * corpus has grown. Their labels are read when they are drawn, so a decision shows at once.
 *
 * Life: neighbours_init, neighbours_ask at each frame that shows a sample, neighbours_add and neighbours_get,
 * neighbours_release (also while a look-up runs). Threads: the screen's. */
#ifndef UI_NEIGHBOURS_H
#define UI_NEIGHBOURS_H

#include "curate/finder.h"
#include "ui/pane.h"

#define NEIGHBOURS 5u            /* looked up */
#define NEIGHBOURS_SHOWN 3u

struct sample;
struct workbench;
struct neighbours_lookup;

struct neighbours {
  struct workbench *w;
  struct neighbours_lookup *lookup;  /* what runs; NULL: nothing */
  struct finder *finder;             /* NULL while a look-up has it */
  uint32_t sample;                   /* whose they are, 0: none */
  const char *text, *text2;          /* as they were then */
  uint32_t count;                    /* samples in the corpus then */
  int64_t at_ms;                     /* when */
  struct neighbour near[NEIGHBOURS];
  size_t n;
};

void neighbours_init(struct neighbours *b, struct workbench *w);
void neighbours_release(struct neighbours *b);
/* sample 0: none is shown. */
void neighbours_ask(struct neighbours *b, uint32_t sample);
/* Those of this sample, if they are known: *near, the most similar first; for curate/reason.h. Returns how many. */
size_t neighbours_get(const struct neighbours *b, uint32_t sample, const struct neighbour **near);
/* Adds a line for each, up to NEIGHBOURS_SHOWN, of at most `cols` columns; nothing while they are looked up:
 *   nearest: 77 billing .83 "still waiting for my refund…"
 *            512 returns .80 "the boots that I sent back…" */
void neighbours_add(const struct neighbours *b, struct pane *p, const struct sample *s, int cols);

#endif
