/* exchange: one request and its reply, as the handlers of the test server see it; private to tests/server.
 *
 * A handler never waits and never writes to a socket: it says what goes out (exchange_send), where there is a pause
 * (exchange_pause) and how it ends (exchange_end); the loop plays that. So a thousand slow replies need no thread.
 *
 * A route is a path and what stands there. To add one: a row in route.c, its functions in a file of its own. All
 * handlers run in one thread of the server's process; what they keep between requests is plain static memory. */
#ifndef TESTS_SERVER_EXCHANGE_H
#define TESTS_SERVER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/json.h"
#include "tests/server.h"

extern struct server *shared;      /* the log and the settings; shared with the test */

struct connection;
struct route;

struct exchange {
  struct connection *connection;
  const char *method;              /* "POST" */
  const char *path;                /* with its query */
  const char *head;                /* header lines, NUL-terminated, each after a line end */
  const char *body;
  size_t n_body;
  const struct json *request;      /* the body; NULL if it is no JSON */
  const char *messages;            /* the member "messages" as compact JSON; the body where there is none */
  const struct route *route;
  struct server_entry *entry;
  int number;                      /* of the request, from 0 */
  long argument;                   /* of a command [[NAME:ARGUMENT]]; 0 */
  bool stream;                     /* the request says "stream":true */
};

struct route {
  const char *prefix;              /* of the path; the first row that fits serves it */
  const char *method;              /* NULL: any */
  /* The body of a good answer (200). Sets entry->tokens_in and tokens_out. What faults cut, damage or drip, too. */
  void (*complete)(struct exchange *x, struct buf *out);
  /* The same as events, where the request asks for a stream; NULL: it is answered whole. */
  void (*stream)(struct exchange *x, struct buf *out);
  /* In place of both, for what is no completion: answers by itself. Faults that are commanded come before it. */
  void (*act)(struct exchange *x);
};
/* NULL: nothing stands there. */
const struct route *route_find(const char *method, const char *path);

enum ending { ENDING_KEEP, ENDING_CLOSE, ENDING_RESET };

void exchange_send(struct exchange *x, const char *s, size_t n);
void exchange_pause(struct exchange *x, int ms);     /* before what is sent next, or before the end */
void exchange_end(struct exchange *x, enum ending ending);  /* unless said: ENDING_KEEP */
void exchange_whole(struct exchange *x);             /* it is a whole answer: entry->answered as its last byte goes */
/* Status line, content type, further header lines (each with \r\n; "" for none) and a body of known length. */
void exchange_respond(struct exchange *x, int status, const char *type, const char *headers, const char *body,
                      size_t n);
void exchange_json(struct exchange *x, int status, const char *body);
void exchange_error(struct exchange *x, int status, const char *headers, const char *message);
/* The head alone; n -1: the body ends with the connection. */
void exchange_head(struct exchange *x, int status, const char *type, const char *headers, long n);
/* The value of a header line into out, or false. */
bool exchange_header(const struct exchange *x, const char *name, char *out, size_t size);

/* The good answer of the exchange's route, streamed if asked for. */
void exchange_answer(struct exchange *x);
/* Body or events of the good answer, and its content type. */
const char *exchange_answer_text(struct exchange *x, struct buf *out);

/* fault.c: fails the exchange as its messages (or body) command, or as server->fault_every has it; false: it is to be
 * answered. */
bool fault_act(struct exchange *x);

/* chat.c: OpenAI's chat completions. */
void chat_complete(struct exchange *x, struct buf *out);
void chat_stream(struct exchange *x, struct buf *out);
/* label.c: what is said where labels are asked for (false: they are not), and how sure it is (nothing, if that is not
 * asked for). */
bool label_content(struct exchange *x, struct buf *out);
void label_logprobs(struct exchange *x, const struct buf *content, struct buf *out);
/* A JSON array of server->texts strings drawn from the messages: what every completion says. */
void chat_content(struct exchange *x, struct buf *out);

#endif
