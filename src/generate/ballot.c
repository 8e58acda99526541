#include "generate/ballot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "corpus/normal.h"
#include "corpus/sample.h"
#include "generate/parse.h"

#define BARE_WORDS 4            /* a reply of so few words and no JSON is taken for an attempt at a label */

uint16_t
ballot_label(const struct labels *labels, const char *s)
{
  uint16_t found = label_find(labels, s, strlen(s));
  struct buf wanted = BUF_INIT, name = BUF_INIT;
  size_t n_found = 0;

  if (found != LABEL_NONE)
    return found;
  normal_add(&wanted, s, strlen(s));
  for (size_t i = 0, n = labels_count(labels); i < n && wanted.n > 0; i++) {
    const char *own = label_name(labels, (uint16_t)i);

    buf_clear(&name);
    normal_add(&name, own, strlen(own));
    if (name.n == wanted.n && memcmp(name.s, wanted.s, name.n) == 0) {
      found = (uint16_t)i;
      n_found++;
    }
  }
  buf_release(&wanted);
  buf_release(&name);
  return n_found == 1 ? found : LABEL_NONE;
}

/* ---- one answer ---- */

struct reading {
  struct ballot *b;
  const struct labels *labels;
  bool multilabel;
  size_t n_keyed;               /* answers under the key "label" so far, in the order of the reply */
  size_t *keyed_at;             /* the text of each */
  size_t cap_keyed;
  bool any;
};

/* A text, or a number as it would be written. */
static const char *
scalar(struct reading *r, const struct json *x)
{
  double number = json_number(x, 0);
  char word[32];

  if (json_type(x) == JSON_STRING)
    return json_string(x);
  if (json_type(x) != JSON_NUMBER)
    return NULL;
  snprintf(word, sizeof word, "%.15g", number);
  return arena_strdup(&r->b->arena, word);
}

static void __attribute__((format(printf, 3, 4)))
odd(struct reading *r, struct ballot_entry *entry, const char *format, ...)
{
  char why[200];
  va_list args;

  if (entry->odd)
    return;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  entry->odd = arena_strdup(&r->b->arena, why);
}

static void
add_label(struct reading *r, struct ballot_entry *entry, const struct json *x)
{
  const char *word = scalar(r, x);
  uint16_t label = word ? ballot_label(r->labels, word) : LABEL_NONE;

  if (!word) {
    odd(r, entry, "its label is no text");
    return;
  }
  if (label == LABEL_NONE)
    odd(r, entry, "'%.100s' is no label", word);
  for (size_t i = 0; i < entry->n_labels; i++)
    if (entry->labels[i] == label)
      return;
  if (label != LABEL_NONE && entry->n_labels < BALLOT_LABELS_MAX)
    entry->labels[entry->n_labels++] = label;
}

/* A label or a list of labels. */
static struct ballot_entry
read_labels(struct reading *r, const struct json *x)
{
  struct ballot_entry entry = {.said = true, .rationale = "", .at = SIZE_MAX};
  size_t n = json_type(x) == JSON_ARRAY ? json_size(x) : 1;

  entry.labels = arena_alloc(&r->b->arena, (n < BALLOT_LABELS_MAX ? n : BALLOT_LABELS_MAX) * sizeof *entry.labels + 2);
  if (json_type(x) == JSON_ARRAY)
    for (const struct json *y = json_first(x); y; y = json_next(y))
      add_label(r, &entry, y);
  else
    add_label(r, &entry, x);
  if (!r->multilabel && entry.n_labels != 1 && !entry.odd)
    odd(r, &entry, entry.n_labels == 0 ? "no label is given" : "several labels are given");
  return entry;
}

/* Puts an answer in its place. A second one for the same text must say the same. */
static void
put(struct reading *r, size_t i, struct ballot_entry entry)
{
  struct ballot_entry *to = &r->b->entries[i];

  r->any = true;
  if (to->said && !to->odd &&
      (entry.odd || to->n_labels != entry.n_labels ||
       (entry.n_labels > 0 && memcmp(to->labels, entry.labels, entry.n_labels * sizeof *entry.labels) != 0)))
    odd(r, to, "the reply gives it two different answers");
  if (!to->said)
    *to = entry;
}

/* ---- the shapes ---- */

