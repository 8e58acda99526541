/* instant: answers for benchmarks, made without reading the request. */
#ifndef TESTS_SERVER_INSTANT_H
#define TESTS_SERVER_INSTANT_H

#include "tests/server/exchange.h"

/* A whole reply of about shared->instant bytes: texts drawn from the hash of the body, so that equal requests get equal
 * replies and others get others. */
void instant_answer(struct exchange *x, struct buf *out);

#endif
