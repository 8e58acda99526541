/* endpoint: where requests go and with which key; private to this room.
 *
 * Errors: ERR_INPUT for a URL that cannot be one, a URL with a password in it, a key variable that is unset, a dialect
 * that nobody knows. */
#ifndef TEACHER_ENDPOINT_H
#define TEACHER_ENDPOINT_H

#include <stdbool.h>

#include <curl/curl.h>

#include "teacher/dialect.h"
#include "teacher/teacher.h"

struct endpoint {
  const struct dialect *dialect;
  char *url;      /* of chat */
  char *origin;   /* scheme://host:port: what messages show */
  char *key;      /* NULL: none. Never shown */
  bool local;     /* this machine */
};
int endpoint_init(struct endpoint *p, const struct teacher_spec *spec, struct err *e);
void endpoint_release(struct endpoint *p);
/* The header lines of a request: key and version as the dialect wants them, and the type of the body (NULL: none, or
 * curl's own). To be freed by curl_slist_free_all. */
struct curl_slist *endpoint_headers(const struct endpoint *p, const struct teacher_spec *spec, const char *type);
/* The URL of another part of the same API: "/files" beside ".../chat/completions"; query: "limit=9", NULL: none. The
 * caller's to free. */
char *endpoint_beside(const struct endpoint *p, const char *path, const char *query);
/* Puts '*' over the key wherever it stands in s, in case a server repeats it. Keys too short to be a secret are
 * left. */
void endpoint_redact(const struct endpoint *p, char *s, size_t n);

#endif
