/* annotate: the kind of job that has a teacher label texts that are there.
 *
 * Each reply leaves a vote for each of its texts. A text without a label gets that of its first vote in the same
 * transaction; at the end the votes are added up (tally.h), become the teacher's predictions, and correct the labels
 * where repeats overruled the first. Test texts keep theirs, always, and so do labelled ones unless `relabel` is asked
 * for: these change at the end only, so that the teacher can be held against them before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/ballot.h"
#include "generate/soft.h"
#include "generate/tally.h"
#include "generate/work.h"
#include "store/run_store.h"

#define LOGPROBS 20             /* alternatives asked for of each token: the most that endpoints give */

/* ---- what is asked ---- */

static char *
own_params(const struct job_options *o)
{
  return xasprintf("\"soft\":%s,\"rationale\":%s", o->soft ? "true" : "false", o->rationale ? "true" : "false");
}

static int
render(const struct blueprint *b, const struct job_options *o, const uint32_t *ids, size_t n, size_t number,
       uint32_t repeat, struct request_row *row, struct err *e)
{
  struct prompt_text *texts = xcalloc(n + 1, sizeof *texts);
  uint32_t values[PROMPTY_ATTRIBUTES];
  struct prompt_scope scope = {.texts = texts, .n_texts = n, .rationale = o->rationale, .values = values};
  struct buf attributes = BUF_INIT;
  struct sample s;
  int result;

  for (size_t i = 0; i < n; i++) {
    corpus_get(project_corpus(b->project), ids[i], &s);
    texts[i] = (struct prompt_text){.text = s.text, .text2 = s.text2};
  }
  for (size_t i = 0; i < b->prompty.n_attributes; i++) {   /* repeats go through the values */
    const struct prompty_attribute *a = &b->prompty.attributes[i];

    values[i] = repeat % (uint32_t)a->n;
    attribute_add(&attributes, a->name, a->values[values[i]]);
  }
  *row = (struct request_row){
    .label = LABEL_NONE, .wanted = (uint32_t)n, .attributes = buf_take(&attributes), .params = own_params(o),
    .teacher_id = blueprint_deal(b, 0, number), .subjects = xcalloc(n + 1, sizeof *ids), .n_subjects = n,
  };
  memcpy(row->subjects, ids, n * sizeof *ids);
  result = requests_render(b, &scope, repeat, row, e);
  free(texts);
  return result;
}

static int
check(const struct blueprint *b, const struct job_options *o, struct err *e)
{
  if (o->n_subjects == 0)
    return err_set(e, ERR_INPUT, "no texts to be labelled");
  if (o->texts_a_request > BALLOT_TEXTS_MAX)
    return err_set(e, ERR_INPUT, "more than %d texts a request", BALLOT_TEXTS_MAX);
  if (o->texts_a_request > 1 && !strstr(b->template.source, "texts"))
    return err_set(e, ERR_INPUT, "the template '%s' shows one text only (several need {%% for t in texts %%})",
                   b->template.name);
  return 0;
}

/* Round after round, so that a job that is stopped has at least one vote on many texts rather than many on few. From
 * the second round on texts stand among others. */
static int
plan(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n, struct err *e)
{
  size_t each = o->texts_a_request > 0 ? (size_t)o->texts_a_request : 1;
  size_t rounds = o->repeats > 0 ? (size_t)o->repeats : 1, a_round = (o->n_subjects + each - 1) / each;
  uint32_t *ids;
  int result = 0;

  *rows = NULL;
  *n = 0;
  if (check(b, o, e) < 0)
    return -1;
  if (a_round > PLAN_REQUESTS / rounds)
    return err_set(e, ERR_INPUT, "more than %d requests", PLAN_REQUESTS);
  ids = xcalloc(o->n_subjects, sizeof *ids);
  *rows = xcalloc(rounds * a_round + 1, sizeof **rows);
  for (size_t r = 0; r < rounds && result == 0; r++) {
    struct rng rng;

    memcpy(ids, o->subjects, o->n_subjects * sizeof *ids);
    rng_seed(&rng, b->seed ^ hash_mix(r));
    if (r > 0 && each > 1)
      rng_shuffle(&rng, ids, o->n_subjects);
    for (size_t i = 0; i < o->n_subjects && result == 0; i += each, ++*n)
      result = render(b, o, ids + i, o->n_subjects - i < each ? o->n_subjects - i : each, *n, (uint32_t)r,
                      &(*rows)[*n], e);
  }
  free(ids);
  if (result < 0) {
    request_rows_free(*rows, *n);
    *rows = NULL;
    *n = 0;
  }
  return result;
}

/* ---- what goes with it ---- */

static bool
row_flag(const struct request_row *row, const char *name)
{
  struct json *params = json_parse(row->params, strlen(row->params), NULL, NULL);
  bool flag = json_is_true(json_get(params, name));

  json_free(params);
  return flag;
}

/* {"type":"object","properties":{"index":...,"rationale":...,"label":...},"required":[...],...}: the reason stands
 * before the label, so that it can be one. */
