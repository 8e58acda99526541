/* The request is the one that a job would send for this label and these attribute values, and its reply is kept as that
 * of a job is: on disk before it is looked at, and found again by a job that asks the same. Nothing comes into the
 * corpus. */
#include "command/try.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "command/names.h"
#include "command/print.h"
#include "command/select.h"
#include "generate/ballot.h"
#include "generate/filters.h"
#include "generate/parse.h"
#include "generate/requests.h"
#include "teacher/openai.h"

#define STREAM_MAX ((size_t)1 << 20)

struct trial {
  struct call *c;
  struct template_row template;
  struct teacher_row teacher;
  struct job_options options;
  struct job_teacher asked;
  uint16_t label;
  uint32_t subject;              /* annotate, rewrite: the text that it is about */
  struct blueprint blueprint;
  struct request_row *rows;      /* one */
  size_t n;
  uint32_t job;                  /* 0: answered before */
  uint32_t activity;             /* on the board, which shows the reply as it comes */
  struct buf written;            /* so far; the teacher's thread */
  bool cached;
  struct chat_reply chat;
  struct parsed texts;
  struct ballot ballot;          /* annotate: the label that was read */
  struct err problem;            /* why there is nothing */
};

static void
trial_release(struct trial *t)
{
  free((void *)t->options.restrictions);
  template_row_release(&t->template);
  teacher_row_release(&t->teacher);
  blueprint_release(&t->blueprint);
  request_rows_free(t->rows, t->n);
  chat_reply_release(&t->chat);
  parsed_release(&t->texts);
  ballot_release(&t->ballot);
  buf_release(&t->written);
}

/* ---- what is asked ---- */

static int
take_values(struct trial *t, struct err *e)
{
  struct plan_restriction *v = xcalloc(call_count(t->c, "set") + 1, sizeof *v);
  const char *text;

  t->options.restrictions = v;
  for (size_t i = 0; (text = call_each(t->c, "set", i)); i++) {
    const char *equal = strchr(text, '=');

    if (!equal)
      return err_set(e, ERR_INPUT, "option '--set': '%.100s' is no NAME=VALUE", text);
    v[t->options.n_restrictions++] =
      (struct plan_restriction){arena_strndup(&t->c->arena, text, (size_t)(equal - text)), equal + 1};
  }
  return 0;
}

/* What a template that is not of kind generate is tried on: one request of it, whatever labels there are. */
static int
take_subject(struct trial *t, struct err *e)
{
  struct prompty p;
  struct sample s;
  int r = prompty_parse(&p, t->template.name, t->template.source, strlen(t->template.source), e);

  if (r == 0 && p.kind != PROMPTY_GENERATE)
    r = select_subject(t->c, p.kind, &s, e);
  if (r == 0 && p.kind != PROMPTY_GENERATE) {
    t->subject = s.id;
    t->options.subjects = &t->subject;
    t->options.n_subjects = 1;
    t->options.per_label = 0;
    t->options.n_labels = call_given(t->c, "label") ? 1 : 0;
  }
  prompty_release(&p);
  return r;
}

static int
prepare(struct trial *t, struct err *e)
{
  const char *label = call_text(t->c, "label");

  if (names_template(t->c, t->c->n_args ? t->c->args[0] : NULL, &t->template, e) < 0
      || names_teacher(t->c, call_text(t->c, "teacher"), &t->teacher, e) < 0
      || (label && names_label(t->c, label, &t->label, e) < 0) || take_values(t, e) < 0)
    return -1;
  t->options.template_name = t->template.name;
  t->options.template_version = t->template.version;
  t->asked.name = t->teacher.name;
  t->options.teachers = &t->asked;
  t->options.n_teachers = 1;
  t->options.labels = &t->label;
  t->options.n_labels = 1;
  t->options.per_label = 1;
  if (take_subject(t, e) < 0 || blueprint_load(&t->blueprint, t->c->project, &t->options, e) < 0
      || requests_plan(&t->blueprint, &t->options, &t->rows, &t->n, e) < 0)
    return -1;
  return t->n ? 0 : err_set(e, ERR_INPUT, "the template makes no request");
}

/* ---- asking ---- */

/* On a thread of the teacher. */
static void
show_piece(void *to, uint64_t tag, const char *text, size_t n)
{
  struct trial *t = to;

  (void)tag;
  if (n == 0)   /* the try is made again */
    buf_clear(&t->written);
  buf_add(&t->written, text, n);
  board_stream(project_board(t->c->project), t->activity, buf_str(&t->written));
}

/* Only a screen can show it. */
static void
ask_for_stream(struct trial *t, struct teacher_request *request)
{
  if (!t->c->workbench)
    return;
  request->stream = true;
  request->on_text = show_piece;
  request->to = t;
}

