/* filter_parse.c: from the text of a filter to its tree, and what mistakes say. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/filter_node.h"
#include "corpus/nearest.h"
#include "corpus/neardup.h"

#define MAX_DEPTH 200
#define MAX_FILTER ((size_t)64 << 10)   /* bytes of a filter; a list of ids may be long */
#define MATCH_LIMIT 200000u             /* steps of PCRE2 on one text */
#define HEAP_LIMIT 8192u                /* KiB */

struct parser {
  const struct corpus *corpus;
  const struct filter_provider *provider;
  struct filter *filter;
  const char *text, *at, *end;
  int depth;
  struct err *e;
};

/* ---- mistakes ---- */

/* A mistake at a place: "filter:8: " and what it is. NULL, for callers that give a node. */
static struct node *mistake(struct parser *p, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
static struct node *
mistake(struct parser *p, const char *at, const char *format, ...)
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

/* " (did you mean 'label'?)", or what else helps. */
static void
hint(struct buf *b, const struct nearest *near, const char *otherwise)
{
  if (near->best)
    buf_addf(b, " (did you mean '%s'?)", near->best);
  else if (otherwise)
    buf_addf(b, " (%s)", otherwise);
}

/* ---- reading words ---- */

static void
skip_space(struct parser *p)
{
  while (p->at < p->end && strchr(" \t\n\r", *p->at))
    p->at++;
}

static bool
ends_word(const struct parser *p, const char *s)
{
  return s >= p->end || strchr(" \t\n\r()", *s);
}

/* Is this very word next? */
static bool
next_is(const struct parser *p, const char *word)
{
  size_t n = strlen(word);

  return (size_t)(p->end - p->at) >= n && !strncasecmp(p->at, word, n) && ends_word(p, p->at + n);
}

/* Reads "a quoted text" (with \" and \\) into b; p->at is on the quote. */
static int
read_quoted(struct parser *p, struct buf *b)
{
  const char *start = p->at++;

  for (; p->at < p->end && *p->at != '"'; p->at++) {
    if (*p->at == '\\' && p->at + 1 < p->end && strchr("\"\\", p->at[1]))
      p->at++;
    buf_addc(b, *p->at);
  }
  if (p->at == p->end) {
    mistake(p, start, "the quote is not closed (expected another \")");
    return -1;
  }
  p->at++;
  return 0;
}

/* Reads a value: quoted, or up to white space, a parenthesis, or one of `stop`. */
static int
read_value(struct parser *p, const char *stop, struct buf *b)
{
  buf_clear(b);
  if (p->at < p->end && *p->at == '"')
    return read_quoted(p, b);
  while (!ends_word(p, p->at) && !strchr(stop, *p->at))
    buf_addc(b, *p->at++);
  return 0;
}

/* ---- nodes ---- */

static struct node *
new_node(struct parser *p, enum node_kind kind, int cost)
{
  struct node *n = xcalloc(1, sizeof *n);

  n->kind = kind;
  n->cost = cost;
  n->next_made = p->filter->made;
  p->filter->made = n;
  return n;
}

static struct node *
join(struct parser *p, enum node_kind kind, struct node *left, struct node *right)
{
  struct node *n = new_node(p, kind, left->cost + right->cost);

  n->left = left->cost <= right->cost ? left : right;
  n->right = n->left == left ? right : left;
  return n;
}

static struct node *
text_node(struct parser *p, const char *s, size_t n)
{
  struct node *node = new_node(p, NODE_TEXT, 20);

  needle_init(&node->needle, s, n);
  return node;
}

/* The column of the provider; `dup` is computed here if nobody else has it. */
static bool
column_named(struct parser *p, const char *name, struct column *column)
{
  struct filter *f = p->filter;
  struct neardup_pair *pairs;
  uint32_t *ids, n;
  size_t n_pairs;

  *column = (struct column){0};
  if (p->provider && p->provider->get(p->provider->arg, name, column))
    return true;
  if (strcmp(name, "dup"))
    return false;
  n = corpus_count(p->corpus);
  if (!f->dup) {
    f->dup = xcalloc((size_t)n + 1, sizeof *f->dup);
    ids = xmalloc(((size_t)n + 1) * sizeof *ids);
    for (uint32_t i = 0; i < n; i++)
      ids[i] = i + 1;
    n_pairs = neardup_among(p->corpus, ids, n, NULL, 0, NEARDUP_THRESHOLD, &pairs);
    for (size_t i = 0; i < n_pairs; i++)
      f->dup[pairs[i].id - 1] = 1;
    free(ids);
    free(pairs);
  }
  *column = (struct column){.values = f->dup, .n = n, .flag = true};
  return true;
}

static struct node *
column_node(struct parser *p, const struct column *column)
{
  struct node *n = new_node(p, NODE_COLUMN, 1);

  n->column = *column;
  return n;
}

static struct node *
unknown_field(struct parser *p, const char *at, const char *name)
{
  struct nearest near = nearest_to(name);
  struct buf b = {.max = 700};

  for (const struct filter_field *f = filter_fields; f->name; f++)
    nearest_try(&near, f->name);
  for (size_t i = 0; p->provider && p->provider->name; i++) {
    const char *known = p->provider->name(p->provider->arg, i);

    if (!known)
      break;
    nearest_try(&near, known);
  }
  hint(&b, &near, "to look for such a text, put it in quotes");
  mistake(p, at, "unknown field '%.100s'%s", name, buf_str(&b));
  buf_release(&b);
  return NULL;
}

/* ---- field:value ---- */

/* Does the typed value name this one? "tickets" names "tickets v4", too, and "ship*" all that begin so. */
static bool
names(const struct filter_field *f, const char *typed, const char *value, bool exact)
{
  size_t n = strlen(typed);

  if (exact)
    return !strcmp(typed, value);
  if (n && typed[n - 1] == '*')
    return !strncasecmp(typed, value, n - 1);
  if (!strcasecmp(typed, value))
    return true;
  return !strcmp(f->name, "template") && !strncmp(typed, value, n) && value[n] == ' ' && value[n + 1] == 'v' &&
         strspn(value + n + 2, "0123456789") == strlen(value + n + 2);
}

static bool
choose(const struct parser *p, struct node *node, const char *typed, bool exact)
{
  const char *value;
  bool any = false;

  for (uint32_t i = 0; i < node->n_bits && (value = node->field->value(p->corpus, i)); i++)
    if (*value && names(node->field, typed, value, exact)) {
      node->chosen[i / 8] |= (uint8_t)(1 << i % 8);
      any = true;
    }
  return any;
}

static struct node *
unknown_value(struct parser *p, const char *at, const struct filter_field *f, const char *typed)
{
  struct nearest near = nearest_to(typed);
  struct buf b = {.max = 700}, list = {.max = 200};
  const char *value;

  for (uint32_t i = 0; (value = f->value(p->corpus, i)); i++)
    if (*value) {
      nearest_try(&near, value);
      buf_addf(&list, "%s%s", list.n ? ", " : "", value);
    }
  if (list.n)
    buf_addf(&b, "there are: %s%s", list.s, list.over ? ", ..." : "");
  buf_truncate(&list, 0);
  hint(&list, &near, b.n ? b.s : "there is none yet");
  mistake(p, at, "no %s '%.100s'%s", f->name, typed, buf_str(&list));
  buf_release(&b);
  buf_release(&list);
  return NULL;
}

static struct node *
name_node(struct parser *p, const struct filter_field *f)
{
  struct node *node = new_node(p, NODE_NAME, 2);
  struct buf b = {.max = 1000};
  const char *at;

  node->field = f;
  while (f->value(p->corpus, node->n_bits))
    node->n_bits++;
  node->chosen = xcalloc(node->n_bits / 8 + 1, 1);
  do {
    at = p->at;
    if (read_value(p, ",", &b)) {
      node = NULL;
    } else if (!b.n) {
      node = mistake(p, at, "expected a value after '%s:' (%s)", f->name, f->values);
    } else if (!choose(p, node, b.s, true) && !choose(p, node, b.s, false)) {
      node = unknown_value(p, at, f, b.s);
    }
  } while (node && p->at < p->end && *p->at == ',' && p->at++);
  buf_release(&b);
  return node;
}

static bool
read_id(struct parser *p, uint32_t *id)
{
  unsigned long n = 0;
  const char *start = p->at;

  while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && n <= UINT32_MAX)
    n = 10 * n + (unsigned long)(*p->at++ - '0');
  *id = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
  return p->at > start && n <= UINT32_MAX;
}

