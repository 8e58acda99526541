/* replay: the back end that answers from recorded replies, so that examples and tests run without a network.
 *
 * A recording is JSON lines, each {"request":{"messages":[...]},"response":{...}} with the response as a chat
 * completions endpoint returns it. A request is looked up by role and content of its messages and by nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "teacher/backend.h"
#include "teacher/openai.h"

#define RECORDING_MAX ((size_t)1 << 30)  /* bytes of a file of recordings */

/* Recordings of equal requests are chained in the order of the file. */
struct recording {
  char *body;
  size_t size;
  int64_t next;    /* -1: the last of its request */
  int64_t last;    /* of the first of a request: the last in its chain */
  int n;           /* of the first: how many there are */
};

struct replay {
  struct arena text;
  struct strmap first;            /* messages key -> the first recording of it */
  struct recording *recordings;
  size_t n, cap;
  struct mail *queue, **queue_end;  /* replies that are not due yet, in order */
  atomic_int n_queued;
  bool draining;
  int64_t last_due_ms;
};

static struct teacher_reply *
reply_of(struct mail *m)
{
  return (struct teacher_reply *)(void *)m;
}

static void
replay_free(struct replay *r)
{
  arena_release(&r->text);
  strmap_release(&r->first);
  free(r->recordings);
  while (r->queue) {
    struct mail *m = r->queue;

    r->queue = m->next;
    teacher_reply_free(reply_of(m));
  }
  free(r);
}

static void
keep(struct replay *r, const struct buf *key, const struct json *response)
{
  int64_t first = strmap_get(&r->first, key->s, key->n, -1), here = (int64_t)r->n;
  struct buf body = BUF_INIT;

  json_print(&body, response);
  GROW(r->recordings, r->cap, r->n + 1);
  r->recordings[r->n++] = (struct recording){arena_strndup(&r->text, buf_str(&body), body.n), body.n, -1, here, 1};
  buf_release(&body);
  if (first < 0) {
    strmap_put(&r->first, key->s, key->n, here);
    return;
  }
  r->recordings[r->recordings[first].last].next = here;
  r->recordings[first].last = here;
  r->recordings[first].n++;
}

static int
read_line(struct replay *r, const char *s, size_t n, struct err *e)
{
  struct json *line = json_parse(s, n, NULL, e);
  const struct json *messages = json_path(line, "request", "messages", NULL), *response = json_get(line, "response");
  struct buf text = BUF_INIT, key = BUF_INIT;
  int result = -1;

  if (!line)
    return -1;
  json_print(&text, messages);
  if (chat_messages_key(buf_str(&text), text.n, &key) < 0) {
    err_set(e, ERR_INPUT, "a recording without request.messages");
  } else if (json_type(response) != JSON_OBJECT) {
    err_set(e, ERR_INPUT, "a recording without a response");
  } else {
    keep(r, &key, response);
    result = 0;
  }
  buf_release(&text);
  buf_release(&key);
  json_free(line);
  return result;
}

static int
read_lines(struct replay *r, const char *path, const char *s, size_t n, struct err *e)
{
  const char *end = s + n;

  for (uint64_t number = 1; s < end; number++) {
    const char *newline = memchr(s, '\n', (size_t)(end - s)), *stop = newline ? newline : end;
    const char *text = s;

    while (text < stop && (*text == ' ' || *text == '\t' || *text == '\r'))
      text++;
    if (text < stop && read_line(r, s, (size_t)(stop - s), e) < 0)
      return err_prefix(e, "%s:%llu: ", path, (unsigned long long)number);
    s = newline ? newline + 1 : end;
  }
  if (r->n == 0)
    return err_set(e, ERR_INPUT, "no recordings in '%s'", path);
  return 0;
}

static int
replay_open(struct teacher *t, struct err *e)
{
  struct replay *r;
  char *file = NULL;
  const char *path = t->spec.replay_path ? t->spec.replay_path : "recording", *text = t->spec.replay_text;
  size_t n = t->spec.replay_size;

  if (!text) {
    if (!t->spec.replay_path)
      return err_set(e, ERR_INPUT, "the teacher '%s' has no recording (use --replay)", t->spec.name);
    if (io_read_file(path, RECORDING_MAX, &file, &n, e) < 0) {
      if (e)
        e->code = ERR_INPUT;
      return -1;
    }
    text = file;
  }
  t->spec.replay_text = NULL;
  t->spec.replay_size = 0;
  r = xcalloc(1, sizeof *r);
  arena_init(&r->text);
  strmap_init(&r->first);
  r->queue_end = &r->queue;
  if (read_lines(r, path, text, n, e) < 0) {
    replay_free(r);
    r = NULL;
  }
  free(file);
  t->self = r;
  return r ? 0 : -1;
}

