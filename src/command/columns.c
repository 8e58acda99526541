#include "command/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/run_store.h"

enum kind { WRONG, CONFIDENCE, LOSS, N_KINDS };
static const char *const kind_names[N_KINDS] = {"wrong", "confidence", "loss"};

/* What one run said. */
struct said {
  uint32_t run_id;
  char *name;
  float *values[N_KINDS];  /* by sample id - 1; NULL: not read yet */
  uint32_t n;
  bool empty;              /* it was asked about nothing */
};
struct columns {
  struct project *project;
  struct said *runs;       /* oldest first */
  size_t n;
  char **names;            /* for completion: "wrong", ..., "linear#3.loss" */
  size_t n_names;
  struct filter_provider provider;
};

static void
read_said(struct columns *c, struct said *s)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct prediction *predictions;
  struct sample sample;
  size_t n, n_labels;
  float *vectors;

  if (s->values[0] || s->empty)
    return;
  if (run_store_predictions(c->project, PREDICTOR_RUN, s->run_id, &predictions, &n, &vectors, &n_labels, NULL) < 0)
    n = 0, predictions = NULL, vectors = NULL;
  s->empty = n == 0;
  s->n = corpus_count(corpus);
  for (int k = 0; k < N_KINDS && n; k++) {
    s->values[k] = xmalloc(((size_t)s->n + 1) * sizeof *s->values[k]);
    for (uint32_t i = 0; i < s->n; i++)
      s->values[k][i] = NAN;
  }
  for (size_t i = 0; i < n; i++) {
    uint32_t id = predictions[i].sample_id;

    if (id > s->n || !corpus_get(corpus, id, &sample))
      continue;
    s->values[CONFIDENCE][id - 1] = predictions[i].probability;
    if (sample.n_labels == 0)
      continue;
    s->values[WRONG][id - 1] = !sample_has_label(&sample, predictions[i].label);
    if (vectors && sample.labels[0] < n_labels)
      s->values[LOSS][id - 1] = -logf(fmaxf(vectors[i * n_labels + sample.labels[0]], 1e-15f));
  }
  free(predictions);
  free(vectors);
}

/* The run that a name speaks of, its column read; NULL: none. */
static struct said *
find_said(struct columns *c, const char *name, size_t n)
{
  bool newest = n == 0 || (n == 3 && strncmp(name, "run", 3) == 0);

  for (size_t i = c->n; i-- > 0;) {
    struct said *s = &c->runs[i];

    if (!newest && (strlen(s->name) != n || strncmp(s->name, name, n) != 0))
      continue;
    read_said(c, s);
    if (!newest || !s->empty)
      return s;
  }
  return NULL;
}

static bool
get(void *arg, const char *name, struct column *column)
{
  struct columns *c = arg;
  const char *dot = strrchr(name, '.'), *kind = dot ? dot + 1 : name;

  for (int k = 0; k < N_KINDS; k++)
    if (strcmp(kind_names[k], kind) == 0) {
      struct said *s = find_said(c, name, dot ? (size_t)(dot - name) : 0);

      if (!s && dot && strncmp(name, "run.", 4) != 0)
        return false;
      *column = (struct column){.values = s ? s->values[k] : NULL, .n = s && !s->empty ? s->n : 0, .flag = k == WRONG};
      return true;
    }
  return false;
}

static const char *
name_at(void *arg, size_t i)
{
  const struct columns *c = arg;

  return i < c->n_names ? c->names[i] : NULL;
}

struct columns *
columns_new(struct project *p)
{
  struct columns *c = xcalloc(1, sizeof *c);
  struct run_row *rows = NULL;
  size_t n = 0;

  c->project = p;
  c->provider = (struct filter_provider){.get = get, .name = name_at, .arg = c};
  if (run_store_list(p, &rows, &n, NULL) < 0)
    n = 0;
  c->runs = xcalloc(n + 1, sizeof *c->runs);
  c->names = xcalloc((n + 1) * N_KINDS, sizeof *c->names);
  for (int k = 0; k < N_KINDS; k++)
    c->names[c->n_names++] = xasprintf("run.%s", kind_names[k]);
  for (size_t i = 0; i < n; i++) {
    c->runs[c->n++] = (struct said){.run_id = rows[i].id, .name = xstrdup(rows[i].name)};
    for (int k = 0; k < N_KINDS; k++)
      c->names[c->n_names++] = xasprintf("%s.%s", rows[i].name, kind_names[k]);
  }
  run_rows_free(rows, n);
  return c;
}

void
columns_free(struct columns *c)
{
  if (!c)
    return;
  for (size_t i = 0; i < c->n; i++) {
    free(c->runs[i].name);
    for (int k = 0; k < N_KINDS; k++)
      free(c->runs[i].values[k]);
  }
  for (size_t i = 0; i < c->n_names; i++)
    free(c->names[i]);
  free(c->names);
  free(c->runs);
  free(c);
}

const struct filter_provider *
columns_provider(const struct columns *c)
{
  return &c->provider;
}
