#include "report/data_card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shape_rows.h"
#include "corpus/count_by.h"
#include "corpus/neardup.h"
#include "corpus/stats.h"
#include "curate/language.h"
#include "curate/pace.h"
#include "generate/filters.h"
#include "store/job_store.h"
#include "store/signal_store.h"
#include "store/teacher_store.h"

/* ---- as JSON ---- */

static const struct shape_field count_fields[] = {
  OF(card_count, TEXT, name), OF(card_count, COUNT, n), OF(card_count, TEXT, words), END,
};
static const struct shape count_shape = SHAPE(card_count, count_fields);

static const struct shape_field label_fields[] = {
  OF(card_label, TEXT, label), OF(card_label, TEXT, meaning), OF(card_label, COUNT, n), OF(card_label, COUNT, seed),
  OF(card_label, COUNT, generated), OF(card_label, COUNT, annotated), OF(card_label, COUNT, imported),
  OF(card_label, COUNT, train), OF(card_label, COUNT, test), OF(card_label, COUNT, unseen),
  OF(card_label, COUNT, accepted), OF(card_label, COUNT, rejected), END,
};
static const struct shape label_shape = SHAPE(card_label, label_fields);

static const struct shape_field job_fields[] = {
  OF(card_job, COUNT, id), OF(card_job, TEXT, kind), OF(card_job, TEXT, state), OF(card_job, TEXT, template),
  OF(card_job, TEXT, teacher), OF(card_job, TEXT, model), OF(card_job, NUMBER, began_ms),
  OF(card_job, NUMBER, ended_ms), OF(card_job, COUNT, requests), OF(card_job, COUNT, answered),
  OF(card_job, COUNT, cached), OF(card_job, COUNT, retried), OF(card_job, COUNT, failed), OF(card_job, COUNT, wanted),
  OF(card_job, COUNT, kept), OF(card_job, COUNT, dropped), OF(card_job, NUMBER, tokens_in),
  OF(card_job, NUMBER, tokens_out), OF(card_job, NUMBER, cost_usd), OF(card_job, RAW, params), END,
};
static const struct shape job_shape = SHAPE(card_job, job_fields);

static const struct shape_field attribute_fields[] = {
  OF(card_attribute, TEXT, name), LIST(card_attribute, values, n_values, count_shape), END,
};
static const struct shape attribute_shape = SHAPE(card_attribute, attribute_fields);

static const struct shape_field curation_fields[] = {
  OF(card_curation, COUNT, accepted), OF(card_curation, COUNT, rejected), OF(card_curation, COUNT, relabelled),
  OF(card_curation, COUNT, edited), OF(card_curation, COUNT, bulk), OF(card_curation, COUNT, bulk_samples),
  OF(card_curation, COUNT, undone), OF(card_curation, COUNT, sittings), OF(card_curation, NUMBER, minutes), END,
};
static const struct shape curation_shape = SHAPE(card_curation, curation_fields);

static const struct shape_field card_fields[] = {
  OF(data_card, TEXT, task), OF(data_card, COUNT, n), OF(data_card, COUNT, unlabelled),
  LIST(data_card, origins, n_origins, count_shape), LIST(data_card, statuses, n_statuses, count_shape),
  LIST(data_card, splits, n_splits, count_shape), LIST(data_card, labels, n_labels, label_shape),
  OF(data_card, NUMBER, words_mean), OF(data_card, NUMBER, words_sd), OF(data_card, NUMBER, words_min),
  OF(data_card, NUMBER, words_median), OF(data_card, NUMBER, words_max), OF(data_card, NUMBER, distinct_1),
  OF(data_card, NUMBER, distinct_2), OF(data_card, NUMBER, self_similarity),
  LIST(data_card, languages, n_languages, count_shape), LIST(data_card, attributes, n_attributes, attribute_shape),
  LIST(data_card, jobs, n_jobs, job_shape), LIST(data_card, dropped, n_dropped, count_shape),
  OF(data_card, COUNT, duplicates), PART(data_card, curation, curation_shape), END,
};
const struct shape data_card_shape = SHAPE(data_card, card_fields);

void
data_card_release(struct data_card *c)
{
  shape_release(&data_card_shape, c);
}

/* ---- counting ---- */

/* A row of a list of counts; rows of 0 are left out. */
static void
add_count(struct card_count **list, size_t *n, const char *name, size_t count, const char *words)
{
  if (count == 0)
    return;
  *list = xrealloc(*list, (*n + 1) * sizeof **list);
  (*list)[(*n)++] = (struct card_count){xstrdup(name), count, xstrdup(words)};
}

static void
count_label(struct card_label *l, const struct sample *s)
{
  size_t *const by_origin[N_ORIGINS] = {
    [ORIGIN_SEED] = &l->seed, [ORIGIN_GENERATED] = &l->generated, [ORIGIN_ANNOTATED] = &l->annotated,
    [ORIGIN_IMPORTED] = &l->imported,
  };

  l->unseen += s->status == STATUS_NEW;
  l->accepted += s->status == STATUS_ACCEPTED;
  l->rejected += s->status == STATUS_REJECTED;
  if (s->status == STATUS_REJECTED)
    return;
  l->n++;
  ++*by_origin[s->origin];
  l->train += s->split == SPLIT_TRAIN;
  l->test += s->split == SPLIT_TEST;
}

