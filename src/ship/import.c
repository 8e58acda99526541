/* Samples in, first half: rows of files become samples of one intake. The second half, where names and numbers of the
 * project that wrote them become those of this one, is restore.c. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ship/dataset.h"
#include "ship/restore.h"
#include "ship/twins.h"

enum scratch { SCRATCH_TEXT, SCRATCH_TEXT2, SCRATCH_LABEL, SCRATCH_ATTRIBUTES, SCRATCH_OTHER };

/* What other people's files call things; the first that a row has is taken. */
static const char *const text_names[] = {"text", "sentence", "sentence1", "premise", "question", "utterance", "query",
                                         "message", "content", "review", NULL};
static const char *const text2_names[] = {"text2", "sentence2", "hypothesis", NULL};
static const char *const label_names[] = {"label", "labels", "category", "intent", "class", NULL};

void
dataset_import_begin(struct dataset_import *d, struct project *p, const struct dataset_options *options)
{
  *d = (struct dataset_import){.project = p, .options = *options};
  strmap_init(&d->labels);
  for (size_t i = 0; i < N_OF(d->scratch); i++)
    buf_init(&d->scratch[i], RECORD_BYTES);
}

/* The transaction begins, and what is in the corpus then is what rows are compared with. */
static int
open_intake(struct dataset_import *d, struct err *e)
{
  const struct corpus *c = project_corpus(d->project);
  struct sample s;

  if (d->intake)
    return 0;
  d->intake = intake_open(d->project, e);
  if (!d->intake)
    return -1;
  d->restore = restore_new(d->project, d->intake);
  d->twins = xcalloc(1, sizeof *d->twins);
  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++)
    if (corpus_get(c, id, &s))
      twins_add(d->twins, twins_tag(&s), id);
  return 0;
}

void
dataset_import_end(struct dataset_import *d)
{
  intake_drop(d->intake);
  restore_free(d->restore);
  if (d->twins)
    twins_release(d->twins);
  free(d->twins);
  strmap_release(&d->labels);
  for (size_t i = 0; i < N_OF(d->scratch); i++)
    buf_release(&d->scratch[i]);
  for (size_t i = 0; i < d->report.n_rejected && i < DATASET_REJECTED; i++) {
    free(d->report.rejected[i].file);
    free(d->report.rejected[i].why);
  }
  free(d->report.rejected);
  *d = (struct dataset_import){0};
}

static void
reject(struct dataset_import *d, const char *path, size_t line, const char *why)
{
  if (d->report.n_rejected++ >= DATASET_REJECTED)
    return;
  GROW(d->report.rejected, d->cap_rejected, d->report.n_rejected);
  d->report.rejected[d->report.n_rejected - 1] = (struct dataset_rejected){xstrdup(path), line, xstrdup(why)};
}

static const char *
first_text(const struct record *record, const char *field, const char *const *names, struct buf *scratch)
{
  const char *s = NULL;

  if (field)
    return record_text(record, field, scratch);
  for (; !s && *names; names++)
    s = record_text(record, *names, scratch);
  return s;
}

/* ---- labels */

struct row_labels {
  uint16_t *ids;
  size_t n, cap;
};

/* fastText's files cannot hold blanks in names: export writes '_'. */
static uint16_t
find_underscored(const struct labels *labels, const char *name)
{
  size_t count = labels_count(labels);

  for (size_t id = 0; id < count; id++) {
    const char *a = label_name(labels, (uint16_t)id), *b = name;

    while (*a && (*a == *b || (*a == ' ' && *b == '_')))
      a++, b++;
    if (!*a && !*b)
      return (uint16_t)id;
  }
  return LABEL_NONE;
}

/* The number of a label that is to be added. */
static int
new_label(struct dataset_import *d, const char *name, uint16_t *id, struct err *e)
{
  size_t n = strlen(name);
  int64_t known = strmap_get(&d->labels, name, n, LABEL_NONE);

  if (known == LABEL_NONE) {
    if (label_check_name(name, e) < 0)
      return -1;
    if (labels_count(corpus_labels(project_corpus(d->project))) + d->labels.n >= LABEL_MAX)
      return err_set(e, ERR_INPUT, "more than %d labels", LABEL_MAX);
    known = intake_label(d->intake, name);
    strmap_put(&d->labels, name, n, known);
  }
  *id = (uint16_t)known;
  return 0;
}

