#include "command/column_values.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/run_store.h"

const char *const said_names[N_SAID] = {"wrong", "confidence", "loss"};

static float *
no_values(uint32_t n)
{
  float *values = xmalloc(((size_t)n + 1) * sizeof *values);

  for (uint32_t i = 0; i < n; i++)
    values[i] = NAN;
  return values;
}

bool
values_said(struct project *p, uint32_t run, float *values[N_SAID], uint32_t *n)
{
  const struct corpus *corpus = project_corpus(p);
  struct prediction *predictions = NULL;
  struct sample sample;
  size_t n_said = 0, n_labels;
  float *vectors = NULL;

  if (run_store_predictions(p, PREDICTOR_RUN, run, &predictions, &n_said, &vectors, &n_labels, NULL) < 0 || n_said == 0) {
    free(predictions);
    free(vectors);
    return false;
  }
  *n = corpus_count(corpus);
  for (int k = 0; k < N_SAID; k++)
    values[k] = no_values(*n);
  for (size_t i = 0; i < n_said; i++) {
    uint32_t id = predictions[i].sample_id;

    if (id > *n || !corpus_get(corpus, id, &sample))
      continue;
    values[SAID_CONFIDENCE][id - 1] = predictions[i].probability;
    if (sample.n_labels == 0)
      continue;
    values[SAID_WRONG][id - 1] = !sample_has_label(&sample, predictions[i].label);
    if (vectors && sample.labels[0] < n_labels)
      values[SAID_LOSS][id - 1] = -logf(fmaxf(vectors[i * n_labels + sample.labels[0]], 1e-15f));
  }
  free(predictions);
  free(vectors);
  return true;
}

float *
values_signal(struct project *p, const struct signal_row *row, uint32_t run, const struct seen *now, uint32_t *n)
{
  struct seen then;
  float *values;

  if (signal_store_get(p, row->name, run, &values, n, NULL) < 0 || !values)
    return NULL;
  if (seen_load(p, row->source, run, &then, NULL) == 0) {
    seen_mask(&then, now, row->of_label, values, *n);
    seen_release(&then);
  }
  return values;
}

float *
values_disagrees(const struct corpus *c, const float *suggested, uint32_t n)
{
  float *values = no_values(n);
  struct sample s;

  for (uint32_t id = 1; id <= n; id++)
    if (!isnan(suggested[id - 1]) && corpus_get(c, id, &s) && s.n_labels)
      values[id - 1] = !sample_has_label(&s, (uint16_t)suggested[id - 1]);
  return values;
}