/* All labels have a row, those without samples too: that is worth knowing. */
static void
gather_labels(struct corpus *corpus, struct data_card *c)
{
  const struct labels *labels = corpus_labels(corpus);
  struct sample s;

  c->n_labels = labels_count(labels);
  c->labels = xcalloc(c->n_labels + 1, sizeof *c->labels);
  for (size_t i = 0; i < c->n_labels; i++) {
    c->labels[i].label = xstrdup(label_name(labels, (uint16_t)i));
    c->labels[i].meaning = xstrdup(label_meaning(labels, (uint16_t)i));
  }
  for (uint32_t id = 1, n = corpus_count(corpus); id <= n; id++) {
    if (!corpus_get(corpus, id, &s))
      continue;
    for (size_t k = 0; k < s.n_labels; k++)
      if (s.labels[k] < c->n_labels)
        count_label(&c->labels[s.labels[k]], &s);
  }
}

/* Texts to learn from, those that stand twice counted once more. */
static void
gather_texts(struct corpus *corpus, struct data_card *c, const uint32_t *ids, size_t n)
{
  struct stats s;
  struct neardup_pair *pairs = NULL;

  stats_run(corpus, ids, n, &s);
  c->words_mean = s.words_mean;
  c->words_sd = s.words_sd;
  c->words_min = s.words_min;
  c->words_median = s.words_median;
  c->words_max = s.words_max;
  c->distinct_1 = s.diversity.distinct_1;
  c->distinct_2 = s.diversity.distinct_2;
  c->self_similarity = s.diversity.self_similarity;
  stats_release(&s);
  c->duplicates = neardup_among(corpus, ids, n, NULL, 0, NEARDUP_THRESHOLD, &pairs);
  free(pairs);
}

static int
by_count(const void *a, const void *b)
{
  const struct card_count *x = a, *y = b;

  return x->n < y->n ? 1 : x->n > y->n ? -1 : strcmp(x->name, y->name);
}

/* As the signal says, where somebody had it computed. */
static int
gather_languages(struct project *p, struct data_card *c, struct err *e)
{
  size_t *counts = xcalloc(language_count + 1, sizeof *counts);
  float *values;
  uint32_t n;
  int r = signal_store_get(p, "language", 0, &values, &n, e);
  struct sample s;

  for (uint32_t id = 1; r == 0 && id <= n; id++)
    if (values[id - 1] >= 0 && values[id - 1] < (float)language_count && corpus_get(project_corpus(p), id, &s)
        && s.status != STATUS_REJECTED)
      counts[(size_t)values[id - 1]]++;
  for (size_t i = 0; r == 0 && i < language_count; i++)
    add_count(&c->languages, &c->n_languages, language_names[i], counts[i], "");
  if (c->n_languages)
    qsort(c->languages, c->n_languages, sizeof *c->languages, by_count);
  if (r == 0)
    free(values);
  free(counts);
  return r;
}

/* ---- attributes ---- */

struct names {
  char *v[COUNT_BY_MAX];
  size_t n;
};

static void
add_names(struct names *names, const char *attributes)
{
  const char *name, *value;
  size_t n_name, n_value, i;

  while (attribute_next(&attributes, &name, &n_name, &value, &n_value)) {
    for (i = 0; i < names->n; i++)
      if (strlen(names->v[i]) == n_name && memcmp(names->v[i], name, n_name) == 0)
        break;
    if (i == names->n && names->n < COUNT_BY_MAX)
      names->v[names->n++] = xstrndup(name, n_name);
  }
}

static void
take_attribute(struct card_attribute *a, const struct count_by *by)
{
  a->name = xstrdup(by->name);
  for (size_t i = 0; i < by->n_values; i++)
    add_count(&a->values, &a->n_values, by->values[i].name, by->values[i].n, "");
}

static int
gather_attributes(struct corpus *corpus, struct data_card *c, struct err *e)
{
  struct names names = {.n = 0};
  struct count_by by[COUNT_BY_MAX];
  struct filter *all = filter_parse(corpus, "not status:rejected", NULL, e);
  struct sample s;

  if (!all)
    return -1;
  for (uint32_t id = 1, n = corpus_count(corpus); id <= n; id++)
    if (corpus_get(corpus, id, &s) && s.status != STATUS_REJECTED && *s.attributes)
      add_names(&names, s.attributes);
  memset(by, 0, sizeof by);
  for (size_t i = 0; i < names.n; i++)
    by[i] = (struct count_by){.by = COUNT_BY_ATTRIBUTE, .name = names.v[i]};
  if (names.n && filter_count_by(all, NULL, by, names.n, NULL) == 0) {
    c->attributes = xcalloc(names.n, sizeof *c->attributes);
    c->n_attributes = names.n;
    for (size_t i = 0; i < names.n; i++)
      take_attribute(&c->attributes[i], &by[i]);
    count_by_release(by, names.n);
  }
  for (size_t i = 0; i < names.n; i++)
    free(names.v[i]);
  filter_free(all);
  return 0;
}

