/* sources.c: rows without the texts of one template, teacher or attribute value; declared in cells.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/cells.h"

#define VALUES_MAX 4096      /* an attribute that is another for each sample is no source */

/* What a sample has of a kind of source: a name (of an attribute, else "") and a value; found(arg, ...) is called for each,
 * and says if it is enough. */
typedef bool found_fn(void *arg, const char *name, size_t n_name, const char *value, size_t n_value);

static bool
tell_name(const struct corpus *c, enum corpus_name kind, uint32_t id, found_fn *found, void *arg)
{
  const char *name = id ? corpus_name(c, kind, id) : "";

  return *name && found(arg, "", 0, name, strlen(name));
}

static bool
tell_template(const struct corpus *c, const struct sample *s, found_fn *found, void *arg)
{
  return tell_name(c, NAME_TEMPLATE, s->template_id, found, arg);
}

static bool
tell_teacher(const struct corpus *c, const struct sample *s, found_fn *found, void *arg)
{
  return tell_name(c, NAME_TEACHER, s->teacher_id, found, arg);
}

static bool
tell_attributes(const struct corpus *c, const struct sample *s, found_fn *found, void *arg)
{
  const char *at = s->attributes, *name, *value;
  size_t n_name, n_value;

  (void)c;
  while (attribute_next(&at, &name, &n_name, &value, &n_value))
    if (found(arg, name, n_name, value, n_value))
      return true;
  return false;
}

static const struct source_kind {
  const char *name;
  bool (*tell)(const struct corpus *c, const struct sample *s, found_fn *found, void *arg);
} source_kinds[] = {{"template", tell_template}, {"teacher", tell_teacher}, {"attribute", tell_attributes}};

/* ---- which sources there are ---- */

struct source {
  char *name, *value;
  size_t n;
};
struct sources {
  struct source *list;
  size_t n, cap;
};

static bool
is_source(const struct source *s, const char *name, size_t n_name, const char *value, size_t n_value)
{
  return strlen(s->name) == n_name && strncmp(s->name, name, n_name) == 0 && strlen(s->value) == n_value
         && strncmp(s->value, value, n_value) == 0;
}

static bool
count_source(void *arg, const char *name, size_t n_name, const char *value, size_t n_value)
{
  struct sources *s = arg;

  for (size_t i = 0; i < s->n; i++)
    if (is_source(&s->list[i], name, n_name, value, n_value)) {
      s->list[i].n++;
      return false;
    }
  if (s->n == VALUES_MAX)
    return false;
  GROW(s->list, s->cap, s->n + 1);
  s->list[s->n++] = (struct source){xstrndup(name, n_name), xstrndup(value, n_value), 1};
  return false;
}

static bool
match_source(void *arg, const char *name, size_t n_name, const char *value, size_t n_value)
{
  return is_source(arg, name, n_name, value, n_value);
}

static int
by_name_then_size(const void *a, const void *b)
{
  const struct source *x = a, *y = b;
  int by_name = strcmp(x->name, y->name);

  return by_name ? by_name : x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->value, y->value);
}

static void
add_source(struct experiment *x, const struct source_kind *kind, struct source *source)
{
  size_t told = x->told_arm, n = x->arms.arms[told].n;
  bool *without = xcalloc(n + 1, sizeof *without);
  char *name = xasprintf("%s without %s%s%s", x->arms.arms[told].name, *source->name ? source->name : kind->name, "=",
                         source->value);
  struct cell cell = {.role = CELL_SOURCE, .limits = draw_all, .kind = kind->name}, *added;
  uint32_t *requests = xcalloc(n + 1, sizeof *requests);
  struct sample s;

  for (size_t i = 0; i < n; i++) {
    without[i] = corpus_get(x->arms.corpus, x->arms.arms[told].ids[i], &s)
                 && kind->tell(x->arms.corpus, &s, match_source, source);
    if (without[i])
      requests[cell.n_beside++] = x->arms.arms[told].requests[i];
  }
  cell.arm = arms_add_part(&x->arms, told, name, without);
  if (cell.n_beside > 0 && cell.n_beside < n && cell_look_at(x, &cell)) {
    added = cell_add(x, &cell);
    added->name = xstrdup(name);
    added->source = xstrdup(source->name);
    added->value = xstrdup(source->value);
    added->cost_usd = arms_cost(&x->arms, requests, cell.n_beside);
  }
  free(requests);
  free(name);
  free(without);
}

/* The told arm with all its sources: what the others are held against. */
static void
add_whole(struct experiment *x)
{
  struct cell whole = {.role = CELL_SOURCE, .arm = x->told_arm, .limits = draw_all};

  if (x->source_whole)
    return;
  cell_look_at(x, &whole);
  cell_add(x, &whole)->name = xstrdup(x->arms.arms[x->told_arm].name);
  x->source_whole = x->n_cells - 1;
}

int
sources_make(struct experiment *x, const char *kind_name, struct err *e)
{
  const struct arm *told = &x->arms.arms[x->told_arm];
  const struct source_kind *kind = source_kinds;
  struct sources found = {0};
  struct sample s;

  while (kind < source_kinds + N_OF(source_kinds) && strcmp(kind->name, kind_name) != 0)
    kind++;
  if (kind == source_kinds + N_OF(source_kinds))
    return err_set(e, ERR_INPUT, "no source '%.40s' (template, teacher, attribute)", kind_name);
  for (size_t i = 0; i < told->n; i++)
    if (corpus_get(x->arms.corpus, told->ids[i], &s))
      kind->tell(x->arms.corpus, &s, count_source, &found);
  add_whole(x);
  if (found.n)
    qsort(found.list, found.n, sizeof *found.list, by_name_then_size);
  for (size_t i = 0, of = 0; i < found.n; i++) {
    of = i > 0 && strcmp(found.list[i].name, found.list[i - 1].name) == 0 ? of + 1 : 0;
    if (of < EXPERIMENT_SOURCES)
      add_source(x, kind, &found.list[i]);
  }
  for (size_t i = 0; i < found.n; i++) {
    free(found.list[i].name);
    free(found.list[i].value);
  }
  free(found.list);
  return 0;
}
