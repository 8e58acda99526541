/* node: a parsed template as a tree. Made by the parser, read by the renderer, never changed. */
#ifndef PROMPT_NODE_H
#define PROMPT_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prompt/token.h"
#include "prompt/value.h"

enum node_kind {
  /* Statements. */
  NODE_BODY,         /* v */
  NODE_DATA,         /* value: the text */
  NODE_PRINT,        /* a */
  NODE_IF,           /* v: test, body, test, body, …, and last an else body or NULL */
  NODE_FOR,          /* a target, b what to go through, c body; v: else body, condition (or NULL); flag: recursive */
  NODE_SET,          /* a target, b expression */
  NODE_SET_BLOCK,    /* a target, b a chain of filters over NODE_BODY_TEXT or NULL, c body */
  NODE_WITH,         /* v: target, expression, …; c body */
  NODE_FILTER_BLOCK, /* b a chain of filters over NODE_BODY_TEXT, c body */
  /* Expressions. */
  NODE_CONST,        /* value */
  NODE_NAME,         /* value: the name */
  NODE_BODY_TEXT,    /* the text of the block that is being filtered */
  NODE_LIST, NODE_TUPLE,  /* v */
  NODE_DICT,         /* v: key, value, … */
  NODE_NOT, NODE_NEGATE, NODE_PLUS,  /* a */
  NODE_AND, NODE_OR, /* a, b */
  NODE_BINARY,       /* op, a, b */
  NODE_CONCAT,       /* v */
  NODE_COMPARE,      /* a, v the further operands, ops their operators */
  NODE_CHOICE,       /* a if b else c (c may be NULL) */
  NODE_MEMBER,       /* a.value */
  NODE_ITEM,         /* a[b] */
  NODE_SLICE,        /* a[v0:v1:v2], each may be NULL */
  NODE_CALL,         /* a(v, keywords) */
  NODE_FILTER,       /* a|row(v, keywords) */
  NODE_TEST,         /* a is row(v, keywords) */
  NODE_NS_TARGET,    /* value.b->value: namespace member as target of set; the member is a NODE_CONST */
};

enum operator {
  OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_FLOORDIV, OP_MOD, OP_POW,
  OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_NOT_IN,
};

struct builtin;

struct node {
  enum node_kind kind;
  uint32_t at;              /* offset in the source, for messages */
  int depth;                /* levels of nodes below */
  enum operator op;
  bool flag;
  struct value value;
  struct node *a, *b, *c;
  struct node **v;
  size_t n;
  const char **keywords;    /* of a call: names of the last n_keywords of v */
  size_t n_keywords;
  enum operator *ops;
  const struct builtin *row;
};

struct jinja {
  struct source source;
  struct node *body;
};

#define NODE_DEPTH 200      /* deepest tree */

/* The tree of src; NULL and e on a mistake. */
struct node *parse_source(struct arena *a, const struct source *src, struct err *e);

#endif
