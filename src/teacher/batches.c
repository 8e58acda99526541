#include "teacher/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "teacher/dialect.h"
#include "teacher/errand.h"
#include "teacher/openai.h"

#define LINE_MAX_BYTES (TEACHER_REPLY_MAX + ((size_t)1 << 20))
#define PAGES_MAX 50                   /* of a hundred batches, when one is looked for */

const char *const batches_status_names[N_BATCHES_STATUS] = {
  "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled", "unknown",
};

struct batches {
  struct envoy envoy;
};

/* ---- opening ---- */

struct batches *
batches_open(const struct teacher_spec *spec, struct stop *stop, struct err *e)
{
  struct batches *b = xcalloc(1, sizeof *b);

  if (spec->kind && strcmp(spec->kind, "http") != 0) {
    err_set(e, ERR_INPUT, "the teacher '%s' is a recording, which takes no batches", spec->name);
  } else if (envoy_open(&b->envoy, spec, stop, e) == 0) {
    if (dialect_batch_path(b->envoy.endpoint.dialect))
      return b;
    err_set(e, ERR_INPUT, "the teacher '%s' takes no batches in OpenAI's form (its dialect is %s)", spec->name,
            dialect_name(b->envoy.endpoint.dialect));
    envoy_close(&b->envoy);
  }
  free(b);
  return NULL;
}

void
batches_close(struct batches *b)
{
  if (!b)
    return;
  envoy_close(&b->envoy);
  free(b);
}

void
batches_line(const struct batches *b, const char *custom_id, const struct teacher_request *request, unsigned refused,
             struct buf *out)
{
  struct teacher_request whole = *request;

  ensure(strlen(custom_id) <= 64);
  whole.stream = false;
  buf_addc(out, '{');
  json_add_field(out, "custom_id", custom_id);
  json_add_field(out, "method", "POST");
  json_add_field(out, "url", dialect_batch_path(b->envoy.endpoint.dialect));
  json_add_key(out, "body");
  dialect_body(b->envoy.endpoint.dialect, &b->envoy.spec, &whole, b->envoy.spec.refused | refused, out);
  buf_adds(out, "}\n");
}

/* ---- lines of a file that comes ---- */

struct download {
  struct batches *b;
  int (*each)(void *to, const struct batches_result *r, struct err *e);
  void *to;
  struct buf line;
  uint64_t at, done;               /* lines of this try, and lines handed on in all */
  uint64_t n_bad;
};

unsigned
batches_refusal(const struct batches *b, const struct teacher_request *request, unsigned refused,
                const struct batches_result *r)
{
  return dialect_refusal(b->envoy.endpoint.dialect, &b->envoy.spec, request, b->envoy.spec.refused | refused,
                         r->http_status, r->error);
}

/* Its members as they stand; false: it is no result. */
static bool
read_result(const struct json *root, struct batches_result *r, struct buf *body, struct buf *words)
{
  const struct json *response = json_get(root, "response"), *error = json_get(root, "error");
  const char *message = json_string(json_get(error, "message")), *code = json_string(json_get(error, "code"));

  r->custom_id = json_string(json_get(root, "custom_id"));
  if (!r->custom_id || (json_type(response) != JSON_OBJECT && json_type(error) != JSON_OBJECT))
    return false;
  r->http_status = (int)json_number(json_get(response, "status_code"), 0);
  if (json_get(response, "body"))
    json_print(body, json_get(response, "body"));
  if (r->http_status < 200 || r->http_status >= 300) {
    struct chat_reply chat;

    chat_parse(buf_str(body), body->n, &chat, NULL);
    buf_adds(words, message ? message : chat.error_words ? chat.error_words : code ? code : "it failed without words");
    chat_reply_release(&chat);
  }
  return true;
}

static int
hand_on(struct download *d, char *s, size_t n, struct err *e)
{
  struct batches_result result = {0};
  struct buf body = BUF_INIT, words = BUF_INIT;
  struct json *root;
  char *line = NULL;
  int r = 0;

  d->at++;
  if (d->at <= d->done)
    return 0;
  d->done++;
  if (n == 0 || (n == 1 && *s == '\r'))
    return 0;
  endpoint_redact(&d->b->envoy.endpoint, s, n);
  root = json_parse(s, n, NULL, NULL);
  if (read_result(root, &result, &body, &words)) {
    line = envoy_words(&d->b->envoy, buf_str(&words));
    result.error = line;
    result.body = buf_str(&body);
    result.n_body = body.n;
    r = d->each(d->to, &result, e);
  } else {
    d->n_bad++;
  }
  free(line);
  json_free(root);
  buf_release(&body);
  buf_release(&words);
  return r;
}

