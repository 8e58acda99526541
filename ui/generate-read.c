/* What the person reads of one text or one request: all that is known of it, as a page. */
#include "ui/view-generate.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "corpus/label.h"
#include "prompt/prompty.h"
#include "teacher/openai.h"

static void
add_messages(struct buf *out, const char *json)
{
  struct json *array = json_parse(json, strlen(json), NULL, NULL);
  struct messages m;

  if (array && messages_of_json(&m, array, NULL) == 0)
    for (size_t i = 0; i < m.n; i++)
      buf_addf(out, "\nsent as %s\n%s\n", m.v[i].role, m.v[i].content);
  else
    buf_addf(out, "\nsent\n%s\n", json);
  if (array)
    messages_release(&m);
  json_free(array);
}

static void
add_reply(struct buf *out, const struct request_row *r)
{
  struct chat_reply chat;

  if (chat_parse(r->reply, r->n_reply, &chat, NULL) == 0)
    buf_addf(out, "\nthe reply\n%s\n", chat.content);
  else
    buf_addf(out, "\nthe raw reply\n%s\n", r->reply);
  chat_reply_release(&chat);
}

static void
add_request(struct generate *g, struct buf *out, uint32_t id)
{
  struct request_row r = {0};
  struct err e = {0};
  char n[PART_TEXT];

  if (!id || job_store_request(g->p, id, &r, &e))
    return;
  buf_addf(out, "request    %u of job %u, %s", r.id, r.job_id,
           r.state == REQUEST_PLANNED && r.error && *r.error ? "failed, is sent again when the job goes on"
           : request_state_names[r.state]);
  if (r.http_status)
    buf_addf(out, ", HTTP %u", r.http_status);
  buf_addf(out, ", %u %s%s\n", r.tries, r.tries == 1 ? "try" : "tries", r.cached ? ", answered before" : "");
  if (r.tokens_in || r.tokens_out)
    buf_addf(out, "tokens     %llu in, %llu out, %s\n", (unsigned long long)r.tokens_in,
             (unsigned long long)r.tokens_out,
             part_money(r.cost_usd, n));
  if (r.error && *r.error)
    buf_addf(out, "the server's words\n%s\n", r.error);
  if (r.reply && r.n_reply)
    add_reply(out, &r);
  add_messages(out, r.messages ? r.messages : "");
  request_row_release(&r);
}

static void
add_attributes(struct buf *out, const char *attributes)
{
  const char *at = attributes ? attributes : "", *name, *value;
  size_t n_name, n_value;

  while (attribute_next(&at, &name, &n_name, &value, &n_value))
    buf_addf(out, "%-10.*s %.*s\n", (int)n_name, name, (int)n_value, value);
}

void
generate_read_row(struct generate *g, const struct stream_row *row)
{
  struct corpus *corpus = project_corpus(g->p);
  const struct labels *labels = corpus_labels(corpus);
  const struct dropped_row *d = row->sample ? NULL : &g->dropped[row->dropped];
  struct buf out = BUF_INIT;
  struct sample s = {0};
  char title[60];

  if (row->sample) {
    corpus_get(corpus, row->sample, &s);
    snprintf(title, sizeof title, "sample %u", row->sample);
    buf_addf(&out, "%s\n%s%s\nlabel      ", s.text, s.text2 ? s.text2 : "", s.text2 ? "\n" : "");
    labels_join(&out, labels, s.labels, s.n_labels, ", ");
    buf_addf(&out, "\nstatus     %s\n", status_names[s.status]);
    add_attributes(&out, s.attributes);
  } else {
    snprintf(title, sizeof title, "dropped: %s", d->reason);
    buf_addf(&out, "%s\n%s%s\n", d->text ? d->text : "(the whole reply)", d->text2 ? d->text2 : "", d->text2 ? "\n"
             : "");
    buf_addf(&out, "why        %s%s%s\n", d->reason, d->detail && *d->detail ? ": " : "", d->detail ? d->detail : "");
    if (d->of_id && (corpus_get(corpus, d->of_id, &s), s.text))
      buf_addf(&out, "double of  %u: %s\n", d->of_id, s.text);
    if (d->label != LABEL_NONE)
      buf_addf(&out, "label      %s\n", label_name(labels, d->label));
    add_attributes(&out, d->attributes);
  }
  add_request(g, &out, row->request);
  workbench_page(g->w, title, buf_str(&out));
  buf_release(&out);
}

void
generate_read_request(struct generate *g, const struct request_row *row)
{
  struct buf out = BUF_INIT;
  char title[60];

  snprintf(title, sizeof title, "failed request %u", row->id);
  add_attributes(&out, row->attributes);
  add_request(g, &out, row->id);
  workbench_page(g->w, title, buf_str(&out));
  buf_release(&out);
}
