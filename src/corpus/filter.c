#include "corpus/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "corpus/filter_chunk.h"
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
    regex_free(n->regex);
    free(n->chosen);
    free(n->passes);
    free(n->ranges);
    free(n->name);
    free(n->value);
    free(n);
  }
  regex_room_free(f->room);
  free(f->dup);
  free(f);
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
column_among(const struct node *n, uint32_t id)
{
  double x = column_value(&n->column, id);

  return x >= 0 && x < n->n_bits && (n->chosen[(uint32_t)x / 8] >> (uint32_t)x % 8 & 1);
}

/* Does one of the kids say so? */
static bool
any(const struct node *n, bool what, const struct sample *s, struct regex_room *room)
{
  for (const struct node *kid = n->kids; kid; kid = kid->next)
    if (filter_test(kid, s, room) == what)
      return true;
  return false;
}

bool
filter_test(const struct node *n, const struct sample *s, struct regex_room *room)
{
  double x;

  switch (n->kind) {
  case NODE_ALL:
    return true;
  case NODE_AND:
    return !any(n, false, s, room);
  case NODE_OR:
    return any(n, true, s, room);
  case NODE_NOT:
    return !filter_test(n->kids, s, room);
  case NODE_TEXT:
    return needle_in(&n->needle, s->text, s->n_text) || (s->text2 && needle_in(&n->needle, s->text2, s->n_text2));
  case NODE_REGEX:
    return regex_in(n->regex, room, s->text, s->n_text) ||
           (s->text2 && regex_in(n->regex, room, s->text2, s->n_text2));
  case NODE_NAME:
    return n->field->among(s, n->chosen, n->n_bits);
  case NODE_NUMBER:
    return compares(n->by_column ? column_value(&n->column, s->id) : n->field->number(s), n->compare, n->number);
  case NODE_FLAG:
    return n->field->flag(s);
  case NODE_COLUMN:
    x = column_value(&n->column, s->id);
    return x < 0 || x > 0;
  case NODE_COLUMN_NAME:
    return column_among(n, s->id);
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

  return corpus_get(f->corpus, id, &s) && filter_test(f->root, &s, f->room);
}

/* ---- all at once ---- */

int
filter_run(struct filter *f, struct stop *stop, uint32_t **ids, size_t *n)
{
  uint32_t last = corpus_count(f->corpus);
  uint64_t *rows = filter_rows(f, last, stop, n);
  size_t at = 0;

  *ids = NULL;
  if (!rows)
    return -1;
  *ids = xmalloc((*n + 1) * sizeof **ids);
  for (uint32_t i = 0; i < last; i += 64)
    for (uint64_t word = rows[i / 64]; word; word &= word - 1)
      (*ids)[at++] = i + (uint32_t)__builtin_ctzll(word) + 1;
  free(rows);
  return 0;
}

int
filter_count(struct filter *f, struct stop *stop, size_t *n)
{
  uint64_t *rows = filter_rows(f, corpus_count(f->corpus), stop, n);

  free(rows);
  return rows ? 0 : -1;
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
