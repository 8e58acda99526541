#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/literal.h"
#include "prompt/token.h"

#define TOKENS_MAX 300000
#define BRACKETS_MAX 200

struct lexer {
  struct arena *arena;
  const struct source *src;
  struct err *e;
  size_t at;                 /* in the source */
  bool line_starting;        /* the last tag ended with a line end (or nothing came before) */
  char closing[BRACKETS_MAX];  /* the brackets open inside the tag, as what closes them */
  int n_closing;
  struct token *tokens;
  size_t n, cap;
};

int
source_fail(const struct source *src, uint32_t at, struct err *e, const char *format, ...)
{
  size_t line_from = 0;
  int line = src->first_line;
  va_list args;
  char message[800];

  if (at > src->n)
    at = (uint32_t)src->n;
  for (size_t i = 0; i < at; i++)
    if (src->s[i] == '\n') {
      line++;
      line_from = i + 1;
    }
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return err_set(e, ERR_INPUT, "%s:%d:%zu: %s", src->name, line, utf8_count(src->s + line_from, at - line_from) + 1,
                 message);
}

static struct token *
add(struct lexer *x, enum token_kind kind, size_t at)
{
  if (x->n == x->cap) {
    size_t cap = x->cap ? 2 * x->cap : 64;
    struct token *t = arena_alloc(x->arena, cap * sizeof *t);

    if (x->n)
      memcpy(t, x->tokens, x->n * sizeof *t);
    x->tokens = t;
    x->cap = cap;
  }
  x->tokens[x->n] = (struct token){.kind = kind, .at = (uint32_t)at};
  return &x->tokens[x->n++];
}

static void
add_data(struct lexer *x, size_t from, size_t to)
{
  if (to > from)
    add(x, TOKEN_DATA, from)->value = value_ref(x->src->s + from, to - from);
}

static bool
is(const struct lexer *x, size_t at, const char *what)
{
  size_t n = strlen(what);

  return at + n <= x->src->n && memcmp(x->src->s + at, what, n) == 0;
}

static size_t
skip_space(const struct lexer *x, size_t at)
{
  return at + text_leading_space(x->src->s + at, x->src->n - at);
}

/* What the text from..to in front of a tag keeps: `sign` is the tag's - or +, or 0; lstrip says whether blanks
 * between the line's start and the tag go. */
static size_t
text_end(const struct lexer *x, size_t from, size_t to, char sign, bool lstrip)
{
  const char *s = x->src->s;
  size_t line;

  if (sign == '-')
    return to - text_trailing_space(s + from, to - from);
  if (sign == '+' || !lstrip)
    return to;
  for (line = to; line > from && s[line - 1] != '\n'; line--)
    ;
  if (line == from && !x->line_starting)
    return to;
  return text_leading_space(s + line, to - line) == to - line ? line : to;
}

/* Where a tag's end at `at` leaves us: %} takes one line end with it (trim), -%} all white space; 0: no end here. */
static size_t
tag_end(const struct lexer *x, size_t at, const char *mark, bool plus, bool trim)
{
  char sign = at < x->src->n ? x->src->s[at] : '\0';
  size_t signed_at = at + (sign == '-' || (plus && sign == '+'));

  if (!is(x, signed_at, mark))
    return 0;
  if (sign == '-')
    return skip_space(x, at + 3);
  if (sign == '+')
    return at + 3;
  at += 2;
  return trim && at < x->src->n && x->src->s[at] == '\n' ? at + 1 : at;
}

static void
note_end(struct lexer *x, size_t end)
{
  x->at = end;
  x->line_starting = end > 0 && x->src->s[end - 1] == '\n';
}

static int
lex_comment(struct lexer *x, size_t open, size_t at)
{
  for (; at < x->src->n; at++) {
    size_t end = tag_end(x, at, "#}", true, true);

    if (end) {
      note_end(x, end);
      return 0;
    }
  }
  return source_fail(x->src, (uint32_t)open, x->e, "unclosed comment: '{#' without '#}'");
}

/* After {%, {%- or {%+: where the body of a raw block begins, or 0 if this is none. */
static size_t
raw_body(const struct lexer *x, size_t at)
{
  at = skip_space(x, at);
  if (!is(x, at, "raw"))
    return 0;
  return tag_end(x, skip_space(x, at + 3), "%}", false, false);
}

