/* The expressions of the template language, by precedence (after jinja2/parser.py). */
#include <string.h>

#include "base/nearest.h"
#include "prompt/builtin.h"
#include "prompt/jinja.h"
#include "prompt/parser.h"

static struct node *parse_or(struct parser *p);
static struct node *parse_unary(struct parser *p, bool with_filters);

/* One level deeper; false with an error where that is too deep. */
static bool
enter(struct parser *p)
{
  if (++p->depth <= JINJA_DEPTH)
    return true;
  parse_fail(p, p->t->at, "nested too deeply (more than %d levels)", JINJA_DEPTH);
  return false;
}

static struct node *
leave(struct parser *p, struct node *x)
{
  p->depth--;
  return x;
}

static struct node *
parse_choice(struct parser *p)
{
  struct node *x = parse_or(p);

  while (x && parse_is_name(p->t, "if")) {
    struct node *choice = node_new(p, NODE_CHOICE, p->t++->at);

    choice->a = x;
    if (!(choice->b = parse_or(p)))
      return NULL;
    if (parse_skip_name(p, "else") && !(choice->c = parse_expression(p, true)))
      return NULL;
    x = node_done(p, choice);
  }
  return x;
}

struct node *
parse_expression(struct parser *p, bool with_choice)
{
  if (!enter(p))
    return NULL;
  return leave(p, with_choice ? parse_choice(p) : parse_or(p));
}

static struct node *
two(struct parser *p, enum node_kind kind, uint32_t at, struct node *a, struct node *b)
{
  struct node *x;

  if (!a || !b)
    return NULL;
  x = node_new(p, kind, at);
  x->a = a;
  x->b = b;
  return node_done(p, x);
}

static struct node *
one(struct parser *p, enum node_kind kind, uint32_t at, struct node *a)
{
  struct node *x;

  if (!a)
    return NULL;
  x = node_new(p, kind, at);
  x->a = a;
  return node_done(p, x);
}

static struct node *
binary(struct parser *p, enum operator op, uint32_t at, struct node *a, struct node *b)
{
  struct node *x = two(p, NODE_BINARY, at, a, b);

  if (x)
    x->op = op;
  return x;
}

/* + - on operands, which are ~ lists of products. */
static struct node *
parse_power(struct parser *p)
{
  struct node *x = parse_unary(p, true);

  while (x && p->t->kind == TOKEN_POW) {
    uint32_t at = p->t++->at;

    x = binary(p, OP_POW, at, x, parse_unary(p, true));
  }
  return x;
}

static struct node *
parse_product(struct parser *p)
{
  struct node *x = parse_power(p);

  for (;;) {
    enum token_kind k = p->t->kind;
    uint32_t at = p->t->at;

    if (!x || (k != TOKEN_MUL && k != TOKEN_DIV && k != TOKEN_FLOORDIV && k != TOKEN_MOD))
      return x;
    p->t++;
    x = binary(p, k == TOKEN_MUL ? OP_MUL : k == TOKEN_DIV ? OP_DIV : k == TOKEN_MOD ? OP_MOD : OP_FLOORDIV, at, x,
               parse_power(p));
  }
}

static struct node *
parse_concat(struct parser *p)
{
  struct nodes parts = {0};
  struct node *x = parse_product(p), *concat;
  uint32_t at = p->t->at;

  if (!x || p->t->kind != TOKEN_TILDE)
    return x;
  nodes_add(p, &parts, x);
  while (p->t->kind == TOKEN_TILDE) {
    p->t++;
    if (!(x = parse_product(p)))
      return NULL;
    nodes_add(p, &parts, x);
  }
  concat = node_new(p, NODE_CONCAT, at);
  concat->v = parts.v;
  concat->n = parts.n;
  return node_done(p, concat);
}

