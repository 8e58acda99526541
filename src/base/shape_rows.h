/* shape_rows: rows of shapes (base/shape.h), one a member: its name in the JSON is its name in the struct, but for
 * NAMED ones. For files that write down shapes, not for headers. */
#ifndef BASE_SHAPE_ROWS_H
#define BASE_SHAPE_ROWS_H

#include <stddef.h>

#include "base/shape.h"

#define OF(type, kind, member) {#member, SHAPE_##kind, offsetof(struct type, member), 0, NULL}
#define NAMED(type, kind, name, member) {name, SHAPE_##kind, offsetof(struct type, member), 0, NULL}
#define PART(type, member, shape) {#member, SHAPE_PART, offsetof(struct type, member), 0, &(shape)}
#define MAYBE(type, member, shape) {#member, SHAPE_MAYBE, offsetof(struct type, member), 0, &(shape)}
#define LIST(type, member, count, shape) NAMED_LIST(type, #member, member, count, shape)
#define NAMED_LIST(type, name, member, count, shape) \
  {name, SHAPE_LIST, offsetof(struct type, member), offsetof(struct type, count), &(shape)}
#define VALUES(type, kind, member, count) \
  {#member, SHAPE_##kind, offsetof(struct type, member), offsetof(struct type, count), NULL}
#define END {NULL, SHAPE_TEXT, 0, 0, NULL}
#define SHAPE(type, fields) {sizeof(struct type), fields}

#endif
