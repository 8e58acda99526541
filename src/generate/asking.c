#include "generate/asking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "generate/avoid.h"
#include "generate/examples.h"

/* ---- shares ---- */

struct remainder {
  double rest;
  size_t at;
};

static int
compare_remainders(const void *a, const void *b)
{
  const struct remainder *x = a, *y = b;

  if (x->rest != y->rest)
    return x->rest > y->rest ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

void
asking_deal(const double *weights, size_t n_shares, size_t n, size_t *shares)
{
  struct remainder *order = xcalloc(n_shares + 1, sizeof *order);
  double sum = 0;
  size_t dealt = 0;

  for (size_t i = 0; i < n_shares; i++)
    sum += weights[i];
  for (size_t i = 0; i < n_shares; i++) {
    double quota = (sum > 0 ? weights[i] / sum : 1.0 / (double)n_shares) * (double)n;

    shares[i] = (size_t)floor(quota + 1e-9);
    dealt += shares[i];
    order[i] = (struct remainder){quota - (double)shares[i], i};
  }
  qsort(order, n_shares, sizeof *order, compare_remainders);
  for (size_t i = 0; n_shares > 0 && dealt < n; i = (i + 1) % n_shares, dealt++)
    shares[order[i].at]++;
  free(order);
}

/* Requests for each label: half evenly, half by the errors of the student. */
static void
share_by_errors(struct asking *a, const uint32_t *labels, size_t n_labels, size_t n)
{
  const struct job_options *o = a->options;
  const struct corpus *c = project_corpus(a->blueprint->project);
  double *errors = xcalloc(n_labels + 1, sizeof *errors), sum = 0;
  size_t *shares = xcalloc(n_labels + 1, sizeof *shares);
  struct sample s;

  for (size_t i = 0; i < o->n_hard; i++)
    for (size_t l = 0; corpus_get(c, o->hard[i].id, &s) && l < n_labels; l++)
      if (sample_label(&s) == labels[l]) {
        errors[l] += 1 - (double)o->hard[i].p_true;
        sum += 1 - (double)o->hard[i].p_true;
      }
  for (size_t l = 0; l < n_labels; l++)
    errors[l] = 0.5 / (double)n_labels + (sum > 0 ? 0.5 * errors[l] / sum : 0);
  asking_deal(errors, n_labels, n, shares);
  for (size_t l = 0; l < n_labels; l++)
    a->requests[labels[l]] = shares[l];
  free(errors);
  free(shares);
}

/* ---- the plan ---- */

/* The labels that are asked for, to be freed. */
static uint32_t *
chosen_labels(const struct asking *a, size_t *n)
{
  const struct job_options *o = a->options;
  bool pair = o->confused[0] != o->confused[1];
  const uint16_t *given = pair ? o->confused : o->labels;
  uint32_t *labels;

  *n = pair ? 2 : o->labels ? o->n_labels : a->blueprint->n_labels;
  labels = xcalloc(*n + 1, sizeof *labels);
  for (size_t i = 0; i < *n; i++)
    labels[i] = given ? given[i] : (uint32_t)i;
  return labels;
}

static int
plan_once(struct asking *a, const uint32_t *labels, size_t n_labels, size_t per_label, size_t total, struct err *e)
{
  const struct job_options *o = a->options;
  struct plan_wish wish = {.per_label = per_label, .total = total, .labels = labels, .n_labels = n_labels,
                           .restrictions = o->restrictions, .n_restrictions = o->n_restrictions};

  plan_release(&a->plan);
  return plan_make(&a->plan, &a->blueprint->prompty, a->blueprint->labels, a->blueprint->n_labels, &wish, e);
}

/* Texts for each label once over the grid, as far as the restrictions leave it. */
static int
plan_grid(struct asking *a, const uint32_t *labels, size_t n_labels, size_t *per_label, struct err *e)
{
  const struct prompty *t = &a->blueprint->prompty;

  if (plan_once(a, labels, n_labels, (size_t)t->count, 0, e) < 0)
    return -1;
  if (a->plan.n_cells > PLAN_REQUESTS)
    return err_set(e, ERR_INPUT, "the grid of template '%s' has more than %d cells (say how many texts: --per-label N)",
                   t->name, PLAN_REQUESTS);
  *per_label = a->plan.n_cells * (size_t)t->count;
  return 0;
}

/* How many requests each label gets, and whether more of a label must be planned than there are. */
static size_t
count_requests(struct asking *a, const uint32_t *labels, size_t n_labels)
{
  const struct job_options *o = a->options;
  size_t most = 0, *planned = xcalloc(a->blueprint->n_labels + 1, sizeof *planned);
  bool more = false;

  for (size_t i = 0; i < a->plan.n; i++)
    a->requests[a->plan.requests[i].label]++;
  memcpy(planned, a->requests, a->blueprint->n_labels * sizeof *planned);
  if (o->n_hard > 0 && o->confused[0] == o->confused[1])
    share_by_errors(a, labels, n_labels, a->plan.n);
  for (size_t l = 0; l < n_labels; l++) {
    most = a->requests[labels[l]] > most ? a->requests[labels[l]] : most;
    more = more || a->requests[labels[l]] > planned[labels[l]];
  }
  free(planned);
  return more ? most : 0;
}

/* The last requests of a label, or of all, may ask for more texts than are wished. */
static void
count_texts(struct asking *a, size_t per_label, size_t total)
{
  size_t *seen = xcalloc(a->blueprint->n_labels, sizeof *seen), count = (size_t)a->plan.count;

  for (size_t i = 0; i < a->plan.n; i++) {
    uint32_t label = a->plan.requests[i].label;
    size_t left = per_label ? per_label - a->texts[label] : total;

    if (seen[label]++ >= a->requests[label])
      continue;
    a->n_requests++;
    left = left < count ? left : count;
    a->texts[label] += left;
    total -= per_label ? 0 : left;
  }
  free(seen);
}

static int
make_plan(struct asking *a, struct err *e)
{
  size_t per_label = a->options->per_label, total = a->options->count, n_labels, more;
  uint32_t *labels = chosen_labels(a, &n_labels);
  int result = -1;

  if (per_label == 0 && total == 0 && plan_grid(a, labels, n_labels, &per_label, e) < 0)
    goto out;
  if (plan_once(a, labels, n_labels, per_label, total, e) < 0)
    goto out;
  more = count_requests(a, labels, n_labels);
  if (a->options->n_hard > 0 && per_label > 0) {
    total = per_label * n_labels;
    per_label = 0;
  }
  if (more > 0 && plan_once(a, labels, n_labels, more * (size_t)a->plan.count, 0, e) < 0)
    goto out;
  count_texts(a, per_label, total);
  result = 0;
out:
  free(labels);
  return result;
}

static void
begin(struct asking *a, const struct blueprint *b, const struct job_options *o)
{
  *a = (struct asking){.blueprint = b, .options = o};
  a->requests = xcalloc(b->n_labels + 1, sizeof *a->requests);
  a->texts = xcalloc(b->n_labels + 1, sizeof *a->texts);
  a->dealt = xcalloc(b->n_labels + 1, sizeof *a->dealt);
}

/* The corpus is gone through only for what the template can show. */
static void
look_around(struct asking *a)
{
  const struct job_options *o = a->options;
  const struct corpus *c = project_corpus(a->blueprint->project);
  struct examples_want want = {.policy = o->seeds, .seed = o->seed ? o->seed : 1, .hard = o->hard, .n_hard = o->n_hard,
                               .confused = {o->confused[0], o->confused[1]}};

  if (strstr(a->blueprint->template.source, "seeds"))
    a->examples = examples_new(c, &want);
  if (strstr(a->blueprint->template.source, "avoid"))
    a->avoid = avoid_new(c);
}

int
asking_open(struct asking *a, const struct blueprint *b, const struct job_options *o, struct err *e)
{
  begin(a, b, o);
  if (make_plan(a, e) < 0)
    return -1;
  look_around(a);
  return 0;
}

/* ---- the wish as it stands in a job's params ---- */

int
asking_write(const struct blueprint *b, const struct job_options *o, struct buf *out, struct err *e)
{
  struct asking a;
  int result;

  begin(&a, b, o);
  result = make_plan(&a, e);
  json_add_key(out, "wish");
  buf_addc(out, '[');
  for (size_t l = 0; result == 0 && l < b->n_labels; l++)
    if (a.requests[l] > 0)
      buf_addf(out, "%s[%zu,%zu,%zu]", out->s[out->n - 1] == '[' ? "" : ",", l, a.requests[l], a.texts[l]);
  buf_addc(out, ']');
  asking_close(&a);
  return result;
}

int
asking_recall(struct asking *a, const struct blueprint *b, const struct job_options *o, const struct json *params,
              struct err *e)
{
  uint32_t *labels = xcalloc(b->n_labels + 1, sizeof *labels);
  size_t n_labels = 0, most = 0;
  int result = 0;

  begin(a, b, o);
  for (const struct json *row = json_first(json_get(params, "wish")); row; row = json_next(row)) {
    double label = json_number(json_at(row, 0), -1), requests = json_number(json_at(row, 1), 0);
    double texts = json_number(json_at(row, 2), 0);

    if (!(label >= 0 && label < (double)b->n_labels && requests >= 1 && requests <= PLAN_REQUESTS && texts >= 0 &&
          texts < 4e9) || a->requests[(size_t)label] > 0)
      continue;
    labels[n_labels++] = (uint32_t)label;
    a->requests[(size_t)label] = (size_t)requests;
    a->texts[(size_t)label] = (size_t)texts;
    a->n_requests += (size_t)requests;
    most = (size_t)requests > most ? (size_t)requests : most;
  }
  if (n_labels > 0)
    result = plan_once(a, labels, n_labels, most * (size_t)b->prompty.count, 0, e);
  if (result == 0)
    look_around(a);
  free(labels);
  return result;
}

void
asking_close(struct asking *a)
{
  plan_release(&a->plan);
  free(a->requests);
  free(a->texts);
  free(a->dealt);
  examples_free(a->examples);
  avoid_free(a->avoid);
  *a = (struct asking){0};
}

/* ---- a request ---- */

static char *
attributes_of(const struct prompty *t, const uint32_t *values)
{
  struct buf b = BUF_INIT;

  for (size_t i = 0; i < t->n_attributes; i++)
    attribute_add(&b, t->attributes[i].name, t->attributes[i].values[values[i]]);
  return buf_take(&b);
}

/* {"sample":0,...}: the round stands there from the second on. */
static void
note_round(struct request_row *row, uint32_t round)
{
  struct buf b = BUF_INIT;

  if (round < 2 || !row->params)
    return;
  buf_addf(&b, "{\"round\":%u,%s", round, row->params + 1);
  free(row->params);
  row->params = buf_take(&b);
}

/* Of two labels that are confused, the other one. */
static const struct prompt_label *
rival_of(const struct asking *a, uint32_t label)
{
  const uint16_t *confused = a->options->confused;

  return confused[0] == confused[1] ? NULL : &a->blueprint->labels[confused[confused[0] == label]];
}

int
asking_row(struct asking *a, const struct plan_request *r, size_t place, uint32_t round, struct request_row *row,
           struct err *e)
{
  const struct blueprint *b = a->blueprint;
  struct prompt_scope scope = {.label = &b->labels[r->label], .rival = rival_of(a, r->label), .values = r->values,
                               .count = a->plan.count};
  int result;

  *row = (struct request_row){
    .label = (uint16_t)r->label, .wanted = (uint32_t)a->plan.count, .attributes = attributes_of(&b->prompty, r->values),
    .teacher_id = blueprint_deal(b, r->label, a->dealt[r->label]++),
  };
  if (a->examples)
    examples_draw(a->examples, row->label, row->attributes, place, &scope);
  if (a->avoid)
    avoid_draw(a->avoid, row->label, row->attributes, &scope);
  result = a->options->n_hard > 0 ? requests_render_anew(b, &scope, r->sample, row, e)
                                  : requests_render(b, &scope, r->sample, row, e);
  note_round(row, round);
  return result;
}
