/* listing: samples as lines of a table or of JSON, with what is known of them beside what stands in them. */
#ifndef COMMAND_LISTING_H
#define COMMAND_LISTING_H

#include "command/call.h"

/* The fields that can be columns besides the signals, for option tables and messages. */
#define LISTING_FIELDS "id, label, status, origin, split, template, teacher, attributes, words, chars, text"

/* columns: "id,label,suspect"; NULL: the usual ones, and with a sort key that is no field its value and what is
 * suggested. ERR_INPUT: a name that is neither a field nor a column of numbers. */
int listing_text(struct call *c, const char *columns, const char *sort, const uint32_t *ids, size_t n, struct err *e);
/* A line each: the sample, and as further members the signals that it has. */
void listing_json(struct call *c, const uint32_t *ids, size_t n);

#endif
