#include "evaluate/likeness.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
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
