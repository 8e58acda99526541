/* json: reading (over cJSON, the only file that includes it) and writing of JSON.
 *
 * Reading: json_parse makes a tree of struct json (opaque), json_free frees its root. Accessors accept NULL and a value
 * of another type, and then answer "nothing" (NULL, the default, 0), so that a path can be walked without a check at
 * each step. Strings are valid UTF-8 and contain no NUL (such input is refused). Depth is bounded by cJSON (1000).
 * Writing: json_add_... append to a struct buf; the writer is only as structured as its caller.
 * Threads: a tree belongs to one thread at a time. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json;

/* One JSON value; anything but white space after it is an error unless `rest` is given (then *rest is where it ends).
 * NULL and e (with the byte offset) on a mistake. */
struct json *json_parse(const char *s, size_t n, const char **rest, struct err *e);
void json_free(struct json *j);

enum json_type json_type(const struct json *j);        /* NULL has type JSON_NULL */
const struct json *json_get(const struct json *object, const char *key);
/* Walks keys: json_path(j, "message", "content", NULL). */
const struct json *json_path(const struct json *object, ...) __attribute__((sentinel));
const struct json *json_first(const struct json *container);  /* first element or member */
const struct json *json_next(const struct json *element);     /* the one after, or NULL */
const struct json *json_at(const struct json *array, size_t i);
const char *json_key(const struct json *member);              /* the name of a member of an object */
size_t json_size(const struct json *container);
const char *json_string(const struct json *j);                /* NULL if it is no string */
double json_number(const struct json *j, double otherwise);
bool json_is_true(const struct json *j);
/* Appends the value again as compact JSON. */
void json_print(struct buf *out, const struct json *j);

/* A string with quotes; control characters escaped, invalid UTF-8 replaced by U+FFFD. */
void json_add_string(struct buf *out, const char *s, size_t n);
void json_add_str(struct buf *out, const char *s);            /* NUL-terminated; NULL writes null */
/* How many bytes from s on surely stand for themselves in a string: no quotes, backslashes, control characters; with
 * `ascii` none beyond ASCII either. It looks at 8 at a time and stops before those that hold another: a fast start for
 * a loop over bytes, which sees the rest. */
size_t json_plain(const char *s, size_t n, bool ascii);
/* The shortest decimal that reads back as the same double; null for what is not finite. */
void json_add_number(struct buf *out, double x);
/* `"key":` with a comma before it unless it follows an opening brace. */
void json_add_key(struct buf *out, const char *key);
void json_add_field(struct buf *out, const char *key, const char *s);    /* a member that is a string (NULL: null) */
void json_add_field_number(struct buf *out, const char *key, double x);
void json_add_field_int(struct buf *out, const char *key, int64_t x);
void json_add_field_bool(struct buf *out, const char *key, bool x);
/* A comma unless the last byte opens an array or object: call before each element. */
void json_add_comma(struct buf *out);

#endif
