/* OpenAI's files and batches. A batch goes from validating over in_progress to its end, a step a poll, when
 * server->batch_polls polls have come; then each line of its file has a reply as chat completions would have given,
 * with an entry of its own in the log (answered: paid for). Lines come out in reverse order. A line whose messages hold
 * [[line-400]] or [[line-500]] fails alone. How a batch ends: server->batch_end. server->batch_fault: one request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "tests/server/able.h"

#define FILES 512

static struct {
  char *text;
  size_t n;
} files[FILES];
static size_t n_files;

static struct batch {
  size_t input, output, errors;    /* files, from 1; 0: none */
  int polls, total, completed, failed;
  char status[16];
} batches[FILES];
static size_t n_batches;

static bool lost;                   /* what is carried out now, nobody hears of */

static void
give(struct exchange *x, const char *body)
{
  if (!lost)
    exchange_json(x, 200, body);
}

static size_t
file_add(struct buf *text)
{
  ensure(n_files < FILES);
  files[n_files].n = text->n;
  files[n_files].text = buf_take(text);
  return ++n_files;
}

/* The number after a prefix of the path, which must be one of those given out; 0: none. */
static size_t
number_in(const char *path, const char *prefix, size_t most)
{
  const char *at = strstr(path, prefix);
  size_t n = at ? strtoul(at + strlen(prefix), NULL, 10) : 0;

  return n <= most ? n : 0;
}

/* ---- files ---- */

static void
upload(struct exchange *x)
{
  const char *purpose = memmem(x->body, x->n_body, "name=\"purpose\"", 14);
  const char *part = memmem(x->body, x->n_body, "name=\"file\"; filename=", 22), *from, *to;
  struct buf text = BUF_INIT, b = BUF_INIT;
  char type[200], *boundary;

  if (!purpose || !part || !exchange_header(x, "content-type", type, sizeof type) ||
      !(boundary = strstr(type, "boundary=")) ||
      !(from = memmem(part, (size_t)(x->body + x->n_body - part), "\r\n\r\n", 4))) {
    exchange_error(x, 400, "", "a form with purpose and file is expected");
    return;
  }
  from += 4;
  boundary += strlen("boundary=");
  to = memmem(from, (size_t)(x->body + x->n_body - from), boundary, strlen(boundary));
  ensure(to && to - from >= 4);
  buf_add(&text, from, (size_t)(to - from) - 4);  /* before \r\n-- */
  buf_addf(&b, "{\"id\":\"file-%zu\",\"object\":\"file\",\"bytes\":%zu,\"purpose\":\"batch\"}", n_files + 1, text.n);
  file_add(&text);
  give(x, b.s);
  buf_release(&b);
}

static void
download(struct exchange *x)
{
  size_t i = number_in(x->path, "/files/file-", n_files);

  if (i == 0)
    exchange_error(x, 404, "", "No such File object");
  else
    exchange_respond(x, 200, "application/octet-stream", "", files[i - 1].text, files[i - 1].n);
}

/* ---- what becomes of the lines ---- */

static void
add_line(struct buf *out, const char *id, const char *response, int status)
{
  buf_addc(out, '{');
  json_add_field(out, "id", "batch_req_1");
  json_add_field(out, "custom_id", id);
  if (response)
    buf_addf(out, ",\"response\":{\"status_code\":%d,\"request_id\":\"r\",\"body\":%s},\"error\":null", status,
             response);
  else
    buf_adds(out, ",\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"This request could not be "
             "executed before the completion window expired.\"}");
  buf_adds(out, "}\n");
}

