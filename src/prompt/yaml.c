#include "prompt/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/json.h"

struct reader {
  struct arena *arena;
  yaml_parser_t parser;
  const char *file;
  int first_line;
  struct err *e;
  size_t n_nodes;
};

static int
fail_at(struct reader *r, yaml_mark_t mark, const char *why)
{
  return err_set(r->e, ERR_INPUT, "%s:%zu:%zu: %s", r->file, mark.line + (size_t)r->first_line, mark.column + 1, why);
}

static int
next_event(struct reader *r, yaml_event_t *event)
{
  if (!yaml_parser_parse(&r->parser, event))
    return fail_at(r, r->parser.problem_mark, r->parser.problem ? r->parser.problem : "this is no YAML");
  return 0;
}

static struct yaml *
new_node(struct reader *r, const yaml_event_t *event, enum yaml_kind kind)
{
  struct yaml *y = arena_alloc(r->arena, sizeof *y);

  y->kind = kind;
  y->line = (int)event->start_mark.line + r->first_line;
  y->column = (int)event->start_mark.column + 1;
  return y;
}

static int
add_member(struct reader *r, struct yaml *container, struct yaml *y)
{
  if (container->last)
    container->last->next = y;
  else
    container->first = y;
  container->last = y;
  container->n++;
  if (++r->n_nodes > YAML_NODES)
    return err_set(r->e, ERR_INPUT, "%s:%d: more than %d values in the front matter", r->file, y->line, YAML_NODES);
  return 0;
}

static int read_node(struct reader *r, yaml_event_t *event, int depth, struct yaml **out);

static int
read_text(struct reader *r, const yaml_event_t *event, struct yaml **out)
{
  const char *s = (const char *)event->data.scalar.value;
  size_t n = event->data.scalar.length;

  if (memchr(s, '\0', n))
    return fail_at(r, event->start_mark, "a NUL character");
  *out = new_node(r, event, YAML_TEXT);
  (*out)->s = arena_strndup(r->arena, s, n);
  (*out)->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  return 0;
}

static int
read_key(struct reader *r, const yaml_event_t *event, const struct yaml *map, struct yaml **key)
{
  if (event->type != YAML_SCALAR_EVENT)
    return fail_at(r, event->start_mark, "a key must be a text");
  if (read_text(r, event, key) < 0)
    return -1;
  if (yaml_get(map, (*key)->s))
    return err_set(r->e, ERR_INPUT, "%s:%d:%d: the key '%s' is there twice", r->file, (*key)->line, (*key)->column,
                   (*key)->s);
  return 0;
}

/* The members up to the end of the list or map. */
static int
read_members(struct reader *r, struct yaml *container, int depth)
{
  for (;;) {
    yaml_event_t event;
    struct yaml *key = NULL, *y = NULL;
    int result = 0;
    bool end;

    if (next_event(r, &event) < 0)
      return -1;
    end = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    if (!end && container->kind == YAML_MAP) {
      result = read_key(r, &event, container, &key);
      yaml_event_delete(&event);
      if (result < 0 || next_event(r, &event) < 0)
        return -1;
    }
    if (!end)
      result = read_node(r, &event, depth, &y);
    yaml_event_delete(&event);
    if (result < 0 || end)
      return result;
    if (key) {
      y->key = key->s;
      y->key_line = key->line;
    }
    if (add_member(r, container, y) < 0)
      return -1;
  }
}

