#include "tests/server/exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "corpus/hashset.h"
#include "tests/server/loop.h"

void
exchange_send(struct exchange *x, const char *s, size_t n)
{
  connection_send(x->connection, s, n);
}

void
exchange_pause(struct exchange *x, int ms)
{
  connection_pause(x->connection, ms);
}

void
exchange_end(struct exchange *x, enum ending ending)
{
  connection_end(x->connection, ending);
}

void
exchange_whole(struct exchange *x)
{
  connection_whole(x->connection);
}

void
exchange_head(struct exchange *x, int status, const char *type, const char *headers, long n)
{
  struct buf b = BUF_INIT;

  x->entry->status = status;
  buf_addf(&b, "HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\n%s", status, type, headers);
  if (n >= 0)
    buf_addf(&b, "Content-Length: %ld\r\n\r\n", n);
  else
    buf_adds(&b, "Connection: close\r\n\r\n");
  exchange_send(x, b.s, b.n);
  if (n < 0)
    exchange_end(x, ENDING_CLOSE);
  buf_release(&b);
}

void
exchange_respond(struct exchange *x, int status, const char *type, const char *headers, const char *body, size_t n)
{
  exchange_head(x, status, type, headers, (long)n);
  exchange_send(x, body, n);
}

void
exchange_json(struct exchange *x, int status, const char *body)
{
  exchange_respond(x, status, "application/json", "", body, strlen(body));
}

void
exchange_error(struct exchange *x, int status, const char *headers, const char *message)
{
  struct buf b = BUF_INIT;

  buf_adds(&b, "{\"error\":{");
  json_add_field(&b, "message", message);
  json_add_field(&b, "type", "test");
  buf_adds(&b, "}}");
  exchange_respond(x, status, "application/json", headers, b.s, b.n);
  buf_release(&b);
}

bool
exchange_header(const struct exchange *x, const char *name, char *out, size_t size)
{
  size_t n = strlen(name);

  for (const char *s = x->head; (s = strchr(s, '\n')); ) {
    s++;
    if (strncasecmp(s, name, n) == 0 && s[n] == ':') {
      s += n + 1;
      s += strspn(s, " \t");
      snprintf(out, size, "%.*s", (int)strcspn(s, "\r\n"), s);
      return true;
    }
  }
  return false;
}

/* A completion that was made for the same key already costs nothing. (It is the same one: the same messages give it.) */
static void
answer_once(struct exchange *x)
{
  static struct hashset made;
  char key[200];
  uint32_t *before;

  if (!atomic_load(&shared->idempotent) || !exchange_header(x, "idempotency-key", key, sizeof key))
    return;
  before = hashset_at(&made, hash_bytes(key, strlen(key), (uint64_t)atomic_load(&shared->epoch)));
  if (*before) {
    x->entry->replayed = 1;
    x->entry->tokens_in = x->entry->tokens_out = 0;
  }
  *before = 1;
}

const char *
exchange_answer_text(struct exchange *x, struct buf *out)
{
  if (x->stream && x->route->stream) {
    x->route->stream(x, out);
    answer_once(x);
    return "text/event-stream";
  }
  x->route->complete(x, out);
  answer_once(x);
  return "application/json";
}

void
exchange_answer(struct exchange *x)
{
  struct buf b = BUF_INIT;
  const char *type;

  if (x->route->act) {
    x->route->act(x);
    return;
  }
  type = exchange_answer_text(x, &b);
  exchange_respond(x, 200, type, "", b.s, b.n);
  exchange_whole(x);
  buf_release(&b);
}
