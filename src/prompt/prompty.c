/* Reading a .prompty file. What is done with it, rendering, is in message.c. */
#include "prompt/prompty.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "prompt/literal.h"
#include "prompt/yaml.h"

static const char *const kinds[] = {
  [PROMPTY_GENERATE] = "generate", [PROMPTY_ANNOTATE] = "annotate", [PROMPTY_REWRITE] = "rewrite",
};

/* Names that a template has anyway, so that no attribute can have them. */
static const char *const scope_names[] = {
  "label", "meaning", "labels", "task", "count", "seeds", "avoid", "text", "text2", "texts", "rationale", "rival",
  "was", "loop", "range", "dict",
  "namespace",
  "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else",
};

struct loading {
  struct prompty *p;
  struct err *e;
};

static int __attribute__((format(printf, 3, 4)))
fail_at(struct loading *l, const struct yaml *y, const char *format, ...)
{
  char message[500];
  va_list args;

  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return err_set(l->e, ERR_INPUT, "%s:%d:%d: %s", l->p->file, y->line, y->column, message);
}

const char *
prompty_kind_name(enum prompty_kind kind)
{
  return kinds[kind];
}

static int
read_text(struct loading *l, const struct yaml *y, const char **out)
{
  if (y->kind != YAML_TEXT)
    return fail_at(l, y, "'%s' must be a text", y->key);
  *out = y->s;
  return 0;
}

static int
read_name(struct loading *l, const struct yaml *y)
{
  if (read_text(l, y, &l->p->name) < 0)
    return -1;
  return *l->p->name && strlen(l->p->name) <= 200 ? 0 : fail_at(l, y, "the name must have 1 to 200 bytes");
}

static int
read_description(struct loading *l, const struct yaml *y)
{
  return read_text(l, y, &l->p->description);
}

static int
read_kind(struct loading *l, const struct yaml *y)
{
  const char *s = "";

  if (read_text(l, y, &s) < 0)
    return -1;
  for (size_t i = 0; i < N_OF(kinds); i++)
    if (strcmp(kinds[i], s) == 0) {
      l->p->kind = (enum prompty_kind)i;
      return 0;
    }
  return fail_at(l, y, "unknown kind '%s' (generate, annotate or rewrite)", s);
}

static int
read_number(struct loading *l, const struct yaml *y, double low, double high, double *out)
{
  char *end;

  if (y->kind == YAML_TEXT && *y->s) {
    *out = strtod(y->s, &end);
    if (!*end && *out >= low && *out <= high)
      return 0;
  }
  return fail_at(l, y, "'%s' must be a number from %g to %g", y->key, low, high);
}

static int
read_int(struct loading *l, const struct yaml *y, int low, int high, int *out)
{
  double d;

  if (read_number(l, y, low, high, &d) < 0)
    return -1;
  if (d != floor(d))
    return fail_at(l, y, "'%s' must be a whole number", y->key);
  *out = (int)d;
  return 0;
}

static int
read_count(struct loading *l, const struct yaml *y)
{
  return read_int(l, y, 1, PROMPTY_COUNT, &l->p->count);
}

static int
read_bool(struct loading *l, const struct yaml *y, int *out)
{
  if (y->kind != YAML_TEXT || (strcmp(y->s, "true") != 0 && strcmp(y->s, "false") != 0))
    return fail_at(l, y, "'%s' must be true or false", y->key);
  *out = y->s[0] == 't';
  return 0;
}

static int
read_parameters(struct loading *l, const struct yaml *y)
{
  struct prompty *p = l->p;

  if (y->kind != YAML_MAP)
    return y->kind == YAML_TEXT && !*y->s ? 0 : fail_at(l, y, "'parameters' must be a map");
  p->parameters = arena_alloc(&p->arena, (y->n + 1) * sizeof *p->parameters);
  for (const struct yaml *k = y->first; k; k = k->next) {
    struct buf b = BUF_INIT;

    yaml_json(&b, k);
    p->parameters[p->n_parameters++] = (struct prompty_parameter){k->key, arena_strdup(&p->arena, buf_str(&b))};
    buf_release(&b);
  }
  return 0;
}

bool
prompty_may_name(const char *name)
{
  size_t n = strlen(name);

  for (size_t i = 0; i < N_OF(scope_names); i++)
    if (strcmp(scope_names[i], name) == 0)
      return false;
  return n > 0 && n <= 100 && literal_name(name, n) == n;
}

