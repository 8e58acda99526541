/* http: what the two halves of the http back end share: the loop and its orders (http.c), the tries (try.c); private to
 * them. Threads: but for the first part of struct http, the network's own. */
#ifndef TEACHER_HTTP_H
#define TEACHER_HTTP_H

#include <pthread.h>

#include "base/rng.h"
#include "teacher/backend.h"
#include "teacher/endpoint.h"
#include "teacher/rate.h"
#include "teacher/ticket.h"
#include "teacher/wire.h"

struct http {
  struct teacher *t;
  struct endpoint endpoint;
  struct retry_policy retry;
  pthread_t thread;
  struct mailbox inbox;
  /* what teacher_pace tells, to any thread */
  atomic_int in_flight, n_waiting, allowed;
  atomic_llong held_until_ms;
  /* the thread's own from here on */
  struct wire wire;
  struct rate rate;
  struct ticket_list ready, waiting, silent, talking;
  struct rng rng;
  double reply_tokens;          /* of a reply, about: the mean of late */
  struct mail *done, **last_done;  /* replies of this turn of the loop, posted together */
  bool connected;               /* a connection has been made, or could not be */
  bool answered;                /* the server has answered something: it is there */
  bool draining, stop;
};

/* What the wire calls, with a ticket as the owner. */
extern const struct wire_calls try_calls;

/* Tokens that a try of this ticket will take, about. */
double try_tokens(const struct http *h, const struct ticket *k);
/* Sends the ticket's request now. */
void try_begin(struct http *h, struct ticket *k, int64_t now_ms);
/* What curl says of a try that is over: the ticket waits for its next try, or leaves. */
void try_ended(struct http *h, struct ticket *k, CURLcode code);
/* Ends tries whose first byte is late. */
void try_end_silence(struct http *h, int64_t now_ms);
/* The ticket leaves cancelled, wherever it stands. */
void try_give_up(struct http *h, struct ticket *k);

#endif
