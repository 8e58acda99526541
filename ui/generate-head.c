/* The upper half: the job, how it stands, and its figures. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- the job ---- */

struct state_words
generate_state(const struct generate *g, const struct job_item *item)
{
  static const struct state_words of_file[N_JOB_STATES] = {
    [JOB_PLANNED] = {"not begun", STYLE_WARN, NULL}, [JOB_RUNNING] = {"interrupted", STYLE_WARN, NULL},
    [JOB_PAUSED] = {"paused", STYLE_WARN, NULL}, [JOB_DONE] = {"done", STYLE_GOOD, NULL},
    [JOB_STOPPED] = {"stopped", STYLE_WARN, NULL}, [JOB_FAILED] = {"unfinished", STYLE_WARN, NULL},
  };

  if (g->has_live && item->row.id == g->job && g->live.state == ACTIVITY_RUNNING)
    return (struct state_words){"running", STYLE_GOOD, NULL};
  if (g->has_live && item->row.id == g->job && g->live.state == ACTIVITY_PAUSED)
    return (struct state_words){"paused", STYLE_WARN, NULL};
  /* It ended here a moment ago: the file was read before that. */
  if (g->has_live && item->row.id == g->job && item->row.state == JOB_RUNNING && !item->elsewhere)
    return of_file[g->live.state == ACTIVITY_DONE ? JOB_DONE : g->live.state == ACTIVITY_STOPPED ? JOB_STOPPED
                   : JOB_FAILED];
  if (item->elsewhere)
    return (struct state_words){"runs in another process", STYLE_GOOD, NULL};
  if (item->batch && item->row.state == JOB_PAUSED)
    return (struct state_words){"waits for its batch", STYLE_WARN, NULL};
  return of_file[item->row.state];
}

/* Figures of the job: those of the board while it runs, else those of the file. */
static struct job_live
figures_of(const struct generate *g)
{
  const struct funnel *f = &g->funnel;

  if (generate_runs(g))
    return g->live.job;
  return (struct job_live){.requests = f->n_requests, .ok = f->ok, .retried = f->retried, .failed = f->failed,
    .cached = f->cached, .wanted = f->requested, .kept = f->kept, .dropped = funnel_n_dropped(f),
    .tokens_in = f->tokens_in,
    .tokens_out = f->tokens_out, .cost_usd = f->cost_usd, .projected_usd = NAN};
}

static bool
is_under_way(const struct generate *g)
{
  return g->has_live && g->live.state == ACTIVITY_RUNNING;
}

/* What is known of its end: the rate, the time to go, the round. */
static void
end_words(const struct generate *g, const struct job_live *f, char *out, size_t size)
{
  char n[PART_TEXT], m[PART_TEXT], round[40] = "";

  *out = '\0';
  if (f->round > 1)
    snprintf(round, sizeof round, "top-up round %u   ", f->round);
  if (is_under_way(g) && g->live.rate > 0 && g->live.total > g->live.done)
    snprintf(out, size, "%s%s/s   ETA %s ", round, part_short(g->live.rate, n),
             part_seconds((double)(g->live.total - g->live.done) / g->live.rate, m));
  else if (*round)
    snprintf(out, size, "%s", round);
}

static int
draw_progress(const struct generate *g, const struct job_live *f, struct canvas *c, struct area a, int col)
{
  char n[PART_TEXT], m[PART_TEXT];
  uint32_t answered = f->ok + f->cached;

  if (f->failed && !generate_runs(g))
    return canvas_printf(c, a, 0, col, STYLE_BAD, ", %s failed", f->failed < f->requests ? part_count(f->failed, n)
                         : "every request");
  if (f->requests)
    col = canvas_printf(c, a, 0, col + 2, STYLE_NORMAL, "%s", part_percent(answered, f->requests, n));
  if (generate_runs(g) && f->wanted && a.cols >= 90)
    col = canvas_printf(c, a, 0, col + 2, STYLE_NORMAL, "%s of %s texts", part_count(f->kept, n),
                        part_count(f->wanted, m));
  return col;
}

