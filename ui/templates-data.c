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

/* ---- the list ---- */

/* rows: all versions, newest first within a name. */
static void
take_versions(struct templates *t, const struct template_row *rows, size_t n)
{
  struct template_item *items = xcalloc(n ? n : 1, sizeof *items);
  size_t n_items = 0, at;
  uint32_t top = 0;

  for (size_t i = 0; i < n; i++)
    top = rows[i].id > top ? rows[i].id : top;
  free(t->item_of_version);
  t->n_of_version = (size_t)top + 1;
  t->item_of_version = xcalloc(t->n_of_version, sizeof *t->item_of_version);
  for (size_t i = 0; i < n; i++) {
    if (rows[i].removed)
      continue;
    at = item_at(items, n_items, rows[i].name);
    if (at == n_items) {
      items[n_items++] = (struct template_item){.name = xstrdup(rows[i].name), .version = rows[i].version,
                                                .source = xstrdup(rows[i].source)};
    }
    items[at].n_versions++;
    t->item_of_version[rows[i].id] = (uint32_t)at + 1;
  }
  items_free(t->items, t->n);
  t->items = items;
  t->n = n_items;
}

static struct template_item *
item_of(struct templates *t, uint32_t version_id)
{
  uint32_t at = version_id < t->n_of_version ? t->item_of_version[version_id] : 0;

  return at ? &t->items[at - 1] : NULL;
}

static void
count_samples(struct templates *t)
{
  struct corpus *c = project_corpus(t->p);
  struct template_item *item;
  struct sample s;

  for (size_t i = 0; i < t->n; i++)
    t->items[i].made = t->items[i].accepted = 0;
  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    if (!corpus_get(c, id, &s) || !(item = item_of(t, s.template_id)))
      continue;
    item->made++;
    item->accepted += s.status == STATUS_ACCEPTED;
  }
}

static void
add_up_costs(struct templates *t)
{
  struct job_row *jobs = NULL;
  struct job_figures figures;
  struct template_item *item;
  struct err e = {0};
  size_t n = 0;

  for (size_t i = 0; i < t->n; i++)
    t->items[i].cost_usd = 0;
  if (job_store_list(t->p, &jobs, &n, &e))
    return;
  for (size_t i = 0; i < n; i++) {
    item = item_of(t, jobs[i].template_id);
    if (!item || job_store_figures(t->p, jobs[i].id, &figures, &e))
      continue;
    item->cost_usd += figures.unpriced ? (double)NAN : figures.cost_usd;
    job_figures_release(&figures);
  }
  /* Prices are those of the teacher that worked last, else of the first. */
  free(t->teacher);
  t->teacher = NULL;
  t->price_in = t->price_out = NAN;
  if (n) {
    struct teacher_row row = {0};

    if (teacher_store_by_id(t->p, jobs[0].teacher_id, &row, &e) == 0) {
      t->teacher = xstrdup(row.name);
      t->price_in = row.price_in;
      t->price_out = row.price_out;
    }
    teacher_row_release(&row);
  }
  job_rows_free(jobs, n);
}

static void
find_teacher(struct templates *t)
{
  struct teacher_row *rows = NULL;
  struct err e = {0};
  size_t n = 0;

  if (t->teacher || teacher_store_list(t->p, &rows, &n, &e))
    return;
  if (n) {
    t->teacher = xstrdup(rows[0].name);
    t->price_in = rows[0].price_in;
    t->price_out = rows[0].price_out;
  }
  teacher_rows_free(rows, n);
}

static void
load_list(struct templates *t)
{
  char *selected = t->list.at < t->n ? xstrdup(t->items[t->list.at].name) : NULL;
  struct template_row *rows = NULL;
  struct err e = {0};
  size_t n = 0, at = 0;

  if (template_store_list(t->p, true, &rows, &n, &e)) {
    workbench_complain(t->w, &e);
    free(selected);
    return;
  }
  take_versions(t, rows, n);
  template_rows_free(rows, n);
  if (selected)
    at = item_at(t->items, t->n, selected);
  list_keep(&t->list, t->n, at < t->n ? at : t->list.at);
  free(selected);
  add_up_costs(t);
  find_teacher(t);
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

/* The corpus is gone through at most twice a second. */
static void
load_counts(struct templates *t, bool force)
{
  uint64_t corpus = corpus_revision(project_corpus(t->p));

  if (!force && (corpus == t->corpus_seen || clock_ms() - t->counted_ms < 500))
    return;
  count_samples(t);
  t->corpus_seen = corpus;
  t->counted_ms = clock_ms();
}

/* What is selected changed, or got a newer version, elsewhere. */
static void
follow_list(struct templates *t)
{
  struct template_item *item = templates_selected(t);

  if (!item) {
    templates_open_selected(t, 0);
    return;
  }
  if (!t->name || strcmp(t->name, item->name))
    templates_open_selected(t, 0);
  else if (!t->is_draft && t->base_version < item->version && strcmp(t->base, item->source))
    templates_open_selected(t, item->version);
}

void
templates_load(struct templates *t)
{
  uint64_t records = project_records_revision(t->p);
  bool first = t->counted_ms == 0, moved = first || records != t->records_seen;

  if (moved)
    load_list(t);
  t->records_seen = records;
  load_counts(t, moved);
  if (moved) {
    if (!t->editing)
      follow_list(t);
    templates_render(t);
  }
}

void
templates_data_release(struct templates *t)
{
  items_free(t->items, t->n);
  free(t->item_of_version);
  free(t->name);
  free(t->base);
  free(t->styles);
  free(t->cell_words);
  free(t->teacher);
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
  "  style: [\"a hurried note, typos and missing capitals allowed\", one careful and polite sentence, two or three sentences]\n"
  "model:\n"
  "  parameters: {temperature: 1.0}\n"
  "---\n"
  "system:\n";

static const char *const starter_body[N_TASKS] = {
  [TASK_CLASSIFY] =
    "You write training data for a small text classifier. Answer with one JSON array of strings and nothing else.\n"
    "user:\n"
    "Write {{ count }} different texts that a careful annotator would label \"{{ label }}\"{% if meaning %} ({{ meaning }}){% endif %}.\n"
    "Topic: {{ topic }}.\n"
    "Style: {{ style }}.\n",
  [TASK_PAIR] =
    "You write training data for a small model that compares two texts. Answer with one JSON array of objects with \"text\" "
    "and \"text2\" and nothing else.\n"
    "user:\n"
    "Write {{ count }} different pairs of texts that a careful annotator would label \"{{ label }}\"{% if meaning %} ({{ meaning }}){% endif %}.\n"
    "Topic: {{ topic }}.\n"
    "Style: {{ style }}.\n",
  [TASK_MULTILABEL] =
    "You write training data for a small text classifier. Answer with one JSON array of strings and nothing else.\n"
    "user:\n"
    "Write {{ count }} different texts to which, of {{ labels | map(attribute=\"name\") | join(\", \") }}, only the label "
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
