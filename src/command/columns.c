#include "command/columns.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/column_values.h"
#include "curate/language.h"
#include "store/run_store.h"
#include "store/setting_store.h"

#define MOVED_MAX 2000   /* changes that are looked at one by one */

enum state { UNREAD, READING, READ };

/* What one run said, read together. */
struct told {
  uint32_t id;
  char *name;
  enum state state;
  float *values[N_SAID];
  uint32_t n;                  /* 0: it was asked about nothing */
};
/* A signal that is kept, or `disagrees`, which is made from one. */
struct kept {
  const struct signal_row *row;  /* NULL: disagrees */
  uint32_t run;
  int64_t at_ms;
  enum state state;
  float *values;
  uint32_t n;
};
/* The samples as they were when first needed, to see which signals still fit. */
struct present {
  enum state state;
  struct seen seen;
};

struct columns {
  struct project *project;
  atomic_int users;
  atomic_ullong records, revision;   /* of the project and the corpus, at the picture */
  pthread_mutex_t lock;              /* of every state below, and `lacking` */
  pthread_cond_t read;               /* some state became READ */
  struct told *runs;                 /* oldest first */
  size_t n_runs;
  struct kept *kept, disagrees;
  size_t n_kept;
  struct evaluation_row *evaluations;  /* only to see if there are others */
  size_t n_evaluations;
  struct present present;
  const char *lacking;
  char **names;                      /* for completion */
  size_t n_names, cap_names;
  const char **labels;
  size_t n_labels;
  struct setting_row *saved;         /* filters, by name */
  size_t n_saved;
  struct filter_provider provider, checker;
};

/* ---- reading, once each ------------------------------------------------------------------------------------------ */

/* Whether the caller is to read: else it was read by now. The lock is not held while somebody reads. */
static bool
to_read(struct columns *c, enum state *state)
{
  bool mine;

  pthread_mutex_lock(&c->lock);
  while (*state == READING)
    pthread_cond_wait(&c->read, &c->lock);
  mine = *state == UNREAD;
  if (mine)
    *state = READING;
  pthread_mutex_unlock(&c->lock);
  return mine;
}

static void
was_read(struct columns *c, enum state *state)
{
  pthread_mutex_lock(&c->lock);
  *state = READ;
  pthread_cond_broadcast(&c->read);
  pthread_mutex_unlock(&c->lock);
}

static enum state
state_of(struct columns *c, const enum state *state)
{
  enum state now;

  pthread_mutex_lock(&c->lock);
  now = *state;
  pthread_mutex_unlock(&c->lock);
  return now;
}

static bool
is_read(struct columns *c, const enum state *state)
{
  return state_of(c, state) == READ;
}

static const struct seen *
present(struct columns *c)
{
  if (to_read(c, &c->present.state)) {
    seen_take(project_corpus(c->project), &c->present.seen);
    was_read(c, &c->present.state);
  }
  return &c->present.seen;
}

static void
read_told(struct columns *c, struct told *t)
{
  if (is_read(c, &t->state))
    return;
  present(c);
  if (!to_read(c, &t->state))
    return;
  if (!values_said(c->project, t->id, t->values, &t->n))
    t->n = 0;
  was_read(c, &t->state);
}

static struct kept *find_kept(struct columns *c, const char *kind, const struct told *of);

