#include "command/listing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "command/names.h"
#include "command/print.h"
#include "corpus/filter.h"
#include "curate/signal.h"
#include "ship/dataset.h"

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static void
label_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  labels_join(out, corpus_labels(c), s->labels, s->n_labels, ", ");
  if (s->n_labels == 0)
    buf_addc(out, '-');
}

static void
id_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_addf(out, "%u", s->id);
}

static void
status_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_adds(out, status_name(s->status));
}

static void
origin_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_adds(out, origin_name(s->origin));
}

static void
split_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_adds(out, split_name(s->split));
}

static void
template_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  buf_adds(out, s->template_id ? corpus_name(c, NAME_TEMPLATE, s->template_id) : "-");
}

static void
teacher_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  buf_adds(out, s->teacher_id ? corpus_name(c, NAME_TEACHER, s->teacher_id) : "-");
}

static void
attributes_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  const char *at = s->attributes, *name, *value;
  size_t n_name, n_value;

  (void)c;
  while (attribute_next(&at, &name, &n_name, &value, &n_value))
    buf_addf(out, "%s%.*s=%.*s", out->n ? "  " : "", (int)n_name, name, (int)n_value, value);
}

static void
words_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_addf(out, "%u", sample_words(s->text, s->n_text) + (s->text2 ? sample_words(s->text2, s->n_text2) : 0));
}

static void
chars_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_addf(out, "%zu", utf8_count(s->text, s->n_text) + (s->text2 ? utf8_count(s->text2, s->n_text2) : 0));
}

static void
text_cell(struct buf *out, const struct corpus *c, const struct sample *s)
{
  (void)c;
  buf_adds(out, s->text);
  if (s->text2)
    buf_addf(out, " | %s", s->text2);
}

struct field_row {
  const char *name;
  bool number;
  void (*cell)(struct buf *out, const struct corpus *c, const struct sample *s);
};
static const struct field_row fields[] = {
  {"id", true, id_cell}, {"label", false, label_cell}, {"status", false, status_cell}, {"origin", false, origin_cell},
  {"split", false, split_cell}, {"template", false, template_cell}, {"teacher", false, teacher_cell},
  {"attributes", false, attributes_cell}, {"words", true, words_cell}, {"chars", true, chars_cell},
  {"text", false, text_cell}, {NULL, false, NULL},
};

