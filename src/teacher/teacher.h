/* teacher: a large model that answers chat requests, behind one interface.
 *
 * A back end is a row of a table (struct teacher_backend in backend.h): `http` speaks to endpoints, in the dialect of
 * each (dialect.h), `replay` answers from recorded replies. The caller sees only requests going in and
 * replies coming out, in whatever order they arrive.
 *
 * Life: teacher_open; any number of teacher_start, each answered by exactly one reply from teacher_take (also when
 * it was cancelled or failed); teacher_close, which gives up what is still under way and frees it.
 * Threads: one thread owns the teacher and calls all of this; teacher_set_concurrency and teacher_pace may be called
 * from any. on_text of a request is called on a thread of the back end.
 * Errors: what makes every request hopeless from the start (no URL, an unset key variable, an unreadable recording)
 * fails teacher_open; all else arrives as a reply that is not ok, with one line that says why.
 * Secrets: the key is read from the environment at open, kept only in the back end, sent only as a header (which one:
 * dialect.h) to the host of the URL, and stands in no error, log or request text. */
#ifndef TEACHER_TEACHER_H
#define TEACHER_TEACHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mailbox.h"

#define TEACHER_REPLY_MAX ((size_t)16 << 20)  /* bytes of a reply's body; more is an error of that request */
#define TEACHER_CONCURRENCY_MAX 1024
#define TEACHER_CONCURRENCY 8                 /* where the spec says 0 */

/* How the text is drawn. A field that is not set is not sent: NaN, -1, 0. */
struct teacher_parameters {
  double temperature;   /* NaN: not set */
  double top_p;         /* NaN: not set */
  int64_t seed;         /* -1: not set */
  int max_tokens;       /* 0: not set; of the reply */
};
#define TEACHER_PARAMETERS_UNSET {.temperature = __builtin_nan(""), .top_p = __builtin_nan(""), .seed = -1}

#define TEACHER_TRIES 6                       /* of one request, where the policy says 0 */

/* When a failed try is made again: exponential backoff with full jitter (Brooker 2015, "Exponential backoff and
 * jitter", AWS Architecture Blog); a Retry-After of the endpoint is obeyed instead. 0 is the default of each. */
struct retry_policy {
  int tries_max;        /* tries of one request, the first included; 6 */
  int base_ms;          /* the first wait is drawn from [0, base], the next from [0, 2 base], ...; 500 */
  int cap_ms;           /* no drawn wait is longer; 30 000 */
  int total_ms;         /* all waiting of one request; a longer Retry-After fails it; 300 000 */
};

/* What a teacher is. Strings are borrowed by teacher_open, which copies what it keeps. */
struct teacher_spec {
  const char *name;          /* for messages */
  const char *kind;          /* "http" or "replay"; NULL: http */
  const char *url;           /* http: the base, such as https://api.openai.com/v1; the dialect adds the rest */
  const char *dialect;       /* http: how the endpoint speaks (dialect.h); NULL: "openai" */
  const char *api_version;   /* http: where the dialect has one (azure, anthropic); NULL: the dialect's own */
  const char *model;         /* http: required; replay: may be NULL */
  const char *key_env;       /* the NAME of the environment variable with the key; NULL or "": no key is sent */
  const char *replay_path;   /* replay: the JSON lines file, for reading and for messages */
  const char *replay_text;   /* replay: its contents, if they are in memory already; replay_path then only names them */
  size_t replay_size;        /* bytes of replay_text */
  int replay_delay_ms;       /* replay: each reply takes this long, `concurrency` at a time; 0: at once */
  double price_in_usd;       /* per million tokens of the prompt; NaN: unknown */
  double price_out_usd;      /* per million tokens of the reply; NaN: unknown */
  int concurrency;           /* requests in flight; 0: TEACHER_CONCURRENCY */
  bool no_schema;            /* the person wants no schema sent, whatever the endpoint takes */
  unsigned refused;          /* bits of enum refusal (dialect.h): what the endpoint is known not to take; never sent */
  int requests_per_minute;   /* at most; 0: no limit of our own */
  int64_t tokens_per_minute; /* prompt and reply together; 0: no limit of our own */
  int connect_timeout_ms;    /* 0: 10 000 */
  int first_byte_timeout_ms; /* from the request's last byte to the reply's first; 0: 120 000 */
  int timeout_ms;            /* of one whole try; 0: 300 000 */
  struct teacher_parameters parameters;
  struct retry_policy retry;
};
#define TEACHER_SPEC_INIT \
  {.price_in_usd = __builtin_nan(""), .price_out_usd = __builtin_nan(""), .parameters = TEACHER_PARAMETERS_UNSET}