static int
lex_raw(struct lexer *x, size_t open, size_t from)
{
  note_end(x, from);
  for (size_t at = from; at < x->src->n; at++) {
    size_t name, end;
    char sign;

    if (!is(x, at, "{%"))
      continue;
    sign = at + 2 < x->src->n && (x->src->s[at + 2] == '-' || x->src->s[at + 2] == '+') ? x->src->s[at + 2] : '\0';
    name = skip_space(x, at + 2 + (sign != '\0'));
    if (!is(x, name, "endraw") || !(end = tag_end(x, skip_space(x, name + 6), "%}", true, true)))
      continue;
    add_data(x, from, text_end(x, from, at, sign, true));
    note_end(x, end);
    return 0;
  }
  return source_fail(x->src, (uint32_t)open, x->e, "unclosed raw block: no {%% endraw %%}");
}

static const struct {
  char text[3];
  enum token_kind kind;
} operators[] = {
  {"//", TOKEN_FLOORDIV}, {"**", TOKEN_POW}, {"==", TOKEN_EQ}, {"!=", TOKEN_NE}, {">=", TOKEN_GE}, {"<=", TOKEN_LE},
  {"+", TOKEN_ADD}, {"-", TOKEN_SUB}, {"/", TOKEN_DIV}, {"*", TOKEN_MUL}, {"%", TOKEN_MOD}, {"~", TOKEN_TILDE},
  {"[", TOKEN_LBRACKET}, {"]", TOKEN_RBRACKET}, {"(", TOKEN_LPAREN}, {")", TOKEN_RPAREN}, {"{", TOKEN_LBRACE},
  {"}", TOKEN_RBRACE}, {">", TOKEN_GT}, {"<", TOKEN_LT}, {"=", TOKEN_ASSIGN}, {".", TOKEN_DOT}, {":", TOKEN_COLON},
  {"|", TOKEN_PIPE}, {",", TOKEN_COMMA}, {";", TOKEN_SEMICOLON},
};

const char *
token_kind_show(enum token_kind kind)
{
  for (size_t i = 0; i < N_OF(operators); i++)
    if (operators[i].kind == kind)
      return operators[i].text;
  return kind == TOKEN_EOF ? "the end of the template" : kind == TOKEN_DATA ? "text" :
         kind == TOKEN_BLOCK_BEGIN ? "{%" : kind == TOKEN_BLOCK_END ? "%}" : kind == TOKEN_PRINT_BEGIN ? "{{" :
         kind == TOKEN_PRINT_END ? "}}" : kind == TOKEN_NAME ? "a name" : kind == TOKEN_STRING ? "a string" :
           "a number";
}

const char *
token_show(const struct token *t, char out[48])
{
  if (t->kind == TOKEN_NAME)
    snprintf(out, 48, "'%.*s'", (int)(t->value.string.n > 40 ? 40 : t->value.string.n), t->value.string.s);
  else if (t->kind == TOKEN_EOF || t->kind == TOKEN_STRING || t->kind == TOKEN_INT || t->kind == TOKEN_FLOAT ||
           t->kind == TOKEN_DATA)
    snprintf(out, 48, "%s", token_kind_show(t->kind));
  else
    snprintf(out, 48, "'%s'", token_kind_show(t->kind));
  return out;
}

/* Keeps the brackets in balance: a tag ends only where all are closed. */
static int
note_bracket(struct lexer *x, enum token_kind kind, size_t at)
{
  char opens = kind == TOKEN_LPAREN ? ')' : kind == TOKEN_LBRACKET ? ']' : kind == TOKEN_LBRACE ? '}' : '\0';
  char closes = kind == TOKEN_RPAREN ? ')' : kind == TOKEN_RBRACKET ? ']' : kind == TOKEN_RBRACE ? '}' : '\0';

  if (opens) {
    if (x->n_closing == BRACKETS_MAX)
      return source_fail(x->src, (uint32_t)at, x->e, "more than %d open brackets", BRACKETS_MAX);
    x->closing[x->n_closing++] = opens;
  } else if (closes) {
    if (x->n_closing == 0)
      return source_fail(x->src, (uint32_t)at, x->e, "unexpected '%c'", closes);
    if (x->closing[--x->n_closing] != closes)
      return source_fail(x->src, (uint32_t)at, x->e, "unexpected '%c', expected '%c'", closes,
                         x->closing[x->n_closing]);
  }
  return 0;
}