static int
check_attribute_name(struct loading *l, const struct yaml *y)
{
  size_t n = strlen(y->key);

  if (!n || n > 100 || literal_name(y->key, n) != n)
    return err_set(l->e, ERR_INPUT, "%s:%d: '%s' cannot be the name of an attribute (letters, digits and _)",
                   l->p->file,
                   y->key_line, y->key);
  for (size_t i = 0; i < N_OF(scope_names); i++)
    if (strcmp(scope_names[i], y->key) == 0)
      return err_set(l->e, ERR_INPUT, "%s:%d: '%s' cannot be the name of an attribute (it has its own meaning)",
                     l->p->file,
                     y->key_line, y->key);
  return 0;
}

static int
read_attribute(struct loading *l, const struct yaml *y, struct prompty_attribute *a)
{
  if (check_attribute_name(l, y) < 0)
    return -1;
  if (y->kind != YAML_LIST || !y->n)
    return fail_at(l, y, "the attribute '%s' needs a list of values", y->key);
  if (y->n > PROMPTY_VALUES)
    return fail_at(l, y, "the attribute '%s' has more than %d values", y->key, PROMPTY_VALUES);
  a->name = y->key;
  a->values = arena_alloc(&l->p->arena, y->n * sizeof *a->values);
  for (const struct yaml *k = y->first; k; k = k->next) {
    if (k->kind != YAML_TEXT || !*k->s)
      return fail_at(l, k, "a value of '%s' must be a text", y->key);
    if (prompty_value(a, k->s) >= 0)
      return fail_at(l, k, "the value '%s' is there twice", k->s);
    a->values[a->n++] = k->s;
  }
  return 0;
}

static int
read_attributes(struct loading *l, const struct yaml *y)
{
  struct prompty *p = l->p;

  if (y->kind == YAML_TEXT && y->plain && !*y->s)
    return 0;
  if (y->kind != YAML_MAP)
    return fail_at(l, y, "'attributes' must be a map from names to lists of values");
  if (y->n > PROMPTY_ATTRIBUTES)
    return fail_at(l, y, "more than %d attributes", PROMPTY_ATTRIBUTES);
  p->attributes = arena_alloc(&p->arena, (y->n + 1) * sizeof *p->attributes);
  for (const struct yaml *k = y->first; k; k = k->next) {
    if (read_attribute(l, k, &p->attributes[p->n_attributes]) < 0)
      return -1;
    p->n_attributes++;
  }
  return 0;
}

static int
read_target(struct loading *l, const struct yaml *y)
{
  if (y->kind != YAML_TEXT || (strcmp(y->s, "same") != 0 && strcmp(y->s, "other") != 0))
    return fail_at(l, y, "'%s' must be same or other", y->key);
  l->p->other_label = y->s[0] == 'o';
  return 0;
}

static int read_model(struct loading *l, const struct yaml *y);
static int read_filters(struct loading *l, const struct yaml *y);

/* Keys that other programs give a meaning. */
static int
ignore(struct loading *l, const struct yaml *y)
{
  (void)l;
  (void)y;
  return 0;
}

static int
read_min_words(struct loading *l, const struct yaml *y)
{
  return read_int(l, y, 0, 1000000, &l->p->filters.min_words);
}

static int
read_max_words(struct loading *l, const struct yaml *y)
{
  return read_int(l, y, 1, 1000000, &l->p->filters.max_words);
}

static int
read_min_chars(struct loading *l, const struct yaml *y)
{
  return read_int(l, y, 0, 1000000, &l->p->filters.min_chars);
}

static int
read_max_chars(struct loading *l, const struct yaml *y)
{
  return read_int(l, y, 1, 1000000, &l->p->filters.max_chars);
}

static int
read_drop_label_named(struct loading *l, const struct yaml *y)
{
  return read_bool(l, y, &l->p->filters.drop_label_named);
}

static int
read_near_duplicate(struct loading *l, const struct yaml *y)
{
  return read_number(l, y, 0, 1, &l->p->filters.near_duplicate);
}

