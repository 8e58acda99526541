/* Samples out: one row of columns, written in four ways. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ship/dataset.h"

enum column { C_ID, C_TEXT, C_TEXT2, C_LABEL, C_SPLIT, C_ORIGIN, C_STATUS, C_TEMPLATE, C_TEACHER, C_ATTRIBUTES,
              C_REQUEST, C_PARENT, N_COLUMNS };

static const char *const column_names[N_COLUMNS] = {"id", "text", "text2", "label", "split", "origin", "status",
                                                    "template", "teacher", "attributes", "request", "parent"};

static void
add_attributes(struct buf *out, const char *attributes)
{
  const char *at = attributes, *name, *value;
  size_t n_name, n_value;

  buf_addc(out, '{');
  while (attribute_next(&at, &name, &n_name, &value, &n_value)) {
    json_add_comma(out);
    json_add_string(out, name, n_name);
    buf_addc(out, ':');
    json_add_string(out, value, n_value);
  }
  buf_addc(out, '}');
}

static void
add_json_labels(struct buf *out, const struct corpus *c, const struct sample *s)
{
  const struct labels *labels = corpus_labels(c);

  if (corpus_task(c) != TASK_MULTILABEL) {
    json_add_field(out, "label", s->n_labels ? label_name(labels, s->labels[0]) : NULL);
    return;
  }
  json_add_key(out, "labels");
  buf_addc(out, '[');
  for (uint32_t i = 0; i < s->n_labels; i++) {
    json_add_comma(out);
    json_add_str(out, label_name(labels, s->labels[i]));
  }
  buf_addc(out, ']');
}

void
dataset_add_json(struct buf *out, const struct corpus *c, const struct sample *s)
{
  buf_addc(out, '{');
  json_add_field_int(out, "id", s->id);
  json_add_key(out, "text");
  json_add_string(out, s->text, s->n_text);
  if (s->text2) {
    json_add_key(out, "text2");
    json_add_string(out, s->text2, s->n_text2);
  }
  add_json_labels(out, c, s);
  json_add_field(out, "split", split_name(s->split));
  json_add_field(out, "origin", origin_name(s->origin));
  json_add_field(out, "status", status_name(s->status));
  if (s->template_id)
    json_add_field(out, "template", corpus_name(c, NAME_TEMPLATE, s->template_id));
  if (s->teacher_id)
    json_add_field(out, "teacher", corpus_name(c, NAME_TEACHER, s->teacher_id));
  if (s->attributes && *s->attributes) {
    json_add_key(out, "attributes");
    add_attributes(out, s->attributes);
  }
  if (s->request_id)
    json_add_field_int(out, "request", s->request_id);
  if (s->parent_id)
    json_add_field_int(out, "parent", s->parent_id);
  buf_addc(out, '}');
}

/* All labels as one field: name|name, or the only one as it is. */
static void
add_plain_labels(struct buf *out, const struct corpus *c, const struct sample *s)
{
  const struct labels *labels = corpus_labels(c);

  for (uint32_t i = 0; i < s->n_labels; i++) {
    const char *name = label_name(labels, s->labels[i]);

    if (corpus_task(c) != TASK_MULTILABEL) {
      buf_adds(out, name);
      return;
    }
    if (i > 0)
      buf_addc(out, '|');
    for (; *name; name++) {
      if (*name == '|' || *name == '\\')
        buf_addc(out, '\\');
      buf_addc(out, *name);
    }
  }
}

static void
add_number(struct buf *out, uint32_t x)
{
  if (x)
    buf_addf(out, "%u", x);
}

/* The value of a column as plain text. */
static void
add_column(struct buf *out, const struct corpus *c, const struct sample *s, enum column column)
{
  switch (column) {
  case C_ID: add_number(out, s->id); break;
  case C_TEXT: buf_add(out, s->text, s->n_text); break;
  case C_TEXT2: buf_add(out, s->text2 ? s->text2 : "", s->text2 ? s->n_text2 : 0); break;
  case C_LABEL: add_plain_labels(out, c, s); break;
  case C_SPLIT: buf_adds(out, split_name(s->split)); break;
  case C_ORIGIN: buf_adds(out, origin_name(s->origin)); break;
  case C_STATUS: buf_adds(out, status_name(s->status)); break;
  case C_TEMPLATE: buf_adds(out, s->template_id ? corpus_name(c, NAME_TEMPLATE, s->template_id) : ""); break;
  case C_TEACHER: buf_adds(out, s->teacher_id ? corpus_name(c, NAME_TEACHER, s->teacher_id) : ""); break;
  case C_ATTRIBUTES:
    if (s->attributes && *s->attributes)
      add_attributes(out, s->attributes);
    break;
  case C_REQUEST: add_number(out, s->request_id); break;
  case C_PARENT: add_number(out, s->parent_id); break;
  case N_COLUMNS: break;
  }
}

