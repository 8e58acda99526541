/* vote_store.c: the votes of teachers as they stand in the file; declared in job_store.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

static void
read_vote(struct project *p, sqlite3_stmt *s, void *out)
{
  struct vote_row *row = out;
  size_t bytes;

  (void)p;
  *row = (struct vote_row){
    .sample_id = col_u32(s, 0),
    .request_id = col_u32(s, 1),
    .teacher_id = col_u32(s, 2),
    .label = col_label(s, 3),
    .probabilities = col_blob(s, 4, &bytes),
    .rationale = col_text(s, 5),
  };
  row->n_probabilities = bytes / sizeof *row->probabilities;
}

static void
release_vote(void *arg)
{
  struct vote_row *row = arg;

  free(row->probabilities);
  free(row->rationale);
}

static const struct record votes = {sizeof(struct vote_row), read_vote, release_vote};

void
vote_rows_free(struct vote_row *rows, size_t n)
{
  record_free(&votes, rows, n);
}

#define VOTES_SQL \
  "SELECT sample, request, teacher, label, probabilities, rationale FROM vote WHERE (?1=0 OR teacher=?1)"

int
job_store_votes(struct project *p, uint32_t teacher_id, const uint32_t *samples, size_t n_samples,
                struct vote_row **rows, size_t *n, struct err *e)
{
  size_t cap = 0;

  if (!samples)
    return record_list(p, &votes, rows, n, e, VOTES_SQL " ORDER BY sample, request", "u", teacher_id);
  *rows = NULL;
  *n = 0;
  for (size_t i = 0; i < n_samples; i++) {
    struct vote_row *some;
    size_t k;

    if (record_list(p, &votes, &some, &k, e, VOTES_SQL " AND sample=?2 ORDER BY request", "uu", teacher_id,
                    samples[i])) {
      vote_rows_free(*rows, *n);
      *rows = NULL;
      *n = 0;
      return -1;
    }
    if (k) {
      GROW(*rows, cap, *n + k);
      memcpy(*rows + *n, some, k * sizeof **rows);
      *n += k;
    }
    free(some);
  }
  return 0;
}
