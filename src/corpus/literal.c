#include "corpus/literal.h"

#include <limits.h>
#include <string.h>

#include "corpus/needle.h"

#define MAX_DEPTH 20
#define MAX_FREQUENCY 6000u     /* in a million bytes, about 10 000 texts: more frequent pieces are not worth looking for */
#define FREQUENCY_OF_ONE 700u   /* what each more alternative costs: as much as so many texts asked */

struct reader {
  const char *at, *end;
  bool caseless, lost;           /* lost: something that it does not know */
  int depth;
};

/* A sequence as far as it was read: the run of characters that goes on, and the best that must be in a match. */
struct sequence {
  struct buf run;
  size_t last;                   /* where the last character of the run begins */
  struct literals best;
  bool dull;                     /* what came last is no character of the run */
  struct literals group;         /* ... and what must be in it */
};

void
literals_release(struct literals *l)
{
  for (size_t i = 0; i < l->n; i++)
    buf_release(&l->of[i]);
  *l = (struct literals){.caseless = l->caseless};
}

/* The less frequent the better. */
static unsigned
frequency(const struct literals *l)
{
  unsigned most = 0;

  if (!l->n)
    return UINT_MAX;
  for (size_t i = 0; i < l->n; i++) {
    unsigned f = needle_frequency(l->of[i].s, l->of[i].n);

    most = f > most ? f : most;
  }
  return most + (unsigned)(l->n - 1) * FREQUENCY_OF_ONE;
}

/* Takes b over if it is better than a; b is empty afterwards. */
static void
keep_better(struct literals *a, struct literals *b)
{
  struct literals worse = *b;

  if (frequency(b) < frequency(a)) {
    worse = *a;
    *a = *b;
  }
  *b = (struct literals){.caseless = a->caseless};
  literals_release(&worse);
}

static void
end_run(struct sequence *q)
{
  struct literals run = {.n = 1, .caseless = q->best.caseless};

  if (!q->run.n)
    return;
  run.of[0] = q->run;
  q->run = (struct buf)BUF_INIT;
  keep_better(&q->best, &run);
}

/* What came last is done with, and was no character. */
static void
settle_group(struct sequence *q)
{
  keep_better(&q->best, &q->group);
  q->dull = true;
}

/* ---- pieces of an expression ---- */

/* In a caseless expression k and s have cases beyond ASCII, and other scripts have their own ways. */
static bool
is_plain(const struct reader *r, unsigned char c)
{
  return !r->caseless || (c < 0x80 && !strchr("kKsS", c));
}

