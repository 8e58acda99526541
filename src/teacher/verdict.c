#include "teacher/verdict.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "teacher/backend.h"
#include "teacher/openai.h"
#include "teacher/stream.h"

/* What a status other than 2xx means; the first row whose range holds it. */
static const struct status_rule {
  int from, to;
  bool again;
  enum teacher_fault fault;
  const char *what;
} status_rules[] = {
  {300, 399, false, TEACHER_FAULT_TEACHER, "the server sends us elsewhere"},
  {401, 401, false, TEACHER_FAULT_TEACHER, "the server does not take the key"},
  {402, 402, false, TEACHER_FAULT_TEACHER, "the account has no money left"},
  {403, 403, false, TEACHER_FAULT_TEACHER, "the key may not do this"},
  {404, 405, false, TEACHER_FAULT_TEACHER, "no such model or URL"},
  {408, 408, true, TEACHER_FAULT_REQUEST, "the server gave up waiting"},
  {429, 429, true, TEACHER_FAULT_REQUEST, "too many requests"},
  {400, 499, false, TEACHER_FAULT_REQUEST, "the server does not take the request"},
  {504, 504, true, TEACHER_FAULT_LOST, "a gateway gave up waiting for the server"},
  {524, 524, true, TEACHER_FAULT_LOST, "a gateway gave up waiting for the server"},
  {529, 529, true, TEACHER_FAULT_REQUEST, "the server is overloaded"},
  {500, 599, true, TEACHER_FAULT_REQUEST, "the server failed"},
  {0, 999, false, TEACHER_FAULT_REQUEST, "an unexpected status"},
};

static const struct status_rule *
rule_of(int status)
{
  const struct status_rule *rule = status_rules;

  while (status < rule->from || status > rule->to)
    rule++;
  return rule;
}

/* The server answered with a status that is no success, or with an error object that names one. */
static void
judge_status(struct verdict *v, const struct endpoint *p, int status, const char *words, CURL *easy,
             struct teacher_reply *r)
{
  const struct status_rule *rule = rule_of(status);
  char *to = NULL, *ours;

  r->n_rate_limited += status == 429;
  r->n_server_errors += status >= 500;
  r->n_lost += rule->fault == TEACHER_FAULT_LOST;
  v->again = rule->again;
  v->status = status;
  snprintf(v->words, sizeof v->words, "%s", words ? words : "");
  if (status >= 300 && status < 400) {
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to);
    teacher_reply_fail(r, rule->fault, "'%s' redirects to '%.200s' (the key is not sent there; give that URL instead)",
                       p->origin, to ? to : "nowhere");
    return;
  }
  ours = words ? xstrdup(words) : NULL;
  if (ours)
    endpoint_redact(p, ours, strlen(ours));
  teacher_reply_fail(r, rule->fault, "%s: HTTP %d%s%s", rule->what, status, ours ? ": " : "", ours ? ours : "");
  free(ours);
}

/* The reply began and was not finished, whatever the transport says: it may have been billed. */
static void
judge_cut(struct verdict *v, struct teacher_reply *r)
{
  v->again = true;
  r->fault = TEACHER_FAULT_LOST;
  r->n_lost++;
  r->n_resets += v->status == 0;
}

static void
judge_answer(struct verdict *v, const struct endpoint *p, const struct teacher_spec *spec, CURL *easy,
             struct buf *received, struct teacher_reply *r)
{
  struct chat_reply chat;
  struct err ignored;
  long status = 0;
  size_t n = received->n;
  char *body = buf_take(received);

  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  endpoint_redact(p, body, n);
  r->http_status = (int)status;
  teacher_reply_read(r, spec, body, n);
  if (status < 200 || status >= 300)
    r->ok = r->answered = false;
  else if (r->ok)
    return;
  chat_parse(body, n, &chat, &ignored);
  if ((status == 429 || status == 400) && chat.error_status == 402)  /* a quota that is used up stays so */
    status = 402;
  if (status < 200 || status >= 300)
    judge_status(v, p, (int)status, chat.error_words, easy, r);
  else if (chat.error_status != 0)
    judge_status(v, p, chat.error_status, chat.error_words, easy, r);
  if (chat.cut && status >= 200 && status < 300)
    judge_cut(v, r);
  chat_reply_release(&chat);
}

