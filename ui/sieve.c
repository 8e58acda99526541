#include "ui/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/columns.h"
#include "corpus/filter.h"
#include "corpus/sort.h"
#include "ui/workbench.h"

#define AT_ONCE 5000   /* samples that are searched within a frame */

/* One search. */
struct search {
  struct sieve *rows;
  struct project *project;
  struct corpus *corpus;
  char *filter, *sort;
  bool anew;
  uint64_t seen;
  uint32_t *ids;
  size_t n;
};

void
sieve_init(struct sieve *r, struct workbench *w)
{
  memset(r, 0, sizeof *r);
  r->w = w;
  r->corpus = workbench_corpus(w);
  r->filter = xstrdup("");
  r->sort = xstrdup("");
  r->anew = true;
}

void
sieve_release(struct sieve *r)
{
  free(r->filter);
  free(r->sort);
  free(r->ids);
  free(r->marks);
}

/* ---- searching ---- */

static void
search_work(void *arg)
{
  struct search *s = arg;
  struct columns *columns = columns_new(s->project);

  if (filter_ids(s->corpus, s->filter, columns_provider(columns), &s->ids, &s->n, NULL) < 0) {
    s->ids = NULL;
    s->n = 0;
  }
  if (*s->sort)
    sort_ids(s->corpus, s->sort, columns_provider(columns), s->ids, s->n, NULL);
  columns_free(columns);
}

/* Adds those that are new to the rows that stand. */
static void
append(struct sieve *r, const uint32_t *ids, size_t n)
{
  uint32_t count = corpus_count(r->corpus);
  unsigned char *here = xcalloc((size_t)count + 1, 1);
  size_t before = r->n;

  for (size_t i = 0; i < r->n; i++)
    here[r->ids[i]] = 1;
  r->ids = xrealloc(r->ids, (r->n + n + 1) * sizeof *r->ids);
  for (size_t i = 0; i < n; i++)
    if (ids[i] <= count && !here[ids[i]])
      r->ids[r->n++] = ids[i];
  r->made += r->n != before;
  free(here);
}

static void
search_done(void *arg)
{
  struct search *s = arg;
  struct sieve *r = s->rows;
  bool same = !strcmp(s->filter, r->filter);

  r->working = false;
  if (same && s->anew) {
    free(r->ids);
    r->ids = s->ids;
    r->n = s->n;
    s->ids = NULL;
    r->made++;
  } else if (same) {
    append(r, s->ids, s->n);
  }
  if (same)
    r->seen = s->seen;
  free(s->ids);
  free(s->filter);
  free(s->sort);
  free(s);
}

void
sieve_update(struct sieve *r)
{
  struct search *s;

  if (r->working || (!r->anew && r->seen == corpus_revision(r->corpus)))
    return;
  s = xcalloc(1, sizeof *s);
  *s = (struct search){.rows = r, .project = workbench_project(r->w), .corpus = r->corpus,
                       .filter = xstrdup(r->filter), .anew = r->anew,
                       .seen = corpus_revision(r->corpus)};
  s->sort = r->reverse && *r->sort == '-' ? xstrdup(r->sort + 1)
      : xasprintf("%s%s", r->reverse && *r->sort ? "-" : "", r->sort);
  r->anew = false;
  r->working = true;
  if (corpus_count(r->corpus) > AT_ONCE) {
    workbench_work(r->w, search_work, search_done, s);
    return;
  }
  search_work(s);
  search_done(s);
}

void
sieve_refresh(struct sieve *r)
{
  r->anew = true;
  sieve_update(r);
}

int
sieve_filter(struct sieve *r, const char *filter, struct err *e)
{
  struct columns *columns = columns_new(workbench_project(r->w));
  struct filter *f = filter_parse(r->corpus, filter, columns_provider(columns), e);

  filter_free(f);
  columns_free(columns);
  if (!f)
    return -1;
  if (strcmp(filter, r->filter)) {
    free(r->filter);
    r->filter = xstrdup(filter);
  }
  sieve_refresh(r);
  return 0;
}

bool
sieve_is_empty(const struct sieve *r, const char *filter)
{
  struct columns *columns;
  uint32_t *ids = NULL;
  size_t n = 0;
  bool empty;

  if (corpus_count(r->corpus) > AT_ONCE)
    return false;
  columns = columns_new(workbench_project(r->w));
  empty = filter_ids(r->corpus, filter, columns_provider(columns), &ids, &n, NULL) == 0 && n == 0;
  columns_free(columns);
  free(ids);
  return empty;
}

int
sieve_sort(struct sieve *r, const char *key, bool reverse, struct err *e)
{
  struct columns *columns = columns_new(workbench_project(r->w));
  int known = *key ? sort_ids(r->corpus, key, columns_provider(columns), NULL, 0, e) : 0;

  columns_free(columns);
  if (known < 0)
    return -1;
  if (strcmp(key, r->sort)) {
    free(r->sort);
    r->sort = xstrdup(key);
  }
  r->reverse = reverse;
  sieve_refresh(r);
  return 0;
}

bool
sieve_find(const struct sieve *r, uint32_t id, size_t *row)
{
  for (size_t i = 0; i < r->n; i++)
    if (r->ids[i] == id) {
      *row = i;
      return true;
    }
  return false;
}

/* ---- marks ---- */

bool
sieve_marked(const struct sieve *r, uint32_t id)
{
  return id < r->cap_marks && r->marks[id];
}

void
sieve_mark(struct sieve *r, uint32_t id, bool on)
{
  if (id >= r->cap_marks) {
    size_t cap = r->cap_marks;

    if (!on)
      return;
    GROW(r->marks, r->cap_marks, (size_t)id + 1);
    memset(r->marks + cap, 0, r->cap_marks - cap);
  }
  r->n_marks = r->n_marks + on - r->marks[id];
  r->marks[id] = on;
}

void
sieve_unmark(struct sieve *r)
{
  if (r->marks)
    memset(r->marks, 0, r->cap_marks);
  r->n_marks = 0;
}