/* ---- jobs ---- */

static char *
teacher_model(struct project *p, uint32_t id)
{
  struct teacher_row row;
  char *model;

  if (id == 0 || teacher_store_by_id(p, id, &row, NULL) < 0)
    return xstrdup("");
  model = xstrdup(row.model);
  teacher_row_release(&row);
  return model;
}

static int
take_job(struct project *p, const struct job_row *row, struct card_job *j, struct err *e)
{
  struct corpus *corpus = project_corpus(p);
  struct job_figures f;

  if (job_store_figures(p, row->id, &f, e) < 0)
    return -1;
  *j = (struct card_job){
    .id = row->id, .kind = xstrdup(row->kind), .state = xstrdup(job_state_names[row->state]),
    .template = xstrdup(row->template_id ? corpus_name(corpus, NAME_TEMPLATE, row->template_id) : ""),
    .teacher = xstrdup(row->teacher_id ? corpus_name(corpus, NAME_TEACHER, row->teacher_id) : ""),
    .model = teacher_model(p, row->teacher_id), .began_ms = (double)row->at_ms, .ended_ms = (double)row->ended_ms,
    .requests = f.n_requests, .answered = f.requests[REQUEST_ANSWERED] + f.requests[REQUEST_PARSED],
    .cached = f.cached, .retried = f.retried, .failed = f.requests[REQUEST_FAILED], .wanted = f.wanted,
    .kept = f.kept, .dropped = f.n_dropped, .tokens_in = (double)f.tokens_in, .tokens_out = (double)f.tokens_out,
    .cost_usd = f.cost_usd, .params = xstrdup(row->params),
  };
  job_figures_release(&f);
  return 0;
}

static int
gather_jobs(struct project *p, struct data_card *c, struct err *e)
{
  struct job_row *rows;
  struct job_figures all;
  size_t n;
  int r = 0;

  if (job_store_list(p, &rows, &n, e) < 0)
    return -1;
  c->jobs = xcalloc(n + 1, sizeof *c->jobs);
  for (size_t i = n; r == 0 && i-- > 0;)  /* the store has the newest first */
    r = take_job(p, &rows[i], &c->jobs[c->n_jobs++], e);
  job_rows_free(rows, n);
  if (r < 0 || job_store_figures(p, 0, &all, e) < 0)
    return -1;
  for (size_t i = 0; i < all.n_reasons; i++) {
    enum drop_reason reason = drop_parse(all.reasons[i].reason);

    add_count(&c->dropped, &c->n_dropped, all.reasons[i].reason, all.reasons[i].n,
              reason == DROP_NONE ? "" : drop_defs[reason].help);
  }
  job_figures_release(&all);
  return 0;
}

static int
gather_curation(struct project *p, struct card_curation *c, struct err *e)
{
  struct pace pace;

  if (pace_of(p, &pace, e) < 0)
    return -1;
  *c = (struct card_curation){pace.accepted, pace.rejected, pace.relabelled, pace.edited, pace.bulk,
                              pace.bulk_samples, pace.undone, pace.sittings, pace.minutes};
  return 0;
}

int
data_card_gather(struct project *p, struct data_card *c, struct err *e)
{
  struct corpus *corpus = project_corpus(p);
  struct corpus_counts counts;
  uint32_t *ids = NULL;
  size_t n = 0;
  int r = -1;

  memset(c, 0, sizeof *c);
  corpus_counts(corpus, &counts);
  c->task = xstrdup(task_name(corpus_task(corpus)));
  c->n = counts.n;
  c->unlabelled = counts.unlabelled;
  for (size_t i = 0; i < N_ORIGINS; i++)
    add_count(&c->origins, &c->n_origins, origin_names[i], counts.origin[i], "");
  for (size_t i = 0; i < N_STATUSES; i++)
    add_count(&c->statuses, &c->n_statuses, status_names[i], counts.status[i], "");
  for (size_t i = 0; i < N_SPLITS; i++)
    add_count(&c->splits, &c->n_splits, split_names[i], counts.split[i], "");
  gather_labels(corpus, c);
  if (filter_ids(corpus, "split:train not status:rejected", NULL, &ids, &n, e) < 0)
    goto out;
  gather_texts(corpus, c, ids, n);
  if (gather_languages(p, c, e) < 0 || gather_attributes(corpus, c, e) < 0 || gather_jobs(p, c, e) < 0
      || gather_curation(p, &c->curation, e) < 0)
    goto out;
  r = 0;
out:
  free(ids);
  if (r < 0)
    data_card_release(c);
  return r;
}
