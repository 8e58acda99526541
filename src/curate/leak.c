#include "curate/leak.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/normal.h"
#include "curate/terms.h"

#define MAX_WORDS 16u            /* of a name; further ones are not asked for */

struct name {
  uint32_t all;                  /* a bit for each of its words; 0: it has none */
  char *whole;                   /* of a script without spaces: its normal form */
  size_t n_whole;
  atomic_uint holding, both;     /* labelled texts that hold it; those of them that have the label */
  atomic_uint having;            /* texts that have the label */
};
/* A word of a name. */
struct name_word {
  uint64_t hash;                 /* 0: empty */
  uint16_t label;
  uint8_t bit;
};
struct leaks {
  size_t n_labels;
  struct name *names;
  struct name_word *words;       /* a table in which equal hashes follow each other */
  size_t n_words, mask;
  atomic_uint labelled;
};
struct leak_scratch {
  uint32_t *found;               /* (labels) bits of words found */
  uint16_t *touched;
  size_t n_touched;
};

/* ---- names ---- */

static void
put_word(struct leaks *l, struct name_word w)
{
  size_t i = (size_t)w.hash & l->mask;

  while (l->words[i].hash)
    i = (i + 1) & l->mask;
  l->words[i] = w;
}

/* With a space where a capital follows a small letter. */
static void
spread(struct buf *out, const char *name)
{
  size_t n = strlen(name), len;
  bool small = false;

  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(name + i, n - i, &len);
    bool is_small = utf8_toupper(c) != c, is_capital = utf8_tolower(c) != c;

    if (small && is_capital)
      buf_addc(out, ' ');
    buf_add(out, name + i, len);
    small = is_small;
  }
}

static bool
has_unspaced(const char *s, size_t n)
{
  size_t len;

  for (size_t i = 0; i < n; i += len)
    if (terms_unspaced(utf8_decode(s + i, n - i, &len)))
      return true;
  return false;
}

static void
add_name(struct leaks *l, uint16_t label, const char *text)
{
  struct buf spaced = BUF_INIT, normal = BUF_INIT;
  struct name *name = &l->names[label];
  const char *s, *end;
  unsigned bit = 0;

  spread(&spaced, text);
  normal_add(&normal, buf_str(&spaced), spaced.n);
  s = buf_str(&normal);
  end = s + normal.n;
  if (has_unspaced(s, normal.n)) {
    name->n_whole = normal.n;
    name->whole = xstrndup(s, normal.n);
    s = end;
  }
  for (; s < end && bit < MAX_WORDS; bit++) {
    const char *stop = memchr(s, ' ', (size_t)(end - s));

    if (!stop)
      stop = end;
    name->all |= (uint32_t)1 << bit;
    put_word(l, (struct name_word){hash_bytes(s, (size_t)(stop - s), 0) | 1, label, (uint8_t)bit});
    s = stop + 1;
  }
  buf_release(&spaced);
  buf_release(&normal);
}

struct leaks *
leaks_new(const struct corpus *c)
{
  struct leaks *l = xcalloc(1, sizeof *l);

  l->n_labels = labels_count(corpus_labels(c));
  l->names = xcalloc(l->n_labels + 1, sizeof *l->names);
  for (l->mask = 63; l->mask < 2 * MAX_WORDS * l->n_labels; l->mask = 2 * l->mask + 1)
    ;
  l->words = xcalloc(l->mask + 1, sizeof *l->words);
  for (size_t i = 0; i < l->n_labels; i++)
    add_name(l, (uint16_t)i, label_name(corpus_labels(c), (uint16_t)i));
  return l;
}

void
leaks_free(struct leaks *l)
{
  if (!l)
    return;
  for (size_t i = 0; i < l->n_labels; i++)
    free(l->names[i].whole);
  free(l->names);
  free(l->words);
  free(l);
}

