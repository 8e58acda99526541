/* Which columns stand in the table of Curate, how wide and in which order: the page of columns. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/project.h"
#include "ui/view-curate.h"

#define SETTING "curate.columns"
#define ATTRIBUTE_SAMPLES 1000   /* that are looked through for the names of attributes */

/* ---- kept in the project ---- */

void
columns_load(struct curate *v)
{
  char *words = project_setting(workbench_project(v->w), SETTING);

  choice_set(&v->choice, words && *words ? words : choice_default(corpus_task(v->corpus)));
  if (!v->choice.n)
    choice_set(&v->choice, choice_default(corpus_task(v->corpus)));
  free(words);
  if (!choice_has(&v->choice, "label", &v->hand))
    v->hand = 0;
}

struct saving {
  struct curate *v;
  struct project *project;
  char *words;
  struct err e;
  int status;
};

static void save(struct curate *v);

static void
save_work(void *arg)
{
  struct saving *s = arg;

  s->status = project_set_setting(s->project, SETTING, s->words, &s->e);
}

static void
save_done(void *arg)
{
  struct saving *s = arg;
  struct curate *v = s->v;

  if (s->status < 0)
    workbench_complain(v->w, &s->e);
  v->saving = false;
  free(s->words);
  free(s);
  if (v->save_again)
    save(v);
}

/* One at a time, so that the last choice is the one that stays. */
static void
save(struct curate *v)
{
  struct buf words = BUF_INIT;
  struct saving *s;

  v->save_again = v->saving;
  if (v->saving || project_read_only(workbench_project(v->w)))
    return;
  choice_write(&v->choice, &words);
  s = xcalloc(1, sizeof *s);
  *s = (struct saving){.v = v, .project = workbench_project(v->w), .words = buf_take(&words)};
  v->saving = true;
  workbench_work(v->w, save_work, save_done, s);
}

/* ---- what is wanted of the values ---- */

static void
want(struct buf *names, const char *name)
{
  char *at = NULL, *copy = xstrdup(buf_str(names));
  bool there = false;

  for (char *word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at))
    there |= !strcmp(word, name);
  free(copy);
  if (!there && *name && !column_field_find(name) && strncmp(name, "attr.", 5))
    buf_addf(names, "%s%s", names->n ? " " : "", name);
}

void
columns_want(struct curate *v)
{
  struct buf names = BUF_INIT;

  for (const struct signal_row *r = signal_rows; r->name; r++)
    want(&names, r->name);
  want(&names, "run.loss");
  want(&names, "run.wrong");
  for (size_t i = 0; i < v->choice.n; i++)
    want(&names, v->choice.columns[i].name);
  values_want(&v->values, buf_str(&names));
  buf_release(&names);
}

/* ---- the page ---- */

static void
add_name(struct column_page *p, const char *name)
{
  for (size_t i = 0; i < p->n; i++)
    if (!strcmp(p->names[i], name))
      return;
  GROW(p->names, p->cap, p->n + 1);
  p->names[p->n++] = xstrdup(name);
}

static void
add_attributes(struct curate *v, struct column_page *p)
{
  const char *at, *name, *value;
  size_t n_name, n_value;
  struct sample s;

  for (uint32_t id = 1; id <= corpus_count(v->corpus) && id <= ATTRIBUTE_SAMPLES; id++) {
    if (!corpus_get(v->corpus, id, &s))
      continue;
    at = s.attributes;
    while (attribute_next(&at, &name, &n_name, &value, &n_value)) {
      char *word = xasprintf("attr.%.*s", (int)n_name, name);

      if (!strchr(word, ' ') && p->n < COLUMNS_MAX)
        add_name(p, word);
      free(word);
    }
  }
}

static bool
has_pairs(const struct curate *v)
{
  return corpus_task(v->corpus) == TASK_PAIR;
}

static void
fill_names(struct curate *v)
{
  struct column_page *p = &v->columns;

  columns_release(v);
  for (size_t i = 0; i < v->choice.n; i++)
    add_name(p, v->choice.columns[i].name);
  for (const struct column_field *f = column_fields; f->name; f++)
    if (strcmp(f->name, "text2") || has_pairs(v))
      add_name(p, f->name);
  add_attributes(v, p);
  for (const struct signal_row *r = signal_rows; r->name; r++)
    add_name(p, r->name);
  for (size_t i = 0; i < v->values.n_names && p->n < COLUMNS_MAX; i++)
    add_name(p, v->values.names[i]);
  p->list = (struct list){.n = p->n};
}

void
columns_release(struct curate *v)
{
  for (size_t i = 0; i < v->columns.n; i++)
    free(v->columns.names[i]);
  free(v->columns.names);
  v->columns = (struct column_page){.open = v->columns.open};
}

void
curate_columns(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  fill_names(v);
  v->columns.open = true;
}

/* Keeps the page's order that of the choice, with the same name under the cursor. */
static void
reorder(struct curate *v, const char *name)
{
  struct column_page *p = &v->columns;
  char *here = xstrdup(name);
  size_t top = p->list.top, height = (size_t)p->list.height;

  fill_names(v);
  p->list.top = top;
  p->list.height = (int)height;
  for (size_t i = 0; i < p->n; i++)
    if (!strcmp(p->names[i], here))
      list_go(&p->list, i);
  free(here);
}

static void
toggle(struct curate *v, const char *name)
{
  size_t i;

  if (!choice_has(&v->choice, name, &i))
    choice_add(&v->choice, name);
  else if (v->choice.n > 1)
    choice_remove(&v->choice, i);
  else
    workbench_say(v->w, "one column must stay");
}