/* The reply to one line, which stands in the log like a request of its own. */
static void
do_line(struct exchange *x, struct batch *b, const char *line, size_t n, struct buf *output, struct buf *errors)
{
  struct json *root = json_parse(line, n, NULL, NULL);
  const char *id = json_string(json_get(root, "custom_id"));
  struct server_entry unlogged = {0};
  struct exchange one = *x;
  struct buf messages = BUF_INIT, reply = BUF_INIT;
  int number = atomic_fetch_add(&shared->n, 1);

  ensure(root && id);
  one.request = json_get(root, "body");
  json_print(&messages, json_get(one.request, "messages"));
  one.messages = messages.s;
  one.entry = number < SERVER_LOG ? &shared->log[number] : &unlogged;
  one.entry->body = hash_bytes(messages.s, messages.n, 1);
  one.entry->had_key = 1;
  one.entry->had_schema = json_get(one.request, "response_format") != NULL;
  one.entry->status = strstr(messages.s, "[[line-400") ? 400 : strstr(messages.s, "[[line-500") ? 500 : 200;
  if (able_refuses(one.request, &reply))
    one.entry->status = 400;
  if (one.entry->status == 200) {
    chat_complete(&one, &reply);
    one.entry->answered = 1;
    b->completed++;
    add_line(output, id, reply.s, 200);
  } else if (reply.n > 0) {
    b->failed++;
    add_line(errors, id, reply.s, 400);
  } else {
    b->failed++;
    add_line(errors, id, "{\"error\":{\"message\":\"this line is not to our taste\",\"type\":\"test\"}}",
             one.entry->status);
  }
  buf_release(&messages);
  buf_release(&reply);
  json_free(root);
}

/* Does the lines from the last to the first; of an expired or cancelled batch the later half. */
static void
do_lines(struct exchange *x, struct batch *b, bool half)
{
  const char *text = files[b->input - 1].text;
  size_t n = files[b->input - 1].n, end = n, i = 0, want = half ? ((size_t)b->total + 1) / 2 : (size_t)b->total;
  struct buf output = BUF_INIT, errors = BUF_INIT;

  while (end > 0) {
    size_t begin = end - 1;

    while (begin > 0 && text[begin - 1] != '\n')
      begin--;
    if (i < want) {
      do_line(x, b, text + begin, end - begin, &output, &errors);
    } else if (strcmp(b->status, "expired") == 0) {
      struct json *root = json_parse(text + begin, end - begin, NULL, NULL);

      add_line(&errors, json_string(json_get(root, "custom_id")), NULL, 0);
      json_free(root);
      b->failed++;
    }
    i++;
    end = begin;
  }
  b->output = output.n > 0 ? file_add(&output) : 0;
  b->errors = errors.n > 0 ? file_add(&errors) : 0;
}

static void
advance(struct exchange *x, struct batch *b)
{
  int end = atomic_load(&shared->batch_end);

  if (strcmp(b->status, "cancelling") == 0) {
    strcpy(b->status, "cancelled");
    return;
  }
  if (strcmp(b->status, "validating") != 0 && strcmp(b->status, "in_progress") != 0)
    return;
  if (b->polls++ < atomic_load(&shared->batch_polls)) {
    strcpy(b->status, b->polls > 1 ? "in_progress" : "validating");
    return;
  }
  strcpy(b->status, end == SERVER_BATCH_FAILED ? "failed" : end == SERVER_BATCH_EXPIRED ? "expired" : "completed");
  if (end != SERVER_BATCH_FAILED)
    do_lines(x, b, end == SERVER_BATCH_EXPIRED);
}

/* ---- batches ---- */

static void
print_batch(const struct batch *b, struct buf *out)
{
  buf_addf(out, "{\"id\":\"batch_%zu\",\"object\":\"batch\",\"endpoint\":\"/v1/chat/completions\",\"status\":\"%s\","
           "\"input_file_id\":\"file-%zu\"", (size_t)(b - batches) + 1, b->status, b->input);
  if (b->output)
    buf_addf(out, ",\"output_file_id\":\"file-%zu\"", b->output);
  if (b->errors)
    buf_addf(out, ",\"error_file_id\":\"file-%zu\"", b->errors);
  if (strcmp(b->status, "failed") == 0)
    buf_adds(out, ",\"errors\":{\"object\":\"list\",\"data\":[{\"code\":\"invalid_json_line\",\"line\":2,"
             "\"message\":\"This line is not parseable as valid JSON.\"}]}");
  buf_addf(out, ",\"request_counts\":{\"total\":%d,\"completed\":%d,\"failed\":%d}}", b->total, b->completed,
           b->failed);
}

static void
create(struct exchange *x)
{
  const char *file = json_string(json_get(x->request, "input_file_id"));
  const char *window = json_string(json_get(x->request, "completion_window"));
  const char *endpoint = json_string(json_get(x->request, "endpoint"));
  size_t i = file ? number_in(file, "file-", n_files) : 0;
  struct batch *b = &batches[n_batches];
  struct buf out = BUF_INIT;

  if (i == 0 || !window || strcmp(window, "24h") != 0 || !endpoint || !strstr(endpoint, "/chat/completions")) {
    exchange_error(x, 400, "", "Invalid value: file, window or endpoint");
    return;
  }
  ensure(n_batches < FILES);
  n_batches++;
  *b = (struct batch){.input = i, .status = "validating"};
  for (size_t k = 0; k < files[i - 1].n; k++)
    b->total += files[i - 1].text[k] == '\n';
  atomic_fetch_add(&shared->n_batches, 1);
  print_batch(b, &out);
  give(x, out.s);
  buf_release(&out);
}