static struct node *
parse_sum(struct parser *p)
{
  struct node *x = parse_concat(p);

  while (x && (p->t->kind == TOKEN_ADD || p->t->kind == TOKEN_SUB)) {
    enum operator op = p->t->kind == TOKEN_ADD ? OP_ADD : OP_SUB;
    uint32_t at = p->t++->at;

    x = binary(p, op, at, x, parse_concat(p));
  }
  return x;
}

/* The comparison at the current token, which is passed; false if there is none. */
static bool
comparison(struct parser *p, enum operator *op)
{
  switch (p->t->kind) {
  case TOKEN_EQ: *op = OP_EQ; break;
  case TOKEN_NE: *op = OP_NE; break;
  case TOKEN_LT: *op = OP_LT; break;
  case TOKEN_LE: *op = OP_LE; break;
  case TOKEN_GT: *op = OP_GT; break;
  case TOKEN_GE: *op = OP_GE; break;
  default:
    if (parse_is_name(p->t, "in")) {
      *op = OP_IN;
      break;
    }
    if (parse_is_name(p->t, "not") && parse_is_name(p->t + 1, "in")) {
      *op = OP_NOT_IN;
      p->t++;
      break;
    }
    return false;
  }
  p->t++;
  return true;
}

static struct node *
parse_compare(struct parser *p)
{
  struct node *first = parse_sum(p), *x;
  enum operator ops[64], op;
  struct nodes operands = {0};
  uint32_t at = p->t->at;

  if (!first)
    return NULL;
  while (comparison(p, &op)) {
    struct node *operand = parse_sum(p);

    if (!operand)
      return NULL;
    if (operands.n == N_OF(ops))
      return parse_fail(p, p->t->at, "more than %zu comparisons in a chain", N_OF(ops));
    ops[operands.n] = op;
    nodes_add(p, &operands, operand);
  }
  if (!operands.n)
    return first;
  x = node_new(p, NODE_COMPARE, at);
  x->a = first;
  x->v = operands.v;
  x->n = operands.n;
  x->ops = arena_alloc(p->arena, x->n * sizeof *x->ops);
  memcpy(x->ops, ops, x->n * sizeof *ops);
  return node_done(p, x);
}

static struct node *
parse_not(struct parser *p)
{
  uint32_t at = p->t->at;

  if (!parse_skip_name(p, "not"))
    return parse_compare(p);
  if (!enter(p))
    return NULL;
  return leave(p, one(p, NODE_NOT, at, parse_not(p)));
}

static struct node *
parse_and(struct parser *p)
{
  struct node *x = parse_not(p);

  while (x && parse_is_name(p->t, "and")) {
    uint32_t at = p->t++->at;

    x = two(p, NODE_AND, at, x, parse_not(p));
  }
  return x;
}

static struct node *
parse_or(struct parser *p)
{
  struct node *x = parse_and(p);

  while (x && parse_is_name(p->t, "or")) {
    uint32_t at = p->t++->at;

    x = two(p, NODE_OR, at, x, parse_and(p));
  }
  return x;
}

/* [a, b] and {k: v}: the bracket is the current token. */
static struct node *
parse_display(struct parser *p)
{
  bool dict = p->t->kind == TOKEN_LBRACE;
  enum token_kind close = dict ? TOKEN_RBRACE : TOKEN_RBRACKET;
  struct node *x = node_new(p, dict ? NODE_DICT : NODE_LIST, p->t->at), *item;
  struct nodes items = {0};

  p->t++;
  while (p->t->kind != close) {
    if (items.n && parse_expect(p, TOKEN_COMMA) < 0)
      return NULL;
    if (p->t->kind == close)
      break;
    for (int part = 0; part <= dict; part++) {
      if (part && parse_expect(p, TOKEN_COLON) < 0)
        return NULL;
      if (!(item = parse_expression(p, true)))
        return NULL;
      nodes_add(p, &items, item);
    }
  }
  p->t++;
  x->v = items.v;
  x->n = items.n;
  return node_done(p, x);
}

static struct node *
constant(struct parser *p, uint32_t at, struct value value)
{
  struct node *x = node_new(p, NODE_CONST, at);

  x->value = value;
  return node_done(p, x);
}

