#include "ui/view-templates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "generate/examples.h"
#include "generate/job.h"
#include "prompt/spans.h"

#define CELLS_MAX 1000          /* combinations of attribute values that can be stepped through */

/* ---- colours ---- */

static const unsigned char style_of_span[] = {
  [SPAN_TEXT] = STYLE_NORMAL, [SPAN_MARK] = STYLE_CODE, [SPAN_KEYWORD] = STYLE_BOLD, [SPAN_NAME] = STYLE_LABEL,
  [SPAN_FILTER] = STYLE_CODE, [SPAN_STRING] = STYLE_STRING, [SPAN_NUMBER] = STYLE_NUMBER, [SPAN_OPERATOR] = STYLE_DIM,
  [SPAN_COMMENT] = STYLE_COMMENT, [SPAN_ROLE] = STYLE_NAME, [SPAN_KEY] = STYLE_HEAD, [SPAN_YAML] = STYLE_NORMAL,
};

/* The byte at a line and column (characters, from 1) of the text. */
static size_t
byte_at(const char *text, size_t n, int line, int column)
{
  size_t at = 0, len;

  for (; line > 1 && at < n; at++)
    line -= text[at] == '\n';
  for (; column > 1 && at < n && text[at] != '\n'; column--) {
    utf8_decode(text + at, n - at, &len);
    at += len;
  }
  return at;
}

static void
colour(struct templates *t)
{
  const char *text = editor_text(&t->editor);
  size_t n = strlen(text), n_spans, at, len;
  struct arena a;
  struct span *spans;

  arena_init(&a);
  GROW(t->styles, t->cap_styles, n + 1);
  memset(t->styles, STYLE_NORMAL, n + 1);
  spans = prompty_spans(&a, text, n, &n_spans);
  for (size_t i = 0; i < n_spans; i++)
    memset(t->styles + spans[i].offset, style_of_span[spans[i].class], spans[i].n);
  arena_release(&a);
  if (t->mistake.code && t->mistake_line > 0) {
    at = byte_at(text, n, t->mistake_line, t->mistake_column);
    for (; at < n && text[at] != '\n'; at += len) {
      uint32_t c = utf8_decode(text + at, n - at, &len);

      memset(t->styles + at, STYLE_ERROR, len);
      if (!utf8_is_alnum(c) && c != '_')
        break;
    }
  }
}

/* ---- the prompt ---- */

struct prompt_labels {
  struct prompt_label *v;
  size_t n;
};

static struct prompt_labels
labels_of(const struct corpus *c, struct arena *a)
{
  const struct labels *labels = corpus_labels(c);
  struct prompt_labels all = {.n = labels_count(labels)};

  all.v = arena_alloc(a, (all.n + 1) * sizeof *all.v);
  for (size_t i = 0; i < all.n; i++)
    all.v[i] = (struct prompt_label){label_name(labels, (uint16_t)i), label_meaning(labels, (uint16_t)i)};
  return all;
}

static size_t
count_cells(const struct prompty *p)
{
  size_t cells = 1;

  for (size_t i = 0; i < p->n_attributes; i++)
    cells = cells * p->attributes[i].n > CELLS_MAX ? CELLS_MAX : cells * p->attributes[i].n;
  return cells;
}

/* The values of one combination. Of a generating template all for one label, in the order in which a job goes through
 * them:
 * plan. The others take them in turn. */
static int
put_cell(struct templates *t, const struct prompty *p, const struct prompt_labels *labels, struct plan *plan,
         uint32_t *values,
         struct prompt_scope *scope, struct err *e)
{
  struct plan_wish wish = {.labels = &t->label, .n_labels = 1, .per_label = count_cells(p) * (size_t)p->count};
  size_t at;

  t->n_cells = count_cells(p);
  if (p->kind == PROMPTY_GENERATE) {
    if (plan_make(plan, p, labels->v, labels->n, &wish, e) < 0)
      return -1;
    t->n_cells = plan->n;
  }
  t->cell = t->cell < t->n_cells ? t->cell : 0;
  if (p->kind == PROMPTY_GENERATE) {
    plan_scope(plan, t->cell, labels->v, scope);
    return 0;
  }
  at = t->cell;
  for (size_t i = 0; i < p->n_attributes; i++, at /= p->attributes[i - 1].n)
    values[i] = (uint32_t)(at % p->attributes[i].n);
  scope->values = values;
  scope->count = p->kind == PROMPTY_REWRITE ? p->count : 0;
  return 0;
}