static int
read_node(struct reader *r, yaml_event_t *event, int depth, struct yaml **out)
{
  const yaml_char_t *anchor = NULL, *tag = NULL;

  if (event->type == YAML_ALIAS_EVENT)
    return fail_at(r, event->start_mark, "aliases are not taken here");
  if (event->type == YAML_SCALAR_EVENT) {
    anchor = event->data.scalar.anchor;
    tag = event->data.scalar.tag;
  } else if (event->type == YAML_SEQUENCE_START_EVENT) {
    anchor = event->data.sequence_start.anchor;
    tag = event->data.sequence_start.tag;
  } else if (event->type == YAML_MAPPING_START_EVENT) {
    anchor = event->data.mapping_start.anchor;
    tag = event->data.mapping_start.tag;
  } else {
    return fail_at(r, event->start_mark, "a value is missing");
  }
  if (anchor || tag)
    return fail_at(r, event->start_mark, "anchors and tags are not taken here");
  if (event->type == YAML_SCALAR_EVENT)
    return read_text(r, event, out);
  if (depth == YAML_DEPTH)
    return fail_at(r, event->start_mark, "nested too deeply");
  *out = new_node(r, event, event->type == YAML_SEQUENCE_START_EVENT ? YAML_LIST : YAML_MAP);
  return read_members(r, *out, depth + 1);
}

/* Stream start, document start, the node, document end, stream end. */
static int
read_document(struct reader *r, struct yaml **root)
{
  yaml_event_t event;
  int result = 0;

  for (bool end = false; !end && result == 0; ) {
    if (next_event(r, &event) < 0)
      return -1;
    switch (event.type) {
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      break;
    case YAML_DOCUMENT_START_EVENT:
      if (*root)
        result = fail_at(r, event.start_mark, "a second document in the front matter");
      break;
    case YAML_STREAM_END_EVENT:
      end = true;
      break;
    default:
      result = read_node(r, &event, 0, root);
    }
    yaml_event_delete(&event);
  }
  return result;
}

struct yaml *
yaml_parse(struct arena *a, const char *s, size_t n, const char *file, int first_line, struct err *e)
{
  struct reader r = {.arena = a, .file = file, .first_line = first_line, .e = e};
  struct yaml *root = NULL;
  int result;

  if (!yaml_parser_initialize(&r.parser)) {
    err_set(e, ERR_FAIL, "out of memory");
    return NULL;
  }
  yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&r.parser, (const unsigned char *)s, n);
  result = read_document(&r, &root);
  yaml_parser_delete(&r.parser);
  if (result < 0)
    return NULL;
  if (!root || (root->kind == YAML_TEXT && root->plain && !*root->s)) {
    root = arena_alloc(a, sizeof *root);
    root->kind = YAML_MAP;
    root->line = first_line;
  }
  return root;
}

struct yaml *
yaml_get(const struct yaml *map, const char *key)
{
  if (map && map->kind == YAML_MAP)
    for (struct yaml *y = map->first; y; y = y->next)
      if (strcmp(y->key, key) == 0)
        return y;
  return NULL;
}

/* A number as JSON spells it. */
static bool
is_json_number(const char *s)
{
  size_t n;

  s += *s == '-';
  n = strspn(s, "0123456789");
  if (!n || n > 300 || (s[0] == '0' && n > 1))
    return false;
  s += n;
  if (*s == '.') {
    n = strspn(s + 1, "0123456789");
    if (!n)
      return false;
    s += 1 + n;
  }
  if (*s == 'e' || *s == 'E') {
    s += 1 + (s[1] == '-' || s[1] == '+');
    n = strspn(s, "0123456789");
    if (!n)
      return false;
    s += n;
  }
  return !*s;
}

void
yaml_json(struct buf *out, const struct yaml *y)
{
  if (y->kind == YAML_TEXT) {
    if (y->plain && (strcmp(y->s, "true") == 0 || strcmp(y->s, "false") == 0 || is_json_number(y->s)))
      buf_adds(out, y->s);
    else if (y->plain && (strcmp(y->s, "null") == 0 || strcmp(y->s, "~") == 0 || !*y->s))
      buf_adds(out, "null");
    else
      json_add_str(out, y->s);
    return;
  }
  buf_addc(out, y->kind == YAML_MAP ? '{' : '[');
  for (const struct yaml *k = y->first; k; k = k->next) {
    if (y->kind == YAML_MAP)
      json_add_key(out, k->key);
    else
      json_add_comma(out);
    yaml_json(out, k);
  }
  buf_addc(out, y->kind == YAML_MAP ? '}' : ']');
}
