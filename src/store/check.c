#include "store/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/internal.h"
#include "store/schema.h"

#define MAX_PROBLEMS 100

/* What must hold. Each query gives one row for each breach; its columns are put into the text for %1 and %2. */
static const struct {
  const char *sql, *problem;
} rules[] = {
  {"SELECT n, last FROM (SELECT count(*) AS n, coalesce(max(id), 0) AS last, min(id) AS first FROM sample)"
   " WHERE n <> last OR first < 1",
   "samples are not numbered without a gap: there are %1, the last is %2"},
  {"SELECT n, last FROM (SELECT count(*) AS n, coalesce(max(id), -1) AS last, min(id) AS first FROM label)"
   " WHERE n <> last + 1 OR first < 0",
   "labels are not numbered without a gap: there are %1, the last is %2"},
  {"SELECT id, labels FROM sample s WHERE labels <> '' AND EXISTS (SELECT 1 FROM json_each('[' || s.labels || ']') j"
   " LEFT JOIN label l ON l.id = j.value WHERE l.id IS NULL)",
   "sample %1 has a label that there is not: %2"},
  {"SELECT id, split || '/' || status || '/' || origin FROM sample WHERE split NOT BETWEEN 0 AND 3 OR"
   " status NOT BETWEEN 0 AND 2 OR origin NOT BETWEEN 0 AND 3 OR gone NOT IN (0, 1)",
   "sample %1 has a split, status or origin that there is not: %2"},
  {"SELECT id, first_id FROM (SELECT id, first_id, last_id, n, lag(last_id, 1, 0) OVER (ORDER BY id) AS before"
   " FROM change WHERE kind = 0) WHERE first_id <> before + 1 OR last_id <> before + n",
   "log entry %1 inserted samples from %2 on, which does not follow on the entry before"},
  {"SELECT said, there FROM (SELECT (SELECT coalesce(max(last_id), 0) FROM change WHERE kind = 0) AS said,"
   " (SELECT coalesce(max(id), 0) FROM sample) AS there) WHERE said <> there",
   "the log inserted samples up to %1, but the last one there is %2"},
  {"SELECT id, target FROM change c WHERE kind IN (2, 3) AND NOT EXISTS"
   " (SELECT 1 FROM change t WHERE t.id = c.target AND t.id < c.id AND t.kind IN (0, 1))",
   "log entry %1 undoes or redoes entry %2, which is no such change"},
  {"SELECT change, sample FROM change_row r WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.id = r.change AND c.kind "
   "= 1)",
   "there are values of sample %2 for log entry %1, which is not there"},
  {"SELECT change, sample FROM change_row r WHERE NOT EXISTS (SELECT 1 FROM sample s WHERE s.id = r.sample)",
   "log entry %1 changes sample %2, which is not there"},
  {"SELECT id, n FROM change c WHERE kind = 1 AND n <> (SELECT count(DISTINCT sample) FROM change_row r WHERE r.change "
   "= c.id)",
   "log entry %1 says that it changed %2 samples, but its values are not all there"},
  {"SELECT id, request FROM sample s WHERE request > 0 AND NOT EXISTS (SELECT 1 FROM request r WHERE r.id = s.request)",
   "sample %1 comes from request %2, which is not there"},
  {"SELECT id, template FROM sample s WHERE template > 0 AND NOT EXISTS (SELECT 1 FROM template t WHERE t.id = "
   "s.template)",
   "sample %1 comes from template version %2, which is not there"},
  {"SELECT id, teacher FROM sample s WHERE teacher > 0 AND NOT EXISTS (SELECT 1 FROM teacher t WHERE t.id = s.teacher)",
   "sample %1 comes from teacher %2, which is not there"},
  {"SELECT id, parent FROM sample s WHERE parent > 0 AND NOT EXISTS (SELECT 1 FROM sample t WHERE t.id = s.parent)",
   "sample %1 was made from sample %2, which is not there"},
  {"SELECT id, job FROM request r WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = r.job)",
   "request %1 belongs to job %2, which is not there"},
  {"SELECT id, state FROM request r WHERE state NOT BETWEEN 0 AND 3 OR (state IN (1, 2) AND NOT EXISTS"
   " (SELECT 1 FROM reply y WHERE y.request = r.id))",
   "request %1 is answered or parsed (%2), but its reply is not there"},
  {"SELECT id, state FROM request r WHERE NOT EXISTS (SELECT 1 FROM prompt m WHERE m.request = r.id)",
   "request %1 has no messages"},
  {"SELECT request, 'reply' FROM reply y WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.id = y.request) UNION ALL"
   " SELECT request, 'prompt' FROM prompt m WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.id = m.request)",
   "there is a %2 of request %1, which is not there"},
  {"SELECT id, teacher FROM request r WHERE teacher > 0 AND NOT EXISTS (SELECT 1 FROM teacher t WHERE t.id ="
   " r.teacher)",
   "request %1 is for teacher %2, which is not there"},
  {"SELECT id, batch FROM request r WHERE batch > 0 AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = r.batch AND"
   " b.job = r.job)",
   "request %1 is in batch %2, which is none of its job"},
  {"SELECT id, subjects FROM request r WHERE subjects <> '' AND EXISTS (SELECT 1 FROM json_each('[' || r.subjects ||"
   " ']') j LEFT JOIN sample s ON s.id = j.value WHERE s.id IS NULL)",
   "request %1 is about a sample that is not there: %2"},
  {"SELECT id, job FROM batch b WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = b.job)",
   "batch %1 belongs to job %2, which is not there"},
  {"SELECT sample, request FROM vote v WHERE NOT EXISTS (SELECT 1 FROM sample s WHERE s.id = v.sample) OR NOT EXISTS"
   " (SELECT 1 FROM request r WHERE r.id = v.request)",
   "there is a vote on sample %1 by request %2, which are not both there"},
  {"SELECT id, sample FROM audit a WHERE NOT EXISTS (SELECT 1 FROM sample s WHERE s.id = a.sample)",
   "audit %1 is of sample %2, which is not there"},
  {"SELECT id, request FROM dropped d WHERE NOT EXISTS (SELECT 1 FROM request r WHERE r.id = d.request)",
   "dropped text %1 comes from request %2, which is not there"},
  {"SELECT id, became FROM dropped d WHERE became > 0 AND NOT EXISTS (SELECT 1 FROM sample s WHERE s.id = d.became)",
   "dropped text %1 became sample %2, which is not there"},
  {"SELECT run, count(*) FROM model m WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.id = m.run) GROUP BY run",
   "there is a model of run %1, which is not there"},
  {"SELECT run, count(*) FROM run_point m WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.id = m.run) GROUP BY run",
   "there are %2 points of run %1, which is not there"},
  {"SELECT r.id, r.model_bytes FROM run r LEFT JOIN model m ON m.run = r.id"
   " WHERE r.model_bytes <> coalesce(length(m.data), 0)",
   "run %1 says that its model has %2 bytes, but it has not"},
};

