#include "teacher/endpoint.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KEY_SECRET_MIN 8      /* bytes; shorter ones are the dummies that local servers ask for */

static bool
has_part(CURLU *u, CURLUPart part)
{
  char *s = NULL;
  bool has = curl_url_get(u, part, &s, 0) == CURLUE_OK;

  curl_free(s);
  return has;
}

/* base/ -> base/chat/completions, or as the dialect has it. */
static void
add_path(const struct endpoint *p, CURLU *u, const struct teacher_spec *spec)
{
  char *path = NULL, *own = NULL;
  struct buf whole = BUF_INIT, query = BUF_INIT;

  curl_url_get(u, CURLUPART_PATH, &path, 0);
  curl_url_get(u, CURLUPART_QUERY, &own, 0);
  dialect_place(p->dialect, spec, path ? path : "", &whole, &query);
  curl_url_set(u, CURLUPART_PATH, buf_str(&whole), 0);
  if (query.n > 0 && !(own && strstr(own, "api-version=")))
    curl_url_set(u, CURLUPART_QUERY, query.s, CURLU_APPENDQUERY);
  curl_free(path);
  curl_free(own);
  buf_release(&whole);
  buf_release(&query);
}

static int
read_url(struct endpoint *p, CURLU *u, const struct teacher_spec *spec, struct err *e)
{
  char *scheme = NULL, *host = NULL, *port = NULL, *url = NULL;
  int result = 0;

  if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
    return err_set(e, ERR_INPUT, "the URL of teacher '%s' holds a user or password (use --key-env)", spec->name);
  curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
  add_path(p, u, spec);
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
  p->dialect = dialect_find(spec->dialect);
  if (!p->dialect)
    return err_set(e, ERR_INPUT, "unknown dialect '%s' of teacher '%s' (%s)", spec->dialect, spec->name,
                   dialect_names());
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

static void
add_header(void *to, const char *line)
{
  struct curl_slist **l = to, *longer = curl_slist_append(*l, line);

  ensure(longer);
  *l = longer;
}

struct curl_slist *
endpoint_headers(const struct endpoint *p, const struct teacher_spec *spec, const char *type)
{
  struct curl_slist *l = NULL;
  char *line;

  if (type) {
    line = xasprintf("Content-Type: %s", type);
    add_header(&l, line);
    free(line);
  }
  add_header(&l, "Expect:");
  dialect_headers(p->dialect, spec, p->key, add_header, &l);
  return l;
}

char *
endpoint_beside(const struct endpoint *p, const char *path, const char *query)
{
  static const char *const ends[] = {"/chat/completions", "/messages"};
  CURLU *u = curl_url();
  char *own = NULL, *url = NULL, *whole;
  const char *deployment;
  size_t n;

  ensure(u && curl_url_set(u, CURLUPART_URL, p->url, 0) == CURLUE_OK);
  curl_url_get(u, CURLUPART_PATH, &own, 0);
  n = own ? strlen(own) : 0;
  for (size_t i = 0; i < N_OF(ends); i++)
    if (n >= strlen(ends[i]) && strcmp(own + n - strlen(ends[i]), ends[i]) == 0) {
      n -= strlen(ends[i]);
      break;
    }
  deployment = own ? memmem(own, n, "/deployments/", strlen("/deployments/")) : NULL;
  if (deployment)
    n = (size_t)(deployment - own);
  whole = xasprintf("%.*s%s", (int)n, own ? own : "", path);
  curl_url_set(u, CURLUPART_PATH, whole, 0);
  if (query)
    curl_url_set(u, CURLUPART_QUERY, query, CURLU_APPENDQUERY);
  free(whole);
  curl_free(own);
  ensure(curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK);
  whole = xstrdup(url);
  curl_free(url);
  curl_url_cleanup(u);
  return whole;
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