static int
take_label(struct dataset_import *d, const char *name, bool fasttext, struct row_labels *row, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(d->project));
  uint16_t id = label_find(labels, name, strlen(name)), near;

  if (id == LABEL_NONE && fasttext)
    id = find_underscored(labels, name);
  if (id == LABEL_NONE && d->options.add_labels && new_label(d, name, &id, e) < 0)
    return -1;
  if (id == LABEL_NONE) {
    near = label_find_like(labels, name);
    if (near != LABEL_NONE)
      return err_set(e, ERR_INPUT, "unknown label '%.100s' (did you mean '%s'?)", name, label_name(labels, near));
    return err_set(e, ERR_INPUT, "unknown label '%.100s' (--add-labels takes new ones)", name);
  }
  GROW(row->ids, row->cap, row->n + 1);
  row->ids[row->n++] = id;
  return 0;
}

/* name|name, a backslash before what means itself. */
static int
take_joined(struct dataset_import *d, const char *s, bool fasttext, struct row_labels *row, struct err *e)
{
  struct buf name = BUF_INIT;
  int r = 0;

  for (; r == 0; s++) {
    if (*s == '|' || !*s) {
      if (name.n)
        r = take_label(d, buf_str(&name), fasttext, row, e);
      buf_clear(&name);
      if (!*s)
        break;
    } else {
      s += *s == '\\' && s[1];
      buf_addc(&name, *s);
    }
  }
  buf_release(&name);
  return r;
}

static int
take_list(struct dataset_import *d, const struct json *list, struct row_labels *row, struct err *e)
{
  struct buf scratch = BUF_INIT;
  int r = 0;

  for (const struct json *j = json_first(list); j && r == 0; j = json_next(j)) {
    buf_clear(&scratch);
    if (!json_string(j))
      json_print(&scratch, j);
    r = take_label(d, json_string(j) ? json_string(j) : buf_str(&scratch), false, row, e);
  }
  buf_release(&scratch);
  return r;
}

/* The labels as a list of JSON, or NULL. */
static const struct json *
label_list(const struct dataset_import *d, const struct record *record)
{
  const char *own[] = {d->options.label_field, NULL};
  const struct json *j;

  for (const char *const *name = own[0] ? own : label_names; *name; name++)
    if (json_type(j = json_get(record->json, *name)) == JSON_ARRAY)
      return j;
  return NULL;
}

static int
take_labels(struct dataset_import *d, const struct record *record, bool fasttext, struct row_labels *row, struct err *e)
{
  enum task task = corpus_task(project_corpus(d->project));
  const struct json *list = label_list(d, record);
  const char *s;
  int r = 0;

  if (list)
    r = take_list(d, list, row, e);
  else if ((s = first_text(record, d->options.label_field, label_names, &d->scratch[SCRATCH_LABEL])))
    r = task == TASK_MULTILABEL || fasttext ? take_joined(d, s, fasttext, row, e) : take_label(d, s, false, row, e);
  if (r == 0 && task != TASK_MULTILABEL && row->n > 1)
    return err_set(e, ERR_INPUT, "%zu labels where the task takes one (make the project with --task multilabel)",
                   row->n);
  return r;
}

/* Ascending, each once. */
static void
sort_labels(struct row_labels *row)
{
  size_t n = 0;

  for (size_t i = 0; i < row->n; i++) {
    uint16_t id = row->ids[i];
    size_t j = n;

    while (j > 0 && row->ids[j - 1] > id)
      j--;
    if (j > 0 && row->ids[j - 1] == id)
      continue;
    memmove(row->ids + j + 1, row->ids + j, (n - j) * sizeof *row->ids);
    row->ids[j] = id;
    n++;
  }
  row->n = n;
}

/* ---- the other fields */

static int
take_choice(struct dataset_import *d, const struct record *record, const char *name, int (*parse)(const char *),
            int given, int otherwise, int *out, struct err *e)
{
  const char *s = given < 0 ? record_text(record, name, &d->scratch[SCRATCH_OTHER]) : NULL;

  *out = s ? parse(s) : given < 0 ? otherwise : given;
  if (*out < 0)
    return err_set(e, ERR_INPUT, "unknown %s '%.100s'", name, s);
  return 0;
}

