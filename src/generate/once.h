/* once: one request to a teacher, outside any job: what a template brings, before money is spent on all of it.
 * Nothing is written. Life: once_ask fills, once_release frees (also after -1). Threads: any; the caller waits (a
 * worker, not a screen). */
#ifndef GENERATE_ONCE_H
#define GENERATE_ONCE_H

#include "base/pool.h"
#include "generate/parse.h"
#include "prompt/prompty.h"
#include "store/project.h"

struct once {
  char *content;               /* what the teacher said; NULL: it said nothing that is text */
  struct parsed texts;         /* what the parser makes of it */
  char *trouble;               /* why it makes nothing of it, or why there is no content; NULL: none */
  int64_t tokens_in, tokens_out;  /* -1: not said */
  double cost_usd;             /* NaN: not known */
  int64_t latency_ms;
};
/* Sends the rendered messages m of template t. -1: no teacher of that name, or it cannot work (then e says why), or
 * stopped (ERR_INTERRUPTED); a reply that is no good is 0, with `trouble`. */
int once_ask(struct project *p, const char *teacher, const struct prompty *t, const struct messages *m,
             struct stop *stop, struct once *out, struct err *e);
void once_release(struct once *o);

#endif
