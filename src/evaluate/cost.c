#include "evaluate/cost.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/job_store.h"

void
cost_release(struct cost *c)
{
  free(c->jobs);
  free(c->requests);
  *c = (struct cost){0};
}

static int
by_request(const void *a, const void *b)
{
  uint32_t x = ((const struct cost_request *)a)->request, y = ((const struct cost_request *)b)->request;

  return (x > y) - (x < y);
}

static int
read_job(struct cost *c, uint32_t job, struct project *project, uint32_t id, struct err *e)
{
  struct request_row *rows;
  size_t n;

  if (job_store_requests(project, id, -1, false, &rows, &n, e) < 0)
    return -1;
  GROW(c->requests, c->cap_requests, c->n_requests + n);
  for (size_t i = 0; i < n; i++) {
    c->requests[c->n_requests++] = (struct cost_request){rows[i].id, job};
    if (!rows[i].cached && (rows[i].state == REQUEST_ANSWERED || rows[i].state == REQUEST_PARSED))
      c->jobs[job].usd += rows[i].cost_usd;
  }
  request_rows_free(rows, n);
  return 0;
}

int
cost_read(struct cost *c, struct project *project, struct err *e)
{
  struct job_row *jobs;
  size_t n;
  int status = 0;

  *c = (struct cost){0};
  if (!project)
    return 0;
  if (job_store_list(project, &jobs, &n, e) < 0)
    return -1;
  c->n_jobs = n;
  c->jobs = xcalloc(n + 1, sizeof *c->jobs);
  for (size_t j = 0; j < n && status == 0; j++)
    status = read_job(c, (uint32_t)j, project, jobs[j].id, e);
  job_rows_free(jobs, n);
  if (c->n_requests)
    qsort(c->requests, c->n_requests, sizeof *c->requests, by_request);
  return status;
}

static struct cost_job *
job_of(const struct cost *c, uint32_t request)
{
  struct cost_request key = {.request = request}, *found = NULL;

  if (c->n_requests)
    found = bsearch(&key, c->requests, c->n_requests, sizeof key, by_request);
  return found ? &c->jobs[found->job] : NULL;
}

void
cost_usable(struct cost *c, uint32_t request)
{
  struct cost_job *job = request ? job_of(c, request) : NULL;

  if (job)
    job->n_usable++;
}

double
cost_of(struct cost *c, const uint32_t *requests, size_t n)
{
  double usd = 0;

  for (size_t j = 0; j < c->n_jobs; j++)
    c->jobs[j].n_taken = 0;
  for (size_t i = 0; i < n; i++) {
    struct cost_job *job = requests[i] ? job_of(c, requests[i]) : NULL;

    if (requests[i] && !job)
      return NAN;
    if (job)
      job->n_taken++;
  }
  for (size_t j = 0; j < c->n_jobs; j++) {
    const struct cost_job *job = &c->jobs[j];

    if (job->n_taken)  /* rejected texts, asked for by name, may make more than could be used */
      usd += job->n_taken < job->n_usable ? job->usd * (double)job->n_taken / (double)job->n_usable : job->usd;
  }
  return usd;
}
