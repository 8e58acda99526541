#include "ui/form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
form_init(struct form *f, const char *title, const struct option *rows, size_t n)
{
  memset(f, 0, sizeof *f);
  f->title = title;
  f->fields = xcalloc(n ? n : 1, sizeof *f->fields);
  f->n = n;
  f->list.n = n;
  for (size_t i = 0; i < n; i++) {
    f->fields[i].option = &rows[i];
    editor_init(&f->fields[i].value);
    f->fields[i].value.one_line = true;
  }
}

void
form_release(struct form *f)
{
  for (size_t i = 0; i < f->n; i++) {
    editor_release(&f->fields[i].value);
    free(f->fields[i].offers);
  }
  free(f->fields);
  memset(f, 0, sizeof *f);
}

/* ---- headings ---- */

static bool
is_heading(const struct form_field *field)
{
  return !*field->option->name;
}

static bool
folded(const struct form *f)
{
  return f->fold && f->list.n == f->fold + 1;
}

static void
set_folded(struct form *f, bool fold)
{
  f->list.n = fold ? f->fold + 1 : f->n;
  list_go(&f->list, fold && f->list.at > f->fold ? f->fold : f->list.at);
}

void
form_fold(struct form *f)
{
  for (size_t i = f->n; i-- > 0;)
    if (is_heading(&f->fields[i]))
      f->fold = i;
  if (f->fold)
    set_folded(f, true);
}

/* To the next row that can be taken in hand, around the ends: no heading but that of the fold. */
static void
next_row(struct form *f, int by)
{
  size_t at = f->list.at;

  do
    at = by > 0 ? (at + 1 < f->list.n ? at + 1 : 0) : at ? at - 1 : f->list.n - 1;
  while (at != f->list.at && is_heading(&f->fields[at]) && at != f->fold);
  list_go(&f->list, at);
}

/* Fields behind the fold; said: that say something else than their default. */
static size_t
behind(const struct form *f, bool said)
{
  size_t n = 0;

  for (size_t i = f->fold + 1; i < f->n; i++)
    n += !is_heading(&f->fields[i]) && (!said || *editor_text(&f->fields[i].value) != '\0');
  return n;
}

static struct form_field *
field_of(const struct form *f, const char *name)
{
  for (size_t i = 0; i < f->n; i++)
    if (!strcmp(f->fields[i].option->name, name))
      return &f->fields[i];
  return NULL;
}

/* "option '--seeds': '0' is ...": the field stands beside it, its name need not be said. */
static const char *
without_name(const char *message)
{
  const char *end = strncmp(message, "option '", strlen("option '")) ? NULL : strstr(message, "': ");

  return end ? end + strlen("': ") : message;
}

static bool
check(struct form_field *field)
{
  struct err e = {0};
  const char *text = editor_text(&field->value);

  field->wrong[0] = '\0';
  if (!*text || field->option->type == OPTION_FLAG || option_check(field->option, text, NULL, &e) == 0)
    return true;
  snprintf(field->wrong, sizeof field->wrong, "%s", without_name(e.message));
  return false;
}

void
form_set(struct form *f, const char *name, const char *value)
{
  struct form_field *field = field_of(f, name);

  if (!field)
    return;
  editor_set(&field->value, value ? value : "", value ? strlen(value) : 0);
  field->value.at = field->value.text.n;
  check(field);
}

const char *
form_get(const struct form *f, const char *name)
{
  const struct form_field *field = field_of(f, name);

  return field ? editor_text(&field->value) : "";
}

void
form_offer(struct form *f, const char *name, const char *offers)
{
  struct form_field *field = field_of(f, name);

  if (!field)
    return;
  free(field->offers);
  field->offers = xstrdup(offers);
}

void
form_brief(struct form *f, const char *name, const char *brief)
{
  struct form_field *field = field_of(f, name);

  if (field)
    field->brief = brief;
}

/* What the arrow keys cycle through, "a|b|c"; NULL: a field to type in. */
static const char *
offers_of(const struct form_field *field)
{
  return field->offers && *field->offers ? field->offers
       : field->option->type == OPTION_CHOICE ? field->option->choices
       : field->option->type == OPTION_FLAG ? "no|yes" : NULL;
}

static const char *
shown_value(const struct form_field *field)
{
  const char *typed = editor_text(&field->value);

  if (*typed)
    return typed;
  if (field->option->fallback)
    return field->option->fallback;
  return field->option->type == OPTION_FLAG ? "no" : "";
}

/* Steps to the next or previous of the offers. */
static void
cycle(struct form_field *field, int step)
{
  const char *offers = offers_of(field), *now = shown_value(field), *starts[64];
  size_t lengths[64], n = 0, at = 0;
  bool found = false;

  for (const char *s = offers; s && n < N_OF(starts); n++) {
    const char *end = strchr(s, '|');

    starts[n] = s;
    lengths[n] = end ? (size_t)(end - s) : strlen(s);
    if (strlen(now) == lengths[n] && !strncmp(now, s, lengths[n])) {
      at = n;
      found = true;
    }
    s = end ? end + 1 : NULL;
  }
  if (!n)
    return;
  at = !found ? 0 : (at + n + (size_t)(step + (int)n)) % n;
  editor_set(&field->value, starts[at], lengths[at]);
  field->value.at = field->value.text.n;
  check(field);
}

