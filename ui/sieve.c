#include "ui/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/columns.h"
#include "corpus/filter.h"
#include "corpus/sort.h"
#include "ui/workbench.h"

#define AT_ONCE 5000        /* samples that are searched within a frame */
#define ALL_AT_ONCE 3000000 /* samples that are listed within a frame, where all pass and nothing is sorted */
#define MATCHED_AT_ONCE 256 /* moved samples that are looked at within a frame */
#define MOVED_MAX 65536     /* moved samples that a search looks at; more: all */
#define LARGE 10000         /* numbers that are freed on another thread */
#define SHARE 10            /* searches for what moved take a tenth of a processor at most */

/* One search: from the start, or among what moved. */
struct search {
  struct sieve *rows;
  struct corpus *corpus;
  struct columns *columns;
  char *filter, *sort;
  bool anew, try;
  bool renew;               /* the columns are out of date, and needed */
  struct stop stop;
  uint64_t since, seen;
  uint32_t last;
  int64_t took_ms;
  uint32_t *ids;
  size_t n;
  uint32_t *index;          /* of rows, as in struct sieve; only where anew */
  uint32_t n_index;
  bool all;                 /* too much moved: all were looked at */
  bool failed;              /* stopped, or a filter that is right no more */
};

void
sieve_init(struct sieve *r, struct workbench *w)
{
  memset(r, 0, sizeof *r);
  r->w = w;
  r->corpus = workbench_corpus(w);
  r->filter = xstrdup("");
  r->of = xstrdup("");
  r->sort = xstrdup("");
  r->anew = true;
}

void
sieve_release(struct sieve *r)
{
  free(r->filter);
  free(r->of);
  free(r->sort);
  free(r->ids);
  free(r->rows);
  free(r->marks);
  filter_free(r->matcher);
}

/* ---- checking: names only, no file ---- */

struct checker {
  const struct filter_provider *names;
  bool asked;               /* for a column */
};

/* `dup` is a column, too, that the filter makes itself where nobody else has it: not on this thread. */
static bool
checker_get(void *arg, const char *name, struct column *column)
{
  struct checker *c = arg;
  bool known = true;

  if (!strcmp(name, "dup"))
    *column = (struct column){.flag = true};
  else
    known = c->names->get(c->names->arg, name, column);
  c->asked |= known;
  return known;
}

static const char *
checker_name(void *arg, size_t i)
{
  struct checker *c = arg;

  return c->names->name(c->names->arg, i);
}

static struct filter *
check_filter(struct sieve *r, const char *filter, bool *asks_columns, struct err *e)
{
  struct checker c = {.names = workbench_column_names(r->w)};
  struct filter_provider provider = {.get = checker_get, .name = checker_name, .arg = &c};
  struct filter *f = filter_parse(r->corpus, filter, &provider, e);

  *asks_columns = c.asked;
  return f;
}

/* Grows when a filter may mean something else: it knows labels and templates as they were when it was parsed. */
static uint64_t
names_known(const struct sieve *r)
{
  return labels_count(corpus_labels(r->corpus)) + corpus_name_count(r->corpus, NAME_TEMPLATE) +
         corpus_name_count(r->corpus, NAME_TEACHER);
}

static void
set_matcher(struct sieve *r, struct filter *f, bool asks_columns)
{
  filter_free(r->matcher);
  r->matcher = f;
  r->matcher_names = names_known(r);
  if (asks_columns) {
    filter_free(f);
    r->matcher = NULL;
  }
}

static void
renew_matcher(struct sieve *r)
{
  bool asks_columns;
  struct filter *f;

  if (r->matcher && r->matcher_names == names_known(r))
    return;
  f = check_filter(r, r->of, &asks_columns, NULL);
  set_matcher(r, f, asks_columns);
}

/* ---- searching ---- */

/* Those of the ids that pass, in their place. */
static void
keep_passing(struct search *s, struct filter *f)
{
  size_t kept = 0;

  for (size_t i = 0; i < s->n && !stop_wanted(&s->stop); i++)
    if (filter_match(f, s->ids[i]))
      s->ids[kept++] = s->ids[i];
  s->n = kept;
}

/* All samples pass: nothing need be looked at. */
static bool
everything(const struct corpus *c, const char *filter)
{
  struct corpus_counts counts;

  corpus_counts(c, &counts);
  return !filter[strspn(filter, " ")] && counts.gone == 0;
}

