/* What the texts that runs learned from cost, and what teachers' labels do. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/filter.h"
#include "evaluate/cost.h"
#include "evaluate/spending.h"
#include "store/project.h"
#include "ui/compare-row.h"

/* As in an experiment, a job's texts share what the job cost. */
static double
cost_of_data(struct project *p, struct cost *cost, const char *data)
{
  const struct corpus *c = project_corpus(p);
  const char *filter = data && *data ? data : "split:train -status:rejected (status:accepted or origin:seed)";
  uint32_t *ids, *requests;
  struct sample s;
  size_t n, n_requests = 0;
  double usd;

  if (filter_ids(c, filter, NULL, &ids, &n, NULL))
    return NAN;
  requests = xcalloc(n + 1, sizeof *requests);
  for (size_t i = 0; i < n; i++)
    if (corpus_get(c, ids[i], &s))
      requests[n_requests++] = s.request_id;
  usd = cost_of(cost, requests, n_requests);
  free(requests);
  free(ids);
  return usd;
}

void
compare_add_costs(struct compare_rows *to, struct project *p, struct err *e)
{
  const struct corpus *c = project_corpus(p);
  struct cost cost = {0};
  struct sample s;

  if (cost_read(&cost, p, e) == 0) {
    for (uint32_t id = 1, n = corpus_count(c); id <= n && cost.n_jobs; id++)
      if (corpus_get(c, id, &s) && s.request_id && s.status != STATUS_REJECTED && s.split != SPLIT_TEST)
        cost_usable(&cost, s.request_id);
    for (size_t i = 0; i < to->n; i++) {
      struct compare_row *row = &to->rows[i];
      double usd;

      if (row->kind == COMPARE_TEACHER && row->id)
        row->cost_usd = teacher_usd_per_text(p, row->id, &usd, e) == 0 ? 1e6 * usd : NAN;
      else if (row->kind == COMPARE_RUN)
        row->cost_usd = cost_of_data(p, &cost, row->data);
    }
  }
  cost_release(&cost);
}
