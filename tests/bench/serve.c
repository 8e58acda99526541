/* serve: the tests' server as a program, for benchmarks: serve DELAY_MS BYTES [TEXTS]
 * Answers each request after DELAY_MS with a completion of about BYTES bytes (at most some thousand) in TEXTS (10)
 * strings, made without reading the request but other for each other body; with BYTES 0 with what the tests get. Prints
 * its URL; at SIGTERM or SIGINT what it saw (of the first 65 536 requests), and ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/server.h"

int
main(int argc, char **argv)
{
  struct server *s;
  sigset_t ends;
  int signal;

  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  s = server_start();
  atomic_store(&s->delay_ms, argc > 1 ? atoi(argv[1]) : 0);
  atomic_store(&s->instant, argc > 2 ? atoi(argv[2]) : 0);
  if (argc > 3)
    atomic_store(&s->texts, atoi(argv[3]));
  printf("%s\n", s->url);
  fflush(stdout);
  sigwait(&ends, &signal);
  printf("requests %d answered %d most-answers-of-one %d most-in-flight %d connections %d\n", atomic_load(&s->n),
         server_answered(s), server_most_answers_of_one(s), atomic_load(&s->most_in_flight),
         atomic_load(&s->n_connections));
  server_stop(s);
  return 0;
}