void
generate_head_draw(struct generate *g, const struct job_item *item, struct canvas *c, struct area a)
{
  struct job_live f = figures_of(g);
  struct state_words state = generate_state(g, item);
  char right[160];
  int col = canvas_printf(c, a, 0, 1, STYLE_NAME, "job %u", item->row.id), width;

  end_words(g, &f, right, sizeof right);
  width = (int)strlen(right);
  col = canvas_str(c, a, 0, col + 2, STYLE_BOLD, item->template_name);
  if (a.cols >= 70) {
    col = canvas_str(c, a, 0, col + 2, STYLE_DIM, "teacher");
    col = canvas_str(c, a, 0, col + 1, STYLE_NORMAL, item->teacher_name);
  }
  col = canvas_str(c, a, 0, col + 2, state.style, state.words);
  col = draw_progress(g, &f, c, a, col);
  if (col + width + 1 < a.cols)
    canvas_right(c, a, 0, a.cols - width, width, STYLE_NORMAL, right);
}

/* ---- how it stands ---- */

/* Why it does not go at full speed, in its own words or ours. */
static struct state_words
note_of_running(const struct generate *g, char *out, size_t size)
{
  const struct job_live *f = &g->live.job;
  unsigned stops = board_stops(project_board(g->p), g->live.id);
  char n[PART_TEXT];

  if (stops > 1)
    return (struct state_words){"stopping: what is in flight is given up", STYLE_WARN, NULL};
  if (stops) {
    snprintf(out, size, "stopping: waits for %u repl%s that %s paid for", f->in_flight, f->in_flight == 1 ? "y" : "ies",
             f->in_flight == 1 ? "is" : "are");
    return (struct state_words){out, STYLE_WARN, "x again gives them up"};
  }
  if (g->live.state == ACTIVITY_PAUSED)
    return (struct state_words){*g->live.message ? g->live.message : "paused: what is in flight still comes in",
                                STYLE_WARN,
                                "Space goes on"};
  if (f->held_seconds > 0) {
    snprintf(out, size, "held %s: the endpoint asks to wait", part_seconds(ceil(f->held_seconds), n));
    return (struct state_words){out, STYLE_WARN, NULL};
  }
  if (f->waiting > 0 && f->waiting >= f->in_flight) {
    snprintf(out, size, "%u request%s failed and wait%s for the next try", f->waiting, f->waiting == 1 ? "" : "s",
             f->waiting == 1 ? "s" : "");
    return (struct state_words){out, STYLE_WARN, NULL};
  }
  if (f->allowed_in_flight && f->allowed_in_flight < f->max_in_flight) {
    snprintf(out, size, "slowed to %u of %u in flight: the endpoint said that it is too much", f->allowed_in_flight,
             f->max_in_flight);
    return (struct state_words){out, STYLE_WARN, NULL};
  }
  return (struct state_words){g->live.message, STYLE_DIM, NULL};
}

/* What a command says of its options in parentheses is a key here. */
static const char *
without_options(const char *message, char *out, size_t size)
{
  const char *option = strstr(message, " (--");

  if (!option)
    return message;
  snprintf(out, size, "%.*s", (int)(option - message), message);
  return out;
}

struct state_words
generate_note(const struct generate *g, const struct job_item *item, char *out, size_t size)
{
  const char *message = item->row.message ? item->row.message : "", *hint = generate_unfinished(g) ? "r goes on" : NULL;

  if (generate_runs(g))
    return note_of_running(g, out, size);
  if (item->batch && item->row.state == JOB_PAUSED)
    hint = "r collects what is there";
  return (struct state_words){without_options(message, out, size), STYLE_WARN, *message ? hint : NULL};
}

/* ---- figures ---- */

/* A word that does not fit is left out, and so are those behind it. */
void
generate_say(struct generate_words *w, const char *name, enum style s, const char *format, ...)
{
  char value[160];
  va_list args;
  int width;

  va_start(args, format);
  vsnprintf(value, sizeof value, format, args);
  va_end(args);
  width = canvas_width(name, strlen(name)) + 1 + canvas_width(value, strlen(value));
  if (w->col + width > w->a.cols) {
    w->col = w->a.cols;
    return;
  }
  w->col = canvas_str(w->c, w->a, w->row, w->col, STYLE_DIM, name);
  w->col = canvas_str(w->c, w->a, w->row, w->col + 1, s, value) + 3;
}

