#include "corpus/change.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

const struct field_def field_defs[N_FIELDS] = {
  [FIELD_TEXT] = {"text", FIELD_KIND_TEXT},
  [FIELD_TEXT2] = {"text2", FIELD_KIND_TEXT},
  [FIELD_LABELS] = {"labels", FIELD_KIND_LABELS},
  [FIELD_SPLIT] = {"split", FIELD_KIND_NUMBER},
  [FIELD_STATUS] = {"status", FIELD_KIND_NUMBER},
  [FIELD_ORIGIN] = {"origin", FIELD_KIND_NUMBER},
  [FIELD_ATTRIBUTES] = {"attributes", FIELD_KIND_TEXT},
  [FIELD_REQUEST] = {"request", FIELD_KIND_NUMBER},
  [FIELD_TEACHER] = {"teacher", FIELD_KIND_NUMBER},
  [FIELD_GONE] = {"gone", FIELD_KIND_NUMBER},
};

const char *const change_kind_names[N_CHANGES] = {"insert", "set", "undo", "redo", "label"};

struct change *
change_new(enum change_kind kind, const char *actor, const char *summary)
{
  struct change *ch = xcalloc(1, sizeof *ch);

  ch->kind = kind;
  ch->actor = xstrdup(actor ? actor : "");
  ch->summary = xstrdup(summary ? summary : "");
  arena_init(&ch->arena);
  return ch;
}

void
change_free(struct change *ch)
{
  if (!ch)
    return;
  free(ch->actor);
  free(ch->summary);
  free(ch->rows);
  free(ch->samples);
  arena_release(&ch->arena);
  free(ch);
}

void
change_summarize(struct change *ch, const char *format, ...)
{
  va_list args;
  struct buf b = BUF_INIT;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  free(ch->summary);
  ch->summary = buf_take(&b);
}

/* A sorted copy with each label once; *n is set to their number. */
static const uint16_t *
copy_labels(struct change *ch, const uint16_t *labels, size_t n, uint32_t *n_out)
{
  uint16_t *copy = arena_alloc(&ch->arena, (n ? n : 1) * sizeof *copy);
  uint32_t m = 0;

  for (size_t i = 0; i < n; i++) {
    uint32_t j = m;

    while (j > 0 && copy[j - 1] > labels[i])
      j--;
    if (j > 0 && copy[j - 1] == labels[i])
      continue;
    memmove(copy + j + 1, copy + j, (m - j) * sizeof *copy);
    copy[j] = labels[i];
    m++;
  }
  *n_out = m;
  return copy;
}

void
change_add_sample(struct change *ch, const struct sample *s)
{
  struct sample *copy;

  ensure(ch->kind == CHANGE_INSERT);
  GROW(ch->samples, ch->cap_samples, ch->n_samples + 1);
  copy = &ch->samples[ch->n_samples++];
  *copy = *s;
  copy->text = arena_strndup(&ch->arena, s->text, s->n_text);
  if (s->text2)
    copy->text2 = arena_strndup(&ch->arena, s->text2, s->n_text2);
  copy->labels = copy_labels(ch, s->labels, s->n_labels, &copy->n_labels);
  copy->attributes = s->attributes && *s->attributes ? arena_strdup(&ch->arena, s->attributes) : "";
  copy->gone = false;
}

static void
add_row(struct change *ch, uint32_t id, enum field field, struct field_value value)
{
  ensure(ch->kind == CHANGE_SET);
  GROW(ch->rows, ch->cap_rows, ch->n_rows + 1);
  ch->rows[ch->n_rows++] = (struct change_row){.value = value, .id = id, .field = field};
}

static struct field_value
copy_value(struct change *ch, enum field field, struct field_value value)
{
  struct field_value copy = {.n = value.n};

  switch (field_defs[field].kind) {
  case FIELD_KIND_TEXT:
    copy.s = value.s ? arena_strndup(&ch->arena, value.s, value.n) : NULL;
    break;
  case FIELD_KIND_LABELS:
    copy.labels = copy_labels(ch, value.labels, value.n, &copy.n);
    break;
  case FIELD_KIND_NUMBER:
    break;
  }
  return copy;
}

void
change_set_text(struct change *ch, uint32_t id, const char *text, size_t n)
{
  add_row(ch, id, FIELD_TEXT, copy_value(ch, FIELD_TEXT, (struct field_value){.s = text, .n = (uint32_t)n}));
}

void
change_set_text2(struct change *ch, uint32_t id, const char *text, size_t n)
{
  add_row(ch, id, FIELD_TEXT2,
          copy_value(ch, FIELD_TEXT2, (struct field_value){.s = text, .n = text ? (uint32_t)n : 0}));
}

void
change_set_labels(struct change *ch, uint32_t id, const uint16_t *labels, size_t n)
{
  add_row(ch, id, FIELD_LABELS, copy_value(ch, FIELD_LABELS, (struct field_value){.labels = labels, .n = (uint32_t)n}));
}

void
change_set_label(struct change *ch, uint32_t id, uint16_t label)
{
  change_set_labels(ch, id, &label, label != LABEL_NONE);
}

void
change_set_attributes(struct change *ch, uint32_t id, const char *attributes)
{
  add_row(ch, id, FIELD_ATTRIBUTES,
          copy_value(ch, FIELD_ATTRIBUTES, (struct field_value){.s = attributes, .n = (uint32_t)strlen(attributes)}));
}

void
change_set_number(struct change *ch, uint32_t id, enum field field, uint32_t number)
{
  ensure(field_defs[field].kind == FIELD_KIND_NUMBER);
  add_row(ch, id, field, (struct field_value){.n = number});
}

void
change_set_split(struct change *ch, uint32_t id, enum split split)
{
  change_set_number(ch, id, FIELD_SPLIT, split);
}

void
change_set_status(struct change *ch, uint32_t id, enum status status)
{
  change_set_number(ch, id, FIELD_STATUS, status);
}

void
change_set_all(struct change *ch, const uint32_t *ids, size_t n, enum field field, struct field_value value)
{
  struct field_value copy = copy_value(ch, field, value);

  for (size_t i = 0; i < n; i++)
    add_row(ch, ids[i], field, copy);
}
