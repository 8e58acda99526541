#include "ui/parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/teacher_store.h"

/* ---- figures ---- */

static const char *
unknown(char out[PART_TEXT])
{
  snprintf(out, PART_TEXT, "–");
  return out;
}

const char *
part_count(double n, char out[PART_TEXT])
{
  char digits[PART_TEXT];
  size_t at = 0, len;

  if (!isfinite(n) || fabs(n) > 1e15)
    return unknown(out);
  len = (size_t)snprintf(digits, sizeof digits, "%.0f", n);
  for (size_t i = 0; i < len; i++) {
    if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
      out[at++] = ' ';
    out[at++] = digits[i];
  }
  out[at] = '\0';
  return out;
}

const char *
part_short(double n, char out[PART_TEXT])
{
  static const char letters[] = {'k', 'M', 'G', 'T'};
  int step = -1;

  if (!isfinite(n))
    return unknown(out);
  if (n < 9999.5)
    return part_count(n, out);
  for (; n >= 999.5 && step + 1 < (int)N_OF(letters); step++)
    n /= 1000;
  snprintf(out, PART_TEXT, n < 9.95 ? "%.1f%c" : "%.0f%c", n, letters[step]);
  return out;
}

const char *
part_money(double usd, char out[PART_TEXT])
{
  if (!isfinite(usd))
    return unknown(out);
  if (usd == 0)
    snprintf(out, PART_TEXT, "$0");
  else if (usd < .00001)
    snprintf(out, PART_TEXT, "<$0.00001");
  else if (usd < .001)
    snprintf(out, PART_TEXT, "$%.5f", usd);
  else if (usd < .01)
    snprintf(out, PART_TEXT, "$%.4f", usd);
  else if (usd < .1)
    snprintf(out, PART_TEXT, "$%.3f", usd);
  else
    snprintf(out, PART_TEXT, "$%.2f", usd);
  return out;
}

const char *
part_score(double x, char out[PART_TEXT])
{
  char digits[PART_TEXT];

  if (!isfinite(x))
    return unknown(out);
  if (x >= .9995) {
    snprintf(out, PART_TEXT, "%.2f", x);
    return out;
  }
  snprintf(digits, sizeof digits, "%.3f", x < 0 ? 0 : x);
  snprintf(out, PART_TEXT, "%s", digits + 1);
  return out;
}

const char *
part_points(double x, char out[PART_TEXT])
{
  if (!isfinite(x))
    return unknown(out);
  if (fabs(x) < .0005)
    snprintf(out, PART_TEXT, "0.0");
  else
    snprintf(out, PART_TEXT, "%s%.1f", x < 0 ? "−" : "+", fabs(x) * 100);
  return out;
}

const char *
part_p(double p, char out[PART_TEXT])
{
  if (!isfinite(p))
    return unknown(out);
  if (p < .001)
    snprintf(out, PART_TEXT, "p <.001");
  else if (p > .995)
    snprintf(out, PART_TEXT, "p 1");
  else
    snprintf(out, PART_TEXT, "p .%0*.0f", p < .0995 ? 3 : 2, p * (p < .0995 ? 1000 : 100));
  return out;
}

const char *
part_percent(double part, double whole, char out[PART_TEXT])
{
  if (!(whole > 0))
    return unknown(out);
  /* 100 % is said of all, and only of all. */
  part = part >= whole ? 100 : fmin(99, floor(100 * part / whole + .5));
  snprintf(out, PART_TEXT, "%.0f %%", part);
  return out;
}

const char *
part_seconds(double s, char out[PART_TEXT])
{
  if (!isfinite(s) || s < 0)
    return unknown(out);
  if (s < 1)
    snprintf(out, PART_TEXT, "%.1f s", s);
  else if (s < 100)
    snprintf(out, PART_TEXT, "%.0f s", s);
  else if (s < 3600)
    snprintf(out, PART_TEXT, "%.0f min", s / 60);
  else if (s < 100 * 3600)
    snprintf(out, PART_TEXT, "%.0f h %02d min", floor(s / 3600), (int)(fmod(s, 3600) / 60));
  else
    snprintf(out, PART_TEXT, "%.0f days", s / 86400);
  return out;
}

/* ---- tabs and titles ---- */

static int
tab_width(const struct part_tab *t)
{
  char n[PART_TEXT];
  int width = canvas_width(t->name, strlen(t->name)) + 2;

  if (isfinite(t->n))
    width += 1 + (int)strlen(part_short(t->n, n));
  return width;
}

void
part_tabs_draw(struct canvas *c, struct area a, const struct part_tab *tabs, size_t n, size_t at, bool focus)
{
  char words[PART_TEXT];
  int col = 1;

  canvas_hline(c, a, 0, STYLE_RULE);
  for (size_t i = 0; i < n; i++) {
    const char *key = tabs[i].key && *tabs[i].key ? strstr(tabs[i].name, tabs[i].key) : NULL;
    enum style s = i == at ? focus ? STYLE_TAB_HERE : STYLE_BOLD : STYLE_TAB;
    int begin = col;

    canvas_put(c, a, 0, col++, s, ' ');
    col = canvas_str(c, a, 0, col, s, tabs[i].name);
    if (key && i != at)
      canvas_restyle(c, a, 0, begin + 1 + (int)(key - tabs[i].name), 1, STYLE_KEY);
    if (isfinite(tabs[i].n)) {
      canvas_put(c, a, 0, col++, s, ' ');
      col = canvas_str(c, a, 0, col, i == at ? s : STYLE_DIM, part_short(tabs[i].n, words));
    }
    canvas_put(c, a, 0, col++, s, ' ');
    col++;
  }
}