struct leak_scratch *
leak_scratch_new(const struct leaks *l)
{
  struct leak_scratch *s = xcalloc(1, sizeof *s);

  s->found = xcalloc(l->n_labels + 1, sizeof *s->found);
  s->touched = xcalloc(l->n_labels + 1, sizeof *s->touched);
  return s;
}

void
leak_scratch_free(struct leak_scratch *s)
{
  if (!s)
    return;
  free(s->found);
  free(s->touched);
  free(s);
}

/* ---- texts ---- */

static void
touch(struct leak_scratch *scratch, uint16_t label, uint32_t bits)
{
  if (!scratch->found[label])
    scratch->touched[scratch->n_touched++] = label;
  scratch->found[label] |= bits;
}

static void
find_words(const struct leaks *l, struct leak_scratch *scratch, const char *s, size_t n)
{
  const char *end = s + n;

  while (s < end) {
    const char *stop = memchr(s, ' ', (size_t)(end - s));
    uint64_t hash;

    if (!stop)
      stop = end;
    hash = hash_bytes(s, (size_t)(stop - s), 0) | 1;
    for (size_t i = (size_t)hash & l->mask; l->words[i].hash; i = (i + 1) & l->mask)
      if (l->words[i].hash == hash)
        touch(scratch, l->words[i].label, (uint32_t)1 << l->words[i].bit);
    s = stop + 1;
  }
}

static void
find_wholes(const struct leaks *l, struct leak_scratch *scratch, const char *s, size_t n)
{
  for (size_t i = 0; i < l->n_labels; i++)
    if (l->names[i].whole && memmem(s, n, l->names[i].whole, l->names[i].n_whole))
      touch(scratch, (uint16_t)i, 1);
}

static bool
holds(const struct leaks *l, const struct leak_scratch *scratch, uint16_t label)
{
  const struct name *name = &l->names[label];

  return scratch->found[label] && (name->whole || scratch->found[label] == name->all);
}

static void
count(struct leaks *l, const struct leak_scratch *scratch, const struct sample *s)
{
  atomic_fetch_add_explicit(&l->labelled, 1, memory_order_relaxed);
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] < l->n_labels)
      atomic_fetch_add_explicit(&l->names[s->labels[i]].having, 1, memory_order_relaxed);
  for (size_t i = 0; i < scratch->n_touched; i++) {
    uint16_t label = scratch->touched[i];

    if (!holds(l, scratch, label))
      continue;
    atomic_fetch_add_explicit(&l->names[label].holding, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&l->names[label].both, sample_has_label(s, label), memory_order_relaxed);
  }
}

static void
find(const struct leaks *l, struct leak_scratch *scratch, const char *normal, size_t n)
{
  for (size_t i = 0; i < scratch->n_touched; i++)
    scratch->found[scratch->touched[i]] = 0;
  scratch->n_touched = 0;
  find_words(l, scratch, normal, n);
  find_wholes(l, scratch, normal, n);
}

bool
leaks_count(struct leaks *l, struct leak_scratch *scratch, const struct sample *s, const char *normal, size_t n)
{
  if (!s->n_labels)
    return false;
  find(l, scratch, normal, n);
  count(l, scratch, s);
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] < l->n_labels && holds(l, scratch, s->labels[i]))
      return true;
  return false;
}

/* Half a text is added to each count, so that none is 0. */
static bool
is_telling(const struct leaks *l, uint16_t label)
{
  const struct name *name = &l->names[label];
  double both = name->both + 0.5, only = name->holding - name->both + 0.5;
  double having = name->having + 0.5, others = l->labelled - name->having + 0.5;

  return both / only >= 2 * having / others;
}

uint16_t
leaks_in(const struct leaks *l, struct leak_scratch *scratch, const struct sample *s, const char *normal, size_t n)
{
  find(l, scratch, normal, n);
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] < l->n_labels && holds(l, scratch, s->labels[i]) && is_telling(l, s->labels[i]))
      return s->labels[i];
  return LABEL_NONE;
}
