#include "generate/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "generate/collect.h"
#include "generate/work.h"
#include "teacher/batches.h"

#define AT_ONCE 256              /* replies from the file written in one transaction */
#define POLL_FIRST_MS 5000
#define POLL_MAX_MS 300000

struct batching {
  struct batch_row *rows;        /* of the job, not over */
  size_t n, cap;
  struct batches **clients;      /* of each member of the crew */
  size_t n_clients;
  size_t looked;                 /* items before it were looked up among what is answered */
  bool full;                     /* what waits does not fit into a limit, until something comes back */
  int64_t first_poll_ms, poll_ms, next_poll_ms;
  char says[200];
};

static const struct teacher_spec *
spec_of(const struct job *j, const struct item *it)
{
  return &j->crew.members[it->member].who->recruit.spec;
}

static struct batches *
client_of(const struct job *j, const struct batch_row *row)
{
  return j->batching->clients[crew_find(&j->crew, row->teacher_id)];
}

/* ---- handing in ---- */

/* The line of an item. */
static void
add_line(const struct job *j, const struct item *it, struct buf *lines)
{
  struct outgoing o;
  char id[32];

  snprintf(id, sizeof id, "r%u", it->row.id);
  outgoing_init(&o, &j->blueprint, &it->row);
  purse_bound(&j->purse, spec_of(j, it), &it->row, 1, &o.request);  /* may set max_tokens */
  batches_line(j->batching->clients[it->member], id, &o.request, 0, lines);
  outgoing_release(&o);
}

/* The most that it may cost. */
static void
set_bound(const struct job *j, struct item *it)
{
  struct outgoing o;

  outgoing_init(&o, &j->blueprint, &it->row);
  it->bound = purse_bound(&j->purse, spec_of(j, it), &it->row, 1, &o.request);
  it->bound.usd *= TEACHER_BATCH_PRICE;
  it->bound.requests = 1;
  outgoing_release(&o);
}

static int
save(struct job *j, struct batch_row *row, struct err *e)
{
  return job_store_batch_set(j->project, row, e);
}

static void
set_word(char **word, const char *to)
{
  free(*word);
  *word = xstrdup(to ? to : "");
}

static void
take_view(struct batch_row *row, const struct batches_view *v)
{
  if (v->id)
    set_word(&row->remote, v->id);
  set_word(&row->message, v->message);
  if (v->n_requests > 0)
    row->n_requests = (uint32_t)v->n_requests;
  row->n_done = (uint32_t)v->n_done;
  row->n_failed = (uint32_t)v->n_failed;
  row->polled_ms = clock_wall_ms();
}

/* Nothing was carried out: its requests can be handed in again, by whoever goes on with the job. */
static int
give_up(struct job *j, struct batch_row *row, const char *why, struct err *e)
{
  row->state = BATCH_FAILED;
  set_word(&row->message, why);
  return save(j, row, e);
}

/* Uploads the file, if that was not done. */
static int
upload(struct job *j, struct batch_row *row, struct err *e)
{
  struct buf lines = BUF_INIT;
  char *file = NULL;
  int result;

  if (*row->file)
    return 0;
  for (size_t i = 0; i < j->n; i++)
    if (j->items[i].state == ITEM_SENT && j->items[i].row.batch_id == row->id)
      add_line(j, &j->items[i], &lines);
  result = batches_upload(client_of(j, row), buf_str(&lines), lines.n, &file, e);
  buf_release(&lines);
  if (result < 0)
    return -1;
  set_word(&row->file, file);
  free(file);
  return save(j, row, e);
}

/* A batch whose file or self the endpoint does not take for good is over; its requests are free. */
static int
hand_in(struct job *j, struct batch_row *row, struct err *e)
{
  struct batches *client = client_of(j, row);
  struct batches_view v = {0};
  bool may_be = *row->file;   /* a file of an earlier run: it may be a batch already */
  int found = 0;

  if (upload(j, row, e) < 0 || (may_be && (found = batches_find(client, row->file, &v, e)) < 0) ||
      (found == 0 && batches_create(client, row->file, &v, e) < 0)) {
    struct err why = *e;

    batches_view_release(&v);
    if (why.code == ERR_INPUT && give_up(j, row, why.message, e) == 0)
      *e = why;
    return -1;
  }
  row->state = BATCH_SENT;
  take_view(row, &v);
  batches_view_release(&v);
  return save(j, row, e);
}