static const struct recording *
look_up(const struct replay *r, const struct teacher_request *request)
{
  struct buf key = BUF_INIT;
  int64_t i = -1;

  if (chat_messages_key(request->messages, strlen(request->messages), &key) == 0)
    i = strmap_get(&r->first, key.s, key.n, -1);
  buf_release(&key);
  if (i < 0)
    return NULL;
  for (int k = request->sample % r->recordings[i].n; k > 0; k--)
    i = r->recordings[i].next;
  return &r->recordings[i];
}

/* With a delay, replies come at the rate of `concurrency` at a time. */
static void
replay_start(struct teacher *t, uint64_t tag, const struct teacher_request *request)
{
  struct replay *r = t->self;
  const struct recording *found = look_up(r, request);
  struct teacher_reply *reply = teacher_reply_new(tag);
  int64_t now = clock_ms(), delay = t->spec.replay_delay_ms, due = now + delay;
  const char *path = t->spec.replay_path ? t->spec.replay_path : "recording", *slash = strrchr(path, '/');

  reply->tries = 1;
  reply->latency_ms = delay;
  if (found) {
    teacher_reply_read(reply, &t->spec, xstrndup(found->body, found->size), found->size);
  } else {
    teacher_reply_fail(reply, TEACHER_FAULT_REQUEST,
                       "no recording of this request in '%s' (the prompt differs from what was recorded)",
                       slash ? slash + 1 : path);
    reply->code = ERR_INPUT;
    reply->transient = true;
  }
  if (r->draining)
    teacher_reply_fail(reply, TEACHER_FAULT_CANCELLED, "cancelled");
  if (delay <= 0 || r->draining) {
    mailbox_post(&t->replies, &reply->mail);
    return;
  }
  if (due < r->last_due_ms + delay / teacher_concurrency(t))
    due = r->last_due_ms + delay / teacher_concurrency(t);
  r->last_due_ms = due;
  reply->waited_ms = due;  /* its own field until it is posted */
  reply->mail.next = NULL;
  *r->queue_end = &reply->mail;
  r->queue_end = &reply->mail.next;
  atomic_fetch_add(&r->n_queued, 1);
}

static void
replay_poll(struct teacher *t, int timeout_ms)
{
  struct replay *r = t->self;
  int64_t now = clock_ms(), wait;

  if (!r->queue)
    return;
  wait = reply_of(r->queue)->waited_ms - now;
  if (wait > 0 && timeout_ms > 0)
    clock_sleep_ms(wait < timeout_ms ? (int)wait : timeout_ms);
  now = clock_ms();
  while (r->queue && reply_of(r->queue)->waited_ms <= now) {
    struct mail *m = r->queue;

    r->queue = m->next;
    if (!r->queue)
      r->queue_end = &r->queue;
    reply_of(m)->waited_ms = 0;
    atomic_fetch_sub(&r->n_queued, 1);
    mailbox_post(&t->replies, m);
  }
}

/* Cancels from here on what has the tag, or all. */
static void
cancel_from(struct teacher *t, struct mail **p, bool all, uint64_t tag)
{
  struct replay *r = t->self;

  while (*p) {
    struct teacher_reply *reply = reply_of(*p);

    if (!all && reply->tag != tag) {
      p = &(*p)->next;
      continue;
    }
    *p = (*p)->next;
    reply->waited_ms = 0;
    teacher_reply_fail(reply, TEACHER_FAULT_CANCELLED, "cancelled");
    atomic_fetch_sub(&r->n_queued, 1);
    mailbox_post(&t->replies, &reply->mail);
  }
  r->queue_end = p;
}

static void
replay_cancel(struct teacher *t, bool all, uint64_t tag)
{
  struct replay *r = t->self;

  cancel_from(t, &r->queue, all, tag);
}

/* The first `concurrency` of the queue are those under way. */
static void
replay_drain(struct teacher *t)
{
  struct replay *r = t->self;
  struct mail **p = &r->queue;

  for (int i = teacher_concurrency(t); i > 0 && *p; i--)
    p = &(*p)->next;
  cancel_from(t, p, true, 0);
  r->draining = true;
}

static void
replay_pace(const struct teacher *t, struct teacher_pace *out)
{
  struct replay *r = t->self;
  int n = atomic_load(&r->n_queued), allowed = teacher_concurrency(t);

  *out = (struct teacher_pace){.in_flight = n < allowed ? n : allowed, .allowed = allowed};
}

static void
replay_wake(struct teacher *t)
{
  (void)t;
}

static void
replay_close(struct teacher *t)
{
  replay_free(t->self);
}

const struct teacher_backend teacher_replay = {
  .kind = "replay", .open = replay_open, .start = replay_start, .poll = replay_poll, .cancel = replay_cancel,
  .drain = replay_drain, .pace = replay_pace, .wake = replay_wake, .close = replay_close,
};
