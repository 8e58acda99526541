#include "ui/view-templates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static void
items_free(struct template_item *items, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    free(items[i].name);
    free(items[i].source);
  }
  free(items);
}

struct template_item *
templates_selected(struct templates *t)
{
  return t->list.at < t->n ? &t->items[t->list.at] : NULL;
}

static size_t
item_at(const struct template_item *items, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++)
    if (!strcmp(items[i].name, name))
      return i;
  return n;
}

/* ---- the list, read on a thread of its own ---- */

struct lookup {
  struct templates *t;
  uint32_t number;               /* an older one must not undo what a newer one found */
  struct project *p;
  struct template_item *items;
  size_t n;
  uint32_t *item_of_version;     /* index into items + 1 of a version's id, 0: none */
  size_t n_of_version;
  char *teacher;
  double price_in, price_out;
  struct err e;
};

/* rows: all versions, newest first within a name. */
static void
take_versions(struct lookup *l, const struct template_row *rows, size_t n)
{
  uint32_t top = 0;
  size_t at;

  l->items = xcalloc(n + 1, sizeof *l->items);
  for (size_t i = 0; i < n; i++)
    top = rows[i].id > top ? rows[i].id : top;
  l->n_of_version = (size_t)top + 1;
  l->item_of_version = xcalloc(l->n_of_version, sizeof *l->item_of_version);
  for (size_t i = 0; i < n; i++) {
    if (rows[i].removed)
      continue;
    at = item_at(l->items, l->n, rows[i].name);
    if (at == l->n)
      l->items[l->n++] = (struct template_item){.name = xstrdup(rows[i].name), .version = rows[i].version,
                                                .source = xstrdup(rows[i].source)};
    l->items[at].n_versions++;
    l->item_of_version[rows[i].id] = (uint32_t)at + 1;
  }
}

static struct template_item *
item_of(struct lookup *l, uint32_t version_id)
{
  uint32_t at = version_id < l->n_of_version ? l->item_of_version[version_id] : 0;

  return at ? &l->items[at - 1] : NULL;
}

static void
count_samples(struct lookup *l)
{
  struct corpus *c = project_corpus(l->p);
  struct template_item *item;
  struct sample s;

  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    if (!corpus_get(c, id, &s) || !(item = item_of(l, s.template_id)))
      continue;
    item->made++;
    item->accepted += s.status == STATUS_ACCEPTED;
  }
}

/* Prices are those of the teacher that worked last, else of the first. */
static void
find_teacher(struct lookup *l, uint32_t worked_last)
{
  struct teacher_row *rows = NULL;
  size_t n = 0, at = 0;

  l->price_in = l->price_out = NAN;
  if (teacher_store_list(l->p, &rows, &n, &l->e))
    return;
  for (size_t i = 0; i < n; i++)
    if (rows[i].id == worked_last)
      at = i;
  if (n) {
    l->teacher = xstrdup(rows[at].name);
    l->price_in = rows[at].price_in;
    l->price_out = rows[at].price_out;
  }
  teacher_rows_free(rows, n);
}

static void
add_up_costs(struct lookup *l)
{
  struct job_row *jobs = NULL;
  struct job_figures figures;
  struct template_item *item;
  size_t n = 0;

  if (job_store_list(l->p, &jobs, &n, &l->e))
    return;
  for (size_t i = 0; i < n; i++) {
    item = item_of(l, jobs[i].template_id);
    if (!item || job_store_figures(l->p, jobs[i].id, &figures, &l->e))
      continue;
    item->cost_usd += figures.cost_usd;
    job_figures_release(&figures);
  }
  find_teacher(l, n ? jobs[0].teacher_id : 0);
  job_rows_free(jobs, n);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  struct template_row *rows = NULL;
  size_t n = 0;

  if (template_store_list(l->p, true, &rows, &n, &l->e))
    return;
  take_versions(l, rows, n);
  template_rows_free(rows, n);
  count_samples(l);
  add_up_costs(l);
}

