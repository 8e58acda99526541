#include "command/learn.h"

#include <stdlib.h>
#include <string.h>

#include "command/select.h"
#include "corpus/guard.h"
#include "store/run_store.h"

struct student_task
learn_task(const struct call *c)
{
  const struct corpus *corpus = project_corpus(c->project);
  enum task task = corpus_task(corpus);

  return (struct student_task){
    .n_classes = (uint16_t)labels_count(corpus_labels(corpus)),
    .multilabel = task == TASK_MULTILABEL,
    .pair = task == TASK_PAIR,
  };
}

int
examples_collect(struct call *c, const char *filter, bool labelled_only, struct examples *x, size_t *n_unlabelled,
                 struct err *e)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct sample s;
  uint32_t *ids;
  size_t n;

  *x = (struct examples){0};
  if (select_filter(c, filter, &ids, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++) {
    if (!corpus_get(corpus, ids[i], &s))
      continue;
    if (labelled_only && s.n_labels == 0 && corpus_task(corpus) != TASK_MULTILABEL) {
      if (n_unlabelled)
        ++*n_unlabelled;
      continue;
    }
    GROW(x->v, x->cap, x->n + 1);
    x->v[x->n] = (struct example){.text = s.text, .text2 = s.text2, .labels = s.labels,
                                  .n_labels = (uint16_t)s.n_labels};
    ids[x->n++] = ids[i];
  }
  x->ids = ids;
  return 0;
}

void
examples_release(struct examples *x)
{
  free(x->v);
  free(x->ids);
  *x = (struct examples){0};
}

size_t
learn_leave_test_out(struct call *c, struct examples *train)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct guard *guard = guard_new_of(corpus);
  struct sample s;
  size_t n = 0, all = train->n;

  for (size_t i = 0; i < all; i++)
    if (!corpus_get(corpus, train->ids[i], &s) || !guard_stops(guard, &s, NULL)) {
      train->v[n] = train->v[i];
      train->ids[n++] = train->ids[i];
    }
  train->n = n;
  guard_free(guard);
  return all - n;
}

static int
check_lesson(const struct lesson *l, const char *query, bool own, struct err *e)
{
  bool differ = l->task.multilabel;

  if (l->train.n == 0 && own)
    return err_set(e, ERR_INPUT, "nothing to train on: no labelled sample matches '%.200s'", query);
  if (l->train.n == 0)
    return err_set(e, ERR_INPUT, "nothing to train on: there are no seeds, and no labelled sample is accepted");
  for (size_t i = 1; i < l->train.n && !differ; i++)
    differ = l->train.v[i].labels[0] != l->train.v[0].labels[0];
  return differ ? 0 : err_set(e, ERR_INPUT, "nothing to learn: all %zu training texts have the same label", l->train.n);
}

int
lesson_collect(struct call *c, const char *data, struct lesson *l, struct err *e)
{
  struct buf query = BUF_INIT;
  size_t ignored = 0;
  int r;

  *l = (struct lesson){.task = learn_task(c)};
  if (data && *data)
    buf_addf(&query, "(%s) not split:test,valid%s", data, strstr(data, "status:") ? "" : " not status:rejected");
  else
    buf_adds(&query, LEARN_DATA);
  /* A mistake is told with the columns that the person typed. */
  r = data && *data ? examples_collect(c, data, true, &l->train, NULL, e) : 0;
  examples_release(&l->train);
  if (r == 0)
    r = examples_collect(c, buf_str(&query), true, &l->train, &l->n_unlabelled, e);
  if (r == 0) {
    l->n_in_test = learn_leave_test_out(c, &l->train);
    r = check_lesson(l, data, data && *data, e);
  }
  if (r == 0)
    r = examples_collect(c, "split:valid not status:rejected", true, &l->valid, &ignored, e);
  buf_release(&query);
  return r;
}

void
lesson_release(struct lesson *l)
{
  examples_release(&l->train);
  examples_release(&l->valid);
  examples_release(&l->pool);
  free(l->soft);
  l->soft = NULL;
}

struct student *
learn_load(struct call *c, const struct run_row *run, struct err *e)
{
  struct student *s;
  void *model;
  size_t n;

  if (run->model_bytes == 0) {
    err_set(e, ERR_INPUT, "run '%s' has no model (state: %s)", run->name, run_state_names[run->state]);
    return NULL;
  }
  if (run_store_model(c->project, run->id, &model, &n, e) < 0)
    return NULL;
  s = student_load(model, n, e);
  free(model);
  if (!s)
    err_prefix(e, "run '%s': ", run->name);
  return s;
}
