/* filter_parse.c: the grammar of filters, from the text to its tree. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/filter_parser.h"

#define MAX_DEPTH 200
#define MAX_FILTER ((size_t)64 << 10)   /* bytes of a filter; a list of ids may be long */

struct node *
parser_mistake(struct parser *p, const char *at, const char *format, ...)
{
  struct buf b = {.max = 800};
  va_list args;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  err_set(p->e, ERR_INPUT, "filter:%zu: %s", utf8_count(p->text, (size_t)(at - p->text)) + 1, buf_str(&b));
  buf_release(&b);
  return NULL;
}

static void
skip_space(struct parser *p)
{
  while (p->at < p->end && strchr(" \t\n\r", *p->at))
    p->at++;
}

bool
parser_ends_word(const struct parser *p, const char *s)
{
  return s >= p->end || strchr(" \t\n\r()", *s);
}

/* Is this very word next? */
static bool
next_is(const struct parser *p, const char *word)
{
  size_t n = strlen(word);

  return (size_t)(p->end - p->at) >= n && !strncasecmp(p->at, word, n) && parser_ends_word(p, p->at + n);
}

int
parser_quoted(struct parser *p, struct buf *b)
{
  const char *start = p->at++;

  for (; p->at < p->end && *p->at != '"'; p->at++) {
    if (*p->at == '\\' && p->at + 1 < p->end && strchr("\"\\", p->at[1]))
      p->at++;
    buf_addc(b, *p->at);
  }
  if (p->at == p->end) {
    parser_mistake(p, start, "the quote is not closed (expected another \")");
    return -1;
  }
  p->at++;
  return 0;
}

int
parser_value(struct parser *p, const char *stop, struct buf *b)
{
  buf_clear(b);
  if (p->at < p->end && *p->at == '"')
    return parser_quoted(p, b);
  while (!parser_ends_word(p, p->at) && !strchr(stop, *p->at))
    buf_addc(b, *p->at++);
  return 0;
}

struct node *
parser_node(struct parser *p, enum node_kind kind, int cost)
{
  struct node *n = xcalloc(1, sizeof *n);

  n->kind = kind;
  n->cost = cost;
  n->next_made = p->filter->made;
  p->filter->made = n;
  return n;
}

struct node *
parser_text_node(struct parser *p, const char *s, size_t n)
{
  struct node *node = parser_node(p, NODE_TEXT, 20);

  needle_init(&node->needle, s, n);
  return node;
}

/* Joins with more of the same kind; the kids are put in order when all are there (order_kids). */
/* One node of this kind with the other as one more kid; order_kids puts them in order when all are there. */
static struct node *
join(struct parser *p, enum node_kind kind, struct node *left, struct node *right)
{
  struct node *n = left;

  if (left->kind != kind) {
    n = parser_node(p, kind, left->cost);
    n->kids = left;
  }
  right->next = n->kids;
  n->kids = right;
  n->cost += right->cost;
  return n;
}

static int
compare_costs(const void *a, const void *b)
{
  const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;

  return x->cost - y->cost;
}

/* The cheap ones first. */
static void
order_kids(struct node *n)
{
  struct node **kids = NULL;
  size_t n_kids = 0, cap = 0;

  for (struct node *kid = n->kids; kid; kid = kid->next) {
    GROW(kids, cap, n_kids + 1);
    kids[n_kids++] = kid;
  }
  if (n_kids > 1)
    qsort(kids, n_kids, sizeof(struct node *), compare_costs);
  n->kids = NULL;
  while (n_kids > 0) {
    kids[--n_kids]->next = n->kids;
    n->kids = kids[n_kids];
  }
  free(kids);
}

/* What it says of each word of small fields, once for all samples. */
static void
learn_passes(struct node *n)
{
  n->passes = xcalloc(CORPUS_BITS_MAX, sizeof *n->passes);
  for (uint32_t bits = 0; bits < CORPUS_BITS_MAX; bits++) {
    struct sample s = {.split = CORPUS_BITS_SPLIT(bits), .origin = CORPUS_BITS_ORIGIN(bits),
                       .status = CORPUS_BITS_STATUS(bits), .gone = CORPUS_BITS_GONE(bits)};

    n->passes[bits] = filter_test(n, &s, NULL);
  }
}

static void
prepare(struct filter *f)
{
  for (struct node *n = f->made; n; n = n->next_made) {
    if (n->kids)
      order_kids(n);
    n->reads = n->kind == NODE_ATTRIBUTE ? FILTER_READS_ATTRIBUTES : n->field ? n->field->reads : FILTER_READS_SAMPLE;
    if (n->reads == FILTER_READS_BITS)
      learn_passes(n);
  }
}

/* ---- terms ---- */