struct key {
  const char *name;
  int (*read)(struct loading *l, const struct yaml *y);
};
static const struct key top_keys[] = {
  {"name", read_name}, {"description", read_description}, {"kind", read_kind}, {"model", read_model},
  {"count", read_count}, {"target", read_target},
  {"attributes", read_attributes}, {"filters", read_filters}, {"authors", ignore}, {"tags", ignore},
  {"version", ignore},
  {"sample", ignore}, {"inputs", ignore}, {"outputs", ignore}, {"template", ignore},
};
static const struct key model_keys[] = {
  {"parameters", read_parameters}, {"api", ignore}, {"configuration", ignore}, {"response", ignore},
};
static const struct key filter_keys[] = {
  {"min_words", read_min_words}, {"max_words", read_max_words}, {"min_chars", read_min_chars},
  {"max_chars", read_max_chars}, {"drop_label_named", read_drop_label_named}, {"near_duplicate", read_near_duplicate},
};

static void
warn_unknown(struct loading *l, const struct yaml *y, const struct key *keys, size_t n)
{
  struct nearest near = nearest_to(y->key);
  struct prompty *p = l->p;
  const char **more = arena_alloc(&p->arena, (p->n_warnings + 1) * sizeof *more);
  char hint[80], warning[400];

  for (size_t i = 0; i < n; i++)
    nearest_try(&near, keys[i].name);
  snprintf(warning, sizeof warning, "%s:%d: unknown key '%.100s'%s", p->file, y->key_line, y->key,
           nearest_hint(&near, hint));
  if (p->n_warnings)
    memcpy(more, p->warnings, p->n_warnings * sizeof *more);
  more[p->n_warnings++] = arena_strdup(&p->arena, warning);
  p->warnings = more;
}

static int
read_keys(struct loading *l, const struct yaml *map, const struct key *keys, size_t n)
{
  for (const struct yaml *y = map->first; y; y = y->next) {
    size_t i = 0;

    while (i < n && strcmp(keys[i].name, y->key) != 0)
      i++;
    if (i < n && keys[i].read(l, y) < 0)
      return -1;
    if (i == n && l->p->n_warnings < 20)
      warn_unknown(l, y, keys, n);
  }
  return 0;
}

static int
read_model(struct loading *l, const struct yaml *y)
{
  return y->kind == YAML_MAP ? read_keys(l, y, model_keys, N_OF(model_keys)) : fail_at(l, y, "'model' must be a map");
}

static int
read_filters(struct loading *l, const struct yaml *y)
{
  return y->kind == YAML_MAP ? read_keys(l, y, filter_keys, N_OF(filter_keys)) :
         fail_at(l, y, "'filters' must be a map");
}

/* A source line by line. */
struct cursor {
  const char *s, *end;
  int line;                   /* number of the line at s */
};

/* The line at the cursor without its end and trailing blanks; passes it. False at the end. */
static bool
take_line(struct cursor *c, const char **line, size_t *n)
{
  const char *stop;

  if (c->s >= c->end)
    return false;
  stop = memchr(c->s, '\n', (size_t)(c->end - c->s));
  *line = c->s;
  *n = (size_t)((stop ? stop : c->end) - c->s);
  c->s = stop ? stop + 1 : c->end;
  c->line++;
  while (*n && ((*line)[*n - 1] == ' ' || (*line)[*n - 1] == '\t' || (*line)[*n - 1] == '\r'))
    (*n)--;
  return true;
}

static bool
is_fence(const char *line, size_t n)
{
  return n == 3 && memcmp(line, "---", 3) == 0;
}

const char *
prompty_role_line(const char *line, size_t n)
{
  static const char *const roles[] = {"system", "user", "assistant"};

  for (size_t i = 0; i < N_OF(roles); i++)
    if (n == strlen(roles[i]) + 1 && line[n - 1] == ':' && memcmp(line, roles[i], n - 1) == 0)
      return roles[i];
  return NULL;
}

/* Passes the front matter, if the file begins with one, and reads it. */
static int
read_front_matter(struct loading *l, struct cursor *c)
{
  struct cursor at = *c;
  const char *line, *from;
  struct yaml *root;
  size_t n;

  if (!take_line(&at, &line, &n) || !is_fence(line, n))
    return 0;
  from = at.s;
  do
    if (!take_line(&at, &line, &n))
      return err_set(l->e, ERR_INPUT, "%s:%d:1: the front matter has no end (a second line of ---)", l->p->file,
                     c->line);
  while (!is_fence(line, n));
  root = yaml_parse(&l->p->arena, from, (size_t)(line - from), l->p->file, c->line + 1, l->e);
  if (!root)
    return -1;
  if (root->kind != YAML_MAP)
    return fail_at(l, root, "the front matter must be a map of keys");
  *c = at;
  return read_keys(l, root, top_keys, N_OF(top_keys));
}

