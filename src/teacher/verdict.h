/* verdict: what the end of a try means; private to the http back end. */
#ifndef TEACHER_VERDICT_H
#define TEACHER_VERDICT_H

#include <curl/curl.h>

#include "teacher/endpoint.h"
#include "teacher/teacher.h"

struct verdict {
  bool again;            /* another try may succeed */
  int status;            /* that the server gave, or named in an error object; 0: none */
  char words[500];       /* the server's own, "" if it had none: they may say what it refuses (dialect_refusal) */
};

/* Fills r as if this try were the last one (ok, body, content, tokens, fault, error) and counts it. `received` is
 * emptied. answered: this server has answered before, so a connection refused is a hiccup and not a wrong URL. silent:
 * not a byte of a reply had come. */
void verdict_of(struct verdict *v, const struct endpoint *p, const struct teacher_spec *spec, CURL *easy, CURLcode code,
                bool answered, bool silent, struct buf *received, struct teacher_reply *r);

#endif
