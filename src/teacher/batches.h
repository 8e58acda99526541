/* batches: a client of OpenAI's Batch API: requests that are handed in together as a file, answered within a day, and
 * cost TEACHER_BATCH_PRICE of what they would cost one by one.
 *
 * Life: batches_open; batches_line for each request, into one text; batches_upload gives the name of the file,
 * batches_create that of the batch; batches_poll, minutes or hours later and perhaps by another process, says how it
 * stands; once `ended`, batches_download of the output file and of the error file, as far as there are such;
 * batches_close. Who writes down the name of the file before batches_create, and that of the batch after it, pays
 * nothing twice however often he is killed: batches_find tells whether a file was made a batch already.
 * Threads: one user at a time; every call blocks, looking at `stop` about once a second.
 * Errors: ERR_INPUT for what will not get better by waiting (key, URL, a spec without batches, a name that the endpoint
 * does not know); ERR_INTERRUPTED when stopped; else ERR_FAIL, after retries (retry.h) for what may pass: 408, 429,
 * 5xx, broken and stalled transfers. Messages are one printable line, and the key is in none of them.
 *
 * Sources: https://platform.openai.com/docs/guides/batch, .../api-reference/batch, .../api-reference/files. */
#ifndef TEACHER_BATCHES_H
#define TEACHER_BATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "teacher/teacher.h"

#define BATCHES_REQUESTS_MAX 50000                   /* of one batch, as the API says */
#define BATCHES_FILE_MAX ((size_t)200 << 20)         /* bytes of one file, likewise */
#define BATCHES_NAME_MAX 200                         /* bytes of a file's or batch's name */

enum batches_status {
  BATCHES_VALIDATING, BATCHES_IN_PROGRESS, BATCHES_FINALIZING, BATCHES_COMPLETED,
  BATCHES_FAILED,      /* the file was not taken; nothing was done */
  BATCHES_EXPIRED,     /* the day was over: what was done until then is in the output file, the rest among the errors */
  BATCHES_CANCELLING, BATCHES_CANCELLED,   /* likewise */
  BATCHES_UNKNOWN,     /* a word that we do not know: it goes on */
  N_BATCHES_STATUS
};
extern const char *const batches_status_names[N_BATCHES_STATUS];   /* the API's words */

/* How a batch stands. Strings are owned. Life: zeroed, batches_view_release. */
struct batches_view {
  char *id;
  enum batches_status status;
  bool ended;                /* nothing more will come */
  char *input_file;          /* NULL where not said */
  char *output_file;         /* NULL: none (yet) */
  char *error_file;          /* NULL: none (yet) */
  char *message;             /* one printable line: its status, and what was wrong with the file */
  int64_t n_requests, n_done, n_failed;   /* as it says; 0 until it has counted */
};
void batches_view_release(struct batches_view *v);

/* One line of an output or error file, valid during the call. */
struct batches_result {
  const char *custom_id;
  int http_status;           /* of this one request; 0: it never ran (expired, cancelled) */
  const char *body;          /* NUL-terminated: what chat completions would have answered; "" if it never ran */
  size_t n_body;
  const char *error;         /* one printable line, "" where the body is a success */
};

struct batches;

/* spec: as for teacher_open; its timeouts, retry policy and key hold here too. stop may be NULL; borrowed. No request
 * is sent. NULL and e: ERR_INPUT (also for a dialect that has no batches: anthropic). */
struct batches *batches_open(const struct teacher_spec *spec, struct stop *stop, struct err *e);
void batches_close(struct batches *b);   /* NULL is fine */

/* Appends a line of the file to hand in. custom_id comes back with the reply: printable ASCII, at most 64 bytes. The
 * body is that of teacher_request_json, without what `refused` names (enum refusal: dialect.h; the endpoint cannot
 * teach it here, so it is what was learned before; 0). */
void batches_line(const struct batches *b, const char *custom_id, const struct teacher_request *request,
                  unsigned refused, struct buf *out);
/* Which further member the endpoint refused by this result (enum refusal), so that the request may be handed in again
 * without it; 0: it failed for another reason, or did not. As dialect_refusal. */
unsigned batches_refusal(const struct batches *b, const struct teacher_request *request, unsigned refused,
                         const struct batches_result *r);
/* Hands in a file (at most BATCHES_FILE_MAX bytes). *file: the endpoint's name of it, the caller's to free. A file that
 * was uploaded twice (a lost answer) costs nothing. */
int batches_upload(struct batches *b, const char *lines, size_t n, char **file, struct err *e);
/* Makes a batch of a file. After a lost answer it looks whether there is one already before it asks again, so that one
 * call makes one batch. v is filled. */
int batches_create(struct batches *b, const char *file, struct batches_view *v, struct err *e);
/* The newest batch made of this file: 1 found and v filled, 0 there is none, -1. */
int batches_find(struct batches *b, const char *file, struct batches_view *v, struct err *e);
int batches_poll(struct batches *b, const char *id, struct batches_view *v, struct err *e);
/* Asks that nothing more is begun; it is `cancelling` for a while, and then cancelled. What was done is paid for and
 * can be downloaded. */
int batches_cancel(struct batches *b, const char *id, struct batches_view *v, struct err *e);
/* Reads an output or error file line by line: each(to, ...) for every line, in the order of the file (which is not that
 * of the input). -1 from each ends it with its e. A transfer that breaks is begun again where it broke, so that no line
 * comes twice. 0; 1: all was read, but some lines were no results, and passed over. */
int batches_download(struct batches *b, const char *file,
                     int (*each)(void *to, const struct batches_result *r, struct err *e), void *to, struct err *e);

#endif
