/* backend: what a kind of teacher must be able to do (start, poll, cancel); private to this room.
 *
 * Threads: the functions are called by the thread that owns the teacher. A back end may have threads of its own;
 * replies leave it through the mailbox it was opened with. */
#ifndef TEACHER_BACKEND_H
#define TEACHER_BACKEND_H

#include <stdatomic.h>

#include "teacher/teacher.h"

struct teacher {
  const struct teacher_backend *backend;
  void *self;                    /* the back end's own */
  struct mailbox replies;
  struct mail *taken;            /* out of the box already, for teacher_take: a lock for many */
  atomic_int concurrency;
  atomic_uint refused;           /* what the endpoint does not take (enum refusal): learned once, remembered */
  size_t n_waiting;              /* started and not yet taken */
  struct teacher_spec spec;      /* strings owned */
};

struct teacher_backend {
  const char *kind;
  int (*open)(struct teacher *t, struct err *e);   /* sets t->self; -1 leaves nothing behind */
  void (*start)(struct teacher *t, uint64_t tag, const struct teacher_request *request);
  void (*poll)(struct teacher *t, int timeout_ms); /* returns when there is mail in t->replies, or after the time */
  void (*cancel)(struct teacher *t, bool all, uint64_t tag);
  void (*drain)(struct teacher *t);                /* teacher_drain */
  void (*pace)(const struct teacher *t, struct teacher_pace *out);  /* any thread */
  void (*wake)(struct teacher *t);                 /* t->concurrency has changed; any thread */
  void (*close)(struct teacher *t);                /* joins its threads, frees self */
};
extern const struct teacher_backend teacher_http, teacher_replay;

/* Copies that keep their own strings (but for the text of a replay: its back end is done with it after open). */
void teacher_spec_copy(struct teacher_spec *to, const struct teacher_spec *from);
void teacher_spec_release(struct teacher_spec *s);
void teacher_request_copy(struct teacher_request *to, const struct teacher_request *from);
void teacher_request_release(struct teacher_request *r);

/* A reply to fill: no tokens known, no body. */
struct teacher_reply *teacher_reply_new(uint64_t tag);
/* Takes over `body` (allocated), reads it and sets ok, content, tokens, cost, or fault and error. */
void teacher_reply_read(struct teacher_reply *r, const struct teacher_spec *spec, char *body, size_t n);
/* The reply of a failure, as one printable line. */
void teacher_reply_fail(struct teacher_reply *r, enum teacher_fault fault, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

#endif