static uint32_t
take_number(struct dataset_import *d, const struct record *record, const char *name)
{
  const struct json *j = json_get(record->json, name);
  double number = json_number(j, 0);
  const char *s;
  char *end = NULL;
  unsigned long long x;

  if (json_type(j) == JSON_NUMBER)
    return number >= 1 && number <= CORPUS_MAX && number == (double)(uint32_t)number ? (uint32_t)number : 0;
  s = record_text(record, name, &d->scratch[SCRATCH_OTHER]);
  x = s ? strtoull(s, &end, 10) : 0;
  return s && !*end && x <= CORPUS_MAX ? (uint32_t)x : 0;
}

/* The template or teacher that the record names, noted down if it is not known; 0: none. */
static int
take_name(struct dataset_import *d, const struct record *record, const char *field, enum corpus_name kind, uint32_t *id,
          struct err *e)
{
  const char *s = record_text(record, field, &d->scratch[SCRATCH_OTHER]);

  *id = 0;
  return s && strlen(s) <= LABEL_NAME_MAX ? restore_name(d->restore, kind, s, id, e) : 0;
}

/* {"topic":"shoes"}: the object of JSON lines, or its text in a column. Others' `attributes` of another shape are
 * left. */
static const char *
take_attributes(struct dataset_import *d, const struct record *record)
{
  struct buf *out = &d->scratch[SCRATCH_ATTRIBUTES];
  const struct json *j = json_get(record->json, "attributes");
  struct json *parsed = NULL;
  const char *s;

  buf_clear(out);
  if (!record->json && (s = record_text(record, "attributes", &d->scratch[SCRATCH_OTHER])))
    j = parsed = json_parse(s, strlen(s), NULL, NULL);
  if (json_type(j) == JSON_OBJECT)
    for (const struct json *m = json_first(j); m; m = json_next(m))
      if (json_string(m))
        attribute_add(out, json_key(m), json_string(m));
  json_free(parsed);
  return buf_str(out);
}

static int
check_text(const char *s, const char *what, struct err *e)
{
  size_t n = strlen(s), bad;

  if (n > SAMPLE_TEXT_MAX)
    return err_set(e, ERR_INPUT, "the %s is longer than %zu bytes", what, SAMPLE_TEXT_MAX);
  if (!utf8_valid(s, n, &bad))
    return err_set(e, ERR_INPUT, "the %s is not UTF-8", what);
  return 0;
}

static int
take_texts(struct dataset_import *d, const struct record *record, struct sample *s, struct err *e)
{
  bool pair = corpus_task(project_corpus(d->project)) == TASK_PAIR;

  s->text = first_text(record, d->options.text_field, text_names, &d->scratch[SCRATCH_TEXT]);
  s->text2 = pair ? first_text(record, d->options.text2_field, text2_names, &d->scratch[SCRATCH_TEXT2]) : NULL;
  if (!s->text || !s->text[strspn(s->text, " \t\r\n")])
    return err_set(e, ERR_INPUT, "no text%s%s", d->options.text_field ? " in field " : "",
                   d->options.text_field ? d->options.text_field : " (name its field with --text-field)");
  if (pair && !s->text2)
    return err_set(e, ERR_INPUT, "no second text (the task is pair: text2)");
  if (check_text(s->text, "text", e) < 0 || (s->text2 && check_text(s->text2, "second text", e) < 0))
    return -1;
  s->n_text = (uint32_t)strlen(s->text);
  s->n_text2 = s->text2 ? (uint32_t)strlen(s->text2) : 0;
  return 0;
}

static int
take_sample(struct dataset_import *d, const struct record *record, bool fasttext, struct row_labels *row,
            struct sample *s, struct err *e)
{
  int split, origin, status;
  bool labelled;

  row->n = 0;
  if (take_texts(d, record, s, e) < 0 || take_labels(d, record, fasttext, row, e) < 0)
    return -1;
  labelled = row->n > 0 || label_list(d, record);
  if (take_choice(d, record, "split", split_parse, d->options.split, labelled ? SPLIT_TRAIN : SPLIT_POOL, &split, e) < 0
      || take_choice(d, record, "origin", origin_parse, d->options.origin, ORIGIN_IMPORTED, &origin, e) < 0
      || take_choice(d, record, "status", status_parse, -1, labelled ? STATUS_ACCEPTED : STATUS_NEW, &status, e) < 0)
    return -1;
  sort_labels(row);
  s->labels = row->ids;
  s->n_labels = (uint32_t)row->n;
  s->split = (enum split)split;
  s->origin = (enum origin)origin;
  s->status = (enum status)status;
  s->attributes = take_attributes(d, record);
  return 0;
}

