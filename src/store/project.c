#include "store/project.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/internal.h"
#include "store/schema.h"

/* ---- making one ---- */

/* Pages of 16 KB, as replies of 2 to 4 KB would leave smaller ones half empty: half of the time to write a reply is
 * pages. */
static int
write_first(struct db *db, enum task task, const struct project_label *labels, size_t n, struct err *e)
{
  char pragma[64];

  snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d", SCHEMA_APPLICATION_ID);
  if (db_exec(db, "PRAGMA page_size=16384; PRAGMA journal_mode=WAL", e) ||
      schema_migrate(db, schema_steps, schema_version, e) ||
      db_exec(db, "BEGIN IMMEDIATE", e) || db_exec(db, pragma, e) ||
      db_run(db, e, "INSERT INTO meta VALUES ('task', ?)", "t", task_name(task)) ||
      db_run(db, e, "INSERT INTO meta VALUES ('made_ms', ?)", "i", clock_wall_ms()))
    return -1;
  for (size_t i = 0; i < n; i++)
    if (db_run(db, e, "INSERT INTO label (id, name, meaning) VALUES (?, ?, ?)", "utt", (uint32_t)i, labels[i].name,
               labels[i].meaning ? labels[i].meaning : ""))
      return -1;
  return db_exec(db, "COMMIT", e);
}

static int
check_labels(const struct project_label *labels, size_t n, struct err *e)
{
  struct labels *set;
  int rc = 0;

  if (n > LABEL_MAX)
    return err_set(e, ERR_INPUT, "too many labels: %zu (at most %d)", n, LABEL_MAX);
  set = labels_new();
  for (size_t i = 0; i < n && !rc; i++) {
    rc = label_check_name(labels[i].name, e);
    if (!rc && labels_add(set, labels[i].name, "") != i)
      rc = err_set(e, ERR_INPUT, "label '%s' is given twice", labels[i].name);
  }
  labels_free(set);
  return rc;
}

static void
remove_files(const char *path)
{
  static const char *const endings[] = {"", "-wal", "-shm"};

  for (size_t i = 0; i < N_OF(endings); i++) {
    char *name = xasprintf("%s%s", path, endings[i]);

    unlink(name);
    free(name);
  }
}

int
project_create(const char *path, enum task task, const struct project_label *labels, size_t n_labels, struct err *e)
{
  struct db db = {0};
  int fd, rc;

  signal(SIGXFSZ, SIG_IGN);
  if (check_labels(labels, n_labels, e))
    return -1;
  fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    return err_set(e, ERR_INPUT, "'%s' exists already (choose another name, or remove it first)", path);
  if (fd < 0)
    return err_set(e, ERR_INPUT, "cannot make '%s': %s", path, err_os(errno));
  close(fd);
  rc = db_open(&db, path, DB_CREATE, e);
  if (!rc)
    rc = write_first(&db, task, labels, n_labels, e);
  db_close(&db);
  if (rc)
    remove_files(path);
  return rc;
}

/* ---- opening ---- */

/* A file without any w bit is meant to be left alone, even where the superuser could write it. */
static bool
writable(const char *path)
{
  struct stat st;
  char *folder = xstrdup(path), *slash = strrchr(folder, '/');
  bool yes = stat(path, &st) == 0 && (st.st_mode & 0222) && access(path, W_OK) == 0;

  /* SQLite's log stands beside the file. */
  if (slash)
    slash[slash == folder] = '\0';
  yes = yes && stat(slash ? folder : ".", &st) == 0 && (st.st_mode & 0222) && access(slash ? folder : ".", W_OK) == 0;
  free(folder);
  return yes;
}

static int
check_path(const char *path, struct err *e)
{
  struct stat st;

  if (stat(path, &st) && errno == ENOENT)
    return err_set(e, ERR_INPUT, "cannot open '%s': no such file (retort new makes a project)", path);
  if (access(path, R_OK))
    return err_set(e, ERR_INPUT, "cannot open '%s': %s", path, err_os(errno));
  if (!S_ISREG(st.st_mode))
    return err_set(e, ERR_INPUT, "cannot open '%s': it is no file", path);
  return 0;
}

/* Is there a log with content beside a file that cannot be written? Then the file alone is not the whole truth. */
static bool
has_log(const char *path)
{
  struct stat st;
  char *name = xasprintf("%s-wal", path);
  bool yes = stat(name, &st) == 0 && st.st_size > 0;

  free(name);
  return yes;
}

enum db_open
project_reading(const char *path)
{
  return writable(path) || has_log(path) ? DB_QUERY : DB_READ;
}