/* ---- drafts ---- */

static char *
draft_setting(const char *name)
{
  return xasprintf("draft %s", name);
}

void
templates_keep_draft(struct templates *t)
{
  char *setting;
  struct err e = {0};

  if (!t->name || !t->is_draft || t->kept_ms < 0)
    return;
  setting = draft_setting(t->name);
  if (project_set_setting(t->p, setting, editor_text(&t->editor), &e))
    workbench_complain(t->w, &e);
  t->kept_ms = clock_ms();
  free(setting);
}

void
templates_drop_draft(struct templates *t)
{
  char *setting, *there;
  struct err e = {0};

  if (!t->name)
    return;
  setting = draft_setting(t->name);
  there = project_setting(t->p, setting);
  if (there && *there)
    project_set_setting(t->p, setting, "", &e);
  free(there);
  free(setting);
  t->is_draft = false;
}

static char *
draft_of(struct templates *t, const char *name)
{
  char *setting = draft_setting(name), *draft = project_setting(t->p, setting);

  free(setting);
  if (draft && !*draft) {
    free(draft);
    draft = NULL;
  }
  return draft;
}

static void
set_text(struct templates *t, const char *name, uint32_t version, const char *base, const char *text)
{
  char *new_name = xstrdup(name), *new_base = xstrdup(base);

  free(t->name);
  free(t->base);
  t->name = new_name;
  t->base = new_base;
  t->base_version = version;
  editor_set(&t->editor, text, strlen(text));
  t->is_draft = editor_changed(&t->editor, t->base);
  t->shows = SHOW_PROMPT;
  t->cell = 0;
}

void
templates_open_selected(struct templates *t, uint32_t version)
{
  struct template_item *item = templates_selected(t);
  struct template_row row = {0};
  struct err e = {0};
  char *draft = NULL;

  templates_keep_draft(t);
  if (!item) {
    free(t->name);
    t->name = NULL;
    return;
  }
  if (version && version != item->version) {
    if (template_store_get(t->p, item->name, version, &row, &e)) {
      workbench_complain(t->w, &e);
    } else {
      set_text(t, item->name, version, row.source, row.source);
      t->is_draft = false;
    }
    template_row_release(&row);
  } else {
    if (!version)
      draft = draft_of(t, item->name);
    set_text(t, item->name, item->version, item->source, draft ? draft : item->source);
    free(draft);
  }
  templates_render(t);
}

/* ---- together ---- */

/* What is selected changed, or got a newer version, elsewhere. */
static void
follow_list(struct templates *t)
{
  struct template_item *item = templates_selected(t);

  if (!item || !t->name || strcmp(t->name, item->name))
    templates_open_selected(t, 0);
  else if (!t->is_draft && t->base_version < item->version && strcmp(t->base, item->source))
    templates_open_selected(t, item->version);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct templates *t = l->t;
  char *selected;
  size_t at = 0;

  t->working = false;
  if (l->number < t->taken) {
    items_free(l->items, l->n);
    free(l->teacher);
    free(l->item_of_version);
    free(l);
    return;
  }
  t->taken = l->number;
  selected = t->list.at < t->n ? xstrdup(t->items[t->list.at].name) : NULL;
  if (l->e.code)
    workbench_complain(t->w, &l->e);
  items_free(t->items, t->n);
  free(t->teacher);
  t->items = l->items;
  t->n = l->n;
  t->teacher = l->teacher;
  t->price_in = l->price_in;
  t->price_out = l->price_out;
  t->loaded_ms = clock_ms();
  if (selected)
    at = item_at(t->items, t->n, selected);
  list_keep(&t->list, t->n, at < t->n ? at : t->list.at);
  if (!t->editing)
    follow_list(t);
  templates_render(t);
  free(selected);
  free(l->item_of_version);
  free(l);
}

