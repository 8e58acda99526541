/* generate: the kind of job that has new texts written, for each label and each cell of the template's grid. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "generate/examples.h"
#include "generate/parse.h"
#include "generate/work.h"

#define TEXT_SCHEMA "{\"type\":\"string\"}"
#define PAIR_SCHEMA \
  "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"},\"text2\":{\"type\":\"string\"}}," \
  "\"required\":[\"text\",\"text2\"],\"additionalProperties\":false}"
/* OpenAI's strict mode wants an object at the root. */
#define LIST_SCHEMA(item) \
  "{\"type\":\"object\",\"properties\":{\"texts\":{\"type\":\"array\",\"items\":" item "}}," \
  "\"required\":[\"texts\"],\"additionalProperties\":false}"

/* ---- what is asked ---- */

static int
make_plan(const struct blueprint *b, const struct job_options *o, struct plan *plan, struct err *e)
{
  struct plan_wish wish = {.per_label = o->per_label, .total = o->count, .restrictions = o->restrictions,
                           .n_restrictions = o->n_restrictions};
  uint32_t *labels = NULL;
  size_t cells = 1;
  int result;

  if (o->labels) {
    labels = xcalloc(o->n_labels + 1, sizeof *labels);
    for (size_t i = 0; i < o->n_labels; i++)
      labels[i] = o->labels[i];
    wish.labels = labels;
    wish.n_labels = o->n_labels;
  }
  if (wish.per_label == 0 && wish.total == 0) {
    for (size_t i = 0; i < b->prompty.n_attributes; i++)
      cells *= b->prompty.attributes[i].n < PLAN_REQUESTS / cells ? b->prompty.attributes[i].n : PLAN_REQUESTS / cells;
    wish.per_label = cells * (size_t)b->prompty.count;
  }
  result = plan_make(plan, &b->prompty, b->labels, b->n_labels, &wish, e);
  if (result == 0 && (o->per_label | o->count) == 0 && plan->n_cells < cells && plan->n_cells > 0) {
    /* restricted: once over what is left of the grid */
    wish.per_label = plan->n_cells * (size_t)b->prompty.count;
    plan_release(plan);
    result = plan_make(plan, &b->prompty, b->labels, b->n_labels, &wish, e);
  }
  free(labels);
  return result;
}

static char *
attributes_of(const struct prompty *t, const uint32_t *values)
{
  struct buf b = BUF_INIT;

  for (size_t i = 0; i < t->n_attributes; i++)
    attribute_add(&b, t->attributes[i].name, t->attributes[i].values[values[i]]);
  return buf_take(&b);
}

/* dealt: requests so far, by label. */
static int
render(const struct blueprint *b, const struct plan *plan, size_t i, struct examples *examples, size_t *dealt,
       struct request_row *row, struct err *e)
{
  const struct plan_request *r = &plan->requests[i];
  struct prompt_scope scope = {0};

  plan_scope(plan, i, b->labels, &scope);
  examples_draw(examples, (uint16_t)r->label, i, &scope);
  *row = (struct request_row){
    .label = (uint16_t)r->label, .wanted = (uint32_t)plan->count, .attributes = attributes_of(&b->prompty, r->values),
    .teacher_id = blueprint_deal(b, r->label, dealt[r->label]++),
  };
  return requests_render(b, &scope, r->sample, row, e);
}

static int
plan_requests(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n,
              struct err *e)
{
  struct plan plan = {0};
  struct examples *examples = examples_new(project_corpus(b->project), o->seed ? o->seed : 1);
  size_t *dealt = xcalloc(b->n_labels, sizeof *dealt);
  int result = make_plan(b, o, &plan, e);

  *rows = result == 0 ? xcalloc(plan.n + 1, sizeof **rows) : NULL;
  *n = 0;
  for (size_t i = 0; result == 0 && i < plan.n; i++, ++*n)
    result = render(b, &plan, i, examples, dealt, &(*rows)[i], e);
  plan_release(&plan);
  examples_free(examples);
  free(dealt);
  if (result < 0) {
    request_rows_free(*rows, *n);
    *rows = NULL;
    *n = 0;
  }
  return result;
}

static void
go_out(const struct blueprint *b, const struct request_row *row, struct outgoing *o)
{
  (void)row;
  o->request.schema_name = "texts";
  o->request.schema =
    corpus_task(project_corpus(b->project)) == TASK_PAIR ? LIST_SCHEMA(PAIR_SCHEMA) : LIST_SCHEMA(TEXT_SCHEMA);
}

/* ---- what a reply gives ---- */

static void
sift(struct job *j, struct item *it, const struct parsed *texts, struct outcome *o)
{
  char detail[200];
  uint32_t of;

  for (size_t i = 0; i < texts->n; i++) {
    const struct candidate *t = &texts->texts[i];
    enum drop_reason reason = filters_drop(j->filters, it->row.label, t, &of, detail, sizeof detail);

    if (reason == DROP_NONE)
      outcome_keep(o, j, it, t, 0);
    else
      outcome_drop(o, j, it, reason, t, detail, of);
  }
}

static int
read_texts(struct job *j, struct item *it, const struct chat_reply *chat, struct outcome *o, struct err *e)
{
  struct parse_want want = {.pair = corpus_task(project_corpus(j->project)) == TASK_PAIR, .count = it->row.wanted,
                            .finish_reason = chat->finish_reason};
  struct parsed texts = {0};
  int result = parse_reply(chat->content, strlen(chat->content), &want, &texts, e);

  if (result == 0)
    sift(j, it, &texts, o);
  parsed_release(&texts);
  return result;
}

const struct job_kind job_kind_generate = {
  .name = "generate", .template_kind = PROMPTY_GENERATE, .change = CHANGE_INSERT,
  .plan = plan_requests, .outgoing = go_out, .read = read_texts,
};
