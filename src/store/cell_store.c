#include "store/cell_store.h"

#include <stdlib.h>

#include "store/record.h"

/* The jobs that are meant; what was only tried out or proposed asks for no samples. */
#define JOBS "job IN (SELECT id FROM job WHERE id=?1 OR (?1=0 AND kind IN ('generate', 'rewrite')))"

static void
read_cell(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct cell_row *)out = (struct cell_row){
    .label = (uint16_t)col_u32(s, 0),
    .attributes = col_text(s, 1),
    .requests = col_u32(s, 2),
    .failed = col_u32(s, 3),
    .asked = col_u32(s, 4),
    .answered = col_u32(s, 5),
    .kept = col_u32(s, 6),
    .accepted = col_u32(s, 7),
    .rejected = col_u32(s, 8),
    .dropped = col_u32(s, 9),
    .near_duplicates = col_u32(s, 10),
  };
}

static void
release(void *row)
{
  free(((struct cell_row *)row)->attributes);
}

static const struct record cells = {sizeof(struct cell_row), read_cell, release};

void
cell_rows_free(struct cell_row *rows, size_t n)
{
  record_free(&cells, rows, n);
}

int
cell_store_list(struct project *p, uint32_t job_id, struct cell_row **rows, size_t *n, struct err *e)
{
  static const char sql[] =
    "SELECT coalesce(label, 65535), attributes, sum(requests), sum(failed), sum(asked), sum(answered), sum(kept),"
    " sum(accepted), sum(rejected), sum(dropped), sum(doubles) FROM ("
    "SELECT label, attributes, 1 AS requests, state=3 AS failed, wanted AS asked,"
    " CASE WHEN state IN (1, 2) THEN wanted ELSE 0 END AS answered, 0 AS kept, 0 AS accepted, 0 AS rejected,"
    " 0 AS dropped, 0 AS doubles FROM request WHERE " JOBS
    " UNION ALL "
    "SELECT r.label, r.attributes, 0, 0, 0, 0, 1, s.status=1, s.status=2, 0, 0 FROM request r"
    " JOIN sample s ON s.request=r.id AND s.request>0 AND NOT s.gone WHERE r." JOBS
    " UNION ALL "
    "SELECT r.label, r.attributes, 0, 0, 0, 0, 0, 0, 0, 1, d.reason IN ('duplicate', 'near_duplicate') FROM dropped d"
    " JOIN request r ON r.id=d.request WHERE " STILL_DROPPED " AND d." JOBS
    ") GROUP BY 1, 2 ORDER BY 1, 2";

  return record_list(p, &cells, rows, n, e, sql, "u", job_id);
}
