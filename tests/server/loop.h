/* loop: the connections of the test server on one thread, over epoll; private to tests/server. */
#ifndef TESTS_SERVER_LOOP_H
#define TESTS_SERVER_LOOP_H

#include "tests/server/exchange.h"

/* Serves both ports until the process is killed. */
_Noreturn void loop_run(int listener, int elsewhere);

/* What exchange.c says to the connection. */
void connection_send(struct connection *c, const char *s, size_t n);
void connection_pause(struct connection *c, int ms);
void connection_end(struct connection *c, enum ending ending);
void connection_whole(struct connection *c);

#endif