static void
read_kept(struct columns *c, struct kept *k)
{
  if (!k->row) {
    struct kept *suggested = find_kept(c, "suggested", NULL);

    read_kept(c, suggested);
    if (!to_read(c, &k->state))
      return;
    k->values = values_disagrees(project_corpus(c->project), suggested->values, suggested->n);
    k->n = suggested->n;
  } else {
    const struct seen *now = present(c);

    if (!to_read(c, &k->state))
      return;
    k->values = values_signal(c->project, k->row, k->run, now, &k->n);
  }
  was_read(c, &k->state);
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

/* The run that a name of n bytes speaks of; NULL: none. */
static struct told *
find_told(struct columns *c, const char *name, size_t n)
{
  for (size_t i = c->n_runs; i-- > 0;)
    if (strlen(c->runs[i].name) == n && strncmp(c->runs[i].name, name, n) == 0)
      return &c->runs[i];
  return NULL;
}

/* The signal of that run, or the newest there is. */
static struct kept *
find_kept(struct columns *c, const char *kind, const struct told *of)
{
  struct kept *best = NULL;

  if (strcmp(kind, "disagrees") == 0)
    return !of && find_kept(c, "suggested", NULL) ? &c->disagrees : NULL;
  for (size_t i = 0; i < c->n_kept; i++) {
    struct kept *k = &c->kept[i];

    if (strcmp(k->row->name, kind) == 0 && (of ? k->run == of->id : !best || k->run > best->run))
      best = k;
  }
  return best;
}

/* A name taken apart. */
struct asked {
  const char *kind;        /* after the dot */
  bool newest;             /* of whatever run says it */
  struct told *of;         /* else of this one */
  int said;                /* of N_SAID; N_SAID: it is a signal */
};

static bool
ask(struct columns *c, const char *name, struct asked *a)
{
  const char *dot = strrchr(name, '.');
  size_t n = dot ? (size_t)(dot - name) : 0;

  *a = (struct asked){.kind = dot ? dot + 1 : name, .newest = n == 0 || (n == 3 && strncmp(name, "run", 3) == 0)};
  if (!a->newest && !(a->of = find_told(c, name, n)))
    return false;
  while (a->said < N_SAID && strcmp(said_names[a->said], a->kind) != 0)
    a->said++;
  if (a->said < N_SAID)
    return true;
  if (strcmp(a->kind, "disagrees") == 0)
    return n == 0;
  return signal_find(a->kind) && (n == 0 || signal_find(a->kind)->source == SIGNAL_DYNAMICS);
}

/* What is known of a column without reading it. */
static struct column
described(const struct columns *c, const struct asked *a)
{
  const struct signal_row *row = signal_find(a->kind);
  struct column column = {.flag = a->said == SAID_WRONG || !row || row->kind == SIGNAL_FLAG};

  if (a->said < N_SAID) {
    column.flag = a->said == SAID_WRONG;
    return column;
  }
  column.descends = !row || row->descends;
  if (row && row->kind == SIGNAL_LABEL) {
    column.names = c->labels;
    column.n_names = c->n_labels;
  } else if (row && row->kind == SIGNAL_LANGUAGE) {
    column.names = language_names;
    column.n_names = language_count;
  }
  return column;
}

static void
fill_told(struct column *column, const struct told *t, int said)
{
  if (!t || t->n == 0)
    return;
  column->values = t->values[said];
  column->n = t->n;
}

static void
fill_kept(struct column *column, const struct kept *k)
{
  if (!k || !k->values)
    return;
  column->values = k->values;
  column->n = k->n;
}

/* The newest run that was asked about anything, or the one named; read. */
static struct told *
told_asked(struct columns *c, const struct asked *a)
{
  if (a->of) {
    read_told(c, a->of);
    return a->of;
  }
  for (size_t i = c->n_runs; i-- > 0;) {
    read_told(c, &c->runs[i]);
    if (c->runs[i].n)
      return &c->runs[i];
  }
  return NULL;
}

static void
note_lacking(struct columns *c, const char *kind)
{
  pthread_mutex_lock(&c->lock);
  if (!c->lacking)
    c->lacking = signal_find(kind) ? signal_find(kind)->name : "disagrees";
  pthread_mutex_unlock(&c->lock);
}

static bool
get(void *arg, const char *name, struct column *column)
{
  struct columns *c = arg;
  struct asked a;
  struct kept *k;

  if (!ask(c, name, &a))
    return false;
  *column = described(c, &a);
  if (a.said < N_SAID) {
    fill_told(column, told_asked(c, &a), a.said);
    return true;
  }
  k = find_kept(c, a.kind, a.of);
  if (k) {
    read_kept(c, k);
    fill_kept(column, k);
  } else {
    note_lacking(c, a.kind);
  }
  return true;
}

static bool
check(void *arg, const char *name, struct column *column)
{
  struct columns *c = arg;
  struct asked a;

  if (!ask(c, name, &a))
    return false;
  *column = described(c, &a);
  return true;
}

static const char *
name_at(void *arg, size_t i)
{
  const struct columns *c = arg;

  return i < c->n_names ? c->names[i] : NULL;
}

/* All that was read of runs, from the newest on, down to one that was asked about something. */
static int
peek_told(struct columns *c, const struct asked *a, struct column *column)
{
  for (size_t i = c->n_runs; i-- > 0;) {
    struct told *t = &c->runs[i];

    if (a->of && a->of != t)
      continue;
    if (!is_read(c, &t->state))
      return 0;
    if (t->n) {
      fill_told(column, t, a->said);
      return 1;
    }
  }
  return 1;
}

int
columns_peek(const struct columns *columns, const char *name, struct column *column)
{
  struct columns *c = (struct columns *)columns;
  struct asked a;
  struct kept *k;

  if (!ask(c, name, &a))
    return -1;
  *column = described(c, &a);
  if (a.said < N_SAID)
    return peek_told(c, &a, column);
  k = find_kept(c, a.kind, a.of);
  if (k && !is_read(c, &k->state))
    return 0;
  fill_kept(column, k);
  return 1;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static void
add_name(struct columns *c, char *name)
{
  GROW(c->names, c->cap_names, c->n_names + 1);
  c->names[c->n_names++] = name;
}

static void
look_at_runs(struct columns *c)
{
  struct run_row *rows = NULL;
  size_t n = 0;

  if (run_store_list(c->project, &rows, &n, NULL) < 0)
    n = 0;
  c->runs = xcalloc(n + 1, sizeof *c->runs);
  for (size_t i = 0; i < n; i++)
    c->runs[c->n_runs++] = (struct told){.id = rows[i].id, .name = xstrdup(rows[i].name)};
  run_rows_free(rows, n);
  if (run_store_evaluations(c->project, &c->evaluations, &c->n_evaluations, NULL) < 0)
    c->n_evaluations = 0;
}

static void
look_at_signals(struct columns *c)
{
  struct signal_record *rows = NULL;
  size_t n = 0;

  if (signal_store_list(c->project, &rows, &n, NULL) < 0)
    n = 0;
  c->kept = xcalloc(n + 1, sizeof *c->kept);
  for (size_t i = 0; i < n; i++) {
    const struct signal_row *row = signal_find(rows[i].name);

    if (row)
      c->kept[c->n_kept++] = (struct kept){.row = row, .run = rows[i].run, .at_ms = rows[i].at_ms};
  }
  signal_records_free(rows, n);
}

static void
make_names(struct columns *c)
{
  for (int k = 0; k < N_SAID; k++)
    add_name(c, xasprintf("run.%s", said_names[k]));
  for (const struct signal_row *r = signal_rows; r->name; r++)
    add_name(c, xstrdup(r->name));
  add_name(c, xstrdup("disagrees"));
  for (size_t i = 0; i < c->n_runs; i++) {
    for (int k = 0; k < N_SAID; k++)
      add_name(c, xasprintf("%s.%s", c->runs[i].name, said_names[k]));
    for (size_t k = 0; k < c->n_kept; k++)
      if (c->kept[k].run == c->runs[i].id)
        add_name(c, xasprintf("%s.%s", c->runs[i].name, c->kept[k].row->name));
  }
}

static void
make_labels(struct columns *c)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));

  c->n_labels = labels_count(labels);
  c->labels = xcalloc(c->n_labels + 1, sizeof *c->labels);
  for (size_t i = 0; i < c->n_labels; i++)
    c->labels[i] = label_name(labels, (uint16_t)i);
}

