#include "store/schema.h"

#include <stdio.h>

#include "base/mem.h"

/* split, origin, status, kinds and states are the numbers of the enums in the headers; labels is "3" or "3,17". */
static const char step_1[] =
  "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE label (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, meaning TEXT NOT NULL DEFAULT '');"
  "CREATE TABLE sample (id INTEGER PRIMARY KEY, text TEXT NOT NULL, text2 TEXT, labels TEXT NOT NULL DEFAULT '',"
  " split INTEGER NOT NULL, status INTEGER NOT NULL, origin INTEGER NOT NULL, attributes TEXT NOT NULL DEFAULT '',"
  " template INTEGER NOT NULL DEFAULT 0, teacher INTEGER NOT NULL DEFAULT 0, request INTEGER NOT NULL DEFAULT 0,"
  " parent INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0);"
  "CREATE INDEX sample_request ON sample (request) WHERE request > 0;"
  /* The log: only ever appended to. */
  "CREATE TABLE change (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, actor TEXT NOT NULL,"
  " summary TEXT NOT NULL, target INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL DEFAULT 0,"
  " first_id INTEGER NOT NULL DEFAULT 0, last_id INTEGER NOT NULL DEFAULT 0);"
  "CREATE INDEX change_target ON change (target) WHERE target > 0;"
  "CREATE TABLE change_row (change INTEGER NOT NULL, sample INTEGER NOT NULL, field INTEGER NOT NULL, before, after,"
  " PRIMARY KEY (change, sample, field)) WITHOUT ROWID;"
  "CREATE TABLE template (id INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,"
  " at_ms INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0, UNIQUE (name, version));"
  "CREATE TABLE teacher (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, url TEXT NOT NULL,"
  " model TEXT NOT NULL, key_env TEXT NOT NULL, price_in REAL, price_out REAL, concurrency INTEGER NOT NULL,"
  " settings TEXT NOT NULL, replay BLOB, at_ms INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE job (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, state INTEGER NOT NULL, template INTEGER NOT NULL,"
  " teacher INTEGER NOT NULL, params TEXT NOT NULL, key TEXT NOT NULL, message TEXT NOT NULL, at_ms INTEGER NOT NULL,"
  " ended_ms INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE request (id INTEGER PRIMARY KEY, job INTEGER NOT NULL, key TEXT NOT NULL, label INTEGER,"
  " attributes TEXT NOT NULL, wanted INTEGER NOT NULL, messages TEXT NOT NULL, params TEXT NOT NULL,"
  " state INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, http_status INTEGER NOT NULL DEFAULT 0,"
  " error TEXT NOT NULL DEFAULT '', tokens_in INTEGER NOT NULL DEFAULT 0, tokens_out INTEGER NOT NULL DEFAULT 0,"
  " cost_usd REAL, cached INTEGER NOT NULL DEFAULT 0, sent_ms INTEGER NOT NULL DEFAULT 0,"
  " answered_ms INTEGER NOT NULL DEFAULT 0, unparsable INTEGER NOT NULL DEFAULT 0, reply BLOB);"
  "CREATE INDEX request_key ON request (key);"
  "CREATE INDEX request_job ON request (job, state);"
  "CREATE TABLE dropped (id INTEGER PRIMARY KEY, job INTEGER NOT NULL, request INTEGER NOT NULL, label INTEGER,"
  " attributes TEXT NOT NULL, text TEXT, text2 TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL,"
  " of_sample INTEGER NOT NULL DEFAULT 0);"
  "CREATE INDEX dropped_job ON dropped (job, reason);"
  "CREATE TABLE run (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, student TEXT NOT NULL, state INTEGER NOT NULL,"
  " params TEXT NOT NULL, data TEXT NOT NULL, seed INTEGER NOT NULL, n_train INTEGER NOT NULL, n_valid INTEGER NOT"
  " NULL, best_epoch INTEGER NOT NULL, seconds REAL NOT NULL, metrics TEXT NOT NULL, message TEXT NOT NULL,"
  " experiment INTEGER NOT NULL, arm TEXT NOT NULL, model_bytes INTEGER NOT NULL DEFAULT 0, at_ms INTEGER NOT NULL);"
  "CREATE TABLE model (run INTEGER PRIMARY KEY, data BLOB NOT NULL);"
  "CREATE TABLE run_point (run INTEGER NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, step INTEGER NOT NULL,"
  " n_steps INTEGER NOT NULL, epoch_end INTEGER NOT NULL, train_loss REAL, train_accuracy REAL, valid_loss REAL,"
  " valid_accuracy REAL, valid_f1 REAL, samples_per_s REAL, seconds REAL, PRIMARY KEY (run, seq)) WITHOUT ROWID;"
  "CREATE TABLE prediction (kind INTEGER NOT NULL, predictor INTEGER NOT NULL, sample INTEGER NOT NULL, label INTEGER,"
  " probability REAL, vector BLOB, PRIMARY KEY (kind, predictor, sample)) WITHOUT ROWID;"
  "CREATE TABLE evaluation (kind INTEGER NOT NULL, predictor INTEGER NOT NULL, split TEXT NOT NULL,"
  " metrics TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (kind, predictor, split)) WITHOUT ROWID;"
  "CREATE TABLE experiment (id INTEGER PRIMARY KEY, plan TEXT NOT NULL, result TEXT NOT NULL DEFAULT '',"
  " at_ms INTEGER NOT NULL);"
  /* For people with the sqlite3 shell. */
  "CREATE VIEW samples AS SELECT s.id, s.text, s.text2, (SELECT group_concat(l.name, ', ') FROM label l"
  "  WHERE ',' || s.labels || ',' LIKE '%,' || l.id || ',%') AS label,"
  " CASE s.split WHEN 0 THEN 'train' WHEN 1 THEN 'valid' WHEN 2 THEN 'test' ELSE 'pool' END AS split,"
  " CASE s.status WHEN 0 THEN 'new' WHEN 1 THEN 'accepted' ELSE 'rejected' END AS status,"
  " CASE s.origin WHEN 0 THEN 'seed' WHEN 1 THEN 'generated' WHEN 2 THEN 'annotated' ELSE 'imported' END AS origin,"
  " replace(s.attributes, char(31), ' ') AS attributes, s.template, s.teacher, s.request, s.parent"
  " FROM sample s WHERE NOT s.gone;";