static struct node *
parse_name(struct parser *p)
{
  const struct token *t = p->t++;
  struct node *x;

  if (parse_is_name(t, "true") || parse_is_name(t, "True"))
    return constant(p, t->at, value_bool(true));
  if (parse_is_name(t, "false") || parse_is_name(t, "False"))
    return constant(p, t->at, value_bool(false));
  if (parse_is_name(t, "none") || parse_is_name(t, "None"))
    return constant(p, t->at, value_none());
  x = node_new(p, NODE_NAME, t->at);
  x->value = t->value;
  return node_done(p, x);
}

/* "a" "b" is one string. */
static struct node *
parse_strings(struct parser *p)
{
  const struct token *first = p->t;
  size_t n = 0;
  char *s;

  if (first[1].kind != TOKEN_STRING) {
    p->t++;
    return constant(p, first->at, first->value);
  }
  for (const struct token *t = first; t->kind == TOKEN_STRING; t++)
    n += t->value.string.n;
  s = arena_bytes(p->arena, n + 1);
  n = 0;
  for (; p->t->kind == TOKEN_STRING; p->t++) {
    if (p->t->value.string.n)
      memcpy(s + n, p->t->value.string.s, p->t->value.string.n);
    n += p->t->value.string.n;
  }
  return constant(p, first->at, value_ref(s, n));
}

static struct node *
parse_primary(struct parser *p)
{
  const struct token *t = p->t;
  char shown[48];
  struct node *x;

  switch (t->kind) {
  case TOKEN_NAME:
    return parse_name(p);
  case TOKEN_STRING:
    return parse_strings(p);
  case TOKEN_INT:
  case TOKEN_FLOAT:
    p->t++;
    return constant(p, t->at, t->value);
  case TOKEN_LPAREN:
    p->t++;
    x = parse_tuple(p, false, true, NULL, true);
    return x && parse_expect(p, TOKEN_RPAREN) == 0 ? x : NULL;
  case TOKEN_LBRACKET:
  case TOKEN_LBRACE:
    return parse_display(p);
  default:
    return parse_fail(p, t->at, "expected an expression, found %s", token_show(t, shown));
  }
}

struct node *
parse_tuple(struct parser *p, bool only_primaries, bool with_choice, const char *end, bool in_brackets)
{
  uint32_t at = p->t->at;
  struct nodes items = {0};
  bool comma = false;
  struct node *x;
  char shown[48];

  if (!enter(p))
    return NULL;
  for (;;) {
    if (items.n && parse_expect(p, TOKEN_COMMA) < 0)
      return NULL;
    if (p->t->kind == TOKEN_PRINT_END || p->t->kind == TOKEN_BLOCK_END || p->t->kind == TOKEN_RPAREN ||
        (end && parse_is_name(p->t, end)))
      break;
    x = only_primaries ? parse_primary(p) : parse_expression(p, with_choice);
    if (!x)
      return NULL;
    nodes_add(p, &items, x);
    if (p->t->kind != TOKEN_COMMA)
      break;
    comma = true;
  }
  p->depth--;
  if (!comma && items.n)
    return items.v[0];
  if (!comma && !in_brackets)
    return parse_fail(p, p->t->at, "expected an expression, found %s", token_show(p->t, shown));
  x = node_new(p, NODE_TUPLE, at);
  x->v = items.v;
  x->n = items.n;
  return node_done(p, x);
}

