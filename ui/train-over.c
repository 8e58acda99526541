/* Runs whose curves are laid over those of the selected one: each with a letter of its own, for as long as it lies there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-train.h"

/* Without those that mean something on the charts: t and v. */
static const char letters[] = "abcdefghijklmnopqrsuwxyzABCDEFGHIJKLMNOPQRSUWXYZ";
static const enum style styles[] = {STYLE_SERIES_A, STYLE_SERIES_B, STYLE_SERIES_C, STYLE_SERIES_D, STYLE_SERIES_E,
                                    STYLE_SERIES_F};

void
laid_release(struct laid *l)
{
  curve_release(&l->curve);
  for (int figure = 0; figure < TRACE_N_FIGURES; figure++)
    for (int valid = 0; valid < 2; valid++)
      trace_release(&l->traces[figure][valid]);
}

struct laid *
train_over_of(const struct train *v, uint32_t run)
{
  for (size_t i = 0; run && i < v->n_over; i++)
    if (v->over[i]->run == run)
      return v->over[i];
  return NULL;
}

size_t
train_n_over(const struct train *v)
{
  size_t n = 0;

  for (size_t i = 0; i < v->n_over; i++)
    n += v->over[i]->run && v->over[i]->run != v->run;
  return n;
}

/* An empty slot: a curve that is being read must stay where it is, so slots are kept and used again. */
static struct laid *
free_slot(struct train *v)
{
  struct laid *l;

  for (size_t i = 0; i < v->n_over; i++)
    if (!v->over[i]->run)
      return v->over[i];
  v->over = xrealloc(v->over, (v->n_over + 1) * sizeof *v->over);
  l = v->over[v->n_over] = xcalloc(1, sizeof *l);
  l->letter = letters[v->n_over % (sizeof letters - 1)];
  l->style = styles[v->n_over % N_OF(styles)];
  curve_init(&l->curve, v->w);
  v->n_over++;
  return l;
}

void
train_lay_over(struct train *v, uint32_t run, const char *name)
{
  struct laid *l;

  if (!run || train_over_of(v, run))
    return;
  l = free_slot(v);
  l->run = run;
  snprintf(l->name, sizeof l->name, "%s", name);
  curve_of(&l->curve, run);
  curve_update(&l->curve);
}

void
train_over_off(struct train *v, uint32_t run)
{
  for (size_t i = 0; i < v->n_over; i++)
    if (v->over[i]->run && (!run || v->over[i]->run == run)) {
      v->over[i]->run = 0;
      curve_of(&v->over[i]->curve, 0);
    }
}

void
train_over_toggle(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const struct run_row *run = train_selected(v);

  (void)n;
  if (!run)
    return;
  if (train_over_of(v, run->id)) {
    train_over_off(v, run->id);
    workbench_say(w, "'%s' is not laid over any more", run->name);
    return;
  }
  train_lay_over(v, run->id, run->name);
  workbench_say(w, "'%s' stays on the charts as %c: go to another run (O takes all off)", run->name,
                train_over_of(v, run->id)->letter);
}

void
train_over_clear(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  train_over_off(v, 0);
  train_look_again(v);       /* runs of sweeps leave the list */
  workbench_say(w, "the selected run's curves alone");
}

void
train_over_next(struct workbench *w, void *view, int n)
{
  static const char *const names[N_OVER_SHOWS] = {"validation", "training"};
  struct train *v = view;

  (void)n;
  v->over_shows = (v->over_shows + 1) % N_OVER_SHOWS;
  workbench_say(w, "of the runs laid over: their %s curves", names[v->over_shows]);
}