/* One request. Strings are copied by teacher_start. */
struct teacher_request {
  const char *messages;      /* a JSON array of {"role","content"} */
  const char *schema_name;   /* names the schema to the endpoint; NULL: "reply" */
  const char *schema;        /* JSON Schema of the reply, sent as response_format where taken; NULL: free text */
  struct teacher_parameters parameters;  /* those set win over the spec's */
  const char *extra;         /* further members of the body, as JSON: `"top_k":5,"stop":["x"]`; NULL: none */
  int sample;                /* which of several samples of the same request, from 0: added to the seed, if one is set;
                              * picks the recording of a replay (modulo how many there are) */
  int logprobs;              /* ask for so many alternatives of each token; 0: none */
  int n;                     /* ask for so many answers at once, of which the first is read; 0: 1 */
  bool stream;               /* ask for the reply as it is written (server-sent events); it is kept as it came */
  /* Of a stream: each piece of the content (not NUL-terminated), on a thread of the back end, never after the reply was
   * taken; a try that is made again begins with n = 0. NULL: nobody looks. */
  void (*on_text)(void *to, uint64_t tag, const char *text, size_t n);
  void *to;
  int tries_max;             /* fewer tries than the spec's; 0: the spec's */
  const char *idempotency_key;  /* goes as the header Idempotency-Key with each try, also after a kill and a new start:
                              * an endpoint that honours it answers again what it has answered, and bills it once.
                              * NULL: none */
  bool no_blind_retry;       /* a try that may have been billed though no reply came (timeout, reset after sending) is
                              * not made again by the teacher: the caller, who counts money, decides */
};
#define TEACHER_REQUEST_INIT {.parameters = TEACHER_PARAMETERS_UNSET}

/* Whom a failure concerns. */
enum teacher_fault {
  TEACHER_FAULT_NONE,       /* ok */
  TEACHER_FAULT_REQUEST,    /* this request only */
  TEACHER_FAULT_LOST,       /* this request, after sending: no reply came, yet it may have been billed */
  TEACHER_FAULT_TEACHER,    /* every request: server not there, key refused, unknown model or URL */
  TEACHER_FAULT_CANCELLED,
};

/* A message (mailbox.h) to the one who takes it, who frees it with teacher_reply_free. */
struct teacher_reply {
  struct mail mail;
  uint64_t tag;              /* as given to teacher_start */
  bool ok;                   /* body holds a chat completion with content */
  bool answered;             /* a chat completion came, perhaps one without text: it was paid for and is to be kept */
  enum teacher_fault fault;
  bool transient;            /* at another time it may succeed: the server was busy or away, a recording can be added */
  enum err_code code;        /* what a command should end with if nothing but this came */
  char *body;                /* the raw reply of the last try, NUL-terminated; "" if none came. Also of a failure */
  size_t body_size;
  char *content;             /* choices[0].message.content, or NULL */
  char *finish_reason;       /* "stop", "length", ...; or NULL */
  int64_t tokens_in;         /* usage as the endpoint says it; -1: it did not */
  int64_t tokens_out;
  double cost_usd;           /* of the tokens above at the spec's prices; NaN: not known */
  int http_status;           /* of the last try; 0: no reply came (or a replay) */
  int tries;                 /* made; one that was refused, and sent again without what was refused, counts only where
                              * the request limits its tries */
  int n_rate_limited;        /* tries that ended in 429 */
  int n_timeouts;
  int n_server_errors;       /* 5xx */
  int n_resets;              /* connection broken */
  int n_lost;                /* tries, the last included, that may have been billed though no reply came */
  int64_t latency_ms;        /* of the last try */
  int64_t waited_ms;         /* between tries */
  double limit_requests, limit_tokens;  /* the endpoint's own, mostly a minute's, by its headers; -1: none told */
  char error[500];           /* one printable line if not ok, in the words of err.h */
};