static void
add_character(struct reader *r, struct sequence *q, size_t n)
{
  settle_group(q);
  if (!is_plain(r, (unsigned char)*r->at)) {
    end_run(q);
  } else {
    q->dull = false;
    q->last = q->run.n;
    for (size_t i = 0; i < n; i++) {
      char c = r->at[i];

      buf_addc(&q->run, r->caseless && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
  }
  r->at += n;
}

/* \d and the like, or \. and the like. */
static void
read_escape(struct reader *r, struct sequence *q)
{
  char c = r->at + 1 < r->end ? r->at[1] : '\0';

  if (c > ' ' && c < 0x7f && !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) {
    r->at++;
    add_character(r, q, 1);
    return;
  }
  if (!c || !strchr("dDwWsShHvVbBAzZR", c)) {
    r->lost = true;
    return;
  }
  end_run(q);
  settle_group(q);
  r->at += 2;
}

static void
skip_class(struct reader *r)
{
  const char *s = r->at + 1;

  s += s < r->end && *s == '^';
  s += s < r->end && *s == ']';
  for (; s < r->end && *s != ']'; s++)
    if (*s == '\\' && s + 1 < r->end && !strchr("QE", s[1])) {
      s++;
    } else if (*s == '[' || *s == '\\') {
      r->lost = true;
      return;
    }
  r->lost |= s >= r->end;
  r->at = s + 1;
}

/* {2}, {2,}, {2,3}: the least number. */
static bool
read_braces(struct reader *r, unsigned *least)
{
  const char *s = r->at + 1;

  *least = 0;
  if (s >= r->end || *s < '0' || *s > '9')
    return false;
  for (; s < r->end && *s >= '0' && *s <= '9'; s++)
    *least += (unsigned)(*s != '0');
  if (s < r->end && *s == ',')
    for (s++; s < r->end && *s >= '0' && *s <= '9'; s++)
      ;
  if (s >= r->end || *s != '}')
    return false;
  r->at = s + 1;
  return true;
}

/* A repetition of what came last. */
static void
read_repetition(struct reader *r, struct sequence *q)
{
  unsigned least = *r->at == '+';

  if (*r->at != '{') {
    r->at++;
  } else if (!read_braces(r, &least)) {
    r->lost = true;
    return;
  }
  if (r->at < r->end && (*r->at == '?' || *r->at == '+'))
    r->at++;
  if (r->at < r->end && strchr("*+?{", *r->at))   /* a repetition of that */
    r->lost = true;
  if (!q->dull && !least)
    buf_truncate(&q->run, q->last);
  if (!least)
    literals_release(&q->group);
  end_run(q);
  settle_group(q);
}

static void read_alternatives(struct reader *r, struct literals *l);

static void
read_group(struct reader *r, struct sequence *q)
{
  end_run(q);
  settle_group(q);
  r->at++;
  if (r->at + 1 < r->end && r->at[0] == '?' && r->at[1] == ':')
    r->at += 2;
  else if (r->at < r->end && (*r->at == '?' || *r->at == '*'))
    r->lost = true;
  if (++r->depth > MAX_DEPTH)
    r->lost = true;
  if (!r->lost)
    read_alternatives(r, &q->group);
  r->depth--;
  if (r->at >= r->end)
    r->lost = true;
  else
    r->at++;
}

static size_t
character_size(const struct reader *r)
{
  size_t n = 1;

  while (r->at + n < r->end && ((unsigned char)r->at[n] & 0xc0) == 0x80)
    n++;
  return n;
}

static void
read_sequence(struct reader *r, struct literals *best)
{
  struct sequence q = {.run = BUF_INIT, .dull = true};

  q.best.caseless = q.group.caseless = r->caseless;
  while (!r->lost && r->at < r->end && *r->at != '|' && *r->at != ')')
    switch (*r->at) {
    case '\\':
      read_escape(r, &q);
      break;
    case '[':
      end_run(&q);
      settle_group(&q);
      skip_class(r);
      break;
    case '(':
      read_group(r, &q);
      break;
    case '*':
    case '+':
    case '?':
    case '{':
      read_repetition(r, &q);
      break;
    case '.':
    case '^':
    case '$':
      end_run(&q);
      settle_group(&q);
      r->at++;
      break;
    default:
      add_character(r, &q, character_size(r));
    }
  end_run(&q);
  settle_group(&q);
  buf_release(&q.run);
  *best = q.best;
}

/* One of what each alternative needs; nothing if one of them needs nothing, or all together too much. */
static void
read_alternatives(struct reader *r, struct literals *l)
{
  bool all = true;

  for (;;) {
    struct literals one = {.n = 0};

    read_sequence(r, &one);
    all &= one.n > 0 && l->n + one.n <= LITERAL_MAX;
    for (size_t i = 0; i < one.n && all; i++) {
      l->of[l->n++] = one.of[i];
      one.of[i] = (struct buf)BUF_INIT;
    }
    literals_release(&one);
    if (r->lost || r->at >= r->end || *r->at != '|')
      break;
    r->at++;
  }
  if (!all)
    literals_release(l);
}

void
literals_init(struct literals *l, const char *pattern, size_t n, bool caseless)
{
  struct reader r = {.at = pattern, .end = pattern + n, .caseless = caseless};

  *l = (struct literals){.caseless = caseless};
  read_alternatives(&r, l);
  if (r.lost || r.at < r.end || frequency(l) > MAX_FREQUENCY)
    literals_release(l);
}