/* Requests in depth. A request is written three times in its life (planned, answered, parsed), so that its row is kept
 * small: its messages and its reply, which are written once, stand in tables of their own. Which requests are answered
 * is looked up in memory (answered.c), where an index by key would cost more than all else that is written. */
static const char step_2[] =
  "CREATE TABLE prompt (request INTEGER PRIMARY KEY, messages TEXT NOT NULL);"
  "INSERT INTO prompt SELECT id, messages FROM request ORDER BY id;"
  "CREATE TABLE reply (request INTEGER PRIMARY KEY, body BLOB NOT NULL);"
  "INSERT INTO reply SELECT id, reply FROM request WHERE reply IS NOT NULL ORDER BY id;"
  "CREATE TABLE request_2 (id INTEGER PRIMARY KEY, job INTEGER NOT NULL, key TEXT NOT NULL, label INTEGER,"
  " attributes TEXT NOT NULL, wanted INTEGER NOT NULL, params TEXT NOT NULL, state INTEGER NOT NULL,"
  " tries INTEGER NOT NULL DEFAULT 0, http_status INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',"
  " tokens_in INTEGER NOT NULL DEFAULT 0, tokens_out INTEGER NOT NULL DEFAULT 0, cost_usd REAL,"
  " cached INTEGER NOT NULL DEFAULT 0, sent_ms INTEGER NOT NULL DEFAULT 0, answered_ms INTEGER NOT NULL DEFAULT 0,"
  " unparsable INTEGER NOT NULL DEFAULT 0, teacher INTEGER NOT NULL DEFAULT 0, subjects TEXT NOT NULL DEFAULT '',"
  " batch INTEGER NOT NULL DEFAULT 0);"
  "INSERT INTO request_2 SELECT id, job, key, label, attributes, wanted, params, state, tries, http_status, error,"
  " tokens_in, tokens_out, cost_usd, cached, sent_ms, answered_ms, unparsable, 0, '', 0 FROM request ORDER BY id;"
  "DROP TABLE request;"
  "ALTER TABLE request_2 RENAME TO request;"
  "CREATE INDEX request_job ON request (job);"
  "CREATE INDEX request_batch ON request (batch) WHERE batch > 0;"
  /* A dropped text that was restored stays, with the sample that it became: undone, it is a dropped text again. */
  "ALTER TABLE dropped ADD COLUMN became INTEGER NOT NULL DEFAULT 0;"
  "DROP INDEX dropped_job;"
  "CREATE INDEX dropped_job ON dropped (job, reason, became);"
  "CREATE TABLE vote (sample INTEGER NOT NULL, request INTEGER NOT NULL, teacher INTEGER NOT NULL, label INTEGER,"
  " probabilities BLOB, rationale TEXT NOT NULL DEFAULT '', PRIMARY KEY (sample, request)) WITHOUT ROWID;"
  "CREATE TABLE batch (id INTEGER PRIMARY KEY, job INTEGER NOT NULL, teacher INTEGER NOT NULL, state INTEGER NOT NULL,"
  " file TEXT NOT NULL, remote TEXT NOT NULL, message TEXT NOT NULL, n_requests INTEGER NOT NULL,"
  " n_done INTEGER NOT NULL, n_failed INTEGER NOT NULL, at_ms INTEGER NOT NULL, polled_ms INTEGER NOT NULL);";