struct teacher;

/* NULL and e: ERR_INPUT for a spec that cannot work, ERR_FAIL for what the machine refuses. No request is sent. */
struct teacher *teacher_open(const struct teacher_spec *spec, struct err *e);
/* Queues a request; never waits. At most `concurrency` are under way at a time, first come first sent. */
void teacher_start(struct teacher *t, uint64_t tag, const struct teacher_request *request);
/* The next reply, waiting up to timeout_ms (0: not at all) for one; NULL: none came. */
struct teacher_reply *teacher_take(struct teacher *t, int timeout_ms);
void teacher_reply_free(struct teacher_reply *r);  /* NULL is fine */
/* Gives up one request, or all; their replies come with TEACHER_FAULT_CANCELLED (or as they are, if they came
 * already). */
void teacher_cancel(struct teacher *t, uint64_t tag);
void teacher_cancel_all(struct teacher *t);
/* No further try is begun, for good: what is not under way, or is started later, comes back cancelled; what is, comes
 * in (its replies are paid for), as a failure if it fails. */
void teacher_drain(struct teacher *t);
void teacher_close(struct teacher *t);             /* NULL is fine */

/* Bits of enum refusal (dialect.h): what the endpoint is known not to take, beforehand or by now. */
unsigned teacher_refused(const struct teacher *t);
size_t teacher_n_waiting(const struct teacher *t); /* started and not yet taken */
int teacher_concurrency(const struct teacher *t);
void teacher_set_concurrency(struct teacher *t, int n);

/* How fast it goes, for screens. The number in flight falls by a quarter, once a burst, when the endpoint says that it
 * is too much (429, 503, 529), and grows again by one after 25 successes, up to what was asked for. */
struct teacher_pace {
  int in_flight;             /* tries under way */
  int waiting;               /* requests that wait for their next try */
  int allowed;               /* in flight at present: teacher_concurrency, or fewer after the endpoint's complaint */
  int64_t held_ms;           /* nothing is sent for so long, by the endpoint's word or our own rate; 0: it is sent */
};
void teacher_pace(const struct teacher *t, struct teacher_pace *out);  /* any thread */

/* Appends the whole request body as its dialect writes it: model, messages, parameters, schema, logprobs; without what
 * only says how the reply travels (stream), and before anything that the endpoint may refuse is left out. The same
 * request to the same model gives the same bytes, so that this text, with the URL and the sample number, is what a
 * cache is keyed by. */
void teacher_request_json(const struct teacher_spec *spec, const struct teacher_request *request, struct buf *out);

/* Money. NaN where a price is unknown. */
double teacher_cost_usd(const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out);
/* The same handed in as a batch (batches.h), which every endpoint that has them bills at this part of the price. */
#define TEACHER_BATCH_PRICE 0.5
double teacher_batch_cost_usd(const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out);
/* No request costs more than this: a token is at least one byte of the prompt, and the reply holds max_tokens at most
 * (infinity if that is not set). */
double teacher_cost_bound_usd(const struct teacher_spec *spec, const struct teacher_request *request);
/* No request takes more tokens than this, in the same way; INT64_MAX without max_tokens. */
int64_t teacher_tokens_bound(const struct teacher_spec *spec, const struct teacher_request *request);
/* Tokens of a prompt, at about four characters a token. */
int64_t teacher_tokens_estimate(const struct teacher_request *request);

#endif