static int
open_connections(struct project *p, bool may_write, struct err *e)
{
  int version;

  p->immutable = !may_write && !has_log(p->path);
  if (db_open(&p->db, p->path, may_write ? DB_WRITE : p->immutable ? DB_READ : DB_QUERY, e) ||
      schema_check(&p->db, schema_version, &version, e)) {
    if (!may_write && sqlite3_errcode(p->db.h) == SQLITE_CANTOPEN)
      err_set(e, ERR_INPUT, "cannot read '%s': its log '%s-wal' can be taken in only where the folder can be written"
                            " (copy both elsewhere)", p->path, p->path);
    return -1;
  }
  if (version < schema_version && !may_write)
    return err_set(e, ERR_INPUT, "cannot bring '%s' to the present schema: it is read-only (work on a copy)", p->path);
  if (version < schema_version && schema_migrate(&p->db, schema_steps, schema_version, e))
    return -1;
  if (may_write && db_exec(&p->db, "PRAGMA journal_mode=WAL", e))
    return -1;
  return db_open(&p->reader, p->path, p->immutable ? DB_READ : DB_QUERY, e);
}

static int
read_task(struct project *p, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, "SELECT value FROM meta WHERE name='task'", "");
  int rc = s ? db_next(&p->db, s, e) : -1, task = -1;

  if (rc < 0)
    return -1;
  if (rc > 0) {
    task = task_parse((const char *)sqlite3_column_text(s, 0));
    db_rest(s);
  }
  if (task < 0)
    return err_set(e, ERR_INPUT, "'%s' is damaged: it does not say what its task is", p->path);
  p->corpus = corpus_new((enum task)task);
  return 0;
}

static char *
name_of(const char *path)
{
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  size_t n = strlen(base);

  if (n > 7 && !strcmp(base + n - 7, ".retort"))
    n -= 7;
  return xstrndup(base, n);
}

static void
init_threads(struct project *p)
{
  pthread_condattr_t attr;

  pthread_mutex_init(&p->lock, NULL);
  pthread_mutex_init(&p->reader_lock, NULL);
  pthread_mutex_init(&p->answered_lock, NULL);
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&p->work, &attr);
  pthread_cond_init(&p->settled_cond, &attr);
  pthread_condattr_destroy(&attr);
  p->last = &p->first;
}

struct project *
project_open(const char *path, enum project_mode mode, struct err *e)
{
  struct project *p;
  bool may_write;

  signal(SIGXFSZ, SIG_IGN);  /* a limit on file size is an error of one write, not the end */
  if (check_path(path, e))
    return NULL;
  p = xcalloc(1, sizeof *p);
  p->path = xstrdup(path);
  p->name = name_of(path);
  init_threads(p);
  may_write = writable(path);
  p->read_only = mode == PROJECT_READ || !may_write;
  if (mode == PROJECT_WRITE && !may_write) {
    project_refuse(p, e);
    goto failed;
  }
  if (open_connections(p, may_write, e) || read_task(p, e) || follow_load(p, e))
    goto failed;
  p->board = board_new(p->corpus);
  if (pthread_create(&p->thread, NULL, writer_main, p)) {
    err_set(e, ERR_FAIL, "cannot start a thread: %s", err_os(errno));
    goto failed;
  }
  p->has_thread = true;
  return p;

failed:
  project_close(p, NULL);
  return NULL;
}

int
project_close(struct project *p, struct err *e)
{
  int rc = 0;

  if (!p)
    return 0;
  if (p->has_thread) {
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
  }
  if (p->failed) {
    if (e)
      *e = p->failure;
    rc = -1;
  }
  /* The writing connection last: it moves the log into the file. */
  db_close(&p->reader);
  db_close(&p->db);
  board_free(p->board);
  corpus_free(p->corpus);
  history_release(&p->history);
  answered_release(p);
  pthread_mutex_destroy(&p->answered_lock);
  pthread_mutex_destroy(&p->lock);
  pthread_mutex_destroy(&p->reader_lock);
  pthread_cond_destroy(&p->work);
  pthread_cond_destroy(&p->settled_cond);
  free(p->path);
  free(p->name);
  free(p);
  return rc;
}

/* ---- asking ---- */

const char *
project_path(const struct project *p)
{
  return p->path;
}

const char *
project_name(const struct project *p)
{
  return p->name;
}

bool
project_read_only(const struct project *p)
{
  return p->read_only;
}

struct corpus *
project_corpus(struct project *p)
{
  return p->corpus;
}

struct board *
project_board(struct project *p)
{
  return p->board;
}

uint64_t
project_records_revision(const struct project *p)
{
  return atomic_load(&((struct project *)p)->records_revision);
}

static _Thread_local void (*told_of_waits)(void);

void
project_watch_waits(void (*told)(void))
{
  told_of_waits = told;
}

void
project_waits(void)
{
  if (told_of_waits)
    told_of_waits();
}

struct db *
reader_enter(struct project *p)
{
  project_waits();
  pthread_mutex_lock(&p->reader_lock);
  return &p->reader;
}

void
reader_leave(struct project *p)
{
  pthread_mutex_unlock(&p->reader_lock);
}

int
reader_no_such(struct db *db, const char *kind, const char *name, const char *names_sql, struct err *e)
{
  sqlite3_stmt *s = db_query(db, NULL, names_sql, "");
  struct buf names = {.max = 400};

  while (s && db_next(db, s, NULL) > 0)
    buf_addf(&names, "%s%s", names.n ? ", " : "", (const char *)sqlite3_column_text(s, 0));
  if (names.n)
    err_set(e, ERR_INPUT, "no %s '%s' (there %s: %s%s)", kind, name, strchr(buf_str(&names), ',') ? "are" : "is",
            names.s, names.over ? ", ..." : "");
  else
    err_set(e, ERR_INPUT, "no %s '%s' (there is none yet)", kind, name);
  buf_release(&names);
  return -1;
}

