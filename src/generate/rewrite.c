/* rewrite: the kind of job that has new texts made of texts that are there: paraphrases, or with a template that says
 * `target: other` texts of another label. Each new sample is linked to the one it was made of.
 *
 * Texts of the test and validation splits are never rewritten: what comes of it is learned from. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "generate/examples.h"
#include "generate/work.h"

/* A text and the label that what is made of it gets. */
struct pair {
  uint32_t id;
  uint16_t target, own;         /* own LABEL_NONE: the text has no label */
};
struct pairs {
  struct pair *v;
  size_t n, cap;
};

static void
add_pair(struct pairs *p, const struct blueprint *b, const struct sample *s, uint16_t target)
{
  if (target == LABEL_NONE || (b->prompty.other_label && sample_has_label(s, target)))
    return;
  GROW(p->v, p->cap, p->n + 1);
  p->v[p->n++] = (struct pair){s->id, target, sample_label(s)};
}

/* The labels asked for; or the text's own; or, with `target: other`, the others in turn. */
static int
find_pairs(struct pairs *p, const struct blueprint *b, const struct job_options *o, struct err *e)
{
  const struct corpus *c = project_corpus(b->project);
  size_t turn = 0;
  struct sample s;

  for (size_t i = 0; i < o->n_subjects; i++) {
    if (!corpus_get(c, o->subjects[i], &s) || s.split == SPLIT_TEST || s.split == SPLIT_VALID)
      continue;
    for (size_t k = 0; k < o->n_labels; k++)
      add_pair(p, b, &s, o->labels[k]);
    if (o->n_labels > 0 || s.n_labels == 0)
      continue;
    if (!b->prompty.other_label)
      add_pair(p, b, &s, sample_label(&s));
    else if (b->n_labels > 1)
      add_pair(p, b, &s, (uint16_t)((sample_label(&s) + 1 + turn++ % (b->n_labels - 1)) % b->n_labels));
  }
  if (p->n == 0)
    return err_set(e, ERR_INPUT, "no texts to rewrite (labelled ones that are neither test nor validation texts)");
  return 0;
}

static void
shuffle_pairs(struct pairs *p, uint64_t seed)
{
  struct rng rng;

  rng_seed(&rng, seed);
  for (size_t i = p->n; i > 1; i--) {
    size_t k = (size_t)rng_below(&rng, i);
    struct pair moved = p->v[i - 1];

    p->v[i - 1] = p->v[k];
    p->v[k] = moved;
  }
}

/* One request: a pair, and how often it was taken before. */
struct turn {
  struct pair pair;
  uint32_t round;
};
struct turns {
  struct turn *v;
  size_t n, cap;
};

static int
add_turns(struct turns *t, const struct pairs *p, size_t n, struct err *e)
{
  if (n > PLAN_REQUESTS - t->n)
    return err_set(e, ERR_INPUT, "more than %d requests", PLAN_REQUESTS);
  GROW(t->v, t->cap, t->n + n + 1);
  for (size_t i = 0; i < n && p->n > 0; i++)
    t->v[t->n++] = (struct turn){p->v[i % p->n], (uint32_t)(i / p->n)};
  return 0;
}

/* Each pair once; or as many as the wish needs, drawn at random, gone round where they are too few. */
static int
find_turns(struct turns *t, struct pairs *p, const struct blueprint *b, const struct job_options *o, struct err *e)
{
  size_t each = (size_t)b->prompty.count;
  int result = 0;

  if (o->per_label == 0 && o->count == 0)
    return add_turns(t, p, p->n, e);
  shuffle_pairs(p, b->seed);
  if (o->count > 0)
    return add_turns(t, p, (o->count + each - 1) / each, e);
  for (size_t label = 0; label < b->n_labels && result == 0; label++) {
    struct pairs of = {0};

    for (size_t i = 0; i < p->n; i++)
      if (p->v[i].target == label) {
        GROW(of.v, of.cap, of.n + 1);
        of.v[of.n++] = p->v[i];
      }
    if (of.n > 0)
      result = add_turns(t, &of, (o->per_label + each - 1) / each, e);
    free(of.v);
  }
  return result;
}

