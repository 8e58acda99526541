/* stream: replies that come as server-sent events: read as they arrive, and put together afterwards. Text only, no
 * network.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html (lines end in CR, LF or CRLF; an empty line
 * ends an event; data lines are joined; a line that begins with a colon is a comment), the chunks of
 * https://platform.openai.com/docs/api-reference/chat-streaming and the events of
 * https://docs.anthropic.com/en/api/messages-streaming. One thing is more lenient: what stands after the last empty
 * line counts as an event, since some servers end without one.
 *
 * Threads: pure, each struct with one user at a time. */
#ifndef TEACHER_STREAM_H
#define TEACHER_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The parser. Life: sse_init, sse_feed any number of times with the bytes as they come, sse_end, sse_release. */
struct sse {
  struct buf line, data, event;
  bool after_cr;         /* the last byte was CR: an LF now belongs to it */
  bool begun;            /* a byte order mark can no longer come */
  bool has_data;
};
/* One event: its name ("" for none) and its data, NUL-terminated. */
typedef void sse_event(void *to, const char *event, const char *data, size_t n);

void sse_init(struct sse *s, size_t max);   /* bytes of an event at most; more ends it: sse_feed fails from then on */
void sse_clear(struct sse *s);              /* as after sse_init, memory kept */
void sse_release(struct sse *s);
int sse_feed(struct sse *s, const char *bytes, size_t n, sse_event *on_event, void *to);
void sse_end(struct sse *s, sse_event *on_event, void *to);  /* what stands there without an empty line after it */

/* Appends the text that an event adds to the reply, if any; either form. */
void stream_delta(const char *data, size_t n, struct buf *out);

/* True if a body is a stream of events, or may be the beginning of one. */
bool stream_looks(const char *body, size_t n);

/* Puts a stream together as the reply that would have come without it: a chat completion of OpenAI's, a message of
 * Anthropic's, or an error object, appended to out. -1 and e: it broke off before its end (no finish_reason,
 * stop_reason, [DONE] or message_stop came), or is none that we know. *cut: it was begun and not finished (also where
 * an error came in the middle), so that it may have been billed. */
int stream_fold(const char *body, size_t n, struct buf *out, bool *cut, struct err *e);

#endif
