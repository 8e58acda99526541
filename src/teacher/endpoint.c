#include "teacher/endpoint.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KEY_SECRET_MIN 8      /* bytes; shorter ones are the dummies that local servers ask for */
#define PATH "/chat/completions"

static bool
has_part(CURLU *u, CURLUPart part)
{
  char *s = NULL;
  bool has = curl_url_get(u, part, &s, 0) == CURLUE_OK;

  curl_free(s);
  return has;
}

/* base/ -> base/chat/completions, before a query. */
static void
add_path(CURLU *u)
{
  char *path = NULL, *whole;
  size_t n;

  curl_url_get(u, CURLUPART_PATH, &path, 0);
  n = path ? strlen(path) : 0;
  while (n > 0 && path[n - 1] == '/')
    n--;
  if (n < strlen(PATH) || strncmp(path + n - strlen(PATH), PATH, strlen(PATH)) != 0) {
    whole = xasprintf("%.*s" PATH, (int)n, path ? path : "");
    curl_url_set(u, CURLUPART_PATH, whole, 0);
    free(whole);
  }
  curl_free(path);
}

static int
read_url(struct endpoint *p, CURLU *u, const struct teacher_spec *spec, struct err *e)
{
  char *scheme = NULL, *host = NULL, *port = NULL, *url = NULL;
  int result = 0;

  if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
    return err_set(e, ERR_INPUT, "the URL of teacher '%s' holds a user or password (use --key-env)", spec->name);
  curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
  add_path(u);
  curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(u, CURLUPART_HOST, &host, 0);
  curl_url_get(u, CURLUPART_PORT, &port, 0);
  if (!scheme || !host || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
      curl_url_get(u, CURLUPART_URL, &url, 0) != CURLUE_OK) {
    result = err_set(e, ERR_INPUT, "'%s' is no http URL (such as https://api.openai.com/v1)", spec->url);
  } else {
    p->url = xstrdup(url);
    p->origin = xasprintf("%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "");
    p->local = strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0;
  }
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_free(url);
  return result;
}

static int
read_key(struct endpoint *p, const char *variable, struct err *e)
{
  const char *key;

  if (!variable || !*variable)
    return 0;
  key = getenv(variable);
  if (!key || !*key)
    return err_set(e, ERR_INPUT, "the variable '%s' is not set (export it, or use --key-env)", variable);
  for (const char *s = key; *s; s++)
    if (*s <= ' ' || *s > '~')
      return err_set(e, ERR_INPUT, "the variable '%s' holds a character that no key has (a space or line break?)",
                     variable);
  p->key = xstrdup(key);
  return 0;
}

int
endpoint_init(struct endpoint *p, const struct teacher_spec *spec, struct err *e)
{
  CURLU *u;
  int result = -1;

  *p = (struct endpoint){0};
  if (!spec->url || !*spec->url)
    return err_set(e, ERR_INPUT, "the teacher '%s' has no URL (use --url)", spec->name);
  if (!spec->model || !*spec->model)
    return err_set(e, ERR_INPUT, "the teacher '%s' has no model (use --model)", spec->name);
  u = curl_url();
  ensure(u);
  if (curl_url_set(u, CURLUPART_URL, spec->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    err_set(e, ERR_INPUT, "'%s' is no http URL (such as https://api.openai.com/v1)", spec->url);
  else if (read_url(p, u, spec, e) == 0 && read_key(p, spec->key_env, e) == 0)
    result = 0;
  curl_url_cleanup(u);
  if (result < 0)
    endpoint_release(p);
  return result;
}

void
endpoint_release(struct endpoint *p)
{
  free(p->url);
  free(p->origin);
  if (p->key)
    explicit_bzero(p->key, strlen(p->key));
  free(p->key);
  *p = (struct endpoint){0};
}

void
endpoint_redact(const struct endpoint *p, char *s, size_t n)
{
  size_t size = p->key ? strlen(p->key) : 0;
  char *found;

  if (size < KEY_SECRET_MIN)
    return;
  while ((found = memmem(s, n, p->key, size))) {
    memset(found, '*', size);
    n -= (size_t)(found + size - s);
    s = found + size;
  }
}
