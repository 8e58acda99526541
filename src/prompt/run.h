/* run: one rendering: its memory, its limits, the names in scope. What the files of the renderer share. */
#ifndef PROMPT_RUN_H
#define PROMPT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "prompt/builtin.h"
#include "prompt/node.h"
#include "prompt/value.h"

/* A level of names: the template's own, a loop round's, a with's. */
struct frame {
  struct frame *up;
  struct value names;        /* dict */
};

struct run {
  struct arena arena;        /* all values of this rendering */
  const struct jinja *t;
  struct value scope;        /* what the caller gave */
  struct frame *frame;
  struct buf *out;           /* where text goes now */
  struct value body_text;    /* for NODE_BODY_TEXT */
  uint32_t at;               /* where in the source we are, for messages */
  size_t work;               /* done so far */
  int depth;                 /* of the recursion of eval and render */
  struct err *e;
};

/* A loop that runs: what `loop` stands for. */
struct loop {
  const struct node *node;
  struct value_list *items;
  struct frame *outer;       /* the names around the loop */
  size_t index0;
  int depth0;                /* levels of recursion above this one */
  struct value changed;      /* the tuple that changed() saw last; undefined at first */
};

/* What a callable value is: a global function, a method with its object, or (row NULL) a recursive loop. */
struct value_callable {
  const struct builtin *row;
  struct value self;
};
struct value run_callable(struct run *r, const struct builtin *row, struct value self);

/* Fills r->e with the place and the message; returns -1. */
int run_fail(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Counts n units of work and looks at the memory used; -1 with an error past a limit. */
int run_charge(struct run *r, size_t n);
/* -1 with its own message if x is undefined (an inline if without else counts as defined: it is empty). */
int run_need(struct run *r, struct value x);
int run_truth(struct run *r, struct value x, bool *truth);
/* The text of a buf (which is released) as a string value; -1 if it had grown too long. */
int run_string(struct run *r, struct buf *b, struct value *out);
struct buf run_buf(void);    /* a buf for that, with the limit of strings */
/* str(x) as a string value. */
int run_text(struct run *r, struct value x, struct value *text);
/* The elements of anything that can be gone through; a list's own, so not to be changed. A stream is used up. */
int run_items(struct run *r, struct value x, struct value_list **items);
/* An undefined value with a message that is kept. */
struct value run_undefined(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct value run_name(struct run *r, const char *name, size_t n);

/* operate.c: operators. */
int operate(struct run *r, enum operator op, struct value x, struct value y, struct value *out);
int operate_compare(struct run *r, enum operator op, struct value x, struct value y, bool *truth);
int operate_order(struct run *r, struct value x, struct value y, int *order);  /* -1, 0, 1, for sorting */
int operate_negate(struct run *r, struct value x, struct value *out);
int operate_size(struct run *r, struct value x, size_t *n);
/* access.c: x[key], x.name, x[from:to:step]. Where there is no such thing, out is undefined. */
int access_item(struct run *r, struct value x, struct value key, struct value *out);
int access_member(struct run *r, struct value x, const char *name, size_t n, struct value *out);
int access_slice(struct run *r, struct value x, const struct value part[3], struct value *out);
/* attribute="a.b.0" of filters; an int is an index. */
int access_path(struct run *r, struct value x, struct value path, struct value *out);
/* eval.c, render.c. */
int eval(struct run *r, const struct node *n, struct value *out);
int render(struct run *r, const struct node *n);
int render_loop(struct run *r, const struct node *n, struct value iterable, int depth0);
int render_call(struct run *r, struct value callee, const struct value *v, size_t n, const char *const *names,
                size_t n_names,
                struct value *out);
/* str.replace(): at most `most` times, below 0: always. */
int run_replace(struct run *r, struct value s, struct value from, struct value to, int64_t most, struct value *out);
/* sort.c: a stable order of items by their keys, into out; both have n elements. */
int sort_by(struct run *r, const struct value *items, const struct value *keys, size_t n, bool reverse,
            struct value out);
/* tojson.c: as json.dumps(sort_keys=True) with < > & ' escaped; indent below 0: on one line. */
int tojson(struct run *r, struct value x, int indent, struct value *out);
/* format.c: printf-style and str.format(). */
/* named: the one value of which %(name)s takes members; if it is a dict, list or range it need not be used at all.
 * NULL: none. */
int format_percent(struct run *r, struct value format, const struct value *v, size_t n, const struct value *named,
                   struct value *out);
int format_braces(struct run *r, struct call *c, struct value *out);

#endif
