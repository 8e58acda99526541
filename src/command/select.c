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
  r = filter_run(f, c->stop, ids, n);
  filter_free(f);
  return r < 0 ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

/* The ids of the options and arguments as a filter: id:3,7,10-20. Numbers and ranges only, and all must be there. */
static int
ids_query(struct call *c, struct buf *query, struct err *e)
{
  uint32_t count = corpus_count(project_corpus(c->project));
  size_t n = call_count(c, "id");
  struct sample s;

  buf_adds(query, "id:");
  for (size_t i = 0; i < n + c->n_args; i++) {
    const char *text = i < n ? call_each(c, "id", i) : c->args[i - n], *at = text;

    while (*at) {
      char *end;
      unsigned long from = strtoul(at, &end, 10), to = from;

      if (*end == '-' && end != at)
        to = strtoul(at = end + 1, &end, 10);
      if (end == at || (*end && *end != ',') || to < from)
        return err_set(e, ERR_INPUT, "'%.100s' is no sample number (12, or 3,7, or 10-20)", text);
      if (from == 0 || to > count || (from == to && !corpus_get(project_corpus(c->project), (uint32_t)from, &s)))
        return err_set(e, ERR_INPUT, "there is no sample %lu", from == 0 || from > count || from == to ? from : to);
      at = end + (*end == ',');
    }
    if (!*text)
      return err_set(e, ERR_INPUT, "an empty sample number (12, or 3,7, or 10-20)");
    buf_addf(query, "%s%s", i ? "," : "", text);
  }
  return 0;
}

int
select_samples(struct call *c, uint32_t **ids, size_t *n, struct err *e)
{
  const char *filter = call_text(c, "filter");
  struct buf query = BUF_INIT;
  int r;

  if (!filter && c->n_args == 0 && !call_given(c, "id"))
    return err_set(e, ERR_INPUT, "'%s' needs samples (--id N or --filter QUERY; --filter '' is all)", c->command->name);
  if (filter && (c->n_args || call_given(c, "id")))
    return err_set(e, ERR_INPUT, "'%s' takes either --id or --filter", c->command->name);
  r = filter ? 0 : ids_query(c, &query, e);
  if (r == 0)
    r = select_filter(c, filter ? filter : buf_str(&query), ids, n, e);
  buf_release(&query);
  return r;
}
