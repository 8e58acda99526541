/* The order of the samples in Curate: the menu of what there is to sort by, and computing it where that was not
 * done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/sort.h"
#include "ui/view-curate.h"

#define ORDERS_MAX 400

/* What a person sorts by to find what to look at first. */
static const char *const first_orders[] = {"suspect", "useful", "novel"};

struct order {
  char *key;
  const char *group;
  const char *help;
};
struct orders {
  struct order rows[ORDERS_MAX];
  size_t n;
};

static void
add(struct orders *o, const char *key, const char *group, const char *help)
{
  for (size_t i = 0; i < o->n; i++)
    if (!strcmp(o->rows[i].key, key))
      return;
  if (o->n < ORDERS_MAX)
    o->rows[o->n++] = (struct order){xstrdup(key), group, help};
}

static void
release(struct orders *o)
{
  for (size_t i = 0; i < o->n; i++)
    free(o->rows[i].key);
}

/* First what one looks at first, then fields, signals by source, and what runs said. */
static void
list_orders(const struct curate *v, struct orders *o)
{
  o->n = 0;
  add(o, "", "", "the order they came in");
  for (size_t i = 0; i < N_OF(first_orders); i++)
    add(o, first_orders[i], signal_source_names[signal_find(first_orders[i])->source], column_help(first_orders[i]));
  add(o, "-loss", "newest run", "what it finds least likely, first");
  add(o, "confidence", "newest run", "what it is least sure of, first");
  add(o, "-wrong", "newest run", "where it disagrees, first");
  for (const struct sort_key *k = sort_keys; k->name; k++)
    add(o, k->name, "field", k->help);
  for (int source = 0; source < N_SIGNAL_SOURCES; source++)
    for (const struct signal_row *r = signal_rows; r->name; r++)
      if ((int)r->source == source)
        add(o, r->name, signal_source_names[source], r->summary);
  for (size_t i = 0; i < v->values.n_names; i++)
    add(o, v->values.names[i], "run", column_help(v->values.names[i]));
}

/* ---- sorting ---- */

/* What an order puts first is what the person wants to see. */
static void
sort_now(struct curate *v, const char *key, bool reversed)
{
  struct err e = {0};

  v->to_top = sieve_sort(&v->rows, key, reversed, &e) == 0;
  if (!v->to_top)
    workbench_complain(v->w, &e);
  columns_want(v);
  curate_follow(v);
  workbench_touch(v->w);
}

/* ---- computing what is not there ---- */

static void
signals_done(void *arg, int status, const char *output, const struct err *e)
{
  struct curate *v = arg;
  char *wish = v->wished;

  (void)output, (void)e;
  v->wished = NULL;
  if (status == 0 && wish)
    sort_now(v, wish, false);
  free(wish);
}

static void
compute(void *arg)
{
  struct curate *v = arg;

  workbench_run_then(v->w, "signals", signals_done, v);
}

void
curate_signals(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  if (workbench_running(w, "signals")) {
    workbench_say(w, "signals are being computed already");
    return;
  }
  free(v->wished);
  v->wished = NULL;
  compute(v);
}

/* ---- asking ---- */

static void
sort_or_offer(struct curate *v, const char *key)
{
  const struct signal_row *signal = signal_find(key + (*key == '-'));

  if (!signal || values_have(&v->values, signal->name)) {
    sort_now(v, key, false);
    return;
  }
  if (workbench_running(v->w, "signals")) {
    workbench_say(v->w, "%s is being computed: sort again when it is there", signal->name);
    return;
  }
  free(v->wished);
  v->wished = xstrdup(key);
  workbench_confirm(v->w, "no signals are computed yet: compute them now, in the background, then sort? (y/n)", compute,
                    v);
}

static void
sorted(void *view, int i)
{
  struct curate *v = view;
  struct orders *o = xmalloc(sizeof *o);

  list_orders(v, o);
  if ((size_t)i < o->n)
    sort_or_offer(v, o->rows[i].key);
  release(o);
  free(o);
}

void
curate_sort_menu(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct orders *o = xmalloc(sizeof *o);
  char **items;
  size_t at = 0;
  int width = 0;

  (void)n;
  list_orders(v, o);
  items = xcalloc(o->n, sizeof *items);
  for (size_t i = 0; i < o->n; i++)
    width = (int)strlen(o->rows[i].key) > width ? (int)strlen(o->rows[i].key) : width;
  width = width > 28 ? 28 : width;
  for (size_t i = 0; i < o->n; i++) {
    const struct order *row = &o->rows[i];
    const struct signal_row *signal = signal_find(row->key);

    at = strcmp(row->key, v->rows.sort) ? at : i;
    items[i] = xasprintf("%-*s  %s%s%s%s%s", width, *row->key ? row->key : "none", row->help, *row->group ? "  (" : "",
                         row->group, *row->group ? ")" : "",
                         signal && !values_have(&v->values, row->key) ? ", not computed" : "");
  }
  workbench_menu(w, "sort by", (const char *const *)items, o->n, at, sorted, v);
  for (size_t i = 0; i < o->n; i++)
    free(items[i]);
  free(items);
  release(o);
  free(o);
}

void
curate_reverse(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  sort_now(v, *v->rows.sort ? v->rows.sort : "id", !v->rows.reverse);
}

void
curate_sort_by(struct curate *v, const char *key)
{
  if (!strcmp(v->rows.sort, key))
    curate_reverse(v->w, v, 0);
  else
    sort_or_offer(v, key);
}