static int
compare_ranges(const void *a, const void *b)
{
  const struct range *x = a, *y = b;

  return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorted and joined, so that one search finds the only range that may hold an id. */
static void
order_ranges(struct node *node)
{
  size_t n = 0;

  qsort(node->ranges, node->n_ranges, sizeof *node->ranges, compare_ranges);
  for (size_t i = 0; i < node->n_ranges; i++)
    if (n && node->ranges[i].from <= node->ranges[n - 1].to) {
      if (node->ranges[i].to > node->ranges[n - 1].to)
        node->ranges[n - 1].to = node->ranges[i].to;
    } else {
      node->ranges[n++] = node->ranges[i];
    }
  node->n_ranges = n;
}

static struct node *
ids_node(struct parser *p)
{
  struct node *node = new_node(p, NODE_IDS, 1);

  do {
    struct range r;

    if (!read_id(p, &r.from))
      return mistake(p, p->at, "expected sample numbers after 'id:', as in id:3,7,10-20");
    r.to = r.from;
    if (p->at < p->end && *p->at == '-') {
      p->at++;
      if (!read_id(p, &r.to) || r.to < r.from)
        return mistake(p, p->at, "expected a sample number not below %u after '-'", r.from);
    }
    GROW(node->ranges, node->cap_ranges, node->n_ranges + 1);
    node->ranges[node->n_ranges++] = r;
  } while (p->at < p->end && *p->at == ',' && p->at++);
  if (!ends_word(p, p->at))
    return mistake(p, p->at, "expected sample numbers after 'id:', as in id:3,7,10-20");
  order_ranges(node);
  return node;
}

static struct node *
attribute_node(struct parser *p, const char *at, const char *name)
{
  struct node *node = new_node(p, NODE_ATTRIBUTE, 5);
  struct buf b = {.max = 1000};

  if (!*name)
    return mistake(p, at, "expected the name of an attribute, as in attr.topic:furniture");
  if (read_value(p, "", &b)) {
    buf_release(&b);
    return NULL;
  }
  node->name = xstrdup(name);
  node->value = buf_take(&b);
  return *node->value ? node : mistake(p, p->at, "expected a value after 'attr.%s:'", name);
}

/* The operator at p->at, which stands on one of : < > = */
static enum compare
read_operator(struct parser *p)
{
  char c = *p->at++;
  bool equal = p->at < p->end && *p->at == '=' && (c == '<' || c == '>');

  if (c == ':' && p->at < p->end && strchr("<>=", *p->at))   /* words:>20 */
    return read_operator(p);
  p->at += equal;
  return c == '<' ? (equal ? LESS_EQUAL : LESS) : c == '>' ? (equal ? GREATER_EQUAL : GREATER) : EQUAL;
}

static struct node *
number_node(struct parser *p, const struct filter_field *f, const struct column *column, const char *name)
{
  struct node *node = new_node(p, NODE_NUMBER, f ? 10 : 1);
  struct buf b = {.max = 60};
  const char *at;
  char *end;

  node->field = f;
  node->by_column = column;
  if (column)
    node->column = *column;
  node->compare = read_operator(p);
  at = p->at;
  read_value(p, "", &b);
  node->number = strtod(buf_str(&b), &end);
  if (!b.n || *end || !isfinite(node->number))
    node = mistake(p, at, "expected a number after '%s', not '%.50s'", name, buf_str(&b));
  buf_release(&b);
  return node;
}

/* A name was read from `at`, and p->at stands on an operator. */
static struct node *
field_term(struct parser *p, const char *at, const char *name)
{
  const struct filter_field *f = filter_field_named(name);
  struct column column;

  if (!strncmp(name, "attr.", 5)) {
    p->at++;
    return attribute_node(p, at, name + 5);
  }
  if (f && f->kind == FILTER_NUMBER)
    return number_node(p, f, NULL, name);
  if (!f || f->kind == FILTER_FLAG) {
    if (f && *p->at == ':')
      return mistake(p, p->at, "'%s' stands alone, without a value", name);
    return column_named(p, name, &column) ? number_node(p, NULL, &column, name) : unknown_field(p, at, name);
  }
  if (*p->at != ':' && *p->at != '=')
    return mistake(p, p->at, "expected ':' after '%s', which is no number", name);
  p->at++;
  if (f->kind == FILTER_IDS)
    return ids_node(p);
  if (f->kind == FILTER_ATTRIBUTE)
    return mistake(p, at, "expected the name of an attribute, as in attr.topic:furniture");
  return name_node(p, f);
}

/* ---- terms ---- */

static struct node *
regex_node(struct parser *p)
{
  struct node *node = new_node(p, NODE_REGEX, 40);
  const char *start = p->at++;
  struct buf b = {.max = 4000};
  /* A damaged project may hold texts that are not UTF-8: they match where they can, and do no harm. */
  uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  PCRE2_SIZE where;
  PCRE2_UCHAR message[200];
  int code;

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
    return mistake(p, start, p->at == p->end ? "the regular expression is not closed (expected another /)"
                                             : "the regular expression is too long");
  }
  p->at++;
  if (p->at < p->end && *p->at == 'i' && ends_word(p, p->at + 1)) {
    options |= PCRE2_CASELESS;
    p->at++;
  }
  node->regex = pcre2_compile((PCRE2_SPTR)buf_str(&b), b.n, options, &code, &where, NULL);
  if (node->regex) {
    pcre2_jit_compile(node->regex, PCRE2_JIT_COMPLETE);  /* where there is none, the interpreter does it */
  } else {
    pcre2_get_error_message(code, message, sizeof message);
    node = mistake(p, start + 1 + (where < b.n ? where : b.n), "in the regular expression: %s", (const char *)message);
  }
  buf_release(&b);
  return node;
}

