/* parcel: plain values one after the other in bytes, and out of them again with every size checked. For states of
 * trainings: read by the machine that wrote them. */
#ifndef STUDENT_PARCEL_H
#define STUDENT_PARCEL_H

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

static inline void
parcel_add(struct buf *out, const void *values, size_t size_bytes)
{
  buf_add(out, values, size_bytes);
}

struct parcel {
  const char *bytes;
  size_t n, at;
  bool short_;        /* something was asked for that was not there; from then on nothing is read */
};

static inline void
parcel_get(struct parcel *p, void *values, size_t size_bytes)
{
  p->short_ = p->short_ || size_bytes > p->n - p->at;
  if (p->short_ || size_bytes == 0)
    return;
  memcpy(values, p->bytes + p->at, size_bytes);
  p->at += size_bytes;
}

static inline int
parcel_end(const struct parcel *p, size_t *used)
{
  *used = p->at;
  return p->short_ ? -1 : 0;
}

#endif