/* Curation in depth. A signal is one number a sample: floats of the machine, little-endian, by sample id from 1, NaN
 * for none; run 0: of the whole corpus, else of a run's training. An audit is a decision that was asked for a second
 * time. */
static const char step_3[] =
  "CREATE TABLE signal (name TEXT NOT NULL, run INTEGER NOT NULL DEFAULT 0, at_ms INTEGER NOT NULL, about TEXT NOT NULL,"
  " data BLOB NOT NULL, UNIQUE (name, run));"
  "CREATE TABLE audit (id INTEGER PRIMARY KEY, sample INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
  " before_status INTEGER NOT NULL, before_labels TEXT NOT NULL, after_status INTEGER NOT NULL,"
  " after_labels TEXT NOT NULL);";

/* The first version of a text is found at once (first_text.h). Only changes of texts are in it: there are few. */
static const char step_4[] =
  "CREATE INDEX change_row_text ON change_row (sample, field, change) WHERE field < 2;";

/* Runs while they run. options: how a run was asked for, beyond its data, parameters and seed. A change of a parameter
 * is written before it takes effect, so that the run can be made again; planned: by its own options, not by a person.
 * run_state: where a run that has not ended stood after an epoch. run_set: parameters with a name. */
static const char step_5[] =
  "ALTER TABLE run ADD COLUMN options TEXT NOT NULL DEFAULT '{}';"
  "ALTER TABLE run ADD COLUMN sweep INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE run ADD COLUMN trial INTEGER NOT NULL DEFAULT 0;"
  "CREATE INDEX run_sweep ON run (sweep) WHERE sweep > 0;"
  "CREATE TABLE run_change (run INTEGER NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL, epoch INTEGER NOT NULL,"
  " param TEXT NOT NULL, old REAL, new REAL, planned INTEGER NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (run, seq))"
  " WITHOUT ROWID;"
  "CREATE TABLE run_state (run INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, step INTEGER NOT NULL,"
  " data_hash INTEGER NOT NULL, at_ms INTEGER NOT NULL, data BLOB NOT NULL);"
  "CREATE TABLE run_set (name TEXT PRIMARY KEY, student TEXT NOT NULL, params TEXT NOT NULL, at_ms INTEGER NOT NULL);"
  "CREATE TABLE sweep (id INTEGER PRIMARY KEY, plan TEXT NOT NULL, state INTEGER NOT NULL, message TEXT NOT NULL,"
  " result TEXT NOT NULL, at_ms INTEGER NOT NULL);";

/* Experiments have names, and are there from when they are declared (result '': not ended). A fit is one training of
 * an experiment and what it says of the test texts, known by a hash of all that went into it. */
static const char step_6[] =
  "ALTER TABLE experiment ADD COLUMN name TEXT NOT NULL DEFAULT '';"
  "UPDATE experiment SET name = 'experiment#' || id;"
  "CREATE UNIQUE INDEX experiment_name ON experiment (name);"
  "CREATE TABLE fit (key TEXT PRIMARY KEY, experiment INTEGER NOT NULL, said BLOB NOT NULL, correct BLOB NOT NULL,"
  " measured TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE INDEX fit_experiment ON fit (experiment);";

const char *const schema_steps[] = {step_1, step_2, step_3, step_4, step_5, step_6};
const int schema_version = N_OF(schema_steps);

int
schema_check(struct db *db, int newest, int *version, struct err *e)
{
  int64_t application, user, tables;

  if (db_number(db, e, 0, &application, "PRAGMA application_id", "") ||
      db_number(db, e, 0, &user, "PRAGMA user_version", "") ||
      db_number(db, e, 0, &tables, "SELECT count(*) FROM sqlite_master", ""))
    return -1;
  if (application != SCHEMA_APPLICATION_ID || user < 1 || tables == 0)
    return err_set(e, ERR_INPUT, "'%s' is no retort project: it is %s", db->path,
                   tables ? "some other SQLite file" : "empty (retort new makes a project)");
  if (user > newest)
    return err_set(e, ERR_INPUT,
                   "'%s' is from a newer retort: its schema is %d, this program knows up to %d (update retort)",
                   db->path, (int)user, newest);
  *version = (int)user;
  return 0;
}

int
schema_migrate(struct db *db, const char *const *steps, int to, struct err *e)
{
  int64_t version;
  char pragma[64];

  if (db_exec(db, "BEGIN IMMEDIATE", e))
    return -1;
  /* Read inside the transaction: another process may have migrated meanwhile. */
  if (db_number(db, e, 0, &version, "PRAGMA user_version", ""))
    goto failed;
  for (int i = (int)version; i < to; i++)
    if (db_exec(db, steps[i], e))
      goto failed;
  if (version < to) {
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", to);
    if (db_exec(db, pragma, e))
      goto failed;
  }
  if (db_exec(db, "COMMIT", e))
    goto failed;
  return 0;

failed:
  db_exec(db, "ROLLBACK", NULL);
  return -1;
}