static const struct field_row *
field_named(const char *name)
{
  for (const struct field_row *f = fields; f->name; f++)
    if (strcmp(f->name, name) == 0)
      return f;
  return NULL;
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static float
value_of(const struct column *column, uint32_t id)
{
  return id <= column->n && column->values ? column->values[id - 1] : NAN;
}

/* How a signal of this kind is shown: few digits for a share, none for a count. */
static void
value_cell(struct buf *out, const struct column *column, const struct signal_row *row, uint32_t id)
{
  float x = value_of(column, id);

  if (isnan(x))
    buf_addc(out, '-');
  else if (column->names)
    buf_adds(out, x >= 0 && x < (float)column->n_names ? column->names[(size_t)x] : "-");
  else if (column->flag)
    buf_adds(out, x != 0 ? "yes" : "no");
  else if (row && (row->kind == SIGNAL_COUNT || row->kind == SIGNAL_SAMPLE))
    buf_addf(out, "%.0f", (double)x);
  else
    buf_addf(out, "%.3f", (double)x);
}

/* What stands in one column of the table. */
struct shown {
  const char *name;
  const struct field_row *field;   /* NULL: a column of values */
  const struct signal_row *row;
  struct column column;
};

struct listing {
  struct call *c;
  struct shown v[GRID_COLUMNS];
  size_t n;
};

static int
unknown_column(struct call *c, const char *name, struct err *e)
{
  const struct filter_provider *p = names_provider(c);
  struct nearest near = nearest_to(name);
  const char *known;

  for (const struct field_row *f = fields; f->name; f++)
    nearest_try(&near, f->name);
  for (size_t i = 0; (known = p->name(p->arg, i)); i++)
    nearest_try(&near, known);
  if (near.best)
    return err_set(e, ERR_INPUT, "unknown column '%.100s' (did you mean '%s'?)", name, near.best);
  return err_set(e, ERR_INPUT, "unknown column '%.100s' (there are: %s, and signals)", name, LISTING_FIELDS);
}

static const struct signal_row *
signal_of(const char *name)
{
  const char *dot = strrchr(name, '.');

  return signal_find(dot ? dot + 1 : name);
}

static int
add_shown(struct listing *l, const char *name, struct err *e)
{
  const struct filter_provider *p = names_provider(l->c);
  struct shown *s = &l->v[l->n];

  if (l->n == GRID_COLUMNS)
    return err_set(e, ERR_INPUT, "more than %d columns", GRID_COLUMNS);
  *s = (struct shown){.name = name, .field = field_named(name), .row = signal_of(name)};
  if (!s->field && !p->get(p->arg, name, &s->column))
    return unknown_column(l->c, name, e);
  l->n++;
  return 0;
}

static int
choose_columns(struct listing *l, const char *columns, struct err *e)
{
  for (const char *at = columns; *at;) {
    size_t n = strcspn(at, ", ");

    if (n && add_shown(l, arena_strndup(&l->c->arena, at, n), e) < 0)
      return -1;
    at += n;
    at += strspn(at, ", ");
  }
  return l->n ? 0 : err_set(e, ERR_INPUT, "--columns needs names: %s, or signals", LISTING_FIELDS);
}

/* id, label and so on; what it is sorted by, if that is no field, and the suggested label, where there is one. */
static int
usual_columns(struct listing *l, const char *sort, struct err *e)
{
  static const char *const usual[] = {"id", "label", "status", "origin", "split"};
  const char *key = sort && *sort == '-' ? sort + 1 : sort;
  struct column column;
  const struct filter_provider *p = names_provider(l->c);

  for (size_t i = 0; i < N_OF(usual); i++)
    if (add_shown(l, usual[i], e) < 0)
      return -1;
  if (key && *key && !field_named(key) && p->get(p->arg, key, &column)) {
    if (add_shown(l, key, e) < 0)
      return -1;
    if (strcmp(key, "suggested") != 0 && p->get(p->arg, "suggested", &column) && column.n
        && add_shown(l, "suggested", e) < 0)
      return -1;
  }
  return add_shown(l, "text", e);
}

static void
begin_table(const struct listing *l, struct grid *g)
{
  struct buf heads = BUF_INIT;

  for (size_t i = 0; i < l->n; i++) {
    const struct shown *s = &l->v[i];
    bool number = s->field ? s->field->number : !s->column.names && !s->column.flag;

    buf_addf(&heads, "%s%s%s", i ? "|" : "", s->name, number ? ">" : "");
  }
  grid_init(g, buf_str(&heads));
  buf_release(&heads);
}

int
listing_text(struct call *c, const char *columns, const char *sort, const uint32_t *ids, size_t n, struct err *e)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct listing l = {.c = c};
  struct buf cell = BUF_INIT;
  struct grid g;
  struct sample s;

  if ((columns ? choose_columns(&l, columns, e) : usual_columns(&l, sort, e)) < 0 || (columns && names_computed(c, e) < 0))
    return -1;
  begin_table(&l, &g);
  for (size_t i = 0; i < n; i++) {
    if (!corpus_get(corpus, ids[i], &s))
      continue;
    for (size_t k = 0; k < l.n; k++) {
      buf_clear(&cell);
      if (l.v[k].field)
        l.v[k].field->cell(&cell, corpus, &s);
      else
        value_cell(&cell, &l.v[k].column, l.v[k].row, s.id);
      grid_cell(&g, "%s", buf_str(&cell));
    }
  }
  grid_print(&g, c);
  grid_release(&g);
  buf_release(&cell);
  return 0;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* A float as few digits as say it: .1, not .10000000149. */
static double
plain(float x)
{
  char text[40];

  snprintf(text, sizeof text, "%.7g", (double)x);
  return strtod(text, NULL);
}

static void
add_member(struct buf *out, const struct shown *s, uint32_t id)
{
  float x = value_of(&s->column, id);

  if (isnan(x))
    return;
  if (s->column.names)
    json_add_field(out, s->name, x >= 0 && x < (float)s->column.n_names ? s->column.names[(size_t)x] : NULL);
  else if (s->column.flag)
    json_add_field_bool(out, s->name, x != 0);
  else
    json_add_field_number(out, s->name, plain(x));
}

/* The signals there are, into v; their number. */
static size_t
signals_there(struct call *c, struct shown *v, size_t max)
{
  const struct filter_provider *p = names_provider(c);
  size_t n = 0;

  for (const struct signal_row *r = signal_rows; n < max; r++) {
    v[n] = (struct shown){.name = r->name ? r->name : "disagrees", .row = r};
    n += p->get(p->arg, v[n].name, &v[n].column) && v[n].column.n;
    if (!r->name)
      break;
  }
  return n;
}

void
listing_json(struct call *c, const uint32_t *ids, size_t n)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct shown signals[40];
  size_t n_signals = signals_there(c, signals, N_OF(signals));
  struct buf line = BUF_INIT;
  struct sample s;

  for (size_t i = 0; i < n && !print_broken(c) && !stop_wanted(c->stop); i++) {
    if (!corpus_get(corpus, ids[i], &s))
      continue;
    dataset_add_json(&line, corpus, &s);
    buf_truncate(&line, line.n - 1);  /* the closing brace: further members follow */
    for (size_t k = 0; k < n_signals; k++)
      add_member(&line, &signals[k], s.id);
    buf_addc(&line, '}');
    print_json(c, &line);
  }
  buf_release(&line);
}