static struct teacher_reply *
wait_for_reply(struct trial *t, struct teacher *teacher)
{
  struct outgoing o;
  struct teacher_reply *r = NULL;

  outgoing_init(&o, &t->blueprint, t->rows);
  ask_for_stream(t, &o.request);
  t->rows->sent_ms = clock_wall_ms();
  teacher_start(teacher, 0, &o.request);
  while (!r && !stop_wanted(t->c->stop))
    r = teacher_take(teacher, 50);
  outgoing_release(&o);
  return r;
}

static int
keep_reply(struct trial *t, struct teacher_reply *r, struct err *e)
{
  if (requests_keep(t->c->project, t->rows, &t->blueprint.members->recruit.spec, r, e) == 0)
    return job_store_set_state(t->c->project, t->job, JOB_DONE, "", e);
  job_store_set_state(t->c->project, t->job, JOB_FAILED, e->message, NULL);
  return -1;
}

static int
send(struct trial *t, struct err *e)
{
  struct job_row job = {.kind = (char *)"try", .state = JOB_RUNNING, .template_id = t->template.id,
                        .params = (char *)"{}",
                        .teacher_id = t->teacher.id, .key = (char *)"", .message = (char *)""};
  struct teacher *teacher = teacher_open(&t->blueprint.members->recruit.spec, e);
  struct teacher_reply *r = NULL;
  struct board *board = project_board(t->c->project);
  int result = -1;

  if (!teacher)
    return -1;
  if (job_store_add(t->c->project, &job, &t->job, e) == 0 &&
      job_store_plan(t->c->project, t->job, t->rows, 1, e) == 0) {
    t->activity = board_begin(board, ACTIVITY_OTHER, t->job, TRY_TITLE);
    r = wait_for_reply(t, teacher);
    if (r) {
      result = keep_reply(t, r, e);
    } else {
      job_store_set_state(t->c->project, t->job, JOB_STOPPED, "stopped", NULL);
      err_set(e, ERR_INTERRUPTED, "stopped");
    }
  }
  teacher_reply_free(r);
  teacher_close(teacher);
  board_end(board, t->activity, result == 0 ? ACTIVITY_DONE : ACTIVITY_FAILED, "");
  return result;
}

static int
ask(struct trial *t, struct err *e)
{
  struct request_row known = {0}, moved;
  int found = job_store_answered(t->c->project, t->rows->key, &known, e);
  int r;

  if (found == 1 && known.reply) {
    moved = *t->rows;
    *t->rows = known;
    known = moved;
    t->cached = true;
  }
  request_row_release(&known);
  if (found < 0 || t->cached)
    return found < 0 ? -1 : 0;
  progress_begin(&t->c->progress, "asking the teacher", "requests", 1);
  r = send(t, e);
  progress_end(&t->c->progress);
  return r;
}

/* ---- what came ---- */

static void
read_reply(struct trial *t)
{
  const struct request_row *row = t->rows;
  struct parse_want want = {.pair = corpus_task(project_corpus(t->c->project)) == TASK_PAIR, .count = row->wanted};

  if (chat_parse(row->reply, row->n_reply, &t->chat, &t->problem) < 0)
    return;
  if (t->blueprint.prompty.kind == PROMPTY_ANNOTATE) {
    const struct corpus *c = project_corpus(t->c->project);

    ballot_read(&t->ballot, t->chat.content, strlen(t->chat.content), corpus_labels(c),
                corpus_task(c) == TASK_MULTILABEL,
                row->n_subjects, &t->problem);
    return;
  }
  want.finish_reason = t->chat.finish_reason;
  if (parse_reply(t->chat.content, strlen(t->chat.content), &want, &t->texts, &t->problem) == 0)
    err_clear(&t->problem);
}

/* A reply that cannot be read goes into quarantine, so that no job takes it for an answer. */
static int
put_away(struct trial *t, struct err *e)
{
  struct dropped_row dropped = {.job_id = t->job, .request_id = t->rows->id, .label = t->rows->label,
                                .attributes = t->rows->attributes, .reason = (char *)drop_defs[DROP_PARSE].name,
                                .detail = t->problem.message};

  if (!t->job || !t->problem.code)
    return 0;
  return job_store_keep(t->c->project, t->rows->id, NULL, &dropped, 1, NULL, e);
}

static void
print_text(struct trial *t, size_t i, enum drop_reason reason, struct buf *out)
{
  const struct candidate *x = &t->texts.texts[i];

  if (t->c->json) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "text", x->text);
    if (x->text2)
      json_add_field(out, "text2", x->text2);
    if (reason != DROP_NONE)
      json_add_field(out, "dropped", drop_defs[reason].name);
    buf_addc(out, '}');
  } else {
    buf_addf(out, "%3zu  ", i + 1);
    utf8_printable(out, x->text, x->n_text);
    if (x->text2) {
      buf_adds(out, "  |  ");
      utf8_printable(out, x->text2, x->n_text2);
    }
    if (reason != DROP_NONE)
      buf_addf(out, "   (would be dropped: %s)", drop_defs[reason].name);
    buf_addc(out, '\n');
  }
}

