#include "student/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "student/kind.h"

#define GROUP 32           /* texts with a word left out, predicted together */
#define MAX_BYTES ((size_t)1 << 20)

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Scripts that put no spaces between words. */
static bool
is_unspaced(uint32_t c)
{
  static const uint32_t blocks[][2] = {
    {0x0e00, 0x0eff}, {0x1000, 0x109f}, {0x1780, 0x17ff}, {0x2e80, 0x312f}, {0x31a0, 0xa4cf}, {0xf900, 0xfaff},
    {0x20000, 0x3ffff}};

  for (size_t i = 0; i < N_OF(blocks); i++)
    if (c >= blocks[i][0] && c <= blocks[i][1])
      return true;
  return false;
}

static bool
is_mark(uint32_t c)
{
  return c >= 0x300 && !utf8_is_alnum(c) && !utf8_is_control(c) && utf8_width(c) == 0;
}

/* Where the word ends that begins at text[at] with a letter of len bytes. */
static size_t
end_of_word(const char *text, size_t n, size_t at, size_t len, bool unspaced)
{
  for (at += len; at < n; at += len) {
    uint32_t c = utf8_decode(text + at, n - at, &len);

    if (!is_mark(c) && (unspaced || is_unspaced(c) || !utf8_is_alnum(c)))
      break;
  }
  return at;
}

static size_t
words_of(const char *text, bool second, struct span *spans, size_t max)
{
  size_t n = strnlen(text, MAX_BYTES), found = 0, len;

  for (size_t at = 0, end; at < n && found < max; at = end) {
    uint32_t c = utf8_decode(text + at, n - at, &len);

    end = at + len;
    if (!utf8_is_alnum(c))
      continue;
    end = end_of_word(text, n, at, len, is_unspaced(c));
    spans[found++] = (struct span){(uint32_t)at, (uint32_t)(end - at), second, 0};
  }
  return found;
}

size_t
explain_words(const struct example *x, struct span *spans, size_t max)
{
  size_t n = words_of(x->text, false, spans, max);

  return x->text2 ? n + words_of(x->text2, true, spans + n, max - n) : n;
}

/* ---- leaving words out ------------------------------------------------------------------------------------------- */

static float
log_odds(float p)
{
  p = fminf(fmaxf(p, 1e-6f), 1 - 1e-6f);
  return logf(p / (1 - p));
}

static char *
without(const char *text, const struct span *s)
{
  size_t n = strlen(text);
  char *out = xmalloc(n - s->n + 1);

  memcpy(out, text, s->at);
  memcpy(out + s->at, text + s->at + s->n, n - s->at - s->n + 1);
  return out;
}

/* p[0..n): the label's probability where the i-th word is left out. rows: (n, C). */
static void
predict_without(const struct student *s, const struct example *x, const struct span *spans, size_t n, float *rows)
{
  struct example variants[GROUP] = {{0}};
  char *texts[GROUP];

  for (size_t i = 0; i < n; i++) {
    texts[i] = without(spans[i].second ? x->text2 : x->text, &spans[i]);
    variants[i] = (struct example){.text = spans[i].second ? x->text : texts[i],
                                   .text2 = spans[i].second ? texts[i] : x->text2};
  }
  student_predict(s, variants, n, 1, rows);
  for (size_t i = 0; i < n; i++)
    free(texts[i]);
}

size_t
explain_occlusion(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t max)
{
  size_t n = explain_words(x, spans, max), n_classes;
  struct student_info info;
  float *rows, whole;

  s->kind->info(s, &info);
  n_classes = info.task.n_classes;
  rows = xmalloc(GROUP * n_classes * sizeof *rows);
  student_predict(s, &(struct example){.text = x->text, .text2 = x->text2}, 1, 1, rows);
  whole = log_odds(rows[label]);
  for (size_t from = 0; from < n; from += GROUP) {
    size_t some = n - from < GROUP ? n - from : GROUP;

    predict_without(s, x, spans + from, some, rows);
    for (size_t i = 0; i < some; i++)
      spans[from + i].weight = whole - log_odds(rows[i * n_classes + label]);
  }
  free(rows);
  return n;
}

void
explain_scale(struct span *spans, size_t n)
{
  float most = 0;

  for (size_t i = 0; i < n; i++)
    most = fabsf(spans[i].weight) > most ? fabsf(spans[i].weight) : most;
  for (size_t i = 0; i < n && most > 0; i++)
    spans[i].weight /= most;
}
