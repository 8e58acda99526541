/* errand: one HTTP request on the caller's thread, tried until it succeeds or cannot; private to this room.
 *
 * Life: envoy_open, any number of errand_run (each with a zeroed struct errand), buf_release of its answer;
 * envoy_close. Threads: one user at a time; it blocks, looking at `stop` about once a second.
 * Errors: as batches.h says. */
#ifndef TEACHER_ERRAND_H
#define TEACHER_ERRAND_H

#include <curl/curl.h>

#include "base/buf.h"
#include "base/pool.h"
#include "base/rng.h"
#include "teacher/endpoint.h"
#include "teacher/teacher.h"

struct envoy {
  struct teacher_spec spec;
  struct endpoint endpoint;
  struct retry_policy retry;
  struct rng rng;
  struct stop *stop;               /* may be NULL */
  CURL *easy;
};
int envoy_open(struct envoy *v, const struct teacher_spec *spec, struct stop *stop, struct err *e);
void envoy_close(struct envoy *v);
/* Words from outside as one printable line without the key, to be freed by the caller. */
char *envoy_words(const struct envoy *v, const char *s);

struct errand {
  const char *path, *query;        /* beside chat's (endpoint_beside) */
  bool post;
  const char *json;                /* posted; NULL: see lines, or nothing is posted */
  const char *lines;               /* a file to hand in as a form, purpose batch; NULL: none */
  size_t n_lines;
  /* Takes the body of a success as it comes; -1: enough, with the errand's e set. NULL: it goes into answer. */
  int (*take)(void *to, const char *bytes, size_t n, struct err *e);
  void (*begin)(void *to);         /* a try begins: what it gives, it gives from its first byte */
  void *to;
  struct buf answer;               /* the body, of a failure too; capped */
  /* its own */
  struct envoy *envoy;
  struct err *e;
  size_t sent;                     /* bytes of lines on their way */
  bool enough;                     /* take() said so */
  bool stalled;                    /* nothing moved for the spec's first_byte_timeout_ms */
  int64_t moved, moved_ms;         /* bytes either way, and when there last were more of them */
  bool maybe_done;                 /* the last try broke after it was sent: it may have been carried out */
  int64_t retry_after_ms;          /* the server's word; -1: none */
  int status;
};
/* 0: done. After a try that may have been carried out, `look` (NULL: it does no harm twice) says whether it was: 1 (and
 * then errand_run returns 1), 0, or -1 with e. */
int errand_run(struct envoy *v, struct errand *a, int (*look)(void *arg, struct err *e), void *arg, struct err *e);

#endif
