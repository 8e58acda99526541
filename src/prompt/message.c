/* From a prompty and a scope to the messages of a request. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/prompty.h"

void
messages_init(struct messages *m)
{
  *m = (struct messages){0};
  arena_init(&m->arena);
}

void
messages_release(struct messages *m)
{
  arena_release(&m->arena);
  messages_init(m);
}

void
messages_add_json(struct buf *out, const struct messages *m)
{
  buf_addc(out, '[');
  for (size_t i = 0; i < m->n; i++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "role", m->v[i].role);
    json_add_field(out, "content", m->v[i].content);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
}

int
messages_of_json(struct messages *m, const struct json *array, struct err *e)
{
  messages_init(m);
  if (json_type(array) != JSON_ARRAY)
    return err_set(e, ERR_INPUT, "'messages' is no array");
  m->v = arena_alloc(&m->arena, (json_size(array) + 1) * sizeof *m->v);
  for (const struct json *j = json_first(array); j; j = json_next(j)) {
    const char *role = json_string(json_get(j, "role")), *content = json_string(json_get(j, "content"));

    if (!role || !content)
      return err_set(e, ERR_INPUT, "message %zu has no role or no content", m->n + 1);
    m->v[m->n++] = (struct message){arena_strdup(&m->arena, role), arena_strdup(&m->arena, content)};
  }
  return 0;
}

size_t
messages_tokens(const struct messages *m)
{
  size_t n = 0;

  for (size_t i = 0; i < m->n; i++)
    n += utf8_count(m->v[i].content, strlen(m->v[i].content));
  return (n + 3) / 4;
}

static struct value
label_value(struct arena *a, const struct prompt_label *from)
{
  struct value label = value_dict(a);

  value_set(a, label, "name", value_str(a, from->name));
  value_set(a, label, "meaning", value_str(a, from->meaning ? from->meaning : ""));
  return label;
}

static void
add_labels(struct arena *a, struct value scope, const struct prompt_scope *s)
{
  struct value labels = value_list(a);

  for (size_t i = 0; i < s->n_labels; i++)
    value_push(a, labels, label_value(a, &s->labels[i]));
  value_set(a, scope, "labels", labels);
  if (s->label) {
    value_set(a, scope, "label", value_str(a, s->label->name));
    value_set(a, scope, "meaning", value_str(a, s->label->meaning ? s->label->meaning : ""));
  }
  if (s->rival)
    value_set(a, scope, "rival", label_value(a, s->rival));
  if (s->was)
    value_set(a, scope, "was", label_value(a, s->was));
}

static void
add_attributes(struct arena *a, struct value scope, const struct prompty *p, const struct prompt_scope *s)
{
  for (size_t i = 0; i < p->n_attributes; i++) {
    const struct prompty_attribute *attribute = &p->attributes[i];
    const char *value = s->given && s->given[i] ? s->given[i] : s->values ? attribute->values[s->values[i]] : NULL;

    if (value)
      value_set(a, scope, attribute->name, value_str(a, value));
  }
}

static void
add_texts(struct arena *a, struct value scope, const struct prompt_scope *s)
{
  struct value seeds = value_list(a), avoid = value_list(a), texts = value_list(a);
  const struct prompt_text *subject = s->subject ? s->subject : s->n_texts == 1 ? s->texts : NULL;
  const struct prompt_text *list = s->n_texts > 0 ? s->texts : subject;
  size_t n = s->n_texts > 0 ? s->n_texts : subject != NULL;

  for (size_t i = 0; i < s->n_seeds; i++) {
    struct value seed = value_dict(a);

    value_set(a, seed, "text", value_str(a, s->seeds[i].text));
    value_set(a, seed, "text2", value_str(a, s->seeds[i].text2));
    value_set(a, seed, "label", value_str(a, s->seeds[i].label));
    value_push(a, seeds, seed);
  }
  for (size_t i = 0; i < s->n_avoid; i++)
    value_push(a, avoid, value_str(a, s->avoid[i]));
  value_set(a, scope, "seeds", seeds);
  value_set(a, scope, "avoid", avoid);
  if (subject) {
    value_set(a, scope, "text", value_str(a, subject->text));
    value_set(a, scope, "text2", value_str(a, subject->text2));
  }
  for (size_t i = 0; i < n; i++) {
    struct value text = value_dict(a);

    value_set(a, text, "index", value_int((int64_t)i + 1));
    value_set(a, text, "text", value_str(a, list[i].text));
    value_set(a, text, "text2", value_str(a, list[i].text2));
    value_push(a, texts, text);
  }
  value_set(a, scope, "texts", texts);
}

int
prompty_render(const struct prompty *p, const struct prompt_scope *s, struct messages *m, struct err *e)
{
  struct arena a;
  struct value scope;
  int result = 0;

  messages_init(m);
  arena_init(&a);
  scope = value_dict(&a);
  add_labels(&a, scope, s);
  add_attributes(&a, scope, p, s);
  add_texts(&a, scope, s);
  if (s->task)
    value_set(&a, scope, "task", value_str(&a, s->task));
  value_set(&a, scope, "rationale", value_bool(s->rationale));
  value_set(&a, scope, "count", value_int(s->count > 0 ? s->count : p->count));
  m->v = arena_alloc(&m->arena, (p->n_parts + 1) * sizeof *m->v);
  for (size_t i = 0; i < p->n_parts && result == 0; i++) {
    struct buf text = BUF_INIT;

    result = jinja_render(p->parts[i].body, scope, &text, e);
    m->v[m->n++] = (struct message){p->parts[i].role, arena_strndup(&m->arena, buf_str(&text), text.n)};
    buf_release(&text);
  }
  arena_release(&a);
  return result;
}