/* "3 (429 ×2, timeout ×1)" */
static void
say_retried(struct generate_words *w, const struct job_live *f)
{
  const struct { const char *name; uint32_t n; } why[] = {
    {"429", f->rate_limited}, {"timeout", f->timeouts}, {"5xx", f->server_errors}, {"reset", f->resets},
  };
  /* not earlier */
  const char *since = f->rate_limited + f->timeouts + f->server_errors + f->resets < f->retried ? "this run: " : "";
  char words[120] = "";
  size_t at = 0;

  for (size_t i = 0; i < sizeof why / sizeof *why; i++)
    if (why[i].n && at < sizeof words)
      at += (size_t)snprintf(words + at, sizeof words - at, "%s%s ×%u", at ? ", " : "", why[i].name, why[i].n);
  if (at && w->col + (int)strlen("tried again 1000 (this run: )") + canvas_width(words, at) < w->a.cols)
    generate_say(w, "tried again", STYLE_NORMAL, "%u (%s%s)", f->retried, since, words);
  else
    generate_say(w, "tried again", STYLE_NORMAL, "%u", f->retried);
}

static void
say_in_flight(struct generate_words *w, const struct job_live *f)
{
  int digits = snprintf(NULL, 0, "%u", f->max_in_flight);   /* so that the rest of the line stays where it is */

  generate_say(w, "in flight", STYLE_NORMAL, "%*u of %u", digits, f->in_flight, f->max_in_flight);
}

static void
say_requests(struct generate_words *w, const struct job_live *f)
{
  char n[PART_TEXT], m[PART_TEXT];

  generate_say(w, "requests", STYLE_NORMAL, "%s of %s", part_count(f->ok + f->cached, n), part_count(f->requests, m));
}

static void
say_cost(struct generate_words *w, const struct job_live *f)
{
  char n[PART_TEXT], m[PART_TEXT];

  if (f->budget_usd > 0)
    generate_say(w, "cost", STYLE_NORMAL, "%s of %s", part_money(f->cost_usd, n), part_money(f->budget_usd, m));
  else
    generate_say(w, "cost", STYLE_NORMAL, "%s", isnan(f->cost_usd) ? "no price known" : part_money(f->cost_usd, n));
}

static void
say_tokens(struct generate_words *w, const struct job_live *f)
{
  char n[PART_TEXT], m[PART_TEXT], k[PART_TEXT];

  if (f->token_limit)
    generate_say(w, "tokens", STYLE_NORMAL, "%s in, %s out of %s", part_short((double)f->tokens_in, n),
                 part_short((double)f->tokens_out, m), part_short((double)f->token_limit, k));
  else
    generate_say(w, "tokens", STYLE_NORMAL, "%s in, %s out", part_short((double)f->tokens_in, n),
                 part_short((double)f->tokens_out, m));
}

static void
say_limits(struct generate_words *w, const struct generate *g, const struct job_live *f)
{
  char n[PART_TEXT], m[PART_TEXT];

  if (f->request_limit)
    generate_say(w, "requests at most", STYLE_NORMAL, "%s", part_count(f->request_limit, n));
  if (f->seconds_limit > 0)
    generate_say(w, "time", STYLE_NORMAL, "%s of %s", part_seconds(g->live.seconds, n),
                 part_seconds(f->seconds_limit, m));
}

static void
say_spent(struct generate_words *w, const struct generate *g, const struct job_live *f)
{
  char n[PART_TEXT];

  say_cost(w, f);
  if (f->kept && f->cost_usd > 0)
    generate_say(w, "per 1 000 kept", STYLE_NORMAL, "%s", part_money(1000 * f->cost_usd / f->kept, n));
  if (generate_runs(g) && f->projected_usd > 0)
    generate_say(w, "in all about", STYLE_NORMAL, "%s", part_money(f->projected_usd, n));
  say_tokens(w, f);
}

void
generate_figures_draw(struct generate *g, struct canvas *c, struct area a)
{
  struct job_live f = figures_of(g);
  struct generate_words w = {c, a, 0, 1};

  if (generate_runs(g))
    say_in_flight(&w, &f);
  say_requests(&w, &f);
  generate_say(&w, "failed", f.failed ? STYLE_BAD : STYLE_NORMAL, "%u", f.failed);
  if (a.rows < 2) {
    say_cost(&w, &f);
    say_tokens(&w, &f);
    return;
  }
  say_retried(&w, &f);
  if (f.cached)
    generate_say(&w, "answered before", STYLE_NORMAL, "%u", f.cached);
  say_limits(&w, g, &f);
  w.row = 1;
  w.col = 1;
  say_spent(&w, g, &f);
}
