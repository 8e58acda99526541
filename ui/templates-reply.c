/* What else stands in the preview: a reply as it comes, what the parser makes of it, the changes between versions. */
#include "ui/view-templates.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/try.h"

static uint32_t
trial_on_board(struct board *b)
{
  struct activity list[16];
  size_t n = board_live(b, list, N_OF(list));

  for (size_t i = 0; i < n; i++)
    if (list[i].kind == ACTIVITY_OTHER && list[i].state == ACTIVITY_RUNNING && !strcmp(list[i].title, TRY_TITLE))
      return list[i].id;
  return 0;
}

void
templates_show_stream(struct templates *t)
{
  struct board *b = project_board(t->p);
  char *text = board_get_stream(b, trial_on_board(b));

  if (text && t->name && !strcmp(t->name, t->tried)) {
    t->shows = SHOW_REPLY;
    pane_clear(&t->preview);
    pane_str(&t->preview, STYLE_NAME, "the reply as it comes\n");
    pane_str(&t->preview, STYLE_NORMAL, text);
    t->preview.top = INT_MAX;   /* its end */
  }
  free(text);
}

static void
show_labels(struct templates *t, const struct json *labels)
{
  for (const struct json *x = json_first(labels); x; x = json_next(x)) {
    const char *label = json_string(json_get(x, "label")), *why = json_string(json_get(x, "rationale"));
    const char *problem = json_string(json_get(x, "problem"));

    if (label)
      pane_printf(&t->preview, STYLE_GOOD, "the parser reads the label %s\n", *label ? label : "(none)");
    else
      pane_printf(&t->preview, STYLE_ERROR, "the parser reads no label: %s\n", problem ? problem
                  : "it says nothing of this text");
    if (why)
      pane_printf(&t->preview, STYLE_DIM, "because %s\n", why);
  }
}

void
templates_show_reply(struct templates *t, const char *output, int status, const struct err *e)
{
  struct json *j = json_parse(output, strlen(output), NULL, NULL);
  const char *reply = json_string(json_get(j, "reply")), *problem = json_string(json_get(j, "problem"));
  const struct json *texts = json_get(j, "texts"), *labels = json_get(j, "labels");
  char money[PART_TEXT];
  double cost = json_number(json_get(j, "cost_usd"), NAN);
  size_t i = 0;

  pane_clear(&t->preview);
  t->preview.top = 0;
  t->shows = SHOW_REPLY;
  if (!reply) {
    pane_printf(&t->preview, STYLE_ERROR, "%s\n", status ? e->message : "no reply came");
    json_free(j);
    return;
  }
  pane_printf(&t->preview, STYLE_DIM, "request %.0f  %.0f tokens in, %.0f out  %s%s\n\n",
              json_number(json_get(j, "request"), 0),
              json_number(json_path(j, "tokens", "in", NULL), 0), json_number(json_path(j, "tokens", "out", NULL), 0),
              isnan(cost) ? "no price known" : part_money(cost, money),
              json_is_true(json_get(j, "cached")) ? "  (answered before, nothing paid)" : "");
  if (problem)
    pane_printf(&t->preview, STYLE_ERROR, "the parser makes nothing of it: %s\n\n", problem);
  else if (json_size(labels))
    show_labels(t, labels);
  else
    pane_printf(&t->preview, STYLE_GOOD, "the parser finds %zu texts\n", json_size(texts));
  for (const struct json *text = json_first(texts); text; text = json_next(text)) {
    const char *first = json_string(json_get(text, "text")), *second = json_string(json_get(text, "text2"));
    const char *drop = json_string(json_get(text, "dropped"));

    pane_printf(&t->preview, STYLE_DIM, "%3zu ", ++i);
    pane_str(&t->preview, drop ? STYLE_DIM : STYLE_NORMAL, first ? first : "");
    if (second)
      pane_printf(&t->preview, STYLE_NORMAL, "\n    %s", second);
    if (drop)
      pane_printf(&t->preview, STYLE_WARN, "  (would be dropped: %s)", drop);
    pane_str(&t->preview, STYLE_NORMAL, "\n");
  }
  pane_str(&t->preview, STYLE_NAME, "\nthe reply as it came\n");
  pane_str(&t->preview, STYLE_NORMAL, reply);
  json_free(j);
}

#define AROUND 3   /* unchanged lines shown before and after a change */

static bool
is_change(const char *line)
{
  return (*line == '+' || *line == '-') && strncmp(line, "--- ", 4) && strncmp(line, "+++ ", 4);
}

static const char *
next_line(const char *line)
{
  line += strcspn(line, "\n");
  return line + (*line == '\n');
}

/* How many lines it is from here to the next change, the line itself counted 0; AROUND + 1: too many. */
static int
lines_to_change(const char *line)
{
  for (int i = 0; i <= AROUND; i++, line = next_line(line))
    if (!*line)
      return AROUND + 1;
    else if (is_change(line))
      return i;
  return AROUND + 1;
}

void
templates_show_diff(struct templates *t, const char *diff)
{
  int since = AROUND + 1;   /* lines since the last change */
  bool left_out = false;

  pane_clear(&t->preview);
  t->preview.top = 0;
  t->shows = SHOW_DIFF;
  for (const char *next; *diff; diff = next) {
    next = next_line(diff);
    since = is_change(diff) ? 0 : since + 1;
    if (!strncmp(diff, "--- ", 4) || !strncmp(diff, "+++ ", 4)) {
      pane_add(&t->preview, STYLE_DIM, diff, (size_t)(next - diff));
      continue;
    }
    if (since > AROUND && lines_to_change(diff) > AROUND) {
      if (!left_out)
        pane_str(&t->preview, STYLE_DIM, " …\n");
      left_out = true;
      continue;
    }
    left_out = false;
    pane_add(&t->preview, !is_change(diff) ? STYLE_NORMAL : *diff == '+' ? STYLE_ADDED : STYLE_REMOVED, diff,
             (size_t)(next - diff));
  }
}