/* Whether the newest value that the log gives to a (sample, field) is what the sample holds. An entry that was undone
 * counts with what was before it. */
static const char newest_sql[] =
  "WITH last(id, kind, target) AS (SELECT id, kind, target FROM change WHERE kind IN (1, 2, 3)),"
  " effect(at, sample, field, value) AS ("
  "  SELECT l.id, r.sample, r.field, CASE l.kind WHEN 2 THEN r.before ELSE r.after END"
  "  FROM last l JOIN change_row r ON r.change = CASE l.kind WHEN 1 THEN l.id ELSE l.target END),"
  " newest(sample, field, value, at) AS (SELECT sample, field, value, max(at) FROM effect GROUP BY sample, field)"
  " SELECT s.id, n.field FROM newest n JOIN sample s ON s.id = n.sample WHERE n.value IS NOT CASE n.field"
  " WHEN 0 THEN s.text WHEN 1 THEN s.text2 WHEN 2 THEN s.labels WHEN 3 THEN s.split WHEN 4 THEN s.status"
  " WHEN 5 THEN s.origin WHEN 6 THEN s.attributes WHEN 7 THEN s.request WHEN 8 THEN s.teacher ELSE s.gone END";

static void
add_problem(struct check_report *r, const char *problem, const char *one, const char *two)
{
  struct buf b = BUF_INIT;

  if (r->n >= MAX_PROBLEMS)
    return;
  for (; *problem; problem++)
    if (problem[0] == '%' && (problem[1] == '1' || problem[1] == '2'))
      buf_adds(&b, *++problem == '1' ? one : two);
    else
      buf_addc(&b, *problem);
  if (!r->problems)
    r->problems = xcalloc(MAX_PROBLEMS, sizeof *r->problems);
  r->problems[r->n++] = buf_take(&b);
}