static void
find_ids(struct search *s, struct filter *f)
{
  s->last = corpus_count(s->corpus);
  if (!s->anew) {
    s->ids = xmalloc(MOVED_MAX * sizeof *s->ids);
    s->n = corpus_moved(s->corpus, s->since, &s->seen, s->ids, MOVED_MAX);
    if (s->n != CORPUS_MOVED_ALL) {
      keep_passing(s, f);
      return;
    }
    s->all = true;
    free(s->ids);
  }
  s->seen = corpus_revision(s->corpus);
  s->last = corpus_count(s->corpus);
  if (everything(s->corpus, s->filter)) {
    s->ids = xmalloc(((size_t)s->last + 1) * sizeof *s->ids);
    for (s->n = 0; s->n < s->last; s->n++)
      s->ids[s->n] = (uint32_t)s->n + 1;
  } else {
    s->failed = filter_run(f, &s->stop, &s->ids, &s->n) < 0;
  }
}

static void
make_index(struct search *s)
{
  s->n_index = s->last;
  for (size_t i = 0; i < s->n; i++)
    s->n_index = s->ids[i] > s->n_index ? s->ids[i] : s->n_index;
  s->index = xcalloc((size_t)s->n_index + 1, sizeof *s->index);
  for (size_t i = 0; i < s->n; i++)
    s->index[s->ids[i] - 1] = (uint32_t)i + 1;
}

static void
renew_columns(struct search *s)
{
  struct columns *old = s->columns;

  s->columns = columns_renew(old);
  columns_free(old);
}

static void
search_work(void *arg)
{
  struct search *s = arg;
  const struct filter_provider *provider;
  int64_t from = clock_ms();
  struct filter *f;

  if (s->renew)
    renew_columns(s);
  provider = columns_provider(s->columns);
  f = filter_parse(s->corpus, s->filter, provider, NULL);
  s->failed = !f;
  if (f)
    find_ids(s, f);
  filter_free(f);
  if (s->failed || stop_wanted(&s->stop))
    return;
  if (s->anew && *s->sort)
    sort_ids(s->corpus, s->sort, provider, s->ids, s->n, NULL);
  if (s->anew)
    make_index(s);
  s->took_ms = clock_ms() - from;
}

/* ---- what a search found ---- */

static void
room_for(struct sieve *r, uint32_t id)
{
  uint32_t n = r->n_rows;

  if (id <= n)
    return;
  n = id + id / 8 + 1024;
  r->rows = xrealloc(r->rows, (size_t)n * sizeof *r->rows);
  memset(r->rows + r->n_rows, 0, (size_t)(n - r->n_rows) * sizeof *r->rows);
  r->n_rows = n;
}

static bool
is_here(const struct sieve *r, uint32_t id)
{
  return id - 1 < r->n_rows && r->rows[id - 1];
}

static void
append(struct sieve *r, uint32_t id)
{
  if (is_here(r, id))
    return;
  room_for(r, id);
  GROW(r->ids, r->cap, r->n + 1);
  r->ids[r->n++] = id;
  r->rows[id - 1] = (uint32_t)r->n;
}

static void
let_go(struct sieve *r, uint32_t *v, size_t n)
{
  if (n < LARGE)
    free(v);
  else
    workbench_discard(r->w, v);
}

static void
replace(struct sieve *r, struct search *s)
{
  bool asks_columns;
  struct filter *f;

  let_go(r, r->ids, r->n);
  let_go(r, r->rows, r->n_rows);
  r->ids = s->ids;
  r->n = r->cap = s->n;
  r->rows = s->index;
  r->n_rows = s->n_index;
  s->ids = s->index = NULL;
  r->made++;
  r->n_strays = 0;
  free(r->of);
  r->of = xstrdup(s->filter);
  f = check_filter(r, r->of, &asks_columns, NULL);
  set_matcher(r, f, asks_columns);
  r->blurred = asks_columns;
}

static void
take_moved(struct sieve *r, const struct search *s)
{
  size_t before = r->n;

  for (size_t i = 0; i < s->n; i++)
    append(r, s->ids[i]);
  r->made += r->n != before;
  r->found = r->n;
  r->blurred = true;        /* which of the rows pass no more was not looked at */
  r->due_ms = clock_ms() + SHARE * s->took_ms;
}

static void
take_anew(struct sieve *r, struct search *s)
{
  r->found = s->n;
  if (s->try && s->n == 0 && r->made) {
    free(r->filter);
    r->filter = xstrdup(r->of);
    r->filter_asks = !r->matcher;
    return;                 /* the rows go on from where they were */
  }
  replace(r, s);
  r->seen = s->seen;
  r->last = s->last;
}

static void
search_done(void *arg)
{
  struct search *s = arg;
  struct sieve *r = s->rows;

  if (r->search == s) {
    r->search = NULL;
    r->working = false;
    if (!s->failed && s->anew) {
      take_anew(r, s);
    } else if (!s->failed) {
      take_moved(r, s);
      r->seen = s->seen;
      r->last = s->last;
    }
  }
  if (s->renew && !s->failed)
    workbench_give_columns(r->w, s->columns, s->took_ms);
  columns_free(s->columns);
  let_go(r, s->index, s->n_index);
  let_go(r, s->ids, s->n);
  free(s->filter);
  free(s->sort);
  free(s);
}

