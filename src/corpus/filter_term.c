/* filter_term.c: the words of a filter that ask of a field, and what mistakes in them say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "corpus/filter_parser.h"
#include "corpus/neardup.h"

/* " (did you mean 'label'?)", or what else helps. */
static void
hint(struct buf *b, const struct nearest *near, const char *otherwise)
{
  if (near->best)
    buf_addf(b, " (did you mean '%s'?)", near->best);
  else if (otherwise)
    buf_addf(b, " (%s)", otherwise);
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
column_node(struct parser *p, const struct column *column, const char *name)
{
  struct node *n = parser_node(p, NODE_COLUMN, 1);

  n->name = xstrdup(name);
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
  parser_mistake(p, at, "unknown field '%.100s'%s", name, buf_str(&b));
  buf_release(&b);
  return NULL;
}

/* ---- field:value ---- */

/* Does the typed value name this one? "tickets" names "tickets v4", too, and "ship*" all that begin so. */
static bool
names(const struct filter_values *values, const char *typed, const char *value, bool exact)
{
  size_t n = strlen(typed);

  if (exact)
    return !strcmp(typed, value);
  if (n && typed[n - 1] == '*')
    return !strncasecmp(typed, value, n - 1);
  if (!strcasecmp(typed, value))
    return true;
  return !strcmp(values->name, "template") && !strncmp(typed, value, n) && value[n] == ' ' && value[n + 1] == 'v' &&
         strspn(value + n + 2, "0123456789") == strlen(value + n + 2);
}

static bool
choose(const struct filter_values *values, struct node *node, const char *typed, bool exact)
{
  const char *value;
  bool any = false;

  for (uint32_t i = 0; i < node->n_bits && (value = filter_value(values, i)); i++)
    if (*value && names(values, typed, value, exact)) {
      node->chosen[i / 8] |= (uint8_t)(1 << i % 8);
      any = true;
    }
  return any;
}

static struct node *
unknown_value(struct parser *p, const char *at, const struct filter_values *values, const char *typed)
{
  struct nearest near = nearest_to(typed);
  struct buf b = {.max = 700}, list = {.max = 200};
  const char *value;

  for (uint32_t i = 0; (value = filter_value(values, i)); i++)
    if (*value) {
      nearest_try(&near, value);
      buf_addf(&list, "%s%s", list.n ? ", " : "", value);
    }
  if (list.n)
    buf_addf(&b, "there are: %s%s", list.s, list.over ? ", ..." : "");
  buf_truncate(&list, 0);
  hint(&list, &near, b.n ? b.s : "there is none yet");
  parser_mistake(p, at, "no %s '%.100s'%s", values->name, typed, buf_str(&list));
  buf_release(&b);
  buf_release(&list);
  return NULL;
}

/* Reads the values after `name:` and marks those that they name. */
static struct node *
choose_values(struct parser *p, struct node *node, const struct filter_values *values)
{
  struct buf b = {.max = 1000};
  const char *at;

  while (filter_value(values, node->n_bits))
    node->n_bits++;
  node->chosen = xcalloc(node->n_bits / 8 + 1, 1);
  do {
    at = p->at;
    if (parser_value(p, ",", &b)) {
      node = NULL;
    } else if (!b.n) {
      node = parser_mistake(p, at, "expected a value after '%s:' (%s)", values->name, values->form);
    } else if (!choose(values, node, b.s, true) && !choose(values, node, b.s, false)) {
      node = unknown_value(p, at, values, b.s);
    }
  } while (node && p->at < p->end && *p->at == ',' && p->at++);
  buf_release(&b);
  return node;
}

static struct node *
name_node(struct parser *p, const struct filter_field *f)
{
  struct node *node = parser_node(p, NODE_NAME, 2);

  node->field = f;
  return choose_values(p, node, &(struct filter_values){.name = f->name, .form = f->values, .corpus = p->corpus,
                                                        .field = f});
}

/* A column with names, and p->at on an operator. */
static struct node *
column_name_node(struct parser *p, const struct column *column, const char *name)
{
  struct node *node = parser_node(p, NODE_COLUMN_NAME, 1);

  if (*p->at != ':' && *p->at != '=')
    return parser_mistake(p, p->at, "expected ':' after '%s', which is no number", name);
  p->at++;
  node->name = xstrdup(name);
  node->column = *column;
  return choose_values(p, node, &(struct filter_values){.name = node->name, .form = "NAME[,NAME...]",
                                                        .column = column});
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
  struct node *node = parser_node(p, NODE_IDS, 1);

  do {
    struct range r;

    if (!read_id(p, &r.from))
      return parser_mistake(p, p->at, "expected sample numbers after 'id:', as in id:3,7,10-20");
    r.to = r.from;
    if (p->at < p->end && *p->at == '-') {
      p->at++;
      if (!read_id(p, &r.to) || r.to < r.from)
        return parser_mistake(p, p->at, "expected a sample number not below %u after '-'", r.from);
    }
    GROW(node->ranges, node->cap_ranges, node->n_ranges + 1);
    node->ranges[node->n_ranges++] = r;
  } while (p->at < p->end && *p->at == ',' && p->at++);
  if (!parser_ends_word(p, p->at))
    return parser_mistake(p, p->at, "expected sample numbers after 'id:', as in id:3,7,10-20");
  order_ranges(node);
  return node;
}

static struct node *
attribute_node(struct parser *p, const char *at, const char *name)
{
  struct node *node = parser_node(p, NODE_ATTRIBUTE, 5);
  struct buf b = {.max = 1000};

  if (!*name)
    return parser_mistake(p, at, "expected the name of an attribute, as in attr.topic:furniture");
  if (parser_value(p, "", &b)) {
    buf_release(&b);
    return NULL;
  }
  node->name = xstrdup(name);
  node->value = buf_take(&b);
  return *node->value ? node : parser_mistake(p, p->at, "expected a value after 'attr.%s:'", name);
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
  struct node *node = parser_node(p, NODE_NUMBER, column ? 1 : f->reads == FILTER_READS_SAMPLE ? 10 : 2);
  struct buf b = {.max = 60};
  const char *at;
  char *end;

  node->field = f;
  node->by_column = column;
  if (column) {
    node->name = xstrdup(name);
    node->column = *column;
  }
  node->compare = read_operator(p);
  at = p->at;
  parser_value(p, "", &b);
  node->number = strtod(buf_str(&b), &end);
  if (!b.n || *end || !isfinite(node->number))
    node = parser_mistake(p, at, "expected a number after '%s', not '%.50s'", name, buf_str(&b));
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
      return parser_mistake(p, p->at, "'%s' stands alone, without a value", name);
    if (!column_named(p, name, &column))
      return unknown_field(p, at, name);
    return column.names ? column_name_node(p, &column, name) : number_node(p, NULL, &column, name);
  }
  if (*p->at != ':' && *p->at != '=')
    return parser_mistake(p, p->at, "expected ':' after '%s', which is no number", name);
  p->at++;
  if (f->kind == FILTER_IDS)
    return ids_node(p);
  if (f->kind == FILTER_ATTRIBUTE)
    return parser_mistake(p, at, "expected the name of an attribute, as in attr.topic:furniture");
  return name_node(p, f);
}

/* A bare word: a flag, or text. */
static struct node *
word_term(struct parser *p, const char *word, size_t n)
{
  const struct filter_field *f = filter_field_named(word);
  struct column column;
  struct node *node;

  if (f && f->kind == FILTER_FLAG && f->flag) {
    node = parser_node(p, NODE_FLAG, 2);
    node->field = f;
    return node;
  }
  if (((f && f->kind == FILTER_FLAG) || p->provider) && column_named(p, word, &column) && column.flag)
    return column_node(p, &column, word);
  return parser_text_node(p, word, n);
}

struct node *
parser_bare_term(struct parser *p)
{
  struct buf b = BUF_INIT;
  const char *at = p->at;
  struct node *node;

  parser_value(p, ":<>=\"", &b);
  if (p->at < p->end && strchr(":<>=", *p->at) && b.n)
    node = field_term(p, at, b.s);
  else if (!parser_ends_word(p, p->at))
    node =
      parser_mistake(p, p->at, "expected a space before '%c' (a text with such a sign must be put in quotes)", *p->at);
  else
    node = word_term(p, buf_str(&b), b.n);
  buf_release(&b);
  return node;
}
