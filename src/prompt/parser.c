/* The statements of the template language. */
#include "prompt/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "prompt/jinja.h"

struct node *
parse_fail(struct parser *p, uint32_t at, const char *format, ...)
{
  char message[600];
  va_list args;

  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  source_fail(p->src, at, p->e, "%s", message);
  return NULL;
}

struct node *
node_new(struct parser *p, enum node_kind kind, uint32_t at)
{
  struct node *x = arena_alloc(p->arena, sizeof *x);

  x->kind = kind;
  x->at = at;
  return x;
}

static int
deepest(int depth, const struct node *child)
{
  return child && child->depth >= depth ? child->depth + 1 : depth;
}

struct node *
node_done(struct parser *p, struct node *x)
{
  x->depth = deepest(deepest(deepest(0, x->a), x->b), x->c);
  for (size_t i = 0; i < x->n; i++)
    x->depth = deepest(x->depth, x->v[i]);
  if (x->depth > NODE_DEPTH)
    return parse_fail(p, x->at, "nested too deeply (more than %d levels)", NODE_DEPTH);
  return x;
}

void
nodes_add(struct parser *p, struct nodes *list, struct node *x)
{
  if (list->n == list->cap) {
    size_t cap = list->cap ? 2 * list->cap : 4;
    struct node **v = arena_alloc(p->arena, cap * sizeof *v);

    if (list->n)
      memcpy(v, list->v, list->n * sizeof *v);
    list->v = v;
    list->cap = cap;
  }
  list->v[list->n++] = x;
}

int
parse_expect(struct parser *p, enum token_kind kind)
{
  char shown[48];

  if (p->t->kind != kind) {
    parse_fail(p, p->t->at, "expected '%s', found %s", token_kind_show(kind), token_show(p->t, shown));
    return -1;
  }
  p->t++;
  return 0;
}

bool
parse_is_name(const struct token *t, const char *name)
{
  return t->kind == TOKEN_NAME && t->value.string.n == strlen(name) &&
         memcmp(t->value.string.s, name, t->value.string.n) == 0;
}

bool
parse_skip_name(struct parser *p, const char *name)
{
  if (!parse_is_name(p->t, name))
    return false;
  p->t++;
  return true;
}

static int
expect_name(struct parser *p, const char *name)
{
  char shown[48];

  if (parse_skip_name(p, name))
    return 0;
  parse_fail(p, p->t->at, "expected '%s', found %s", name, token_show(p->t, shown));
  return -1;
}

/* A name, or names in brackets, that a value can be put into. */
static int
check_target(struct parser *p, const struct node *target)
{
  if (target->kind == NODE_NAME)
    return 0;
  if (target->kind == NODE_TUPLE && target->n) {
    for (size_t i = 0; i < target->n; i++)
      if (check_target(p, target->v[i]) < 0)
        return -1;
    return 0;
  }
  parse_fail(p, target->at, "cannot assign to this: not a name");
  return -1;
}

static struct node *
parse_target(struct parser *p, const char *end)
{
  struct node *target = parse_tuple(p, true, false, end, false);

  return target && check_target(p, target) == 0 ? target : NULL;
}

static struct node *parse_body(struct parser *p, const struct token *opening, const char *const *ends);

static const char *const end_if[] = {"endif", "elif", "else", NULL}, *const end_else[] = {"endif", NULL};
static const char *const end_for[] = {"endfor", "else", NULL}, *const end_for_else[] = {"endfor", NULL};
static const char *const end_set[] = {"endset", NULL}, *const end_with[] = {"endwith", NULL};
static const char *const end_filter[] = {"endfilter", NULL}, *const end_none[] = {NULL};

static struct node *
parse_if(struct parser *p, const struct token *opening)
{
  struct node *x = node_new(p, NODE_IF, opening->at), *part;
  struct nodes parts = {0};

  do {
    if (!(part = parse_tuple(p, false, false, NULL, false)))
      return NULL;
    nodes_add(p, &parts, part);
    if (!(part = parse_body(p, opening, end_if)))
      return NULL;
    nodes_add(p, &parts, part);
  } while (parse_skip_name(p, "elif"));
  part = NULL;
  if (parse_skip_name(p, "else") && !(part = parse_body(p, opening, end_else)))
    return NULL;
  nodes_add(p, &parts, part);
  p->t++;
  x->v = parts.v;
  x->n = parts.n;
  return node_done(p, x);
}

