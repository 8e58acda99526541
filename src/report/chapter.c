#include "report/chapter.h"

#include <math.h>
#include <string.h>

void
shown_cell(struct table_block *t, double difference, struct interval ci95, double p_holm)
{
  static const struct {
    const char *words;
    enum tone tone;
  } rows[] = {
    [SHOWN_NOTHING] = {"not shown", TONE_QUIET}, [SHOWN_HINT] = {"a hint", TONE_QUIET},
    [SHOWN_BETTER] = {"better", TONE_GOOD}, [SHOWN_WORSE] = {"worse", TONE_BAD},
  };
  enum shown shown = shown_of(difference, ci95, p_holm);

  if (isnan(difference)) {
    table_text(t, NULL);
    return;
  }
  table_text(t, rows[shown].words);
  table_tone(t, rows[shown].tone);
}

static const char *
text_of(struct doc *d, const char *s, bool capital)
{
  size_t n = strlen(s);
  struct buf b = BUF_INIT;
  const char *text;

  for (size_t i = 0; i < n; i++)
    if (s[i] == ' ' && s[i + 1] == '%')
      buf_adds(&b, NUMERAL_THIN);
    else
      buf_addc(&b, i == 0 && capital && s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 'a' + 'A') : s[i]);
  if (n > 0 && !strchr(".!?", s[n - 1]))
    buf_addc(&b, '.');
  text = doc_print(d, "%s", buf_str(&b));
  buf_release(&b);
  return text;
}

const char *
clause_text(struct doc *d, const char *s)
{
  return text_of(d, s, false);
}

const char *
sentence_text(struct doc *d, const char *s)
{
  return text_of(d, s, s[strcspn(s, " :,")] != ':');   /* "cnn: ...": a name stays as it is spelled */
}

const char *
quoted(struct doc *d, const char *name)
{
  return doc_print(d, "\xe2\x80\x9c%s\xe2\x80\x9d", name);
}

const char *
seeds_text(struct doc *d, const struct found_score *s)
{
  struct buf b = BUF_INIT;
  const char *text;

  for (size_t i = 0; i < s->n_seeds; i++)
    buf_addf(&b, "%s%s", i ? " " : "", numeral_share(s->seeds[i]).s);
  text = doc_print(d, "%s", buf_str(&b));
  buf_release(&b);
  return text;
}

const char *
count_text(struct doc *d, double n, const char *one, const char *many)
{
  return doc_print(d, "%s %s", numeral_count(n).s, n == 1 ? one : many);
}

size_t
student_end(const struct findings *f, size_t at)
{
  size_t i = at;

  while (i < f->n_rows && strcmp(f->rows[i].student, f->rows[at].student) == 0)
    i++;
  return i;
}
