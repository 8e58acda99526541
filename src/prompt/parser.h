/* parser: what the two files of the parser share. parser.c has the statements, expression.c the expressions. */
#ifndef PROMPT_PARSER_H
#define PROMPT_PARSER_H

#include "prompt/node.h"

struct parser {
  struct arena *arena;
  const struct source *src;
  struct err *e;
  const struct token *t;    /* the current token; the one after is there unless this is EOF */
  int depth;                /* of the parser's own recursion */
};

/* A list of nodes that grows. */
struct nodes {
  struct node **v;
  size_t n, cap;
};
void nodes_add(struct parser *p, struct nodes *list, struct node *x);

struct node *node_new(struct parser *p, enum node_kind kind, uint32_t at);
/* Sets depth from the children, which must be in place; NULL where the tree grows too deep. Call it for each finished
 * node. */
struct node *node_done(struct parser *p, struct node *x);

/* All answer NULL (or -1) with p->e set on a mistake. */
struct node *parse_fail(struct parser *p, uint32_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
int parse_expect(struct parser *p, enum token_kind kind);
bool parse_is_name(const struct token *t, const char *name);
bool parse_skip_name(struct parser *p, const char *name);   /* true if it was there, and is passed */
struct node *parse_expression(struct parser *p, bool with_choice);
/* A list with commas but without brackets: `a, b`; one expression alone is no tuple. `end`: a name that ends it, or
 * NULL. */
struct node *parse_tuple(struct parser *p, bool only_primaries, bool with_choice, const char *end, bool in_brackets);
/* |name(…)|name(…) over x. */
struct node *parse_filters(struct parser *p, struct node *x);
/* The filter whose name is the current token. */
struct node *parse_filter_name(struct parser *p, struct node *x);

#endif