/* (a, b, k=c): the bracket is the current token; the arguments go into x. */
static int
parse_arguments(struct parser *p, struct node *x)
{
  struct nodes args = {0};
  const char *keywords[32];

  p->t++;
  while (p->t->kind != TOKEN_RPAREN) {
    struct node *arg;

    if (args.n && parse_expect(p, TOKEN_COMMA) < 0)
      return -1;
    if (args.n && p->t->kind == TOKEN_RPAREN)
      break;
    if (p->t->kind == TOKEN_MUL || p->t->kind == TOKEN_POW) {
      parse_fail(p, p->t->at, "*arguments and **arguments are not in this subset of Jinja");
      return -1;
    }
    if (p->t->kind == TOKEN_NAME && p->t[1].kind == TOKEN_ASSIGN) {
      if (x->n_keywords == N_OF(keywords)) {
        parse_fail(p, p->t->at, "more than %zu named arguments", N_OF(keywords));
        return -1;
      }
      keywords[x->n_keywords++] = arena_strndup(p->arena, p->t->value.string.s, p->t->value.string.n);
      p->t += 2;
    } else if (x->n_keywords) {
      parse_fail(p, p->t->at, "an argument without a name after one with a name");
      return -1;
    }
    if (!(arg = parse_expression(p, true)))
      return -1;
    nodes_add(p, &args, arg);
  }
  p->t++;
  x->v = args.v;
  x->n = args.n;
  if (x->n_keywords) {
    x->keywords = arena_alloc(p->arena, x->n_keywords * sizeof *x->keywords);
    memcpy(x->keywords, keywords, x->n_keywords * sizeof *keywords);
  }
  for (size_t i = 0; i < x->n_keywords; i++)
    for (size_t j = 0; j < i; j++)
      if (strcmp(x->keywords[i], x->keywords[j]) == 0) {
        parse_fail(p, x->at, "the argument '%s' is given twice", x->keywords[i]);
        return -1;
      }
  return 0;
}

static struct node *
parse_call(struct parser *p, struct node *callee)
{
  struct node *x = node_new(p, NODE_CALL, p->t->at);

  x->a = callee;
  if (parse_arguments(p, x) < 0)
    return NULL;
  return node_done(p, x);
}

/* What stands between [ and ]: an expression, or the three of a slice. */
static struct node *
parse_item(struct parser *p, struct node *of)
{
  uint32_t at = p->t++->at;
  struct node *part[3] = {NULL}, *x;
  int n = 0;

  for (;;) {
    if (p->t->kind != TOKEN_COLON && p->t->kind != TOKEN_RBRACKET && !(part[n] = parse_expression(p, true)))
      return NULL;
    if (n == 2 || p->t->kind != TOKEN_COLON)
      break;
    p->t++;
    n++;
  }
  if (p->t->kind == TOKEN_COMMA)
    return parse_fail(p, p->t->at, "an index with a comma is not in this subset of Jinja");
  if (n == 0 && !part[0])
    return parse_fail(p, p->t->at, "expected an index, found ']'");
  if (parse_expect(p, TOKEN_RBRACKET) < 0)
    return NULL;
  if (n == 0)
    return two(p, NODE_ITEM, at, of, part[0]);
  x = node_new(p, NODE_SLICE, at);
  x->a = of;
  x->v = arena_alloc(p->arena, sizeof part);
  memcpy(x->v, part, sizeof part);
  x->n = 3;
  return node_done(p, x);
}

static struct node *
parse_dot(struct parser *p, struct node *of)
{
  struct node *x;

  p->t++;
  if (p->t->kind == TOKEN_INT) {
    x = constant(p, p->t->at, p->t->value);
    p->t++;
    return two(p, NODE_ITEM, x->at, of, x);
  }
  if (p->t->kind != TOKEN_NAME)
    return parse_fail(p, p->t->at, "expected a name or number after the dot");
  x = node_new(p, NODE_MEMBER, p->t->at);
  x->a = of;
  x->value = p->t++->value;
  return node_done(p, x);
}

static struct node *
parse_postfix(struct parser *p, struct node *x)
{
  while (x) {
    if (p->t->kind == TOKEN_DOT)
      x = parse_dot(p, x);
    else if (p->t->kind == TOKEN_LBRACKET)
      x = parse_item(p, x);
    else if (p->t->kind == TOKEN_LPAREN)
      x = parse_call(p, x);
    else
      break;
  }
  return x;
}

