/* token: the template language cut into tokens, white space between text and tags already taken away as Jinja does it
 * (trim_blocks, lstrip_blocks, - and +; after jinja2/lexer.py). */
#ifndef PROMPT_TOKEN_H
#define PROMPT_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "prompt/value.h"

enum token_kind {
  TOKEN_EOF,
  TOKEN_DATA,            /* text between tags */
  TOKEN_BLOCK_BEGIN, TOKEN_BLOCK_END,
  TOKEN_PRINT_BEGIN, TOKEN_PRINT_END,
  TOKEN_NAME, TOKEN_STRING, TOKEN_INT, TOKEN_FLOAT,
  TOKEN_ADD, TOKEN_SUB, TOKEN_MUL, TOKEN_DIV, TOKEN_FLOORDIV, TOKEN_MOD, TOKEN_POW, TOKEN_TILDE,
  TOKEN_EQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE,
  TOKEN_LPAREN, TOKEN_RPAREN, TOKEN_LBRACKET, TOKEN_RBRACKET, TOKEN_LBRACE, TOKEN_RBRACE,
  TOKEN_ASSIGN, TOKEN_DOT, TOKEN_COLON, TOKEN_PIPE, TOKEN_COMMA, TOKEN_SEMICOLON,
};

struct token {
  enum token_kind kind;
  uint32_t at;           /* offset in the source */
  struct value value;    /* of a literal; the text of DATA and NAME as a string */
};

/* A source in memory and where it comes from; places in messages are computed from offsets. */
struct source {
  const char *s;         /* line ends are \n */
  size_t n;
  const char *name;
  int first_line;
};
/* Fills e with "NAME:LINE:COLUMN: message" for the byte at offset; returns -1. */
int source_fail(const struct source *src, uint32_t at, struct err *e, const char *format, ...)
  __attribute__((format(printf, 4, 5)));

/* The tokens of src, ended by an EOF token; NULL and e on a mistake. They lie in the arena and point into src. */
struct token *token_list(struct arena *a, const struct source *src, size_t *n, struct err *e);
/* How a message names it: 'name', '}}', the end of the template. */
const char *token_show(const struct token *t, char out[48]);
const char *token_kind_show(enum token_kind kind);

#endif