static void
add_answer(struct buf *out, const struct blueprint *b, bool index, bool rationale, bool multilabel)
{
  const char *key = multilabel ? "labels" : "label";

  buf_adds(out, "{\"type\":\"object\",\"properties\":{");
  if (index)
    buf_adds(out, "\"index\":{\"type\":\"integer\"},");
  if (rationale)
    buf_adds(out, "\"rationale\":{\"type\":\"string\"},");
  buf_addf(out, "\"%s\":", key);
  if (multilabel)
    buf_adds(out, "{\"type\":\"array\",\"items\":");
  buf_adds(out, "{\"type\":\"string\",\"enum\":[");
  for (size_t i = 0; i < b->n_labels; i++) {
    json_add_comma(out);
    json_add_str(out, b->labels[i].name);
  }
  buf_addf(out, "]}%s},\"required\":[%s%s\"%s\"],\"additionalProperties\":false}", multilabel ? "}" : "",
           index ? "\"index\"," : "", rationale ? "\"rationale\"," : "", key);
}

static void
go_out(const struct blueprint *b, const struct request_row *row, struct outgoing *o)
{
  bool multilabel = corpus_task(project_corpus(b->project)) == TASK_MULTILABEL, many = row->n_subjects > 1;
  bool rationale = row_flag(row, "rationale");
  struct buf schema = BUF_INIT;

  if (many)
    buf_adds(&schema, "{\"type\":\"object\",\"properties\":{\"texts\":{\"type\":\"array\",\"items\":");
  add_answer(&schema, b, many, rationale, multilabel);
  if (many)
    buf_adds(&schema, "}},\"required\":[\"texts\"],\"additionalProperties\":false}");
  o->schema = buf_take(&schema);
  o->request.schema = o->schema;
  o->request.schema_name = "labels";
  o->request.logprobs = row_flag(row, "soft") && !multilabel ? LOGPROBS : 0;
}

/* ---- what a reply gives ---- */

static uint32_t
teacher_of(const struct job *j, const struct request_row *row)
{
  return row->teacher_id ? row->teacher_id : j->row.teacher_id;
}

static void
vote(struct outcome *o, const struct job *j, const struct item *it, uint32_t id, const struct ballot_entry *entry,
     const struct chat_reply *chat, bool soft)
{
  const struct corpus *c = project_corpus(j->project);
  size_t n = labels_count(corpus_labels(c));
  bool valid = entry->said && !entry->odd, multilabel = corpus_task(c) == TASK_MULTILABEL;
  float *p = valid && (multilabel || soft) ? xcalloc(n + 1, sizeof *p) : NULL;

  if (p && multilabel) {
    for (size_t i = 0; i < entry->n_labels; i++)
      p[entry->labels[i]] = 1;
  } else if (p && !soft_label(chat, entry->at, entry->bare, corpus_labels(c), p)) {
    free(p);
    p = NULL;
  }
  GROW(o->votes, o->cap_votes, o->n_votes + 1);
  o->votes[o->n_votes++] = (struct vote_row){
    .request_id = it->row.id, .sample_id = id, .teacher_id = teacher_of(j, &it->row),
    .label = valid && entry->n_labels > 0 ? entry->labels[0] : LABEL_NONE, .probabilities = p,
    .n_probabilities = p ? n : 0, .rationale = xstrdup(entry->rationale),
  };
}

/* Gives a sample the teacher's labels; whose text a teacher wrote stays that teacher's. */
static void
label(struct change *ch, const struct sample *s, const uint16_t *labels, size_t n, uint32_t request, uint32_t teacher)
{
  change_set_labels(ch, s->id, labels, n);
  if (s->origin != ORIGIN_GENERATED) {
    change_set_number(ch, s->id, FIELD_ORIGIN, ORIGIN_ANNOTATED);
    change_set_number(ch, s->id, FIELD_REQUEST, request);
    change_set_number(ch, s->id, FIELD_TEACHER, teacher);
  }
  if (s->status != STATUS_REJECTED)
    change_set_status(ch, s->id, STATUS_NEW);
}

static void
take_entry(struct job *j, struct item *it, uint32_t id, const struct ballot_entry *entry, const struct chat_reply *chat,
           bool soft, struct outcome *o)
{
  struct sample s;

  if (!corpus_get(project_corpus(j->project), id, &s))   /* undone meanwhile */
    return;
  vote(o, j, it, id, entry, chat, soft);
  if (!entry->said || entry->odd) {
    outcome_drop(o, j, it, DROP_LABEL, &(struct candidate){s.text, s.text2, s.n_text, s.n_text2},
                 entry->odd ? entry->odd : "the reply has no answer for this text", id);
    return;
  }
  outcome_note(o, entry->n_labels > 0 ? entry->labels[0] : LABEL_NONE, s.text);
  if (s.n_labels == 0 && entry->n_labels > 0 && s.split != SPLIT_TEST)
    label(o->change, &s, entry->labels, entry->n_labels, it->row.id, teacher_of(j, &it->row));
}

