#include "store/signal_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

struct put {
  uint32_t run;
  const struct signal_values *signals;
  size_t n;
  const char *about;
};

static int
put_work(struct project *p, void *arg, struct err *e)
{
  const struct put *put = arg;

  for (size_t i = 0; i < put->n; i++) {
    const struct signal_values *s = &put->signals[i];

    if (db_run(&p->db, e, "INSERT INTO signal (name, run, at_ms, about, data) VALUES (?, ?, ?, ?, ?)"
                          " ON CONFLICT (name, run) DO UPDATE SET at_ms=excluded.at_ms, about=excluded.about,"
                          " data=excluded.data", "tuitb", s->name, put->run, clock_wall_ms(), or_object(put->about),
               s->values, (size_t)s->n * sizeof *s->values))
      return -1;
  }
  return 0;
}

int
signal_store_put(struct project *p, uint32_t run, const struct signal_values *signals, size_t n_signals,
                 const char *about, struct err *e)
{
  struct put put = {run, signals, n_signals, about};

  return project_record(p, put_work, &put, e);
}

int
signal_store_get(struct project *p, const char *name, uint32_t run, float **values, uint32_t *n, struct err *e)
{
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, "SELECT data FROM signal WHERE name=? AND run=?", "tu", name, run);
  int rc = s ? db_next(db, s, e) : -1;

  *values = NULL;
  *n = 0;
  if (rc > 0) {
    size_t bytes;

    *values = col_blob(s, 0, &bytes);
    *n = (uint32_t)(bytes / sizeof **values);
    db_rest(s);
  }
  reader_leave(p);
  return rc < 0 ? -1 : 0;
}

static void
read_record(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct signal_record *)out = (struct signal_record){
    .name = col_text(s, 0),
    .run = col_u32(s, 1),
    .n = col_u32(s, 2) / (uint32_t)sizeof(float),
    .at_ms = sqlite3_column_int64(s, 3),
    .about = col_text(s, 4),
  };
}

static void
release(void *row)
{
  struct signal_record *r = row;

  free(r->name);
  free(r->about);
}

static const struct record signals = {sizeof(struct signal_record), read_record, release};

int
signal_store_list(struct project *p, struct signal_record **rows, size_t *n, struct err *e)
{
  return record_list(p, &signals, rows, n, e,
                     "SELECT name, run, length(data), at_ms, about FROM signal ORDER BY name, run", "");
}

void
signal_records_free(struct signal_record *rows, size_t n)
{
  record_free(&signals, rows, n);
}
