#include "command/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WHEN_MAX 1000000000L

static int
wrong(const char *text, struct err *e)
{
  return err_set(e, ERR_INPUT, "option '--set-at': '%.100s' is not like 300:lr=0.001 (after so many steps) or "
                 "e5:lr=0.001 (from that epoch on)", text);
}

int
schedule_add(struct schedule *s, const struct student_kind *kind, const char *text, struct err *e)
{
  struct schedule_item item = {-1, -1, 0, 0, false};
  bool epochs = *text == 'e';
  const char *digits = text + epochs, *equal = strchr(text, '=');
  const struct option *o;
  char *end, *name;
  long when = strtol(digits, &end, 10);

  if (end == digits || *end != ':' || when < epochs || when > WHEN_MAX || !equal || equal < end + 2)
    return wrong(text, e);
  *(epochs ? &item.epoch : &item.step) = (int)when;
  name = xstrndup(end + 1, (size_t)(equal - end - 1));
  o = option_find(kind->params, name);
  if (!o || !kind->training_set) {
    err_set(e, ERR_INPUT,
            "option '--set-at': the student '%s' has no parameter '%.60s' that can change while it learns",
            kind->name, name);
    free(name);
    return -1;
  }
  free(name);
  if (option_check(o, equal + 1, &item.value, e) < 0)
    return -1;
  item.param = (size_t)(o - kind->params);
  GROW(s->items, s->cap, s->n + 1);
  s->items[s->n++] = item;
  return 0;
}

void
schedule_release(struct schedule *s)
{
  free(s->items);
  *s = (struct schedule){0};
}

const struct schedule_item *
schedule_due(struct schedule *s, int step, int epoch)
{
  for (size_t i = 0; i < s->n; i++) {
    struct schedule_item *item = &s->items[i];

    if (!item->done && (item->step >= 0 ? step >= item->step : epoch >= item->epoch)) {
      item->done = true;
      return item;
    }
  }
  return NULL;
}

void
schedule_did(struct schedule *s, size_t param, double value)
{
  for (size_t i = 0; i < s->n; i++)
    if (!s->items[i].done && s->items[i].param == param && s->items[i].value == value) {
      s->items[i].done = true;
      return;
    }
}
