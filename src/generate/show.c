/* show: a job on the board, where screens and progress bars look. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "generate/work.h"

#define SHOW_EVERY_MS 50
#define LINE_TEXT 160   /* bytes of a text in a line */

void
show_begin(struct job *j)
{
  char *title = xasprintf("job %u %s v%u", j->row.id, j->blueprint.template.name, j->blueprint.template.version);

  j->activity = board_begin(j->board, ACTIVITY_JOB, j->row.id, title);
  free(title);
  j->began_ms = clock_ms();
  j->n_at_start = j->funnel.answered;
}

static struct job_live
live_of(const struct job *j)
{
  const struct funnel *f = &j->funnel;
  uint32_t most = (uint32_t)teacher_concurrency(j->teacher), sent = (uint32_t)j->n_sent;

  return (struct job_live){
    .in_flight = sent < most ? sent : most, .max_in_flight = most,  /* the others wait in the teacher's queue */
    .requests = f->n_requests, .ok = f->ok, .retried = f->retried, .failed = f->failed, .cached = f->cached,
    .wanted = f->requested, .kept = f->kept, .dropped = funnel_n_dropped(f),
    .tokens_in = f->tokens_in, .tokens_out = f->tokens_out, .cost_usd = f->cost_usd, .budget_usd = j->purse.budget_usd,
    .round = (uint32_t)f->n_rounds,
  };
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

void
show_figures(struct job *j, bool now)
{
  int64_t ms = clock_ms();
  struct job_live live;
  double seconds = (double)(ms - j->began_ms) / 1000;

  if (!now && ms - j->shown_ms < SHOW_EVERY_MS)
    return;
  j->shown_ms = ms;
  live = live_of(j);
  board_job(j->board, j->activity, &live);
  show_cells(j);
  board_progress(j->board, j->activity, j->funnel.answered, j->funnel.requested,
                 seconds > 0 ? (double)(j->funnel.answered - j->n_at_start) / seconds : 0);
}

/* "+ label  text", cut to LINE_TEXT. */
static void
show_line(struct job *j, char sign, uint16_t label, const char *text, const char *why)
{
  struct buf line = BUF_INIT;
  size_t n = 0, len, size = strlen(text);

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
  show_line(j, '+', label, text, "");
}

void
show_dropped(struct job *j, uint16_t label, enum drop_reason reason, const char *text, const char *detail)
{
  char *why = xasprintf("%s%s%s", drop_defs[reason].name, *detail ? ": " : "", detail);

  show_line(j, '~', label, text, why);
  free(why);
}

void
show_end(struct job *j)
{
  enum activity_state state = j->result == 0 || j->why.code == ERR_PARTIAL ? ACTIVITY_DONE :
                              j->why.code == ERR_INTERRUPTED ? ACTIVITY_STOPPED : ACTIVITY_FAILED;

  j->n_sent = 0;
  show_figures(j, true);
  board_end(j->board, j->activity, state, j->result == 0 ? "" : j->why.message);
}
