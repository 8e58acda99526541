#include "ui/curate-column.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/sort.h"
#include "ui/canvas.h"

/* The signal that a name speaks of: "suspect", or "linear#3.aum". */
const struct signal_row *
column_signal(const char *name)
{
  const char *dot = strrchr(name, '.');

  return signal_find(dot ? dot + 1 : name);
}

/* ---- what it is ---- */

const char *
column_title(const struct chosen_column *k)
{
  return k->field ? k->field->title : !strncmp(k->name, "attr.", 5) ? k->name + 5
         : !strncmp(k->name, "run.", 4) ? k->name + 4 : k->name;
}

const char *
column_help(const char *name)
{
  static const struct { const char *name, *help; } said[] = {
    {"wrong", "it took another label for the likeliest"},
    {"confidence", "how likely it held the label that it took"},
    {"loss", "-ln of the probability of the label that the sample has"},
  };
  const struct column_field *field = column_field_find(name);
  const struct signal_row *signal = column_signal(name);
  const char *dot = strrchr(name, '.');

  if (field)
    return field->help;
  if (!strncmp(name, "attr.", 5))
    return "an attribute that the template asked for";
  if (signal)
    return signal->summary;
  for (size_t i = 0; i < N_OF(said); i++)
    if (!strcmp(said[i].name, dot ? dot + 1 : name))
      return said[i].help;
  return "";
}

static int
digits(uint32_t n)
{
  int d = 1;

  while (n >= 10) {
    n /= 10;
    d++;
  }
  return d < 4 ? 4 : d;  /* so that a growing corpus seldom moves the columns */
}

static int
label_cols(const struct corpus *c)
{
  const struct labels *labels = corpus_labels(c);
  int most = 4;

  for (size_t i = 0; i < labels_count(labels) && i < 1000 && most < 20; i++) {
    const char *name = label_name(labels, (uint16_t)i);
    int width = canvas_width(name, strlen(name));

    most = width > most ? width : most;
  }
  return (most > 20 ? 20 : most) + (corpus_task(c) == TASK_MULTILABEL ? 8 : 0);
}

static int
value_cols(const struct chosen_column *k, const struct column_source *from)
{
  static const int cols[] = {[SIGNAL_NUMBER] = 6, [SIGNAL_SHARE] = 4, [SIGNAL_COUNT] = 4, [SIGNAL_FLAG] = 3,
                             [SIGNAL_LABEL] = 10, [SIGNAL_SAMPLE] = 7, [SIGNAL_LANGUAGE] = 4};
  int title = canvas_width(column_title(k), strlen(column_title(k))), usual;

  usual = !k->signal ? 5 : k->signal->kind == SIGNAL_LABEL ? label_cols(from->corpus) : cols[k->signal->kind];
  title = title > 10 ? 10 : title + 1;  /* and the arrow of the order */
  return title > usual ? title : usual;
}

int
column_cols(const struct chosen_column *k, const struct column_source *from)
{
  if (k->cols)
    return k->cols;
  if (!k->field)
    return !strncmp(k->name, "attr.", 5) ? 12 : value_cols(k, from);
  if (!strcmp(k->name, "id"))
    return digits(corpus_count(from->corpus));
  if (!strcmp(k->name, "label"))
    return label_cols(from->corpus);
  if (!strcmp(k->name, "suggestion"))
    return label_cols(from->corpus) + 6;
  return k->field->cols;
}

bool
column_right(const struct chosen_column *k)
{
  if (k->field)
    return k->field->right;
  if (!strncmp(k->name, "attr.", 5))
    return false;
  return !k->signal || k->signal->kind == SIGNAL_NUMBER || k->signal->kind == SIGNAL_SHARE ||
         k->signal->kind == SIGNAL_COUNT || k->signal->kind == SIGNAL_SAMPLE;
}

/* ---- its cells ---- */

static void
add_share(struct buf *out, double x)
{
  char p[16];

  snprintf(p, sizeof p, "%.2f", x);
  buf_adds(out, p[0] == '0' ? p + 1 : p);
}

void
column_value(const struct value_column *k, const struct signal_row *signal, double x, struct buf *out)
{
  enum signal_kind kind = signal ? signal->kind : k->column.flag ? SIGNAL_FLAG : SIGNAL_NUMBER;
  const char *dot = strrchr(k->name, '.');

  if (k->column.names)
    buf_adds(out, x >= 0 && x < (double)k->column.n_names ? k->column.names[(size_t)x] : "");
  else if (kind == SIGNAL_FLAG)
    buf_adds(out, x != 0 ? "yes" : "");
  else if (kind == SIGNAL_SHARE || !strcmp(dot ? dot + 1 : k->name, "confidence"))
    add_share(out, x);
  else if (kind == SIGNAL_COUNT || kind == SIGNAL_SAMPLE)
    buf_addf(out, "%.0f", x);
  else
    buf_addf(out, fabs(x) >= 100 ? "%.0f" : "%.2f", x);
}

static void
fill_attribute(const struct sample *s, const char *name, struct column_cell *cell)
{
  size_t n;
  const char *value = attribute_get(s->attributes ? s->attributes : "", name, &n);

  if (value)
    buf_add(&cell->text, value, n);
}

static void
fill_value(const struct chosen_column *k, const struct column_source *from, const struct sample *s,
           struct column_cell *cell)
{
  const struct value_column *values = values_column(from->values, k->name);
  double x;

  if (!values_at(values, s->id, &x))
    return;
  if (k->signal && k->signal->kind == SIGNAL_LABEL && !values->column.names)
    buf_adds(&cell->text, x >= 0 && x < 65535 ? label_name(corpus_labels(from->corpus), (uint16_t)x) : "");
  else
    column_value(values, k->signal, x, &cell->text);
  if (values->column.flag && x != 0)
    cell->style = STYLE_WARN;
  else if (k->signal && k->signal->kind == SIGNAL_LABEL)
    cell->style = STYLE_HINT;
}

void
column_fill(const struct chosen_column *k, const struct column_source *from, const struct sample *s,
            struct column_cell *cell)
{
  buf_clear(&cell->text);
  cell->style = STYLE_NORMAL;
  if (k->field)
    k->field->fill(from, s, cell);
  else if (!strncmp(k->name, "attr.", 5))
    fill_attribute(s, k->name + 5, cell);
  else
    fill_value(k, from, s, cell);
}

const char *
column_sort_key(const char *name)
{
  if (!strncmp(name, "attr.", 5))
    return NULL;
  if (!column_field_find(name))
    return name;
  for (const struct sort_key *k = sort_keys; k->name; k++)
    if (!strcmp(k->name, name))
      return k->name;
  return NULL;
}