static struct lookup *
lookup_new(struct templates *t)
{
  struct lookup *l = xcalloc(1, sizeof *l);

  l->t = t;
  l->p = t->p;
  l->number = ++t->asked;
  t->records_seen = project_records_revision(t->p);
  t->corpus_seen = corpus_revision(project_corpus(t->p));
  return l;
}

#define LOAD_MS 300   /* while a job runs, records move with every reply */

void
templates_load(struct templates *t)
{
  bool moved = project_records_revision(t->p) != t->records_seen
    || corpus_revision(project_corpus(t->p)) != t->corpus_seen;

  if (t->working || (t->loaded_ms && (!moved || (board_running(project_board(t->p))
                                                 && clock_ms() - t->loaded_ms < LOAD_MS))))
    return;
  t->working = true;
  workbench_work(t->w, lookup_work, lookup_done, lookup_new(t));
}

void
templates_load_now(struct templates *t)
{
  bool working = t->working;
  struct lookup *l = lookup_new(t);

  lookup_work(l);
  lookup_done(l);
  t->working = working;
}

void
templates_data_release(struct templates *t)
{
  items_free(t->items, t->n);
  free(t->name);
  free(t->base);
  free(t->styles);
  free(t->cell_words);
  free(t->teacher);
  free(t->tried);
  free(t->propose_rows);
  editor_release(&t->editor);
  pane_release(&t->preview);
}

/* ---- a text to begin with ---- */

static const char starter_head[] =
  "---\n"
  "name: %s\n"
  "description: what these texts are\n"
  "count: 10\n"
  "attributes:\n"
  "  # Each request takes one value of each: this is what makes the texts differ.\n"
  "  topic: [everyday life, work, travel, money, health, technology]\n"
  "  style: [\"a hurried note, typos and missing capitals allowed\", one careful and polite sentence, two or three "
  "sentences]\n"
  "model:\n"
  "  parameters: {temperature: 1.0}\n"
  "---\n"
  "system:\n";

static const char *const starter_body[N_TASKS] = {
  [TASK_CLASSIFY] =
    "You write training data for a small text classifier. Answer with one JSON array of strings and nothing else.\n"
    "user:\n"
    "Write {{ count }} different texts that a careful annotator would label \"{{ label }}\"{% if meaning %} ({{ "
    "meaning }}){% endif %}.\n"
    "Topic: {{ topic }}.\n"
    "Style: {{ style }}.\n",
  [TASK_PAIR] =
    "You write training data for a small model that compares two texts. Answer with one JSON array of objects with "
    "\"text\" "
    "and \"text2\" and nothing else.\n"
    "user:\n"
    "Write {{ count }} different pairs of texts that a careful annotator would label \"{{ label }}\"{% if meaning %} "
    "({{ meaning }}){% endif %}.\n"
    "Topic: {{ topic }}.\n"
    "Style: {{ style }}.\n",
  [TASK_MULTILABEL] =
    "You write training data for a small text classifier. Answer with one JSON array of strings and nothing else.\n"
    "user:\n"
    "Write {{ count }} different texts to which, of {{ labels | map(attribute=\"name\") | join(\", \") }}, only the "
    "label "
    "\"{{ label }}\"{% if meaning %} ({{ meaning }}){% endif %} applies.\n"
    "Topic: {{ topic }}.\n"
    "Style: {{ style }}.\n",
};

static const char starter_foot[] =
  "Each text stands alone, does not name its label, and differs from the others in wording, length and opening.\n"
  "{% if seeds %}\n"
  "For the tone, some texts that people wrote (do not repeat them):\n"
  "{% for seed in seeds %}\n"
  "- {{ seed.text }}\n"
  "{% endfor %}\n"
  "{% endif %}\n";

char *
templates_starter(const struct corpus *c, const char *name)
{
  struct buf out = BUF_INIT;

  buf_addf(&out, starter_head, name);
  buf_adds(&out, starter_body[corpus_task(c)]);
  buf_adds(&out, starter_foot);
  return buf_take(&out);
}
