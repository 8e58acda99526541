#include "ui/curate-column.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/sort.h"
#include "ui/canvas.h"

#define TEXT_BYTES 4000   /* of a text, in a cell: more than any screen holds */

static const struct {
  const char *sign;
  enum style style;
} status_signs[N_STATUSES] = {{"\xc2\xb7", STYLE_DIM}, {"\xe2\x9c\x93", STYLE_GOOD}, {"\xe2\x9c\x97", STYLE_BAD}};

const char *
status_sign(enum status status)
{
  return status_signs[status].sign;
}

enum style
status_sign_style(enum status status)
{
  return status_signs[status].style;
}

/* ---- fields ---- */

static void
fill_id(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_addf(&cell->text, "%u", s->id);
  cell->style = STYLE_DIM;
}

static void
fill_status(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_adds(&cell->text, status_signs[s->status].sign);
  cell->style = status_signs[s->status].style;
}

static void
fill_label(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  if (s->n_labels)
    labels_join(&cell->text, corpus_labels(from->corpus), s->labels, s->n_labels, " ");
  else
    buf_adds(&cell->text, "-");
  cell->style = s->n_labels ? STYLE_LABEL : STYLE_DIM;
}

static void
add_text(struct column_cell *cell, const struct sample *s, const char *text, size_t n)
{
  if (text)
    buf_add(&cell->text, text, n < TEXT_BYTES ? n : TEXT_BYTES);
  cell->style = s->gone || s->status == STATUS_REJECTED ? STYLE_DIM : STYLE_NORMAL;
}

static void
fill_text(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  add_text(cell, s, s->text, s->n_text);
}

static void
fill_text2(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  add_text(cell, s, s->text2, s->n_text2);
}

/* ".91 returns", where the student says something else. */
static void
fill_suggestion(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  struct hint hint;
  char p[16];

  cell->style = STYLE_HINT;
  if (!hints_get(from->hints, s->id, &hint) || sample_has_label(s, hint.label))
    return;
  snprintf(p, sizeof p, "%.2f", (double)hint.probability);
  buf_addf(&cell->text, "\xe2\x9a\x91 %s %s", p[0] == '0' ? p + 1 : p, label_name(corpus_labels(from->corpus), hint.label));
}

static void
fill_words(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_addf(&cell->text, "%u", sample_words(s->text, s->n_text) + (s->text2 ? sample_words(s->text2, s->n_text2) : 0));
}

static void
fill_chars(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_addf(&cell->text, "%zu", utf8_count(s->text, s->n_text) + (s->text2 ? utf8_count(s->text2, s->n_text2) : 0));
}

static void
fill_split(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_adds(&cell->text, split_name(s->split));
}

static void
fill_origin(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  buf_adds(&cell->text, origin_name(s->origin));
}

static void
fill_template(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  if (s->template_id)
    buf_adds(&cell->text, corpus_name(from->corpus, NAME_TEMPLATE, s->template_id));
}

static void
fill_teacher(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  if (s->teacher_id)
    buf_adds(&cell->text, corpus_name(from->corpus, NAME_TEACHER, s->teacher_id));
}

static void
fill_attributes(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  const char *at = s->attributes ? s->attributes : "", *name, *value;
  size_t n_name, n_value;

  (void)from;
  while (attribute_next(&at, &name, &n_name, &value, &n_value))
    buf_addf(&cell->text, "%s%.*s=%.*s", cell->text.n ? " " : "", (int)n_name, name, (int)n_value, value);
}

static void
add_number(struct column_cell *cell, uint32_t n)
{
  if (n)
    buf_addf(&cell->text, "%u", n);
}

static void
fill_request(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  add_number(cell, s->request_id);
}

static void
fill_parent(const struct column_source *from, const struct sample *s, struct column_cell *cell)
{
  (void)from;
  add_number(cell, s->parent_id);
}

