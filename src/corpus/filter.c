#include "corpus/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "corpus/filter_node.h"

void
filter_free(struct filter *f)
{
  struct node *n, *next;

  if (!f)
    return;
  for (n = f->made; n; n = next) {
    next = n->next_made;
    needle_release(&n->needle);
    pcre2_code_free(n->regex);
    free(n->chosen);
    free(n->ranges);
    free(n->name);
    free(n->value);
    free(n);
  }
  pcre2_match_data_free(f->match);
  pcre2_match_context_free(f->context);
  free(f->dup);
  free(f);
}

static bool
regex_in(const struct filter *f, const struct node *n, const char *text, size_t len)
{
  return text && pcre2_match(n->regex, (PCRE2_SPTR)text, len, 0, 0, f->match, f->context) >= 0;
}

static double
column_value(const struct column *c, uint32_t id)
{
  return id <= c->n ? (double)c->values[id - 1] : (double)NAN;
}

static bool
compares(double x, enum compare how, double y)
{
  switch (how) {
  case LESS:
    return x < y;
  case LESS_EQUAL:
    return x <= y;
  case EQUAL:
    return x >= y && x <= y;
  case GREATER_EQUAL:
    return x >= y;
  case GREATER:
    return x > y;
  }
  return false;
}

static bool
in_ranges(const struct node *n, uint32_t id)
{
  size_t low = 0, high = n->n_ranges;

  while (low < high) {
    size_t mid = (low + high) / 2;

    if (id < n->ranges[mid].from)
      high = mid;
    else if (id > n->ranges[mid].to)
      low = mid + 1;
    else
      return true;
  }
  return false;
}

static bool
has_attribute(const struct node *n, const struct sample *s)
{
  size_t len;
  const char *value = attribute_get(s->attributes, n->name, &len);

  return value && len == strlen(n->value) && !strncasecmp(value, n->value, len);
}

static bool
test(const struct filter *f, const struct node *n, const struct sample *s)
{
  double x;

  switch (n->kind) {
  case NODE_ALL:
    return true;
  case NODE_AND:
    return test(f, n->left, s) && test(f, n->right, s);
  case NODE_OR:
    return test(f, n->left, s) || test(f, n->right, s);
  case NODE_NOT:
    return !test(f, n->left, s);
  case NODE_TEXT:
    return needle_in(&n->needle, s->text, s->n_text) || (s->text2 && needle_in(&n->needle, s->text2, s->n_text2));
  case NODE_REGEX:
    return regex_in(f, n, s->text, s->n_text) || regex_in(f, n, s->text2, s->n_text2);
  case NODE_NAME:
    return n->field->among(s, n->chosen, n->n_bits);
  case NODE_NUMBER:
    return compares(n->by_column ? column_value(&n->column, s->id) : n->field->number(s), n->compare, n->number);
  case NODE_FLAG:
    return n->field->flag(s);
  case NODE_COLUMN:
    x = column_value(&n->column, s->id);
    return x < 0 || x > 0;
  case NODE_IDS:
    return in_ranges(n, s->id);
  case NODE_ATTRIBUTE:
    return has_attribute(n, s);
  }
  return false;
}

bool
filter_match(struct filter *f, uint32_t id)
{
  struct sample s;

  return corpus_get(f->corpus, id, &s) && test(f, f->root, &s);
}

int
filter_run(struct filter *f, struct stop *stop, uint32_t **ids, size_t *n)
{
  uint32_t last = corpus_count(f->corpus);
  size_t cap = 0;

  *n = 0;
  *ids = NULL;
  for (uint32_t id = 1; id <= last; id++) {
    if (id % 1024 == 0 && stop_wanted(stop)) {
      free(*ids);
      *ids = NULL;
      *n = 0;
      return -1;
    }
    if (!filter_match(f, id))
      continue;
    GROW(*ids, cap, *n + 1);
    (*ids)[(*n)++] = id;
  }
  return 0;
}

int
filter_ids(const struct corpus *c, const char *text, const struct filter_provider *provider, uint32_t **ids, size_t *n,
           struct err *e)
{
  struct filter *f = filter_parse(c, text, provider, e);
  int rc;

  if (!f)
    return -1;
  rc = filter_run(f, NULL, ids, n);
  filter_free(f);
  return rc;
}
