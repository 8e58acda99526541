/* result_store.c: predictions and evaluations, declared in run_store.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"
#include "store/run_store.h"

/* ---- predictions ---- */

struct predictions {
  enum predictor kind;
  uint32_t id;
  const struct prediction *v;
  size_t n;
  const float *vectors;
  size_t n_labels;
};

static int
put_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT OR REPLACE INTO prediction (kind, predictor, sample, label, probability, vector)"
                            " VALUES (?, ?, ?, nullif(?, 65535), ?, ?)";
  const struct predictions *in = arg;

  for (size_t i = 0; i < in->n; i++) {
    const struct prediction *v = &in->v[i];
    const float *vector = in->vectors ? in->vectors + i * in->n_labels : NULL;

    if (db_run(&p->db, e, sql, "uuuidb", (uint32_t)in->kind, in->id, v->sample_id, (int64_t)v->label,
               (double)v->probability, (const void *)vector, vector ? in->n_labels * sizeof *vector : (size_t)0))
      return -1;
  }
  return 0;
}

int
run_store_put_predictions(struct project *p, enum predictor kind, uint32_t id, const struct prediction *predictions,
                          size_t n, const float *vectors, size_t n_labels, struct err *e)
{
  struct predictions in = {kind, id, predictions, n, vectors, n_labels};

  return n ? project_record(p, put_work, &in, e) : 0;
}

/* Lays vectors of different lengths (labels were added meanwhile) into rows of one length. */
static float *
lay_out(float **rows, const size_t *lengths, size_t n, size_t width)
{
  float *out = xmalloc((n * width + 1) * sizeof *out);

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < width; j++)
      out[i * width + j] = j < lengths[i] ? rows[i][j] : NAN;
  return out;
}

int
run_store_predictions(struct project *p, enum predictor kind, uint32_t id, struct prediction **predictions, size_t *n,
                      float **vectors, size_t *n_labels, struct err *e)
{
  static const char sql[] =
    "SELECT sample, label, probability, vector FROM prediction WHERE kind=? AND predictor=? ORDER BY sample";
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, sql, "uu", (uint32_t)kind, id);
  float **rows = NULL;
  size_t *lengths = NULL, cap = 0, cap_rows = 0, cap_lengths = 0, width = 0, bytes;
  int rc = s ? 0 : -1;

  *predictions = NULL;
  *n = 0;
  while (s && (rc = db_next(db, s, e)) > 0) {
    GROW(*predictions, cap, *n + 1);
    (*predictions)[*n] = (struct prediction){
      .sample_id = col_u32(s, 0),
      .label = sqlite3_column_type(s, 1) == SQLITE_NULL ? LABEL_NONE : (uint16_t)col_u32(s, 1),
      .probability = (float)col_double(s, 2),
    };
    if (vectors) {
      GROW(rows, cap_rows, *n + 1);
      GROW(lengths, cap_lengths, *n + 1);
      rows[*n] = col_blob(s, 3, &bytes);
      lengths[*n] = bytes / sizeof **rows;
      if (lengths[*n] > width)
        width = lengths[*n];
    }
    ++*n;
  }
  reader_leave(p);
  if (vectors) {
    *vectors = lay_out(rows, lengths, *n, width);
    *n_labels = width;
    for (size_t i = 0; i < *n; i++)
      free(rows[i]);
    free(rows);
    free(lengths);
  }
  return rc;
}

/* ---- evaluations ---- */

static int
evaluation_work(struct project *p, void *arg, struct err *e)
{
  const struct evaluation_row *row = arg;

  return db_run(&p->db, e,
                "INSERT OR REPLACE INTO evaluation (kind, predictor, split, metrics, at_ms) VALUES (?, ?, ?, ?, ?)",
                "uutti", (uint32_t)row->kind, row->predictor_id, row->split ? row->split : "",
                row->metrics ? row->metrics : "{}", clock_wall_ms());
}

int
run_store_put_evaluation(struct project *p, const struct evaluation_row *row, struct err *e)
{
  return project_record(p, evaluation_work, (void *)row, e);
}

static void
read_evaluation(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct evaluation_row *)out = (struct evaluation_row){
    .kind = col_u32(s, 0) ? PREDICTOR_TEACHER : PREDICTOR_RUN,
    .predictor_id = col_u32(s, 1),
    .split = col_text(s, 2),
    .metrics = col_text(s, 3),
    .at_ms = sqlite3_column_int64(s, 4),
  };
}

static void
release_evaluation(void *arg)
{
  struct evaluation_row *row = arg;

  free(row->split);
  free(row->metrics);
}

static const struct record evaluations = {sizeof(struct evaluation_row), read_evaluation, release_evaluation};

int
run_store_evaluations(struct project *p, struct evaluation_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &evaluations, rows, n, e, "SELECT kind, predictor, split, metrics, at_ms FROM evaluation"
                     " ORDER BY kind, predictor, split", "");
}

void
evaluation_rows_free(struct evaluation_row *rows, size_t n)
{
  record_free(&evaluations, rows, n);
}
