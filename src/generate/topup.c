#include "generate/topup.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "generate/coverage.h"
#include "generate/round.h"

size_t
topup_first(const struct blueprint *b, const struct job_options *o, size_t requests)
{
  return o->steer && b->prompty.n_attributes > 0 ? (requests + 1) / 2 : requests;
}

/* ---- what was asked for ---- */

static void
note_asked(struct round *u)
{
  uint32_t values[PROMPTY_ATTRIBUTES], round;

  for (size_t i = 0; i < u->n_asked; i++) {
    const struct request_row *row = &u->asked[i];
    bool known = row->label < u->job->blueprint.n_labels;

    for (size_t a = 0; known && a < u->t->n_attributes; a++) {
      int v = steer_value(u->t, a, row->attributes);

      known = v >= 0;
      values[a] = (uint32_t)v;
    }
    if (!known)
      continue;
    mix_used(u, row->label, values, requests_sample(row));
    u->asking.dealt[row->label]++;
    round = requests_round(row);
    if (round >= u->number)
      u->number = round + 1;
  }
}

static bool
waits_for_another_try(const struct round *u)
{
  for (size_t i = 0; i < u->n_asked; i++)
    if (u->asked[i].state == REQUEST_PLANNED || u->asked[i].state == REQUEST_ANSWERED)
      return true;
  return false;
}

/* Renders the request with the first sample number that brings something new: a request whose reply was read already,
 * in this job or another, would only bring doubles. */
static int
add_request(struct round *u, uint32_t label, const uint32_t *values, struct err *e)
{
  struct plan_request r = {.label = label, .sample = (uint32_t)mix_sample(u, label, values), .values = values};
  size_t dealt = u->asking.dealt[label];
  bool known = true;

  GROW(u->rows, u->cap, u->n + 1);
  for (; known; r.sample++) {
    struct request_row earlier = {0}, *row = &u->rows[u->n];
    int found;

    u->asking.dealt[label] = dealt;
    if (asking_row(&u->asking, &r, u->n_asked + u->n, u->number, row, e) < 0) {
      request_row_release(row);
      return -1;
    }
    found = job_store_answered(u->job->project, row->key, &earlier, e);
    known = found == 1 && earlier.state == REQUEST_PARSED;
    request_row_release(&earlier);
    if (found < 0 || known)
      request_row_release(row);
    if (found < 0)
      return -1;
  }
  mix_used(u, label, values, (int64_t)r.sample - 1);
  u->n++;
  return 0;
}

static int
add_requests(struct round *u, uint32_t label, size_t n, bool topping_up, struct err *e)
{
  uint32_t values[PROMPTY_ATTRIBUTES];
  struct mix m;
  int result = 0;

  mix_init(&m, u, label, n, topping_up);
  for (size_t k = 0; k < n && result == 0; k++) {
    mix_values(u, &m, k, values);
    result = add_request(u, label, values, e);
  }
  mix_release(&m);
  return result;
}

/* ---- a round ---- */

/* The k-th of each label before the k+1-th of any: a job that stops early is balanced. */
static void
take_turns(struct round *u, const size_t *n_of, size_t n_labels)
{
  struct request_row *rows = xcalloc(u->n + 1, sizeof *rows);
  size_t n = 0;

  for (size_t k = 0; n < u->n; k++)
    for (size_t l = 0, first = 0; l < n_labels; first += n_of[l++])
      if (k < n_of[l])
        rows[n++] = u->rows[first + k];
  free(u->rows);
  u->rows = rows;
}

/* Steering first asks for what was planned; only then is topped up. */
static int
plan_round(struct round *u, struct err *e)
{
  size_t n_labels = u->job->blueprint.n_labels, *n = xcalloc(n_labels + 1, sizeof *n), sum = 0;
  bool topping_up = false;
  int result = 0;

  for (size_t l = 0; l < n_labels; l++)
    sum += n[l] = round_steer(u, (uint32_t)l);
  if (sum == 0 && u->o->top_up) {
    topping_up = true;
    for (size_t l = 0; l < n_labels; l++)
      n[l] = u->asking.texts[l] > 0 ? round_top_up(u, (uint32_t)l) : 0;
  }
  for (size_t l = 0; l < n_labels && result == 0; l++)
    result = n[l] > 0 ? add_requests(u, (uint32_t)l, n[l], topping_up, e) : 0;
  if (result == 0)
    take_turns(u, n, n_labels);
  free(n);
  return result;
}

static int
load(struct round *u, struct err *e)
{
  struct job *j = u->job;
  struct json *params;
  int result;

  if (job_store_requests(j->project, j->row.id, -1, false, &u->asked, &u->n_asked, e) < 0)
    return -1;
  params = json_parse(j->row.params, strlen(j->row.params), NULL, NULL);
  result = asking_recall(&u->asking, &j->blueprint, u->o, params, e);
  json_free(params);
  if (result == 0)
    result = steer_load(&u->steer, &j->blueprint, j->row.id, u->asked, u->n_asked, e);
  return result;
}

int
topup_more(struct job *j, struct request_row **rows, size_t *n, struct err *e)
{
  struct round u = {.job = j, .o = &j->options, .t = &j->blueprint.prompty, .number = 2};
  int result = 0;

  *rows = NULL;
  *n = 0;
  if (!u.o->top_up && !u.o->steer)
    return 0;
  strmap_init(&u.used);
  buf_init(&u.key, BUF_MAX);
  result = load(&u, e);
  if (result == 0 && !waits_for_another_try(&u)) {
    note_asked(&u);
    result = plan_round(&u, e);
  }
  asking_close(&u.asking);
  steer_release(&u.steer);
  request_rows_free(u.asked, u.n_asked);
  strmap_release(&u.used);
  buf_release(&u.key);
  if (result == 0 && u.n > 0) {
    *rows = u.rows;
    *n = u.n;
  } else {
    request_rows_free(u.rows, u.n);
  }
  return result;
}

/* ---- what came of it ---- */

static int
compare_shortages(const void *a, const void *b)
{
  const struct shortage *x = a, *y = b;
  uint32_t lack_x = x->wished - x->kept, lack_y = y->wished - y->kept;

  return lack_x != lack_y ? (lack_x > lack_y ? -1 : 1) : x->label - y->label;
}

size_t
topup_short(struct project *p, uint32_t job_id, struct shortage *out, size_t max, struct err *e)
{
  struct shortage *all = NULL;
  struct coverage c = {0};
  struct job_row row = {0};
  struct json *params = NULL;
  size_t n = 0, cap = 0;

  if (job_store_get(p, job_id, &row, e) < 0 || coverage_load(&c, p, job_id, e) < 0)
    goto out;
  params = json_parse(row.params, strlen(row.params), NULL, NULL);
  for (const struct json *w = json_first(json_get(params, "wish")); w; w = json_next(w)) {
    struct shortage s = {.label = (uint16_t)json_number(json_at(w, 0), LABEL_NONE),
                         .wished = (uint32_t)json_number(json_at(w, 2), 0)};
    int at = coverage_label(&c, s.label);

    s.kept = at < 0 ? 0 : c.totals[at].kept;
    if (s.kept >= s.wished)
      continue;
    GROW(all, cap, n + 1);
    all[n++] = s;
  }
  if (n > 0)
    qsort(all, n, sizeof *all, compare_shortages);
  if (n > 0 && max > 0)
    memcpy(out, all, (n < max ? n : max) * sizeof *all);
out:
  free(all);
  json_free(params);
  coverage_release(&c);
  job_row_release(&row);
  return n;
}