static int
read_labels(struct job *j, struct item *it, const struct chat_reply *chat, struct outcome *o, struct err *e)
{
  const struct corpus *c = project_corpus(j->project);
  bool soft = row_flag(&it->row, "soft");
  struct ballot ballot;
  int result = ballot_read(&ballot, chat->content, strlen(chat->content), corpus_labels(c),
                           corpus_task(c) == TASK_MULTILABEL, it->row.n_subjects, e);

  for (size_t i = 0; result == 0 && i < ballot.n; i++)
    take_entry(j, it, it->row.subjects[i], &ballot.entries[i], chat, soft, o);
  ballot_release(&ballot);
  return result;
}

/* ---- the end ---- */

static int
put_predictions(struct job *j, uint32_t teacher, struct err *e)
{
  struct prediction *predictions;
  struct tally t;
  int result = tally_job(&t, j->project, j->row.id, teacher, j->options.soft, e);

  if (result < 0)
    return -1;
  predictions = xcalloc(t.n + 1, sizeof *predictions);
  for (size_t i = 0; i < t.n; i++)
    predictions[i] = (struct prediction){t.texts[i].sample_id, t.texts[i].label, t.texts[i].probability};
  if (t.n > 0)
    result = run_store_put_predictions(j->project, PREDICTOR_TEACHER, teacher, predictions, t.n, t.p, t.n_labels, e);
  free(predictions);
  tally_release(&t);
  return result;
}

static bool
same_labels(const struct sample *s, const uint16_t *labels, size_t n)
{
  return s->n_labels == n && (n == 0 || memcmp(s->labels, labels, n * sizeof *labels) == 0);
}

/* Whether the end may change the labels of a sample: those that this job gave and nobody touched since, and with
 * `relabel` all but those of the test. */
static bool
is_ours(const struct job *j, const struct sample *s, const uint32_t *requests, size_t n)
{
  if (s->split == SPLIT_TEST)
    return false;
  if (j->options.relabel || s->n_labels == 0)
    return true;
  if (s->origin != ORIGIN_ANNOTATED || s->status == STATUS_ACCEPTED)
    return false;
  for (size_t i = 0; i < n; i++)
    if (requests[i] == s->request_id)
      return true;
  return false;
}

/* The requests that voted on one sample: votes from i on. */
static size_t
requests_of(const struct vote_row *votes, size_t n, uint32_t sample, size_t *i, uint32_t *requests, size_t max)
{
  size_t n_requests = 0;

  while (*i < n && votes[*i].sample_id < sample)
    ++*i;
  for (; *i < n && votes[*i].sample_id == sample; ++*i)
    if (n_requests < max)
      requests[n_requests++] = votes[*i].request_id;
  return n_requests;
}

static int
settle(struct job *j, const struct tally *t, const struct vote_row *votes, size_t n_votes, struct err *e)
{
  const struct corpus *c = project_corpus(j->project);
  bool multilabel = corpus_task(c) == TASK_MULTILABEL;
  char *actor = xasprintf("job %u", j->row.id);
  struct change *ch = change_new(CHANGE_SET, actor, "");
  uint16_t labels[BALLOT_LABELS_MAX];
  uint32_t requests[64];
  size_t at = 0, n_changed = 0;
  struct sample s;

  for (size_t i = 0; i < t->n; i++) {
    size_t n = tally_labels(t, i, multilabel, labels, N_OF(labels));
    size_t n_requests = requests_of(votes, n_votes, t->texts[i].sample_id, &at, requests, N_OF(requests));

    if (n == 0 || !corpus_get(c, t->texts[i].sample_id, &s) || same_labels(&s, labels, n) ||
        !is_ours(j, &s, requests, n_requests))
      continue;
    label(ch, &s, labels, n, n_requests > 0 ? requests[0] : 0, j->row.teacher_id);
    n_changed++;
  }
  free(actor);
  change_summarize(ch, "annotate %zu samples", n_changed);
  return project_post(j->project, ch, e) < 0 || project_sync(j->project, e) < 0 ? -1 : 0;
}

/* What the teachers said so far. */
static int
pause_votes(struct job *j, struct err *e)
{
  int result = 0;

  for (size_t i = 0; i < j->blueprint.n_members && result == 0; i++)
    result = put_predictions(j, j->blueprint.members[i].recruit.row.id, e);
  return result;
}

static int
finish(struct job *j, struct err *e)
{
  struct vote_row *votes = NULL;
  struct tally t = {0};
  size_t n = 0;
  int result = votes_of_job(j->project, j->row.id, 0, &votes, &n, e);

  if (result == 0)
    result = pause_votes(j, e);
  if (result == 0)
    result = tally_job(&t, j->project, j->row.id, 0, j->options.soft, e);
  if (result == 0)
    result = settle(j, &t, votes, n, e);
  tally_release(&t);
  vote_rows_free(votes, n);
  return result;
}

const struct job_kind job_kind_annotate = {
  .name = "annotate", .template_kind = PROMPTY_ANNOTATE, .change = CHANGE_SET, .wants_tokens = true,
  .plan = plan, .outgoing = go_out, .read = read_labels, .finish = finish, .pause = pause_votes,
};