/* Why there is no connection, in our words or the system's, and what a person can do about it. */
static void
why_unreachable(CURL *easy, CURLcode code, char *out, size_t size)
{
  static const struct {
    CURLcode code;
    const char *words;
  } known[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "no such host"},
    {CURLE_COULDNT_RESOLVE_PROXY, "no such host as the proxy (is https_proxy right?)"},
    {CURLE_OPERATION_TIMEDOUT, "no connection in time"},
    {CURLE_PEER_FAILED_VERIFICATION, "nobody we trust vouches for its certificate"},
    {CURLE_SSL_CACERT_BADFILE, "this machine knows no certificates to trust (apt-get install ca-certificates)"},
    {CURLE_SSL_CONNECT_ERROR, "it does not speak TLS (http:// instead of https://?)"},
  };
  long number = 0;

  for (size_t i = 0; i < N_OF(known); i++)
    if (known[i].code == code) {
      snprintf(out, size, "%s", known[i].words);
      return;
    }
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  snprintf(out, size, "%s (is the server running?)",
           code == CURLE_COULDNT_CONNECT && number != 0 ? err_os((int)number) : curl_easy_strerror(code));
  if (isupper((unsigned char)out[0]) && !isupper((unsigned char)out[1]))
    out[0] = (char)tolower((unsigned char)out[0]);
}

/* True if the try ended before a byte of the request went out. */
static bool
never_sent(CURL *easy, CURLcode code)
{
  curl_off_t connected = 0, uploaded = 0;

  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
    return true;
  case CURLE_OPERATION_TIMEDOUT:
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return connected == 0 && uploaded == 0;
  default:
    return false;
  }
}

static void
judge_broken(struct verdict *v, const struct endpoint *p, CURL *easy, CURLcode code, bool answered, bool silent,
             const struct buf *received, struct teacher_reply *r)
{
  char why[200];
  bool slow = code == CURLE_OPERATION_TIMEDOUT;

  r->n_timeouts += slow;
  if (never_sent(easy, code)) {
    why_unreachable(easy, code, why, sizeof why);
    v->again = answered;
    teacher_reply_fail(r, TEACHER_FAULT_TEACHER, "cannot reach '%s': %s", p->origin, why);
    return;
  }
  r->n_lost++;
  if (received->over) {
    teacher_reply_fail(r, TEACHER_FAULT_LOST, "the reply is larger than %zu MiB", TEACHER_REPLY_MAX >> 20);
    return;
  }
  v->again = true;
  r->n_resets += !slow;
  if (slow)
    teacher_reply_fail(r, TEACHER_FAULT_LOST, "no %s from '%s' within %.3g s", silent ? "answer" : "whole reply",
                       p->origin, (double)r->latency_ms / 1000);
  else
    teacher_reply_fail(r, TEACHER_FAULT_LOST, "the connection to '%s' broke: %s", p->origin,
                       code == CURLE_ABORTED_BY_CALLBACK ? "it had been kept, and was dead" : curl_easy_strerror(code));
}

/* True for a stream that was finished before its connection broke: nothing is missing. */
static bool
whole_stream(const struct buf *received)
{
  struct chat_reply chat;
  bool whole = false;

  if (!received->over && received->n > 0 && stream_looks(received->s, received->n)) {
    whole = chat_parse(received->s, received->n, &chat, NULL) == 0;
    chat_reply_release(&chat);
  }
  return whole;
}

void
verdict_of(struct verdict *v, const struct endpoint *p, const struct teacher_spec *spec, CURL *easy, CURLcode code,
           bool answered, bool silent, struct buf *received, struct teacher_reply *r)
{
  *v = (struct verdict){0};
  r->http_status = 0;
  r->ok = r->answered = false;
  r->tokens_in = r->tokens_out = -1;
  r->cost_usd = NAN;
  if (code == CURLE_OK || whole_stream(received))
    judge_answer(v, p, spec, easy, received, r);
  else
    judge_broken(v, p, easy, code, answered, silent, received, r);
}