static void
widen(struct curate *v, size_t i, int step)
{
  struct column_source from = {v->corpus, &v->hints, &v->values};
  struct chosen_column *k = &v->choice.columns[i];
  int now = i < v->table.n && v->table.places[i].cols ? v->table.places[i].cols : column_cols(k, &from);

  choice_widen(&v->choice, i, step, k->cols ? k->cols : now);
}

/* Keys of the page: what it does, by key. */
static bool
change(struct curate *v, const struct key *k, const char *name)
{
  size_t i = 0;
  bool chosen = choice_has(&v->choice, name, &i);

  if (key_is(k, "Space") || key_is(k, "Enter"))
    toggle(v, name);
  else if (chosen && (key_is(k, "K") || key_is(k, "J")))
    choice_move(&v->choice, i, key_is(k, "K") ? -1 : 1);
  else if (chosen && (key_is(k, "+") || key_is(k, "-")))
    widen(v, i, key_is(k, "+") ? 1 : -1);
  else if (chosen && key_is(k, "="))
    v->choice.columns[i].cols = 0;
  else if (key_is(k, "0"))
    choice_set(&v->choice, choice_default(corpus_task(v->corpus)));
  else
    return false;
  return true;
}

static void
page_mouse(struct curate *v, const struct key *k)
{
  struct column_page *p = &v->columns;
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
    list_wheel(&p->list, k->mouse == MOUSE_WHEEL_UP ? -1 : 1);
  else if (!area_has(p->area, k->row, k->col))
    p->open = false;
  else if (list_hit(&p->list, k->row - p->area.row, &i))
    list_go(&p->list, i);
}

bool
columns_key(struct curate *v, const struct key *k)
{
  static const struct { const char *key; enum move move; } moves[] = {
    {"j", MOVE_DOWN}, {"Down", MOVE_DOWN}, {"k", MOVE_UP}, {"Up", MOVE_UP}, {"C-d", MOVE_HALF_DOWN},
    {"C-u", MOVE_HALF_UP}, {"PgDn", MOVE_PAGE_DOWN}, {"PgUp", MOVE_PAGE_UP}, {"g", MOVE_TOP}, {"G", MOVE_BOTTOM},
    {"Home", MOVE_TOP}, {"End", MOVE_BOTTOM},
  };
  struct column_page *p = &v->columns;
  const char *name = p->list.at < p->n ? p->names[p->list.at] : "id";

  if (key_is(k, "Esc") || key_is(k, "q") || key_is(k, "C") || key_is(k, "C-c"))
    p->open = false;
  else if (k->code == K_MOUSE)
    page_mouse(v, k);
  else if (change(v, k, name)) {
    if (!key_is(k, "Space") && !key_is(k, "Enter"))  /* what is checked stays where it is: nothing jumps */
      reorder(v, name);
    columns_want(v);
    save(v);
  }
  for (size_t i = 0; i < N_OF(moves); i++)
    if (key_is(k, moves[i].key))
      list_move(&p->list, moves[i].move);
  return true;
}

void
curate_widen(struct workbench *w, void *view, int step)
{
  struct curate *v = view;

  (void)w;
  if (v->hand >= v->choice.n)
    v->hand = 0;
  widen(v, v->hand, step);
  save(v);
  workbench_say(w, "%s: %d wide (a click on another head takes that one; C shows all columns)",
                v->choice.columns[v->hand].name, v->choice.columns[v->hand].cols);
}

/* ---- drawing ---- */

static const char *
group_of(const char *name)
{
  const struct signal_row *signal = signal_find(name);

  return column_field_find(name) ? "" : !strncmp(name, "attr.", 5) ? "attribute"
         : signal ? signal_source_names[signal->source] : "run";
}

static void
draw_name(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct curate *v = arg;
  struct column_source from = {v->corpus, &v->hints, &v->values};
  const char *name = v->columns.names[i], *help = column_help(name), *group = group_of(name);
  bool empty = *group && strcmp(group, "attribute") && !values_have(&v->values, name);
  int wide = a.cols >= 70 ? 28 : 18, col = 12 + wide;
  size_t at;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (choice_has(&v->choice, name, &at)) {
    int cols = column_cols(&v->choice.columns[at], &from);

    canvas_put(c, a, 0, 2, STYLE_GOOD, 0x2713);
    if (cols)
      canvas_printf(c, a, 0, 4, v->choice.columns[at].cols ? STYLE_BOLD : STYLE_DIM, "%4d", cols);
    else
      canvas_str(c, a, 0, 4, STYLE_DIM, "rest");
  }
  canvas_fit(c, a, 0, 10, wide, choice_has(&v->choice, name, NULL) ? STYLE_BOLD : STYLE_NORMAL, name, strlen(name));
  if (empty)
    col = canvas_str(c, a, 0, col, STYLE_DIM, "not computed: ");
  canvas_fit(c, a, 0, col, a.cols - col, STYLE_DIM, help, strlen(help));
}

void
columns_draw(struct curate *v, struct canvas *c, struct area a)
{
  static const struct { const char *keys, *does; } keys[] = {
    {"Space", "show or not"}, {"K J", "left, right"}, {"+ - =", "width"}, {"0", "as at first"}, {"Esc", "done"},
  };
  struct column_page *p = &v->columns;
  struct area inside = canvas_box(c, a, STYLE_RULE, "columns"), foot = area_rows(inside, inside.rows - 1, 1);
  int col = 1;

  c->cursor_row = -1;
  p->area = area_rows(inside, 0, inside.rows - 1);
  list_draw(&p->list, c, p->area, true, draw_name, v);
  for (size_t i = 0; i < N_OF(keys); i++) {
    col = canvas_str(c, foot, 0, col, STYLE_KEY, keys[i].keys);
    col = canvas_str(c, foot, 0, col + 1, STYLE_DIM, keys[i].does) + 2;
  }
}