static int
check_rule(struct db *db, struct check_report *r, const char *sql, const char *problem, struct err *e)
{
  sqlite3_stmt *s = db_query(db, e, sql, "");
  int rc = s ? 0 : -1;

  while (s && r->n < MAX_PROBLEMS && (rc = db_next(db, s, e)) > 0) {
    char *one = col_text(s, 0), *two = sqlite3_column_count(s) > 1 ? col_text(s, 1) : xstrdup("");

    add_problem(r, problem, one, two);
    free(one);
    free(two);
  }
  if (rc > 0)
    db_rest(s);
  return rc < 0 ? -1 : 0;
}

/* SQLite answers one row "ok", or a row for each fault. */
static int
check_sqlite(struct db *db, struct check_report *r, struct err *e)
{
  sqlite3_stmt *s = db_query(db, e, "PRAGMA integrity_check(50)", "");
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(db, s, e)) > 0) {
    char *what = col_text(s, 0);

    if (strcmp(what, "ok"))
      add_problem(r, "the file is damaged: %1", what, "");
    free(what);
  }
  return rc;
}

static int
check_all(struct db *db, struct check_report *r, struct err *e)
{
  int64_t n_samples, n_changes;
  int version;

  if (schema_check(db, schema_version, &version, e))
    return -1;
  if (version < schema_version)
    return err_set(e, ERR_INPUT, "'%s' is of an older schema (open it once, then check)", db->path);
  if (check_sqlite(db, r, e))
    return -1;
  if (r->n)
    return 0;
  for (size_t i = 0; i < N_OF(rules); i++)
    if (check_rule(db, r, rules[i].sql, rules[i].problem, e))
      return -1;
  if (check_rule(db, r, newest_sql, "sample %1 is not what the log says last (field %2)", e) ||
      db_number(db, e, 0, &n_samples, "SELECT count(*) FROM sample", "") ||
      db_number(db, e, 0, &n_changes, "SELECT count(*) FROM change", ""))
    return -1;
  r->n_samples = (size_t)n_samples;
  r->n_changes = (size_t)n_changes;
  return 0;
}

int
check_project(const char *path, struct check_report *report, struct err *e)
{
  struct db db = {0};
  int rc;

  *report = (struct check_report){0};
  if (access(path, R_OK))
    return err_set(e, ERR_INPUT, "cannot open '%s': %s", path, err_os(errno));
  rc = db_open(&db, path, project_reading(path), e);
  if (!rc)
    rc = check_all(&db, report, e);
  db_close(&db);
  if (rc)
    check_report_release(report);
  return rc;
}

void
check_report_release(struct check_report *report)
{
  for (size_t i = 0; i < report->n; i++)
    free(report->problems[i]);
  free(report->problems);
  *report = (struct check_report){0};
}
