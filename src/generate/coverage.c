#include "generate/coverage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "prompt/prompty.h"
#include "store/cell_store.h"
#include "store/job_store.h"
#include "store/template_store.h"

/* ---- names ---- */

static size_t
attribute_of(struct coverage *c, const char *name, size_t n)
{
  size_t i = 0;

  while (i < c->n_attributes && !(strncmp(c->attributes[i].name, name, n) == 0 && c->attributes[i].name[n] == '\0'))
    i++;
  if (i == c->n_attributes) {
    c->attributes = xrealloc(c->attributes, ++c->n_attributes * sizeof *c->attributes);
    c->attributes[i] = (struct coverage_attribute){.name = arena_strndup(&c->arena, name, n)};
  }
  return i;
}

static size_t
value_of(struct coverage *c, struct coverage_attribute *a, const char *value, size_t n)
{
  size_t i = 0;

  while (i < a->n_values && !(strncmp(a->values[i], value, n) == 0 && a->values[i][n] == '\0'))
    i++;
  if (i == a->n_values) {
    GROW(a->values, a->cap_values, a->n_values + 1);
    a->values[a->n_values++] = arena_strndup(&c->arena, value, n);
  }
  return i;
}

/* What the template of a job could have asked for. One that is broken now names nothing. */
static int
name_values(struct coverage *c, struct project *p, uint32_t template_id, struct err *e)
{
  struct template_row row;
  struct prompty t;

  if (template_store_by_id(p, template_id, &row, e) < 0)
    return -1;
  if (prompty_parse(&t, row.name, row.source, strlen(row.source), NULL) == 0)
    for (size_t i = 0; i < t.n_attributes; i++) {
      size_t a = attribute_of(c, t.attributes[i].name, strlen(t.attributes[i].name));

      for (size_t k = 0; k < t.attributes[i].n; k++)
        value_of(c, &c->attributes[a], t.attributes[i].values[k], strlen(t.attributes[i].values[k]));
    }
  prompty_release(&t);
  template_row_release(&row);
  return 0;
}

static int
name_all(struct coverage *c, struct project *p, struct err *e)
{
  struct job_row *jobs = NULL;
  size_t n = 0;
  uint32_t last = 0;
  int result = job_store_list(p, &jobs, &n, e);

  for (size_t i = 0; result == 0 && i < n; i++) {   /* newest first: its values lead */
    bool ours = c->job_id ? jobs[i].id == c->job_id :
                            strcmp(jobs[i].kind, "generate") == 0 || strcmp(jobs[i].kind, "rewrite") == 0;

    if (!ours || jobs[i].template_id == 0 || jobs[i].template_id == last)
      continue;
    last = jobs[i].template_id;
    result = name_values(c, p, last, e);
  }
  job_rows_free(jobs, n);
  return result;
}

