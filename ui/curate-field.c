/* The fields of a sample as columns: what stands over them and in their cells. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/curate-column.h"

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
  buf_addf(&cell->text, "\xe2\x9a\x91 %s %s", p[0] == '0' ? p + 1 : p,
           label_name(corpus_labels(from->corpus), hint.label));
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
  {"suggestion", "suggestion", 16, .lends = true,
   .help = "what the student says, where it is another label (t takes it)",
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
