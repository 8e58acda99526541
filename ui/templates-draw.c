#include "ui/view-templates.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LIST_COLS 22
#define WIDE 100                /* columns from which the list stands beside the rest */
#define SIDE 76                 /* ... the text beside the preview */

/* ---- the list ---- */

static void
draw_row_narrow(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct template_item *item = &((struct templates *)arg)->items[i];
  char version[PART_TEXT];
  int width;

  (void)here;
  snprintf(version, sizeof version, "v%u", item->version);
  width = (int)strlen(version);
  canvas_fit(c, a, 0, 1, a.cols - width - 3, STYLE_NORMAL, item->name, strlen(item->name));
  canvas_right(c, a, 0, a.cols - width - 1, width, STYLE_DIM, version);
}

static void
draw_row_wide(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct template_item *item = &((struct templates *)arg)->items[i];
  char n[PART_TEXT];
  int col = canvas_fit(c, a, 0, 1, a.cols - 44 > 10 ? a.cols - 44 : 10, STYLE_NORMAL, item->name, strlen(item->name));

  (void)here;
  canvas_printf(c, a, 0, col + 1, STYLE_DIM, "v%u", item->version);
  canvas_right(c, a, 0, col + 6, 9, STYLE_NUMBER, part_count(item->made, n));
  canvas_right(c, a, 0, col + 16, 10, STYLE_NUMBER, part_percent(item->accepted, item->made, n));
  canvas_right(c, a, 0, col + 27, 10, STYLE_NUMBER, part_money(item->cost_usd, n));
}

static void
draw_list_head(struct canvas *c, struct area a, bool focus)
{
  int col = 1 + (a.cols - 44 > 10 ? a.cols - 44 : 10);

  part_title(c, area_cols(a, 0, col), "templates", focus);
  canvas_right(c, a, 0, col + 6, 9, STYLE_HEAD, "samples");
  canvas_right(c, a, 0, col + 16, 10, STYLE_HEAD, "accepted");
  canvas_right(c, a, 0, col + 27, 10, STYLE_HEAD, "cost");
}

/* What is known of the selected one, under the list that stands beside the rest. */
static void
draw_details(struct templates *t, struct canvas *c, struct area a)
{
  const struct template_item *item = templates_selected(t);
  char n[PART_TEXT];
  int row = 1;

  if (!item || a.rows < 6)
    return;
  canvas_hline(c, a, 0, STYLE_RULE);
  canvas_printf(c, a, row++, 1, STYLE_NORMAL, "%u version%s", item->n_versions, item->n_versions == 1 ? "" : "s");
  canvas_printf(c, a, row++, 1, STYLE_NORMAL, "%s samples made", part_count(item->made, n));
  if (item->made)
    canvas_printf(c, a, row++, 1, STYLE_NORMAL, "%s accepted", part_percent(item->accepted, item->made, n));
  canvas_printf(c, a, row++, 1, STYLE_NORMAL, "%s paid", part_money(item->cost_usd, n));
}

static void
draw_list(struct templates *t, struct canvas *c, struct area a, bool beside)
{
  bool focus = t->pane == PANE_LIST && !t->editing;

  if (beside) {
    int rows = a.rows - 1 - 6 > (int)t->n ? (int)t->n : a.rows - 7 > 2 ? a.rows - 7 : a.rows - 1;

    part_title(c, area_rows(a, 0, 1), "templates", focus);
    t->list_area = area_rows(a, 1, rows);
    list_draw(&t->list, c, t->list_area, focus, draw_row_narrow, t);
    draw_details(t, c, area_rows(a, 2 + rows, 6));
    return;
  }
  draw_list_head(c, area_rows(a, 0, 1), focus);
  t->list_area = area_rows(a, 1, a.rows - 1);
  list_draw(&t->list, c, t->list_area, focus, draw_row_wide, t);
}

/* ---- the text ---- */

static void
draw_text_title(struct templates *t, struct canvas *c, struct area a, bool focus)
{
  const struct template_item *item = templates_selected(t);
  uint32_t newest = item ? item->version : t->base_version;
  int col = canvas_str(c, a, 0, 1, focus ? STYLE_NAME : STYLE_HEAD, t->name);

  col = canvas_printf(c, a, 0, col + 1, STYLE_DIM, "v%u", t->base_version);
  if (t->is_draft)
    col = canvas_printf(c, a, 0, col + 2, STYLE_WARN, t->editing ? "* C-s saves it as v%u" : "* changed, not saved",
                        newest + 1);
  else if (t->base_version < newest)
    col = canvas_printf(c, a, 0, col + 2, STYLE_WARN, "v%u is the newest", newest);
  else if (t->editing)
    col = canvas_str(c, a, 0, col + 2, STYLE_DIM, "editing");
}

/* The message without the name of the template before it. */
static const char *
why(const struct templates *t)
{
  const char *message = t->mistake.message, *colon;

  if (!t->mistake_line)
    return message;
  for (int i = 0; i < 3 && (colon = strchr(message, ':')); i++)
    message = colon + 1;
  return message + strspn(message, " ");
}

