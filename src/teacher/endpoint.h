/* endpoint: where requests go and with which key; private to this room.
 *
 * Errors: ERR_INPUT for a URL that cannot be one, a URL with a password in it, a key variable that is unset. */
#ifndef TEACHER_ENDPOINT_H
#define TEACHER_ENDPOINT_H

#include <stdbool.h>

#include "teacher/teacher.h"

struct endpoint {
  char *url;      /* of chat completions */
  char *origin;   /* scheme://host:port: what messages show */
  char *key;      /* NULL: none. Never shown */
  bool local;     /* this machine */
};
int endpoint_init(struct endpoint *p, const struct teacher_spec *spec, struct err *e);
void endpoint_release(struct endpoint *p);
/* Puts '*' over the key wherever it stands in s, in case a server repeats it. Keys too short to be a secret are
 * left. */
void endpoint_redact(const struct endpoint *p, char *s, size_t n);

#endif
