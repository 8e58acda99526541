#include "command/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "command/columns.h"
#include "curate/signal.h"

int
names_template(struct call *c, const char *name, struct template_row *row, struct err *e)
{
  struct template_row *rows;
  struct buf list = BUF_INIT;
  size_t n;
  int r;

  if (name) {
    const char *at = strrchr(name, '@');
    unsigned long version = at && at[1] ? strtoul(at + 1, NULL, 10) : 0;
    char *bare = xstrndup(name, version ? (size_t)(at - name) : strlen(name));

    r = template_store_get(c->project, bare, (uint32_t)version, row, e);
    free(bare);
    return r;
  }
  if (template_store_list(c->project, false, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    buf_addf(&list, "%s%s", i ? ", " : "", rows[i].name);
  if (n == 0)
    r = err_set(e, ERR_INPUT, "the project has no template (retort template PROJECT set NAME FILE)");
  else if (n > 1)
    r = err_set(e, ERR_INPUT, "which template? (--template NAME; there are: %.300s)", buf_str(&list));
  else
    r = template_store_by_id(c->project, rows[0].id, row, e);
  template_rows_free(rows, n);
  buf_release(&list);
  return r;
}

static bool
is_of_kind(const struct template_row *row, enum prompty_kind kind)
{
  struct prompty p;
  bool is = prompty_parse(&p, row->name, row->source, strlen(row->source), NULL) == 0 && p.kind == kind;

  prompty_release(&p);
  return is;
}

int
names_template_of(struct call *c, const char *name, enum prompty_kind kind, const char *none, struct template_row *row,
                  struct err *e)
{
  struct template_row *rows;
  struct buf list = BUF_INIT;
  uint32_t id = 0;
  size_t n, found = 0;
  int r = 0;

  if (name)
    return names_template(c, name, row, e);
  *row = (struct template_row){0};
  if (template_store_list(c->project, false, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (is_of_kind(&rows[i], kind)) {
      buf_addf(&list, "%s%s", found++ ? ", " : "", rows[i].name);
      id = rows[i].id;
    }
  if (found > 1)
    r = err_set(e, ERR_INPUT, "which template? (--template NAME; there are: %.300s)", buf_str(&list));
  else if (found == 1)
    r = template_store_by_id(c->project, id, row, e);
  else if (none)
    r = err_set(e, ERR_INPUT, "%s", none);
  template_rows_free(rows, n);
  buf_release(&list);
  return r;
}

int
names_teacher(struct call *c, const char *name, struct teacher_row *row, struct err *e)
{
  struct teacher_row *rows;
  struct buf list = BUF_INIT;
  size_t n;
  int r;

  if (name)
    return teacher_store_get(c->project, name, row, e);
  if (teacher_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    buf_addf(&list, "%s%s", i ? ", " : "", rows[i].name);
  if (n == 0)
    r = err_set(e, ERR_INPUT, "the project has no teacher (retort teacher PROJECT add NAME --url URL --model MODEL)");
  else if (n > 1)
    r = err_set(e, ERR_INPUT, "which teacher? (--teacher NAME; there are: %.300s)", buf_str(&list));
  else
    r = teacher_store_by_id(c->project, rows[0].id, row, e);
  teacher_rows_free(rows, n);
  buf_release(&list);
  return r;
}

int
names_run(struct call *c, const char *name, struct run_row *row, struct err *e)
{
  struct run_row *rows;
  uint32_t id = 0;
  size_t n;

  if (name)
    return run_store_get(c->project, name, row, e);
  if (run_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    if (rows[i].model_bytes)
      id = rows[i].id;
  run_rows_free(rows, n);
  if (!id)
    return err_set(e, ERR_INPUT, "no student is trained yet (retort train %s)", project_path(c->project));
  return run_store_by_id(c->project, id, row, e);
}

int
names_check(const char *what, const char *name, struct err *e)
{
  size_t n = strlen(name), len;

  if (n == 0)
    return err_set(e, ERR_INPUT, "%s needs a name", what);
  if (n > LABEL_NAME_MAX)
    return err_set(e, ERR_INPUT, "the name of %s is longer than %d bytes", what, LABEL_NAME_MAX);
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(name + i, n - i, &len);

    if (utf8_is_control(c) || (c == UTF8_BAD && len == 1))
      return err_set(e, ERR_INPUT, "the name of %s holds a control character, or is not UTF-8", what);
  }
  return 0;
}

int
names_label(struct call *c, const char *name, uint16_t *label, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct buf list = BUF_INIT;
  uint16_t near;

  *label = label_find(labels, name, strlen(name));
  if (*label != LABEL_NONE)
    return 0;
  near = label_find_like(labels, name);
  if (near != LABEL_NONE)
    return err_set(e, ERR_INPUT, "unknown label '%.100s' (did you mean '%s'?)", name, label_name(labels, near));
  for (size_t i = 0, n = labels_count(labels); i < n; i++)
    buf_addf(&list, "%s%s", i ? ", " : "", label_name(labels, (uint16_t)i));
  err_set(e, ERR_INPUT, "unknown label '%.100s' (there are: %.300s)", name, buf_str(&list));
  buf_release(&list);
  return -1;
}

const struct filter_provider *
names_provider(struct call *c)
{
  if (!c->columns)
    c->columns = columns_new(c->project);
  return columns_provider(c->columns);
}

int
names_computed(struct call *c, struct err *e)
{
  const char *lacking = c->columns ? columns_lacking(c->columns) : NULL;
  const struct signal_row *row = lacking ? signal_find(lacking) : NULL;

  if (!lacking)
    return 0;
  if (row && row->source == SIGNAL_DYNAMICS)
    return err_set(e, ERR_INPUT, "no run has kept '%s' yet (retort train computes it)", lacking);
  return err_set(e, ERR_INPUT, "'%s' is not computed yet (retort signals computes it)", lacking);
}