/* Newest first, two a page, so that turning pages is tried too. */
static void
list(struct exchange *x)
{
  size_t from = number_in(x->path, "after=batch_", n_batches);
  struct buf out = BUF_INIT;
  size_t i = from > 0 ? from - 1 : n_batches, n = 0;

  buf_adds(&out, "{\"object\":\"list\",\"data\":[");
  for (; i > 0 && n < 2; i--, n++) {
    json_add_comma(&out);
    print_batch(&batches[i - 1], &out);
  }
  buf_addf(&out, "],\"has_more\":%s}", i > 0 ? "true" : "false");
  give(x, out.s);
  buf_release(&out);
}

static void
one_batch(struct exchange *x)
{
  size_t i = number_in(x->path, "/batches/batch_", n_batches);
  struct buf out = BUF_INIT;

  if (i == 0) {
    exchange_error(x, 404, "", "No batch found with that id");
    return;
  }
  if (strstr(x->path, "/cancel")) {
    if (strcmp(batches[i - 1].status, "validating") == 0 || strcmp(batches[i - 1].status, "in_progress") == 0) {
      strcpy(batches[i - 1].status, "cancelling");
      do_lines(x, &batches[i - 1], true);
    }
  } else {
    advance(x, &batches[i - 1]);
  }
  print_batch(&batches[i - 1], &out);
  give(x, out.s);
  buf_release(&out);
}

/* ---- in all ---- */

static void
serve(struct exchange *x)
{
  bool post = strcmp(x->method, "POST") == 0;

  if (strstr(x->path, "/files"))
    (post ? upload : download)(x);
  else if (strstr(x->path, "/batches/"))
    one_batch(x);
  else
    (post ? create : list)(x);
}

/* The key comes back in the words, as some servers do it. */
static void
refuse_key(struct exchange *x, const char *key)
{
  char words[200];

  snprintf(words, sizeof words, "Incorrect API key provided: %s", key + 7);
  exchange_error(x, 401, "", words);
}

/* Of a download: the connection ends in the middle. */
static void
send_half(struct exchange *x)
{
  size_t i = number_in(x->path, "/files/file-", n_files);

  if (i > 0) {
    exchange_head(x, 200, "application/octet-stream", "", (long)files[i - 1].n);
    exchange_send(x, files[i - 1].text, files[i - 1].n / 2);
  }
  exchange_end(x, ENDING_CLOSE);
}

void
batch_act(struct exchange *x)
{
  char key[100];

  if (strstr(x->path, "/without/")) {  /* as Ollama says that it has no such thing */
    exchange_respond(x, 404, "text/plain", "", "404 page not found", 18);
    return;
  }
  if (!exchange_header(x, "authorization", key, sizeof key) && !exchange_header(x, "api-key", key, sizeof key)) {
    exchange_error(x, 401, "", "You didn't provide an API key");
    return;
  }
  switch (atomic_exchange(&shared->batch_fault, 0)) {
  case SERVER_BATCH_FAULT_500:
    exchange_error(x, 500, "", "The server had an error");
    return;
  case SERVER_BATCH_FAULT_429:
    exchange_error(x, 429, "Retry-After: 1\r\n", "Too many of them");
    return;
  case SERVER_BATCH_FAULT_401:
    refuse_key(x, key);
    return;
  case SERVER_BATCH_FAULT_STALL:
    exchange_pause(x, 30000);
    exchange_end(x, ENDING_CLOSE);
    return;
  case SERVER_BATCH_FAULT_LOST_401:
    atomic_store(&shared->batch_fault, SERVER_BATCH_FAULT_401);
    /* fall through */
  case SERVER_BATCH_FAULT_LOST:     /* carried out, and nobody hears of it */
    lost = true;
    serve(x);
    lost = false;
    exchange_end(x, ENDING_RESET);
    return;
  case SERVER_BATCH_FAULT_HALF:
    send_half(x);
    return;
  default:
    serve(x);
  }
}
