#include "generate/topup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/asking.h"
#include "generate/steer.h"

#define LOOK_AHEAD 64   /* places in which another value is looked for, to make a combination that is new */

/* All that a round is planned from. */
struct topup {
  struct job *job;
  const struct job_options *o;
  const struct prompty *t;
  struct asking asking;
  struct steer steer;
  struct request_row *asked;     /* all of the job so far, by id */
  size_t n_asked;
  uint32_t round;
  struct strmap used;            /* "label attributes": the next sample number */
  struct buf key;
  struct request_row *rows;      /* what is asked for besides */
  size_t n, cap;
};

size_t
topup_first(const struct blueprint *b, const struct job_options *o, size_t requests)
{
  return o->steer && b->prompty.n_attributes > 0 ? (requests + 1) / 2 : requests;
}

/* ---- what was asked for ---- */

static const char *
name_cell(struct topup *u, uint32_t label, const uint32_t *values)
{
  buf_clear(&u->key);
  buf_addf(&u->key, "%u", label);
  for (size_t a = 0; a < u->t->n_attributes; a++)
    buf_addf(&u->key, " %u", values[a]);
  return u->key.s;
}

static int64_t
next_sample(struct topup *u, uint32_t label, const uint32_t *values)
{
  name_cell(u, label, values);
  return strmap_get(&u->used, u->key.s, u->key.n, 0);
}

static void
note_used(struct topup *u, uint32_t label, const uint32_t *values, int64_t sample)
{
  if (next_sample(u, label, values) <= sample)
    strmap_put(&u->used, u->key.s, u->key.n, sample + 1);
}

static void
note_asked(struct topup *u)
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
    note_used(u, row->label, values, requests_sample(row));
    u->asking.dealt[row->label]++;
    round = requests_round(row);
    if (round >= u->round)
      u->round = round + 1;
  }
}

static bool
waits_for_another_try(const struct topup *u)
{
  for (size_t i = 0; i < u->n_asked; i++)
    if (u->asked[i].state == REQUEST_PLANNED || u->asked[i].state == REQUEST_ANSWERED)
      return true;
  return false;
}

/* ---- how many ---- */

static bool
allowed(const struct topup *u, size_t attribute, size_t value)
{
  const struct prompty_attribute *a = &u->t->attributes[attribute];
  bool restricted = false;

  for (size_t i = 0; i < u->o->n_restrictions; i++)
    if (strcmp(u->o->restrictions[i].attribute, a->name) == 0) {
      if (strcmp(u->o->restrictions[i].value, a->values[value]) == 0)
        return true;
      restricted = true;
    }
  return !restricted;
}

/* Texts wished of each value of an attribute: its share of the label's, as planned. To be freed. */
static double *
wished_of_values(const struct topup *u, uint32_t label, size_t attribute)
{
  double *wished = xcalloc(u->t->attributes[attribute].n + 1, sizeof *wished);
  size_t seen = 0;

  for (size_t i = 0; i < u->asking.plan.n && seen < u->asking.requests[label]; i++)
    if (u->asking.plan.requests[i].label == label) {
      wished[u->asking.plan.requests[i].values[attribute]] +=
        (double)u->asking.texts[label] / (double)u->asking.requests[label];
      seen++;
    }
  return wished;
}

/* What the values of an attribute lack, into lacks; those that nothing comes of lack nothing. Returns how many requests
 * would close the gaps, each to the nearest whole one. */
static double
lacks_of_values(const struct topup *u, uint32_t label, size_t attribute, double *lacks)
{
  double *wished = wished_of_values(u, label, attribute), requests = 0;

  for (size_t v = 0; v < u->t->attributes[attribute].n; v++) {
    const struct steer_cell *cell = steer_cell(&u->steer, label, attribute, v);

    lacks[v] = cell->barren || wished[v] <= cell->kept ? 0 : wished[v] - cell->kept;
    requests += round(lacks[v] / (cell->yield * u->t->count));
  }
  free(wished);
  return requests;
}

/* True if something can still come of the label. */
static bool
bears(const struct topup *u, uint32_t label)
{
  if (u->t->n_attributes == 0)
    return !steer_label(&u->steer, label)->barren;
  for (size_t a = 0; a < u->t->n_attributes; a++) {
    bool any = false;

    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      any = any || (allowed(u, a, v) && !steer_cell(&u->steer, label, a, v)->barren);
    if (!any)
      return false;
  }
  return true;
}

/* The yield to be expected of a label: of all that was asked for, or of what is still asked for, if that is better:
 * what a barren value cost is no forecast. */
