/* label: the labels of a project, and the kind of its task.
 *
 * Labels are only ever added; an id is a place in the list and keeps its meaning. Life: part of a corpus
 * (corpus_labels). Threads: any thread reads, without a lock (label_find takes a private one); labels_add is the
 * store's alone. */
#ifndef CORPUS_LABEL_H
#define CORPUS_LABEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LABEL_MAX 65535         /* labels of one project */
#define LABEL_NAME_MAX 200      /* bytes of a name */

enum task { TASK_CLASSIFY, TASK_PAIR, TASK_MULTILABEL, N_TASKS };
extern const char *const task_names[N_TASKS];
const char *task_name(enum task task);
int task_parse(const char *s);  /* -1: unknown */

struct labels;
struct labels *labels_new(void);
void labels_free(struct labels *l);

size_t labels_count(const struct labels *l);
/* Name and meaning of a label ("" if it has no meaning; "" for an id that is none). Never move. */
const char *label_name(const struct labels *l, uint16_t id);
const char *label_meaning(const struct labels *l, uint16_t id);
/* The id, or LABEL_NONE. Exact; label_find_like ignores ASCII case and finds what is nearest, for "did you mean". */
uint16_t label_find(const struct labels *l, const char *name, size_t n);
uint16_t label_find_like(const struct labels *l, const char *name);
/* What is wrong with a name (empty, too long, control characters, not UTF-8), as ERR_INPUT; 0 if nothing. */
int label_check_name(const char *name, struct err *e);
/* Adds one (a known name: its id again, and a meaning that is not empty replaces the old). Store only. */
uint16_t labels_add(struct labels *l, const char *name, const char *meaning);

/* The names of a set joined by `between`. */
struct buf;
void labels_join(struct buf *out, const struct labels *l, const uint16_t *ids, size_t n, const char *between);

#endif
