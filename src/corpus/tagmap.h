/* tagmap: numbers by a well mixed 32-bit tag, any number of them for each tag.
 *
 * A tag with one number, by far the most frequent case, takes one slot of 8 bytes; further numbers stand in a list.
 * Slots lie in the order of their tags, so growing is one pass over memory from end to end.
 * Life: zeroed, tagmap_add..., tagmap_release. Threads: one at a time. */
#ifndef CORPUS_TAGMAP_H
#define CORPUS_TAGMAP_H

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

/* What stands for a tag: 0 nothing, else its newest number and what stands after it. */
typedef uint32_t tagmap_entry;
#define TAGMAP_LISTED 0x80000000u

struct tagmap_slot {
  uint32_t tag;
  tagmap_entry entry;
};
struct tagmap_link {
  uint32_t number;
  tagmap_entry next;
};
struct tagmap {
  struct tagmap_slot *slots;
  size_t n, cap;                /* tags; slots */
  struct tagmap_link *links;
  size_t n_links, cap_links;
};

static inline struct tagmap_slot *
tagmap_home(const struct tagmap *m, uint32_t tag)
{
  return &m->slots[(uint64_t)tag * m->cap >> 32];
}

/* The slot of the tag, or the empty one where it belongs; at most 4/5 are taken. */
static inline struct tagmap_slot *
tagmap_slot(const struct tagmap *m, uint32_t tag)
{
  struct tagmap_slot *s = tagmap_home(m, tag), *end = m->slots + m->cap;

  while (s->entry && s->tag != tag)
    s = s + 1 < end ? s + 1 : m->slots;
  return s;
}

static inline void
tagmap_prefetch(const struct tagmap *m, uint32_t tag)
{
  if (m->cap)
    __builtin_prefetch(tagmap_home(m, tag));
}

static inline tagmap_entry
tagmap_get(const struct tagmap *m, uint32_t tag)
{
  return m->cap ? tagmap_slot(m, tag)->entry : 0;
}

static inline uint32_t
tagmap_number(const struct tagmap *m, tagmap_entry e)
{
  return e & TAGMAP_LISTED ? m->links[e & ~TAGMAP_LISTED].number : e - 1;
}

static inline tagmap_entry
tagmap_next(const struct tagmap *m, tagmap_entry e)
{
  return e & TAGMAP_LISTED ? m->links[e & ~TAGMAP_LISTED].next : 0;
}

static inline void
tagmap_add(struct tagmap *m, uint32_t tag, uint32_t number)
{
  struct tagmap_slot *s;

  if (5 * (m->n + 1) > 4 * m->cap) {
    struct tagmap old = *m;

    m->cap = old.cap ? 2 * old.cap : 32;
    m->slots = xcalloc(m->cap, sizeof *m->slots);
    for (size_t i = 0; i < old.cap; i++)
      if (old.slots[i].entry)
        *tagmap_slot(m, old.slots[i].tag) = old.slots[i];
    free(old.slots);
  }
  s = tagmap_slot(m, tag);
  if (!s->entry) {
    *s = (struct tagmap_slot){tag, number + 1};
    m->n++;
    return;
  }
  ensure(m->n_links < TAGMAP_LISTED && number + 1 < TAGMAP_LISTED);
  GROW(m->links, m->cap_links, m->n_links + 1);
  m->links[m->n_links] = (struct tagmap_link){number, s->entry};
  s->entry = TAGMAP_LISTED | (uint32_t)m->n_links++;
}

static inline void
tagmap_release(struct tagmap *m)
{
  free(m->slots);
  free(m->links);
  *m = (struct tagmap){0};
}

#endif