static double
expected_yield(const struct topup *u, uint32_t label)
{
  double yield = steer_label(&u->steer, label)->yield;

  for (size_t a = 0; a < u->t->n_attributes; a++) {
    double sum = 0;
    size_t n = 0;

    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      if (allowed(u, a, v) && !steer_cell(&u->steer, label, a, v)->barren) {
        sum += steer_cell(&u->steer, label, a, v)->yield;
        n++;
      }
    if (n > 0 && n < u->t->attributes[a].n)
      yield = fmax(yield, sum / (double)n);
  }
  return yield;
}

/* Requests until the label as a whole has what was wished. */
static double
needed_by_label(const struct topup *u, uint32_t label)
{
  double lack = (double)u->asking.texts[label] - steer_label(&u->steer, label)->kept;

  return lack > 0 ? ceil(lack / (expected_yield(u, label) * u->t->count) - 1e-9) : 0;
}

/* Requests that make up for what was not kept. */
static size_t
requests_to_top_up(const struct topup *u, uint32_t label)
{
  const struct steer_cell *all = steer_label(&u->steer, label);
  double wished = (double)u->asking.texts[label], lack = wished - all->kept, count = u->t->count;
  double waste = u->o->waste_max > 0 ? u->o->waste_max : TOPUP_WASTE;
  double left = ceil(waste * wished / count - 1e-9) - all->asked / count;
  double n = needed_by_label(u, label), perfect = ceil(lack / count - 1e-9);

  for (size_t a = 0; a < u->t->n_attributes; a++) {
    double *lacks = xcalloc(u->t->attributes[a].n + 1, sizeof *lacks), sum = 0;

    n = fmax(n, lacks_of_values(u, label, a, lacks));
    for (size_t v = 0; v < u->t->attributes[a].n; v++)
      sum += lacks[v];
    perfect = fmax(perfect, ceil(sum / count - 1e-9));
    free(lacks);
  }
  n = fmin(fmin(n, all->kept > 0 || all->asked == 0 ? 2 * perfect : 1), left);
  return n >= 1 && bears(u, label) ? (size_t)n : 0;
}

/* Requests of the wish that steering has kept back. */
static size_t
requests_to_steer(const struct topup *u, uint32_t label)
{
  size_t wished = u->asking.requests[label], asked = u->asking.dealt[label], left;

  if (!u->o->steer || asked >= wished)
    return 0;
  left = wished - asked;
  return left <= TOPUP_LEAST ? left : (left + 1) / 2;
}

/* ---- which ---- */

/* The weights of an attribute's values; all 0 only if nothing comes of any. */
static void
weigh(const struct topup *u, uint32_t label, size_t attribute, bool topping_up, double *weights)
{
  size_t n = u->t->attributes[attribute].n;
  double sum = 0;

  if (topping_up)
    lacks_of_values(u, label, attribute, weights);
  for (size_t v = 0; v < n; v++) {
    const struct steer_cell *cell = steer_cell(&u->steer, label, attribute, v);

    if (!topping_up)
      weights[v] = 1;
    if (u->o->steer)
      weights[v] *= cell->score;
    if (cell->barren || !allowed(u, attribute, v))
      weights[v] = 0;
    sum += weights[v];
  }
  /* what the barren ones lack goes to the others; and where all are, the plan's values are gone through once more */
  for (int pass = 0; pass < 2 && sum <= 0; pass++)
    for (size_t v = 0; v < n; v++) {
      weights[v] = allowed(u, attribute, v) && (pass == 1 || !steer_cell(&u->steer, label, attribute, v)->barren);
      sum += weights[v];
    }
}

/* How n requests of a label are put together. */
struct mix {
  uint32_t label;
  size_t n;
  size_t n_anywhere;             /* for the first ones any value will do where the combination is used up; for the
                                  * others only those that are needed */
  uint32_t *dealt[PROMPTY_ATTRIBUTES];    /* of each attribute the values, in an order of their own */
  double *weights[PROMPTY_ATTRIBUTES];
};

static void
deal_values(const struct topup *u, struct mix *m, size_t attribute, bool topping_up)
{
  size_t n_values = u->t->attributes[attribute].n, at = 0;
  size_t *shares = xcalloc(n_values + 1, sizeof *shares);
  uint32_t *out = xcalloc(m->n + 1, sizeof *out);
  struct rng rng;

  m->dealt[attribute] = out;
  m->weights[attribute] = xcalloc(n_values + 1, sizeof *m->weights[attribute]);
  weigh(u, m->label, attribute, topping_up, m->weights[attribute]);
  asking_deal(m->weights[attribute], n_values, m->n, shares);
  for (size_t v = 0; v < n_values; v++)
    for (size_t k = 0; k < shares[v]; k++)
      out[at++] = (uint32_t)v;
  rng_seed(&rng, hash_mix((u->o->seed ? u->o->seed : 1) ^ hash_mix(m->label + 1)) ^
                   hash_mix(u->round * PROMPTY_ATTRIBUTES + attribute));
  rng_shuffle(&rng, out, m->n);
  free(shares);
}