/* The row of the filter or test whose name is the current token, which is passed. */
static const struct builtin *
parse_row(struct parser *p, const struct builtin_table *table, const char *what)
{
  const struct token *t = p->t;
  const struct builtin *row;
  struct nearest near = nearest_to_n(t->value.string.s, t->value.string.n);
  char hint[80];

  if (t->kind != TOKEN_NAME) {
    parse_fail(p, t->at, "expected the name of a %s, found %s", what, token_show(t, hint));
    return NULL;
  }
  if ((row = builtin_find(table, t->value.string.s, t->value.string.n))) {
    p->t++;
    return row;
  }
  for (size_t i = 0; i < table->n; i++)
    nearest_try(&near, table->rows[i].name);
  parse_fail(p, t->at, "unknown %s '%.*s'%s", what, (int)t->value.string.n, t->value.string.s,
             nearest_hint(&near, hint));
  return NULL;
}

struct node *
parse_filter_name(struct parser *p, struct node *of)
{
  struct node *x = node_new(p, NODE_FILTER, p->t->at);

  x->a = of;
  if (!(x->row = parse_row(p, &filters, "filter")))
    return NULL;
  if (p->t->kind == TOKEN_LPAREN && parse_arguments(p, x) < 0)
    return NULL;
  return node_done(p, x);
}

struct node *
parse_filters(struct parser *p, struct node *x)
{
  while (x && p->t->kind == TOKEN_PIPE) {
    p->t++;
    x = parse_filter_name(p, x);
  }
  return x;
}

/* The one argument a test may take without brackets: `is divisibleby 3`. */
static bool
begins_argument(const struct token *t)
{
  if (t->kind == TOKEN_NAME)
    return !parse_is_name(t, "else") && !parse_is_name(t, "or") && !parse_is_name(t, "and");
  return t->kind == TOKEN_STRING || t->kind == TOKEN_INT || t->kind == TOKEN_FLOAT || t->kind == TOKEN_LBRACKET ||
         t->kind == TOKEN_LBRACE;
}

static struct node *
parse_test(struct parser *p, struct node *of)
{
  uint32_t at = p->t++->at;
  bool negated = parse_skip_name(p, "not");
  struct node *x = node_new(p, NODE_TEST, p->t->at);

  x->a = of;
  if (!(x->row = parse_row(p, &tests, "test")))
    return NULL;
  if (p->t->kind == TOKEN_LPAREN) {
    if (parse_arguments(p, x) < 0)
      return NULL;
  } else if (begins_argument(p->t)) {
    struct nodes args = {0};
    struct node *arg;

    if (parse_is_name(p->t, "is"))
      return parse_fail(p, p->t->at, "tests cannot be chained with 'is'");
    if (!enter(p) || !(arg = parse_postfix(p, parse_primary(p))))
      return NULL;
    p->depth--;
    nodes_add(p, &args, arg);
    x->v = args.v;
    x->n = 1;
  }
  x = node_done(p, x);
  return negated ? one(p, NODE_NOT, at, x) : x;
}

static struct node *
parse_unary(struct parser *p, bool with_filters)
{
  uint32_t at = p->t->at;
  struct node *x;

  if (!enter(p))
    return NULL;
  if (p->t->kind == TOKEN_SUB || p->t->kind == TOKEN_ADD) {
    enum node_kind kind = p->t++->kind == TOKEN_SUB ? NODE_NEGATE : NODE_PLUS;

    x = one(p, kind, at, parse_unary(p, false));
  } else {
    x = parse_primary(p);
  }
  x = parse_postfix(p, x);
  while (x && with_filters) {
    if (p->t->kind == TOKEN_PIPE)
      x = parse_filters(p, x);
    else if (parse_is_name(p->t, "is"))
      x = parse_test(p, x);
    else if (p->t->kind == TOKEN_LPAREN)
      x = parse_call(p, x);
    else
      break;
  }
  return leave(p, x);
}
