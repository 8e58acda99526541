#include "token/scan.h"

#include <string.h>

#include "base/utf8.h"
#include "token/unicode.h"

#define SEGMENT_MAX 30u   /* code points normalised together; no language has so many marks on a letter */

/* ---- characters of the text, in NFC ---- */

static uint32_t
decode(const struct scan *s, size_t at, size_t *len)
{
  return utf8_decode(s->s + at, s->n - at, len);
}

/* Bytes from `begin` on, normalised together, in place of the queue. */
static void
normalise(struct scan *s, size_t begin)
{
  uint32_t codes[SCAN_QUEUE];
  size_t n = unicode_nfc(s->s + begin, s->at - begin, codes, SCAN_QUEUE), i = 0;

  if (n == 0)
    return;  /* bytes that are no UTF-8 */
  while (n == s->n_queue && i < n && codes[i] == s->queue[i].code)
    i++;
  if (i == n)
    return;  /* often nothing changes: then each keeps its own bytes */
  for (i = 0; i < n; i++)
    s->queue[i] = (struct scan_char){codes[i], (uint32_t)begin, (uint32_t)s->at};
  s->n_queue = (uint32_t)n;
}

/* Reads a character and the marks that follow it into the queue. */
static void
fill(struct scan *s)
{
  size_t begin = s->at, len;
  uint32_t c = decode(s, s->at, &len);
  struct char_form form = char_form(c);
  bool nfc = !form.changes;
  uint8_t order = 0;

  s->i = s->n_queue = 0;
  for (;;) {
    s->queue[s->n_queue++] = (struct scan_char){c, (uint32_t)s->at, (uint32_t)(s->at + len)};
    s->at += len;
    if (s->at == s->n || s->n_queue == SEGMENT_MAX || !char_combines(c = decode(s, s->at, &len)))
      break;
    form = char_form(c);
    nfc = nfc && !form.changes && !form.composes && (form.order >= order || form.order == 0);
    order = form.order;
  }
  if (!nfc)
    normalise(s, begin);
}

/* The next character, which stays; NULL at the end. */
static const struct scan_char *
peek(struct scan *s)
{
  if (s->i == s->n_queue) {
    if (s->at == s->n)
      return NULL;
    fill(s);
  }
  return &s->queue[s->i];
}

/* ---- words ---- */

static void
add(struct word *w, const struct scan *s, const struct scan_char *c)
{
  uint32_t code = s->lower ? char_lower(c->code) : c->code;

  w->from[w->n] = c->from;
  w->to[w->n] = c->to;
  w->n_bytes += (uint32_t)utf8_encode(code, w->bytes + w->n_bytes);
  w->first[++w->n] = (uint16_t)w->n_bytes;
}

/* Adds the next character to the word; false if the word is full. */
static bool
take(struct scan *s, struct word *w)
{
  if (w->n == WORD_MAX)
    return false;
  add(w, s, &s->queue[s->i++]);
  return true;
}

static bool
is_apostrophe(uint32_t c)
{
  return c == '\'' || c == 0x2019;
}

static void
take_apostrophe(struct scan *s, struct word *w)
{
  s->queue[s->i].code = '\'';
  take(s, w);
}

/* Is there, at byte `at`, more of a word? */
static bool
word_goes_on(const struct scan *s, size_t at)
{
  size_t len;
  enum char_class class;

  if (at >= s->n)
    return false;
  class = char_class(decode(s, at, &len));
  return class == CHAR_WORD || class == CHAR_MARK;
}

/* The letters of a short form after an apostrophe that ends at byte `at`: how many, 0: there is none. */
static size_t
short_form(const struct scan *s, size_t at)
{
  static const char forms[][3] = {"s", "t", "d", "m", "ll", "re", "ve"};

  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    size_t n = strlen(forms[i]), same = 0;

    while (same < n && at + same < s->n && (s->s[at + same] | 32) == forms[i][same])
      same++;
    if (same == n && !word_goes_on(s, at + n))
      return n;
  }
  return 0;
}

/* Takes the rest of a character: its marks, and of an emoji all that is joined to it. */
static void
take_cluster(struct scan *s, struct word *w)
{
  const struct scan_char *c = peek(s);
  int32_t state = 0;
  uint32_t last = c->code;

  take(s, w);
  while ((c = peek(s)) && !(last < 0x80 && c->code < 0x80) && char_same_cluster(last, c->code, &state)) {
    last = c->code;
    if (!take(s, w))
      return;
  }
}

static void
take_run(struct scan *s, struct word *w)
{
  const struct scan_char *c;
  enum char_class class;

  while ((c = peek(s)) && ((class = char_class(c->code)) == CHAR_ALONE || class == CHAR_MARK || class == CHAR_JOINER))
    if (!take(s, w))
      return;
}

static void
take_letters(struct scan *s, struct word *w)
{
  const struct scan_char *c;

  while ((c = peek(s))) {
    enum char_class class = char_class(c->code);

    if (class == CHAR_NOTHING) {
      s->i++;
      continue;
    }
    if (is_apostrophe(c->code)) {
      if (w->n < WORD_MAX && !short_form(s, c->to) && word_goes_on(s, c->to))
        take_apostrophe(s, w);
      return;
    }
    if (class == CHAR_JOINER && !word_goes_on(s, c->to))
      return;
    if (class != CHAR_WORD && class != CHAR_MARK && class != CHAR_JOINER)
      return;
    if (!take(s, w))
      return;
  }
}

