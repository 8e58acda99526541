#include <string.h>

#include "teacher/stream.h"

void
sse_init(struct sse *s, size_t max)
{
  *s = (struct sse){0};
  buf_init(&s->line, max);
  buf_init(&s->data, max);
  buf_init(&s->event, max);
}

void
sse_clear(struct sse *s)
{
  buf_clear(&s->line);
  buf_clear(&s->data);
  buf_clear(&s->event);
  s->after_cr = s->begun = s->has_data = false;
}

void
sse_release(struct sse *s)
{
  buf_release(&s->line);
  buf_release(&s->data);
  buf_release(&s->event);
}

static void
dispatch(struct sse *s, sse_event *on_event, void *to)
{
  if (s->has_data)
    on_event(to, buf_str(&s->event), buf_str(&s->data), s->data.n);
  buf_clear(&s->data);
  buf_clear(&s->event);
  s->has_data = false;
}

static bool
is_field(const char *name, size_t n, const char *field)
{
  return n == strlen(field) && memcmp(name, field, n) == 0;
}

/* A whole line stands in s->line. */
static void
take_line(struct sse *s, sse_event *on_event, void *to)
{
  const char *line = buf_str(&s->line), *colon, *value;
  size_t n = s->line.n, n_name;

  if (!s->begun && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
    line += 3;
    n -= 3;
  }
  s->begun = true;
  if (n == 0) {
    dispatch(s, on_event, to);
  } else if (*line != ':') {
    colon = memchr(line, ':', n);
    n_name = colon ? (size_t)(colon - line) : n;
    value = colon ? colon + 1 : line + n;
    if (colon && value < line + n && *value == ' ')
      value++;
    if (is_field(line, n_name, "data")) {
      if (s->has_data)
        buf_addc(&s->data, '\n');
      buf_add(&s->data, value, (size_t)(line + n - value));
      s->has_data = true;
    } else if (is_field(line, n_name, "event")) {
      buf_clear(&s->event);
      buf_add(&s->event, value, (size_t)(line + n - value));
    }
  }
  buf_clear(&s->line);
}

int
sse_feed(struct sse *s, const char *bytes, size_t n, sse_event *on_event, void *to)
{
  const char *end = bytes + n;

  while (bytes < end) {
    const char *stop = bytes;

    if (s->after_cr && *bytes == '\n') {
      s->after_cr = false;
      bytes++;
      continue;
    }
    s->after_cr = false;
    while (stop < end && *stop != '\r' && *stop != '\n')
      stop++;
    if (buf_add(&s->line, bytes, (size_t)(stop - bytes)) < 0)
      return -1;
    if (stop < end) {
      s->after_cr = *stop == '\r';
      take_line(s, on_event, to);
      stop++;
    }
    bytes = stop;
    if (s->data.over)
      return -1;
  }
  return 0;
}

void
sse_end(struct sse *s, sse_event *on_event, void *to)
{
  if (s->line.n > 0)
    take_line(s, on_event, to);
  dispatch(s, on_event, to);
}
