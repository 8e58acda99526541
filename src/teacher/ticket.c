#include "teacher/ticket.h"

#include <stdlib.h>

#include "base/mem.h"
#include "teacher/backend.h"

struct ticket *
ticket_new(uint64_t tag, const struct teacher_request *request)
{
  struct ticket *k = xcalloc(1, sizeof *k);

  teacher_request_copy(&k->request, request);
  if (request->idempotency_key)
    k->own.data = xasprintf("Idempotency-Key: %s", request->idempotency_key);
  buf_init(&k->received, TEACHER_REPLY_MAX);
  sse_init(&k->sse, TEACHER_REPLY_MAX);
  k->reply = teacher_reply_new(tag);
  return k;
}

void
ticket_free(struct ticket *k)
{
  free(k->body);
  free(k->own.data);
  teacher_request_release(&k->request);
  buf_release(&k->received);
  sse_release(&k->sse);
  teacher_reply_free(k->reply);
  free(k);
}

static void
insert_after(struct ticket_list *l, struct ticket *before, struct ticket *k)
{
  k->in = l;
  k->previous = before;
  k->next = before ? before->next : l->first;
  *(k->next ? &k->next->previous : &l->last) = k;
  *(before ? &before->next : &l->first) = k;
  l->n++;
}

void
ticket_remove(struct ticket *k)
{
  struct ticket_list *l = k->in;

  if (!l)
    return;
  *(k->previous ? &k->previous->next : &l->first) = k->next;
  *(k->next ? &k->next->previous : &l->last) = k->previous;
  l->n--;
  k->in = NULL;
}

void
ticket_move(struct ticket *k, struct ticket_list *to)
{
  ticket_remove(k);
  insert_after(to, to->last, k);
}

/* Most come in order, so that the place is found from the end. */
void
ticket_move_by_due(struct ticket *k, struct ticket_list *to)
{
  struct ticket *before;

  ticket_remove(k);
  before = to->last;
  while (before && before->due_ms > k->due_ms)
    before = before->previous;
  insert_after(to, before, k);
}