static void
show_choice(struct templates *t, const struct prompty *p, const struct prompt_scope *scope)
{
  struct buf line = BUF_INIT, set = BUF_INIT;

  if (p->kind != PROMPTY_GENERATE) {
    pane_str(&t->preview, STYLE_DIM, "text ");
    pane_printf(&t->preview, STYLE_NUMBER, "%u  ", t->subject);
    buf_addf(&line, " --id %u", t->subject);
  }
  if (scope->label) {
    pane_str(&t->preview, STYLE_DIM, scope->was && scope->was != scope->label ? "to label " : "label ");
    pane_str(&t->preview, STYLE_LABEL, scope->label->name);
    buf_adds(&line, " --label ");
    workbench_quote(&line, scope->label->name);
  }
  for (size_t i = 0; i < p->n_attributes; i++) {
    const char *value = p->attributes[i].values[scope->values[i]];

    pane_printf(&t->preview, STYLE_DIM, "  %s ", p->attributes[i].name);
    pane_str(&t->preview, STYLE_STRING, value);
    buf_clear(&set);
    buf_addf(&set, "%s=%s", p->attributes[i].name, value);
    buf_adds(&line, " --set ");
    workbench_quote(&line, buf_str(&set));
  }
  if (t->n_cells > 1)
    pane_printf(&t->preview, STYLE_DIM, "  (%zu of %zu)", t->cell + 1, t->n_cells);
  pane_str(&t->preview, STYLE_NORMAL, "\n\n");
  free(t->cell_words);
  t->cell_words = buf_take(&line);
  buf_release(&set);
}

static void
show_messages(struct templates *t, const struct messages *m)
{
  for (size_t i = 0; i < m->n; i++) {
    pane_printf(&t->preview, STYLE_NAME, "%s\n", m->v[i].role);
    pane_str(&t->preview, STYLE_NORMAL, m->v[i].content);
    pane_str(&t->preview, STYLE_NORMAL, i + 1 < m->n ? "\n\n" : "\n");
  }
}

/* Texts that such a template can be about: to be labelled, any; to be rewritten, labelled ones to learn from. */
static bool
can_be_subject(const struct prompty *p, const struct sample *s)
{
  return s->status != STATUS_REJECTED
         && (p->kind == PROMPTY_ANNOTATE || (s->n_labels && s->split != SPLIT_TEST && s->split != SPLIT_VALID));
}

/* The first such text from t->subject on; false: there is none. */
static bool
find_subject(struct templates *t, const struct prompty *p, struct sample *s)
{
  const struct corpus *c = project_corpus(t->p);
  uint32_t n = corpus_count(c), id = t->subject ? t->subject : 1;

  for (uint32_t i = 0; i < n; i++, id++) {
    id = id > n ? 1 : id;
    if (corpus_get(c, id, s) && can_be_subject(p, s)) {
      t->subject = id;
      return true;
    }
  }
  return false;
}

/* What annotate and rewrite see of a text: subject and own are kept by the caller. */
static void
put_subject(struct templates *t, const struct prompty *p, const struct prompt_labels *labels, const struct sample *s,
            struct prompt_text *subject, struct prompt_scope *scope)
{
  uint16_t own = sample_label(s), to = own;

  *subject = (struct prompt_text){s->text, s->text2, NULL};
  if (p->kind == PROMPTY_ANNOTATE) {
    scope->texts = subject;
    scope->n_texts = 1;
    return;
  }
  if (p->other_label && labels->n > 1)
    to = (uint16_t)(t->label == own ? (t->label + 1) % labels->n : t->label);
  subject->label = labels->v[own].name;
  scope->subject = subject;
  scope->was = &labels->v[own];
  scope->label = &labels->v[to];
}

static double
tokens_of_reply(struct templates *t, const struct prompty *p)
{
  return p->kind == PROMPTY_ANNOTATE ? 10 : job_tokens_a_text(project_corpus(t->p)) * p->count;
}

/* The messages as a job would send them, examples drawn from the corpus included. */
static int
render_cell(struct templates *t, const struct prompty *p, const struct prompt_labels *labels, const struct sample *s,
            struct err *e)
{
  struct corpus *c = project_corpus(t->p);
  struct prompt_scope scope = {.labels = labels->v, .n_labels = labels->n, .task = task_name(corpus_task(c))};
  struct prompt_text subject;
  struct examples *examples;
  struct buf attributes = BUF_INIT;
  uint32_t values[PROMPTY_ATTRIBUTES];
  struct plan plan = {0};
  struct messages m;
  int r;

