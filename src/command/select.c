#include "command/select.h"

#include <stdlib.h>
#include <string.h>

#include "command/names.h"
#include "corpus/filter.h"

int
select_filter(struct call *c, const char *query, uint32_t **ids, size_t *n, struct err *e)
{
  struct filter *f = filter_parse(project_corpus(c->project), query, names_provider(c), e);
  int r;

  if (!f)
    return -1;
  r = names_computed(c, e);
  if (r == 0 && filter_run(f, c->stop, ids, n) < 0)
    r = err_set(e, ERR_INTERRUPTED, "interrupted");
  filter_free(f);
  return r;
}

static int
compare_ids(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

int
select_ranges(const char *text, const char *what, int (*each)(void *arg, uint32_t from, uint32_t to, struct err *e),
              void *arg, struct err *e)
{
  if (!*text)
    return err_set(e, ERR_INPUT, "an empty %s number (12, or 3,7, or 10-20)", what);
  for (const char *at = text; *at;) {
    char *end;
    unsigned long from = strtoul(at, &end, 10), to = from;

    if (*end == '-' && end != at)
      to = strtoul(at = end + 1, &end, 10);
    if (end == at || (*end && *end != ',') || to < from || to > UINT32_MAX)
      return err_set(e, ERR_INPUT, "'%.100s' is no %s number (12, or 3,7, or 10-20)", text, what);
    if (each(arg, (uint32_t)from, (uint32_t)to, e) < 0)
      return -1;
    at = end + (*end == ',');
  }
  return 0;
}

struct id_list {
  struct corpus *corpus;
  uint32_t *v;
  size_t n, cap;
};

/* All numbers must be there; what is gone inside a range is left out. */
static int
add_ids(void *arg, uint32_t from, uint32_t to, struct err *e)
{
  struct id_list *ids = arg;
  uint32_t count = corpus_count(ids->corpus);
  struct sample s;

  if (from == 0 || to > count || (from == to && !corpus_get(ids->corpus, from, &s)))
    return err_set(e, ERR_INPUT, "there is no sample %u", from == 0 || from > count || from == to ? from : to);
  GROW(ids->v, ids->cap, ids->n + (to - from) + 1);
  for (uint32_t id = from; id <= to; id++)
    if (corpus_get(ids->corpus, id, &s))
      ids->v[ids->n++] = id;
  return 0;
}

/* The samples of --id and of the arguments, ascending, each once; without a look at the rest of the corpus. */
static int
select_ids(struct call *c, uint32_t **out, size_t *n_out, struct err *e)
{
  size_t n = call_count(c, "id"), kept = 0;
  struct id_list ids = {.corpus = project_corpus(c->project)};

  GROW(ids.v, ids.cap, 1);
  for (size_t i = 0; i < n + c->n_args; i++)
    if (select_ranges(i < n ? call_each(c, "id", i) : c->args[i - n], "sample", add_ids, &ids, e) < 0) {
      free(ids.v);
      return -1;
    }
  qsort(ids.v, ids.n, sizeof *ids.v, compare_ids);
  for (size_t i = 0; i < ids.n; i++)
    if (i == 0 || ids.v[i] != ids.v[i - 1])
      ids.v[kept++] = ids.v[i];
  *out = ids.v;
  *n_out = kept;
  return 0;
}

int
select_samples(struct call *c, uint32_t **ids, size_t *n, struct err *e)
{
  const char *filter = call_text(c, "filter");

  if (!filter && c->n_args == 0 && !call_given(c, "id"))
    return err_set(e, ERR_INPUT, "'%s' needs samples (--id N or --filter QUERY; --filter '' is all)", c->command->name);
  if (filter && (c->n_args || call_given(c, "id")))
    return err_set(e, ERR_INPUT, "'%s' takes either --id or --filter", c->command->name);
  return filter ? select_filter(c, filter, ids, n, e) : select_ids(c, ids, n, e);
}

int
select_subject(struct call *c, enum prompty_kind kind, struct sample *s, struct err *e)
{
  const struct corpus *corpus = project_corpus(c->project);
  uint32_t id = (uint32_t)call_number(c, "id"), n = corpus_count(corpus);

  if (id)
    return corpus_get(corpus, id, s) ? 0 : err_set(e, ERR_INPUT, "there is no sample %u", id);
  for (id = 1; id <= n; id++)
    if (corpus_get(corpus, id, s) && (kind == PROMPTY_ANNOTATE || (s->split == SPLIT_TRAIN && s->n_labels)))
      return 0;
  return err_set(e, ERR_INPUT, "the project has no text that this template could be about");
}
