#include "ship/restore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define VERSIONS 1000  /* highest version of a template that is noted down */

/* A sample by what its file calls it, or what its file says of it, and what it is here. */
struct place {
  uint32_t theirs, here;
};
struct places {
  struct place *v;
  size_t n, cap;
  bool mixed;          /* theirs do not ascend */
};

struct restore {
  struct project *project;
  struct intake *intake;
  bool ids_wanted;
  bool same_requests;  /* requests may keep their numbers: this project has none */
  struct strmap names[N_NAMES];  /* names that were asked for: their ids */
  struct places ids;             /* of the samples that came */
  struct places parents;         /* samples whose parent was not there yet */
  struct places requests;        /* samples with a request */
};

bool
restore_ids_wanted(const struct restore *r)
{
  return r->ids_wanted;
}

/* The id of a record by the name that samples show, 0: there is none. */
static uint32_t
find_name(const struct corpus *c, enum corpus_name kind, const char *name)
{
  for (uint32_t id = corpus_name_count(c, kind); id > 0; id--)
    if (strcmp(corpus_name(c, kind, id), name) == 0)
      return id;
  return 0;
}

/* "tickets v4" of another project: versions up to that one are noted down, without their text and hidden from lists. */
static int
note_template(struct project *p, const char *shown, uint32_t *id, struct err *e)
{
  struct template_row before = {0}, row = {0};
  const char *v = strstr(shown, " v"), *next;
  unsigned long version;
  bool visible;
  char *name;
  int r = 0;

  while (v && (next = strstr(v + 1, " v")))
    v = next;
  version = v ? strtoul(v + 2, NULL, 10) : 1;
  name = xstrndup(shown, v ? (size_t)(v - shown) : strlen(shown));
  visible = template_store_get(p, name, 0, &before, NULL) == 0 && !before.removed;
  version = version < 1 || version > VERSIONS ? 1 : version;
  while (r == 0 && row.version < version) {
    char *source = xasprintf("user:\n{# imported: the text of version %u is not known here #}\n", row.version + 1);

    template_row_release(&row);
    row = (struct template_row){0};
    r = template_store_put(p, name, source, &row, e);
    free(source);
  }
  *id = row.id;
  if (r == 0)
    r = visible ? template_store_put(p, name, before.source, NULL, e) : template_store_remove(p, name, e);
  template_row_release(&row);
  template_row_release(&before);
  free(name);
  return r;
}

static int
note_teacher(struct project *p, const char *name, uint32_t *id, struct err *e)
{
  struct teacher_row row = {.name = (char *)name, .kind = (char *)"http", .url = (char *)"", .model = (char *)"",
                            .key_env = (char *)"", .settings = (char *)"{}", .price_in = NAN, .price_out = NAN};

  if (teacher_store_put(p, &row, NULL, 0, id, e) < 0)
    return -1;
  return teacher_store_remove(p, name, e);
}

int
restore_name(struct restore *r, enum corpus_name kind, const char *name, uint32_t *id, struct err *e)
{
  static int (*const note[N_NAMES])(struct project *, const char *, uint32_t *, struct err *) = {
    [NAME_TEMPLATE] = note_template, [NAME_TEACHER] = note_teacher};
  struct strmap *names = &r->names[kind];

  *id = (uint32_t)strmap_get(names, name, strlen(name), 0);
  if (*id)
    return 0;
  *id = find_name(project_corpus(r->project), kind, name);
  if (!*id && note[kind](r->project, name, id, e) < 0)
    return -1;
  strmap_put(names, name, strlen(name), *id);
  return 0;
}

/* ---- places ---- */

static void
places_add(struct places *p, uint32_t theirs, uint32_t here)
{
  GROW(p->v, p->cap, p->n + 1);
  p->mixed = p->mixed || (p->n && p->v[p->n - 1].theirs >= theirs);
  p->v[p->n++] = (struct place){theirs, here};
}

static int
compare_places(const void *a, const void *b)
{
  const struct place *x = a, *y = b;

  if (x->theirs != y->theirs)
    return x->theirs < y->theirs ? -1 : 1;
  return x->here < y->here ? -1 : x->here > y->here;
}

static void
places_sort(struct places *p)
{
  if (p->n)
    qsort(p->v, p->n, sizeof *p->v, compare_places);
}