static const char *
saved(void *arg, const char *name)
{
  const struct columns *c = arg;

  for (size_t i = 0; i < c->n_saved; i++)
    if (!strcmp(c->saved[i].name, name))
      return c->saved[i].value;
  return NULL;
}

static const char *
saved_name(void *arg, size_t i)
{
  const struct columns *c = arg;

  return i < c->n_saved ? c->saved[i].name : NULL;
}

static bool
same_saved(const struct columns *a, const struct columns *b)
{
  if (a->n_saved != b->n_saved)
    return false;
  for (size_t i = 0; i < a->n_saved; i++)
    if (strcmp(a->saved[i].name, b->saved[i].name) || strcmp(a->saved[i].value, b->saved[i].value))
      return false;
  return true;
}

struct columns *
columns_new(struct project *p)
{
  struct columns *c = xcalloc(1, sizeof *c);

  c->project = p;
  atomic_init(&c->users, 1);
  atomic_init(&c->records, project_records_revision(p));
  atomic_init(&c->revision, corpus_revision(project_corpus(p)));
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->read, NULL);
  c->provider = (struct filter_provider){.get = get, .name = name_at, .arg = c, .saved = saved,
                                         .saved_name = saved_name};
  c->checker = (struct filter_provider){.get = check, .name = name_at, .arg = c, .saved = saved,
                                         .saved_name = saved_name};
  look_at_runs(c);
  look_at_signals(c);
  make_names(c);
  make_labels(c);
  if (setting_store_list(p, SETTING_FILTER, &c->saved, &c->n_saved, NULL) < 0)
    c->n_saved = 0;
  return c;
}

