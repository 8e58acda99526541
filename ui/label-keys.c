#include "ui/label-keys.h"

#include <stdbool.h>
#include <string.h>

#define KEYED 9              /* labels that have a digit */
#define ROWS_MAX 3

static int
least(int a, int b)
{
  return a < b ? a : b;
}

static size_t
keyed(const struct label_keys *k)
{
  return labels_count(k->labels) < KEYED ? labels_count(k->labels) : KEYED;
}

/* The width of the widest of them with its key, so that they stand in columns. */
static int
cell_cols(const struct label_keys *k)
{
  int most = 8;

  for (size_t i = 0; i < keyed(k); i++) {
    const char *name = label_name(k->labels, (uint16_t)i);
    int width = canvas_width(name, strlen(name));

    most = width > most ? width : most;
  }
  return least(most, 24) + 7;
}

static int
per_row(const struct label_keys *k, int cols)
{
  int n = (cols - 2) / cell_cols(k);

  return n < 1 ? 1 : n;
}

int
label_keys_rows(const struct label_keys *k, int cols)
{
  size_t shown = keyed(k) + (labels_count(k->labels) > KEYED);
  int n = per_row(k, cols), rows = ((int)shown + n - 1) / n;

  return rows < 1 ? 1 : least(rows, ROWS_MAX);
}

static bool
is_set(const struct label_keys *k, uint16_t label)
{
  for (uint32_t i = 0; i < k->n_set; i++)
    if (k->set[i] == label)
      return true;
  return false;
}

/* "1 ✓ billing": set; "⚑": suggested. */
static void
draw_one(const struct label_keys *k, struct canvas *c, struct area a, int row, int col, uint16_t i)
{
  bool set = is_set(k, i), said = k->said == i;
  const char *name = label_name(k->labels, i);

  canvas_put(c, a, row, col, STYLE_KEY, '1' + (uint32_t)i);
  if (set)
    canvas_put(c, a, row, col + 2, STYLE_GOOD, 0x2713);
  else if (said)
    canvas_put(c, a, row, col + 2, STYLE_HINT, 0x2691);
  canvas_str(c, a, row, col + 4, set ? STYLE_BOLD : said ? STYLE_HINT : STYLE_NORMAL, name);
}

void
label_keys_draw(const struct label_keys *k, struct canvas *c, struct area a)
{
  int width = cell_cols(k), n = per_row(k, a.cols), i = 0, col;
  size_t more = labels_count(k->labels) - keyed(k);

  for (; (size_t)i < keyed(k) && i / n < a.rows; i++)
    draw_one(k, c, area_cols(a, 0, (i % n + 1) * width), i / n, 2 + i % n * width, (uint16_t)i);
  if (!more || i / n >= a.rows)
    return;
  col = canvas_str(c, a, i / n, 2 + i % n * width, STYLE_KEY, "l");
  canvas_printf(c, a, i / n, col + 3, STYLE_DIM, "%zu more", more);
}
