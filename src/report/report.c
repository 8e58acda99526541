#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "report/chapter.h"
#include "store/experiment_store.h"

/* ---- gathering ---- */

/* The newest that has ended, or the one of that name. */
static int
find_experiment(struct project *p, const char *name, struct experiment_record *found, struct err *e)
{
  struct experiment_record *rows;
  size_t n, best = SIZE_MAX;

  if (name) {
    if (experiment_store_get(p, name, found, e) < 0)
      return -1;
    if (*found->result)
      return 0;
    experiment_record_release(found);
    return err_set(e, ERR_INPUT, "experiment '%s' has not ended (go on with it: retort experiment PROJECT)", name);
  }
  if (experiment_store_list(p, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (*rows[i].result && (best == SIZE_MAX || rows[i].at_ms >= rows[best].at_ms))
      best = i;
  if (best == SIZE_MAX) {
    experiment_records_free(rows, n);
    return err_set(e, ERR_INPUT, n ? "no experiment has ended yet (go on with it: retort experiment PROJECT)"
                                   : "there is no experiment to report (first: retort experiment PROJECT)");
  }
  *found = rows[best];
  rows[best] = (struct experiment_record){0};
  experiment_records_free(rows, n);
  return 0;
}

static int
check_findings(const struct findings *f, const char *name, struct err *e)
{
  if (f->n_rows == 0 || f->n_test == 0)
    return err_set(e, ERR_INPUT, "experiment '%s' has no results that can be told (run it again)", name);
  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].first >= f->n_rows)
      return err_set(e, ERR_INPUT, "the results of experiment '%s' do not hang together (run it again)", name);
  return 0;
}

static int
gather_told(struct project *p, const struct filter_provider *provider, struct report *r, struct err *e)
{
  const struct findings *f = &r->f;

  r->explained = xcalloc(f->n_rows, sizeof *r->explained);
  r->models = xcalloc(f->n_rows, sizeof *r->models);
  for (size_t i = 0; i < f->n_rows; i++) {
    if (!f->rows[i].is_told)
      continue;
    model_card_of(f, i, &r->models[r->n_models++]);
    if (f->rows[i].first != i && explain(p, f, i, provider, &r->explained[r->n_explained++], e) < 0)
      return -1;
  }
  if (r->n_models == 0)
    model_card_of(f, 0, &r->models[r->n_models++]);
  return 0;
}

int
report_gather(struct project *p, const char *experiment, const struct filter_provider *provider, struct report *r,
              struct err *e)
{
  struct experiment_record found = {0};

  memset(r, 0, sizeof *r);
  if (find_experiment(p, experiment, &found, e) < 0)
    return -1;
  r->project = xstrdup(project_name(p));
  r->experiment = xstrdup(found.name);
  r->day = xstrdup(numeral_day(found.at_ms).s);
  r->multilabel = corpus_task(project_corpus(p)) == TASK_MULTILABEL;
  if (findings_read(found.result, strlen(found.result), &r->f, e) < 0 || check_findings(&r->f, found.name, e) < 0
      || gather_told(p, provider, r, e) < 0 || front_gather(p, &r->f, &r->front, &r->n_front, e) < 0
      || recipe_gather(p, &r->f, &r->recipe, e) < 0 || data_card_gather(p, &r->data, e) < 0) {
    experiment_record_release(&found);
    report_release(r);
    return -1;
  }
  experiment_record_release(&found);
  return 0;
}

void
report_release(struct report *r)
{
  free(r->project);
  free(r->experiment);
  free(r->day);
  for (size_t i = 0; i < r->n_explained; i++)
    explained_release(&r->explained[i]);
  free(r->explained);
  for (size_t i = 0; i < r->n_models; i++)
    model_card_release(&r->models[i]);
  free(r->models);
  front_free(r->front, r->n_front);
  findings_release(&r->f);
  recipe_release(&r->recipe);
  data_card_release(&r->data);
  memset(r, 0, sizeof *r);
}

/* ---- the document ---- */

void
report_doc(const struct report *r, struct doc *d)
{
  static void (*const chapters[])(const struct report *r, struct doc *d) = {
    chapter_answer, chapter_arms, chapter_curves, chapter_sources, chapter_labels, chapter_texts, chapter_costs,
    chapter_recipe, chapter_data, chapter_models,
  };

  d->title = doc_print(d, "%s: was the generated data worth it?", r->project);
  d->subtitle = doc_print(d, "%s, %s. retort %s", r->experiment, r->day, r->f.version ? r->f.version : "");
  for (size_t i = 0; i < N_OF(chapters); i++)
    chapters[i](r, d);
}

/* ---- JSON ---- */

static void
json_list(struct buf *out, const char *key, const struct shape *shape, const void *list, size_t n)
{
  json_add_key(out, key);
  buf_addc(out, '[');
  for (size_t i = 0; i < n; i++) {
    json_add_comma(out);
    shape_write(shape, (const char *)list + i * shape->size, out);
  }
  buf_addc(out, ']');
}

void
report_json(const struct report *r, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field(out, "project", r->project);
  json_add_field(out, "experiment", r->experiment);
  json_add_field(out, "day", r->day);
  json_add_key(out, "findings");
  findings_json(&r->f, out);
  json_list(out, "explained", &explained_shape, r->explained, r->n_explained);
  json_list(out, "front", &front_shape, r->front, r->n_front);
  json_add_key(out, "recipe");
  shape_write(&recipe_shape, &r->recipe, out);
  json_add_key(out, "data_card");
  shape_write(&data_card_shape, &r->data, out);
  json_list(out, "model_cards", &model_card_shape, r->models, r->n_models);
  buf_addc(out, '}');
}
