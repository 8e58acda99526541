/* restore: the second half of an import: the names and numbers by which a file says where a sample came from become
 * records of this project. Private to this room. */
#ifndef SHIP_RESTORE_H
#define SHIP_RESTORE_H

#include "ship/dataset.h"

/* True if the project has no samples yet, so that those of an export can have their ids again. */
bool restore_ids_wanted(const struct dataset_import *d);
/* Adds the labels, finds or notes down templates, teachers and requests, and sets them and the parents in d->change. */
int restore_sources(struct dataset_import *d, struct err *e);

#endif
