/* show: a job on the board, where screens and progress bars look. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "generate/work.h"
#include "teacher/dialect.h"

#define SHOW_EVERY_MS 50
#define DIVERSITY_EVERY_MS 500
#define LINE_TEXT 160   /* bytes of a text in a line */
#define LINES_A_SHOW 200
#define GLIMPSE_BYTES 4096

static int
compare_request(const void *id, const void *row)
{
  uint32_t x = *(const uint32_t *)id, y = ((const struct request_row *)row)->id;

  return x < y ? -1 : x > y;
}

/* The texts that an earlier run of it kept count, too. */
static void
measure_earlier(struct job *j)
{
  const struct corpus *c = project_corpus(j->project);
  struct request_row *rows = NULL;
  struct sample s;
  size_t n = 0;

  if (!j->resumed || job_store_requests(j->project, j->row.id, REQUEST_PARSED, false, &rows, &n, NULL) < 0)
    return;
  for (uint32_t id = 1, last = corpus_count(c); id <= last; id++)
    if (corpus_get(c, id, &s) && s.request_id && bsearch(&s.request_id, rows, n, sizeof *rows, compare_request))
      diversity_add(j->diversity, s.text, s.n_text);
  request_rows_free(rows, n);
}

void
show_begin(struct job *j)
{
  char *title = xasprintf("job %u %s v%u", j->row.id, j->blueprint.template.name, j->blueprint.template.version);

  j->activity = board_begin(j->board, ACTIVITY_JOB, j->row.id, title);
  free(title);
  j->began_ms = clock_ms();
  j->n_at_start = j->funnel.answered;
  pthread_mutex_init(&j->glimpse.lock, NULL);
  buf_init(&j->glimpse.text, GLIMPSE_BYTES);
  j->shows = true;
  if (j->options.attended && j->blueprint.kind->change == CHANGE_INSERT) {
    j->diversity = diversity_new();
    measure_earlier(j);
  }
}

void
show_release(struct job *j)
{
  if (!j->shows)
    return;
  diversity_free(j->diversity);
  buf_release(&j->glimpse.text);
  pthread_mutex_destroy(&j->glimpse.lock);
  j->shows = false;
}

/* ---- the figures ---- */

/* What it has cost, and the requests that are not answered at what the answered ones did on average. */
static double
projected(const struct funnel *f)
{
  uint32_t left = f->n_requests - f->failed - f->ok - f->cached;

  if (f->ok == 0)
    return NAN;
  return f->cost_usd + f->cost_usd / f->ok * left;
}

static struct job_live
live_of(const struct job *j)
{
  const struct funnel *f = &j->funnel;
  const struct job_limits *l = &j->purse.limits;
  uint32_t most = (uint32_t)crew_most(&j->crew);
  struct teacher_pace pace;
  struct job_live live = j->counts;

  crew_pace(&j->crew, &pace);
  live.in_flight = (uint32_t)pace.in_flight;   /* what waits in the teacher's queue, or for its next try, is not */
  live.max_in_flight = most;
  live.requests = f->n_requests;
  live.ok = f->ok;
  live.retried = f->retried;
  live.failed = f->failed;
  live.cached = f->cached;
  live.wanted = f->requested;
  live.kept = f->kept;
  live.dropped = funnel_n_dropped(f);
  live.tokens_in = f->tokens_in;
  live.tokens_out = f->tokens_out;
  live.cost_usd = f->cost_usd;
  live.projected_usd = projected(f);
  live.round = (uint32_t)f->n_rounds;
  live.budget_usd = l->usd;
  live.token_limit = l->tokens;
  live.request_limit = l->requests;
  live.seconds_limit = l->seconds;
  live.allowed_in_flight = pace.allowed > 0 ? (uint32_t)pace.allowed : most;
  live.waiting = (uint32_t)pace.waiting;
  live.held_seconds = (double)pace.held_ms / 1000;
  return live;
}

static void
show_cells(struct job *j)
{
  struct board_cell *cells = xcalloc(j->funnel.n_labels + 1, sizeof *cells);

  for (size_t i = 0; i < j->funnel.n_labels; i++) {
    const struct funnel_label *row = &j->funnel.labels[i];

    cells[i] = (struct board_cell){.label = row->label, .wanted = row->wanted, .kept = row->kept};
    for (int r = 0; r < N_DROP_REASONS; r++)
      cells[i].dropped += row->dropped[r];
  }
  board_cells(j->board, j->activity, cells, j->funnel.n_labels);
  free(cells);
}

static void
show_diversity(struct job *j, int64_t ms, bool now)
{
  struct board_diversity d;

  if (!j->diversity || (!now && ms - j->diversity_ms < DIVERSITY_EVERY_MS))
    return;
  j->diversity_ms = ms;
  diversity_figures(j->diversity, &d);
  board_diversity(j->board, j->activity, &d);
}

/* A reply that is done stays until another is written. */
static void
show_glimpse(struct job *j)
{
  struct glimpse *g = &j->glimpse;
  struct buf copy = BUF_INIT;
  bool fresh;

  pthread_mutex_lock(&g->lock);
  fresh = g->fresh;
  if (fresh)
    buf_add(&copy, buf_str(&g->text), g->text.n);
  g->fresh = false;
  pthread_mutex_unlock(&g->lock);
  if (fresh)
    board_stream(j->board, j->activity, buf_str(&copy));
  buf_release(&copy);
}

