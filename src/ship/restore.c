#include "ship/restore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

#define VERSIONS 1000  /* highest version of a template that is noted down */

bool
restore_ids_wanted(const struct dataset_import *d)
{
  return corpus_count(project_corpus(d->project)) == 0;
}

static int
add_labels(struct dataset_import *d, struct err *e)
{
  size_t first = labels_count(corpus_labels(project_corpus(d->project)));
  uint16_t id;

  for (size_t i = 0; i < d->labels.n; i++) {
    if (project_add_label(d->project, d->labels.names[i], NULL, &id, e) < 0)
      return -1;
    if (id != first + i)
      return err_set(e, ERR_FAIL, "another process added labels at the same moment (try again)");
  }
  return 0;
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

/* ids[place - 1] becomes the record of each name. */
static int
find_names(struct dataset_import *d, enum corpus_name kind, const struct dataset_names *names,
           int (*note)(struct project *, const char *, uint32_t *, struct err *), uint32_t *ids, struct err *e)
{
  for (size_t i = 0; i < names->n; i++) {
    ids[i] = find_name(project_corpus(d->project), kind, names->names[i]);
    if (!ids[i] && note(d->project, names->names[i], &ids[i], e) < 0)
      return -1;
  }
  return 0;
}

/* ---- requests */

struct numbers {
  uint32_t *v;      /* different numbers, ascending */
  size_t n, cap;
  uint32_t *ids;    /* what they are here */
};

static int
compare_numbers(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static void
collect_requests(const struct dataset_import *d, struct numbers *numbers)
{
  size_t kept = 0;

  for (size_t i = 0; i < d->change->n_samples; i++)
    if (d->sources[i].request) {
      GROW(numbers->v, numbers->cap, numbers->n + 1);
      numbers->v[numbers->n++] = d->sources[i].request;
    }
  if (numbers->n)
    qsort(numbers->v, numbers->n, sizeof *numbers->v, compare_numbers);
  for (size_t i = 0; i < numbers->n; i++)
    if (kept == 0 || numbers->v[kept - 1] != numbers->v[i])
      numbers->v[kept++] = numbers->v[i];
  numbers->n = kept;
}

static uint32_t
find_number(const struct numbers *numbers, uint32_t x)
{
  const uint32_t *at = x ? bsearch(&x, numbers->v, numbers->n, sizeof x, compare_numbers) : NULL;

  return at ? numbers->ids[at - numbers->v] : 0;
}

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

/* Requests belong to the project that made them. Here they become empty ones of a job of kind "import": with their own
 * numbers where no number is taken, so that nothing made here later is mistaken for them. */
static int
note_requests(struct dataset_import *d, struct numbers *numbers, struct err *e)
{
  struct job_row job = {.kind = (char *)"import", .state = JOB_DONE, .params = (char *)"{}", .key = (char *)"",
                        .message = (char *)"requests of another project"};
  struct request_row *rows;
  bool same;
  uint32_t id;
  size_t n;
  int r;

  collect_requests(d, numbers);
  if (numbers->n == 0)
    return 0;
  numbers->ids = xcalloc(numbers->n, sizeof *numbers->ids);
  n = numbers->v[numbers->n - 1];
  same = !has_jobs(d->project) && n <= 10 * numbers->n + 1000;
  n = same ? n : numbers->n;
  if (job_store_add(d->project, &job, &id, e) < 0)
    return -1;
  rows = xcalloc(n, sizeof *rows);
  for (size_t i = 0; i < n; i++)
    rows[i] = (struct request_row){.job_id = id, .key = (char *)"", .label = LABEL_NONE, .attributes = (char *)"",
                                   .messages = (char *)"[]", .params = (char *)"{}", .error = (char *)"",
                                   .cost_usd = NAN};
  r = job_store_plan(d->project, id, rows, n, e);
  for (size_t i = 0; i < numbers->n; i++)
    numbers->ids[i] = rows[same ? numbers->v[i] - 1 : i].id;
  free(rows);
  return r;
}

/* ---- parents */

struct place {
  uint32_t id, at;    /* what the file calls a sample; its index in the insert */
};

static int
compare_places(const void *a, const void *b)
{
  const struct place *x = a, *y = b;

  return x->id < y->id ? -1 : x->id > y->id;
}

/* New samples get ids in order, from the next free one on; a parent is looked up by what the file calls it. */
static void
set_parents(struct dataset_import *d)
{
  uint32_t base = corpus_count(project_corpus(d->project));
  struct place *places = xcalloc(d->change->n_samples, sizeof *places);
  size_t n = 0;

  for (size_t i = 0; i < d->change->n_samples; i++)
    if (d->sources[i].id)
      places[n++] = (struct place){d->sources[i].id, (uint32_t)i};
  qsort(places, n, sizeof *places, compare_places);
  for (size_t i = 0; i < d->change->n_samples; i++) {
    const struct place want = {d->sources[i].parent, 0};
    const struct place *found = want.id ? bsearch(&want, places, n, sizeof want, compare_places) : NULL;

    if (found)
      d->change->samples[i].parent_id = base + 1 + found->at;
  }
  free(places);
}

int
restore_sources(struct dataset_import *d, struct err *e)
{
  uint32_t *templates = xcalloc(d->templates.n + 1, sizeof *templates);
  uint32_t *teachers = xcalloc(d->teachers.n + 1, sizeof *teachers);
  struct numbers requests = {0};
  int r = 0;

  if (add_labels(d, e) < 0 || find_names(d, NAME_TEMPLATE, &d->templates, note_template, templates, e) < 0
      || find_names(d, NAME_TEACHER, &d->teachers, note_teacher, teachers, e) < 0 || note_requests(d, &requests, e) < 0)
    r = -1;
  for (size_t i = 0; i < d->change->n_samples && r == 0; i++) {
    const struct dataset_source *source = &d->sources[i];
    struct sample *s = &d->change->samples[i];

    s->template_id = source->template_name ? templates[source->template_name - 1] : 0;
    s->teacher_id = source->teacher_name ? teachers[source->teacher_name - 1] : 0;
    s->request_id = find_number(&requests, source->request);
  }
  if (r == 0)
    set_parents(d);
  free(templates);
  free(teachers);
  free(requests.v);
  free(requests.ids);
  return r;
}

int
dataset_import_commit(struct dataset_import *d, const char *summary, struct err *e)
{
  if (d->change->n_samples == 0)
    return 0;
  if (restore_sources(d, e) < 0)
    return -1;
  change_summarize(d->change, "%s", summary);
  if (project_insert(d->project, d->change, NULL, e) < 0)
    return -1;
  d->report.added = d->change->n_samples;
  return 0;
}