static bool
names_loop(const struct node *target)
{
  if (target->kind == NODE_NAME)
    return target->value.string.n == 4 && memcmp(target->value.string.s, "loop", 4) == 0;
  for (size_t i = 0; i < target->n; i++)
    if (names_loop(target->v[i]))
      return true;
  return false;
}

static struct node *
parse_for(struct parser *p, const struct token *opening)
{
  struct node *x = node_new(p, NODE_FOR, opening->at);

  x->v = arena_alloc(p->arena, 2 * sizeof *x->v);
  x->n = 2;
  if (!(x->a = parse_target(p, "in")))
    return NULL;
  if (names_loop(x->a))
    return parse_fail(p, x->a->at, "'loop' cannot be the name of a loop's own variable");
  if (expect_name(p, "in") < 0 || !(x->b = parse_tuple(p, false, false, "recursive", false)))
    return NULL;
  if (parse_skip_name(p, "if") && !(x->v[1] = parse_expression(p, true)))
    return NULL;
  x->flag = parse_skip_name(p, "recursive");
  if (!(x->c = parse_body(p, opening, end_for)))
    return NULL;
  if (parse_skip_name(p, "else") && !(x->v[0] = parse_body(p, opening, end_for_else)))
    return NULL;
  p->t++;
  return node_done(p, x);
}

/* What the filters of a block work on: its text. */
static struct node *
body_text(struct parser *p)
{
  return node_done(p, node_new(p, NODE_BODY_TEXT, p->t->at));
}

static struct node *
parse_namespace_target(struct parser *p)
{
  struct node *x = node_new(p, NODE_NS_TARGET, p->t->at);

  x->value = p->t->value;
  p->t += 2;
  x->b = node_new(p, NODE_CONST, p->t->at);
  x->b->value = p->t->value;
  if (parse_expect(p, TOKEN_NAME) < 0)
    return NULL;
  return node_done(p, x);
}

static struct node *
parse_set(struct parser *p, const struct token *opening)
{
  struct node *x = node_new(p, NODE_SET, opening->at);

  x->a = p->t->kind == TOKEN_NAME && p->t[1].kind == TOKEN_DOT ? parse_namespace_target(p) : parse_target(p, NULL);
  if (!x->a)
    return NULL;
  if (p->t->kind == TOKEN_ASSIGN) {
    p->t++;
    x->b = parse_tuple(p, false, true, NULL, false);
    return x->b ? node_done(p, x) : NULL;
  }
  x->kind = NODE_SET_BLOCK;
  if (!(x->b = parse_filters(p, body_text(p))) || !(x->c = parse_body(p, opening, end_set)))
    return NULL;
  p->t++;
  return node_done(p, x);
}

static struct node *
parse_with(struct parser *p, const struct token *opening)
{
  struct node *x = node_new(p, NODE_WITH, opening->at), *part;
  struct nodes parts = {0};

  while (p->t->kind != TOKEN_BLOCK_END) {
    if (parts.n && parse_expect(p, TOKEN_COMMA) < 0)
      return NULL;
    if (!(part = parse_target(p, NULL)))
      return NULL;
    nodes_add(p, &parts, part);
    if (parse_expect(p, TOKEN_ASSIGN) < 0 || !(part = parse_expression(p, true)))
      return NULL;
    nodes_add(p, &parts, part);
  }
  x->v = parts.v;
  x->n = parts.n;
  if (!(x->c = parse_body(p, opening, end_with)))
    return NULL;
  p->t++;
  return node_done(p, x);
}

static struct node *
parse_filter_block(struct parser *p, const struct token *opening)
{
  struct node *x = node_new(p, NODE_FILTER_BLOCK, opening->at);

  if (!(x->b = parse_filter_name(p, body_text(p))) || !(x->b = parse_filters(p, x->b)) ||
      !(x->c = parse_body(p, opening, end_filter)))
    return NULL;
  p->t++;
  return node_done(p, x);
}

static const struct {
  const char *name;
  struct node *(*parse)(struct parser *p, const struct token *opening);
} statements[] = {
  {"if", parse_if}, {"for", parse_for}, {"set", parse_set}, {"with", parse_with}, {"filter", parse_filter_block},
};

/* Known to Jinja and not to us. */
static const char *const foreign[] = {
  "macro", "call", "block", "extends", "include", "import", "from", "autoescape", "do", "break", "continue", "trans",
  "debug",
  "print",
};