/* Adds a batch of these items, on disk first. */
static int
add_batch(struct job *j, const size_t *places, size_t n, struct err *e)
{
  struct batching *b = j->batching;
  struct batch_row row = {.job_id = j->row.id, .n_requests = (uint32_t)n, .file = xstrdup(""), .remote = xstrdup(""),
                          .message = xstrdup(""), .at_ms = clock_wall_ms()};
  uint32_t *ids = xcalloc(n + 1, sizeof *ids);
  int result;

  row.teacher_id = j->crew.members[j->items[*places].member].who->recruit.row.id;
  for (size_t i = 0; i < n; i++)
    ids[i] = j->items[places[i]].row.id;
  result = job_store_batch_add(j->project, &row, ids, n, &row.id, e);
  free(ids);
  if (result < 0) {
    batch_row_release(&row);
    return -1;
  }
  for (size_t i = 0; i < n; i++)
    j->items[places[i]].row.batch_id = row.id;
  GROW(b->rows, b->cap, b->n + 1);
  b->rows[b->n++] = row;
  return 0;
}

/* Some of what waits is answered in the file already. 1: there may be more to look up, 0, -1. */
static int
look_up(struct job *j, struct err *e)
{
  struct batching *b = j->batching;

  for (; b->looked < j->n; b->looked++) {
    struct item *it = &j->items[b->looked];

    if (j->n_fresh >= AT_ONCE)
      return 1;
    if (it->state == ITEM_PLANNED && !it->handed_in && job_answer_from_file(j, it, e) < 0)
      return -1;
  }
  return 0;
}

/* Makes one batch of what waits to be handed in; another teacher's goes into another. 1: it did, 0: nothing waits,
 * -1. */
static int
fill(struct job *j, struct err *e)
{
  size_t *places = NULL, n = 0, cap = 0, bytes = 0;
  size_t most = j->options.batch_max > 0 ? j->options.batch_max : BATCHES_REQUESTS_MAX;
  struct buf line = BUF_INIT;
  int result = 0;

  for (size_t i = j->head; i < j->n && n < most && !j->batching->full; i++) {
    struct item *it = &j->items[i];

    if (it->state != ITEM_PLANNED || it->handed_in || (n > 0 && it->member != j->items[*places].member))
      continue;
    buf_clear(&line);
    add_line(j, it, &line);
    if (n > 0 && bytes + line.n > BATCHES_FILE_MAX)
      break;
    set_bound(j, it);
    j->batching->full = !purse_open(&j->purse, &it->bound);
    if (j->batching->full)
      break;
    bytes += line.n;
    it->state = ITEM_SENT;
    it->handed_in = true;
    it->row.sent_ms = clock_wall_ms();
    GROW(places, cap, n + 1);
    places[n++] = i;
  }
  if (n > 0)
    result = add_batch(j, places, n, e) < 0 ? -1 : 1;
  buf_release(&line);
  free(places);
  return result;
}

/* ---- polling ---- */

static void
forget(struct batching *b, size_t i)
{
  batch_row_release(&b->rows[i]);
  memmove(&b->rows[i], &b->rows[i + 1], (b->n - i - 1) * sizeof *b->rows);
  b->n--;
}

static int
take_ended(struct job *j, size_t i, const struct batches_view *v, struct err *e)
{
  struct batch_row *row = &j->batching->rows[i];
  int result = collect_batch(j, row, client_of(j, row), v, e);

  if (result < 0)
    return -1;
  if (row->state == BATCH_FAILED)
    result = err_set(e, ERR_INPUT, "the endpoint did not take the batch: %s", row->message);
  forget(j->batching, i);
  j->batching->full = false;
  return result;
}

/* Asks how one batch stands. -1 if that cannot be learned now. */
static int
poll_one(struct job *j, size_t i, bool *ended, struct err *e)
{
  struct batch_row *row = &j->batching->rows[i];
  struct batches_view v = {0};
  int result = batches_poll(client_of(j, row), row->remote, &v, e);

  if (result == 0) {
    *ended = v.ended;
    take_view(row, &v);
    result = save(j, row, e);
  }
  if (result == 0 && v.ended)
    result = take_ended(j, i, &v, e);
  batches_view_release(&v);
  return result;
}

static int
poll_all(struct job *j, struct err *e)
{
  struct batching *b = j->batching;
  bool some = false, ended;

  for (size_t i = 0; i < b->n; i += !ended) {
    ended = false;
    if (poll_one(j, i, &ended, e) < 0)
      return -1;
    some |= ended;
  }
  b->next_poll_ms = clock_ms() + b->poll_ms;
  /* patience grows while nothing ends */
  b->poll_ms = some ? b->first_poll_ms : b->poll_ms * 3 / 2 < POLL_MAX_MS ? b->poll_ms * 3 / 2 + 1 : POLL_MAX_MS;
  return 0;
}

