/* filter_complete.c: how the word that is being typed may go on. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "corpus/filter_node.h"

static bool
begins_with(const char *word, const char *typed, size_t n)
{
  return !strncasecmp(word, typed, n);
}

/* Values that begin like what was typed; one with a space is offered in quotes. */
static void
complete_value(const struct corpus *c, const struct filter_values *values, const char *head, size_t n_head,
               const char *typed, size_t n_typed, void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  const char *value;

  for (uint32_t i = 0; (value = filter_value(values, i)); i++) {
    struct buf b = {.max = 2000};
    bool is_label = values->field && !strcmp(values->field->name, "label");

    if (!*value || !begins_with(value, typed, n_typed))
      continue;
    buf_add(&b, head, n_head);
    buf_addf(&b, strpbrk(value, " ,()\"") ? "\"%s\"" : "%s", value);
    add(arg, buf_str(&b), is_label ? label_meaning(corpus_labels(c), (uint16_t)i) : "");
    buf_release(&b);
  }
}

/* Names of saved filters, with what they stand for. */
static void
complete_saved(const struct filter_provider *provider, const char *head, size_t n_head, const char *typed, size_t n,
               void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  const char *name, *text;

  for (size_t i = 0; provider && provider->saved_name && (name = provider->saved_name(provider->arg, i)); i++) {
    struct buf b = {.max = 2000};

    if (!begins_with(name, typed, n))
      continue;
    buf_add(&b, head, n_head);
    buf_addf(&b, "@%s", name);
    text = provider->saved ? provider->saved(provider->arg, name) : NULL;
    add(arg, buf_str(&b), text ? text : "");
    buf_release(&b);
  }
}

static void
complete_name(const struct filter_provider *provider, const char *head, size_t n_head, const char *typed, size_t n,
              void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  struct buf b = {.max = 2000};
  struct column column;
  const char *name;

  for (const struct filter_field *f = filter_fields; f->name; f++)
    if (begins_with(f->name, typed, n)) {
      buf_clear(&b);
      buf_add(&b, head, n_head);
      buf_adds(&b, f->name);
      if (f->kind == FILTER_NAME || f->kind == FILTER_IDS)
        buf_addc(&b, ':');
      else if (f->kind == FILTER_ATTRIBUTE)
        buf_addc(&b, '.');
      add(arg, buf_str(&b), f->help);
    }
  for (size_t i = 0; provider && provider->name && (name = provider->name(provider->arg, i)); i++)
    if (begins_with(name, typed, n)) {
      buf_clear(&b);
      buf_add(&b, head, n_head);
      buf_adds(&b, name);
      if (provider->get(provider->arg, name, &column) && column.names)
        buf_addc(&b, ':');
      add(arg, buf_str(&b), "");
    }
  buf_release(&b);
}

void
filter_complete(const struct corpus *c, const char *text, size_t at, const struct filter_provider *provider,
                void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  size_t start = at, value;
  struct filter_values values = {.corpus = c};
  struct column column = {0};
  char *name;

  while (start > 0 && !strchr(" \t(", text[start - 1]))
    start--;
  value = start;
  while (start < at && text[start] == '-')
    start++;
  if (start < at && text[start] == '@') {
    complete_saved(provider, text + value, start - value, text + start + 1, at - start - 1, add, arg);
    return;
  }
  name = xstrndup(text + start, strcspn(text + start, ":"));
  if (start + strlen(name) >= at) {
    complete_name(provider, text + value, start - value, text + start, at - start, add, arg);
    free(name);
    return;
  }
  values.field = filter_field_named(name);
  if (!values.field && provider && provider->get(provider->arg, name, &column) && column.names)
    values.column = &column;
  free(name);
  if (!values.column && !(values.field && values.field->kind == FILTER_NAME))
    return;
  for (size_t i = value; i < at; i++)
    if (text[i] == ':' || text[i] == ',')
      start = i + 1;
  complete_value(c, &values, text + value, start - value, text + start, at - start, add, arg);
}
