/* value: the values of the template language, as Python and Jinja know them.
 *
 * A struct value is small and copied freely; what it points to lies in an arena and is released with it, all at once.
 * Strings are UTF-8 with a length. Lists and dicts are shared, not copied: whoever holds the value sees an addition.
 * A caller builds the scope of a template as a dict:
 *
 *   struct value scope = value_dict(&arena);
 *   value_set(&arena, scope, "label", value_str(&arena, "billing"));
 *   jinja_render(template, scope, &out, &e);
 *
 * Life: any time while the arena lives. Threads: as the arena, one user at a time.
 * Errors: none here; what can fail in a template (operators, filters) is in the rooms' own headers. */
#ifndef PROMPT_VALUE_H
#define PROMPT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

enum value_kind {
  VALUE_UNDEFINED,  /* a name or member that is not there: any use but `is defined` and `default` is an error; or, with
                       no message, the missing else of an inline if: prints as nothing */
  VALUE_NONE,
  VALUE_BOOL,
  VALUE_INT,        /* 64 bits; more is an error */
  VALUE_FLOAT,
  VALUE_STRING,
  VALUE_LIST,
  VALUE_TUPLE,      /* a list that prints with parentheses and can be a key */
  VALUE_DICT,       /* in order of insertion */
  VALUE_VIEW,       /* keys(), values(), items() of a dict */
  VALUE_RANGE,
  VALUE_STREAM,     /* what map, select, … give: can be gone through once, has no length */
  VALUE_LOOP,       /* `loop` in a for */
  VALUE_NAMESPACE,  /* namespace(): a dict whose members can be set */
  VALUE_CALLABLE,   /* a global function, or a method with its object */
};

struct value_list;
struct value_pairs;
struct value_range { int64_t from, to, step; };
struct value_stream;
struct value_callable;
struct loop;

struct value {
  enum value_kind kind;
  union {
    bool boolean;
    int64_t integer;
    double number;
    struct { const char *s; size_t n; } string;
    struct { const char *message; uint32_t at; } undefined;  /* for whoever uses it; where in the template it came up */
    struct value_list *list;     /* LIST, TUPLE, VIEW */
    struct value_pairs *dict;    /* DICT, NAMESPACE */
    struct value_range *range;
    struct value_stream *stream;
    struct value_callable *callable;
    struct loop *loop;
  };
};

struct value_list {
  struct value *v;
  size_t n, cap;
  int depth;                     /* levels of lists and dicts below; a value never changes after it is shared */
  const char *view;              /* VIEW: "dict_keys", … */
  bool group;                    /* a tuple of groupby: its two members are also .grouper and .list */
};
struct value_pair {
  struct value key, value;
};
struct value_pairs {
  struct value_pair *v;
  size_t n, cap;
  int depth;
};
struct value_stream {
  struct value_list *list;
  size_t at;                     /* the next element */
};

/* For callers that build a scope. Strings are copied into the arena. */
struct value value_none(void);
struct value value_bool(bool x);
struct value value_int(int64_t x);
struct value value_float(double x);
struct value value_string(struct arena *a, const char *s, size_t n);
struct value value_str(struct arena *a, const char *s);        /* NUL-terminated; NULL gives none */
struct value value_ref(const char *s, size_t n);               /* not copied: s outlives the value */
struct value value_list(struct arena *a);
struct value value_dict(struct arena *a);
void value_push(struct arena *a, struct value list, struct value x);
/* Sets a member of a dict (replaced where it is there already). */
void value_set(struct arena *a, struct value dict, const char *key, struct value x);
/* The same value from JSON; a number without fraction below 2^53 becomes an int. */
struct value value_of_json(struct arena *a, const struct json *j);

/* For the language itself. */
struct value value_undefined(const char *message, uint32_t at);  /* the message is kept, not copied */
struct value value_tuple(struct arena *a);
struct value value_stream(struct arena *a, struct value_list *list);
void value_put(struct arena *a, struct value dict, struct value key, struct value x);
const struct value *value_get(struct value dict, struct value key);              /* NULL: not there */
const struct value *value_get_str(struct value dict, const char *key, size_t n);
bool value_is_number(struct value x);                          /* int, float or bool, as in Python */
double value_number(struct value x);
bool value_true(struct value x);                               /* Python's truth */
/* -1, 0, 1 as x < y, x == y, x > y; 2: no order between these (a NaN, or types that Python does not order). */
int value_compare(struct value x, struct value y);
bool value_equal(struct value x, struct value y);
bool value_is(struct value x, const char *s);                  /* this string */
bool value_hashable(struct value x);
int value_depth(struct value x);                               /* levels of lists and dicts; bounds every recursion */
/* The kind as Python calls it: 'str', 'int', 'NoneType', 'dict', … */
const char *value_type_name(struct value x);
size_t value_range_size(const struct value_range *r);

/* Adds str(x) or repr(x) as Python writes them. Floats as Python's repr. */
void value_print(struct buf *out, struct value x);
void value_repr(struct buf *out, struct value x);
void value_repr_string(struct buf *out, const char *s, size_t n);
void value_print_float(struct buf *out, double x);

#endif