  if (put_cell(t, p, labels, &plan, values, &scope, e) < 0) {
    plan_release(&plan);
    return -1;
  }
  examples = examples_new(c, &(struct examples_want){.seed = 1});
  if (p->kind != PROMPTY_GENERATE)
    put_subject(t, p, labels, s, &subject, &scope);
  for (size_t i = 0; i < p->n_attributes; i++)
    attribute_add(&attributes, p->attributes[i].name, p->attributes[i].values[scope.values[i]]);
  if (scope.label)
    examples_draw(examples, (uint16_t)(scope.label - labels->v), buf_str(&attributes), t->cell * labels->n + t->label,
                  &scope);
  r = prompty_render(p, &scope, &m, e);
  if (r == 0 && t->shows == SHOW_PROMPT) {
    pane_clear(&t->preview);
    show_choice(t, p, &scope);
    show_messages(t, &m);
  }
  if (r == 0) {
    t->tokens_in = messages_tokens(&m);
    t->tokens_out = (size_t)(tokens_of_reply(t, p) + .5);
    t->cost_usd = ((double)t->tokens_in * t->price_in + (double)t->tokens_out * t->price_out) / 1e6;
  }
  messages_release(&m);
  examples_free(examples);
  buf_release(&attributes);
  plan_release(&plan);
  return r;
}

static int
render_parsed(struct templates *t, const struct prompty *p, struct err *e)
{
  struct arena a;
  struct prompt_labels labels;
  struct sample s = {0};
  int r = -1;

  arena_init(&a);
  labels = labels_of(project_corpus(t->p), &a);
  if (labels.n == 0) {
    err_set(e, ERR_INPUT, "the project has no labels");
    goto out;
  }
  t->label = t->label < labels.n ? t->label : 0;
  t->kind = p->kind;
  if (p->kind != PROMPTY_GENERATE && !find_subject(t, p, &s)) {
    pane_clear(&t->preview);
    pane_str(&t->preview, STYLE_DIM, p->kind == PROMPTY_ANNOTATE ? "there is no text yet to be labelled"
             : "there is no text yet to be rewritten: a labelled one that is neither test nor validation text");
    r = 0;
    goto out;
  }
  r = render_cell(t, p, &labels, &s, e);
out:
  arena_release(&a);
  return r;
}

/* After a mistake the preview stays as it was before it. */
void
templates_render(struct templates *t)
{
  const char *text = editor_text(&t->editor);
  struct prompty p;

  err_clear(&t->mistake);
  t->mistake_line = t->mistake_column = 0;
  t->warning[0] = '\0';
  if (!t->name) {
    pane_clear(&t->preview);
    return;
  }
  if (prompty_parse(&p, t->name, text, strlen(text), &t->mistake) == 0) {
    if (p.n_warnings)
      snprintf(t->warning, sizeof t->warning, "%s", p.warnings[0]);
    if (render_parsed(t, &p, &t->mistake) == 0)
      err_clear(&t->mistake);
  }
  prompty_release(&p);
  if (t->mistake.code)
    jinja_place(&t->mistake, &t->mistake_line, &t->mistake_column);
  colour(t);
  workbench_touch(t->w);
}

void
templates_next_label(struct templates *t, int step)
{
  size_t n = labels_count(corpus_labels(project_corpus(t->p)));

  if (n)
    t->label = (uint32_t)((t->label + n + (size_t)(step + (int)n)) % n);
  t->shows = SHOW_PROMPT;
  templates_render(t);
}

void
templates_next_cell(struct templates *t, int step)
{
  size_t n = t->n_cells;

  if (n)
    t->cell = (t->cell + n + (size_t)(step + (int)n)) % n;
  t->shows = SHOW_PROMPT;
  templates_render(t);
}

/* The next text, in the order of the corpus. */
void
templates_next_subject(struct templates *t, int step)
{
  uint32_t n = corpus_count(project_corpus(t->p));

  if (n && t->kind != PROMPTY_GENERATE)
    t->subject = (t->subject + (uint32_t)(step + (int)n) - 1) % n + 1;
  t->shows = SHOW_PROMPT;
  templates_render(t);
}