/* RFC 4180: in quotes where it holds a comma, a quote or the end of a line; blanks at its ends are quoted too. */
static void
add_csv_field(struct buf *out, const char *s, size_t n)
{
  bool quoted = n > 0 && (s[0] == ' ' || s[n - 1] == ' ');

  for (size_t i = 0; i < n && !quoted; i++)
    quoted = strchr(",\"\r\n", s[i]) != NULL;
  if (!quoted) {
    buf_add(out, s, n);
    return;
  }
  buf_addc(out, '"');
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '"')
      buf_addc(out, '"');
    buf_addc(out, s[i]);
  }
  buf_addc(out, '"');
}

static void
add_tsv_field(struct buf *out, const char *s, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    char as = s[i] == '\t' ? 't' : s[i] == '\n' ? 'n' : s[i] == '\r' ? 'r' : s[i] == '\\' ? '\\' : 0;

    if (as)
      buf_addc(out, '\\');
    buf_addc(out, as ? as : s[i]);
  }
}

static void
add_table_row(struct buf *out, const struct corpus *c, const struct sample *s, enum record_format format,
              struct buf *field)
{
  bool first = true;

  for (int i = 0; i < N_COLUMNS; i++) {
    if (i == C_TEXT2 && corpus_task(c) != TASK_PAIR)
      continue;
    if (!first)
      buf_addc(out, format == RECORD_CSV ? ',' : '\t');
    first = false;
    buf_clear(field);
    if (s)
      add_column(field, c, s, (enum column)i);
    else
      buf_adds(field, column_names[i]);
    if (format == RECORD_CSV)
      add_csv_field(out, buf_str(field), field->n);
    else
      add_tsv_field(out, buf_str(field), field->n);
  }
  buf_addc(out, '\n');
}

static void
add_fasttext_row(struct buf *out, const struct corpus *c, const struct sample *s)
{
  for (uint32_t i = 0; i < s->n_labels; i++) {
    buf_adds(out, "__label__");
    for (const char *name = label_name(corpus_labels(c), s->labels[i]); *name; name++)
      buf_addc(out, *name == ' ' ? '_' : *name);
    buf_addc(out, ' ');
  }
  for (uint32_t i = 0; i < s->n_text; i++)
    buf_addc(out, s->text[i] == '\n' || s->text[i] == '\r' ? ' ' : s->text[i]);
  buf_addc(out, '\n');
}

int
dataset_export(const struct corpus *c, const uint32_t *ids, size_t n, enum record_format format, FILE *out,
               struct stop *stop, struct err *e)
{
  struct buf row = BUF_INIT, field = BUF_INIT;
  struct sample s;
  int r = 0;

  if (format == RECORD_CSV || format == RECORD_TSV)
    add_table_row(&row, c, NULL, format, &field);
  for (size_t i = 0; i < n && r == 0; i++) {
    if (!corpus_get(c, ids[i], &s))
      continue;
    if (format == RECORD_JSONL) {
      dataset_add_json(&row, c, &s);
      buf_addc(&row, '\n');
    } else if (format == RECORD_FASTTEXT) {
      add_fasttext_row(&row, c, &s);
    } else {
      add_table_row(&row, c, &s, format, &field);
    }
    if (row.n > 1 << 16) {
      fwrite(row.s, 1, row.n, out);
      buf_clear(&row);
      if (stop_wanted(stop))
        r = err_set(e, ERR_INTERRUPTED, "interrupted");
      if (ferror(out))
        break;
    }
  }
  fwrite(buf_str(&row), 1, row.n, out);
  buf_release(&row);
  buf_release(&field);
  return r;
}