static const struct json *
member(const struct json *object, const char *name)
{
  for (const struct json *m = json_type(object) == JSON_OBJECT ? json_first(object) : NULL; m; m = json_next(m))
    if (strcasecmp(json_key(m), name) == 0)
      return m;
  return NULL;
}

/* What stands under "label" or "labels", or is the only member and no list. */
static const struct json *
label_of(const struct json *object, bool *keyed)
{
  const struct json *x = member(object, "label");

  *keyed = x && strcmp(json_key(x), "label") == 0 && json_type(x) == JSON_STRING;
  if (!x)
    x = member(object, "labels");
  if (!x && json_size(object) == 1 &&
      (json_type(json_first(object)) == JSON_STRING || json_type(json_first(object)) == JSON_NUMBER))
    x = json_first(object);
  return x;
}

/* The number in "index", or else `otherwise`. SIZE_MAX: it is no index of ours. */
static size_t
index_of(const struct reading *r, const struct json *object, size_t otherwise)
{
  const struct json *x = member(object, "index");
  double number;

  if (!x)
    x = member(object, "id");
  if (!x)
    return otherwise;
  number = json_type(x) == JSON_STRING ? strtod(json_string(x), NULL) : json_number(x, 0);
  return number >= 1 && number <= (double)r->b->n && number == (double)(size_t)number ? (size_t)number - 1 : SIZE_MAX;
}

/* An answer for text i, unless it says for which. False: it is none. */
static bool
read_answer(struct reading *r, const struct json *x, size_t i)
{
  bool keyed = false;
  const struct json *labels = json_type(x) == JSON_OBJECT ? label_of(x, &keyed) : x;
  const struct json *why = member(x, "rationale");
  struct ballot_entry entry;

  if (json_type(x) == JSON_OBJECT)
    i = index_of(r, x, i);
  if (!labels || i >= r->b->n)
    return false;
  entry = read_labels(r, labels);
  if (!why)
    why = member(x, "reason");
  if (json_string(why))
    entry.rationale = arena_strdup(&r->b->arena, json_string(why));
  if (keyed) {
    GROW(r->keyed_at, r->cap_keyed, r->n_keyed + 1);
    r->keyed_at[r->n_keyed++] = i;
  }
  put(r, i, entry);
  return true;
}

static bool
read_list(struct reading *r, const struct json *list)
{
  bool whole = json_size(list) == r->b->n, any = false;
  size_t i = 0;

  for (const struct json *x = json_first(list); x; x = json_next(x), i++)
    any = read_answer(r, x, whole ? i : SIZE_MAX) || any;
  return any;
}

/* {"1": ..., "2": ...}. False: some key is no number of a text. */
static bool
read_by_key(struct reading *r, const struct json *object)
{
  for (const struct json *m = json_first(object); m; m = json_next(m)) {
    char *end;
    unsigned long number = strtoul(json_key(m), &end, 10);

    if (*end || number < 1 || number > r->b->n)
      return false;
  }
  for (const struct json *m = json_first(object); m; m = json_next(m))
    read_answer(r, m, strtoul(json_key(m), NULL, 10) - 1);
  return json_size(object) > 0;
}

static bool
read_value(struct reading *r, const struct json *x)
{
  const struct json *list = NULL;
  size_t n_lists = 0;
  bool keyed;

  if (json_type(x) == JSON_ARRAY)
    return r->b->n == 1 && json_size(x) != 1 ? read_answer(r, x, 0) : read_list(r, x);
  for (const struct json *m = json_first(x); m; m = json_next(m))
    if (json_type(m) == JSON_ARRAY) {
      list = m;
      n_lists++;
    }
  if (r->b->n > 1 && read_by_key(r, x))
    return true;
  if ((r->b->n == 1 || member(x, "index") || member(x, "id")) && label_of(x, &keyed))
    return read_answer(r, x, 0);
  return n_lists == 1 && read_list(r, list);
}

/* ---- where the values stand in the text ---- */

/* The byte after the string that begins at s[i], an opening quote. */
static size_t
skip_string(const char *s, size_t n, size_t i)
{
  for (i++; i < n && s[i] != '"'; i++)
    i += s[i] == '\\' && i + 1 < n;
  return i < n ? i + 1 : n;
}

