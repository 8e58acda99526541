/* What a job would take, as a dry run or a probe says, over the view. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define PLURAL(n) ((n) == 1 ? "" : "s")

/* ---- taken over ---- */

static double
number_of(const struct json *j)
{
  return json_number(j, NAN);
}

static void
take_range(const struct json *j, const char *key, double range[2])
{
  const struct json *pair = json_path(j, "interval", key, NULL);

  range[0] = number_of(json_at(pair, 0));
  range[1] = number_of(json_at(pair, 1));
}

void
generate_estimate_take(struct estimate_shown *x, const struct json *j)
{
  *x = (struct estimate_shown){
    .requests = number_of(json_get(j, "requests")), .cached = number_of(json_get(j, "cached")),
    .texts = number_of(json_get(j, "texts")), .tokens_in = number_of(json_path(j, "tokens", "in", NULL)),
    .tokens_out = number_of(json_path(j, "tokens", "out", NULL)), .cost_usd = number_of(json_get(j, "cost_usd")),
    .bound_usd = number_of(json_get(j, "cost_bound_usd")), .requests_bound = number_of(json_get(j, "requests_bound")),
    .yield = number_of(json_get(j, "yield")), .replies = json_number(json_path(j, "interval", "replies", NULL), 0),
    .probed = number_of(json_get(j, "probed")), .job = json_number(json_get(j, "job"), 0),
  };
  take_range(j, "tokens_in", x->tokens_in_range);
  take_range(j, "tokens_out", x->tokens_out_range);
  take_range(j, "cost_usd", x->cost_range_usd);
}

/* ---- shown ---- */

static void
say_texts(const struct estimate_shown *x, bool annotates, struct pane *p)
{
  char n[PART_TEXT], m[PART_TEXT];

  part_row(p, annotates ? "labels" : "asks for", STYLE_NORMAL, "%s text%s in %s request%s", part_count(x->texts, n), PLURAL(x->texts),
           part_count(x->requests, m), PLURAL(x->requests));
  if (x->cached > 0)
    part_row(p, "", STYLE_NORMAL, "%s of them are answered: not sent, not paid again", part_count(x->cached, n));
  if (x->requests_bound > x->requests)
    part_row(p, "", STYLE_NORMAL, "at most %s requests, if topping up has to go as far as it may",
             part_count(x->requests_bound, n));
  if (isfinite(x->yield))
    part_row(p, "", STYLE_NORMAL, "of the texts that this template asked for, %s were kept",
             part_percent(x->yield, 1, n));
}

/* " (1 400 to 1 500)", where there is something between. */
static const char *
range_words(const double range[2], const char *(*say)(double x, char out[PART_TEXT]), char *out, size_t size)
{
  char a[PART_TEXT], b[PART_TEXT];

  *out = '\0';
  if (strcmp(say(range[0], a), say(range[1], b)))
    snprintf(out, size, " (%s to %s)", a, b);
  return out;
}

static void
say_tokens(const struct estimate_shown *x, struct pane *p)
{
  char n[PART_TEXT], range[3 * PART_TEXT];

  part_row(p, "tokens", STYLE_NORMAL, "in about %s%s", part_short(x->tokens_in, n),
           range_words(x->tokens_in_range, part_short, range, sizeof range));
  part_row(p, "", STYLE_NORMAL, "out about %s%s", part_short(x->tokens_out, n),
           range_words(x->tokens_out_range, part_short, range, sizeof range));
}

static void
say_cost(const struct estimate_shown *x, struct pane *p)
{
  char n[PART_TEXT], range[3 * PART_TEXT];

  if (!isfinite(x->cost_usd)) {
    part_row(p, "cost", STYLE_WARN, "not known: this teacher has no price; limit tokens or requests");
    return;
  }
  if (x->cost_usd == 0 && x->bound_usd == 0) {
    part_row(p, "cost", STYLE_BOLD, "nothing");
    return;
  }
  part_row(p, "cost", STYLE_BOLD, "about %s%s", part_money(x->cost_usd, n),
           range_words(x->cost_range_usd, part_money, range, sizeof range));
  if (isfinite(x->bound_usd))
    part_row(p, "", STYLE_NORMAL, "never more than %s", part_money(x->bound_usd, n));
  else
    part_row(p, "", STYLE_WARN, "no upper bound: the template has no max_tokens, the job no limit");
  if (x->replies > 0)
    part_row(p, "", STYLE_DIM, "95 %% intervals, by the lengths of %s repl%s", part_count(x->replies, n),
             x->replies == 1 ? "y" : "ies");
  else
    part_row(p, "", STYLE_DIM, "by the lengths of texts in the corpus; a probe knows better");
}

#define ESTIMATE_ROWS 15

void
generate_estimate_draw(struct generate *g, struct canvas *c, struct area a)
{
  const struct estimate_shown *x = &g->estimate;
  bool probed = x->probed > 0;
  struct area box, foot;
  struct pane p;
  int col = 1;

  box = canvas_box(c, part_middle(a, ESTIMATE_ROWS, 84), STYLE_RULE, probed ? "A probe was sent"
                   : "Nothing is sent yet");
  foot = area_rows(box, box.rows - 1, 1);
  pane_init(&p);
  say_texts(x, !strcmp(g->work, "annotate"), &p);
  say_tokens(x, &p);
  say_cost(x, &p);
  part_row(&p, "command", STYLE_DIM, "%s", g->line);
  pane_draw(&p, c, area_cols(area_rows(box, 0, box.rows - 1), 1, box.cols - 2));
  pane_release(&p);
  col = canvas_str(c, foot, 0, col, STYLE_KEY, "Enter");
  col = canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, probed ? "go on with it" : "start");
  if (!probed) {
    col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "p");
    col = canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "probe with 5 requests");
  }
  col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "Esc");
  canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "back");
}
