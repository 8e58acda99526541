/* ticket: a request on its way through the http back end, and the lists it stands in; private to it.
 * Threads: made by the caller's, the network's own from the inbox on. */
#ifndef TEACHER_TICKET_H
#define TEACHER_TICKET_H

#include <curl/curl.h>

#include "base/buf.h"
#include "base/mailbox.h"
#include "teacher/rate.h"
#include "teacher/stream.h"
#include "teacher/teacher.h"

struct ticket_list;
struct http;

struct ticket {
  struct mail mail;
  struct ticket *previous, *next;
  struct ticket_list *in;       /* the list it stands in */
  struct http *http;
  struct teacher_request request;
  struct teacher_reply *reply;
  int64_t due_ms;               /* waiting: the next try; silent: the first byte at the latest */
  /* of the try under way, or the last */
  CURL *easy;                   /* NULL: none is under way */
  struct curl_slist own;        /* its own header line, before those of all; data NULL: none */
  char *body;
  unsigned refused;             /* what the body leaves out */
  double tokens;                /* that it is reckoned to take */
  uint64_t stamp;               /* of rate_begin */
  int64_t sent_ms;
  int n_sent;                   /* how often curl put it on a connection: twice where one that was kept had died */
  struct rate_said said;
  struct buf received;
  struct sse sse;               /* where on_text wants to know */
  bool told;                    /* on_text was called */
};
/* Takes a copy of the request. */
struct ticket *ticket_new(uint64_t tag, const struct teacher_request *request);
void ticket_free(struct ticket *k);

struct ticket_list {
  struct ticket *first, *last;
  size_t n;
};
/* Moves a ticket to the end of a list, or to its place by due_ms, out of the one it stands in. */
void ticket_move(struct ticket *k, struct ticket_list *to);
void ticket_move_by_due(struct ticket *k, struct ticket_list *to);
void ticket_remove(struct ticket *k);

#endif