/* How many of the sorted places stand before this one. */
static size_t
places_before(const struct places *p, uint32_t theirs, uint32_t here)
{
  const struct place want = {theirs, here};
  size_t from = 0, to = p->n;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (compare_places(&p->v[middle], &want) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* The sample that is called `theirs` where `here` speaks of it: with several files, the nearest one before it, else the
 * first behind it. 0: none. */
static uint32_t
places_find(const struct places *p, uint32_t theirs, uint32_t here)
{
  size_t i = places_before(p, theirs, here);

  if (i > 0 && p->v[i - 1].theirs == theirs)
    return p->v[i - 1].here;
  return i < p->n && p->v[i].theirs == theirs ? p->v[i].here : 0;
}

/* ---- samples ---- */

static bool
has_jobs(struct project *p)
{
  struct job_row *rows = NULL;
  size_t n = 0;

  if (job_store_list(p, &rows, &n, NULL) < 0)
    return true;
  job_rows_free(rows, n);
  return n > 0;
}

struct restore *
restore_new(struct project *p, struct intake *in)
{
  struct restore *r = xcalloc(1, sizeof *r);

  r->project = p;
  r->intake = in;
  r->ids_wanted = corpus_count(project_corpus(p)) == 0;
  r->same_requests = !has_jobs(p);
  for (int i = 0; i < N_NAMES; i++)
    strmap_init(&r->names[i]);
  return r;
}

void
restore_free(struct restore *r)
{
  if (!r)
    return;
  for (int i = 0; i < N_NAMES; i++)
    strmap_release(&r->names[i]);
  free(r->ids.v);
  free(r->parents.v);
  free(r->requests.v);
  free(r);
}

void
restore_sample(const struct restore *r, const struct restore_source *source, struct sample *s)
{
  s->parent_id = source->parent && !r->ids.mixed ? places_find(&r->ids, source->parent, UINT32_MAX) : 0;
  s->request_id = r->same_requests ? source->request : 0;
}

void
restore_note(struct restore *r, const struct restore_source *source, const struct sample *s, uint32_t id)
{
  if (source->id)
    places_add(&r->ids, source->id, id);
  if (source->parent && !s->parent_id)
    places_add(&r->parents, source->parent, id);
  if (source->request)
    places_add(&r->requests, source->request, id);
}

static int
set_parents(struct restore *r, struct err *e)
{
  struct intake_source *sources = xcalloc(r->parents.n + 1, sizeof *sources);
  size_t n = 0;
  int rc;

  if (r->parents.n)
    places_sort(&r->ids);
  for (size_t i = 0; i < r->parents.n; i++) {
    const struct place *child = &r->parents.v[i];
    uint32_t parent = places_find(&r->ids, child->theirs, child->here);

    if (parent)
      sources[n++] = (struct intake_source){.id = child->here, .parent = parent};
  }
  rc = intake_sources(r->intake, sources, n, e);
  free(sources);
  return rc;
}

/* ---- requests ---- */

/* n empty requests in a job of kind "import"; ids[i] becomes the number of each. */
static int
note_requests(struct restore *r, uint32_t *ids, size_t n, struct err *e)
{
  struct job_row job = {.kind = (char *)"import", .state = JOB_DONE, .params = (char *)"{}", .key = (char *)"",
                        .message = (char *)"requests of another project"};
  struct request_row *rows;
  uint32_t id;
  int rc;

  if (job_store_add(r->project, &job, &id, e) < 0)
    return -1;
  rows = xcalloc(n, sizeof *rows);
  for (size_t i = 0; i < n; i++)
    rows[i] = (struct request_row){.job_id = id, .key = (char *)"", .label = LABEL_NONE, .attributes = (char *)"",
                                   .messages = (char *)"[]", .params = (char *)"{}", .error = (char *)"",
                                   .cost_usd = NAN};
  rc = job_store_plan(r->project, id, rows, n, e);
  for (size_t i = 0; i < n; i++)
    ids[i] = rows[i].id;
  free(rows);
  return rc;
}

static size_t
count_different(const struct places *p)
{
  size_t n = 0;

  for (size_t i = 0; i < p->n; i++)
    n += i == 0 || p->v[i].theirs != p->v[i - 1].theirs;
  return n;
}

/* Requests belong to the project that made them. Here they become empty ones: with their own numbers where no number is
 * taken (and few are missing between them), so that nothing made here later is mistaken for them. */
static int
set_requests(struct restore *r, struct err *e)
{
  struct places *p = &r->requests;
  struct intake_source *sources;
  size_t different, n, at = 0, changed = 0;
  uint32_t *ids;
  bool same;
  int rc;

  if (!p->n)
    return 0;
  places_sort(p);
  different = count_different(p);
  n = p->v[p->n - 1].theirs;
  same = r->same_requests && n <= 10 * different + 1000;
  n = same ? n : different;
  ids = xcalloc(n, sizeof *ids);
  sources = xcalloc(p->n, sizeof *sources);
  rc = note_requests(r, ids, n, e);
  for (size_t i = 0; i < p->n && rc == 0; i++) {
    uint32_t id;

    at += i > 0 && p->v[i].theirs != p->v[i - 1].theirs;
    id = ids[same ? p->v[i].theirs - 1 : at];
    if (!r->same_requests || id != p->v[i].theirs)
      sources[changed++] = (struct intake_source){.id = p->v[i].here, .request = id};
  }
  if (rc == 0)
    rc = intake_sources(r->intake, sources, changed, e);
  free(ids);
  free(sources);
  return rc;
}

int
restore_finish(struct restore *r, struct err *e)
{
  return set_parents(r, e) < 0 || set_requests(r, e) < 0 ? -1 : 0;
}
