/* format: the writers of the formats of ship.h that stand in files of their own. */
#ifndef SHIP_FORMAT_H
#define SHIP_FORMAT_H

#include "ship/ship.h"

int format_retort_write(const struct shipment *s, FILE *out, struct err *e);

#endif