static int
take_lines(void *to, const char *s, size_t n, struct err *e)
{
  struct download *d = to;
  const char *end;
  int r = 0;

  while (r == 0 && (end = memchr(s, '\n', n))) {
    size_t m = (size_t)(end - s);

    if ((r = buf_add(&d->line, s, m)) == 0)
      r = d->line.n > 0 ? hand_on(d, d->line.s, d->line.n, e) : hand_on(d, (char[1]){""}, 0, e);
    buf_clear(&d->line);
    s += m + 1;
    n -= m + 1;
  }
  if (r == 0)
    r = buf_add(&d->line, s, n);
  return d->line.over ? err_set(e, ERR_FAIL, "a line of more than %zu MiB is no reply", LINE_MAX_BYTES >> 20) : r;
}

static void
begin_lines(void *to)
{
  struct download *d = to;

  buf_clear(&d->line);
  d->at = 0;
}

/* ---- what is asked ---- */

void
batches_view_release(struct batches_view *v)
{
  free(v->id);
  free(v->input_file);
  free(v->output_file);
  free(v->error_file);
  free(v->message);
  *v = (struct batches_view){0};
}

/* Names go into URLs, so they are taken only as plain words. NULL: none, or none that could be. */
static char *
name_in(const struct json *object, const char *key)
{
  const char *s = json_string(json_get(object, key));
  size_t n = s ? strlen(s) : 0;

  if (n == 0 || n > BATCHES_NAME_MAX || *s == '.' ||
      strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:") != n)
    return NULL;
  return xstrdup(s);
}

/* The status, and what was wrong with the first lines of the file. */
static char *
message_of(const struct batches *b, const struct json *root, const char *status)
{
  struct buf text = BUF_INIT;
  char *line;
  int n = 0;

  buf_adds(&text, status);
  for (const struct json *f = json_first(json_path(root, "errors", "data", NULL)); f && n < 3; f = json_next(f), n++) {
    const char *words = json_string(json_get(f, "message"));
    double at = json_number(json_get(f, "line"), 0);

    buf_adds(&text, n == 0 ? ": " : "; ");
    if (at > 0)
      buf_addf(&text, "line %.0f: ", at);
    buf_addf(&text, "%.200s", words ? words : "an error without words");
  }
  line = envoy_words(&b->envoy, text.s);
  buf_release(&text);
  return line;
}

static void
read_status(struct batches_view *v, const char *word)
{
  v->status = BATCHES_UNKNOWN;
  for (int i = 0; word && i < BATCHES_UNKNOWN; i++)
    if (strcmp(word, batches_status_names[i]) == 0)
      v->status = (enum batches_status)i;
  v->ended = v->status == BATCHES_COMPLETED || v->status == BATCHES_FAILED || v->status == BATCHES_EXPIRED ||
             v->status == BATCHES_CANCELLED;
}

static int64_t
count_in(const struct json *counts, const char *key)
{
  int64_t n = chat_token_count(counts, key);

  return n > 0 ? n : 0;
}

static int
read_view(const struct batches *b, const struct json *root, struct batches_view *v, struct err *e)
{
  const char *status = json_string(json_get(root, "status"));
  const struct json *counts = json_get(root, "request_counts");

  batches_view_release(v);
  v->id = name_in(root, "id");
  if (!v->id || !status)
    return err_set(e, ERR_FAIL, "'%s' answered with something that is no batch", b->envoy.endpoint.origin);
  read_status(v, status);
  v->input_file = name_in(root, "input_file_id");
  v->output_file = name_in(root, "output_file_id");
  v->error_file = name_in(root, "error_file_id");
  v->message = message_of(b, root, status);
  v->n_requests = count_in(counts, "total");
  v->n_done = count_in(counts, "completed");
  v->n_failed = count_in(counts, "failed");
  return 0;
}

static int
read_answer(const struct batches *b, const struct errand *a, struct batches_view *v, struct err *e)
{
  struct json *root = json_parse(buf_str(&a->answer), a->answer.n, NULL, NULL);
  int r = read_view(b, root, v, e);

  json_free(root);
  return r;
}

/* A name that a person or a file gave: not one, no request. */
static int
check_name(const char *name, struct err *e)
{
  struct buf text = BUF_INIT;
  struct json *j;
  char *copy;
  int r = 0;

  buf_addc(&text, '{');
  json_add_field(&text, "name", name);
  buf_addc(&text, '}');
  j = json_parse(text.s, text.n, NULL, NULL);
  copy = name_in(j, "name");
  if (!copy)
    r = err_set(e, ERR_INPUT, "'%.60s' is no name of a file or batch", name);
  free(copy);
  json_free(j);
  buf_release(&text);
  return r;
}

int
batches_upload(struct batches *b, const char *lines, size_t n, char **file, struct err *e)
{
  struct errand a = {.path = "/files", .lines = lines, .n_lines = n, .post = true};
  struct json *root;
  int r;

  *file = NULL;
  if (n > BATCHES_FILE_MAX)
    return err_set(e, ERR_INPUT, "a batch of %zu MiB is more than the API takes (%zu)", n >> 20,
                   BATCHES_FILE_MAX >> 20);
  r = errand_run(&b->envoy, &a, NULL, NULL, e);
  if (r == 0) {
    root = json_parse(buf_str(&a.answer), a.answer.n, NULL, NULL);
    *file = name_in(root, "id");
    json_free(root);
    if (!*file)
      r = err_set(e, ERR_FAIL, "'%s' took the file but gave it no name", b->envoy.endpoint.origin);
  }
  buf_release(&a.answer);
  return r;
}

struct lookup {
  struct batches *b;
  const char *file;
  struct batches_view *v;
};

static int
look_for(void *arg, struct err *e)
{
  struct lookup *l = arg;

  return batches_find(l->b, l->file, l->v, e);
}

int
batches_create(struct batches *b, const char *file, struct batches_view *v, struct err *e)
{
  struct lookup l = {b, file, v};
  struct buf body = BUF_INIT;
  struct errand a = {.path = "/batches", .post = true};
  int r;

  if (check_name(file, e) < 0)
    return -1;
  buf_addc(&body, '{');
  json_add_field(&body, "input_file_id", file);
  json_add_field(&body, "endpoint", dialect_batch_path(b->envoy.endpoint.dialect));
  json_add_field(&body, "completion_window", "24h");
  buf_addc(&body, '}');
  a.json = body.s;
  r = errand_run(&b->envoy, &a, look_for, &l, e);
  if (r == 0)
    r = read_answer(b, &a, v, e);
  buf_release(&a.answer);
  buf_release(&body);
  return r < 0 ? -1 : 0;
}

/* One page of the list, newest first: 1 found, 0 not on it. *after: where the next one begins, NULL: it was the
 * last. */
static int
find_on_page(struct batches *b, const char *file, char **after, struct batches_view *v, struct err *e)
{
  char *query = *after ? xasprintf("limit=100&after=%s", *after) : xstrdup("limit=100");
  struct errand a = {.path = "/batches", .query = query};
  struct json *root = NULL;
  const struct json *list, *last = NULL;
  int r = errand_run(&b->envoy, &a, NULL, NULL, e);

  free(*after);
  *after = NULL;
  if (r == 0) {
    root = json_parse(buf_str(&a.answer), a.answer.n, NULL, NULL);
    list = json_get(root, "data");
    if (json_type(list) != JSON_ARRAY)
      r = err_set(e, ERR_FAIL, "'%s' does not list its batches", b->envoy.endpoint.origin);
    for (const struct json *one = r == 0 ? json_first(list) : NULL; one && r == 0; one = json_next(one)) {
      const char *input = json_string(json_get(one, "input_file_id"));

      last = one;
      if (input && strcmp(input, file) == 0)
        r = read_view(b, one, v, e) < 0 ? -1 : 1;
    }
    if (r == 0 && json_is_true(json_get(root, "has_more")))
      *after = name_in(last, "id");
  }
  json_free(root);
  buf_release(&a.answer);
  free(query);
  return r;
}

int
batches_find(struct batches *b, const char *file, struct batches_view *v, struct err *e)
{
  char *after = NULL;
  int r = 0, pages = 0;

  do
    r = find_on_page(b, file, &after, v, e);
  while (r == 0 && after && ++pages < PAGES_MAX);
  free(after);
  return r;
}

static int
ask_about(struct batches *b, const char *id, const char *what, bool post, struct batches_view *v, struct err *e)
{
  struct errand a = {.post = post};
  char *path;
  int r;

  if (check_name(id, e) < 0)
    return -1;
  a.path = path = xasprintf("/batches/%s%s", id, what);
  r = errand_run(&b->envoy, &a, NULL, NULL, e);
  if (r == 0)
    r = read_answer(b, &a, v, e);
  buf_release(&a.answer);
  free(path);
  return r;
}

int
batches_poll(struct batches *b, const char *id, struct batches_view *v, struct err *e)
{
  return ask_about(b, id, "", false, v, e);
}

int
batches_cancel(struct batches *b, const char *id, struct batches_view *v, struct err *e)
{
  return ask_about(b, id, "/cancel", true, v, e);
}

int
batches_download(struct batches *b, const char *file,
                 int (*each)(void *to, const struct batches_result *r, struct err *e), void *to, struct err *e)
{
  struct download d = {.b = b, .each = each, .to = to, .line = {.max = LINE_MAX_BYTES}};
  struct errand a = {.take = take_lines, .begin = begin_lines, .to = &d};
  char *path;
  int r;

  if (check_name(file, e) < 0)
    return -1;
  a.path = path = xasprintf("/files/%s/content", file);
  r = errand_run(&b->envoy, &a, NULL, NULL, e);
  if (r == 0 && d.line.n > 0)
    r = hand_on(&d, d.line.s, d.line.n, e);
  if (r == 0 && d.n_bad > 0)
    r = 1;
  buf_release(&d.line);
  buf_release(&a.answer);
  free(path);
  return r;
}
