/* The rows of the form of a new run: what matters most first, each group under a heading, the long rest folded away. Made from
 * the options of the command `train` and the student's parameters: a row that is in no group here stands in the last one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/command.h"
#include "ui/form.h"
#include "ui/view-train.h"

struct group {
  const char *heading;
  const char *const *names;  /* in this order, NULL at the end; NULL: all that is left */
};

static const char *const first[] = {"data", "name", "epochs", "lr", "batch", "dropout", "cost", "seed", "from", NULL};
static const char *const texts[] = {"tokens", "words", "lower", "max-length", "vocabulary", "min-count", "vectors", "dim", "pair",
                                    "characters", "char-min", "char-max", NULL};
static const char *const shape[] = {"filters", "width-min", "width-max", "hidden", "attention", "layers", "heads", "feedforward",
                                    "pooling", "positions", "subwords", "skip", "shape", "weighting", "features", NULL};
static const char *const course[] = {"schedule", "warmup", "decay", "clip", "word-dropout", "smoothing", "balance", "patience",
                                     "holdout", "swa", "ensemble", "set-at", NULL};
static const char *const learns[] = {"pool", "teacher", "distill", "weigh", "soft", "temperature", "loss", "q", "alpha", "beta",
                                     "weights", "coteach", "selftrain", "confidence", "vat", "vat-size", "temporal", "ramp",
                                     NULL};
static const struct group groups[] = {
  {NULL, first}, {"how it learns", course}, {"texts", texts}, {"shape", shape},
  {"other texts, soft labels, noisy labels", learns}, {"the rest", NULL},
};

/* The form has these by itself: they are no options of it. */
static const char *const apart[] = {"student", "preset", "resume", NULL};
static const struct option keep_row = {.name = FORM_KEEP, .type = OPTION_TEXT, .argument = "NAME",
                                       .summary = "keep these parameters as a preset of that name, to begin with another time"};

static const struct option fold_row = {.name = "", .type = OPTION_TEXT, .summary = "further parameters and options"};

static bool
among(const char *const *names, const char *name)
{
  for (; *names; names++)
    if (!strcmp(*names, name))
      return true;
  return false;
}

struct pool {
  const struct option *rows[256];
  bool used[256];
  size_t n;
};

static void
take_row(struct train *v, const struct option *o)
{
  v->rows[v->n_rows++] = *o;
}

static void
take_group(struct train *v, struct pool *p, const struct group *g)
{
  size_t heading = v->n_rows;

  if (g->heading)
    take_row(v, &(struct option){.name = "", .type = OPTION_TEXT, .summary = g->heading});
  for (const char *const *name = g->names; name && *name; name++)
    for (size_t i = 0; i < p->n; i++)
      if (!p->used[i] && !strcmp(p->rows[i]->name, *name)) {
        take_row(v, p->rows[i]);
        p->used[i] = true;
      }
  for (size_t i = 0; !g->names && i < p->n; i++)
    if (!p->used[i])
      take_row(v, p->rows[i]);
  if (g->heading && v->n_rows == heading + 1)
    v->n_rows--;             /* nothing stands under it */
}

void
train_form_rows(struct train *v)
{
  const struct student_kind *kind = student_kinds[v->kind];
  const struct command *command = command_find("train");
  struct pool p = {.n = 0};

  for (size_t i = 0; i < kind->n_params && p.n < N_OF(p.rows); i++)
    p.rows[p.n++] = &kind->params[i];
  for (const struct option *o = command ? command->options : NULL; o && o->name && p.n < N_OF(p.rows); o++)
    if (!among(apart, o->name) && !option_find(kind->params, o->name) && (kind->goes_on || strcmp(o->name, "from") != 0) &&
        (kind->vectors || strcmp(o->name, "vectors") != 0))
      p.rows[p.n++] = o;
  free(v->rows);
  v->rows = xcalloc(p.n + N_OF(groups) + 3, sizeof *v->rows);
  v->n_rows = 0;
  for (size_t i = 0; i < N_OF(groups); i++) {
    take_group(v, &p, &groups[i]);
    if (i > 0)
      continue;
    take_row(v, &keep_row);
    take_row(v, &fold_row);
  }
}