/* What can only be one of a few words is not typed in but pressed: a letter goes to the next word that begins with it,
 * Backspace to the default. */
static void
press(struct form_field *field, const struct key *k)
{
  char *before = xstrdup(editor_text(&field->value));
  size_t most = 1;

  if (key_is(k, "BS") || key_is(k, "Del") || key_is(k, "C-u"))
    editor_set(&field->value, "", 0);
  for (const char *s = offers_of(field); *s; s++)
    most += *s == '|';
  for (size_t i = 0; k->code > ' ' && k->code < 0x7f && !k->mods && i < most; i++) {
    cycle(field, 1);
    if ((uint32_t)tolower((unsigned char)*shown_value(field)) == (uint32_t)tolower((int)k->code))
      break;
    if (i + 1 == most)
      editor_set(&field->value, before, strlen(before));
  }
  check(field);
  free(before);
}

/* A click takes a field in hand; on the one in hand it goes to the next of its offers. */
static void
click(struct form *f, const struct key *k)
{
  size_t i;

  if (!area_has(f->fields_area, k->row, k->col) || !list_hit(&f->list, k->row - f->fields_area.row, &i))
    return;
  if (i == f->fold && f->fold)
    set_folded(f, !folded(f));
  else if (is_heading(&f->fields[i]))
    return;
  if (i == f->list.at && offers_of(&f->fields[i]))
    cycle(&f->fields[i], 1);
  list_go(&f->list, i);
}

static bool
all_right(struct form *f)
{
  for (size_t i = 0; i < f->n; i++)
    if (!check(&f->fields[i])) {
      if (i >= f->list.n)
        set_folded(f, false);
      list_go(&f->list, i);
      return false;
    }
  return true;
}

enum form_result
form_key(struct form *f, const struct key *k)
{
  struct form_field *field = f->n ? &f->fields[f->list.at] : NULL;
  bool cycles = field && offers_of(field);

  if (key_is(k, "Esc"))
    return FORM_CANCEL;
  if (key_is(k, "Enter") || key_is(k, "C-s"))
    return all_right(f) ? FORM_DONE : FORM_GOES_ON;
  if (!field)
    return FORM_GOES_ON;
  if (key_is(k, "Up") || key_is(k, "S-Tab") || key_is(k, "C-p"))
    next_row(f, -1);
  else if (key_is(k, "Down") || key_is(k, "Tab") || key_is(k, "C-n"))
    next_row(f, 1);
  else if (k->code == K_MOUSE && (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN))
    next_row(f, k->mouse == MOUSE_WHEEL_UP ? -1 : 1);
  else if (k->code == K_MOUSE)
    click(f, k);
  else if (is_heading(field) && (key_is(k, "Space") || key_is(k, "Right") || key_is(k, "Left")))
    set_folded(f, key_is(k, "Left") || (key_is(k, "Space") && !folded(f)));
  else if (is_heading(field))
    return FORM_GOES_ON;
  else if (cycles && (key_is(k, "Right") || key_is(k, "Space") || key_is(k, "Left")))
    cycle(field, key_is(k, "Left") ? -1 : 1);
  else if (field->option->type == OPTION_FLAG || field->option->type == OPTION_CHOICE)
    press(field, k);
  else if (editor_key(&field->value, k) == EDITOR_CHANGED)
    check(field);
  return FORM_GOES_ON;
}

#define NAME_COLS_LEAST 14
#define NAME_COLS_MOST 19
#define VALUE_COLS 18
#define VALUE_COLS_WIDE 26

static int
name_cols(const struct form *f)
{
  int most = NAME_COLS_LEAST;

  for (size_t i = 0; i < f->n; i++) {
    int width = (int)strlen(f->fields[i].option->name) + 1;

    most = width > most ? width : most;
  }
  return most < NAME_COLS_MOST ? most : NAME_COLS_MOST;
}

static void
draw_heading(const struct form *f, struct canvas *c, struct area a, size_t i, bool here)
{
  const char *heading = f->fields[i].option->summary;
  bool fold = f->fold && i == f->fold;
  int col = 2;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (fold) {
    canvas_put(c, a, 0, 2, STYLE_KEY, folded(f) ? '+' : '-');
    col = 4;
  }
  col = canvas_str(c, a, 0, col, STYLE_HEAD, heading);
  if (fold && folded(f)) {
    col = canvas_printf(c, a, 0, col, STYLE_DIM, ": %zu", behind(f, false));
    if (behind(f, true))
      canvas_printf(c, a, 0, col, STYLE_NORMAL, ", %zu of them filled in", behind(f, true));
  }
}