const struct column_field column_fields[] = {
  {"id", "id", 4, .right = true, .stays = true, .help = "the sample's number", .fill = fill_id},
  {"status", "", 1, .stays = true, .help = "\xc2\xb7 new, \xe2\x9c\x93 accepted, \xe2\x9c\x97 rejected",
   .fill = fill_status},
  {"label", "label", 10, .help = "its label, or labels", .fill = fill_label},
  {"text", "text", 0, .help = "the text", .fill = fill_text},
  {"text2", "second text", 0, .help = "the second text of a pair", .fill = fill_text2},
  {"suggestion", "suggestion", 16, .lends = true, .help = "what the student says, where it is another label (t takes it)",
   .fill = fill_suggestion},
  {"words", "words", 5, .right = true, .help = "words of the text", .fill = fill_words},
  {"chars", "chars", 5, .right = true, .help = "characters of the text", .fill = fill_chars},
  {"split", "split", 5, .help = "train, valid, test or pool", .fill = fill_split},
  {"origin", "origin", 9, .help = "seed, generated, annotated or imported", .fill = fill_origin},
  {"template", "template", 12, .help = "the template that it was written by", .fill = fill_template},
  {"teacher", "teacher", 12, .help = "the teacher that wrote it", .fill = fill_teacher},
  {"attributes", "attributes", 24, .help = "what it was asked to be like", .fill = fill_attributes},
  {"request", "request", 7, .right = true, .help = "the request that it came from", .fill = fill_request},
  {"parent", "made of", 7, .right = true, .help = "the sample that it was made from", .fill = fill_parent},
  {.name = NULL},
};

const struct column_field *
column_field_find(const char *name)
{
  for (const struct column_field *f = column_fields; f->name; f++)
    if (!strcmp(f->name, name))
      return f;
  return NULL;
}

/* ---- what was chosen ---- */

const char *
choice_default(enum task task)
{
  return task == TASK_PAIR ? "id status label text text2 suggestion" : "id status label text suggestion";
}

bool
choice_has(const struct choice *k, const char *name, size_t *i)
{
  for (size_t at = 0; at < k->n; at++)
    if (!strcmp(k->columns[at].name, name)) {
      if (i)
        *i = at;
      return true;
    }
  return false;
}

/* The signal that a name speaks of: "suspect", or "linear#3.aum". */
static const struct signal_row *
signal_of(const char *name)
{
  const char *dot = strrchr(name, '.');

  return signal_find(dot ? dot + 1 : name);
}

void
choice_add(struct choice *k, const char *name)
{
  struct chosen_column *c;

  if (!*name || strlen(name) >= COLUMN_NAME_MAX || k->n == COLUMNS_MAX || choice_has(k, name, NULL))
    return;
  GROW(k->columns, k->cap, k->n + 1);
  c = &k->columns[k->n++];
  *c = (struct chosen_column){.field = column_field_find(name)};
  c->signal = c->field || !strncmp(name, "attr.", 5) ? NULL : signal_of(name);
  memcpy(c->name, name, strlen(name) + 1);
}

void
choice_set(struct choice *k, const char *words)
{
  char *copy = xstrdup(words), *at = NULL;

  k->n = 0;
  for (char *word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
    char *colon = strrchr(word, ':');
    size_t before = k->n;
    int cols = colon ? atoi(colon + 1) : 0;

    if (colon)
      *colon = '\0';
    choice_add(k, word);
    if (k->n > before)
      k->columns[before].cols = cols < 0 ? 0 : cols > COLUMN_COLS_MAX ? COLUMN_COLS_MAX : cols;
  }
  free(copy);
}

void
choice_write(const struct choice *k, struct buf *out)
{
  for (size_t i = 0; i < k->n; i++) {
    buf_addf(out, "%s%s", i ? " " : "", k->columns[i].name);
    if (k->columns[i].cols)
      buf_addf(out, ":%d", k->columns[i].cols);
  }
}

void
choice_release(struct choice *k)
{
  free(k->columns);
  *k = (struct choice){0};
}

void
choice_remove(struct choice *k, size_t i)
{
  memmove(&k->columns[i], &k->columns[i + 1], (k->n - i - 1) * sizeof *k->columns);
  k->n--;
}

void
choice_move(struct choice *k, size_t i, int step)
{
  struct chosen_column moved = k->columns[i];
  size_t to = step < 0 ? i - 1 : i + 1;

  if ((step < 0 && i == 0) || to >= k->n)
    return;
  k->columns[i] = k->columns[to];
  k->columns[to] = moved;
}

void
choice_widen(struct choice *k, size_t i, int step, int cols_now)
{
  int cols = cols_now + step;

  k->columns[i].cols = cols < COLUMN_COLS_MIN ? COLUMN_COLS_MIN : cols > COLUMN_COLS_MAX ? COLUMN_COLS_MAX : cols;
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
  const struct signal_row *signal = signal_of(name);
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
