#include "evaluate/changed.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/sample.h"
#include "evaluate/said.h"

const char *const changed_kind_names[N_CHANGED_KINDS] = {"broken", "fixed", "other"};

static uint32_t
n_right(const struct said_row *s, size_t text)
{
  uint32_t n = 0;

  for (size_t i = 0; i < s->n; i++)
    n += s->seeds[i].right[text] != 0;
  return n;
}

enum changed_kind
changed_kind_of(size_t before, size_t n_before, size_t after, size_t n_after)
{
  bool wrong_before = 2 * before < n_before, right_before = 2 * before > n_before;
  bool wrong_after = 2 * after < n_after, right_after = 2 * after > n_after;

  return right_before && wrong_after ? CHANGED_BROKEN : wrong_before && right_after ? CHANGED_FIXED : CHANGED_OTHER;
}

static void
compare_text(const struct said_row *before, const struct said_row *after, size_t text, uint32_t id, bool sets,
             struct changed *out)
{
  uint32_t a = n_right(before, text), b = n_right(after, text);
  const uint8_t *x = said_word(before, said_usual(before, text, NULL), text),
                *y = said_word(after, said_usual(after, text, NULL), text);
  enum changed_kind kind = changed_kind_of(a, before->n, b, after->n);

  if (a * after->n == b * before->n && memcmp(x, y, before->seeds[0].width) == 0)
    return;
  out->count[kind]++;
  out->texts[out->n++] = (struct changed_text){
    .id = id, .kind = kind, .right_before = a, .right_after = b, .said_before = sets ? LABEL_NONE : said_label(x),
    .said_after = sets ? LABEL_NONE : said_label(y)};
}

/* ---- order ---- */

struct sorted {
  struct changed_text text;
  uint64_t moved;              /* share of the seeds, times the seeds of both rows: equal shares are equal */
};

static int
compare_sorted(const void *a, const void *b)
{
  const struct sorted *x = a, *y = b;

  if (x->text.kind != y->text.kind)
    return x->text.kind < y->text.kind ? -1 : 1;
  if (x->moved != y->moved)
    return x->moved > y->moved ? -1 : 1;
  return x->text.id < y->text.id ? -1 : x->text.id > y->text.id;
}

static void
sort(struct changed *c)
{
  struct sorted *s = xcalloc(c->n + 1, sizeof *s);

  for (size_t i = 0; i < c->n; i++) {
    const struct changed_text *t = &c->texts[i];

    uint64_t after = (uint64_t)t->right_after * c->n_before, before = (uint64_t)t->right_before * c->n_after;

    s[i].text = *t;
    s[i].moved = after > before ? after - before : before - after;
  }
  qsort(s, c->n, sizeof *s, compare_sorted);
  for (size_t i = 0; i < c->n; i++)
    c->texts[i] = s[i].text;
  free(s);
}

int
changed_find(struct project *p, const struct findings *f, size_t before, size_t after, struct changed *out,
             struct err *e)
{
  struct said_row a = {0}, b = {0};
  bool sets = said_is_sets(p);
  int r;

  ensure(before < f->n_rows && after < f->n_rows);
  *out = (struct changed){.before = before, .after = after, .n_test = f->n_test_ids};
  r = said_row_read(p, f, before, &a, e) < 0 || said_row_read(p, f, after, &b, e) < 0 ? -1 : 0;
  if (r == 0 && (a.n == 0 || b.n == 0))
    r = err_set(e, ERR_INPUT, "'%s' has no training", f->rows[a.n == 0 ? before : after].name);
  if (r == 0 && a.seeds[0].width != b.seeds[0].width)
    r = err_set(e, ERR_INPUT, "'%s' and '%s' know different labels", f->rows[before].name, f->rows[after].name);
  if (r == 0) {
    out->n_before = a.n;
    out->n_after = b.n;
    out->texts = xcalloc(f->n_test_ids + 1, sizeof *out->texts);
    for (size_t i = 0; i < f->n_test_ids; i++)
      compare_text(&a, &b, i, f->test_ids[i], sets, out);
    sort(out);
  }
  said_row_release(&a);
  said_row_release(&b);
  return r;
}

void
changed_release(struct changed *c)
{
  free(c->texts);
  *c = (struct changed){0};
}
