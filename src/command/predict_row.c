#include "command/predict_row.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/pool.h"
#include "base/utf8.h"

#define SHOWN 8          /* words in a line of text */
#define LEAST 0.05f      /* weaker ones are not shown there */

/* 0.913000: six digits, which is what a float can tell apart. printf would take most of the time of a stream. */
static void
add_probability(struct buf *out, float p, int digits)
{
  char text[] = "0.0000000";
  long scale = 1, x;

  for (int i = 0; i < digits; i++)
    scale *= 10;
  x = (long)((double)p * (double)scale + 0.5);
  text[0] = (char)('0' + x / scale);
  for (int i = digits + 1; i > 1; i--, x /= 10)
    text[i] = (char)('0' + x % 10);
  buf_add(out, text, (size_t)digits + 2);
}

static bool
holds(const struct predict_row *r, size_t c)
{
  return r->all[c] >= r->labeller->info.threshold;
}

/* How sure it is of what it says: of several labels, of the least sure one that holds, or that none does. */
static float
confidence(const struct predict_row *r)
{
  size_t n = r->labeller->info.task.n_classes;
  float least = 2;

  if (!r->labeller->info.task.multilabel)
    return r->probability;
  for (size_t c = 0; c < n; c++)
    if (holds(r, c) && r->all[c] < least)
      least = r->all[c];
  return least <= 1 ? least : 1 - r->probability;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void
add_spans(struct buf *out, const struct predict_row *r, const struct explained_label *l)
{
  for (size_t i = 0; i < l->n; i++) {
    const struct span *s = &l->spans[i];

    json_add_comma(out);
    buf_addc(out, '{');
    if (r->labeller->info.task.multilabel)
      json_add_field(out, "label", r->labeller->labels[l->label]);
    json_add_key(out, "text");
    json_add_string(out, (s->second ? r->x->text2 : r->x->text) + s->at, s->n);
    json_add_field_int(out, "at", s->at);
    json_add_field_int(out, "n", s->n);
    if (r->labeller->info.task.pair)
      json_add_field_bool(out, "second", s->second);
    buf_addf(out, ",\"weight\":%.4f}", (double)s->weight);
  }
}

static void
add_said(struct buf *out, const struct predict_row *r, bool abstains)
{
  const struct labeller *p = r->labeller;

  if (!p->info.task.multilabel) {
    buf_addf(out, "\"label\":%s,\"probability\":", abstains ? "null" : p->quoted[r->best]);
    add_probability(out, r->probability, 6);
    return;
  }
  buf_adds(out, "\"labels\":");
  if (abstains) {
    buf_adds(out, "null");
    return;
  }
  buf_addc(out, '[');
  for (size_t i = 0; i < p->info.task.n_classes; i++)
    if (holds(r, i)) {
      json_add_comma(out);
      buf_adds(out, p->quoted[i]);
    }
  buf_addc(out, ']');
}

static void
json_row(struct buf *out, const struct predict_row *r, bool abstains)
{
  const struct labeller *p = r->labeller;

  buf_addc(out, '{');
  add_said(out, r, abstains);
  buf_adds(out, ",\"probabilities\":{");
  for (size_t i = 0; i < p->info.task.n_classes; i++) {
    if (i > 0)
      buf_addc(out, ',');
    buf_adds(out, p->quoted[i]);
    buf_addc(out, ':');
    add_probability(out, r->all[i], 6);
  }
  buf_addc(out, '}');
  if (r->explained) {
    buf_adds(out, ",\"explain\":[");
    for (size_t i = 0; i < r->explained->n_labels; i++)
      add_spans(out, r, &r->explained->of[i]);
    buf_addc(out, ']');
  }
  buf_adds(out, "}\n");
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static int
by_strength(const void *a, const void *b)
{
  const struct span *x = a, *y = b;
  float p = fabsf(x->weight), q = fabsf(y->weight);

  if (p != q)
    return p < q ? 1 : -1;
  return x->second != y->second ? x->second - y->second : x->at < y->at ? -1 : x->at > y->at;
}

/* "refund +1.00, not -0.31": the strongest words. */
static void
add_words(struct buf *out, const struct predict_row *r, const struct explained_label *l)
{
  struct span spans[EXPLAIN_MAX];
  const char *between = "";

  for (size_t i = 0; i < l->n; i++)
    spans[i] = l->spans[i];
  qsort(spans, l->n, sizeof *spans, by_strength);
  for (size_t i = 0; i < l->n && i < SHOWN && fabsf(spans[i].weight) >= LEAST; i++) {
    buf_adds(out, between);
    utf8_printable(out, (spans[i].second ? r->x->text2 : r->x->text) + spans[i].at, spans[i].n);
    buf_addf(out, " %+.2f", (double)spans[i].weight);
    between = ", ";
  }
}

static void
add_explanation(struct buf *out, const struct predict_row *r)
{
  const struct explanation *e = r->explained;

  buf_addc(out, '\t');
  for (size_t i = 0; i < e->n_labels; i++) {
    if (r->labeller->info.task.multilabel)
      buf_addf(out, "%s%s: ", i ? "; " : "", r->labeller->labels[e->of[i].label]);
    add_words(out, r, &e->of[i]);
  }
}

/* "a,b<TAB>0.9,0.7" */
static void
add_several(struct buf *out, const struct predict_row *r, bool abstains)
{
  const struct labeller *p = r->labeller;
  const char *between = "";

  for (size_t i = 0; i < p->info.task.n_classes && !abstains; i++)
    if (holds(r, i)) {
      buf_addf(out, "%s%s", between, p->labels[i]);
      between = ",";
    }
  buf_adds(out, abstains ? "-\t" : "\t");
  between = "";
  for (size_t i = 0; i < p->info.task.n_classes; i++)
    if (holds(r, i)) {
      buf_adds(out, between);
      add_probability(out, r->all[i], 4);
      between = ",";
    }
}

/* "returns<TAB>0.913" */
static void
add_one(struct buf *out, const struct predict_row *r, bool abstains)
{
  buf_adds(out, abstains ? "-" : r->labeller->labels[r->best]);
  buf_addc(out, '\t');
  add_probability(out, r->probability, 4);
}

bool
predict_row_add(struct buf *out, const struct predict_row *r, bool json)
{
  bool abstains = r->abstain > 0 && confidence(r) < r->abstain;

  if (json) {
    json_row(out, r, abstains);
    return abstains;
  }
  (r->labeller->info.task.multilabel ? add_several : add_one)(out, r, abstains);
  if (r->explained)
    add_explanation(out, r);
  buf_addc(out, '\n');
  return abstains;
}

/* ---- explaining many --------------------------------------------------------------------------------------------- */

struct explaining {
  const struct labeller *p;
  const struct example *x;
  size_t n;
  const float *probabilities;
  struct explanation *out;
  atomic_size_t next;
};

static void
explain_label(const struct explaining *j, size_t i, uint16_t label)
{
  struct explanation *e = &j->out[i];
  struct explained_label *l = &e->of[e->n_labels++];

  l->label = label;
  l->n = student_explain(j->p->student, &j->x[i], label, l->spans, EXPLAIN_MAX);
}

static void
explain_texts(void *arg, int thread, int n_threads)
{
  struct explaining *j = arg;
  const struct student_info *info = &j->p->info;
  size_t i;

  (void)thread, (void)n_threads;
  while ((i = atomic_fetch_add(&j->next, 1)) < j->n) {
    const float *p = j->probabilities + i * info->task.n_classes;

    j->out[i].n_labels = 0;
    for (uint16_t c = 0; c < info->task.n_classes && info->task.multilabel && j->out[i].n_labels < EXPLAIN_LABELS; c++)
      if (p[c] >= info->threshold)
        explain_label(j, i, c);
    if (j->out[i].n_labels == 0)
      explain_label(j, i, (uint16_t)student_best(p, info->task.n_classes));
  }
}

void
explanations_make(const struct labeller *p, const struct example *x, size_t n, int threads, const float *probabilities,
                  struct explanation *out)
{
  struct explaining j = {.p = p, .x = x, .n = n, .probabilities = probabilities, .out = out};

  threads = pool_threads(threads);
  pool_run(n < (size_t)threads ? (int)n : threads, explain_texts, &j);
}