static int
add_sample(struct dataset_import *d, const struct record *record, struct sample *s, uint32_t tag, struct err *e)
{
  const struct restore_source source = {
    .id = take_number(d, record, "id"),
    .parent = take_number(d, record, "parent"),
    .request = take_number(d, record, "request"),
  };
  uint32_t id;

  if (take_name(d, record, "template", NAME_TEMPLATE, &s->template_id, e) < 0
      || take_name(d, record, "teacher", NAME_TEACHER, &s->teacher_id, e) < 0)
    return -1;
  restore_sample(d->restore, &source, s);
  if (intake_add(d->intake, s, &id, e) < 0)
    return -1;
  restore_note(d->restore, &source, s, id);
  twins_add(d->twins, tag, id);
  return 0;
}

static int
add_unless_seen(struct dataset_import *d, const struct record *record, struct sample *s, struct err *e)
{
  uint32_t tag = twins_tag(s);

  if (twins_has(d->twins, project_corpus(d->project), s, tag)
      && !(restore_ids_wanted(d->restore) && take_number(d, record, "id"))) {
    d->report.duplicates++;
    return 0;
  }
  return add_sample(d, record, s, tag, e);
}

/* A table whose columns cannot hold a text is refused as a whole. */
static int
check_columns(const struct dataset_import *d, const struct records *r, struct err *e)
{
  const char *wanted[] = {d->options.text_field, NULL};
  struct buf names = BUF_INIT;
  bool found = r->n_names == 0;

  for (const char *const *w = wanted[0] ? wanted : text_names; *w && !found; w++)
    for (size_t i = 0; i < r->n_names && !found; i++)
      found = strcmp(*w, r->names[i]) == 0;
  if (found)
    return 0;
  for (size_t i = 0; i < r->n_names && i < 20; i++)
    buf_addf(&names, "%s%s", i ? ", " : "", r->names[i]);
  err_set(e, ERR_INPUT, "%s:1: no column '%s' (there are: %.300s; name it with --text-field)", r->path,
          wanted[0] ? wanted[0] : "text", buf_str(&names));
  buf_release(&names);
  return -1;
}

int
dataset_import_file(struct dataset_import *d, const char *path, struct stop *stop, struct err *e)
{
  int format = d->options.format >= 0 ? d->options.format : record_format_of(path), got;
  struct row_labels row = {0};
  struct records records;
  struct record record;

  if (format < 0)
    return err_set(e, ERR_INPUT, "%s: its ending tells no format (say --format jsonl, csv, tsv or fasttext)", path);
  got = records_open(&records, path, (enum record_format)format, e);
  if (got == 0 && (check_columns(d, &records, e) < 0 || open_intake(d, e) < 0))
    got = -1;
  while (got >= 0 && (got = records_next(&records, &record, e)) == 1) {
    struct sample s = {0};
    struct err why;

    if (stop_wanted(stop))
      got = err_set(e, ERR_INTERRUPTED, "interrupted, nothing imported");
    else if (record.why[0])
      reject(d, path, record.line, record.why);
    else if (take_sample(d, &record, format == RECORD_FASTTEXT, &row, &s, &why) < 0)
      reject(d, path, record.line, why.message);
    else
      got = add_unless_seen(d, &record, &s, e);
  }
  free(row.ids);
  records_close(&records);
  return got;
}

int
dataset_import_commit(struct dataset_import *d, const char *summary, struct err *e)
{
  size_t n = d->intake ? intake_count(d->intake) : 0;
  struct intake *in = d->intake;

  if (n == 0)
    return 0;
  if (restore_finish(d->restore, e) < 0)
    return -1;
  d->intake = NULL;            /* it is gone either way */
  if (intake_commit(in, "import", summary, NULL, e) < 0)
    return -1;
  d->report.added = n;
  return 0;
}
