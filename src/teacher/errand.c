#include "teacher/errand.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "teacher/backend.h"
#include "teacher/openai.h"
#include "teacher/retry.h"

#define ANSWER_MAX ((size_t)4 << 20)   /* bytes of what is no file */

enum outcome { TRY_DONE, TRY_AGAIN, TRY_FINAL };

static void
curl_start(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

int
envoy_open(struct envoy *v, const struct teacher_spec *spec, struct stop *stop, struct err *e)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, curl_start);
  *v = (struct envoy){.stop = stop, .retry = retry_defaults(&spec->retry)};
  if (endpoint_init(&v->endpoint, spec, e) < 0)
    return -1;
  teacher_spec_copy(&v->spec, spec);
  rng_seed(&v->rng, (uint64_t)clock_wall_ms() ^ (uint64_t)(uintptr_t)v);
  v->easy = curl_easy_init();
  ensure(v->easy);
  return 0;
}

void
envoy_close(struct envoy *v)
{
  curl_easy_cleanup(v->easy);
  endpoint_release(&v->endpoint);
  teacher_spec_release(&v->spec);
}

char *
envoy_words(const struct envoy *v, const char *s)
{
  struct buf line = BUF_INIT;
  char *own = xstrdup(s);

  endpoint_redact(&v->endpoint, own, strlen(own));
  own[strcspn(own, "\r\n")] = '\0';
  utf8_printable(&line, own, strlen(own));
  free(own);
  return buf_take(&line);
}

