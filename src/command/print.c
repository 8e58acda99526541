#include "command/print.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/utf8.h"

void
grid_init(struct grid *g, const char *headings)
{
  *g = (struct grid){0};
  for (const char *s = headings; *s;) {
    size_t n = strcspn(s, "|");

    ensure(g->n_columns < GRID_COLUMNS);
    g->right[g->n_columns] = n > 0 && s[n - 1] == '>';
    GROW(g->cells, g->cap, g->n + 1);
    g->cells[g->n++] = xstrndup(s, n - g->right[g->n_columns]);
    g->n_columns++;
    s += n + (s[n] == '|');
  }
}

void
grid_cell(struct grid *g, const char *format, ...)
{
  struct buf raw = BUF_INIT, cell = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&raw, format, args);
  va_end(args);
  utf8_printable(&cell, buf_str(&raw), raw.n);
  GROW(g->cells, g->cap, g->n + 1);
  g->cells[g->n++] = buf_take(&cell);
  buf_release(&raw);
}

/* Adds s in so many columns, cut with an ellipsis where it is longer (width 0: not cut). */
static void
add_cut(struct buf *out, const char *s, size_t width)
{
  size_t n = strlen(s), at = 0, used = 0, len;

  if (width == 0 || utf8_columns(s, n) <= width) {
    buf_adds(out, s);
    return;
  }
  while (at < n) {
    size_t w = (size_t)utf8_width(utf8_decode(s + at, n - at, &len));

    if (used + w > width - 1)
      break;
    used += w;
    at += len;
  }
  buf_add(out, s, at);
  buf_adds(out, "…");
}

void
grid_cell_cut(struct grid *g, size_t columns, const char *s)
{
  struct buf safe = BUF_INIT, cell = BUF_INIT;

  utf8_printable(&safe, s, strlen(s));
  add_cut(&cell, buf_str(&safe), columns);
  GROW(g->cells, g->cap, g->n + 1);
  g->cells[g->n++] = buf_take(&cell);
  buf_release(&safe);
}

void
grid_print(const struct grid *g, struct call *c)
{
  size_t widths[GRID_COLUMNS] = {0}, before = 0, columns = (size_t)print_columns(c);
  struct buf line = BUF_INIT;

  for (size_t i = 0; i < g->n; i++) {
    size_t w = utf8_columns(g->cells[i], strlen(g->cells[i]));

    if (w > widths[i % g->n_columns])
      widths[i % g->n_columns] = w;
  }
  for (size_t i = 0; i + 1 < g->n_columns; i++)
    before += widths[i] + 2;
  for (size_t i = 0; i < g->n && !print_broken(c); i++) {
    size_t k = i % g->n_columns, w = utf8_columns(g->cells[i], strlen(g->cells[i]));
    bool last = k + 1 == g->n_columns;

    if (g->right[k])
      buf_addn(&line, ' ', widths[k] - w);
    add_cut(&line, g->cells[i], last && columns > before + 10 ? columns - before : 0);
    if (!g->right[k] && !last)
      buf_addn(&line, ' ', widths[k] - w);
    buf_adds(&line, last ? "\n" : "  ");
    if (last) {
      fwrite(line.s, 1, line.n, c->out);
      buf_clear(&line);
    }
  }
  buf_release(&line);
}

void
grid_answer(const struct grid *g, struct call *c, struct buf *json, size_t n_rows, const char *none)
{
  if (c->json)
    print_json(c, json);
  else if (n_rows)
    grid_print(g, c);
  else
    print_line(c, "%s", none);
}

void
grid_release(struct grid *g)
{
  for (size_t i = 0; i < g->n; i++)
    free(g->cells[i]);
  free(g->cells);
  *g = (struct grid){0};
}

void
print_json(struct call *c, struct buf *b)
{
  buf_addc(b, '\n');
  fwrite(b->s, 1, b->n, c->out);
  buf_clear(b);
}

void
print_line(struct call *c, const char *format, ...)
{
  struct buf raw = BUF_INIT, line = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&raw, format, args);
  va_end(args);
  utf8_printable(&line, buf_str(&raw), raw.n);
  fprintf(c->out, "%s\n", buf_str(&line));
  buf_release(&raw);
  buf_release(&line);
}

int
print_columns(const struct call *c)
{
  struct winsize size;

  if (!c->terminal || ioctl(fileno(c->out), TIOCGWINSZ, &size) < 0)
    return 0;
  return size.ws_col;
}

void
print_usd(struct buf *out, double usd)
{
  if (isnan(usd))
    buf_adds(out, "no price known (retort teacher add --price-in --price-out)");
  else if (usd == 0)
    buf_adds(out, "$0");
  else
    buf_addf(out, usd < 0.01 ? "$%.4f" : "$%.2f", usd);
}

bool
print_broken(const struct call *c)
{
  return ferror(c->out) != 0;
}