static struct node *
regex_node(struct parser *p)
{
  struct node *node = parser_node(p, NODE_REGEX, 40);
  const char *start = p->at++;
  struct buf b = {.max = 4000};
  bool caseless = false;
  char message[200];
  size_t where;

  for (; p->at < p->end && *p->at != '/'; p->at++) {
    if (*p->at == '\\' && p->at + 1 < p->end) {
      if (p->at[1] != '/')
        buf_addc(&b, '\\');
      p->at++;
    }
    buf_addc(&b, *p->at);
  }
  if (p->at == p->end || b.over) {
    buf_release(&b);
    return parser_mistake(p, start, p->at == p->end ? "the regular expression is not closed (expected another /)"
                                             : "the regular expression is too long");
  }
  p->at++;
  if (p->at < p->end && *p->at == 'i' && parser_ends_word(p, p->at + 1)) {
    caseless = true;
    p->at++;
  }
  node->regex = regex_new(buf_str(&b), b.n, caseless, &where, message, sizeof message);
  if (!node->regex)
    node = parser_mistake(p, start + 1 + (where < b.n ? where : b.n), "in the regular expression: %s", message);
  buf_release(&b);
  return node;
}

static struct node *
phrase_term(struct parser *p)
{
  struct buf b = {.max = MAX_FILTER};
  const char *at = p->at;
  struct node *node = NULL;

  if (parser_quoted(p, &b) == 0)
    node = b.n ? parser_text_node(p, b.s, b.n) : parser_mistake(p, at, "expected a text between the quotes");
  buf_release(&b);
  return node;
}

static struct node *parse_or(struct parser *p);

static struct node *
group_term(struct parser *p)
{
  const char *open = p->at++;
  struct node *node = parse_or(p);

  if (!node)
    return NULL;
  skip_space(p);
  if (p->at == p->end)
    return parser_mistake(p, open, "the parenthesis is not closed (expected another ')')");
  p->at++;
  return node;
}

/* `what` comes after: "a term after 'not'". */
static struct node *
parse_term(struct parser *p, const char *what)
{
  struct node *inner, *node;

  skip_space(p);
  if (p->at == p->end || *p->at == ')')
    return parser_mistake(p, p->at, "expected %s", what);
  if (++p->depth > MAX_DEPTH)
    return parser_mistake(p, p->at, "nested too deep");
  if (next_is(p, "or") || next_is(p, "and"))
    return parser_mistake(p, p->at, "expected %s before '%.*s'", what, *p->at == 'o' || *p->at == 'O' ? 2 : 3, p->at);
  if (next_is(p, "not") || (*p->at == '-' && p->at + 1 < p->end && !strchr(" \t\n\r)", p->at[1]))) {
    bool word = *p->at != '-';

    p->at += word ? 3 : 1;
    inner = parse_term(p, word ? "a term after 'not'" : "a term after '-'");
    if (!inner)
      return NULL;
    node = parser_node(p, NODE_NOT, inner->cost);
    node->kids = inner;
  } else if (*p->at == '(') {
    node = group_term(p);
  } else if (*p->at == '"') {
    node = phrase_term(p);
  } else if (*p->at == '/') {
    node = regex_node(p);
  } else if (*p->at == '@') {
    node = parser_saved_term(p);
  } else {
    node = parser_bare_term(p);
  }
  p->depth--;
  if (node && !parser_ends_word(p, p->at))
    return parser_mistake(p, p->at, "expected a space or the end");
  return node;
}

static struct node *
parse_and(struct parser *p)
{
  struct node *node = parse_term(p, "a term"), *right;

  while (node) {
    skip_space(p);
    if (p->at == p->end || *p->at == ')' || next_is(p, "or"))
      return node;
    if (next_is(p, "and")) {
      p->at += 3;
      right = parse_term(p, "a term after 'and'");
    } else {
      right = parse_term(p, "a term");
    }
    node = right ? join(p, NODE_AND, node, right) : NULL;
  }
  return NULL;
}

static struct node *
parse_or(struct parser *p)
{
  struct node *node = parse_and(p), *right;

  while (node) {
    skip_space(p);
    if (!next_is(p, "or"))
      return node;
    p->at += 2;
    skip_space(p);
    if (p->at == p->end || *p->at == ')')
      return parser_mistake(p, p->at, "expected a term after 'or'");
    right = parse_and(p);
    node = right ? join(p, NODE_OR, node, right) : NULL;
  }
  return NULL;
}

struct node *
parser_all(struct parser *p)
{
  struct node *node;
  size_t bad;

  skip_space(p);
  if ((size_t)(p->end - p->text) > MAX_FILTER)
    return parser_mistake(p, p->text, "too long (at most %zu bytes)", MAX_FILTER);
  if (!utf8_valid(p->text, (size_t)(p->end - p->text), &bad))
    return parser_mistake(p, p->text + bad, "not UTF-8");
  if (p->at == p->end)
    return parser_node(p, NODE_ALL, 0);
  node = parse_or(p);
  return node && p->at < p->end ? parser_mistake(p, p->at, "expected a term, not ')'") : node;
}

struct filter *
filter_parse(const struct corpus *c, const char *text, const struct filter_provider *provider, struct err *e)
{
  struct filter *f = xcalloc(1, sizeof *f);
  struct parser p = {.corpus = c, .provider = provider, .filter = f, .e = e};

  p.text = p.at = text ? text : "";
  p.end = p.text + strlen(p.text);
  f->corpus = c;
  f->root = parser_all(&p);
  if (!f->root) {
    filter_free(f);
    return NULL;
  }
  f->room = regex_room_new();
  prepare(f);
  return f;
}