static int
stall_ms(const struct envoy *v)
{
  return v->spec.first_byte_timeout_ms > 0 ? v->spec.first_byte_timeout_ms : 120000;
}

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *to)
{
  struct errand *a = to;
  long status = 0;

  n *= size;
  if (a->take) {
    curl_easy_getinfo(a->envoy->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      a->enough = a->take(a->to, bytes, n, a->e) < 0;
      return a->enough ? CURL_WRITEFUNC_ERROR : n;
    }
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

/* Called about once a second: time to stop, or has nothing moved for too long? */
static int
on_progress(void *arg, curl_off_t down_of, curl_off_t down, curl_off_t up_of, curl_off_t up)
{
  struct errand *a = arg;
  int64_t now = clock_ms();

  (void)down_of;
  (void)up_of;
  if (down + up != a->moved) {
    a->moved = down + up;
    a->moved_ms = now;
  }
  a->stalled = now - a->moved_ms > stall_ms(a->envoy);
  return a->stalled || stop_wanted(a->envoy->stop);
}

static curl_mime *
form_of(struct envoy *v, struct errand *a)
{
  curl_mime *form = curl_mime_init(v->easy);
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
set_up(struct envoy *v, struct errand *a, const char *url, struct curl_slist *headers, curl_mime *form)
{
  const struct teacher_spec *s = &v->spec;
  bool large = a->lines || a->take;
  char version[] = "retort/" PACKAGE_VERSION;

  curl_easy_setopt(v->easy, CURLOPT_URL, url);
  curl_easy_setopt(v->easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(v->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(v->easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(v->easy, CURLOPT_USERAGENT, version);
  curl_easy_setopt(v->easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(v->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(v->easy, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(v->easy, CURLOPT_WRITEDATA, a);
  curl_easy_setopt(v->easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(v->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(v->easy, CURLOPT_XFERINFODATA, a);
  curl_easy_setopt(v->easy, CURLOPT_CONNECTTIMEOUT_MS,
                   (long)(s->connect_timeout_ms > 0 ? s->connect_timeout_ms : 10000));
  if (!large)  /* what is large may take long, as long as it moves */
    curl_easy_setopt(v->easy, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : 300000));
  if (v->endpoint.local)
    curl_easy_setopt(v->easy, CURLOPT_NOPROXY, "*");
  if (a->post)  /* on a connection that was kept and breaks, curl would send it again by itself */
    curl_easy_setopt(v->easy, CURLOPT_FRESH_CONNECT, 1L);
  if (form) {
    curl_easy_setopt(v->easy, CURLOPT_MIMEPOST, form);
  } else if (a->post) {
    curl_easy_setopt(v->easy, CURLOPT_POSTFIELDS, a->json ? a->json : "");
    curl_easy_setopt(v->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(a->json ? strlen(a->json) : 0));
  }
}

static enum outcome
judge_broken(struct envoy *v, struct errand *a, CURLcode code, struct err *e)
{
  curl_off_t connected = 0;

  if (a->enough)
    return TRY_FINAL;
  if (stop_wanted(v->stop)) {
    err_set(e, ERR_INTERRUPTED, "interrupted");
    return TRY_FINAL;
  }
  if (a->answer.over) {
    err_set(e, ERR_FAIL, "'%s' sends more than can be an answer", v->endpoint.origin);
    return TRY_FINAL;
  }
  curl_easy_getinfo(v->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
  a->maybe_done = connected > 0;
  if (a->stalled) {
    err_set(e, ERR_FAIL, "nothing has come from '%s' for %d s", v->endpoint.origin, stall_ms(v) / 1000);
    return TRY_AGAIN;
  }
  err_set(e, ERR_FAIL, "%s '%s'%s %s", connected > 0 ? "the connection to" : "cannot reach", v->endpoint.origin,
          connected > 0 ? " broke:" : ":", curl_easy_strerror(code));
  return TRY_AGAIN;
}

static enum outcome
judge_status(struct envoy *v, struct errand *a, struct err *e)
{
  struct chat_reply chat;
  bool missing, again = a->status == 408 || a->status == 429 || a->status >= 500;
  char *words;

  chat_parse(buf_str(&a->answer), a->answer.n, &chat, NULL);
  if (a->status == 429 && chat.error_status == 402)
    again = false;
  words = envoy_words(v, chat.error_words ? chat.error_words : "");
  a->maybe_done = a->status >= 500 || a->status == 408;
  missing = !*words && (a->status == 404 || a->status == 405);
  err_set(e, again ? ERR_FAIL : ERR_INPUT, "'%s' refuses: HTTP %d%s%s", v->endpoint.origin, a->status,
          missing ? " (does it take batches?)" : *words ? ": " : "", words);
  free(words);
  chat_reply_release(&chat);
  return again ? TRY_AGAIN : TRY_FINAL;
}

static enum outcome
try_once(struct envoy *v, struct errand *a, struct err *e)
{
  char *url = endpoint_beside(&v->endpoint, a->path, a->query);
  struct curl_slist *headers = endpoint_headers(&v->endpoint, &v->spec, a->json ? "application/json" : NULL);
  curl_mime *form;
  CURLcode code;
  curl_off_t retry_after_s = 0;
  long status = 0;

  buf_clear(&a->answer);
  a->answer.over = false;
  a->sent = 0;
  a->maybe_done = a->stalled = false;
  a->moved = 0;
  a->moved_ms = clock_ms();
  if (a->begin)
    a->begin(a->to);
  curl_easy_reset(v->easy);
  form = a->lines ? form_of(v, a) : NULL;
  set_up(v, a, url, headers, form);
  code = curl_easy_perform(v->easy);
  curl_easy_getinfo(v->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
  curl_easy_getinfo(v->easy, CURLINFO_RESPONSE_CODE, &status);
  a->retry_after_ms = retry_after_s > 0 ? (int64_t)retry_after_s * 1000 : -1;
  a->status = (int)status;
  curl_mime_free(form);
  curl_slist_free_all(headers);
  free(url);
  if (code != CURLE_OK)
    return judge_broken(v, a, code, e);
  return status >= 200 && status < 300 ? TRY_DONE : judge_status(v, a, e);
}

/* Waits, or is interrupted: -1. */
static int
pause_ms(struct envoy *v, int64_t ms, struct err *e)
{
  int64_t until = clock_ms() + ms;

  while (clock_ms() < until) {
    int64_t left = until - clock_ms();

    if (stop_wanted(v->stop))
      return err_set(e, ERR_INTERRUPTED, "interrupted");
    clock_sleep_ms(left < 50 ? (int)left + 1 : 50);
  }
  return 0;
}

/* What may have been carried out is not refused for good, whatever was said of a later try: it is to be looked for. */
static int
unsure(bool maybe_done, struct err *e)
{
  if (maybe_done && e && e->code == ERR_INPUT)
    e->code = ERR_FAIL;
  return -1;
}

int
errand_run(struct envoy *v, struct errand *a, int (*look)(void *arg, struct err *e), void *arg, struct err *e)
{
  int64_t waited = 0;
  bool ever_maybe = false;

  buf_init(&a->answer, ANSWER_MAX);
  a->envoy = v;
  a->e = e;
  for (int tries = 1;; tries++) {
    enum outcome outcome = try_once(v, a, e);
    int64_t wait;
    int found;

    if (outcome == TRY_DONE)
      return 0;
    if (outcome == TRY_FINAL)
      return unsure(ever_maybe && look, e);
    ever_maybe |= a->maybe_done;
    wait = retry_wait_ms(&v->retry, tries, waited, a->retry_after_ms, &v->rng);
    if (wait < 0) {
      if (tries > 1 && e)
        snprintf(e->message + strlen(e->message), sizeof e->message - strlen(e->message), " (%d tries)", tries);
      return -1;
    }
    waited += wait;
    if (pause_ms(v, wait, e) < 0)
      return -1;
    if (look && a->maybe_done && (found = look(arg, e)) != 0)
      return found < 0 ? unsure(true, e) : found;
  }
}
