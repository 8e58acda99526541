/* What the Compare view shows, looked up when the project's records change or another experiment is to be shown, and
 * taken over so that nothing jumps: the selected row, marks and the person's place stay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/compare-lookup.h"

#define AGAIN_MS 500             /* between two look-ups, while a job makes records move */

/* ---- taking over ---- */

static void
experiments_free(struct compare_experiment *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(list[i].name);
  free(list);
}

static void
findings_free(struct findings *f)
{
  if (f)
    findings_release(f);
  free(f);
}

static const struct compare_row *
find_same(const struct compare_row *rows, size_t n, const struct compare_row *row)
{
  for (size_t i = 0; row && i < n; i++)
    if (compare_row_same(&rows[i], row))
      return &rows[i];
  return NULL;
}

/* Where the person was: on the same row if it is there, else at the same height. */
static void
take_rows(struct compare *v, struct compare_rows *from)
{
  const struct compare_row *selected = compare_selected(v), *same;
  size_t at = v->list.at;

  for (size_t i = 0; i < from->n; i++) {
    same = find_same(v->rows, v->n, &from->rows[i]);
    from->rows[i].marked = same ? same->marked : 0;
  }
  same = find_same(from->rows, from->n, selected);
  if (same)
    at = (size_t)(same - from->rows);
  compare_rows_free(v->rows, v->n);
  v->rows = from->rows;
  v->n = from->n;
  list_keep(&v->list, v->n, compare_sort_from(v, at));
}

static void
take_experiment(struct compare *v, struct compare_lookup *l)
{
  bool other = !v->loaded || v->experiment >= v->n_experiments || l->experiment >= l->n_experiments
               || strcmp(v->experiments[v->experiment].name, l->experiments[l->experiment].name) != 0;

  experiments_free(v->experiments, v->n_experiments);
  findings_free(v->findings);
  v->experiments = l->experiments;
  v->n_experiments = l->n_experiments;
  v->experiment = l->experiment;
  v->findings = l->findings;
  if (!other)
    return;
  v->curve = 0;
  v->crossed = false;
  for (size_t i = 0; i < N_PAGES; i++)
    v->lists[i].at = v->lists[i].top = 0;
}

static void
lookup_done(void *arg)
{
  struct compare_lookup *l = arg;
  struct compare *v = l->v;

  v->working = false;
  v->loaded_ms = clock_ms();
  take_experiment(v, l);
  take_rows(v, &l->rows);
  if (!v->loaded && !v->n_experiments)   /* the answer stands first, if there is one */
    v->page = PAGE_LABELS;
  v->loaded = true;
  if (l->e.code && strcmp(v->wrong, l->e.message) != 0)   /* said once, not with each look-up */
    workbench_complain(v->w, &l->e);
  snprintf(v->wrong, sizeof v->wrong, "%s", l->e.code ? l->e.message : "");
  free(l->known);
  free(l->wanted);
  free(l);
  workbench_touch(v->w);
}

/* ---- asking ---- */

/* "generated, linear, seed 3 of 5: .846": a training has ended. */
static void
take_line(struct compare *v)
{
  const char *line = v->live.message, *colon = strrchr(line, ':');
  size_t n = v->n_live_lines;

  if (v->live_seen != v->live.id)
    n = v->n_live_lines = 0;
  v->live_seen = v->live.id;
  if (!colon || (colon[1] && !strpbrk(colon, "0123456789")) || (n && strcmp(v->live_lines[n - 1], line) == 0))
    return;
  if (n == COMPARE_LIVE_LINES)
    memmove(v->live_lines, v->live_lines + 1, --n * sizeof v->live_lines[0]);
  snprintf(v->live_lines[n], sizeof v->live_lines[n], "%s", line);
  v->n_live_lines = n + 1;
}

static void
find_live(struct compare *v)
{
  struct activity list[16];
  size_t n = board_live(project_board(v->p), list, N_OF(list));

  v->has_live = false;
  for (size_t i = 0; i < n && !v->has_live; i++)
    if (list[i].kind == ACTIVITY_EXPERIMENT && (list[i].state == ACTIVITY_RUNNING
                                                || list[i].state == ACTIVITY_PAUSED)) {
      v->live = list[i];
      v->has_live = true;
      take_line(v);
    }
}

void
compare_load(struct compare *v)
{
  uint64_t records = project_records_revision(v->p);
  struct compare_lookup *l;

  find_live(v);
  if (v->working || (records == v->records_seen && !v->stale))
    return;
  /* While a job runs, records move with every reply; what it ends with is always read. */
  if (v->loaded && !v->stale && board_running(project_board(v->p)) && clock_ms() - v->loaded_ms < AGAIN_MS) {
    workbench_wake(v->w, v->loaded_ms + AGAIN_MS);
    return;
  }
  l = xcalloc(1, sizeof *l);
  *l = (struct compare_lookup){.v = v, .p = v->p, .baseline = v->baseline};
  l->wanted = v->wanted ? xstrdup(v->wanted) : NULL;
  l->known = xcalloc(v->n + 1, sizeof *l->known);
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind != COMPARE_ARM && v->rows[i].against) {
      struct compare_row *to = &l->known[l->n_known++];

      *to = v->rows[i];
      to->name = to->student = to->data = NULL;
      to->labels = NULL;
    }
  v->records_seen = records;
  v->stale = false;
  v->working = true;
  workbench_work(v->w, compare_read, lookup_done, l);
}

void
compare_lookup_release(struct compare *v)
{
  compare_rows_free(v->rows, v->n);
  experiments_free(v->experiments, v->n_experiments);
  findings_free(v->findings);
  free(v->wanted);
}

/* ---- experiments ---- */

void
compare_say_kept(const struct compare_experiment *x, struct buf *out)
{
  buf_addf(out, "%zu", x->n_fits);
  if (x->n_planned)
    buf_addf(out, " of %s%zu", x->plans_more ? "more than " : "", x->n_planned);
  buf_addf(out, " training%s kept", (x->n_planned ? x->n_planned : x->n_fits) == 1 ? " is" : "s are");
}

void
compare_go_to_experiment(struct compare *v, int step)
{
  size_t at = v->experiment;

  if (at >= v->n_experiments || (step < 0 && at == 0) || (step > 0 && at + 1 >= v->n_experiments))
    return;
  at = step < 0 ? at - 1 : at + 1;
  free(v->wanted);
  v->wanted = at + 1 < v->n_experiments ? xstrdup(v->experiments[at].name) : NULL;
  v->stale = true;
  compare_load(v);
}
