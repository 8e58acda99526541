#include "teacher/batches.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "teacher/backend.h"
#include "teacher/dialect.h"
#include "teacher/endpoint.h"
#include "teacher/openai.h"
#include "teacher/retry.h"

#define ANSWER_MAX ((size_t)4 << 20)   /* bytes of what is no file */
#define LINE_MAX_BYTES (TEACHER_REPLY_MAX + ((size_t)1 << 20))
#define PAGES_MAX 50                   /* of a hundred batches, when one is looked for */

const char *const batches_status_names[N_BATCHES_STATUS] = {
  "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled", "unknown",
};

struct batches {
  struct teacher_spec spec;
  struct endpoint endpoint;
  struct retry_policy retry;
  struct rng rng;
  struct stop *stop;
  CURL *easy;
};

/* One request, tried until it succeeds or cannot. */
struct errand {
  const char *path, *query;        /* beside chat's */
  const char *json;                /* posted; NULL: see lines, or nothing is posted */
  const char *lines;               /* a file to hand in; NULL: none */
  size_t n_lines, sent;            /* bytes of it, and how many are on their way */
  bool post;
  struct download *download;       /* takes the body of a success; NULL: it goes into answer */
  struct buf answer;
  bool maybe_done;                 /* the last try broke after it was sent: it may have been carried out */
  int64_t retry_after_ms;          /* the server's word; -1: none */
  int status;
};

struct download {
  struct batches *b;
  int (*each)(void *to, const struct batches_result *r, struct err *e);
  void *to;
  struct err *e;
  struct buf line;
  uint64_t at, done;               /* lines of this try, and lines handed on in all */
  uint64_t n_bad;
  bool refused;                    /* each() said no: e is set */
};

enum outcome { TRY_DONE, TRY_AGAIN, TRY_FINAL };

/* ---- opening ---- */

static void
curl_start(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct batches *
batches_open(const struct teacher_spec *spec, struct stop *stop, struct err *e)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct batches *b;
  struct endpoint endpoint;

  pthread_once(&once, curl_start);
  if (spec->kind && strcmp(spec->kind, "http") != 0) {
    err_set(e, ERR_INPUT, "the teacher '%s' is a recording, which takes no batches", spec->name);
    return NULL;
  }
  if (endpoint_init(&endpoint, spec, e) < 0)
    return NULL;
  if (!dialect_batch_path(endpoint.dialect)) {
    err_set(e, ERR_INPUT, "the teacher '%s' takes no batches in OpenAI's form (its dialect is %s)", spec->name,
            dialect_name(endpoint.dialect));
    endpoint_release(&endpoint);
    return NULL;
  }
  b = xcalloc(1, sizeof *b);
  teacher_spec_copy(&b->spec, spec);
  b->endpoint = endpoint;
  b->retry = retry_defaults(&spec->retry);
  rng_seed(&b->rng, (uint64_t)clock_wall_ms() ^ (uint64_t)(uintptr_t)b);
  b->stop = stop;
  b->easy = curl_easy_init();
  ensure(b->easy);
  return b;
}

void
batches_close(struct batches *b)
{
  if (!b)
    return;
  curl_easy_cleanup(b->easy);
  endpoint_release(&b->endpoint);
  teacher_spec_release(&b->spec);
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
  json_add_field(out, "url", dialect_batch_path(b->endpoint.dialect));
  json_add_key(out, "body");
  dialect_body(b->endpoint.dialect, &b->spec, &whole, b->spec.refused | refused, out);
  buf_adds(out, "}\n");
}

/* ---- lines of a file that comes ---- */

