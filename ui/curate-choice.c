/* Which columns were chosen, in which order and how wide. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/curate-column.h"

const char *
choice_default(enum task task)
{
  return task == TASK_PAIR ? "id status label text text2 suggestion" : "id status label text suggestion";
}

bool
choice_has(const struct choice *k, const char *name, size_t *i)
{
  for (size_t at = 0; at < k->n; at++)
    if (!strcmp(k->columns[at].name, name)) {
      if (i)
        *i = at;
      return true;
    }
  return false;
}

void
choice_add(struct choice *k, const char *name)
{
  struct chosen_column *c;

  if (!*name || strlen(name) >= COLUMN_NAME_MAX || k->n == COLUMNS_MAX || choice_has(k, name, NULL))
    return;
  GROW(k->columns, k->cap, k->n + 1);
  c = &k->columns[k->n++];
  *c = (struct chosen_column){.field = column_field_find(name)};
  c->signal = c->field || !strncmp(name, "attr.", 5) ? NULL : column_signal(name);
  memcpy(c->name, name, strlen(name) + 1);
}

void
choice_set(struct choice *k, const char *words)
{
  char *copy = xstrdup(words), *at = NULL;

  k->n = 0;
  for (char *word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
    char *colon = strrchr(word, ':');
    size_t before = k->n;
    int cols = colon ? atoi(colon + 1) : 0;

    if (colon)
      *colon = '\0';
    choice_add(k, word);
    if (k->n > before)
      k->columns[before].cols = cols < 0 ? 0 : cols > COLUMN_COLS_MAX ? COLUMN_COLS_MAX : cols;
  }
  free(copy);
}

void
choice_write(const struct choice *k, struct buf *out)
{
  for (size_t i = 0; i < k->n; i++) {
    buf_addf(out, "%s%s", i ? " " : "", k->columns[i].name);
    if (k->columns[i].cols)
      buf_addf(out, ":%d", k->columns[i].cols);
  }
}

void
choice_release(struct choice *k)
{
  free(k->columns);
  *k = (struct choice){0};
}

void
choice_remove(struct choice *k, size_t i)
{
  memmove(&k->columns[i], &k->columns[i + 1], (k->n - i - 1) * sizeof *k->columns);
  k->n--;
}

void
choice_move(struct choice *k, size_t i, int step)
{
  struct chosen_column moved = k->columns[i];
  size_t to = step < 0 ? i - 1 : i + 1;

  if ((step < 0 && i == 0) || to >= k->n)
    return;
  k->columns[i] = k->columns[to];
  k->columns[to] = moved;
}

void
choice_widen(struct choice *k, size_t i, int step, int cols_now)
{
  int cols = cols_now + step;

  k->columns[i].cols = cols < COLUMN_COLS_MIN ? COLUMN_COLS_MIN : cols > COLUMN_COLS_MAX ? COLUMN_COLS_MAX : cols;
}
