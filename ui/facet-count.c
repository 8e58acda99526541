#include "ui/facet-count.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "command/columns.h"
#include "corpus/count_by.h"

#define ATTRIBUTES_MAX 24u         /* groups of attributes */
#define VALUES_MAX 1000u           /* of one group */

enum { BY_LABEL, BY_STATUS, BY_SPLIT, BY_ORIGIN, BY_TEMPLATE, BY_RUN, BY_FIRST_ATTRIBUTE };

void
facet_counts_release(struct facet_counts *k)
{
  free(k->labels);
  for (size_t i = 0; i < k->n_groups; i++)
    free(k->groups[i].values);
  free(k->groups);
  arena_release(&k->arena);
  *k = (struct facet_counts){0};
}

void
facet_counts_all(const struct corpus *c, struct facet_counts *k)
{
  size_t n = labels_count(corpus_labels(c));
  struct corpus_counts all;

  corpus_counts(c, &all);
  memcpy(k->of[FACET_STATUS], all.status, sizeof all.status);
  memcpy(k->of[FACET_SPLIT], all.split, sizeof all.split);
  memcpy(k->of[FACET_ORIGIN], all.origin, sizeof all.origin);
  k->unlabelled = all.unlabelled;
  if (k->n_labels < n)
    k->labels = xrealloc(k->labels, n * sizeof *k->labels);
  k->n_labels = n;
  for (size_t i = 0; i < n; i++) {
    k->labels[i] = 0;
    for (int s = 0; s < N_STATUSES; s++)
      k->labels[i] += corpus_label_count(c, (uint16_t)i, (enum status)s);
  }
}

/* ---- which attributes there are ---- */

struct names {
  const char *v[ATTRIBUTES_MAX];
  size_t n;
  struct arena *arena;
};

static void
note_names(struct names *names, const char *attributes)
{
  const char *name, *value;
  size_t n_name, n_value, i;

  while (attribute_next(&attributes, &name, &n_name, &value, &n_value)) {
    for (i = 0; i < names->n; i++)
      if (strlen(names->v[i]) == n_name && !strncmp(names->v[i], name, n_name))
        break;
    if (i == names->n && names->n < ATTRIBUTES_MAX && n_name && !memchr(name, '"', n_name))
      names->v[names->n++] = arena_strndup(names->arena, name, n_name);
  }
}

