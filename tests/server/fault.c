#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "tests/server/exchange.h"

#define STALL_MS 30000

static void
fail_429(struct exchange *x)
{
  exchange_error(x, 429, "", "Rate limit reached for requests");
}

static void
fail_429_after(struct exchange *x)
{
  exchange_error(x, 429, "Retry-After: 1\r\n", "Rate limit reached, come back later");
}

static void
fail_429_after_ms(struct exchange *x)
{
  exchange_error(x, 429, "retry-after-ms: 250\r\nRetry-After: 60\r\n", "Rate limit reached, come back later");
}

/* The date is two seconds ahead, since its fraction is lost. */
static void
fail_429_date(struct exchange *x)
{
  time_t then = time(NULL) + 2;
  struct tm tm;
  char headers[100];

  strftime(headers, sizeof headers, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime_r(&then, &tm));
  exchange_error(x, 429, headers, "Rate limit reached, come back later");
}

static void
fail_429_reset(struct exchange *x)
{
  exchange_error(x, 429, "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 400ms\r\n",
                 "Rate limit reached for requests");
}

static void
fail_429_long(struct exchange *x)
{
  exchange_error(x, 429, "Retry-After: 86400\r\n", "Come back tomorrow");
}

static void
fail_quota(struct exchange *x)
{
  exchange_json(x, 429,
                "{\"error\":{\"message\":\"You exceeded your current quota\",\"code\":\"insufficient_quota\"}}");
}

static void
fail_500(struct exchange *x)
{
  exchange_error(x, 500, "", "The server had an error");
}

static void
fail_503(struct exchange *x)
{
  exchange_error(x, 503, "", "Overloaded");
}

static void
fail_504(struct exchange *x)
{
  exchange_error(x, 504, "", "upstream request timeout");
}

static void
fail_529(struct exchange *x)
{
  exchange_json(x, 529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}");
}

static void
fail_html(struct exchange *x)
{
  const char *body = "<html><body><h1>502 Bad Gateway</h1></body></html>";

  exchange_respond(x, 502, "text/html", "", body, strlen(body));
}

static void
fail_html200(struct exchange *x)
{
  const char *body = "<!doctype html><title>Log in to the network</title>";

  exchange_respond(x, 200, "text/html", "", body, strlen(body));
}

static void
fail_error200(struct exchange *x)
{
  exchange_error(x, 200, "", "The model is not loaded");
}

static void
fail_error200_429(struct exchange *x)
{
  exchange_json(x, 200, "{\"error\":{\"code\":429,\"message\":\"upstream is busy\"}}");
}

/* The end of a good answer is missing, and the server does not know it. */
static void
fail_truncated(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b);

  exchange_respond(x, 200, type, "", b.s, b.n / 2);
  buf_release(&b);
}

static void
fail_empty(struct exchange *x)
{
  exchange_json(x, 200, "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0}}");
}

static void
fail_refusal(struct exchange *x)
{
  exchange_json(x, 200, "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not do that.\"}}],"
                        "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}}");
}

/* A good answer that calls itself something else. */
static void
answer_plain(struct exchange *x)
{
  struct buf b = BUF_INIT;

  exchange_answer_text(x, &b);
  exchange_respond(x, 200, "text/plain", "", b.s, b.n);
  exchange_whole(x);
  buf_release(&b);
}

/* Half a reply, then a reset. */
static void
fail_reset(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b);

  exchange_head(x, 200, type, "", (long)b.n);
  exchange_send(x, b.s, b.n / 2);
  exchange_pause(x, 5);
  exchange_end(x, ENDING_RESET);
  buf_release(&b);
}

static void
fail_silent(struct exchange *x)
{
  exchange_end(x, ENDING_RESET);
}

/* [[cut:N]]: the first N bytes of the answer, without a length, then the end of the connection. */
static void
fail_cut(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b);
  size_t n = x->argument >= 0 && (size_t)x->argument < b.n ? (size_t)x->argument : b.n;

  exchange_head(x, 200, type, "", -1);
  exchange_send(x, b.s, n);
  buf_release(&b);
}

/* A good answer in pieces of [[drip:N]] bytes (default: 64 pieces) with a pause after each. */
static void
answer_drip(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b);
  size_t step = x->argument > 0 ? (size_t)x->argument : b.n / 64 + 1;

  exchange_head(x, 200, type, "", (long)b.n);
  for (size_t i = 0; i < b.n; i += step) {
    exchange_send(x, b.s + i, b.n - i < step ? b.n - i : step);
    exchange_pause(x, 1);
  }
  exchange_whole(x);
  buf_release(&b);
}

static void
fail_stall(struct exchange *x)
{
  exchange_pause(x, STALL_MS);
  exchange_end(x, ENDING_CLOSE);
}

/* Headers and half of the body, then nothing. */
static void
fail_stall_body(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b);

  exchange_head(x, 200, type, "", (long)b.n);
  exchange_send(x, b.s, b.n / 2);
  exchange_pause(x, STALL_MS);
  exchange_end(x, ENDING_CLOSE);
  buf_release(&b);
}

