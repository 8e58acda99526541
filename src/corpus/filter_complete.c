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

/* Values of the field that begin like what was typed; one with a space is offered in quotes. */
static void
complete_value(const struct corpus *c, const struct filter_field *f, const char *head, size_t n_head, const char *typed,
               size_t n_typed, void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  const char *value;

  for (uint32_t i = 0; (value = f->value(c, i)); i++) {
    struct buf b = {.max = 2000};

    if (!*value || !begins_with(value, typed, n_typed))
      continue;
    buf_add(&b, head, n_head);
    buf_addf(&b, strpbrk(value, " ,()\"") ? "\"%s\"" : "%s", value);
    add(arg, buf_str(&b), f->name && !strcmp(f->name, "label") ? label_meaning(corpus_labels(c), (uint16_t)i) : "");
    buf_release(&b);
  }
}

static void
complete_name(const struct filter_provider *provider, const char *head, size_t n_head, const char *typed, size_t n,
              void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  struct buf b = {.max = 2000};
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
      add(arg, buf_str(&b), "");
    }
  buf_release(&b);
}

void
filter_complete(const struct corpus *c, const char *text, size_t at, const struct filter_provider *provider,
                void (*add)(void *arg, const char *word, const char *help), void *arg)
{
  size_t start = at, value;
  const struct filter_field *f;
  char *name;

  while (start > 0 && !strchr(" \t(", text[start - 1]))
    start--;
  value = start;
  while (start < at && text[start] == '-')
    start++;
  name = xstrndup(text + start, strcspn(text + start, ":"));
  if (start + strlen(name) >= at) {
    complete_name(provider, text + value, start - value, text + start, at - start, add, arg);
    free(name);
    return;
  }
  f = filter_field_named(name);
  free(name);
  if (!f || f->kind != FILTER_NAME)
    return;
  for (size_t i = value; i < at; i++)
    if (text[i] == ':' || text[i] == ',')
      start = i + 1;
  complete_value(c, f, text + value, start - value, text + start, at - start, add, arg);
}