/* The words of an error, as one printable line without the key; the caller's to free. */
static char *
clean(const struct batches *b, const char *s)
{
  struct buf line = BUF_INIT;
  char *own = xstrdup(s);

  endpoint_redact(&b->endpoint, own, strlen(own));
  own[strcspn(own, "\r\n")] = '\0';
  utf8_printable(&line, own, strlen(own));
  free(own);
  return buf_take(&line);
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
hand_on(struct download *d, char *s, size_t n)
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
  endpoint_redact(&d->b->endpoint, s, n);
  root = json_parse(s, n, NULL, NULL);
  if (read_result(root, &result, &body, &words)) {
    line = clean(d->b, buf_str(&words));
    result.error = line;
    result.body = buf_str(&body);
    result.n_body = body.n;
    r = d->each(d->to, &result, d->e);
    d->refused = r < 0;
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
take_lines(struct download *d, const char *s, size_t n)
{
  const char *end;

  while ((end = memchr(s, '\n', n))) {
    size_t m = (size_t)(end - s);

    if (buf_add(&d->line, s, m) < 0 || hand_on(d, d->line.s ? d->line.s : (char[1]){""}, d->line.n) < 0)
      return -1;
    buf_clear(&d->line);
    s += m + 1;
    n -= m + 1;
  }
  return buf_add(&d->line, s, n);
}

/* ---- one try ---- */

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *to)
{
  struct errand *a = to;
  long status = 0;

  n *= size;
  if (a->download) {
    curl_easy_getinfo(a->download->b->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300)
      return take_lines(a->download, bytes, n) == 0 ? n : CURL_WRITEFUNC_ERROR;
  }
  return buf_add(&a->answer, bytes, n) == 0 ? n : CURL_WRITEFUNC_ERROR;
}

static size_t
give_bytes(char *out, size_t size, size_t n, void *from)
{
  struct errand *a = from;

  n *= size;
  if (n > a->n_lines - a->sent)
    n = a->n_lines - a->sent;
  memcpy(out, a->lines + a->sent, n);
  a->sent += n;
  return n;
}

static int
rewind_bytes(void *from, curl_off_t offset, int origin)
{
  struct errand *a = from;

  if (origin != SEEK_SET || offset < 0 || (size_t)offset > a->n_lines)
    return CURL_SEEKFUNC_FAIL;
  a->sent = (size_t)offset;
  return CURL_SEEKFUNC_OK;
}

static int
on_progress(void *arg, curl_off_t down_of, curl_off_t down, curl_off_t up_of, curl_off_t up)
{
  struct batches *b = arg;

  (void)down_of;
  (void)down;
  (void)up_of;
  (void)up;
  return stop_wanted(b->stop);
}

static curl_mime *
form_of(struct batches *b, struct errand *a)
{
  curl_mime *form = curl_mime_init(b->easy);
  curl_mimepart *part;

  ensure(form);
  part = curl_mime_addpart(form);
  curl_mime_name(part, "purpose");
  curl_mime_data(part, "batch", CURL_ZERO_TERMINATED);
  part = curl_mime_addpart(form);
  curl_mime_name(part, "file");
  curl_mime_filename(part, "requests.jsonl");
  curl_mime_type(part, "application/jsonl");
  curl_mime_data_cb(part, (curl_off_t)a->n_lines, give_bytes, rewind_bytes, NULL, a);
  return form;
}

static void
set_up(struct batches *b, struct errand *a, const char *url, struct curl_slist *headers, curl_mime *form)
{
  const struct teacher_spec *s = &b->spec;
  bool large = a->lines || a->download;
  long stall_ms = s->first_byte_timeout_ms > 0 ? s->first_byte_timeout_ms : 120000;
  char version[] = "retort/" PACKAGE_VERSION;

  curl_easy_setopt(b->easy, CURLOPT_URL, url);
  curl_easy_setopt(b->easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(b->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(b->easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(b->easy, CURLOPT_USERAGENT, version);
  curl_easy_setopt(b->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(b->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(b->easy, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(b->easy, CURLOPT_WRITEDATA, a);
  curl_easy_setopt(b->easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(b->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(b->easy, CURLOPT_XFERINFODATA, b);
  curl_easy_setopt(b->easy, CURLOPT_CONNECTTIMEOUT_MS,
                   (long)(s->connect_timeout_ms > 0 ? s->connect_timeout_ms : 10000));
  curl_easy_setopt(b->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(b->easy, CURLOPT_LOW_SPEED_TIME, (stall_ms + 999) / 1000);
  if (!large)  /* what is large may take long, as long as it moves */
    curl_easy_setopt(b->easy, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : 300000));
  if (b->endpoint.local)
    curl_easy_setopt(b->easy, CURLOPT_NOPROXY, "*");
  if (form) {
    curl_easy_setopt(b->easy, CURLOPT_MIMEPOST, form);
  } else if (a->post) {
    curl_easy_setopt(b->easy, CURLOPT_POSTFIELDS, a->json ? a->json : "");
    curl_easy_setopt(b->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(a->json ? strlen(a->json) : 0));
  }
}

static enum outcome
judge_broken(struct batches *b, struct errand *a, CURLcode code, struct err *e)
{
  curl_off_t connected = 0;

  if (a->download && a->download->refused)
    return TRY_FINAL;
  if (stop_wanted(b->stop)) {
    err_set(e, ERR_INTERRUPTED, "interrupted");
    return TRY_FINAL;
  }
  if (a->answer.over || (a->download && a->download->line.over)) {
    err_set(e, ERR_FAIL, "'%s' sends more than can be an answer", b->endpoint.origin);
    return TRY_FINAL;
  }
  curl_easy_getinfo(b->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
  a->maybe_done = connected > 0;
  err_set(e, ERR_FAIL, "%s '%s'%s %s", connected > 0 ? "the connection to" : "cannot reach", b->endpoint.origin,
          connected > 0 ? " broke:" : ":", curl_easy_strerror(code));
  return TRY_AGAIN;
}

static enum outcome
judge_status(struct batches *b, struct errand *a, struct err *e)
{
  struct chat_reply chat;
  bool again = a->status == 408 || a->status == 429 || a->status >= 500;
  char *words;

  chat_parse(buf_str(&a->answer), a->answer.n, &chat, NULL);
  if (a->status == 429 && chat.error_status == 402)
    again = false;
  words = clean(b, chat.error_words ? chat.error_words : "");
  a->maybe_done = a->status >= 500 || a->status == 408;
  err_set(e, again ? ERR_FAIL : ERR_INPUT, "'%s' refuses: HTTP %d%s%s", b->endpoint.origin, a->status,
          *words ? ": " : "", words);
  free(words);
  chat_reply_release(&chat);
  return again ? TRY_AGAIN : TRY_FINAL;
}

static enum outcome
try_once(struct batches *b, struct errand *a, struct err *e)
{
  char *url = endpoint_beside(&b->endpoint, a->path, a->query);
  struct curl_slist *headers = endpoint_headers(&b->endpoint, &b->spec, a->json ? "application/json" : NULL);
  curl_mime *form;
  CURLcode code;
  curl_off_t retry_after_s = 0;
  long status = 0;

  buf_clear(&a->answer);
  a->answer.over = false;
  a->sent = 0;
  a->maybe_done = false;
  if (a->download) {
    buf_clear(&a->download->line);
    a->download->at = 0;
  }
  curl_easy_reset(b->easy);
  form = a->lines ? form_of(b, a) : NULL;
  set_up(b, a, url, headers, form);
  code = curl_easy_perform(b->easy);
  curl_easy_getinfo(b->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
  curl_easy_getinfo(b->easy, CURLINFO_RESPONSE_CODE, &status);
  a->retry_after_ms = retry_after_s > 0 ? (int64_t)retry_after_s * 1000 : -1;
  a->status = (int)status;
  curl_mime_free(form);
  curl_slist_free_all(headers);
  free(url);
  if (code != CURLE_OK)
    return judge_broken(b, a, code, e);
  return status >= 200 && status < 300 ? TRY_DONE : judge_status(b, a, e);
}

/* Waits, or is interrupted: -1. */
static int
pause_ms(struct batches *b, int64_t ms, struct err *e)
{
  int64_t until = clock_ms() + ms;

  while (clock_ms() < until) {
    int64_t left = until - clock_ms();

    if (stop_wanted(b->stop))
      return err_set(e, ERR_INTERRUPTED, "interrupted");
    clock_sleep_ms(left < 50 ? (int)left + 1 : 50);
  }
  return 0;
}

/* Tries until it is done: 0. After a try that may have been carried out, `look` (NULL: it does no harm twice) says
 * whether it was: 1, and then insist returns 1. */
static int
insist(struct batches *b, struct errand *a, int (*look)(struct batches *b, void *arg, struct err *e), void *arg,
       struct err *e)
{
  int64_t waited = 0;

  buf_init(&a->answer, ANSWER_MAX);
  for (int tries = 1;; tries++) {
    enum outcome outcome = try_once(b, a, e);
    int64_t wait;
    int found;

    if (outcome == TRY_DONE)
      return 0;
    if (outcome == TRY_FINAL)
      return -1;
    wait = retry_wait_ms(&b->retry, tries, waited, a->retry_after_ms, &b->rng);
    if (wait < 0) {
      if (tries > 1 && e)
        snprintf(e->message + strlen(e->message), sizeof e->message - strlen(e->message), " (%d tries)", tries);
      return -1;
    }
    waited += wait;
    if (pause_ms(b, wait, e) < 0)
      return -1;
    if (look && a->maybe_done && (found = look(b, arg, e)) != 0)
      return found;
  }
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
  line = clean(b, text.s);
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
    return err_set(e, ERR_FAIL, "'%s' answered with something that is no batch", b->endpoint.origin);
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
  r = insist(b, &a, NULL, NULL, e);
  if (r == 0) {
    root = json_parse(buf_str(&a.answer), a.answer.n, NULL, NULL);
    *file = name_in(root, "id");
    json_free(root);
    if (!*file)
      r = err_set(e, ERR_FAIL, "'%s' took the file but gave it no name", b->endpoint.origin);
  }
  buf_release(&a.answer);
  return r;
}

struct lookup {
  const char *file;
  struct batches_view *v;
};

static int
look_for(struct batches *b, void *arg, struct err *e)
{
  struct lookup *l = arg;

  return batches_find(b, l->file, l->v, e);
}

int
batches_create(struct batches *b, const char *file, struct batches_view *v, struct err *e)
{
  struct lookup l = {file, v};
  struct buf body = BUF_INIT;
  struct errand a = {.path = "/batches", .post = true};
  int r;

  if (check_name(file, e) < 0)
    return -1;
  buf_addc(&body, '{');
  json_add_field(&body, "input_file_id", file);
  json_add_field(&body, "endpoint", dialect_batch_path(b->endpoint.dialect));
  json_add_field(&body, "completion_window", "24h");
  buf_addc(&body, '}');
  a.json = body.s;
  r = insist(b, &a, look_for, &l, e);
  if (r == 0)
    r = read_answer(b, &a, v, e);
  buf_release(&a.answer);
  buf_release(&body);
  return r < 0 ? -1 : 0;
}

/* One page of the list, newest first: 1 found, 0 not on it. *after: where the next one begins, NULL: it was the last. */
static int
find_on_page(struct batches *b, const char *file, char **after, struct batches_view *v, struct err *e)
{
  char *query = *after ? xasprintf("limit=100&after=%s", *after) : xstrdup("limit=100");
  struct errand a = {.path = "/batches", .query = query};
  struct json *root = NULL;
  const struct json *list, *last = NULL;
  int r = insist(b, &a, NULL, NULL, e);

  free(*after);
  *after = NULL;
  if (r == 0) {
    root = json_parse(buf_str(&a.answer), a.answer.n, NULL, NULL);
    list = json_get(root, "data");
    if (json_type(list) != JSON_ARRAY)
      r = err_set(e, ERR_FAIL, "'%s' does not list its batches", b->endpoint.origin);
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
  r = insist(b, &a, NULL, NULL, e);
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
  struct download d = {.b = b, .each = each, .to = to, .e = e, .line = {.max = LINE_MAX_BYTES}};
  struct errand a = {.download = &d};
  char *path;
  int r;

  if (check_name(file, e) < 0)
    return -1;
  a.path = path = xasprintf("/files/%s/content", file);
  r = insist(b, &a, NULL, NULL, e);
  if (r == 0 && d.line.n > 0)
    r = hand_on(&d, d.line.s, d.line.n);
  if (r == 0 && d.n_bad > 0)
    r = err_set(e, ERR_FAIL, "%" PRIu64 " lines of '%s' are no results", d.n_bad, file);
  buf_release(&d.line);
  buf_release(&a.answer);
  free(path);
  return r;
}
