#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"

void
samples_add(struct samples *s, const char *text, const char *text2, const uint16_t *labels, uint16_t n_labels)
{
  uint16_t *own = arena_alloc(&s->arena, (n_labels + 1u) * sizeof *own);

  memcpy(own, labels, n_labels * sizeof *own);
  GROW(s->x, s->cap, s->n + 1);
  s->x[s->n++] = (struct example){.text = arena_strdup(&s->arena, text), .labels = own, .n_labels = n_labels,
                                  .text2 = text2 ? arena_strdup(&s->arena, text2) : NULL};
}

static uint16_t
number_of(struct label_names *names, const char *name)
{
  int64_t i = strmap_get(&names->map, name, strlen(name), -1);

  if (i < 0) {
    i = (int64_t)names->n;
    names->names[names->n++] = arena_strdup(&names->arena, name);
    strmap_put(&names->map, name, strlen(name), i);
  }
  return (uint16_t)i;
}

void
samples_read(struct samples *s, struct label_names *names, const char *path, const char *without)
{
  struct err e = {0};
  struct lines l;
  size_t n;
  char *line;

  if (lines_open(&l, path, 1 << 24, &e) != 0)
    goto bad;
  while (lines_next(&l, &line, &n, &e) == 1) {
    struct json *j = json_parse(line, n, NULL, &e);
    const struct json *list = json_get(j, "labels");
    const char *text = json_string(json_get(j, "text")), *label = json_string(json_get(j, "label"));
    uint16_t labels[64], n_labels = 0;

    if (!j || !text)
      goto bad;
    for (const struct json *i = json_first(list); i && n_labels < 64; i = json_next(i))
      labels[n_labels++] = number_of(names, json_string(i));
    if (label && !(without && strcmp(label, without) == 0))
      labels[n_labels++] = number_of(names, label);
    if (list || n_labels)
      samples_add(s, text, json_string(json_get(j, "text2")), labels, n_labels);
    json_free(j);
  }
  lines_close(&l);
  if (!e.code)
    return;
bad:
  fprintf(stderr, "%s: %s\n", path, e.message);
  exit(2);
}
