/* The way of ngram.c through a text once more, for what each key is made of: apart, so that reading texts pays nothing
 * for it. Loops and their order are those of add_words and add_characters there; the count of keys is compared. */
#include "base/err.h"
#include "student/ngram.h"

struct writer {
  struct ngram_part *parts;
  size_t n, most;
};

static void
add(struct writer *w, size_t first, size_t last, bool gap)
{
  ensure(w->n < w->most);
  w->parts[w->n++] = (struct ngram_part){(uint32_t)first, (uint32_t)last, gap};
}

static void
frame_and_endings(struct writer *w, size_t n)
{
  add(w, 0, 0, false);
  if (n > 2)
    add(w, 1, 1, false);
  if (n > 3)
    add(w, 1, 2, false);
  for (size_t i = 1; i + 2 < n; i++) {
    add(w, i, i + 1, false);
    add(w, i, i + 1, false);
  }
}

static void
words(struct writer *w, const struct ngrams *g, const struct ngram_options *o)
{
  size_t n = g->n_tokens;

  if (o->shape)
    frame_and_endings(w, n);
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && i + 1 < n)
      add(w, i, i, false);
    for (size_t j = 1; j < o->word_max && i + j < n; j++)
      add(w, i, i + j, false);
    for (size_t j = 2; j <= o->skip && i + j < n; j++)
      add(w, i, i + j, true);
    if (o->shape && i + 1 < n)
      add(w, i, i, false);
    if (o->shape && i > 0)
      add(w, i, i, false);
  }
}

static void
characters(struct writer *w, const struct ngrams *g, const struct ngram_options *o)
{
  for (size_t i = 0; i < g->n_tokens; i++)
    for (size_t left = g->tokens[i].n + 2; left > 0 && g->tokens[i].word; left--)
      for (size_t j = 1; j <= left && j <= o->char_max; j++)
        if (j >= o->char_min)
          add(w, i, i, false);
}

void
ngrams_parts(const struct ngrams *g, const struct ngram_options *o, struct ngram_part *parts)
{
  struct writer w = {parts, 0, g->n};

  words(&w, g, o);
  ensure(w.n == g->n_words);
  if (o->char_max)
    characters(&w, g, o);
  ensure(w.n == g->n);
}