struct columns *
columns_share(struct columns *c)
{
  atomic_fetch_add(&c->users, 1);
  return c;
}

void
columns_free(struct columns *c)
{
  if (!c || atomic_fetch_sub(&c->users, 1) != 1)
    return;
  for (size_t i = 0; i < c->n_runs; i++) {
    free(c->runs[i].name);
    for (int k = 0; k < N_SAID; k++)
      free(c->runs[i].values[k]);
  }
  for (size_t i = 0; i < c->n_kept; i++)
    free(c->kept[i].values);
  for (size_t i = 0; i < c->n_names; i++)
    free(c->names[i]);
  free(c->disagrees.values);
  evaluation_rows_free(c->evaluations, c->n_evaluations);
  seen_release(&c->present.seen);
  setting_rows_free(c->saved, c->n_saved);
  free(c->names);
  free(c->labels);
  free(c->kept);
  free(c->runs);
  pthread_cond_destroy(&c->read);
  pthread_mutex_destroy(&c->lock);
  free(c);
}

/* ---- as the project moves on ------------------------------------------------------------------------------------- */

bool
columns_current(const struct columns *c)
{
  return atomic_load(&c->records) == project_records_revision(c->project) &&
         atomic_load(&c->revision) == corpus_revision(project_corpus(c->project));
}

static bool
same_runs(const struct columns *a, const struct columns *b)
{
  if (a->n_runs != b->n_runs || a->n_evaluations != b->n_evaluations)
    return false;
  for (size_t i = 0; i < a->n_runs; i++)
    if (a->runs[i].id != b->runs[i].id || strcmp(a->runs[i].name, b->runs[i].name) != 0)
      return false;
  for (size_t i = 0; i < a->n_evaluations; i++)
    if (a->evaluations[i].kind != b->evaluations[i].kind ||
        a->evaluations[i].predictor_id != b->evaluations[i].predictor_id ||
        a->evaluations[i].at_ms != b->evaluations[i].at_ms)
      return false;
  return true;
}

static bool
same_signals(const struct columns *a, const struct columns *b)
{
  if (a->n_kept != b->n_kept || a->n_labels != b->n_labels)
    return false;
  for (size_t i = 0; i < a->n_kept; i++)
    if (a->kept[i].row != b->kept[i].row || a->kept[i].run != b->kept[i].run || a->kept[i].at_ms != b->kept[i].at_ms)
      return false;
  return true;
}

/* Whether all that was read would be read again: what moved since is new, or is still as it was seen (another
 * status). */
static bool
same_samples(struct columns *c)
{
  const struct corpus *corpus = project_corpus(c->project);
  uint32_t ids[MOVED_MAX];
  uint64_t now;
  size_t n = corpus_moved(corpus, atomic_load(&c->revision), &now, ids, MOVED_MAX);
  enum state state = state_of(c, &c->present.state);
  bool same = n != CORPUS_MOVED_ALL && labels_count(corpus_labels(corpus)) == c->n_labels && state != READING;

  if (same && state == READ)
    for (size_t i = 0; i < n && ids[i] <= c->present.seen.n && same; i++)
      same = seen_still(&c->present.seen, corpus, ids[i]);
  if (same)
    atomic_store(&c->revision, now);
  return same;
}

struct columns *
columns_renew(struct columns *old)
{
  struct columns *c;
  bool same = same_samples(old);

  if (same && atomic_load(&old->records) == project_records_revision(old->project))
    return columns_share(old);
  c = columns_new(old->project);
  if (!same || !same_runs(c, old) || !same_signals(c, old) || !same_saved(c, old))
    return c;
  atomic_store(&old->records, atomic_load(&c->records));
  columns_free(c);
  return columns_share(old);
}

const struct filter_provider *
columns_provider(const struct columns *c)
{
  return &c->provider;
}

const struct filter_provider *
columns_names(const struct columns *c)
{
  return &c->checker;
}

const char *
columns_lacking(const struct columns *columns)
{
  struct columns *c = (struct columns *)columns;
  const char *lacking;

  pthread_mutex_lock(&c->lock);
  lacking = c->lacking;
  pthread_mutex_unlock(&c->lock);
  return lacking;
}
