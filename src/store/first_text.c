#include "store/first_text.h"

#include "corpus/change.h"
#include "store/internal.h"

static int
first_of(struct db *db, uint32_t sample, enum field field, char **text, struct err *e)
{
  static const char sql[] =  /* field < 2: as the index says (schema.c) */
    "SELECT before FROM change_row WHERE sample=? AND field=? AND field < 2 ORDER BY change LIMIT 1";
  sqlite3_stmt *s = db_query(db, e, sql, "uu", sample, (uint32_t)field);
  int rc = s ? db_next(db, s, e) : -1;

  *text = NULL;
  if (rc > 0) {
    *text = col_text_or_null(s, 0);
    db_rest(s);
  }
  return rc < 0 ? -1 : 0;
}

int
first_text_get(struct project *p, uint32_t sample, char **text, char **text2, struct err *e)
{
  struct db *db = reader_enter(p);
  int rc;

  *text2 = NULL;
  rc = first_of(db, sample, FIELD_TEXT, text, e) || first_of(db, sample, FIELD_TEXT2, text2, e) ? -1 : 0;
  reader_leave(p);
  return rc;
}
