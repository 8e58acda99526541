#include "student/reliability.h"

#include <math.h>

void
reliability_add(struct reliability *r, double confidence, bool right)
{
  double bin = ceil(confidence * RELIABILITY_BINS) - 1;
  struct reliability_bin *b = &r->bins[bin > 0 ? bin < RELIABILITY_BINS ? (size_t)bin : RELIABILITY_BINS - 1 : 0];

  b->n++;
  b->n_right += right;
  b->confidence += confidence;
  r->n++;
}

static bool
has_label(const struct example *x, size_t c)
{
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] == c)
      return true;
  return false;
}

void
reliability_add_row(struct reliability *r, const struct student_task *task, const struct example *x,
                    const float *probabilities)
{
  size_t best;

  if (!task->multilabel) {
    best = student_best(probabilities, task->n_classes);
    reliability_add(r, (double)probabilities[best], has_label(x, best));
    return;
  }
  for (size_t c = 0; c < task->n_classes; c++)
    reliability_add(r, (double)probabilities[c], has_label(x, c));
}

double
reliability_error(const struct reliability *r)
{
  double sum = 0;

  for (size_t i = 0; i < RELIABILITY_BINS; i++)
    sum += fabs((double)r->bins[i].n_right - r->bins[i].confidence);
  return r->n ? sum / (double)r->n : NAN;
}
