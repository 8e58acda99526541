#include "ship/twins.h"

#include <string.h>

#include "base/hash.h"

uint32_t
twins_tag(const struct sample *s)
{
  uint64_t h = hash_bytes(s->text, s->n_text, (uint64_t)s->split + 1);

  return (uint32_t)((s->text2 ? hash_bytes(s->text2, s->n_text2, h) : h) >> 32);
}

static bool
same_text(const char *a, uint32_t n_a, const char *b, uint32_t n_b)
{
  if (!a || !b)
    return !a && !b;
  return n_a == n_b && memcmp(a, b, n_a) == 0;
}

bool
twins_has(const struct twins *twins, const struct corpus *c, const struct sample *s, uint32_t tag)
{
  struct sample other;

  for (tagmap_entry at = tagmap_get(&twins->map, tag); at; at = tagmap_next(&twins->map, at))
    if (corpus_stage_get(c, tagmap_number(&twins->map, at), &other) && other.split == s->split
        && same_text(s->text, s->n_text, other.text, other.n_text)
        && same_text(s->text2, s->n_text2, other.text2, other.n_text2))
      return true;
  return false;
}

void
twins_add(struct twins *twins, uint32_t tag, uint32_t id)
{
  tagmap_add(&twins->map, tag, id);
}

void
twins_release(struct twins *twins)
{
  tagmap_release(&twins->map);
}
