#include "corpus/sample.h"

#include <string.h>

#include "base/mem.h"

const char *const split_names[N_SPLITS] = {"train", "valid", "test", "pool"};
const char *const origin_names[N_ORIGINS] = {"seed", "generated", "annotated", "imported"};
const char *const status_names[N_STATUSES] = {"new", "accepted", "rejected"};

static int
parse(const char *const *names, int n, const char *s)
{
  for (int i = 0; i < n; i++)
    if (!strcmp(names[i], s))
      return i;
  return -1;
}

const char *
split_name(enum split split)
{
  return split_names[split];
}

const char *
origin_name(enum origin origin)
{
  return origin_names[origin];
}

const char *
status_name(enum status status)
{
  return status_names[status];
}

int
split_parse(const char *s)
{
  return parse(split_names, N_SPLITS, s);
}

int
origin_parse(const char *s)
{
  return parse(origin_names, N_ORIGINS, s);
}

int
status_parse(const char *s)
{
  return parse(status_names, N_STATUSES, s);
}

uint16_t
sample_label(const struct sample *s)
{
  return s->n_labels ? s->labels[0] : LABEL_NONE;
}

bool
sample_has_label(const struct sample *s, uint16_t label)
{
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] == label)
      return true;
  return false;
}

bool
sample_usable(const struct sample *s)
{
  return !s->gone && (s->status == STATUS_ACCEPTED || (s->origin == ORIGIN_SEED && s->status != STATUS_REJECTED));
}

bool
attribute_next(const char **at, const char **name, size_t *n_name, const char **value, size_t *n_value)
{
  const char *s = *at, *end, *equals;

  if (!s || !*s)
    return false;
  end = strchr(s, '\x1f');
  if (!end)
    end = s + strlen(s);
  equals = memchr(s, '=', (size_t)(end - s));
  *name = s;
  *n_name = (size_t)((equals ? equals : end) - s);
  *value = equals ? equals + 1 : end;
  *n_value = (size_t)(end - *value);
  *at = *end ? end + 1 : end;
  return true;
}

const char *
attribute_get(const char *attributes, const char *name, size_t *n)
{
  const char *key, *value, *at = attributes;
  size_t n_key, n_value, n_name = strlen(name);

  while (attribute_next(&at, &key, &n_key, &value, &n_value))
    if (n_key == n_name && !memcmp(key, name, n_name)) {
      *n = n_value;
      return value;
    }
  *n = 0;
  return NULL;
}

/* The separator itself cannot stand in a name or a value, nor '=' in a name. */
static void
add_clean(struct buf *b, const char *s, char forbidden)
{
  for (; *s; s++)
    buf_addc(b, *s == '\x1f' || *s == forbidden ? ' ' : *s);
}

void
attribute_add(struct buf *attributes, const char *name, const char *value)
{
  if (attributes->n)
    buf_addc(attributes, '\x1f');
  add_clean(attributes, name, '=');
  buf_addc(attributes, '=');
  add_clean(attributes, value, '\x1f');
}

/* 16 bytes at once: a vector of the compiler. */
#define BLOCK 16
typedef unsigned char block __attribute__((vector_size(BLOCK)));

static block
load(const char *s)
{
  block b;

  memcpy(&b, s, sizeof b);
  return b;
}

/* ' ' and the five from '\t' to '\r'. */
static block
spaces_in(block b)
{
  return (block)(b == ' ') | (block)(b - '\t' < 5);
}

static uint32_t
count(block mask)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t halves[2];

  memcpy(halves, &mask, sizeof halves);
  return (uint32_t)(((halves[0] & ones) + (halves[1] & ones)) * ones >> 56);
}

/* A word begins where a space, or nothing, stands before what is none. */
uint32_t
sample_words(const char *text, size_t n)
{
  static const unsigned char spaces[256] = {[' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\v'] = 1, ['\f'] = 1, ['\r'] = 1};
  uint32_t words = n > 0 && !spaces[(unsigned char)text[0]];
  size_t i = 1;

  for (; i + BLOCK <= n; i += BLOCK)
    words += count(spaces_in(load(text + i - 1)) & ~spaces_in(load(text + i)));
  for (; i < n; i++)
    words += spaces[(unsigned char)text[i - 1]] & ~spaces[(unsigned char)text[i]];
  return words;
}
