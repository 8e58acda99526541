/* filter_parser: what the two files that read a filter share: filter_parse.c has the grammar, filter_term.c the words
 * that ask of a field. Functions that give a node give NULL after a mistake, which is then in p->e. */
#ifndef CORPUS_FILTER_PARSER_H
#define CORPUS_FILTER_PARSER_H

#include "base/buf.h"
#include "corpus/filter_node.h"

/* A saved filter that is being read, and the one that asked for it. */
struct parser_saved {
  const char *name;
  const struct parser_saved *by;
};
struct parser {
  const struct corpus *corpus;
  const struct filter_provider *provider;
  struct filter *filter;
  const char *text, *at, *end;
  int depth;
  const struct parser_saved *saved;  /* NULL: what is read is what the caller gave */
  struct err *e;
};

/* A mistake at a place: "filter:8: " and what it is. NULL, for callers that give a node. */
struct node *
parser_mistake(struct parser *p, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Does a word end at s? */
bool parser_ends_word(const struct parser *p, const char *s);
/* Reads "a quoted text" (with \" and \\) and adds it to b; p->at is on the quote. */
int parser_quoted(struct parser *p, struct buf *b);
/* Reads a value into b: quoted, or up to white space, a parenthesis, or one of `stop`. */
int parser_value(struct parser *p, const char *stop, struct buf *b);
struct node *parser_node(struct parser *p, enum node_kind kind, int cost);
struct node *parser_text_node(struct parser *p, const char *s, size_t n);
/* All of p->text. */
struct node *parser_all(struct parser *p);
/* @name, with p->at on the @. */
struct node *parser_saved_term(struct parser *p);
/* field:value, field>number, a flag, or a word to look for. */
struct node *parser_bare_term(struct parser *p);

#endif