static size_t
skip_space(const char *s, size_t n, size_t i)
{
  while (i < n && strchr(" \t\r\n", s[i]) && s[i])
    i++;
  return i;
}

/* Sets `at` of the answers under "label": their order is the same in the text, if they are as many. */
static void
locate(struct reading *r, const char *s, size_t n)
{
  static const char key[] = "\"label\"";
  size_t found = 0;

  for (int write = 0; write < 2 && (!write || found == r->n_keyed); write++) {
    found = 0;
    for (size_t i = 0; i < n;) {
      size_t end, value;

      if (s[i] != '"') {
        i++;
        continue;
      }
      end = skip_string(s, n, i);
      value = skip_space(s, n, end);
      if (end - i == sizeof key - 1 && memcmp(s + i, key, sizeof key - 1) == 0 && value < n && s[value] == ':' &&
          (value = skip_space(s, n, value + 1)) < n && s[value] == '"') {
        if (write)
          r->b->entries[r->keyed_at[found]].at = value + 1;
        found++;
        end = skip_string(s, n, value);
      }
      i = end;
    }
  }
}

/* ---- the reply ---- */

/* All JSON values in the text. False: one of them is cut off. */
static bool
read_values(struct reading *r, const char *s, size_t n)
{
  struct buf clean = BUF_INIT;
  bool whole = true;

  for (size_t i = 0; i < n; i++) {
    struct json *x;
    size_t used;

    if (s[i] != '{' && s[i] != '[')
      continue;
    buf_clear(&clean);
    used = parse_scan(s + i, n - i, &clean);
    x = used > 0 ? json_parse(clean.s, clean.n, NULL, NULL) : NULL;
    whole = whole && (used > 0 || s[i] == '[');
    if (x && read_value(r, x))
      i += used - 1;
    json_free(x);
  }
  buf_release(&clean);
  return whole;
}

/* The whole reply is a label, or seems to try. */
static bool
read_bare(struct reading *r, const char *content, const char *s, size_t n)
{
  struct ballot_entry entry = {.said = true, .rationale = "", .at = SIZE_MAX, .bare = true};
  char *word;
  uint16_t label;

  while (n > 0 && strchr(" \t\r\n\"'`.*", s[n - 1]))
    n--;
  while (n > 0 && strchr("\"'`*", *s)) {
    s++;
    n--;
  }
  word = arena_strndup(&r->b->arena, s, n);
  label = ballot_label(r->labels, word);
  if (r->b->n != 1 || n == 0 || (label == LABEL_NONE && (sample_words(s, n) > BARE_WORDS || strpbrk(word, "\n{["))))
    return false;
  entry.labels = arena_alloc(&r->b->arena, sizeof *entry.labels);
  if (label == LABEL_NONE) {
    odd(r, &entry, "'%.100s' is no label", word);
  } else {
    entry.labels[entry.n_labels++] = label;
    entry.at = (size_t)(s - content);
  }
  r->b->entries[0] = entry;
  return true;
}

int
ballot_read(struct ballot *b, const char *content, size_t n, const struct labels *labels, bool multilabel,
            size_t n_texts, struct err *e)
{
  struct reading r = {.b = b, .labels = labels, .multilabel = multilabel};
  const char *s = content;
  size_t left = n;
  bool whole;

  *b = (struct ballot){.n = n_texts};
  arena_init(&b->arena);
  b->entries = arena_alloc(&b->arena, (n_texts + 1) * sizeof *b->entries);
  for (size_t i = 0; i < n_texts; i++)
    b->entries[i] = (struct ballot_entry){.rationale = "", .at = SIZE_MAX};
  if (parse_strip(&s, &left, e) < 0)
    return -1;
  if (read_bare(&r, content, s, left))
    return 0;
  whole = read_values(&r, s, left);
  locate(&r, content, n);
  free(r.keyed_at);
  if (!whole && (!r.any || n_texts == 1))
    return err_set(e, ERR_FAIL, "truncated: the reply ends in the middle of its answer");
  return r.any ? 0 : err_set(e, ERR_FAIL, "no label: no JSON object with a label in it");
}

void
ballot_release(struct ballot *b)
{
  arena_release(&b->arena);
  *b = (struct ballot){0};
}
