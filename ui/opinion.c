#include "ui/opinion.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/workbench.h"

struct lookup {
  struct opinion *opinion;
  struct project *project;
  uint32_t sample;
  uint64_t seen;
  struct vote_row *votes;
  size_t n;
};

void
opinion_init(struct opinion *o, struct workbench *w)
{
  *o = (struct opinion){.w = w};
}

void
opinion_release(struct opinion *o)
{
  vote_rows_free(o->votes, o->n);
  *o = (struct opinion){0};
}

/* ---- reading ---- */

static int
by_teacher(const void *a, const void *b)
{
  const struct vote_row *x = a, *y = b;

  return x->teacher_id != y->teacher_id ? (x->teacher_id < y->teacher_id ? -1 : 1)
       : x->request_id != y->request_id ? (x->request_id < y->request_id ? -1 : 1)
         : (x->label > y->label) - (x->label < y->label);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  struct err e = {0};

  if (job_store_votes(l->project, 0, &l->sample, 1, &l->votes, &l->n, &e) < 0)
    l->n = 0;
  if (l->n)
    qsort(l->votes, l->n, sizeof *l->votes, by_teacher);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct opinion *o = l->opinion;

  vote_rows_free(o->votes, o->n);
  o->votes = l->votes;
  o->n = l->n;
  o->sample = l->sample;
  o->seen = l->seen;
  o->working = false;
  if (o->wanted != o->sample)
    opinion_ask(o, o->wanted);
  workbench_touch(o->w);
  free(l);
}

void
opinion_ask(struct opinion *o, uint32_t sample)
{
  struct project *p = workbench_project(o->w);
  uint64_t seen = project_records_revision(p);
  struct lookup *l;

  o->wanted = sample;
  if (o->working || !sample || (o->sample == sample && o->seen == seen))
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct lookup){.opinion = o, .project = p, .sample = sample, .seen = seen};
  o->working = true;
  workbench_work(o->w, lookup_work, lookup_done, l);
}

/* ---- showing ---- */

/* Votes of one teacher: several rows of one request are labels that it gave together. */
struct count {
  uint16_t label;
  uint32_t votes, n_probabilities;
  double probability;            /* summed over those that said one */
};

static size_t
count_labels(const struct vote_row *votes, size_t n, struct count *out, size_t max, uint32_t *n_votes)
{
  size_t k = 0, at;

  *n_votes = 0;
  for (size_t i = 0; i < n; i++) {
    *n_votes += i == 0 || votes[i].request_id != votes[i - 1].request_id;
    for (at = 0; at < k && out[at].label != votes[i].label; at++)
      ;
    if (at == max)
      continue;
    if (at == k)
      out[k++] = (struct count){.label = votes[i].label};
    out[at].votes++;
    if (votes[i].label < votes[i].n_probabilities) {
      out[at].n_probabilities++;
      out[at].probability += (double)votes[i].probabilities[votes[i].label];
    }
  }
  return k;
}

static void
add_count(struct pane *p, const struct corpus *c, const struct sample *s, const struct count *k, uint32_t n_votes)
{
  bool none = k->label == LABEL_NONE;

  pane_str(p, !none && sample_has_label(s, k->label) ? STYLE_NORMAL : STYLE_HINT,
           none ? "none of the labels" : label_name(corpus_labels(c), k->label));
  if (k->n_probabilities)
    pane_printf(p, STYLE_NORMAL, " %.2f", k->probability / k->n_probabilities);
  if (n_votes > 1)
    pane_printf(p, STYLE_DIM, ", %u of %u votes", k->votes, n_votes);
}

static void
add_teacher(struct pane *p, const struct corpus *c, const struct sample *s, const struct vote_row *votes, size_t n)
{
  struct count counts[16];
  uint32_t n_votes;
  size_t k = count_labels(votes, n, counts, N_OF(counts), &n_votes);

  pane_printf(p, STYLE_DIM, "%s says ", corpus_name(c, NAME_TEACHER, votes->teacher_id));
  for (size_t i = 0; i < k; i++) {
    if (i)
      pane_str(p, STYLE_DIM, "; ");
    add_count(p, c, s, &counts[i], n_votes);
  }
  pane_str(p, STYLE_NORMAL, "\n");
  for (size_t i = 0; i < n; i++)
    if (votes[i].rationale && *votes[i].rationale) {
      pane_printf(p, STYLE_DIM, "  because %s\n", votes[i].rationale);
      return;
    }
}

bool
opinion_majority(const struct opinion *o, uint32_t sample, uint16_t *label, uint32_t *votes, uint32_t *of)
{
  struct count counts[32];
  size_t k, best = 0;

  if (o->sample != sample || !o->n)
    return false;
  k = count_labels(o->votes, o->n, counts, N_OF(counts), of);
  for (size_t i = 1; i < k; i++)
    if (counts[i].votes > counts[best].votes)
      best = i;
  *label = counts[best].label;
  *votes = counts[best].votes;
  return true;
}

void
opinion_add(const struct opinion *o, struct pane *p, const struct sample *s)
{
  const struct corpus *c = workbench_corpus(o->w);
  size_t end;

  if (o->sample != s->id)
    return;
  for (size_t i = 0; i < o->n; i = end) {
    for (end = i + 1; end < o->n && o->votes[end].teacher_id == o->votes[i].teacher_id; end++)
      ;
    add_teacher(p, c, s, &o->votes[i], end - i);
  }
}
