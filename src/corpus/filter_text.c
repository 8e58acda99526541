/* filter_text.c: a piece of text is looked for in all texts of a chunk at once; declared in filter_chunk.h.
 *
 * Texts of rows that were inserted together lie one after the other in memory. Such a run is searched as one stretch:
 * where the piece stands in it, the text that it stands in is looked up, and the search goes on behind that text. An
 * edited text lies elsewhere, and so is a run by itself. Which texts form runs is found from the addresses as they were
 * read, so an edit meanwhile does no harm. */
#include <string.h>

#include "corpus/filter_chunk.h"
#include "corpus/texts.h"

#define FEW 16u   /* fewer than a row in so many are asked one by one */

static bool
wanted(const struct rows *rows, uint32_t row)
{
  return rows->words[row / 64] >> row % 64 & 1;
}

static void
set(struct rows *rows, uint32_t row)
{
  rows->words[row / 64] |= UINT64_C(1) << row % 64;
}

static void
read_texts(struct walk *w)
{
  if (!w->has_texts)
    w->n_texts = corpus_read_texts(w->filter->corpus, w->first, w->n, w->texts, w->text_rows);
  w->has_texts = true;
}

/* One past the last text of the run that begins at text `from`. */
static size_t
run_end(const struct walk *w, size_t from)
{
  const char *end = corpus_text_block_end(w->filter->corpus, w->texts[from]);
  size_t i = from + 1;

  while (i < w->n_texts && w->texts[i] > w->texts[i - 1] && w->texts[i] < end)
    i++;
  return i;
}

/* The text before `to` that holds the place p, at or after text `from`: in steps that double, as it mostly is near. */
static size_t
text_at(const struct walk *w, size_t from, size_t to, const char *p)
{
  size_t step = 1, high;

  while (from + step < to && w->texts[from + step] <= p) {
    from += step;
    step *= 2;
  }
  for (high = from + step < to ? from + step : to; high - from > 1;) {
    size_t mid = from + (high - from) / 2;

    if (w->texts[mid] <= p)
      from = mid;
    else
      high = mid;
  }
  return from;
}

static void
search_run(const struct walk *w, size_t from, size_t to, const struct needle *d, const struct rows *rows,
           struct rows *found)
{
  const char *end = w->texts[to - 1] + texts_length(w->texts[to - 1]), *p = w->texts[from];

  while ((p = needle_find(d, p, end))) {
    uint32_t row, length;

    from = text_at(w, from, to, p);
    row = w->text_rows[from];
    length = texts_length(w->texts[from]);
    if (wanted(rows, row) && (size_t)(p - w->texts[from]) + d->size <= length &&
        (needle_is_whole(d) || needle_in(d, w->texts[from], length)))
      set(found, row);
    do {
      if (++from == to)
        return;
    } while (!wanted(rows, w->text_rows[from]));
    p = w->texts[from];
  }
}

static void
search_each(const struct walk *w, const struct needle *d, const struct rows *rows, struct rows *found)
{
  for (size_t i = 0; i < w->n_texts; i++)
    if (wanted(rows, w->text_rows[i]) && needle_in(d, w->texts[i], texts_length(w->texts[i])))
      set(found, w->text_rows[i]);
}

void
walk_ask_needle(struct walk *w, const struct needle *d, struct rows *rows)
{
  struct rows found = {{0}};

  read_texts(w);
  if (!d->finds || rows_count(rows) < w->n / FEW)
    search_each(w, d, rows, &found);
  else
    for (size_t from = 0, to; from < w->n_texts; from = to) {
      to = run_end(w, from);
      search_run(w, from, to, d, rows, &found);
    }
  *rows = found;
}

void
walk_ask_regex(struct walk *w, const struct regex *r, struct rows *rows)
{
  struct rows found = {{0}}, some;
  size_t n;
  const struct needle *needles = regex_needles(r, &n);

  for (size_t i = 0; i < n; i++) {
    some = *rows;
    walk_ask_needle(w, &needles[i], &some);
    for (size_t k = 0; k < WALK_WORDS; k++)
      found.words[k] |= some.words[k];
  }
  if (n)
    *rows = found;
  memset(&found, 0, sizeof found);
  read_texts(w);
  for (size_t i = 0; i < w->n_texts; i++)
    if (wanted(rows, w->text_rows[i]) && !wanted(&found, w->text_rows[i]) &&
        regex_in(r, w->room, w->texts[i], texts_length(w->texts[i])))
      set(&found, w->text_rows[i]);
  *rows = found;
}
