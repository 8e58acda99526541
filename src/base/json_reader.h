/* json_reader: reads one JSON value after the other, as json_parse does, but without allocating: for files of very many
 * small objects.
 *
 * What is plain (and that is nearly all of it: a few dozen values, not deep, strictly by RFC 8259) becomes nodes that
 * are used again for the next value, and its strings stay where they were read, unescaped in place. All else (deep or
 * large values, lone surrogates, whatever may be a mistake) goes through json_parse, so that the answer, and the
 * error, are always those of json_parse.
 *
 * Life: json_reader_init, json_read..., json_reader_release. A value is valid until the next json_read and as long as
 * the bytes that it was read from; it is never given to json_free. Threads: one user at a time. */
#ifndef BASE_JSON_READER_H
#define BASE_JSON_READER_H

#include <stddef.h>

#include "base/json.h"

struct json_reader {
  void *nodes;           /* of cJSON */
  struct json *tree;     /* of the last value, where it was not plain */
};
void json_reader_init(struct json_reader *r);
void json_reader_release(struct json_reader *r);
/* The one value in the n bytes from s on, which may be changed; NULL and e on a mistake. */
const struct json *json_read(struct json_reader *r, char *s, size_t n, struct err *e);

#endif
