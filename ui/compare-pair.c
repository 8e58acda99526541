#include "ui/compare-pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/experiment_store.h"
#include "ui/workbench.h"

struct pair_lookup {
  struct compare_pair *owner;    /* NULL: it was released */
  struct project *p;
  struct pair_side before, after;
  struct testimony said[2];
  struct difference difference;
  struct confusion confusion;
  struct err e;
};

bool
pair_side_same(const struct pair_side *a, const struct pair_side *b)
{
  if (!a->is_set || !b->is_set)
    return a->is_set == b->is_set;
  return a->kind == b->kind && a->id == b->id && a->at_ms == b->at_ms && strcmp(a->experiment, b->experiment) == 0;
}

/* ---- on a thread of its own ---- */

static int
read_arm(struct project *p, const struct pair_side *side, struct testimony *out, struct err *e)
{
  struct experiment_record record;
  struct findings f;
  int r = -1;

  if (experiment_store_get(p, side->experiment, &record, e))
    return -1;
  if (findings_read(record.result, strlen(record.result), &f, e) == 0) {
    r = side->id < f.n_rows ? testimony_of_row(p, &f, side->id, out, e)
                            : err_set(e, ERR_INPUT, "'%s' has no such arm any more", side->experiment);
    findings_release(&f);
  }
  experiment_record_release(&record);
  return r;
}

static int
read_side(struct project *p, const struct pair_side *side, struct testimony *out, struct err *e)
{
  if (!side->is_set)
    return 0;
  if (side->kind == COMPARE_ARM)
    return read_arm(p, side, out, e);
  return testimony_of_predictor(p, side->kind == COMPARE_RUN ? PREDICTOR_RUN : PREDICTOR_TEACHER, side->id,
                              side->threshold, out, e);
}

static void
lookup_work(void *arg)
{
  struct pair_lookup *l = arg;

  if (read_side(l->p, &l->before, &l->said[0], &l->e) || read_side(l->p, &l->after, &l->said[1], &l->e))
    return;
  if (l->before.is_set && l->after.is_set)
    difference_find(&l->said[0], &l->said[1], &l->difference);
  if (l->said[1].confusion)
    confusion_count(&l->confusion, l->said[1].n_labels, l->said[1].confusion);
}

/* ---- */

static void
forget(struct compare_pair *p)
{
  testimony_release(&p->said[0]);
  testimony_release(&p->said[1]);
  difference_release(&p->difference);
  confusion_release(&p->confusion);
  p->known = false;
  p->wrong[0] = '\0';
}

static void
lookup_done(void *arg)
{
  struct pair_lookup *l = arg;
  struct compare_pair *p = l->owner;

  if (p) {
    p->made += !pair_side_same(&p->before, &l->before) || !pair_side_same(&p->after, &l->after);
    forget(p);
    p->lookup = NULL;
    p->before = l->before;
    p->after = l->after;
    memcpy(p->said, l->said, sizeof p->said);
    p->difference = l->difference;
    p->confusion = l->confusion;
    p->known = true;
    snprintf(p->wrong, sizeof p->wrong, "%s", l->e.code ? l->e.message : "");
    workbench_touch(p->w);
  } else {
    testimony_release(&l->said[0]);
    testimony_release(&l->said[1]);
    difference_release(&l->difference);
    confusion_release(&l->confusion);
  }
  free(l);
}

void
compare_pair_ask(struct compare_pair *p, const struct pair_side *before, const struct pair_side *after)
{
  struct pair_lookup *l;

  if (p->lookup || (p->known && pair_side_same(before, &p->before) && pair_side_same(after, &p->after)))
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct pair_lookup){.owner = p, .p = workbench_project(p->w), .before = *before, .after = *after};
  p->lookup = l;
  workbench_work(p->w, lookup_work, lookup_done, l);
}

void
compare_pair_release(struct compare_pair *p)
{
  if (p->lookup)
    p->lookup->owner = NULL;
  p->lookup = NULL;
  forget(p);
}
