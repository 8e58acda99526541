#include "command/votes.h"

#include <stdlib.h>
#include <string.h>

#include "command/print.h"
#include "ship/dataset.h"
#include "store/job_store.h"

#define HALF 0.5f  /* several labels a text: those that a vote gives have 1, the others 0 */

struct listing {
  struct call *c;
  const struct corpus *corpus;
  struct vote_row *votes;       /* by sample */
  size_t n;
};

static int
compare_ids(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

/* The first vote on a sample, or l->n. */
static size_t
first_of(const struct listing *l, uint32_t id)
{
  size_t from = 0, to = l->n;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (l->votes[middle].sample_id < id)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* The labels of a vote, joined; "-": none of the project's. */
static void
add_labels(const struct listing *l, const struct vote_row *v, struct buf *out)
{
  const struct labels *labels = corpus_labels(l->corpus);
  size_t n = 0;

  if (corpus_task(l->corpus) != TASK_MULTILABEL || !v->probabilities) {
    buf_adds(out, v->label == LABEL_NONE ? "-" : label_name(labels, v->label));
    return;
  }
  for (size_t i = 0; i < v->n_probabilities; i++)
    if (v->probabilities[i] >= HALF)
      buf_addf(out, "%s%s", n++ ? ", " : "", label_name(labels, (uint16_t)i));
}

static void
add_json(const struct listing *l, const struct vote_row *v, struct buf *out)
{
  const struct labels *labels = corpus_labels(l->corpus);

  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "teacher", corpus_name(l->corpus, NAME_TEACHER, v->teacher_id));
  json_add_field_int(out, "request", v->request_id);
  json_add_field(out, "label", v->label == LABEL_NONE ? NULL : label_name(labels, v->label));
  if (v->probabilities) {
    json_add_key(out, "probabilities");
    buf_addc(out, '{');
    for (size_t i = 0; i < v->n_probabilities; i++)
      json_add_field_number(out, label_name(labels, (uint16_t)i), v->probabilities[i]);
    buf_addc(out, '}');
  }
  if (*v->rationale)
    json_add_field(out, "rationale", v->rationale);
  buf_addc(out, '}');
}

static void
print_votes_json(const struct listing *l, const uint32_t *ids, size_t n)
{
  struct buf line = BUF_INIT;
  struct sample s;

  for (size_t i = 0; i < n && !print_broken(l->c) && !stop_wanted(l->c->stop); i++) {
    if (!corpus_get(l->corpus, ids[i], &s))
      continue;
    dataset_add_json(&line, l->corpus, &s);
    buf_truncate(&line, line.n - 1);
    json_add_key(&line, "votes");
    buf_addc(&line, '[');
    for (size_t k = first_of(l, s.id); k < l->n && l->votes[k].sample_id == s.id; k++)
      add_json(l, &l->votes[k], &line);
    buf_adds(&line, "]}");
    print_json(l->c, &line);
  }
  buf_release(&line);
}

static void
print_votes(const struct listing *l, const uint32_t *ids, size_t n)
{
  struct buf labels = BUF_INIT;
  struct sample s;
  struct grid g;

  grid_init(&g, "id>|teacher|label|p>|rationale|text");
  for (size_t i = 0; i < n; i++)
    for (size_t k = first_of(l, ids[i]); k < l->n && l->votes[k].sample_id == ids[i]; k++) {
      const struct vote_row *v = &l->votes[k];

      if (!corpus_get(l->corpus, ids[i], &s))
        continue;
      buf_clear(&labels);
      add_labels(l, v, &labels);
      grid_cell(&g, "%u", s.id);
      grid_cell(&g, "%s", corpus_name(l->corpus, NAME_TEACHER, v->teacher_id));
      grid_cell(&g, "%s", buf_str(&labels));
      if (v->probabilities && v->label < v->n_probabilities)
        grid_cell(&g, "%.3f", v->probabilities[v->label]);
      else
        grid_cell(&g, "%s", "");
      grid_cell_cut(&g, 60, v->rationale);
      grid_cell(&g, "%s", s.text);
    }
  grid_print(&g, l->c);
  grid_release(&g);
  buf_release(&labels);
}

int
votes_list(struct call *c, const uint32_t *ids, size_t n, struct err *e)
{
  struct listing l = {.c = c, .corpus = project_corpus(c->project)};
  uint32_t *sorted = xcalloc(n + 1, sizeof *sorted);
  int r = 0;

  memcpy(sorted, ids, n * sizeof *ids);
  qsort(sorted, n, sizeof *sorted, compare_ids);
  if (n > 0)
    r = job_store_votes(c->project, 0, sorted, n, &l.votes, &l.n, e);
  if (r == 0 && c->json)
    print_votes_json(&l, ids, n);
  else if (r == 0)
    print_votes(&l, ids, n);
  vote_rows_free(l.votes, l.n);
  free(sorted);
  return r;
}
