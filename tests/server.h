/* server: answers chat completions as an API does and fails as it fails, for tests and benchmarks.
 *
 * It is a forked process (one thread, epoll: a thousand connections are fine) on 127.0.0.1 at ports of the system's
 * choice, and ends with its parent. A request may carry commands in its messages: [[NAME]] or [[NAME*TIMES]] fails it
 * that way, the first TIMES times (default: always) that this very body comes; some take a number, [[NAME:NUMBER]].
 * Otherwise server->fault_every, if not 0, makes every n-th request fail in a way drawn from the list of faults that a
 * client must survive. What it saw stands in shared memory.
 *
 * The faults are the rows of the table in server/fault.c, the paths it serves those in server/route.c; how to add one
 * says server/exchange.h. Without a fault the reply is a JSON array of server->texts strings made from a hash of the
 * messages, so that the same request has the same reply; as events, if the request says "stream":true.
 *
 * Life: server_start (before the test has threads), server_stop. Threads: the test reads the log while the server
 * runs. */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#define SERVER_LOG 65536

/* Abilities of the endpoint below /able/v1 (server/able.h). */
enum server_ability {
  SERVER_SCHEMA = 1, SERVER_LOGPROBS = 2, SERVER_N = 4, SERVER_STREAM = 8, SERVER_STREAM_OPTIONS = 16,
  SERVER_MAX_TOKENS = 32, SERVER_TEMPERATURE = 64, SERVER_SEED = 128,
  SERVER_WHOLE = 1024,   /* refuses whatever is more than messages, and does not say why */
  SERVER_USAGE = 256, SERVER_LIMITS = 512,   /* can only be ignored: no usage, no rate limit headers */
};
/* How batches end, and what happens to the next request about files or batches (server/batch.c). */
enum server_batch_end { SERVER_BATCH_COMPLETED, SERVER_BATCH_FAILED, SERVER_BATCH_EXPIRED };
enum server_batch_fault {
  SERVER_BATCH_FAULT_NONE, SERVER_BATCH_FAULT_500, SERVER_BATCH_FAULT_429, SERVER_BATCH_FAULT_401,
  SERVER_BATCH_FAULT_LOST, SERVER_BATCH_FAULT_HALF, SERVER_BATCH_FAULT_STALL,
  SERVER_BATCH_FAULT_LOST_401,   /* lost, and the next one is refused */
};

struct server_entry {
  uint64_t body;           /* hash of the request's messages */
  int32_t status;          /* 0: none was sent */
  int32_t tokens_in, tokens_out;  /* of the completion that was made, and so billed, whether it arrived or not */
  uint8_t answered;        /* a whole chat completion went out, down to its last byte */
  uint8_t had_key;         /* an Authorization, x-api-key or api-key header came along */
  uint8_t had_schema;      /* response_format */
  uint8_t elsewhere;       /* a path that the server does not have, or its second port */
  uint8_t streamed;        /* "stream":true */
  uint8_t replayed;        /* its Idempotency-Key was answered before: the same again, not billed (server->idempotent) */
};
struct server {
  char url[64];            /* base, ending in /v1 */
  pid_t pid;
  int port;
  int elsewhere_port;      /* the second port, where redirects lead */
  atomic_int fault_every;  /* 0: no faults but those commanded */
  atomic_int delay_ms;     /* before each reply */
  atomic_int texts;        /* strings in a reply; 10 */
  atomic_int busy_above;   /* with more in flight than this it answers 429; 0: never */
  atomic_int instant;      /* for benchmarks: not 0: every request, unread, gets a completion of so many bytes */
  atomic_int idempotent;   /* not 0: a completion that was made is not made again for the same Idempotency-Key */
  atomic_int epoch;        /* grows with server_clear */
  atomic_int refuses, ignores;   /* bits of enum server_ability */
  atomic_int batch_polls;  /* before a batch ends; 2 */
  atomic_int batch_end;    /* enum server_batch_end */
  atomic_int batch_fault;  /* enum server_batch_fault, once */
  atomic_int n_batches;    /* made */
  atomic_int n_connections, n_in_flight, most_in_flight;
  atomic_int n;            /* requests logged */
  struct server_entry log[SERVER_LOG];
};

struct server *server_start(void);
void server_stop(struct server *s);
void server_clear(struct server *s);                         /* forgets the log and the faults */
/* Entries with this status (-1: any), that were answered whole (or any). */
int server_count(const struct server *s, int status);
int server_answered(const struct server *s);
/* The most often that one body was answered whole; an answer that was replayed does not count. */
int server_most_answers_of_one(const struct server *s);
/* The most often that a completion was made, and so billed, for one body, whether it arrived or not. */
int server_most_bills_of_one(const struct server *s);

#endif