static void
fail_oversized(struct exchange *x)
{
  size_t n = (size_t)18 << 20;
  char *block = xmalloc(n);

  memset(block, ' ', n);
  exchange_respond(x, 200, "application/json", "", block, n);
  free(block);
  exchange_end(x, ENDING_CLOSE);
}

/* To another port of this server, which writes down who comes. */
static void
fail_redirect(struct exchange *x)
{
  char headers[100];

  snprintf(headers, sizeof headers, "Location: http://127.0.0.1:%d/v1/chat/completions\r\n", shared->elsewhere_port);
  exchange_error(x, x->argument > 0 ? (int)x->argument : 307, headers, "over there");
}

static void
fail_401(struct exchange *x)
{
  char key[100] = "none", message[200];

  /* as careless as a server can be */
  if (!exchange_header(x, "authorization", key, sizeof key))
    exchange_header(x, "x-api-key", key, sizeof key);
  snprintf(message, sizeof message, "Incorrect API key provided: %.60s",
           strncmp(key, "Bearer ", 7) == 0 ? key + 7 : key);
  exchange_error(x, 401, "", message);
}

static void
fail_404(struct exchange *x)
{
  exchange_error(x, 404, "", "The model `gpt-x` does not exist");
}

static void
fail_schema(struct exchange *x)
{
  if (!x->entry->had_schema)
    exchange_answer(x);
  else
    exchange_error(x, 400, "", "Unknown parameter: 'response_format'");
}

/* An error in the middle of a stream, as endpoints send it after a status of 200. */
static void
fail_error_event(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type = exchange_answer_text(x, &b), *cut = b.n > 0 ? strstr(b.s + b.n / 2, "\n\n") : NULL;

  buf_truncate(&b, cut ? (size_t)(cut - b.s) + 2 : 0);
  buf_adds(&b, "data: {\"error\":{\"message\":\"the model crashed\",\"code\":503}}\n\n");
  exchange_respond(x, 200, type, "", b.s, b.n);
  buf_release(&b);
}

static const struct fault {
  const char *name;
  bool survivable;   /* a client that tries again gets its reply */
  void (*act)(struct exchange *x);
} faults[] = {
  {"429", true, fail_429},
  {"500", true, fail_500},
  {"503", true, fail_503},
  {"529", true, fail_529},
  {"reset", true, fail_reset},
  {"silent", true, fail_silent},
  {"html", true, fail_html},
  {"error200-429", true, fail_error200_429},
  {"504", false, fail_504},
  {"429-after", false, fail_429_after},
  {"429-after-ms", false, fail_429_after_ms},
  {"429-date", false, fail_429_date},
  {"429-reset", false, fail_429_reset},
  {"429-long", false, fail_429_long},
  {"quota", false, fail_quota},
  {"html200", false, fail_html200},
  {"error200", false, fail_error200},
  {"truncated", false, fail_truncated},
  {"cut", false, fail_cut},
  {"error-event", false, fail_error_event},
  {"drip", false, answer_drip},
  {"plain", false, answer_plain},
  {"empty", false, fail_empty},
  {"refusal", false, fail_refusal},
  {"oversized", false, fail_oversized},
  {"redirect", false, fail_redirect},
  {"401", false, fail_401},
  {"404", false, fail_404},
  {"schema", false, fail_schema},
  {"stall", false, fail_stall},
  {"stall-body", false, fail_stall_body},
};

/* How often this body came before. */
static int
times_before(const struct exchange *x)
{
  int n = 0;

  for (int i = 0; i < x->number && i < SERVER_LOG; i++)
    n += shared->log[i].body == x->entry->body;
  return n;
}

/* True if [[NAME]], [[NAME:ARGUMENT]], [[NAME*TIMES]] or [[NAME:ARGUMENT*TIMES]] stands at s, with the name of f, and
 * is to be obeyed this time. */
static bool
commands(struct exchange *x, const char *s, const struct fault *f)
{
  size_t n = strlen(f->name);
  char *end;

  if (strncmp(s, f->name, n) != 0)
    return false;
  s += n;
  x->argument = 0;
  if (*s == ':') {
    x->argument = strtol(s + 1, &end, 10);
    s = end;
  }
  return *s == ']' || (*s == '*' && times_before(x) < atoi(s + 1));
}

bool
fault_act(struct exchange *x)
{
  int every = atomic_load(&shared->fault_every);
  size_t n = 0;

  for (const char *s = x->messages; (s = strstr(s, "[[")); ) {
    s += 2;
    for (size_t i = 0; i < N_OF(faults); i++)
      if (commands(x, s, &faults[i])) {
        faults[i].act(x);
        return true;
      }
  }
  if (every <= 0 || x->number % every != every - 1 || (x->route->act && !x->route->complete))
    return false;
  while (n < N_OF(faults) && faults[n].survivable)
    n++;
  faults[hash_mix((uint64_t)x->number) % n].act(x);
  return true;
}