/* A bare word: a flag, or text. */
static struct node *
word_term(struct parser *p, const char *word, size_t n)
{
  const struct filter_field *f = filter_field_named(word);
  struct column column;
  struct node *node;

  if (f && f->kind == FILTER_FLAG && f->flag) {
    node = new_node(p, NODE_FLAG, 2);
    node->field = f;
    return node;
  }
  if (((f && f->kind == FILTER_FLAG) || p->provider) && column_named(p, word, &column) && column.flag)
    return column_node(p, &column);
  return text_node(p, word, n);
}

static struct node *
phrase_term(struct parser *p)
{
  struct buf b = {.max = MAX_FILTER};
  const char *at = p->at;
  struct node *node = NULL;

  if (read_quoted(p, &b) == 0)
    node = b.n ? text_node(p, b.s, b.n) : mistake(p, at, "expected a text between the quotes");
  buf_release(&b);
  return node;
}

static struct node *
bare_term(struct parser *p)
{
  struct buf b = {.max = MAX_FILTER};
  const char *at = p->at;
  struct node *node;

  read_value(p, ":<>=\"", &b);
  if (p->at < p->end && strchr(":<>=", *p->at) && b.n)
    node = field_term(p, at, b.s);
  else if (!ends_word(p, p->at))
    node = mistake(p, p->at, "expected a space before '%c' (a text with such a sign must be put in quotes)", *p->at);
  else
    node = word_term(p, buf_str(&b), b.n);
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
    return mistake(p, open, "the parenthesis is not closed (expected another ')')");
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
    return mistake(p, p->at, "expected %s", what);
  if (++p->depth > MAX_DEPTH)
    return mistake(p, p->at, "nested too deep");
  if (next_is(p, "or") || next_is(p, "and"))
    return mistake(p, p->at, "expected %s before '%.*s'", what, *p->at == 'o' || *p->at == 'O' ? 2 : 3, p->at);
  if (next_is(p, "not") || (*p->at == '-' && p->at + 1 < p->end && !strchr(" \t\n\r)", p->at[1]))) {
    bool word = *p->at != '-';

    p->at += word ? 3 : 1;
    inner = parse_term(p, word ? "a term after 'not'" : "a term after '-'");
    if (!inner)
      return NULL;
    node = new_node(p, NODE_NOT, inner->cost);
    node->left = inner;
  } else if (*p->at == '(') {
    node = group_term(p);
  } else if (*p->at == '"') {
    node = phrase_term(p);
  } else if (*p->at == '/') {
    node = regex_node(p);
  } else {
    node = bare_term(p);
  }
  p->depth--;
  if (node && !ends_word(p, p->at))
    return mistake(p, p->at, "expected a space or the end");
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
      return mistake(p, p->at, "expected a term after 'or'");
    right = parse_and(p);
    node = right ? join(p, NODE_OR, node, right) : NULL;
  }
  return NULL;
}

