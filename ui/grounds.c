#include "ui/grounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/run_store.h"
#include "ui/workbench.h"

#define SLIGHT 0.2f    /* weaker ones look as other words do */
#define STRONG 0.5f
#define NAMED 5        /* words in the line */

struct grounds_lookup {
  struct grounds *owner;             /* NULL: it was released */
  struct project *project;
  struct grounds_student with;
  uint32_t of_run, sample;
  const char *text, *text2;
  uint64_t records;
  uint16_t label;
  float probability;
  struct span spans[GROUNDS_MAX];
  size_t n;
};

void
grounds_init(struct grounds *g, struct workbench *w)
{
  *g = (struct grounds){.w = w, .label = LABEL_NONE};
}

void
grounds_release(struct grounds *g)
{
  if (g->lookup)
    g->lookup->owner = NULL;
  student_free(g->with.student);
  *g = (struct grounds){0};
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

/* The run of that id, or for 0 the newest, if it has a model; 0: there is none. */
static uint32_t
find_run(struct project *p, uint32_t wanted, char *name, size_t size)
{
  struct run_row *rows = NULL;
  uint32_t id = 0;
  size_t n = 0;

  if (run_store_list(p, &rows, &n, NULL) < 0)
    return 0;
  for (size_t i = n; i-- > 0 && !id;)
    if (rows[i].model_bytes && (!wanted || rows[i].id == wanted)) {
      id = rows[i].id;
      snprintf(name, size, "%s", rows[i].name);
    }
  run_rows_free(rows, n);
  return id;
}

/* Sees to it that the student at hand is that of the run. */
static void
load_student(struct grounds_lookup *l)
{
  char name[sizeof l->with.name] = "";
  uint32_t run = find_run(l->project, l->of_run, name, sizeof name);
  void *model;
  size_t n;

  if (l->with.student && l->with.run == run)
    return;
  student_free(l->with.student);
  l->with = (struct grounds_student){.run = run};
  snprintf(l->with.name, sizeof l->with.name, "%s", name);
  if (run && run_store_model(l->project, run, &model, &n, NULL) == 0) {
    l->with.student = student_load(model, n, NULL);
    free(model);
  }
}

static void
lookup_work(void *arg)
{
  struct grounds_lookup *l = arg;
  struct example x = {.text = l->text, .text2 = l->text2};
  struct student_info info;
  float *p;

  load_student(l);
  if (!l->with.student)
    return;
  student_info(l->with.student, &info);
  if (info.task.pair && !l->text2)
    return;
  p = xmalloc(info.task.n_classes * sizeof *p);
  student_predict(l->with.student, &x, 1, 1, p);
  l->label = (uint16_t)student_best(p, info.task.n_classes);
  l->probability = p[l->label];
  l->n = student_explain(l->with.student, &x, l->label, l->spans, GROUNDS_MAX);
  free(p);
}

static void
lookup_done(void *arg)
{
  struct grounds_lookup *l = arg;
  struct grounds *g = l->owner;

  if (g) {
    g->with = l->with;
    g->lookup = NULL;
    g->sample = l->sample;
    g->asked = l->of_run;
    g->text = l->text;
    g->text2 = l->text2;
    g->records = l->records;
    g->label = l->label;
    g->probability = l->probability;
    snprintf(g->run, sizeof g->run, "%s", l->with.name);
    memcpy(g->spans, l->spans, sizeof g->spans);
    g->n = l->n;
    workbench_touch(g->w);
  } else {
    student_free(l->with.student);
  }
  free(l);
}

void
grounds_ask(struct grounds *g, uint32_t sample)
{
  uint64_t records;
  struct grounds_lookup *l;
  struct sample s;

  if (!g->on || g->lookup || !sample || !corpus_get(workbench_corpus(g->w), sample, &s))
    return;
  records = project_records_revision(workbench_project(g->w));
  if (g->sample == sample && g->asked == g->of_run && g->text == s.text && g->text2 == s.text2 && g->records == records)
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct grounds_lookup){.owner = g, .project = workbench_project(g->w), .with = g->with, .of_run = g->of_run,
                               .sample = sample, .text = s.text, .text2 = s.text2, .records = records, .label = LABEL_NONE};
  g->with = (struct grounds_student){0};
  g->lookup = l;
  workbench_work(g->w, lookup_work, lookup_done, l);
}

/* ---- showing ----------------------------------------------------------------------------------------------------- */

static bool
is_known(const struct grounds *g, const struct sample *s)
{
  return g->on && g->sample == s->id && g->asked == g->of_run && g->text == s->text && g->text2 == s->text2 && g->label != LABEL_NONE;
}

static enum style
style_of(float weight)
{
  return weight >= STRONG ? STYLE_WORD_ADDED : weight >= SLIGHT ? STYLE_BOLD : weight <= -STRONG ? STYLE_WORD_REMOVED
                                                                                              : STYLE_NORMAL;
}

void
grounds_text(const struct grounds *g, struct pane *p, const struct sample *s, bool second)
{
  const char *text = second ? s->text2 : s->text;
  size_t n = second ? s->n_text2 : s->n_text, at = 0;

  for (size_t i = 0; i < g->n && is_known(g, s); i++) {
    const struct span *word = &g->spans[i];

    if (word->second != second || word->at < at || word->at + word->n > n)
      continue;
    pane_add(p, STYLE_NORMAL, text + at, word->at - at);
    pane_add(p, style_of(word->weight), text + word->at, word->n);
    at = word->at + word->n;
  }
  pane_add(p, STYLE_NORMAL, text + at, n - at);
}

static int
by_strength(const void *a, const void *b)
{
  const struct span *x = *(const struct span *const *)a, *y = *(const struct span *const *)b;
  float p = fabsf(x->weight), q = fabsf(y->weight);

  return p < q ? 1 : p > q ? -1 : (x > y) - (x < y);
}

/* The strongest words of one side, in order of strength: "refund, invoice". Returns how many. */
static int
add_words(const struct grounds *g, struct pane *p, const struct sample *s, const char *head, float sign)
{
  const struct span *sorted[GROUNDS_MAX];
  int shown = 0;

  for (size_t i = 0; i < g->n; i++)
    sorted[i] = &g->spans[i];
  qsort(sorted, g->n, sizeof *sorted, by_strength);
  for (size_t i = 0; i < g->n && shown < NAMED; i++) {
    const struct span *word = sorted[i];

    if (word->weight * sign < SLIGHT)
      continue;
    pane_str(p, STYLE_DIM, shown++ ? ", " : head);
    pane_add(p, STYLE_NORMAL, (word->second ? s->text2 : s->text) + word->at, word->n);
  }
  return shown;
}

void
grounds_line(const struct grounds *g, struct pane *p, const struct sample *s)
{
  char share[16];

  if (!g->on || g->sample != s->id)
    return;
  if (!is_known(g, s)) {
    if (g->text == s->text && g->label == LABEL_NONE)
      pane_str(p, STYLE_DIM, "no model to say why: train a student first\n");
    return;
  }
  snprintf(share, sizeof share, "%.2f", (double)g->probability);
  pane_printf(p, STYLE_DIM, "%s says ", g->run);
  pane_str(p, STYLE_LABEL, label_name(corpus_labels(workbench_corpus(g->w)), g->label));
  pane_printf(p, STYLE_NORMAL, " %s", share[0] == '0' ? share + 1 : share);
  if (!add_words(g, p, s, " because of ", 1))
    pane_str(p, STYLE_DIM, " without a word that speaks for it");
  add_words(g, p, s, "; against it: ", -1);
  pane_str(p, STYLE_NORMAL, "\n");
}