/* One of the values dealt for later, in exchange. */
static bool
exchange(struct topup *u, struct mix *m, size_t attribute, size_t k, uint32_t *values)
{
  uint32_t *dealt = m->dealt[attribute], before = dealt[k];

  for (size_t i = k + 1; i < m->n && i <= k + LOOK_AHEAD; i++) {
    values[attribute] = dealt[i];
    if (next_sample(u, m->label, values) == 0) {
      dealt[k] = dealt[i];
      dealt[i] = before;
      return true;
    }
  }
  values[attribute] = before;
  return false;
}

/* The value with the largest weight with which the combination is new. */
static bool
replace(struct topup *u, const struct mix *m, size_t attribute, size_t k, uint32_t *values)
{
  const double *weights = m->weights[attribute];
  uint32_t before = values[attribute], best = UINT32_MAX;

  for (uint32_t v = 0; v < u->t->attributes[attribute].n; v++) {
    bool will_do = weights[v] > 0 || (k < m->n_anywhere && allowed(u, attribute, v) &&
                                      !steer_cell(&u->steer, m->label, attribute, v)->barren);

    values[attribute] = v;
    if (will_do && (best == UINT32_MAX || weights[v] > weights[best]) && next_sample(u, m->label, values) == 0)
      best = v;
  }
  values[attribute] = best == UINT32_MAX ? before : best;
  return best != UINT32_MAX;
}

/* The values of request k: of a combination that was not used yet, if one of them can be changed for that. */
static void
combine(struct topup *u, struct mix *m, size_t k, uint32_t *values)
{
  bool is_new;

  for (size_t a = 0; a < u->t->n_attributes; a++)
    values[a] = m->dealt[a][k];
  is_new = next_sample(u, m->label, values) == 0;
  for (size_t a = u->t->n_attributes; a-- > 0 && !is_new;)
    is_new = exchange(u, m, a, k, values);
  for (size_t a = u->t->n_attributes; a-- > 0 && !is_new;)
    is_new = replace(u, m, a, k, values);
}

/* Renders the request with the first sample number that brings something new: a request whose reply was read already,
 * in this job or another, would only bring doubles. */
static int
add_request(struct topup *u, uint32_t label, const uint32_t *values, struct err *e)
{
  struct plan_request r = {.label = label, .sample = (uint32_t)next_sample(u, label, values), .values = values};
  size_t dealt = u->asking.dealt[label];
  bool known = true;

  GROW(u->rows, u->cap, u->n + 1);
  for (; known; r.sample++) {
    struct request_row earlier = {0}, *row = &u->rows[u->n];
    int found;

    u->asking.dealt[label] = dealt;
    if (asking_row(&u->asking, &r, u->n_asked + u->n, u->round, row, e) < 0) {
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
  note_used(u, label, values, (int64_t)r.sample - 1);
  u->n++;
  return 0;
}

static int
add_requests(struct topup *u, uint32_t label, size_t n, bool topping_up, struct err *e)
{
  struct mix m = {.label = label, .n = n, .n_anywhere = topping_up ? (size_t)needed_by_label(u, label) : n};
  uint32_t values[PROMPTY_ATTRIBUTES];
  int result = 0;

  for (size_t a = 0; a < u->t->n_attributes; a++)
    deal_values(u, &m, a, topping_up);
  for (size_t k = 0; k < n && result == 0; k++) {
    combine(u, &m, k, values);
    result = add_request(u, label, values, e);
  }
  for (size_t a = 0; a < u->t->n_attributes; a++) {
    free(m.dealt[a]);
    free(m.weights[a]);
  }
  return result;
}

/* ---- a round ---- */

/* The k-th of each label before the k+1-th of any: a job that stops early is balanced. */
static void
take_turns(struct topup *u, const size_t *n_of, size_t n_labels)
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
plan_round(struct topup *u, struct err *e)
{
  size_t n_labels = u->job->blueprint.n_labels, *n = xcalloc(n_labels + 1, sizeof *n), sum = 0;
  bool topping_up = false;
  int result = 0;

  for (size_t l = 0; l < n_labels; l++)
    sum += n[l] = requests_to_steer(u, (uint32_t)l);
  if (sum == 0 && u->o->top_up) {
    topping_up = true;
    for (size_t l = 0; l < n_labels; l++)
      n[l] = u->asking.texts[l] > 0 ? requests_to_top_up(u, (uint32_t)l) : 0;
  }
  for (size_t l = 0; l < n_labels && result == 0; l++)
    result = n[l] > 0 ? add_requests(u, (uint32_t)l, n[l], topping_up, e) : 0;
  if (result == 0)
    take_turns(u, n, n_labels);
  free(n);
  return result;
}

static int
load(struct topup *u, struct err *e)
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
  struct topup u = {.job = j, .o = &j->options, .t = &j->blueprint.prompty, .round = 2};
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
