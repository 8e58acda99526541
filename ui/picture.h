/* picture: the columns of numbers that filters, sorts and the table ask for (command/columns.h), at hand in the workbench.
 *
 * One set is held. When runs or signals come, and now and then while samples move, the next one is made on a thread of
 * its own, with the columns that were in use read again; until it is there the old one stays, so that the screen never
 * waits for a file. The screen's thread checks filters by the names alone and looks at values that were read; a search on
 * another thread shares the set.
 *
 * Life: picture_init (reads the file once: the project was just opened), picture_update once a frame, picture_release.
 * Threads: the screen's; a struct columns may be shared with any (columns_share before the work, columns_free after). */
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
  struct wanted {            /* columns in use */
    char *name;
    int sets;                /* made since it was asked for last */
  } *wanted;
  size_t n_wanted, cap_wanted;
  bool unread;               /* some of them was not read yet */
  bool working;
  int64_t due_ms;            /* not to be made again before, for samples that moved alone */
  uint64_t records;          /* revision of the project's records that it is of */
  uint64_t made;             /* grows with each set, and with each column read */
};

void picture_init(struct picture *p, struct workbench *w);
void picture_release(struct picture *p);
void picture_update(struct picture *p);
bool picture_pending(const struct picture *p);     /* another one is to be made as soon as can be */
/* The values of a column: 1; 0: there is one, and it will be read now (*column says what kind); -1: there is none. Valid
 * until the next picture_update. */
int picture_column(struct picture *p, const char *name, struct column *column);

#endif
