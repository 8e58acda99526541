#include "corpus/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/utf8.h"

static double
by_id(const struct sample *s)
{
  return s->id;
}

static double
by_label(const struct sample *s)
{
  return s->n_labels ? s->labels[0] : (double)NAN;
}

static double
by_words(const struct sample *s)
{
  return sample_words(s->text, s->n_text) + (s->text2 ? sample_words(s->text2, s->n_text2) : 0);
}

static double
by_chars(const struct sample *s)
{
  return (double)(utf8_count(s->text, s->n_text) + (s->text2 ? utf8_count(s->text2, s->n_text2) : 0));
}

static double
by_status(const struct sample *s)
{
  return s->status;
}

static double
by_origin(const struct sample *s)
{
  return s->origin;
}

static double
by_split(const struct sample *s)
{
  return s->split;
}

static double
by_template(const struct sample *s)
{
  return s->template_id ? s->template_id : (double)NAN;
}

static double
by_request(const struct sample *s)
{
  return s->request_id ? s->request_id : (double)NAN;
}

const struct sort_key sort_keys[] = {
  {"id", "the order in which samples came", by_id},
  {"label", "the order of the project's labels", by_label},
  {"text", "the text, case ignored", NULL},
  {"words", "words of the text", by_words},
  {"chars", "characters of the text", by_chars},
  {"status", "new, accepted, rejected", by_status},
  {"origin", "seed, generated, annotated, imported", by_origin},
  {"split", "train, valid, test, pool", by_split},
  {"template", "the template's version", by_template},
  {"request", "the request to the teacher", by_request},
  {NULL, NULL, NULL},
};

/* An id with what it is ordered by. */
struct keyed {
  union {
    double number;      /* NaN: none */
    const char *text;
  };
  uint32_t id, order;
};

static int
tie(const struct keyed *a, const struct keyed *b)
{
  return a->order < b->order ? -1 : a->order > b->order;
}

static int
compare_numbers(const void *p, const void *q, void *down)
{
  const struct keyed *a = p, *b = q;
  bool no_a = isnan(a->number), no_b = isnan(b->number);
  int way = *(bool *)down ? -1 : 1;

  if (no_a || no_b)
    return no_a && no_b ? tie(a, b) : no_a ? 1 : -1;
  if (a->number < b->number)
    return -way;
  if (a->number > b->number)
    return way;
  return tie(a, b);
}

static int
compare_texts(const void *p, const void *q, void *down)
{
  const struct keyed *a = p, *b = q;
  int x = strcasecmp(a->text, b->text);

  if (x)
    return *(bool *)down ? -x : x;
  return tie(a, b);
}

static int
unknown_key(const char *key, const struct filter_provider *provider, struct err *e)
{
  struct nearest near = nearest_to(key);
  const char *name;

  for (const struct sort_key *k = sort_keys; k->name; k++)
    nearest_try(&near, k->name);
  for (size_t i = 0; provider && provider->name && (name = provider->name(provider->arg, i)); i++)
    nearest_try(&near, name);
  if (near.best)
    return err_set(e, ERR_INPUT, "unknown sort key '%s' (did you mean '%s'?)", key, near.best);
  return err_set(e, ERR_INPUT, "unknown sort key '%s' (id, label, text, words, chars, status...)", key);
}

int
sort_ids(const struct corpus *c, const char *key, const struct filter_provider *provider, uint32_t *ids, size_t n,
         struct err *e)
{
  bool down = key && *key == '-';
  const struct sort_key *k = sort_keys;
  struct column column = {0};
  struct keyed *v;
  struct sample s;

  if (!key || !key[down])
    return 0;
  key += down;
  while (k->name && strcmp(k->name, key))
    k++;
  if (!k->name && !(provider && provider->get(provider->arg, key, &column)))
    return unknown_key(key, provider, e);
  if (!k->name && column.descends)
    down = !down;
  v = xmalloc((n + 1) * sizeof *v);
  for (size_t i = 0; i < n; i++) {
    v[i].id = ids[i];
    v[i].order = (uint32_t)i;
    corpus_get(c, ids[i], &s);
    if (!k->name)
      v[i].number = ids[i] <= column.n ? (double)column.values[ids[i] - 1] : (double)NAN;
    else if (k->number)
      v[i].number = k->number(&s);
    else
      v[i].text = s.text;
  }
  qsort_r(v, n, sizeof *v, k->name && !k->number ? compare_texts : compare_numbers, &down);
  for (size_t i = 0; i < n; i++)
    ids[i] = v[i].id;
  free(v);
  return 0;
}
