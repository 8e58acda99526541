#include <stdlib.h>

#include "ui/view-train.h"

void
sweeps_free(struct sweeps *s)
{
  free(s);
}

void
train_sweep(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  workbench_say(w, "no sweep was made (:sweep)");
}