static void
search(struct sieve *r, bool anew, bool at_once)
{
  struct search *s = xcalloc(1, sizeof *s);

  if (r->search)
    atomic_store(&r->search->stop.wanted, true);
  *s = (struct search){.rows = r, .corpus = r->corpus, .anew = anew, .try = r->trying, .since = r->seen, .filter = xstrdup(anew ? r->filter : r->of)};
  s->columns = workbench_columns(r->w, &s->renew);
  s->renew &= r->filter_asks || r->sort_asks;
  s->sort = r->reverse && *r->sort == '-' ? xstrdup(r->sort + 1)
      : xasprintf("%s%s", r->reverse && *r->sort ? "-" : "", r->sort);
  r->search = s;
  r->working = true;
  r->anew = r->anew && !anew;
  if (at_once) {
    search_work(s);
    search_done(s);
  } else {
    workbench_work(r->w, search_work, search_done, s);
  }
}

/* ---- what moved ---- */

static void
note_stray(struct sieve *r, uint32_t id, bool passes)
{
  size_t i = 0;

  while (i < r->n_strays && r->strays[i] != id)
    i++;
  if (passes && i < r->n_strays)
    r->strays[i] = r->strays[--r->n_strays];
  else if (!passes && i == SIEVE_STRAYS)
    r->blurred = true;
  else if (!passes && i == r->n_strays)
    r->strays[r->n_strays++] = id;
}

static void
match_moved(struct sieve *r, const uint32_t *ids, size_t n)
{
  size_t before = r->n;

  for (size_t i = 0; i < n; i++) {
    bool passes = filter_match(r->matcher, ids[i]);

    if (is_here(r, ids[i]))
      note_stray(r, ids[i], passes);
    else if (passes)
      append(r, ids[i]);
  }
  r->made += r->n != before;
  r->found = r->n;
}

static void
follow(struct sieve *r)
{
  uint32_t ids[MATCHED_AT_ONCE], last = corpus_count(r->corpus);
  uint64_t now;
  size_t n;

  renew_matcher(r);
  n = r->matcher ? corpus_moved(r->corpus, r->seen, &now, ids, MATCHED_AT_ONCE) : CORPUS_MOVED_ALL;
  if (n != CORPUS_MOVED_ALL) {
    match_moved(r, ids, n);
    r->seen = now;
    r->last = last;
  } else if (clock_ms() >= r->due_ms) {
    search(r, false, r->matcher && corpus_count(r->corpus) <= AT_ONCE);
  } else {
    workbench_wake(r->w, r->due_ms);
  }
}

/* Whether the rows can be there within a frame, without a file. */
static bool
is_quick(const struct sieve *r)
{
  uint32_t n = corpus_count(r->corpus);

  if (r->filter_asks || r->sort_asks)
    return false;
  return n <= AT_ONCE || (n <= ALL_AT_ONCE && !*r->sort && everything(r->corpus, r->filter));
}

void
sieve_update(struct sieve *r)
{
  if (r->anew)
    search(r, true, is_quick(r));
  if (!r->working && r->seen != corpus_revision(r->corpus))
    follow(r);
}

void
sieve_refresh(struct sieve *r)
{
  r->trying = false;
  r->anew = true;
  sieve_update(r);
}

static int
wish(struct sieve *r, const char *filter, bool trying, struct err *e)
{
  bool asks_columns;
  struct filter *f = check_filter(r, filter, &asks_columns, e);

  filter_free(f);
  if (!f)
    return -1;
  r->filter_asks = asks_columns;
  if (strcmp(filter, r->filter)) {
    free(r->filter);
    r->filter = xstrdup(filter);
  }
  r->trying = trying;
  r->anew = true;
  sieve_update(r);
  return 0;
}

int
sieve_filter(struct sieve *r, const char *filter, struct err *e)
{
  return wish(r, filter, false, e);
}

int
sieve_try(struct sieve *r, const char *filter, struct err *e)
{
  return wish(r, filter, true, e);
}

int
sieve_sort(struct sieve *r, const char *key, bool reverse, struct err *e)
{
  struct checker c = {.names = workbench_column_names(r->w)};
  struct filter_provider provider = {.get = checker_get, .name = checker_name, .arg = &c};

  if (*key && sort_ids(r->corpus, key, &provider, NULL, 0, e) < 0)
    return -1;
  if (strcmp(key, r->sort)) {
    free(r->sort);
    r->sort = xstrdup(key);
  }
  r->reverse = reverse;
  r->sort_asks = c.asked;
  sieve_refresh(r);
  return 0;
}

bool
sieve_find(const struct sieve *r, uint32_t id, size_t *row)
{
  if (!is_here(r, id))
    return false;
  *row = r->rows[id - 1] - 1;
  return true;
}
