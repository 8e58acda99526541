/* room: one block of zeroed memory for many arrays, each on a multiple of 64 bytes.
 *
 * Life: lay out twice with the same calls of room_take, first with an empty room (takes count, and return NULL), then after
 * room_make; room_free. */
#ifndef STUDENT_ROOM_H
#define STUDENT_ROOM_H

#include <stdint.h>

#include "student/huge.h"

struct room {
  struct huge huge;
  char *start;        /* NULL: still counting */
  size_t used_bytes;
};

static inline void *
room_take(struct room *r, size_t n, size_t size)
{
  void *p = r->start ? r->start + r->used_bytes : NULL;

  r->used_bytes += (n * size + 63) / 64 * 64;
  return p;
}

static inline void
room_make(struct room *r)
{
  uintptr_t at = (uintptr_t)huge_new(&r->huge, r->used_bytes + 64);

  r->start = (char *)((at + 63) / 64 * 64);
  r->used_bytes = 0;
}

static inline void
room_free(struct room *r)
{
  huge_free(&r->huge);
  r->start = NULL;
}

#endif
