/* mailbox: the one primitive that joins threads: a first-in first-out list under a mutex, with a condition and a wake
 * descriptor for poll().
 *
 * Life: mailbox_init, then any thread may mailbox_post; one thread takes. Posting gives the message away: the poster
 * does not touch it again. mailbox_close makes takers return NULL once the box is empty. mailbox_release when no thread
 * uses it. Errors: none (out of descriptors at init ends the program). */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct mail {            /* the first member of every message */
  struct mail *next;
  int kind;
};

struct mailbox {
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  struct mail *first, **last;
  size_t n;
  int wake_fd;           /* an eventfd, readable while the box holds mail */
  bool closed;
};
void mailbox_init(struct mailbox *b);
void mailbox_release(struct mailbox *b);
/* False if the box is closed; the message then still belongs to the caller. */
bool mailbox_post(struct mailbox *b, struct mail *m);
/* A whole list at once, oldest first; the box must not be closed. */
void mailbox_post_all(struct mailbox *b, struct mail *first);
struct mail *mailbox_take(struct mailbox *b);          /* waits; NULL: closed and empty */
struct mail *mailbox_try(struct mailbox *b);           /* NULL: empty now */
struct mail *mailbox_take_all(struct mailbox *b);      /* the whole list, oldest first; NULL: empty now */
/* Waits up to timeout_ms for mail; true if there is some. */
bool mailbox_wait(struct mailbox *b, int timeout_ms);
void mailbox_close(struct mailbox *b);

#endif
