#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_LETTERS 40

static unsigned
least(unsigned a, unsigned b)
{
  return a < b ? a : b;
}

static bool
same(char a, char b)
{
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned
distance(const char *a, size_t na, const char *b, size_t nb)
{
  unsigned d[MAX_LETTERS + 1][MAX_LETTERS + 1];

  for (size_t i = 0; i <= na; i++)
    for (size_t j = 0; j <= nb; j++) {
      if (!i || !j) {
        d[i][j] = (unsigned)(i + j);
        continue;
      }
      d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[na][nb];
}

static unsigned
allowed(size_t n)
{
  return n < 3 ? 1 : (unsigned)n / 3;
}

struct nearest
nearest_to_n(const char *word, size_t n)
{
  return (struct nearest){.word = word, .n_word = n, .distance = allowed(n) + 1};
}

struct nearest
nearest_to(const char *word)
{
  return nearest_to_n(word, strlen(word));
}

bool
nearest_try_n(struct nearest *near, const char *candidate, size_t n)
{
  unsigned d;

  if (near->n_word > MAX_LETTERS || n > MAX_LETTERS)
    return false;
  d = distance(near->word, near->n_word, candidate, n);
  if (near->n_word >= 3 && n > near->n_word && strncasecmp(near->word, candidate, near->n_word) == 0)
    d = least(d, allowed(near->n_word));
  if (d >= near->distance || (d > 0 && d >= near->n_word))
    return false;
  near->distance = d;
  near->best = candidate;
  near->n_best = n;
  return true;
}

bool
nearest_try(struct nearest *near, const char *candidate)
{
  return nearest_try_n(near, candidate, strlen(candidate));
}

const char *
nearest_hint(const struct nearest *near, char hint[80])
{
  hint[0] = '\0';
  if (near->best)
    snprintf(hint, 80, " (did you mean '%.*s'?)", (int)near->n_best, near->best);
  return hint;
}

const char *
nearest_of(const char *word, const char *const *candidates, size_t n)
{
  struct nearest near = nearest_to(word);

  for (size_t i = 0; i < n; i++)
    nearest_try(&near, candidates[i]);
  return near.best;
}