static void
draw_text(struct templates *t, struct canvas *c, struct area a)
{
  bool focus = t->pane == PANE_TEXT || t->editing, says = t->mistake.code || t->warning[0];
  struct area foot = area_rows(a, a.rows - 2, 2);
  char words[1100];
  size_t n, next;

  t->text_area = (struct area){0};
  if (a.rows < 2 || a.cols < 8 || !t->name)
    return;
  draw_text_title(t, c, area_rows(a, 0, 1), focus);
  t->text_area = area_cols(area_rows(a, 1, a.rows - 1 - (says ? 2 : 0)), 1, a.cols - 2);
  editor_draw(&t->editor, c, t->text_area, t->styles, focus);
  if (!says)
    return;
  if (t->mistake.code && t->mistake_line)
    snprintf(words, sizeof words, "line %d, column %d: %s", t->mistake_line, t->mistake_column, why(t));
  else
    snprintf(words, sizeof words, "%s", t->mistake.code ? why(t) : t->warning);
  foot = area_cols(foot, 1, a.cols - 2);
  n = canvas_wrap(words, strlen(words), foot.cols, &next);
  canvas_text(c, foot, 0, 0, t->mistake.code ? STYLE_ERROR : STYLE_WARN, words, n);
  canvas_fit(c, foot, 1, 0, foot.cols, t->mistake.code ? STYLE_ERROR : STYLE_WARN, words + next, strlen(words + next));
}

/* ---- the preview ---- */

static void
draw_preview(struct templates *t, struct canvas *c, struct area a)
{
  static const char *const titles[] = {"as it is sent", "tried once (Esc: the prompt)", "changes (Esc: the prompt)"};
  struct area foot = area_rows(a, a.rows - 1, 1);
  char n[PART_TEXT], m[PART_TEXT], money[PART_TEXT], asking[100];
  bool focus = t->pane == PANE_PREVIEW && !t->editing;
  int col;

  t->preview_area = (struct area){0};
  if (a.rows < 3 || a.cols < 8 || !t->name)
    return;
  snprintf(asking, sizeof asking, "asking %.60s … (Esc stops)", t->teacher ? t->teacher : "");
  part_title(c, area_rows(a, 0, 1), t->asking ? asking : t->mistake.code && t->shows == SHOW_PROMPT
             ? "as it was before the mistake" : titles[t->shows], focus);
  t->preview_area = area_cols(area_rows(a, 1, a.rows - 2), 1, a.cols - 2);
  pane_draw(&t->preview, c, t->preview_area);
  if (t->shows != SHOW_PROMPT)
    return;
  col = canvas_printf(c, foot, 0, 1, STYLE_DIM, "about %s tokens, reply %s", part_count((double)t->tokens_in, n),
                      part_count((double)t->tokens_out, m));
  if (t->teacher && isnan(t->cost_usd))
    canvas_str(c, foot, 0, col, STYLE_DIM, ", no price known");
  else if (t->teacher)
    canvas_printf(c, foot, 0, col, STYLE_DIM, ", %s%s", part_money(t->cost_usd, money), a.cols > 50 ? " a request"
                  : "");
}

/* ---- together ---- */

static void
draw_wide(struct templates *t, struct canvas *c, struct area a)
{
  int list = a.cols > 160 ? LIST_COLS + 8 : LIST_COLS, text = (a.cols - list - 2) / 2;
  struct area rest = area_cols(a, list + 1, a.cols - list - 1);

  canvas_vline(c, a, list, STYLE_RULE);
  draw_list(t, c, area_cols(a, 0, list), true);
  draw_text(t, c, area_cols(rest, 0, text));
  canvas_vline(c, rest, text, STYLE_RULE);
  draw_preview(t, c, area_cols(rest, text + 1, rest.cols - text - 1));
}

/* The list above, three rows of it at the most while a text is read or written. */
static void
draw_narrow(struct templates *t, struct canvas *c, struct area a)
{
  int most = t->pane == PANE_LIST && !t->editing ? a.rows / 3 : a.rows < 18 ? 0 : 3;
  int rows = (int)t->n < most ? (int)t->n : most, used = rows ? rows + 2 : 0, half;
  struct area rest = area_rows(a, used, a.rows - used);

  t->list_area = (struct area){0};
  if (rows) {
    draw_list(t, c, area_rows(a, 0, rows + 1), false);
    canvas_hline(c, a, rows + 1, STYLE_RULE);
  }
  if (a.cols >= SIDE) {
    half = a.cols / 2;
    canvas_vline(c, rest, half, STYLE_RULE);
    draw_text(t, c, area_cols(rest, 0, half));
    draw_preview(t, c, area_cols(rest, half + 1, rest.cols - half - 1));
    return;
  }
  half = rest.rows / 2;
  draw_text(t, c, area_rows(rest, 0, half));
  canvas_hline(c, rest, half, STYLE_RULE);
  draw_preview(t, c, area_rows(rest, half + 1, rest.rows - half - 1));
}

void
templates_draw(struct templates *t, struct canvas *c, struct area a)
{
  t->view_area = a;
  if (!t->loaded_ms)
    return;
  if (t->n == 0)
    part_empty(c, a, "No template yet\n"
                     "A template says what a teacher is asked for:\n"
                     "a chat with {{ label }} and attributes in it.\n"
                     "`n` begins one with a text that works as it is.");
  else if (a.cols >= WIDE)
    draw_wide(t, c, a);
  else
    draw_narrow(t, c, a);
}
