#include "base/mailbox.h"

#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

void
mailbox_init(struct mailbox *b)
{
  pthread_condattr_t attr;

  *b = (struct mailbox){.last = &b->first, .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  ensure(b->wake_fd >= 0);
  pthread_mutex_init(&b->lock, NULL);
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&b->arrived, &attr);
  pthread_condattr_destroy(&attr);
}

void
mailbox_release(struct mailbox *b)
{
  close(b->wake_fd);
  pthread_cond_destroy(&b->arrived);
  pthread_mutex_destroy(&b->lock);
}

bool
mailbox_post(struct mailbox *b, struct mail *m)
{
  bool open;

  pthread_mutex_lock(&b->lock);
  open = !b->closed;
  if (open) {
    m->next = NULL;
    *b->last = m;
    b->last = &m->next;
    if (b->n++ == 0)
      eventfd_write(b->wake_fd, 1);
    pthread_cond_signal(&b->arrived);
  }
  pthread_mutex_unlock(&b->lock);
  return open;
}

void
mailbox_post_all(struct mailbox *b, struct mail *first)
{
  if (!first)
    return;
  pthread_mutex_lock(&b->lock);
  ensure(!b->closed);
  *b->last = first;
  if (b->n == 0)
    eventfd_write(b->wake_fd, 1);
  for (struct mail *m = first; m; m = m->next) {
    b->n++;
    b->last = &m->next;
  }
  pthread_cond_signal(&b->arrived);
  pthread_mutex_unlock(&b->lock);
}

/* Takes the first message; the lock is held. */
static struct mail *
unlink_first(struct mailbox *b)
{
  struct mail *m = b->first;
  eventfd_t ignored;

  if (!m)
    return NULL;
  b->first = m->next;
  if (!b->first) {
    b->last = &b->first;
    eventfd_read(b->wake_fd, &ignored);
  }
  b->n--;
  m->next = NULL;
  return m;
}

struct mail *
mailbox_take(struct mailbox *b)
{
  struct mail *m;

  pthread_mutex_lock(&b->lock);
  while (!b->first && !b->closed)
    pthread_cond_wait(&b->arrived, &b->lock);
  m = unlink_first(b);
  pthread_mutex_unlock(&b->lock);
  return m;
}

struct mail *
mailbox_try(struct mailbox *b)
{
  struct mail *m;

  pthread_mutex_lock(&b->lock);
  m = unlink_first(b);
  pthread_mutex_unlock(&b->lock);
  return m;
}

struct mail *
mailbox_take_all(struct mailbox *b)
{
  struct mail *all;
  eventfd_t ignored;

  pthread_mutex_lock(&b->lock);
  all = b->first;
  b->first = NULL;
  b->last = &b->first;
  if (b->n > 0)
    eventfd_read(b->wake_fd, &ignored);
  b->n = 0;
  pthread_mutex_unlock(&b->lock);
  return all;
}

bool
mailbox_wait(struct mailbox *b, int timeout_ms)
{
  struct timespec until;
  bool some;
  int r = 0;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += timeout_ms / 1000;
  until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_sec++;
    until.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&b->lock);
  while (!b->first && !b->closed && r == 0)
    r = pthread_cond_timedwait(&b->arrived, &b->lock, &until);
  some = b->first != NULL;
  pthread_mutex_unlock(&b->lock);
  return some;
}

void
mailbox_close(struct mailbox *b)
{
  pthread_mutex_lock(&b->lock);
  b->closed = true;
  pthread_cond_broadcast(&b->arrived);
  eventfd_write(b->wake_fd, 1);
  pthread_mutex_unlock(&b->lock);
}