/* Attribute values for each turn, evenly. */
static int
deal_values(struct plan *plan, const struct blueprint *b, const struct job_options *o, size_t n, struct err *e)
{
  uint32_t first = 0;
  struct plan_wish wish = {.total = n * (size_t)b->prompty.count, .labels = &first, .n_labels = 1,
                           .restrictions = o->restrictions, .n_restrictions = o->n_restrictions};

  return plan_make(plan, &b->prompty, b->labels, b->n_labels, &wish, e);
}

static int
render(const struct blueprint *b, const struct job_options *o, const struct turn *turn, const uint32_t *values,
       size_t i, struct examples *examples, struct request_row *row, struct err *e)
{
  const struct pair *pair = &turn->pair;
  struct prompt_text subject = {0};
  struct prompt_scope scope = {.label = &b->labels[pair->target], .count = b->prompty.count, .values = values,
                               .was = pair->own == LABEL_NONE ? NULL : &b->labels[pair->own], .subject = &subject};
  struct buf attributes = BUF_INIT;
  struct sample s;

  corpus_get(project_corpus(b->project), pair->id, &s);
  subject = (struct prompt_text){s.text, s.text2, scope.was ? scope.was->name : NULL};
  for (size_t k = 0; k < b->prompty.n_attributes; k++)
    attribute_add(&attributes, b->prompty.attributes[k].name, b->prompty.attributes[k].values[values[k]]);
  *row = (struct request_row){
    .label = pair->target, .wanted = (uint32_t)b->prompty.count, .attributes = buf_take(&attributes),
    .teacher_id = blueprint_deal(b, 0, i), .subjects = xcalloc(1, sizeof *row->subjects), .n_subjects = 1,
  };
  row->subjects[0] = pair->id;
  examples_draw(examples, pair->target, row->attributes, i, &scope);
  return o->n_hard > 0 ? requests_render_anew(b, &scope, turn->round, row, e)
                       : requests_render(b, &scope, turn->round, row, e);
}

static int
plan(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n, struct err *e)
{
  struct examples_want want = {.policy = o->seeds, .seed = b->seed, .hard = o->hard, .n_hard = o->n_hard};
  struct pairs pairs = {0};
  struct turns turns = {0};
  struct plan values = {0};
  struct examples *examples = NULL;
  int result = -1;

  *rows = NULL;
  *n = 0;
  if (find_pairs(&pairs, b, o, e) < 0 || find_turns(&turns, &pairs, b, o, e) < 0 ||
      deal_values(&values, b, o, turns.n, e) < 0)
    goto out;
  examples = examples_new(project_corpus(b->project), &want);
  *rows = xcalloc(turns.n + 1, sizeof **rows);
  for (result = 0; result == 0 && *n < turns.n; ++*n)
    result = render(b, o, &turns.v[*n], values.requests[*n % values.n].values, *n, examples, &(*rows)[*n], e);
out:
  if (result < 0) {
    request_rows_free(*rows, *n);
    *rows = NULL;
    *n = 0;
  }
  examples_free(examples);
  plan_release(&values);
  free(turns.v);
  free(pairs.v);
  return result;
}

static void
go_out(const struct blueprint *b, const struct request_row *row, struct outgoing *o)
{
  job_kind_generate.outgoing(b, row, o);
}

static int
read_texts(struct job *j, struct item *it, const struct chat_reply *chat, struct outcome *o, struct err *e)
{
  return job_kind_generate.read(j, it, chat, o, e);
}

const struct job_kind job_kind_rewrite = {
  .name = "rewrite", .template_kind = PROMPTY_REWRITE, .change = CHANGE_INSERT,
  .plan = plan, .outgoing = go_out, .read = read_texts,
};
