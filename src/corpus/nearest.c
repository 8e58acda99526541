#include "corpus/nearest.h"

#include <ctype.h>
#include <string.h>

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

struct nearest
nearest_to(const char *word)
{
  return (struct nearest){.word = word, .distance = (unsigned)strlen(word) / 3 + 1};
}

bool
nearest_try(struct nearest *near, const char *candidate)
{
  size_t na = strlen(near->word), nb = strlen(candidate);
  unsigned d;

  if (na > MAX_LETTERS || nb > MAX_LETTERS)
    return false;
  d = distance(near->word, na, candidate, nb);
  if (d >= near->distance)
    return false;
  near->distance = d;
  near->best = candidate;
  return true;
}
