/* picture: the columns of numbers that filters, sorts, facets and the table ask for (command/columns.h), at hand in the
 * workbench: one set for all.
 *
 * The screen's thread checks filters by the names alone and looks at values that were read; work on other threads
 * shares the set and reads from it. When runs or signals come, the next set is made on a thread of its own; who works
 * with values and finds them out of date since samples moved makes the next one itself where picture_may_renew says so,
 * and gives it here. Until then the old one stays, so that the screen never waits for a file.
 *
 * Life: picture_init (reads the file once: the project was just opened), picture_update once a frame, picture_release.
 * Threads: the screen's; a struct columns may be shared with any (columns_share before the work, columns_free
 * after). */
#ifndef UI_PICTURE_H
#define UI_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/columns.h"

struct workbench;

struct picture {
  struct workbench *w;
  struct columns *columns;
  bool working;
  int64_t due_ms;            /* not to be made again before, for samples that moved alone */
  uint64_t records;          /* revision of the project's records that it is of */
};

void picture_init(struct picture *p, struct workbench *w);
void picture_release(struct picture *p);
void picture_update(struct picture *p);
bool picture_pending(const struct picture *p);     /* another one is to be made as soon as can be */
/* The set is out of date, and it was not made just now: columns_renew, on a thread of its own, is worth its time. */
bool picture_may_renew(const struct picture *p);
/* This is the set from now on; it took so long to make and to read. The caller keeps its share. */
void picture_give(struct picture *p, struct columns *c, int64_t took_ms);

#endif