/* Each text, with what the filters of a job would say of it; of texts that a job has taken already they would say that
 * they are doubles of themselves. */
static void
print_texts(struct trial *t, struct buf *out)
{
  struct filters *filters = filters_new(project_corpus(t->c->project), &t->blueprint.prompty.filters);
  bool taken = t->rows->state == REQUEST_PARSED;
  enum drop_reason reason = DROP_NONE;
  char detail[200];
  uint32_t of;

  for (size_t i = 0; i < t->texts.n; i++) {
    if (!taken)
      reason = filters_drop(filters, t->label, &t->texts.texts[i], &of, detail, sizeof detail);
    print_text(t, i, reason, out);
  }
  filters_free(filters);
}

/* The label that the teacher gives its text. */
static void
print_label(struct trial *t, const struct ballot_entry *entry, struct buf *out)
{
  const struct labels *labels = corpus_labels(project_corpus(t->c->project));
  struct buf names = BUF_INIT;

  labels_join(&names, labels, entry->labels, entry->n_labels, ", ");
  if (t->c->json) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field_int(out, "id", t->subject);
    json_add_field(out, "label", entry->odd || !entry->said ? NULL : buf_str(&names));
    if (entry->odd)
      json_add_field(out, "problem", entry->odd);
    if (entry->rationale && *entry->rationale)
      json_add_field(out, "rationale", entry->rationale);
    buf_addc(out, '}');
  } else {
    buf_addf(out, "%6u  %s", t->subject, entry->odd ? "" : buf_str(&names));
    utf8_printable(out, entry->odd ? entry->odd : "", entry->odd ? strlen(entry->odd) : 0);
    buf_addc(out, '\n');
  }
  buf_release(&names);
}

static void
print_labels(struct trial *t, struct buf *out)
{
  for (size_t i = 0; i < t->ballot.n; i++)
    print_label(t, &t->ballot.entries[i], out);
}

/* Line by line: line ends are the only control characters that are let through. */
static void
print_content(struct trial *t, const char *content)
{
  struct buf line = BUF_INIT;
  size_t n;

  for (; *content; content += n + (content[n] == '\n')) {
    n = strcspn(content, "\n");
    buf_clear(&line);
    utf8_printable(&line, content, n);
    print_line(t->c, "%s", buf_str(&line));
  }
  print_line(t->c, "%s", "");
  buf_release(&line);
}

static void
print_trial(struct trial *t)
{
  const struct request_row *row = t->rows;
  const char *content = t->chat.content ? t->chat.content : row->reply;
  struct buf out = BUF_INIT, usd = BUF_INIT;

  if (t->c->json) {
    buf_addc(&out, '{');
    json_add_field_int(&out, "request", row->id);
    json_add_field_bool(&out, "cached", t->cached);
    json_add_key(&out, "tokens");
    buf_addf(&out, "{\"in\":%llu,\"out\":%llu}", (unsigned long long)row->tokens_in,
             (unsigned long long)row->tokens_out);
    json_add_field_number(&out, "cost_usd", t->cached ? 0 : row->cost_usd);
    json_add_field(&out, "reply", content);
    if (t->problem.code)
      json_add_field(&out, "problem", t->problem.message);
    json_add_key(&out, "texts");
    buf_addc(&out, '[');
    print_texts(t, &out);
    buf_addc(&out, ']');
    if (t->ballot.n) {
      json_add_key(&out, "labels");
      buf_addc(&out, '[');
      print_labels(t, &out);
      buf_addc(&out, ']');
    }
    buf_addc(&out, '}');
    print_json(t->c, &out);
  } else {
    print_content(t, content);
    if (t->problem.code)
      buf_addf(&out, "nothing can be read in it: %s\n", t->problem.message);
    print_texts(t, &out);
    print_labels(t, &out);
    fwrite(buf_str(&out), 1, out.n, t->c->out);
    print_usd(&usd, t->cached ? 0 : row->cost_usd);
    print_line(t->c, "%zu texts, %llu tokens in, %llu out, %s%s", t->texts.n, (unsigned long long)row->tokens_in,
               (unsigned long long)row->tokens_out, buf_str(&usd),
               t->cached ? " (answered before, not asked again)" : "");
  }
  buf_release(&out);
  buf_release(&usd);
}

int
template_try(struct call *c, struct err *e)
{
  struct trial t = {.c = c, .written = {.max = STREAM_MAX}};
  int r = prepare(&t, e);

  if (r == 0)
    r = ask(&t, e);
  if (r == 0) {
    read_reply(&t);
    r = put_away(&t, e);
    print_trial(&t);
  }
  trial_release(&t);
  return r;
}
