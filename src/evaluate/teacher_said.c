#include "evaluate/teacher_said.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sample.h"
#include "store/run_store.h"

#define HALF 0.5f  /* of the votes */

void
teacher_said_release(struct teacher_said *s)
{
  free(s->asked);
  free(s->label);
  free(s->sets);
  *s = (struct teacher_said){0};
}

static int
by_sample(const void *key, const void *row)
{
  uint32_t x = *(const uint32_t *)key, y = ((const struct prediction *)row)->sample_id;

  return x < y ? -1 : x > y;
}

static void
take(struct teacher_said *s, size_t i, const struct prediction *p, const float *vector, size_t n_vector)
{
  s->asked[i] = 1;
  s->n_asked++;
  s->label[i] = p->label < s->n_labels ? p->label : -1;
  for (size_t k = 0; vector && k < s->n_labels && k < n_vector; k++)
    s->sets[i * s->n_labels + k] = vector[k] >= HALF;
}

int
teacher_said_read(struct project *p, uint32_t teacher, const uint32_t *ids, size_t n, size_t n_labels,
                  struct teacher_said *s, struct err *e)
{
  struct prediction *rows;
  size_t n_rows, n_vector;
  float *vectors;

  *s = (struct teacher_said){.n = n, .n_labels = n_labels};
  if (run_store_predictions(p, PREDICTOR_TEACHER, teacher, &rows, &n_rows, &vectors, &n_vector, e) < 0)
    return -1;
  s->asked = xcalloc(n + 1, 1);
  s->label = xcalloc(n + 1, sizeof *s->label);
  s->sets = xcalloc(n * n_labels + 1, 1);
  for (size_t i = 0; i < n; i++) {
    const struct prediction *row = n_rows ? bsearch(&ids[i], rows, n_rows, sizeof *rows, by_sample) : NULL;

    s->label[i] = -1;
    if (row)
      take(s, i, row, vectors ? vectors + (size_t)(row - rows) * n_vector : NULL, n_vector);
  }
  free(rows);
  free(vectors);
  return 0;
}
