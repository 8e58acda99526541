/* generate: the kind of job that has new texts written, for each label and each cell of the template's grid. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "generate/asking.h"
#include "generate/parse.h"
#include "generate/topup.h"
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

/* The first of each label, as many as are asked for before the first replies are in. */
static int
plan_requests(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n,
              struct err *e)
{
  struct asking a;
  int result = asking_open(&a, b, o, e);
  size_t *seen = xcalloc(b->n_labels, sizeof *seen);

  *rows = result == 0 ? xcalloc(a.plan.n + 1, sizeof **rows) : NULL;
  *n = 0;
  for (size_t i = 0; result == 0 && i < a.plan.n; i++) {
    const struct plan_request *r = &a.plan.requests[i];

    if (seen[r->label] >= topup_first(b, o, a.requests[r->label]))
      continue;
    seen[r->label]++;
    result = asking_row(&a, r, *n, 1, &(*rows)[*n], e);
    ++*n;
  }
  asking_close(&a);
  free(seen);
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
      outcome_keep(o, j, it, t);
    else
      outcome_drop(o, j, it, reason, t, detail, of)->of_new = filters_twin(j->filters);
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
  .wish = asking_write, .plan = plan_requests, .outgoing = go_out, .read = read_texts, .more = topup_more,
};
