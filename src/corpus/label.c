#include "corpus/label.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "corpus/sample.h"
#include "corpus/table.h"

const char *const task_names[N_TASKS] = {"classify", "pair", "multilabel"};

struct entry {
  const char *name;
  _Atomic(const char *) meaning;
};

struct labels {
  struct table entries;
  atomic_size_t n;
  pthread_mutex_t lock;   /* guards ids; held for one lookup */
  struct strmap ids;
  struct arena arena;     /* the writer's */
};

const char *
task_name(enum task task)
{
  return task_names[task];
}

int
task_parse(const char *s)
{
  for (int i = 0; i < N_TASKS; i++)
    if (!strcmp(task_names[i], s))
      return i;
  return -1;
}

struct labels *
labels_new(void)
{
  struct labels *l = xcalloc(1, sizeof *l);

  pthread_mutex_init(&l->lock, NULL);
  strmap_init(&l->ids);
  arena_init(&l->arena);
  return l;
}

void
labels_free(struct labels *l)
{
  if (!l)
    return;
  table_release(&l->entries);
  strmap_release(&l->ids);
  arena_release(&l->arena);
  pthread_mutex_destroy(&l->lock);
  free(l);
}

size_t
labels_count(const struct labels *l)
{
  return atomic_load_explicit(&((struct labels *)l)->n, memory_order_acquire);
}

const char *
label_name(const struct labels *l, uint16_t id)
{
  const struct entry *e = id < labels_count(l) ? table_get(&l->entries, id) : NULL;

  return e ? e->name : "";
}

const char *
label_meaning(const struct labels *l, uint16_t id)
{
  struct entry *e = id < labels_count(l) ? table_get(&l->entries, id) : NULL;

  return e ? atomic_load_explicit(&e->meaning, memory_order_acquire) : "";
}

uint16_t
label_find(const struct labels *l, const char *name, size_t n)
{
  struct labels *mine = (struct labels *)l;
  int64_t id;

  pthread_mutex_lock(&mine->lock);
  id = strmap_get(&l->ids, name, n, LABEL_NONE);
  pthread_mutex_unlock(&mine->lock);
  return (uint16_t)id;
}

uint16_t
label_find_like(const struct labels *l, const char *name)
{
  struct nearest near = nearest_to(name);
  size_t n = labels_count(l);
  uint16_t best = LABEL_NONE;

  for (size_t i = 0; i < n; i++)
    if (nearest_try(&near, label_name(l, (uint16_t)i)))
      best = (uint16_t)i;
  return best;
}

int
label_check_name(const char *name, struct err *e)
{
  size_t n = strlen(name), bad;

  if (!n)
    return err_set(e, ERR_INPUT, "a label needs a name");
  if (n > LABEL_NAME_MAX)
    return err_set(e, ERR_INPUT, "label name is too long: %zu bytes (at most %d)", n, LABEL_NAME_MAX);
  if (!utf8_valid(name, n, &bad))
    return err_set(e, ERR_INPUT, "label name is not UTF-8 at byte %zu", bad + 1);
  for (size_t i = 0, len; i < n; i += len)
    if (utf8_is_control(utf8_decode(name + i, n - i, &len)))
      return err_set(e, ERR_INPUT, "label name '%s' holds a control character", name);
  return 0;
}

uint16_t
labels_add(struct labels *l, const char *name, const char *meaning)
{
  uint16_t id = label_find(l, name, strlen(name));
  struct entry *e;

  if (id == LABEL_NONE) {
    ensure(labels_count(l) < LABEL_MAX);
    id = (uint16_t)labels_count(l);
    e = arena_alloc(&l->arena, sizeof *e);
    e->name = arena_strdup(&l->arena, name);
    atomic_init(&e->meaning, arena_strdup(&l->arena, meaning ? meaning : ""));
    table_set(&l->entries, id, e);
    pthread_mutex_lock(&l->lock);
    strmap_put(&l->ids, name, strlen(name), id);
    pthread_mutex_unlock(&l->lock);
    atomic_store_explicit(&l->n, id + 1u, memory_order_release);
  } else if (meaning && *meaning) {
    e = table_get(&l->entries, id);
    atomic_store_explicit(&e->meaning, arena_strdup(&l->arena, meaning), memory_order_release);
  }
  return id;
}

void
labels_join(struct buf *out, const struct labels *l, const uint16_t *ids, size_t n, const char *between)
{
  for (size_t i = 0; i < n; i++) {
    if (i)
      buf_adds(out, between);
    buf_adds(out, label_name(l, ids[i]));
  }
}
