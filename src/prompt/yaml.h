/* yaml: a small YAML document as a tree (over libyaml, the only file that includes it). Anchors, aliases and tags are
 * refused: front matter needs none, and what cannot be repeated cannot grow. */
#ifndef PROMPT_YAML_H
#define PROMPT_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define YAML_DEPTH 12
#define YAML_NODES 50000

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
  enum yaml_kind kind;
  const char *key;        /* of a member of a map */
  int key_line;
  const char *s;          /* TEXT, NUL-terminated, no NUL within */
  bool plain;             /* TEXT without quotes: true, 10, ~ have their meaning */
  int line, column;       /* in the whole file, from 1 */
  size_t n;               /* LIST, MAP: members */
  struct yaml *first, *last, *next;
};

/* The document of n bytes that begin in line first_line of the file; an empty one is an empty map. NULL and e on a
 * mistake. */
struct yaml *yaml_parse(struct arena *a, const char *s, size_t n, const char *file, int first_line, struct err *e);
struct yaml *yaml_get(const struct yaml *map, const char *key);
/* As JSON: plain numbers, true, false, null as such, all else as strings. */
void yaml_json(struct buf *out, const struct yaml *y);

#endif
