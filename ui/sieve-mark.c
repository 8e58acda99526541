/* sieve-mark.c: which samples of the list are marked; declared in sieve.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/sieve.h"

#define RANGES_MAX 1000     /* of marked ids that stand in a command line; more: by the filter, if that can be said */

bool
sieve_marked(const struct sieve *r, uint32_t id)
{
  return id / 64 < r->n_words && (r->marks[id / 64] >> id % 64 & 1);
}

void
sieve_mark(struct sieve *r, uint32_t id, bool on)
{
  size_t had = r->n_words;

  if (sieve_marked(r, id) == on)
    return;
  if (id / 64 >= r->n_words) {
    GROW(r->marks, r->n_words, (size_t)id / 64 + 1);
    memset(r->marks + had, 0, (r->n_words - had) * sizeof *r->marks);
  }
  r->marks[id / 64] ^= (uint64_t)1 << id % 64;
  r->n_marks += on ? 1 : (size_t)-1;
}

void
sieve_unmark(struct sieve *r)
{
  if (r->n_marks)
    memset(r->marks, 0, r->n_words * sizeof *r->marks);
  r->n_marks = 0;
}

static bool
all_marked(const struct sieve *r)
{
  if (r->n_marks < r->n)
    return false;
  for (size_t i = 0; i < r->n; i++)
    if (!sieve_marked(r, r->ids[i]))
      return false;
  return true;
}

void
sieve_mark_all(struct sieve *r)
{
  bool on = !all_marked(r);

  for (size_t i = 0; i < r->n; i++)
    sieve_mark(r, r->ids[i], on);
}

/* ---- as options of a command ---- */

/* The first marked id from `id` on, or the first that is not; past the end: 64 * n_words. */
static size_t
next(const struct sieve *r, size_t id, bool marked)
{
  while (id < 64 * r->n_words) {
    uint64_t word = (marked ? r->marks[id / 64] : ~r->marks[id / 64]) >> id % 64;

    if (word)
      return id + (size_t)__builtin_ctzll(word);
    id = (id / 64 + 1) * 64;
  }
  return id;
}

/* False: there are more ranges than `most` (0: any number is fine). */
static bool
add_ranges(const struct sieve *r, struct buf *out, size_t most)
{
  size_t before = out->n, end, ranges = 0;

  for (size_t id = next(r, 0, true); id < 64 * r->n_words; id = next(r, end, true)) {
    end = next(r, id, false);
    if (most && ++ranges > most) {
      buf_truncate(out, before);
      return false;
    }
    buf_addf(out, end == id + 1 ? "%s%zu" : "%s%zu-%zu", out->n > before ? "," : "--id ", id, end - 1);
  }
  return true;
}

/* What the list is, in the filter language: what passes up to the newest sample that was looked at, and the rows that
 * stayed though they pass no more. */
static void
add_filter(const struct sieve *r, struct buf *out)
{
  struct buf query = BUF_INIT;

  if (*r->of && r->n_strays)
    buf_addf(&query, "((%s) or id:", r->of);
  else if (*r->of)
    buf_addf(&query, "(%s)", r->of);
  for (size_t i = 0; *r->of && i < r->n_strays; i++)
    buf_addf(&query, "%s%u", i ? "," : "", r->strays[i]);
  buf_addf(&query, "%s%sid:1-%u", *r->of && r->n_strays ? ")" : "", *r->of ? " " : "", r->last);
  buf_adds(out, "--filter \"");
  for (const char *s = buf_str(&query); *s; s++)
    buf_addf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
  buf_addc(out, '"');
  buf_release(&query);
}

bool
sieve_selection_short(const struct sieve *r, struct buf *out)
{
  if (!r->n_marks)
    return false;
  if (add_ranges(r, out, RANGES_MAX))
    return true;
  if (r->blurred || r->working || r->n_marks != r->n || !all_marked(r))
    return false;
  add_filter(r, out);
  return true;
}

bool
sieve_selection(const struct sieve *r, struct buf *out)
{
  return r->n_marks && (sieve_selection_short(r, out) || add_ranges(r, out, 0));
}