static int
compare_labels(const void *a, const void *b)
{
  return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* The rows are by label, those without one last. */
static void
name_rows(struct coverage *c, const struct cell_row *rows, size_t n)
{
  c->labels = xcalloc(n + 1, sizeof *c->labels);
  for (size_t i = 0; i < n; i++) {
    const char *at = rows[i].attributes, *name, *value;
    size_t n_name, n_value;

    if (c->n_labels == 0 || c->labels[c->n_labels - 1] != rows[i].label)
      c->labels[c->n_labels++] = rows[i].label;
    while (attribute_next(&at, &name, &n_name, &value, &n_value)) {
      size_t a = attribute_of(c, name, n_name);

      value_of(c, &c->attributes[a], value, n_value);
    }
  }
}

/* ---- counting ---- */

static void
add(struct coverage_cell *cell, const struct cell_row *row)
{
  cell->requests += row->requests;
  cell->failed += row->failed;
  cell->asked += row->asked;
  cell->answered += row->answered;
  cell->kept += row->kept;
  cell->dropped += row->dropped;
  cell->near_duplicates += row->near_duplicates;
  cell->accepted += row->accepted;
  cell->rejected += row->rejected;
}

static void
count(struct coverage *c, const struct cell_row *rows, size_t n)
{
  c->totals = xcalloc(c->n_labels + 1, sizeof *c->totals);
  for (size_t i = 0; i < c->n_attributes; i++)
    c->attributes[i].cells = xcalloc(c->n_labels * c->attributes[i].n_values + 1, sizeof *c->attributes[i].cells);
  for (size_t i = 0; i < n; i++) {
    const char *at = rows[i].attributes, *name, *value;
    size_t n_name, n_value, label = (size_t)coverage_label(c, rows[i].label);

    add(&c->totals[label], &rows[i]);
    while (attribute_next(&at, &name, &n_name, &value, &n_value)) {
      struct coverage_attribute *a = &c->attributes[attribute_of(c, name, n_name)];

      add(&a->cells[label * a->n_values + value_of(c, a, value, n_value)], &rows[i]);
    }
  }
}

int
coverage_load(struct coverage *c, struct project *p, uint32_t job_id, struct err *e)
{
  struct cell_row *rows = NULL;
  size_t n = 0;
  int result = -1;

  *c = (struct coverage){.job_id = job_id};
  arena_init(&c->arena);
  if (name_all(c, p, e) == 0 && cell_store_list(p, job_id, &rows, &n, e) == 0) {
    name_rows(c, rows, n);
    count(c, rows, n);
    result = 0;
  }
  cell_rows_free(rows, n);
  return result;
}

void
coverage_release(struct coverage *c)
{
  for (size_t i = 0; i < c->n_attributes; i++) {
    free(c->attributes[i].values);
    free(c->attributes[i].cells);
  }
  free(c->attributes);
  free(c->labels);
  free(c->totals);
  arena_release(&c->arena);
  *c = (struct coverage){0};
}

/* ---- asking ---- */

const struct coverage_cell *
coverage_at(const struct coverage_attribute *a, size_t label, size_t value)
{
  ensure(value < a->n_values);
  return &a->cells[label * a->n_values + value];
}

double
coverage_yield(const struct coverage_cell *cell)
{
  return cell->answered > 0 ? (double)cell->kept / cell->answered : NAN;
}

int
coverage_label(const struct coverage *c, uint16_t label)
{
  const uint16_t *at = c->n_labels ? bsearch(&label, c->labels, c->n_labels, sizeof label, compare_labels) : NULL;

  return at ? (int)(at - c->labels) : -1;
}

int
coverage_attribute(const struct coverage *c, const char *name)
{
  for (size_t i = 0; i < c->n_attributes; i++)
    if (strcmp(c->attributes[i].name, name) == 0)
      return (int)i;
  return -1;
}

/* ---- JSON ---- */

static void
add_cell(struct buf *out, const struct labels *labels, uint16_t label, const char *value,
         const struct coverage_cell *cell)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "label", label == LABEL_NONE ? NULL : label_name(labels, label));
  if (value)
    json_add_field(out, "value", value);
  json_add_field_int(out, "requests", cell->requests);
  json_add_field_int(out, "failed", cell->failed);
  json_add_field_int(out, "asked", cell->asked);
  json_add_field_int(out, "answered", cell->answered);
  json_add_field_int(out, "kept", cell->kept);
  json_add_field_int(out, "dropped", cell->dropped);
  json_add_field_int(out, "near_duplicates", cell->near_duplicates);
  json_add_field_int(out, "accepted", cell->accepted);
  json_add_field_int(out, "rejected", cell->rejected);
  buf_addc(out, '}');
}

static void
add_attribute(const struct coverage *c, const struct coverage_attribute *a, const struct labels *labels,
              struct buf *out)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "name", a->name);
  json_add_key(out, "values");
  buf_addc(out, '[');
  for (size_t v = 0; v < a->n_values; v++) {
    json_add_comma(out);
    json_add_str(out, a->values[v]);
  }
  buf_addc(out, ']');
  json_add_key(out, "cells");
  buf_addc(out, '[');
  for (size_t l = 0; l < c->n_labels; l++)
    for (size_t v = 0; v < a->n_values; v++)
      if (coverage_at(a, l, v)->requests > 0)
        add_cell(out, labels, c->labels[l], a->values[v], coverage_at(a, l, v));
  buf_adds(out, "]}");
}

void
coverage_json(const struct coverage *c, const struct labels *labels, struct buf *out)
{
  buf_adds(out, "{\"labels\":[");
  for (size_t l = 0; l < c->n_labels; l++)
    add_cell(out, labels, c->labels[l], NULL, &c->totals[l]);
  buf_adds(out, "],\"attributes\":[");
  for (size_t i = 0; i < c->n_attributes; i++)
    add_attribute(c, &c->attributes[i], labels, out);
  buf_adds(out, "]}");
}
