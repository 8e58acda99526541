#include "ui/original.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/first_text.h"
#include "ui/textdiff.h"
#include "ui/workbench.h"

struct lookup {
  struct original *original;
  struct project *project;
  struct sample sample;
  char *text, *text2;
  struct err error;
};

void
original_init(struct original *o, struct workbench *w)
{
  *o = (struct original){.w = w};
}

void
original_release(struct original *o)
{
  free(o->text);
  free(o->text2);
  *o = (struct original){0};
}

static void
look_work(void *arg)
{
  struct lookup *l = arg;

  if (project_sync(l->project, &l->error) == 0)  /* the edit before this one stands in the log then */
    first_text_get(l->project, l->sample.id, &l->text, &l->text2, &l->error);
}

/* Texts never change where they are: the same pointers are the same texts. */
static bool
same(const struct sample *a, const struct sample *b)
{
  return a->id == b->id && a->text == b->text && a->text2 == b->text2;
}

static void
look_done(void *arg)
{
  struct lookup *l = arg;
  struct original *o = l->original;

  free(o->text);
  free(o->text2);
  o->text = l->text;
  o->text2 = l->text2;
  o->of = l->sample;
  o->working = false;
  if (l->error.message[0])
    workbench_complain(o->w, &l->error);
  free(l);
  original_ask(o, &o->wanted);
  workbench_touch(o->w);
}

void
original_ask(struct original *o, const struct sample *s)
{
  struct lookup *l;

  o->wanted = *s;
  if (o->working || !s->id || same(s, &o->of))
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct lookup){.original = o, .project = workbench_project(o->w), .sample = *s};
  o->working = true;
  workbench_work(o->w, look_work, look_done, l);
}

const char *
original_text(const struct original *o, const struct sample *s, bool second)
{
  const char *now = second ? s->text2 : s->text, *then = second ? o->text2 : o->text;

  return o->of.id == s->id && then && now && strcmp(then, now) ? then : NULL;
}

void
original_add(const struct original *o, struct pane *p, const struct sample *s)
{
  for (int second = 0; second < 2; second++) {
    const char *then = original_text(o, s, second), *now = second ? s->text2 : s->text;
    struct textdiff d;

    if (!then)
      continue;
    textdiff_make(&d, then, strlen(then), now, strlen(now));
    pane_str(p, STYLE_DIM, second ? "second text came as " : "came as ");
    textdiff_add(&d, TEXTDIFF_REMOVED, STYLE_DIM, p);
    pane_str(p, STYLE_NORMAL, "\n");
    textdiff_release(&d);
  }
}