static int
lex_operator(struct lexer *x)
{
  size_t len;

  for (size_t i = 0; i < N_OF(operators); i++)
    if (is(x, x->at, operators[i].text)) {
      if (note_bracket(x, operators[i].kind, x->at) < 0)
        return -1;
      add(x, operators[i].kind, x->at);
      x->at += strlen(operators[i].text);
      return 0;
    }
  utf8_decode(x->src->s + x->at, x->src->n - x->at, &len);
  return source_fail(x->src, (uint32_t)x->at, x->e, "unexpected character '%.*s'", (int)len, x->src->s + x->at);
}

/* One name, number, string or operator inside a tag. */
static int
lex_inside(struct lexer *x)
{
  const char *s = x->src->s + x->at;
  size_t n = x->src->n - x->at, len;
  bool after_dot = x->at > 0 && s[-1] == '.';
  const char *why = NULL;
  struct value value;

  if ((len = literal_number(s, n, after_dot, &value, &why))) {
    if (why)
      return source_fail(x->src, (uint32_t)x->at, x->e, "%s", why);
    add(x, value.kind == VALUE_INT ? TOKEN_INT : TOKEN_FLOAT, x->at)->value = value;
  } else if ((len = literal_name(s, n))) {
    add(x, TOKEN_NAME, x->at)->value = value_ref(s, len);
  } else if (*s == '"' || *s == '\'') {
    len = literal_string(x->arena, s, n, &value, &why);
    if (why)
      return source_fail(x->src, (uint32_t)x->at, x->e, "%s", why);
    add(x, TOKEN_STRING, x->at)->value = value;
  } else {
    return lex_operator(x);
  }
  x->at += len;
  return 0;
}

/* The inside of a {{ }} or {% %} that was opened at `open`, to its end. */
static int
lex_tag(struct lexer *x, size_t open, bool block, size_t at)
{
  const char *mark = block ? "%}" : "}}";
  size_t end, before = x->n;

  add(x, block ? TOKEN_BLOCK_BEGIN : TOKEN_PRINT_BEGIN, open);
  x->at = at;
  x->n_closing = 0;
  while (x->at = skip_space(x, x->at), x->at < x->src->n) {
    if (x->n_closing == 0 && (end = tag_end(x, x->at, mark, block, block))) {
      add(x, block ? TOKEN_BLOCK_END : TOKEN_PRINT_END, x->at);
      note_end(x, end);
      return 0;
    }
    if (x->n > TOKENS_MAX)
      return source_fail(x->src, (uint32_t)x->at, x->e, "more than %d words in the template's tags", TOKENS_MAX);
    /* Another tag that begins inside this one: the person forgot the end of this one. */
    if (x->n > before + 1 && x->n_closing == 0 && (is(x, x->at, "{{") || is(x, x->at, "{%")))
      break;
    if (lex_inside(x) < 0)
      return -1;
  }
  return source_fail(x->src, (uint32_t)open, x->e, "unclosed tag: '%s' without '%s'", block ? "{%" : "{{", mark);
}

/* The next {{, {% or {#. */
static size_t
next_tag(const struct source *src, size_t at)
{
  while (at + 1 < src->n) {
    const char *brace = memchr(src->s + at, '{', src->n - at - 1);

    if (!brace)
      break;
    if (brace[1] == '{' || brace[1] == '%' || brace[1] == '#')
      return (size_t)(brace - src->s);
    at = (size_t)(brace - src->s) + 1;
  }
  return src->n;
}

struct token *
token_list(struct arena *a, const struct source *src, size_t *n, struct err *e)
{
  struct lexer x = {.arena = a, .src = src, .e = e, .line_starting = true};

  while (x.at < src->n) {
    size_t open = next_tag(src, x.at), at = open + 2, raw = 0;
    char kind, sign;
    int r;

    if (open == src->n) {
      add_data(&x, x.at, src->n);
      break;
    }
    kind = src->s[open + 1];
    sign = at < src->n && (src->s[at] == '-' || src->s[at] == '+') ? src->s[at] : '\0';
    at += sign != '\0';
    add_data(&x, x.at, text_end(&x, x.at, open, sign, kind != '{'));
    if (kind == '%')
      raw = raw_body(&x, at);
    r = kind == '#' ? lex_comment(&x, open, at) : raw ? lex_raw(&x, open, raw) : lex_tag(&x, open, kind == '%', at);
    if (r < 0)
      return NULL;
  }
  add(&x, TOKEN_EOF, src->n);
  *n = x.n;
  return x.tokens;
}