static int
add_part(struct loading *l, const char *role, const char *from, const char *to, int line)
{
  struct prompty *p = l->p;
  struct prompty_part *part = &p->parts[p->n_parts];

  part->role = role;
  part->line = line;
  part->body = jinja_parse(&p->arena, from, (size_t)(to - from), p->file, line, l->e);
  if (!part->body)
    return -1;
  p->n_parts++;
  return 0;
}

static int
read_parts(struct loading *l, struct cursor *c)
{
  const char *role = NULL, *next, *line, *from = c->s;
  int first = c->line;
  size_t n;

  l->p->parts = arena_alloc(&l->p->arena, (PROMPTY_PARTS + 1) * sizeof *l->p->parts);
  while (take_line(c, &line, &n)) {
    if (!(next = prompty_role_line(line, n)))
      continue;
    if (!role && text_leading_space(from, (size_t)(line - from)) != (size_t)(line - from))
      return err_set(l->e, ERR_INPUT, "%s:%d:1: text before the first role line", l->p->file, first);
    if (role && add_part(l, role, from, line, first) < 0)
      return -1;
    if (l->p->n_parts == PROMPTY_PARTS)
      return err_set(l->e, ERR_INPUT, "%s:%d:1: more than %d parts", l->p->file, c->line - 1, PROMPTY_PARTS);
    role = next;
    from = c->s;
    first = c->line;
  }
  if (!role && text_leading_space(from, (size_t)(c->end - from)) == (size_t)(c->end - from))
    return err_set(l->e, ERR_INPUT, "%s:%d:1: the template has no text (a line system: or user: and what to say)",
                   l->p->file,
                   first);
  return add_part(l, role ? role : "user", from, c->end, first);
}

/* "tickets" from "a/tickets.prompty". */
static const char *
name_of_file(struct arena *a, const char *file)
{
  const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');

  return dot && dot > base ? arena_strndup(a, base, (size_t)(dot - base)) : base;
}

int
prompty_parse(struct prompty *p, const char *file, const char *source, size_t n, struct err *e)
{
  struct loading l = {.p = p, .e = e};
  struct cursor c = {.s = source, .end = source + n, .line = 1};
  size_t bad;

  *p = (struct prompty){.kind = PROMPTY_GENERATE, .description = "", .count = -1,
                        .filters = {-1, -1, -1, -1, -1, -1}};
  arena_init(&p->arena);
  p->file = arena_strdup(&p->arena, file ? file : "template");
  p->name = name_of_file(&p->arena, p->file);
  if (n > PROMPTY_BYTES)
    return err_set(e, ERR_INPUT, "%s: the template is longer than %zu bytes", p->file, PROMPTY_BYTES);
  if (!utf8_valid(source, n, &bad)) {
    int line = 1;

    for (size_t i = 0; i < bad; i++)
      line += source[i] == '\n';
    return err_set(e, ERR_INPUT, "%s:%d: invalid UTF-8", p->file, line);
  }
  if (n >= 3 && memcmp(source, "\xef\xbb\xbf", 3) == 0)
    c.s += 3;
  if (read_front_matter(&l, &c) < 0 || read_parts(&l, &c) < 0)
    return -1;
  if (p->count < 0)
    p->count = p->kind == PROMPTY_GENERATE ? 10 : 1;
  return 0;
}

void
prompty_release(struct prompty *p)
{
  arena_release(&p->arena);
  *p = (struct prompty){0};
}

double
prompty_number(const struct prompty *p, const char *parameter, double otherwise)
{
  for (size_t i = 0; i < p->n_parameters; i++)
    if (strcmp(p->parameters[i].name, parameter) == 0) {
      char *end;
      double d = strtod(p->parameters[i].json, &end);

      return end > p->parameters[i].json && !*end ? d : otherwise;
    }
  return otherwise;
}

int
prompty_attribute(const struct prompty *p, const char *name)
{
  for (size_t i = 0; i < p->n_attributes; i++)
    if (strcmp(p->attributes[i].name, name) == 0)
      return (int)i;
  return -1;
}

int
prompty_value(const struct prompty_attribute *a, const char *value)
{
  for (size_t i = 0; i < a->n; i++)
    if (strcmp(a->values[i], value) == 0)
      return (int)i;
  return -1;
}
