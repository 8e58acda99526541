#include "store/setting_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/record.h"

static void
read_setting(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct setting_row *)out = (struct setting_row){.name = col_text(s, 0), .value = col_text(s, 1)};
}

static void
release(void *row)
{
  struct setting_row *r = row;

  free(r->name);
  free(r->value);
}

static const struct record settings = {sizeof(struct setting_row), read_setting, release};

int
setting_store_list(struct project *p, const char *beginning, struct setting_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &settings, rows, n, e,
                     "SELECT substr(name, length(?1) + 1), value FROM setting"
                     " WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name", "t", beginning);
}

void
setting_rows_free(struct setting_row *rows, size_t n)
{
  record_free(&settings, rows, n);
}

static int
remove_work(struct project *p, void *arg, struct err *e)
{
  return db_run(&p->db, e, "DELETE FROM setting WHERE name=?", "t", (const char *)arg)
    ? -1 : sqlite3_changes(p->db.h) > 0;
}

int
setting_store_remove(struct project *p, const char *name, struct err *e)
{
  return project_record(p, remove_work, (void *)(intptr_t)name, e);
}