/* ---- the steps ---- */

static void
say(struct batching *b)
{
  uint32_t done = 0, all = 0;

  for (size_t i = 0; i < b->n; i++) {
    done += b->rows[i].n_done + b->rows[i].n_failed;
    all += b->rows[i].n_requests;
  }
  *b->says = '\0';
  if (b->n > 0)
    snprintf(b->says, sizeof b->says, "%zu batch%s under way, %u of %u requests done%s%s", b->n,
             b->n == 1 ? " is" : "es are", done, all, b->n == 1 && *b->rows->message ? ": " : "",
             b->n == 1 ? b->rows->message : "");
}

static int
step(struct job *j, int timeout_ms, struct err *e)
{
  struct batching *b = j->batching;
  bool waits = j->options.batch_wait || j->options.attended;
  int64_t left;
  int done = look_up(j, e);

  if (done != 0)
    return done < 0 ? -1 : BATCH_BUSY;
  for (size_t i = 0; i < b->n; i++)
    if (b->rows[i].state == BATCH_PLANNED)
      return hand_in(j, &b->rows[i], e) < 0 ? -1 : BATCH_BUSY;
  done = fill(j, e);
  if (done != 0)
    return done < 0 ? -1 : BATCH_BUSY;
  if (b->n == 0)
    return BATCH_IDLE;
  left = b->next_poll_ms - clock_ms();
  if (left <= 0)
    return poll_all(j, e) < 0 ? -1 : b->n > 0 && !waits ? BATCH_LEFT : BATCH_BUSY;
  clock_sleep_ms((int)(left < timeout_ms ? left : timeout_ms));
  return BATCH_BUSY;
}

int
batch_step(struct job *j, int timeout_ms, struct err *e)
{
  int result = step(j, timeout_ms, e);

  say(j->batching);
  if (result >= 0)
    show_says(j, "%s", j->batching->says);
  return result;
}

size_t
batch_under_way(const struct job *j)
{
  return j->batching ? j->batching->n : 0;
}

/* ---- life ---- */

/* Only those that are not over. */
static int
load_rows(struct job *j, struct err *e)
{
  struct batching *b = j->batching;
  struct batch_row *all;
  size_t n;

  if (job_store_batches(j->project, j->row.id, &all, &n, e) < 0)
    return -1;
  GROW(b->rows, b->cap, n + 1);
  for (size_t i = 0; i < n; i++)
    if (all[i].state == BATCH_PLANNED || all[i].state == BATCH_SENT)
      b->rows[b->n++] = all[i];
    else
      batch_row_release(&all[i]);
  free(all);
  return 0;
}

int
batch_open(struct job *j, struct err *e)
{
  struct batching *b = j->batching = xcalloc(1, sizeof *b);

  b->first_poll_ms = b->poll_ms = j->options.batch_poll_ms > 0 ? j->options.batch_poll_ms : POLL_FIRST_MS;
  b->clients = xcalloc(j->crew.n + 1, sizeof *b->clients);
  for (; b->n_clients < j->crew.n; b->n_clients++) {
    b->clients[b->n_clients] = batches_open(&j->crew.members[b->n_clients].who->recruit.spec, j->stop, e);
    if (!b->clients[b->n_clients])
      return -1;
  }
  return 0;
}

int
batch_begin(struct job *j, struct err *e)
{
  if ((!j->batching && batch_open(j, e) < 0) || load_rows(j, e) < 0)
    return -1;
  for (size_t i = 0; i < j->n; i++) {
    struct item *it = &j->items[i];

    if (it->state != ITEM_PLANNED || it->row.batch_id == 0)
      continue;
    it->state = ITEM_SENT;
    it->handed_in = true;
    set_bound(j, it);
    j->purse.at_risk.usd += it->bound.usd;
    j->purse.at_risk.tokens += it->bound.tokens;
    j->purse.at_risk.requests += it->bound.requests;
  }
  say(j->batching);
  return 0;
}

void
batch_close(struct job *j)
{
  struct batching *b = j->batching;

  if (!b)
    return;
  for (size_t i = 0; i < b->n_clients; i++)
    batches_close(b->clients[i]);
  batch_rows_free(b->rows, b->n);
  free(b->clients);
  free(b);
  j->batching = NULL;
}