static void
draw_field(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct form *f = arg;
  struct form_field *field = &f->fields[i];
  bool typed = *editor_text(&field->value);
  int names = name_cols(f), values = a.cols < 90 ? VALUE_COLS : VALUE_COLS_WIDE, rest = 3 + names + values;
  struct area value = area_cols(a, 2 + names, values);
  const char *about = field->brief ? field->brief : field->option->summary;

  if (is_heading(field)) {
    draw_heading(f, c, a, i, here);
    return;
  }
  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  canvas_fit(c, a, 0, 2, names - 1, here ? STYLE_BOLD : STYLE_NORMAL, field->option->name,
             strlen(field->option->name));
  if (here && !offers_of(field))
    editor_draw(&field->value, c, value, NULL, true);
  if (!typed)
    canvas_str(c, value, 0, 0, STYLE_DIM, shown_value(field));
  else if (!here || offers_of(field))
    canvas_str(c, value, 0, 0, field->wrong[0] ? STYLE_BAD : STYLE_BOLD, shown_value(field));
  if (field->wrong[0])
    canvas_fit(c, a, 0, rest, a.cols - rest, STYLE_BAD, field->wrong, strlen(field->wrong));
  else if (about)
    canvas_fit(c, a, 0, rest, a.cols - rest, STYLE_DIM, about, strlen(about));
}

/* All about the field in hand: what it is, what is allowed, or what is wrong. */
static void
draw_about(const struct form_field *field, struct canvas *c, struct area a)
{
  struct buf b = BUF_INIT, range = BUF_INIT;
  size_t next;
  int row = 0;

  option_range(field->option, &range);
  buf_adds(&b, field->wrong[0] ? field->wrong : field->option->summary ? field->option->summary : "");
  if (!field->wrong[0] && range.n && field->option->max < 1e12)
    buf_addf(&b, " (%s)", range.s);
  for (size_t at = 0; at < b.n && row < a.rows; at += next, row++)
    canvas_text(c, a, row, 0, field->wrong[0] ? STYLE_ERROR : STYLE_NORMAL, b.s + at,
                canvas_wrap(b.s + at, b.n - at, a.cols, &next));
  buf_release(&range);
  buf_release(&b);
}

int
form_rows(const struct form *f)
{
  return (int)f->list.n + 6;
}

void
form_draw(struct form *f, struct canvas *c, struct area a)
{
  struct area inside = canvas_box(c, a, STYLE_RULE, f->title), fields = area_rows(inside, 0, inside.rows - 4);
  struct area about = area_cols(area_rows(inside, inside.rows - 3, 2), 1, inside.cols - 2);
  struct area foot = area_rows(inside, inside.rows - 1, 1);
  const struct form_field *field = f->n ? &f->fields[f->list.at] : NULL;

  f->fields_area = area_cols(fields, 1, fields.cols - 2);
  list_draw(&f->list, c, f->fields_area, true, draw_field, f);
  canvas_hline(c, inside, inside.rows - 4, STYLE_RULE);
  if (field && !is_heading(field))
    draw_about(field, c, about);
  canvas_str(c, foot, 0, 1, STYLE_DIM,
             field && is_heading(field) ? "Space more or fewer   Up Down field   Enter done   Esc back"
             : field && field->option->type == OPTION_FLAG
               ? "Space yes or no   Up Down field   Enter done   Esc back"
             : field && offers_of(field) && field->option->many
               ? "Space next choice, or type several: a,b   Up Down field   Enter done   Esc back"
             : field && offers_of(field) ? "Space next choice   Up Down field   Enter done   Esc back"
             : "type a value (empty: the default)   Up Down field   Enter done   Esc back");
}

static void
add_quoted(struct buf *out, const char *s)
{
  if (*s && !strpbrk(s, " \t\"'\\|;&()<>#")) {
    buf_adds(out, s);
    return;
  }
  buf_addc(out, '"');
  for (; *s; s++) {
    if (*s == '"' || *s == '\\')
      buf_addc(out, '\\');
    buf_addc(out, *s);
  }
  buf_addc(out, '"');
}

/* "a, b" of teachers or labels are several. */
static void
add_each(struct buf *out, const struct option *o, const char *value)
{
  bool several = o->many && (o->type == OPTION_TEACHER || o->type == OPTION_LABEL);

  for (const char *end; *value; value = end + (*end != '\0')) {
    char *one;

    end = several ? value + strcspn(value, ",") : value + strlen(value);
    value += several ? strspn(value, " ") : 0;
    one = xstrndup(value, (size_t)(end - value));
    if (*one) {
      buf_addf(out, " --%s ", o->name);
      add_quoted(out, one);
    }
    free(one);
  }
}

void
form_line(const struct form *f, struct buf *out)
{
  form_line_without(f, "", out);
}

void
form_line_without(const struct form *f, const char *name, struct buf *out)
{
  for (size_t i = 0; i < f->n; i++) {
    const char *value = editor_text(&f->fields[i].value);
    bool flag = f->fields[i].option->type == OPTION_FLAG;

    if (is_heading(&f->fields[i]) || !strcmp(f->fields[i].option->name, name))
      continue;
    if (flag && !strcmp(value, "yes"))
      buf_addf(out, " --%s", f->fields[i].option->name);
    else if (!flag)
      add_each(out, f->fields[i].option, value);
  }
}