/* A word of ASCII letters and digits, without looking each of them up. False: it is something else. */
static bool
take_ascii(struct scan *s, struct word *w)
{
  const unsigned char *p = (const unsigned char *)s->s + s->at;
  size_t n = 0, most = s->n - s->at < WORD_MAX ? s->n - s->at : WORD_MAX;
  unsigned char fold = s->lower ? 32 : 0;

  for (; n < most; n++) {
    unsigned char c = p[n], low = c | 32;
    bool letter = (unsigned char)(low - 'a') < 26;

    if (!letter && (unsigned char)(c - '0') >= 10)
      break;
    w->bytes[n] = (char)(letter ? c | fold : c);
    w->first[n] = (uint16_t)n;
  }
  if (n == 0 || (n < s->n - s->at && (p[n] >= 0x80 || p[n] == '\'')))
    return false;  /* a mark may follow */
  w->first[n] = (uint16_t)n;
  w->n = w->n_bytes = w->length = (uint32_t)n;
  w->at = (uint32_t)s->at;
  w->plain = true;
  w->bytes[n] = '\0';
  s->at += n;
  return true;
}

/* One byte that is a word, which another byte of ASCII or nothing follows: a sign, or any character where characters
 * are wanted. False: it is something else. */
static bool
take_byte(struct scan *s, struct word *w)
{
  unsigned char c, next;

  if (s->at == s->n)
    return false;
  c = (unsigned char)s->s[s->at];
  next = s->at + 1 < s->n ? (unsigned char)s->s[s->at + 1] : '.';
  if (c >= 0x7f || next >= 0x80 || c < ' ')
    return false;
  if (s->way != SCAN_CHARACTERS && (char_class(c) != CHAR_SIGN || c == '\''))
    return false;
  if (c == ' ' && (s->at == 0 || s->at + 1 == s->n || next <= ' ' || next == 0x7f))
    return false;  /* the first of several, or at an end */
  w->n = w->n_bytes = w->length = 1;
  w->at = (uint32_t)s->at++;
  w->plain = true;
  w->bytes[0] = (char)(s->lower ? char_lower(c) : c);
  w->bytes[1] = '\0';
  w->first[0] = 0;
  w->first[1] = 1;
  return true;
}

static void
finish(struct word *w)
{
  w->bytes[w->n_bytes] = '\0';
  w->at = w->from[0];
  w->length = w->to[w->n - 1] - w->at;
}

static void
take_word(struct scan *s, struct word *w)
{
  const struct scan_char *c = &s->queue[s->i];
  enum char_class class = char_class(c->code);
  size_t n;

  if (s->way == SCAN_CHARACTERS) {
    take_cluster(s, w);
  } else if (class == CHAR_ALONE) {
    if (s->way == SCAN_RUNS)
      take_run(s, w);
    else
      take_cluster(s, w);
  } else if (class == CHAR_WORD || class == CHAR_MARK) {
    take_letters(s, w);
  } else if (is_apostrophe(c->code) && (n = short_form(s, c->to)) > 0) {
    take_apostrophe(s, w);
    while (n-- > 0 && peek(s))
      take(s, w);
  } else {
    take_cluster(s, w);
  }
}

/* The white space from the next character on, and what counts as such. */
static bool
skip_space(struct scan *s, struct scan_char *space)
{
  const struct scan_char *c;
  enum char_class class;
  bool any = false;

  while ((c = peek(s)) &&
         ((class = char_class(c->code)) == CHAR_SPACE || class == CHAR_NOTHING || class == CHAR_JOINER)) {
    if (class == CHAR_SPACE) {
      *space = (struct scan_char){' ', any ? space->from : c->from, c->to};
      any = true;
    }
    s->i++;
  }
  return any;
}

void
scan_begin(struct scan *s, const char *text, enum scan_way way, bool lower)
{
  s->s = text;
  s->n = strnlen(text, SCAN_MAX_BYTES);
  if (s->n == SCAN_MAX_BYTES)
    while (s->n > 0 && (text[s->n] & 0xc0) == 0x80)
      s->n--;  /* not within a character */
  s->at = 0;
  s->way = way;
  s->lower = lower;
  s->i = s->n_queue = 0;
}

bool
scan_next(struct scan *s, struct word *w)
{
  struct scan_char space;
  bool first = s->at == 0 && s->i == s->n_queue;

  if (s->i == s->n_queue) {
    while (s->way != SCAN_CHARACTERS && s->at < s->n && s->s[s->at] == ' ')
      s->at++;
    if ((s->way != SCAN_CHARACTERS && take_ascii(s, w)) || take_byte(s, w))
      return true;
  }
  w->n = w->n_bytes = 0;
  w->first[0] = 0;
  w->plain = false;
  if (skip_space(s, &space) && s->way == SCAN_CHARACTERS && !first && peek(s)) {
    add(w, s, &space);
  } else if (peek(s)) {
    take_word(s, w);
  } else {
    return false;
  }
  finish(w);
  return true;
}
