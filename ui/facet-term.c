#include "ui/facet-term.h"

#include <string.h>

#include "ui/workbench.h"

/* ---- the terms of a text ---- */

/* The end of the word that begins at s: a blank outside of quotes and brackets. */
static const char *
word_end(const char *s)
{
  bool quoted = false;
  int depth = 0;

  for (; *s && (quoted || depth > 0 || *s != ' '); s++) {
    if (*s == '\\' && quoted && s[1])
      s++;
    else if (*s == '"')
      quoted = !quoted;
    else if (!quoted)
      depth += (*s == '(') - (*s == ')');
  }
  return s;
}

static bool
is_word(const char *s, const char *end, const char *word)
{
  return (size_t)(end - s) == strlen(word) && !strncmp(s, word, strlen(word));
}

struct term {
  const char *s, *end;     /* without its `not` */
  bool no;                 /* not x, -x */
};

/* The next term from *at on; false: there is none. */
static bool
next_term(const char **at, struct term *t)
{
  const char *s = *at + strspn(*at, " ");

  *t = (struct term){s, word_end(s), false};
  while (is_word(t->s, t->end, "not") && *t->end) {
    t->no = !t->no;
    t->s = t->end + strspn(t->end, " ");
    t->end = word_end(t->s);
  }
  if (*t->s == '-' && t->s + 1 < t->end) {
    t->no = !t->no;
    t->s++;
  }
  *at = t->end;
  return t->s < t->end;
}

static bool
has_or(const char *filter)
{
  for (const char *s = filter + strspn(filter, " "); *s; s = word_end(s), s += strspn(s, " "))
    if (is_word(s, word_end(s), "or"))
      return true;
  return false;
}

/* The term asks of the field, whatever it asks. */
static bool
is_of(const struct term *t, const char *field)
{
  size_t n = strlen(field), length = (size_t)(t->end - t->s);

  if (!strcmp(field, "label") && is_word(t->s, t->end, "unlabelled"))
    return true;
  return length >= n && !strncmp(t->s, field, n) && (length == n || strchr(":=", t->s[n]));
}

/* ---- a list of values ---- */

/* The next value of field:a,"b c" from *at on, unquoted. */
static bool
next_value(const char **at, const char *end, struct buf *value)
{
  const char *s = *at;
  bool quoted = false;

  buf_clear(value);
  if (s >= end)
    return false;
  for (; s < end && (quoted || *s != ','); s++) {
    if (*s == '"') {
      quoted = !quoted;
      continue;
    }
    s += *s == '\\' && quoted && s + 1 < end;
    buf_addc(value, *s);
  }
  *at = s + (s < end);
  return true;
}

static void
add_value(struct buf *out, const char *value)
{
  if (strpbrk(value, " \t()\",:<>=") || !*value)
    workbench_quote(out, value);
  else
    buf_adds(out, value);
}

static bool
has_value(const struct term *term, const struct facet_term *t)
{
  const char *at = term->s + strlen(t->field) + 1;
  struct buf value = BUF_INIT;
  bool found = false;

  if (t->alone)
    return is_word(term->s, term->end, t->alone);
  if (term->s[strlen(t->field)] != ':')
    return false;
  while (!found && next_value(&at, term->end, &value))
    found = !strcmp(buf_str(&value), t->value);
  buf_release(&value);
  return found;
}

enum facet_standing
facet_standing(const struct facet_term *t, const char *filter)
{
  struct term term;

  if (has_or(filter))
    return FACET_FREE;
  for (const char *at = filter; next_term(&at, &term);)
    if (is_of(&term, t->field) && has_value(&term, t))
      return term.no ? FACET_OUT : FACET_IN;
  return FACET_FREE;
}

/* ---- another text ---- */

static void
add_blank(struct buf *out)
{
  if (out->n)
    buf_addc(out, ' ');
}

/* The terms that are not of the field; with `keep`, those of it, too, that say no (or yes, where keep_no is false). */
static void
add_rest(struct buf *out, const struct facet_term *t, const char *filter, bool keep, bool keep_no)
{
  struct term term;

  if (has_or(filter)) {
    buf_addf(out, "(%s)", filter);
    return;
  }
  for (const char *at = filter; next_term(&at, &term);) {
    if (is_of(&term, t->field) && !(keep && term.no == keep_no))
      continue;
    add_blank(out);
    buf_addf(out, "%s%.*s", term.no ? "not " : "", (int)(term.end - term.s), term.s);
  }
}

static void
add_term(struct buf *out, const struct facet_term *t)
{
  add_blank(out);
  if (t->alone) {
    buf_adds(out, t->alone);
    return;
  }
  buf_addf(out, "%s:", t->field);
  add_value(out, t->value);
}

/* The values of the field's terms that say so, without this one: "a,b". True: this one was among them. */
static bool
other_values(const struct facet_term *t, const char *filter, bool no, struct buf *out)
{
  struct buf value = BUF_INIT;
  struct term term;
  bool found = false;

  for (const char *at = filter; !has_or(filter) && next_term(&at, &term);) {
    const char *from = term.s + strlen(t->field) + 1;

    if (term.no != no || !is_of(&term, t->field) || from >= term.end || from[-1] != ':')
      continue;
    while (next_value(&from, term.end, &value)) {
      if (!strcmp(buf_str(&value), t->value)) {
        found = true;
        continue;
      }
      if (out->n)
        buf_addc(out, ',');
      add_value(out, buf_str(&value));
    }
  }
  buf_release(&value);
  return found;
}

void
facet_choose(const struct facet_term *t, const char *filter, struct buf *out)
{
  struct buf others = BUF_INIT;
  bool was = facet_standing(t, filter) == FACET_IN;

  if (!t->alone)
    other_values(t, filter, false, &others);
  add_rest(out, t, filter, false, false);
  if (!was || others.n)
    add_term(out, t);
  buf_release(&others);
}

static bool
takes_list(const struct facet_term *t)
{
  return !t->alone && strncmp(t->field, "attr.", 5) != 0;
}

void
facet_add(const struct facet_term *t, const char *filter, struct buf *out)
{
  struct buf values = BUF_INIT;

  if (!takes_list(t)) {
    facet_choose(t, filter, out);
    return;
  }
  if (!other_values(t, filter, false, &values)) {
    if (values.n)
      buf_addc(&values, ',');
    add_value(&values, t->value);
  }
  add_rest(out, t, filter, false, false);
  if (values.n) {
    add_blank(out);
    buf_addf(out, "%s:%s", t->field, buf_str(&values));
  }
  buf_release(&values);
}

void
facet_exclude(const struct facet_term *t, const char *filter, struct buf *out)
{
  struct buf values = BUF_INIT;
  bool was = facet_standing(t, filter) == FACET_OUT;

  if (takes_list(t))
    other_values(t, filter, true, &values);
  add_rest(out, t, filter, !takes_list(t) && !was, true);
  if (!was && !takes_list(t)) {
    add_blank(out);
    buf_adds(out, "not");
    add_term(out, t);
  } else if (takes_list(t) && (!was || values.n)) {
    if (!was) {
      if (values.n)
        buf_addc(&values, ',');
      add_value(&values, t->value);
    }
    add_blank(out);
    buf_addf(out, "not %s:%s", t->field, buf_str(&values));
  }
  buf_release(&values);
}
