/* What stands on the lines of a chart: marks, letters, notes. */
#include <math.h>
#include <string.h>

#include "ui/chart-inside.h"

bool
chart_has_marks(const struct series *s, const struct plot *p)
{
  size_t n = 0;

  for (size_t i = 0; s->marks && i < s->n; i++)
    n += isfinite(s->y[i]) && s->x[i] >= p->x_min && s->x[i] <= p->x_max;
  return n > 0 && n * 3 <= (size_t)p->area.cols;
}

/* Upright from the least to the greatest of what a point may be. */
void
chart_intervals(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (size_t s = 0; s < ch->n_series; s++) {
    const struct series *series = &ch->series[s];

    for (size_t i = 0; series->lo && series->hi && i < series->n; i++) {
      int from, to, col;

      if (!chart_usable(ch, series->x[i], series->lo[i]) || !chart_usable(ch, series->x[i], series->hi[i])
          || series->x[i] < p->x_min || series->x[i] > p->x_max)
        continue;
      col = chart_dot_x(p, series->x[i]) / p->per_x;
      from = chart_row_of(ch, p, series->hi[i]) / p->per_y;
      to = chart_row_of(ch, p, series->lo[i]) / p->per_y;
      for (int row = from; row <= to; row++)
        canvas_put(c, p->area, row, col, STYLE_DIM, row == from && from < to ? 0x252c : row == to && from < to ? 0x2534
                                                                                     : 0x2502);
    }
  }
}

/* The first letter of its name at the end of each line: tells them apart without colour. */
void
chart_ends(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (size_t s = 0; s < ch->n_series && ch->n_series > 1; s++) {
    const struct series *series = &ch->series[s];
    size_t i = series->n;
    int col;

    while (i > 0 && (!chart_usable(ch, series->x[i - 1], series->y[i - 1]) || series->x[i - 1] > p->x_max))
      i--;
    if (i == 0 || chart_has_marks(series, p) || series->x[i - 1] < p->x_min)
      continue;
    col = chart_dot_x(p, series->x[i - 1]) / p->per_x + 1;
    canvas_put(c, p->area, chart_row_of(ch, p, series->y[i - 1]) / p->per_y,
               col < p->area.cols ? col : p->area.cols - 1, series->style, (unsigned char)series->letter);
  }
}

uint32_t
chart_mark_of(const struct series *s, const struct canvas *c)
{
  return c->ascii || s->letters ? (unsigned char)s->letter : 0x25cf;
}

#define LETTER_EVERY 14  /* columns */

/* Its letter along a line of many points: not in the same columns as those of others. */
static void
draw_letters(const struct chart *ch, const struct plot *p, struct canvas *c, size_t s)
{
  const struct series *series = &ch->series[s];
  int next = (int)(s * 5 % LETTER_EVERY);

  for (size_t i = 0; i < series->n; i++) {
    int col;

    if (!chart_usable(ch, series->x[i], series->y[i]) || series->x[i] < p->x_min || series->x[i] > p->x_max)
      continue;
    col = chart_dot_x(p, series->x[i]) / p->per_x;
    if (col < next)
      continue;
    canvas_put(c, p->area, chart_row_of(ch, p, series->y[i]) / p->per_y, col, series->style,
               (unsigned char)series->letter);
    next = col + LETTER_EVERY;
  }
}

static bool
is_letter(const struct plot *p, const struct canvas *c, int row, int col)
{
  uint32_t at = c->cells[(size_t)(p->area.row + row) * (size_t)c->cols + (size_t)(p->area.col + col)].c;

  return (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z');
}

/* Where several letters would stand in one place, the later ones stand right of it. */
static int
free_column(const struct plot *p, const struct canvas *c, int row, int col)
{
  int to = col;

  while (to + 1 < p->area.cols && is_letter(p, c, row, to))
    to++;
  return is_letter(p, c, row, to) ? col : to;
}

void
chart_marks(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (size_t s = 0; s < ch->n_series; s++) {
    const struct series *series = &ch->series[s];

    if (series->letters && !chart_has_marks(series, p)) {
      draw_letters(ch, p, c, s);
      continue;
    }
    for (size_t i = 0; chart_has_marks(series, p) && i < series->n; i++)
      if (chart_usable(ch, series->x[i], series->y[i]) && series->x[i] >= p->x_min && series->x[i] <= p->x_max) {
        int row = chart_row_of(ch, p, series->y[i]) / p->per_y, col = chart_dot_x(p, series->x[i]) / p->per_x;

        canvas_put(c, p->area, row, series->loose && series->letters ? free_column(p, c, row, col) : col, series->style,
                   chart_mark_of(series, c));
      }
  }
}

/* Lines where something happened, and what: words in the rows above, where no others stand in their way. */
void
chart_notes(const struct chart *ch, const struct plot *p, struct canvas *c, bool words)
{
  int free_from[3] = {0};

  for (size_t i = 0; i < ch->n_notes; i++) {
    const struct chart_note *note = &ch->notes[i];
    int col, width = canvas_width(note->text, strlen(note->text)), row = 0;

    if (!(note->x >= p->x_min && note->x <= p->x_max))
      continue;
    col = chart_dot_x(p, note->x) / p->per_x;
    for (int k = 0; !words && k < p->area.rows; k++)
      canvas_put(c, p->area, k, col, STYLE_HINT, 0x2506);
    while (row < 3 && row < p->area.rows / 2 && free_from[row] > col)
      row++;
    if (row == 3 || row >= p->area.rows / 2 || col + 1 + width > p->area.cols)
      continue;
    if (words)
      canvas_str(c, p->area, row, col + 1, STYLE_HINT, note->text);
    free_from[row] = col + width + 2;
  }
}