static int
compare_names(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Equal attributes are one string: few of them have to be read. */
static void
find_names(const struct corpus *c, struct names *names)
{
  uint32_t last = corpus_count(c);
  const char *rows[CORPUS_CHUNK], *before[256] = {NULL};

  for (uint32_t first = 1; first <= last; first += CORPUS_CHUNK) {
    uint32_t n = last - first + 1 < CORPUS_CHUNK ? last - first + 1 : CORPUS_CHUNK;

    corpus_read_attributes(c, first, n, rows);
    for (uint32_t i = 0; i < n; i++) {
      const char **slot = &before[((uintptr_t)rows[i] >> 4) % 256];

      if (*slot == rows[i] || !*rows[i])
        continue;
      *slot = rows[i];
      note_names(names, rows[i]);
    }
  }
  qsort(names->v, names->n, sizeof *names->v, compare_names);
}

/* ---- counting ---- */

/* By everything; the values of the first four stand in the order of their ids. */
static size_t
fill_by(struct count_by *by, const struct names *names, const struct column *wrong)
{
  static const enum count_field first[] = {COUNT_BY_LABEL, COUNT_BY_STATUS, COUNT_BY_SPLIT, COUNT_BY_ORIGIN,
                                           COUNT_BY_TEMPLATE};
  size_t n = 0;

  for (; n < N_OF(first); n++)
    by[n] = (struct count_by){.by = first[n]};
  by[n++] = (struct count_by){.by = COUNT_BY_COLUMN, .name = "run.wrong", .column = *wrong};
  for (size_t i = 0; i < names->n; i++)
    by[n++] = (struct count_by){.by = COUNT_BY_ATTRIBUTE, .name = names->v[i]};
  return n;
}

static void
take_fixed(struct facet_counts *k, const struct count_by *by)
{
  k->n_labels = by[BY_LABEL].n_values;
  k->labels = xcalloc(k->n_labels + 1, sizeof *k->labels);
  for (size_t i = 0; i < k->n_labels; i++)
    k->labels[i] = by[BY_LABEL].values[i].n;
  k->unlabelled = by[BY_LABEL].none;
  for (int g = 0; g < N_FACET_FIXED; g++)
    for (size_t i = 0; i < by[BY_STATUS + g].n_values && i < FACET_VALUES; i++)
      k->of[g][i] = by[BY_STATUS + g].values[i].n;
}

static int
more_first(const void *a, const void *b)
{
  const struct facet_value *x = a, *y = b;

  return x->all != y->all ? (x->all < y->all ? 1 : -1) : strcmp(x->value, y->value);
}

/* The values that occur, `all` counted without the filter, `by` with it (they may be the same). */
static void
add_group(struct facet_counts *k, const char *field, const char *title, const struct count_by *all,
          const struct count_by *by)
{
  struct facet_group *g = &k->groups[k->n_groups];
  struct strmap counts;

  strmap_init(&counts);
  for (size_t i = 0; i < by->n_values; i++)
    strmap_put(&counts, by->values[i].name, strlen(by->values[i].name), by->values[i].n);
  *g = (struct facet_group){.field = field, .title = title,
                            .values = xcalloc(all->n_values + 1, sizeof *g->values)};
  for (size_t i = 0; i < all->n_values; i++) {
    const struct count_value *v = &all->values[i];

    if (!v->n || !*v->name)
      continue;
    g->values[g->n] = (struct facet_value){.value = arena_strdup(&k->arena, v->name), .all = v->n,
                                           .n = (uint32_t)strmap_get(&counts, v->name, strlen(v->name), 0)};
    g->values[g->n].shown = g->values[g->n].value;
    g->n++;
  }
  qsort(g->values, g->n, sizeof *g->values, more_first);
  g->n = g->n < VALUES_MAX ? g->n : VALUES_MAX;
  strmap_release(&counts);
  if (g->n)
    k->n_groups++;
  else
    free(g->values);
}

/* Of a run that was asked: what it got right, and wrong. */
static void
add_run(struct facet_counts *k, const struct count_by *all, const struct count_by *by)
{
  static const struct facet_value values[] = {{.value = "right", .shown = "right", .alone = "run.wrong=0"},
                                              {.value = "wrong", .shown = "wrong", .alone = "run.wrong"}};
  struct facet_group *g = &k->groups[k->n_groups];

  if (all->n_values != 2 || all->values[0].n + all->values[1].n == 0)
    return;
  *g = (struct facet_group){.field = "run.wrong", .title = "newest run", .n = 2,
                            .values = xcalloc(2, sizeof *g->values)};
  memcpy(g->values, values, sizeof values);
  for (int i = 0; i < 2; i++) {
    g->values[i].all = all->values[i].n;
    g->values[i].n = by->values[i].n;
  }
  k->n_groups++;
}

static void
take_groups(struct facet_counts *k, const struct names *names, const struct count_by *all, const struct count_by *by)
{
  k->groups = xcalloc(names->n + 2, sizeof *k->groups);
  add_group(k, "template", "template", &all[BY_TEMPLATE], &by[BY_TEMPLATE]);
  for (size_t i = 0; i < names->n; i++) {
    char *field = xasprintf("attr.%s", names->v[i]);

    add_group(k, arena_strdup(&k->arena, field), names->v[i], &all[BY_FIRST_ATTRIBUTE + i], &by[BY_FIRST_ATTRIBUTE + i]);
    free(field);
  }
  add_run(k, &all[BY_RUN], &by[BY_RUN]);
}

static bool
count(const struct corpus *c, const struct filter_provider *provider, const char *text, struct stop *stop,
      struct count_by *by, size_t n_by)
{
  struct filter *f = filter_parse(c, text, provider, NULL);
  bool counted = f && filter_count_by(f, stop, by, n_by, NULL) == 0;

  filter_free(f);
  return counted;
}

bool
facet_tally(const struct corpus *c, struct columns *columns, const char *filter, struct stop *stop,
            struct facet_counts *k)
{
  const struct filter_provider *provider = columns_provider(columns);
  struct count_by by[BY_FIRST_ATTRIBUTE + ATTRIBUTES_MAX], all[BY_FIRST_ATTRIBUTE + ATTRIBUTES_MAX];
  struct names names = {.arena = &k->arena};
  struct column wrong = {.flag = true};
  bool filtered = filter[strspn(filter, " ")];
  size_t n;

  _Static_assert(BY_FIRST_ATTRIBUTE + ATTRIBUTES_MAX <= COUNT_BY_MAX, "one walk over the corpus");
  *k = (struct facet_counts){0};
  arena_init(&k->arena);
  find_names(c, &names);
  provider->get(provider->arg, "run.wrong", &wrong);
  n = fill_by(by, &names, &wrong);
  if (!count(c, provider, filter, stop, by, n)) {
    facet_counts_release(k);
    return false;
  }
  fill_by(all, &names, &wrong);
  if (filtered && !count(c, provider, "", stop, all, n)) {
    count_by_release(by, n);
    facet_counts_release(k);
    return false;
  }
  take_fixed(k, by);
  take_groups(k, &names, filtered ? all : by, by);
  count_by_release(by, n);
  if (filtered)
    count_by_release(all, n);
  return true;
}
