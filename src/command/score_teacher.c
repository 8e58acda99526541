/* score_teacher: how good a teacher is on texts that people labelled; declared in score.h. */
#include <stdlib.h>
#include <string.h>

#include "command/score.h"
#include "store/run_store.h"
#include "store/teacher_store.h"

#define HALF 0.5f  /* of the votes: several labels a text */

const char *
score_where(const char *query)
{
  static const char prefix[] = "split:";

  int split = strncmp(query, prefix, sizeof prefix - 1) == 0 ? split_parse(query + sizeof prefix - 1) : -1;

  return split >= 0 ? split_name((enum split)split) : query;
}

int
score_collect(struct call *c, const char *query, struct examples *x, struct err *e)
{
  struct buf b = BUF_INIT;
  int r;

  buf_addf(&b, "(%s) -unlabelled (origin:seed or origin:imported)", *query ? query : "split:train,valid,test,pool");
  r = examples_collect(c, buf_str(&b), true, x, NULL, e);
  buf_release(&b);
  return r;
}

/* What the teacher said of the texts in x, both by id; the others are taken out of x. */
struct said {
  struct prediction *predictions;
  size_t n, n_labels;
  float *vectors;
  int32_t *label;               /* of each text of x */
  float *probability;           /* x->n times n_labels */
};

static void
match(struct said *s, struct examples *x)
{
  size_t kept = 0, k = 0;

  for (size_t i = 0; i < x->n; i++) {
    while (k < s->n && s->predictions[k].sample_id < x->ids[i])
      k++;
    if (k == s->n || s->predictions[k].sample_id != x->ids[i])
      continue;
    x->v[kept] = x->v[i];
    x->ids[kept] = x->ids[i];
    s->label[kept] = s->predictions[k].label == LABEL_NONE ? METRIC_NONE : s->predictions[k].label;
    for (size_t l = 0; l < s->n_labels; l++) {
      float p = s->vectors ? s->vectors[k * s->n_labels + l] : 0;

      s->probability[kept * s->n_labels + l] = p >= 0 ? p : 0;   /* NaN: no vector was kept */
    }
    kept++;
  }
  x->n = kept;
}

static int
keep(struct call *c, uint32_t teacher, const char *where, const char *metrics, struct err *e)
{
  struct evaluation_row row = {.kind = PREDICTOR_TEACHER, .predictor_id = teacher, .split = (char *)(uintptr_t)where,
                               .metrics = (char *)(uintptr_t)metrics};

  return project_read_only(c->project) ? 0 : run_store_put_evaluation(c->project, &row, e);
}

int
score_teacher(struct call *c, const struct teacher_row *teacher, const char *where, struct examples *x,
              size_t *n_unasked, struct buf *json, struct err *e)
{
  size_t asked = x->n;
  struct said s = {0};
  int r = run_store_predictions(c->project, PREDICTOR_TEACHER, teacher->id, &s.predictions, &s.n, &s.vectors,
                                &s.n_labels, e);

  if (r < 0)
    return -1;
  s.label = xcalloc(x->n + 1, sizeof *s.label);
  s.probability = xcalloc(x->n * s.n_labels + 1, sizeof *s.probability);
  match(&s, x);
  *n_unasked = asked - x->n;
  if (x->n > 0) {
    struct scored scored = {.c = c, .who = teacher->name, .where = where, .v = x->v, .n = x->n, .n_classes = s.n_labels,
                            .threshold = HALF, .probability = s.probability, .said = s.label};

    score_print(&scored, json);
    r = keep(c, teacher->id, where, buf_str(json), e);
  }
  free(s.predictions);
  free(s.vectors);
  free(s.label);
  free(s.probability);
  return r;
}