void
show_figures(struct job *j, bool now)
{
  int64_t ms = clock_ms();
  struct job_live live;
  double seconds = (double)(ms - j->began_ms) / 1000;

  if (!now && ms - j->shown_ms < SHOW_EVERY_MS)
    return;
  j->shown_ms = ms;
  j->n_lines = 0;
  show_diversity(j, ms, now);
  show_glimpse(j);
  live = live_of(j);
  board_job(j->board, j->activity, &live);
  show_cells(j);
  board_progress(j->board, j->activity, j->funnel.answered, j->funnel.requested,
                 seconds > 0 ? (double)(j->funnel.answered - j->n_at_start) / seconds : 0);
}

/* What the person said on the board. A budget needs prices. */
void
show_wishes(struct job *j)
{
  struct job_limits l = j->purse.limits;
  struct board_limits said;
  double usd;
  int in_flight;

  board_wanted(j->board, j->activity, &in_flight, &usd);
  if (in_flight > 0)
    crew_set_concurrency(&j->crew, in_flight);
  if (!board_limited(j->board, j->activity, &said))
    said = (struct board_limits){-1, -1, -1, -1};
  if (said.usd >= 0)
    usd = said.usd;
  if (usd < 0 && said.tokens < 0 && said.requests < 0 && said.seconds < 0)
    return;
  if (usd >= 0 && blueprint_priced(&j->blueprint))
    l.usd = usd;
  l.tokens = said.tokens >= 0 ? (uint64_t)said.tokens : l.tokens;
  l.requests = said.requests >= 0 ? (uint32_t)said.requests : l.requests;
  l.seconds = said.seconds >= 0 ? said.seconds : l.seconds;
  purse_limit(&j->purse, &l);
}

void
show_says(struct job *j, const char *format, ...)
{
  char says[sizeof j->says];
  va_list args;

  va_start(args, format);
  vsnprintf(says, sizeof says, format, args);
  va_end(args);
  if (strcmp(says, j->says) == 0)
    return;
  memcpy(j->says, says, sizeof says);
  board_message(j->board, j->activity, j->says);
}

/* ---- the reply that is being written ---- */

static void
on_text(void *to, uint64_t tag, const char *text, size_t n)
{
  struct glimpse *g = to;

  pthread_mutex_lock(&g->lock);
  if (g->open && g->tag == tag) {
    if (n == 0 || !g->begun || g->text.n + n > GLIMPSE_BYTES)  /* it is long: what comes is of interest */
      buf_clear(&g->text);
    g->begun = true;
    if (n <= GLIMPSE_BYTES)
      buf_add(&g->text, text, n);
    g->fresh = true;
  }
  pthread_mutex_unlock(&g->lock);
}

void
show_stream(struct job *j, uint64_t tag, struct teacher_request *request)
{
  struct glimpse *g = &j->glimpse;
  const struct teacher_spec *s = &j->crew.members[j->items[tag].member].who->recruit.spec;

  /* a stream is folded to its words: the tokens' probabilities would be lost */
  if (!j->options.attended || (s->refused & REFUSED_STREAM) || g->open || request->logprobs > 0)
    return;
  pthread_mutex_lock(&g->lock);
  g->open = true;
  g->begun = false;
  g->tag = tag;
  pthread_mutex_unlock(&g->lock);
  request->stream = true;
  request->on_text = on_text;
  request->to = g;
}

void
show_streamed(struct job *j, uint64_t tag)
{
  struct glimpse *g = &j->glimpse;

  pthread_mutex_lock(&g->lock);
  if (g->tag == tag)
    g->open = false;
  pthread_mutex_unlock(&g->lock);
}

/* ---- lines ---- */

/* "+ label  text", cut to LINE_TEXT. When they come by the thousand only some are shown. */
static void
show_line(struct job *j, char sign, uint16_t label, const char *text, const char *why)
{
  struct buf line = BUF_INIT;
  size_t n = 0, len, size = strlen(text);

  if (j->n_lines++ >= LINES_A_SHOW)
    return;
  while (n < size && n < LINE_TEXT) {
    utf8_decode(text + n, size - n, &len);
    n += len;
  }
  buf_addf(&line, "%c %s  %.*s%s%s", sign, label_name(corpus_labels(project_corpus(j->project)), label), (int)n, text,
           *why ? "  " : "", why);
  board_line(j->board, j->activity, line.s);
  buf_release(&line);
}

void
show_kept(struct job *j, uint16_t label, const char *text)
{
  if (j->diversity)
    diversity_add(j->diversity, text, strlen(text));
  show_line(j, '+', label, text, "");
}

void
show_dropped(struct job *j, uint16_t label, enum drop_reason reason, const char *text, const char *detail)
{
  char *why;

  if (j->n_lines >= LINES_A_SHOW)
    return;
  why = xasprintf("%s%s%s", drop_defs[reason].name, *detail ? ": " : "", detail);

  show_line(j, '~', label, text, why);
  free(why);
}

void
show_end(struct job *j)
{
  enum activity_state state = j->result == 0 || j->why.code == ERR_PARTIAL ? ACTIVITY_DONE :
                              j->why.code == ERR_INTERRUPTED ? ACTIVITY_STOPPED : ACTIVITY_FAILED;

  show_figures(j, true);
  board_stream(j->board, j->activity, NULL);
  board_end(j->board, j->activity, state, j->result == 0 ? "" : j->why.message);
}