static struct node *
unknown_tag(struct parser *p, const struct token *t, const char *const *ends)
{
  struct nearest near = nearest_to_n(t->value.string.s, t->value.string.n);
  int n = (int)near.n_word;
  char hint[80];

  if (t->kind != TOKEN_NAME)
    return parse_fail(p, t->at, "expected the name of a tag, found %s", token_show(t, hint));
  for (size_t i = 0; i < N_OF(foreign); i++)
    if (parse_is_name(t, foreign[i]))
      return parse_fail(p, t->at, "the tag '%s' is not in this subset of Jinja", foreign[i]);
  if ((n > 3 && memcmp(near.word, "end", 3) == 0) || parse_is_name(t, "else") || parse_is_name(t, "elif"))
    return ends[0] ? parse_fail(p, t->at, "unexpected tag '%.*s', expected '%s'", n, near.word, ends[0]) :
                     parse_fail(p, t->at, "unexpected tag '%.*s': nothing is open here", n, near.word);
  for (size_t i = 0; i < N_OF(statements); i++)
    nearest_try(&near, statements[i].name);
  return parse_fail(p, t->at, "unknown tag '%.*s'%s", n, near.word, nearest_hint(&near, hint));
}

/* The tag whose name is the current token. */
static struct node *
parse_statement(struct parser *p, const char *const *ends)
{
  const struct token *t = p->t;

  for (size_t i = 0; i < N_OF(statements); i++)
    if (parse_is_name(t, statements[i].name)) {
      p->t++;
      return statements[i].parse(p, t);
    }
  return unknown_tag(p, t, ends);
}

static bool
is_end(const struct token *t, const char *const *ends)
{
  for (; *ends; ends++)
    if (parse_is_name(t, *ends))
      return true;
  return false;
}

/* The next piece of a body; NULL with *ended set where the body ends: at the end of the template, or with the name of
 * the ending tag as the current token. */
static struct node *
parse_piece(struct parser *p, const char *const *ends, bool *ended)
{
  struct node *x;

  switch (p->t->kind) {
  case TOKEN_DATA:
    x = node_new(p, NODE_DATA, p->t->at);
    x->value = p->t++->value;
    return node_done(p, x);
  case TOKEN_PRINT_BEGIN:
    x = node_new(p, NODE_PRINT, p->t++->at);
    if (!(x->a = parse_tuple(p, false, true, NULL, false)) || parse_expect(p, TOKEN_PRINT_END) < 0)
      return NULL;
    return node_done(p, x);
  case TOKEN_BLOCK_BEGIN:
    p->t++;
    if (is_end(p->t, ends)) {
      *ended = true;
      return NULL;
    }
    x = parse_statement(p, ends);
    return x && parse_expect(p, TOKEN_BLOCK_END) == 0 ? x : NULL;
  default:
    *ended = true;
    return NULL;
  }
}

static struct node *
parse_pieces(struct parser *p, const char *const *ends)
{
  struct node *x = node_new(p, NODE_BODY, p->t->at), *piece;
  struct nodes pieces = {0};
  bool ended = false;

  while ((piece = parse_piece(p, ends, &ended)))
    nodes_add(p, &pieces, piece);
  if (!ended)
    return NULL;
  x->v = pieces.v;
  x->n = pieces.n;
  return node_done(p, x);
}

/* From the end of the opening tag to the name of the tag that ends the body, which is left as the current token. */
static struct node *
parse_body(struct parser *p, const struct token *opening, const char *const *ends)
{
  struct node *x;

  if (p->t->kind == TOKEN_COLON)
    p->t++;
  if (parse_expect(p, TOKEN_BLOCK_END) < 0)
    return NULL;
  if (++p->depth > JINJA_DEPTH)
    return parse_fail(p, opening->at, "nested too deeply (more than %d levels)", JINJA_DEPTH);
  x = parse_pieces(p, ends);
  p->depth--;
  if (x && p->t->kind == TOKEN_EOF)
    return parse_fail(p, opening->at, "unclosed tag: '%.*s' without '%s'", (int)opening->value.string.n,
                      opening->value.string.s, ends[0]);
  return x;
}

struct node *
parse_source(struct arena *a, const struct source *src, struct err *e)
{
  struct parser p = {.arena = a, .src = src, .e = e};
  size_t n;

  p.t = token_list(a, src, &n, e);
  return p.t ? parse_pieces(&p, end_none) : NULL;
}
