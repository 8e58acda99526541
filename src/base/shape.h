/* shape: structs as JSON and back, from one table of their fields, so that what is written and what is read cannot
 * differ.
 *
 *   static const struct shape_field point_fields[] = {
 *     {"n", SHAPE_COUNT, offsetof(struct point, n)},
 *     {"ci95", SHAPE_PAIR, offsetof(struct point, ci95)}, {.name = NULL}};
 *   static const struct shape point = {sizeof(struct point), point_fields};
 *
 * Members that the table does not name are skipped when reading, and members that are missing stay as they are in a
 * zeroed struct, numbers NaN: a document of an older version is read as far as it goes.
 *
 * Life: shape_read fills a struct that owns its strings and lists; shape_release frees them and zeroes it. Threads: pure
 * functions. Errors: a member of another type is ERR_INPUT with its name. Lists are as long as the JSON is. */
#ifndef BASE_SHAPE_H
#define BASE_SHAPE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum shape_kind {
  SHAPE_TEXT,     /* char *: a string, or null */
  SHAPE_NUMBER,   /* double: a number; NaN is null */
  SHAPE_COUNT,    /* size_t */
  SHAPE_ID,       /* uint32_t */
  SHAPE_FLAG,     /* bool */
  SHAPE_PAIR,     /* two doubles side by side: [lo,hi] */
  SHAPE_PART,     /* a struct inside the struct: an object */
  SHAPE_MAYBE,    /* a pointer to a struct: an object, or null */
  SHAPE_LIST,     /* a pointer to structs, and their number (a size_t at count_at) */
  SHAPE_NUMBERS,  /* double *, and their number */
  SHAPE_IDS,      /* uint32_t *, and their number */
  SHAPE_TEXTS,    /* char **, and their number */
  SHAPE_RAW,      /* char *: JSON as it stands, or null */
};

struct shape;
struct shape_field {
  const char *name;            /* NULL ends a table */
  enum shape_kind kind;
  size_t at;                   /* offset in the struct */
  size_t count_at;             /* of lists: offset of the number of elements */
  const struct shape *of;      /* of parts, maybes and lists */
};
struct shape {
  size_t size;
  const struct shape_field *fields;
};

void shape_write(const struct shape *s, const void *from, struct buf *out);
/* Into a struct of s->size bytes, whatever was in it before. -1: released again. */
int shape_read(const struct shape *s, const struct json *from, void *to, struct err *e);
void shape_release(const struct shape *s, void *what);

#endif
