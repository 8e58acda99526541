/* mem: allocation that never returns NULL, growing arrays, and arenas.
 *
 * Out of memory ends the program with a word; whatever was to be durable is on disk already. A size that comes from
 * outside is capped by its reader before it reaches these functions.
 *
 * Arena life: arena_init, any number of arena_... calls, arena_release. What it hands out never moves and is freed all
 * at once. Threads: an arena has one user at a time. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for at least `need` elements in the array p of capacity cap (a size_t lvalue), doubling. */
#define GROW(p, cap, need) ((need) > (cap) ? (void)((p) = mem_grow((p), &(cap), (need), sizeof *(p))) : (void)0)
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);

#define N_OF(array) (sizeof(array) / sizeof *(array))

struct arena_block;
struct arena {
  struct arena_block *blocks;  /* newest first */
  size_t size_bytes;           /* handed out */
};
void arena_init(struct arena *a);
void arena_release(struct arena *a);
/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* Bytes without alignment, not zeroed: for text. */
char *arena_bytes(struct arena *a, size_t size);
/* A NUL-terminated copy of n bytes. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);

#endif
