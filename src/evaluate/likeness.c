#include "evaluate/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "corpus/normal.h"

#define DISTINCT_WORDS 10000

/* Calls each word of a text, both texts of a pair. */
static void
each_word(const struct example *x, struct buf *room, void (*word)(void *arg, const char *s, size_t n), void *arg)
{
  buf_clear(room);
  normal_add(room, x->text, strlen(x->text));
  if (x->text2) {
    buf_addc(room, ' ');
    normal_add(room, x->text2, strlen(x->text2));
  }
  for (const char *s = buf_str(room); *s;) {
    size_t n = strcspn(s, " ");

    if (n)
      word(arg, s, n);
    s += n + (s[n] == ' ');
  }
}

struct words {
  struct strmap known;
  size_t n, n_known, n_looked_at, n_distinct;
};

static void
learn(void *arg, const char *s, size_t n)
{
  struct words *w = arg;
  bool is_new = strmap_put(&w->known, s, n, 1);

  w->n++;
  if (w->n_looked_at < DISTINCT_WORDS) {
    w->n_looked_at++;
    w->n_distinct += is_new;
  }
}

static void
look_up(void *arg, const char *s, size_t n)
{
  struct words *w = arg;

  w->n++;
  w->n_known += strmap_get(&w->known, s, n, 0) > 0;
}

struct likeness
likeness_of(const struct example *texts, size_t n, const struct example *test, size_t n_test)
{
  struct words w = {0};
  struct buf room = BUF_INIT;
  struct likeness out;

  strmap_init(&w.known);
  for (size_t i = 0; i < n; i++)
    each_word(&texts[i], &room, learn, &w);
  out.words = n ? (double)w.n / (double)n : NAN;
  out.distinct = w.n_looked_at ? 100 * (double)w.n_distinct / (double)w.n_looked_at : NAN;
  w.n = 0;
  for (size_t i = 0; i < n_test; i++)
    each_word(&test[i], &room, look_up, &w);
  out.known_words = w.n ? (double)w.n_known / (double)w.n : NAN;
  strmap_release(&w.known);
  buf_release(&room);
  return out;
}

/* ---- words that one has and another has not ---- */

struct new_word {
  char *word;
  size_t n;                      /* in the test texts */
};
struct new_words {
  struct words less, more;
  struct strmap place;           /* in list */
  struct new_word *list;
  size_t n, cap;
};

static void
count_new(void *arg, const char *s, size_t n)
{
  struct new_words *w = arg;
  int64_t at = strmap_get(&w->place, s, n, -1);

  if (at >= 0) {
    w->list[at].n++;
  } else if (strmap_get(&w->more.known, s, n, 0) && !strmap_get(&w->less.known, s, n, 0)) {
    GROW(w->list, w->cap, w->n + 1);
    strmap_put(&w->place, s, n, (int64_t)w->n);
    w->list[w->n++] = (struct new_word){xstrndup(s, n), 1};
  }
}

static int
by_count(const void *a, const void *b)
{
  const struct new_word *x = a, *y = b;

  return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->word, y->word);
}

void
likeness_new_words(const struct example *less, size_t n_less, const struct example *more, size_t n_more,
                   const struct example *test, size_t n_test, size_t most, struct buf *out)
{
  struct new_words w = {0};
  struct buf room = BUF_INIT;

  strmap_init(&w.less.known);
  strmap_init(&w.more.known);
  strmap_init(&w.place);
  for (size_t i = 0; i < n_less; i++)
    each_word(&less[i], &room, learn, &w.less);
  for (size_t i = 0; i < n_more; i++)
    each_word(&more[i], &room, learn, &w.more);
  for (size_t i = 0; i < n_test; i++)
    each_word(&test[i], &room, count_new, &w);
  if (w.n)
    qsort(w.list, w.n, sizeof *w.list, by_count);
  for (size_t i = 0; i < w.n; i++) {
    if (i < most)
      buf_addf(out, "%s%s", i ? ", " : "", w.list[i].word);
    free(w.list[i].word);
  }
  free(w.list);
  strmap_release(&w.less.known);
  strmap_release(&w.more.known);
  strmap_release(&w.place);
  buf_release(&room);
}