int
part_tabs_hit(const struct part_tab *tabs, size_t n, int col)
{
  int begin = 1;

  for (size_t i = 0; i < n; i++) {
    int width = tab_width(&tabs[i]);

    if (col >= begin && col < begin + width)
      return (int)i;
    begin += width + 1;
  }
  return -1;
}

void
part_title(struct canvas *c, struct area a, const char *title, bool focus)
{
  canvas_fit(c, a, 0, 1, a.cols - 2, focus ? STYLE_NAME : STYLE_HEAD, title, strlen(title));
}

/* One line with `keys` between back quotes drawn as keys; returns its width when c is NULL. */
static int
line_with_keys(struct canvas *c, struct area a, int row, int col, enum style s, const char *text, size_t n)
{
  bool key = false;

  for (const char *end = text + n; text < end; key = !key) {
    const char *mark = memchr(text, '`', (size_t)(end - text));
    size_t len = mark ? (size_t)(mark - text) : (size_t)(end - text);

    if (c)
      col = canvas_text(c, a, row, col, key ? STYLE_KEY : s, text, len);
    else
      col += canvas_width(text, len);
    text += len + (mark != NULL);
  }
  return col;
}

void
part_empty(struct canvas *c, struct area a, const char *text)
{
  int n = 1, row, width = 0, col;

  for (const char *s = text; *s; s++)
    n += *s == '\n';
  for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
    int w = line_with_keys(NULL, a, 0, 0, STYLE_NORMAL, s, strcspn(s, "\n"));

    width = w > width ? w : width;
  }
  row = a.rows > n + 2 ? (a.rows - n) / 3 : 0;
  col = a.cols > width + 2 ? (a.cols - width) / 2 : 1;
  for (bool first = true; *text; first = false, row++) {
    size_t len = strcspn(text, "\n");

    line_with_keys(c, a, row, col, first ? STYLE_BOLD : STYLE_NORMAL, text, len);
    text += len + (text[len] == '\n');
  }
}

/* ---- intervals ---- */

void
part_whisker(struct canvas *c, struct area a, int row, int col, int width, double from, double to, double lo, double mid,
             double hi, enum style s)
{
  double values[3] = {lo, mid, hi};
  int at[3];

  if (width < 3 || !(to > from))
    return;
  for (int i = 0; i < 3; i++) {
    double x = isfinite(values[i]) ? (values[i] - from) / (to - from) : (mid - from) / (to - from);

    at[i] = (int)(fmin(fmax(x, 0), 1) * (width - 1) + .5);
  }
  for (int i = at[0]; i <= at[2]; i++)
    canvas_put(c, a, row, col + i, s, i == at[0] ? 0x251c : i == at[2] ? 0x2524 : 0x2500);
  canvas_put(c, a, row, col + at[1], s, 0x25cf);
}

/* ---- forms and panes ---- */

size_t
part_rows(struct option **rows, const char *command, const char *names)
{
  const struct command *row = command_find(command);
  size_t n = 0, len;

  *rows = xcalloc(strlen(names) / 2 + 1, sizeof **rows);
  for (const char *s = names; *s; s += len, s += strspn(s, " ")) {
    char name[64];
    const struct option *o;

    len = strcspn(s, " ");
    snprintf(name, sizeof name, "%.*s", (int)len, s);
    o = row && row->options ? option_find(row->options, name) : NULL;
    if (o)
      (*rows)[n++] = *o;
  }
  return n;
}

char *
part_teachers(struct project *p)
{
  struct teacher_row *rows = NULL;
  struct buf out = BUF_INIT;
  struct err e = {0};
  size_t n = 0;

  if (teacher_store_list(p, &rows, &n, &e) == 0) {
    for (size_t i = 0; i < n; i++)
      buf_addf(&out, "%s%s", i ? "|" : "", rows[i].name);
    teacher_rows_free(rows, n);
  }
  return buf_take(&out);
}

struct area
part_middle(struct area a, int rows, int cols)
{
  rows = rows > a.rows ? a.rows : rows;
  cols = cols > a.cols ? a.cols : cols;
  return area_cols(area_rows(a, (a.rows - rows) / 3, rows), (a.cols - cols) / 2, cols);
}

void
part_row(struct pane *p, const char *name, enum style s, const char *format, ...)
{
  struct buf words = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&words, format, args);
  va_end(args);
  pane_printf(p, STYLE_DIM, "%-10s ", name);
  pane_add(p, s, buf_str(&words), words.n);
  pane_str(p, STYLE_NORMAL, "\n");
  buf_release(&words);
}

void
part_follow(struct list *l, size_t n)
{
  bool at_end = l->n == 0 || l->at + 1 >= l->n;

  if (at_end) {
    l->n = n;
    list_go(l, n ? n - 1 : 0);
  } else {
    list_keep(l, n, l->at);
  }
}
