/* wire: transfers to one endpoint on one thread: libcurl's multi interface over epoll; private to the http back end.
 *
 * Connections are kept and used again. Over TLS, HTTP/2 is spoken where the server offers it, and then many transfers
 * share a connection. A redirect is never followed, so that the key goes nowhere else.
 *
 * Life: wire_open; for each transfer wire_take, wire_begin, later wire_ended, wire_put; in between wire_step.
 * wire_close when every handle was put back. Threads: one. */
#ifndef TEACHER_WIRE_H
#define TEACHER_WIRE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "teacher/endpoint.h"
#include "teacher/teacher.h"

/* What a transfer calls, with its owner. */
struct wire_calls {
  size_t (*on_header)(char *line, size_t size, size_t n, void *owner);
  size_t (*on_bytes)(char *bytes, size_t size, size_t n, void *owner);
  /* Before the request goes out on a connection: a second time if the first had died. CURL_PREREQFUNC_... */
  int (*on_send)(void *owner, char *address, char *own_address, int port, int own_port);
};
struct wire {
  const struct endpoint *endpoint;
  const struct teacher_spec *spec;
  struct wire_calls calls;
  bool tls;
  CURLM *multi;
  struct curl_slist *headers;
  int poller, wake_fd;
  int64_t due_ms;               /* when curl wants to be called; -1: not by time */
  CURL **idle;                  /* handles with everything set but the body */
  size_t n_idle, cap_idle;
  struct wire_socket *sockets;  /* by descriptor */
  size_t n_sockets, cap_sockets;
};
/* endpoint and spec stay borrowed. wake_fd: what wire_step watches beside the connections. */
int wire_open(struct wire *w, const struct endpoint *endpoint, const struct teacher_spec *spec,
              const struct wire_calls *calls, int wake_fd, struct err *e);
void wire_close(struct wire *w);

/* A handle to send this body with, for this owner. own: a header line besides those of all requests, NULL: none. Body
 * and line are borrowed until it is put back. */
CURL *wire_take(struct wire *w, const char *body, size_t n, struct curl_slist *own, void *owner);
void wire_begin(struct wire *w, CURL *easy);
/* Gives the handle back; a transfer under way is broken off. */
void wire_put(struct wire *w, CURL *easy);
/* Moves everything on that can be, after waiting up to timeout_ms for something; true: wake_fd is readable. */
bool wire_step(struct wire *w, int timeout_ms);
/* The owner of a transfer that has ended, or NULL. */
void *wire_ended(struct wire *w, CURLcode *code);

/* How many connections this process may have open, having asked for n: raises its soft limit of descriptors. */
int wire_room(int n);

#endif
