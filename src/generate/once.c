#include "generate/once.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "generate/requests.h"

static struct teacher_reply *
wait_for(struct teacher *t, struct stop *stop)
{
  struct teacher_reply *r = NULL;

  while (!r && !stop_wanted(stop))
    r = teacher_take(t, 50);
  return r;
}

static void
read_into(struct once *o, struct teacher_reply *r, bool pair, size_t count)
{
  struct parse_want want = {.pair = pair, .count = count, .finish_reason = r->finish_reason};
  struct err why = {0};

  o->tokens_in = r->tokens_in;
  o->tokens_out = r->tokens_out;
  o->cost_usd = r->cost_usd;
  o->latency_ms = r->latency_ms;
  if (!r->ok) {
    o->trouble = xstrdup(r->error);
    return;
  }
  o->content = r->content;
  r->content = NULL;
  if (parse_reply(o->content, strlen(o->content), &want, &o->texts, &why) < 0) {
    parsed_release(&o->texts);
    o->trouble = xstrdup(why.message);
  }
}

int
once_ask(struct project *p, const char *teacher, const struct prompty *t, const struct messages *m, struct stop *stop,
         struct once *out, struct err *e)
{
  enum task task = corpus_task(project_corpus(p));
  struct recruit recruit;
  struct buf messages = BUF_INIT;
  struct request_row row = {0};
  struct outgoing o = {0};
  struct teacher *asked = NULL;
  struct teacher_reply *r = NULL;
  int result = -1;

  *out = (struct once){.tokens_in = -1, .tokens_out = -1, .cost_usd = NAN};
  if (recruit_load(&recruit, p, teacher, e) < 0 || !(asked = teacher_open(&recruit.spec, e)))
    goto out;
  messages_add_json(&messages, m);
  row.messages = buf_take(&messages);
  row.params = requests_params(t, 0);
  outgoing_init(&o, &row, task);
  teacher_start(asked, 1, &o.request);
  r = wait_for(asked, stop);
  if (r)
    read_into(out, r, task == TASK_PAIR, (size_t)t->count);
  result = r ? 0 : err_set(e, ERR_INTERRUPTED, "stopped");
out:
  teacher_reply_free(r);
  teacher_close(asked);
  outgoing_release(&o);
  request_row_release(&row);
  recruit_release(&recruit);
  return result;
}

void
once_release(struct once *o)
{
  free(o->content);
  free(o->trouble);
  parsed_release(&o->texts);
  *o = (struct once){0};
}