/* ---- changing samples ---- */

int
project_post(struct project *p, struct change *ch, struct err *e)
{
  struct item *it;

  ensure(ch->kind == CHANGE_SET);
  if (!ch->n_rows || p->read_only || row_check(p, ch, e)) {
    int rc = !ch->n_rows ? 0 : p->read_only ? project_refuse(p, e) : -1;

    change_free(ch);
    return rc;
  }
  it = xcalloc(1, sizeof *it);
  it->change = ch;
  writer_enter(p);
  writer_queue(p, it);
  writer_apply_item(p, it);
  pthread_mutex_unlock(&p->lock);
  corpus_touch(p->corpus);
  return 0;
}

struct insert {
  const struct change *ch;
  uint32_t id, first_id;
};

static int
insert_work(struct project *p, void *arg, struct err *e)
{
  struct insert *in = arg;

  return row_check(p, in->ch, e) ? -1 : row_write_insert(p, in->ch, &in->id, &in->first_id, e);
}

static void
insert_after(struct project *p, void *arg)
{
  struct insert *in = arg;

  history_note(&p->history, in->id, CHANGE_INSERT, 0, in->ch->actor);
  p->seen = in->id;
  writer_show(p, in->ch->samples, in->ch->n_samples);
}

int
project_insert(struct project *p, const struct change *ch, uint32_t *first_id, struct err *e)
{
  struct insert in = {.ch = ch};
  int rc;

  ensure(ch->kind == CHANGE_INSERT);
  if (!ch->n_samples)
    return p->read_only ? project_refuse(p, e) : 0;
  rc = project_call(p, insert_work, insert_after, &in, e);
  if (first_id)
    *first_id = in.first_id;
  return rc;
}

bool
project_failure(struct project *p, struct err *e)
{
  bool failed;

  if (!atomic_load(&p->failed))  /* the screen asks at each frame: no lock for that */
    return false;
  writer_enter(p);
  failed = p->failed;
  p->failed = false;
  if (failed && e)
    *e = p->failure;
  pthread_mutex_unlock(&p->lock);
  return failed;
}

int
project_sync(struct project *p, struct err *e)
{
  uint64_t until;

  project_waits();
  pthread_mutex_lock(&p->lock);
  until = p->posted;
  while (p->settled < until)
    pthread_cond_wait(&p->settled_cond, &p->lock);
  pthread_mutex_unlock(&p->lock);
  return project_failure(p, e) ? -1 : 0;
}

bool
project_durable(const struct project *p)
{
  struct project *mine = (struct project *)p;
  bool all;

  writer_enter(mine);
  all = p->settled == p->posted;
  pthread_mutex_unlock(&mine->lock);
  return all;
}

/* ---- labels ---- */

struct new_label {
  const char *name, *meaning;
  uint16_t id;
  uint32_t entry;
};

static int
label_work(struct project *p, void *arg, struct err *e)
{
  struct new_label *l = arg;
  const struct labels *labels = corpus_labels(p->corpus);
  uint16_t known = label_find(labels, l->name, strlen(l->name));

  if (known == LABEL_NONE && labels_count(labels) >= LABEL_MAX)
    return err_set(e, ERR_INPUT, "too many labels (at most %d)", LABEL_MAX);
  l->id = known == LABEL_NONE ? (uint16_t)labels_count(labels) : known;
  return row_write_label(p, l->id, l->name, l->meaning ? l->meaning : "", &l->entry, e);
}

static void
label_after(struct project *p, void *arg)
{
  struct new_label *l = arg;

  p->seen = l->entry;
  pthread_mutex_lock(&p->lock);
  corpus_apply_label(p->corpus, l->name, l->meaning);
  pthread_mutex_unlock(&p->lock);
  corpus_touch(p->corpus);
}

int
project_add_label(struct project *p, const char *name, const char *meaning, uint16_t *id, struct err *e)
{
  struct new_label l = {.name = name, .meaning = meaning};
  int rc = label_check_name(name, e);

  if (!rc)
    rc = project_call(p, label_work, label_after, &l, e);
  if (id)
    *id = l.id;
  return rc;
}

/* ---- settings ---- */

char *
project_setting(struct project *p, const char *name)
{
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, NULL, "SELECT value FROM setting WHERE name=?", "t", name);
  char *value = NULL;

  if (s && db_next(db, s, NULL) > 0) {
    value = col_text(s, 0);
    db_rest(s);
  }
  reader_leave(p);
  return value;
}

struct setting {
  const char *name, *value;
};

static int
setting_work(struct project *p, void *arg, struct err *e)
{
  const struct setting *s = arg;

  return db_run(&p->db, e, "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                "tt", s->name, s->value);
}

int
project_set_setting(struct project *p, const char *name, const char *value, struct err *e)
{
  struct setting s = {name, value};

  return project_record(p, setting_work, &s, e);
}