struct filter *
filter_parse(const struct corpus *c, const char *text, const struct filter_provider *provider, struct err *e)
{
  struct filter *f = xcalloc(1, sizeof *f);
  struct parser p = {.corpus = c, .provider = provider, .filter = f, .e = e};
  size_t bad;

  p.text = p.at = text ? text : "";
  p.end = p.text + strlen(p.text);
  f->corpus = c;
  skip_space(&p);
  if ((size_t)(p.end - p.text) > MAX_FILTER)
    mistake(&p, p.text, "too long (at most %zu bytes)", MAX_FILTER);
  else if (!utf8_valid(p.text, (size_t)(p.end - p.text), &bad))
    mistake(&p, p.text + bad, "not UTF-8");
  else
    f->root = p.at == p.end ? new_node(&p, NODE_ALL, 0) : parse_or(&p);
  if (f->root && p.at < p.end)
    f->root = mistake(&p, p.at, "expected a term, not ')'");
  if (!f->root) {
    filter_free(f);
    return NULL;
  }
  f->context = pcre2_match_context_create(NULL);
  f->match = pcre2_match_data_create(1, NULL);
  ensure(f->context && f->match);
  pcre2_set_match_limit(f->context, MATCH_LIMIT);
  pcre2_set_heap_limit(f->context, HEAP_LIMIT);
  return f;
}
