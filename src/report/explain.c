#include "report/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/shape_rows.h"
#include "corpus/guard.h"
#include "curate/similar.h"
#include "curate/terms.h"
#include "evaluate/arm.h"
#include "evaluate/changed.h"
#include "store/project.h"

static const struct shape_field near_fields[] = {
  OF(explained_near, ID, id), OF(explained_near, TEXT, text), OF(explained_near, TEXT, label),
  OF(explained_near, TEXT, origin), OF(explained_near, NUMBER, cosine), END,
};
static const struct shape near_shape = SHAPE(explained_near, near_fields);

static const struct shape_field text_fields[] = {
  OF(explained_text, ID, id), OF(explained_text, TEXT, kind), OF(explained_text, TEXT, text),
  OF(explained_text, TEXT, label), OF(explained_text, TEXT, said_before), OF(explained_text, TEXT, said_after),
  OF(explained_text, COUNT, right_before), OF(explained_text, COUNT, right_after),
  LIST(explained_text, near, n_near, near_shape), END,
};
static const struct shape text_shape = SHAPE(explained_text, text_fields);

static const struct shape_field explained_fields[] = {
  OF(explained, TEXT, student), OF(explained, TEXT, before), OF(explained, TEXT, after),
  OF(explained, COUNT, n_before), OF(explained, COUNT, n_after), OF(explained, COUNT, n_fixed),
  OF(explained, COUNT, n_broken), OF(explained, COUNT, n_other), OF(explained, COUNT, n_added),
  LIST(explained, texts, n_texts, text_shape), OF(explained, TEXT, why_not), END,
};
const struct shape explained_shape = SHAPE(explained, explained_fields);

void
explained_release(struct explained *x)
{
  shape_release(&explained_shape, x);
}

/* ---- the texts that the one arm has and the other has not ---- */

/* *ids is the caller's to free. */
static int
added_ids(const struct corpus *corpus, const struct found_row *before, const struct found_row *after,
          const struct filter_provider *provider, uint32_t **ids, size_t *n, struct err *e)
{
  struct filter *has = filter_parse(corpus, after->filter, provider, e);
  struct filter *had = has ? filter_parse(corpus, before->filter, provider, e) : NULL;
  struct guard *guard = NULL;
  size_t kept = 0, all = 0;
  int r = -1;

  *ids = NULL;
  *n = 0;
  if (!has || !had)
    goto out;
  if (filter_run(has, NULL, ids, &all) < 0)
    goto out;
  guard = guard_new_of(corpus);
  for (size_t i = 0; i < all; i++) {
    struct sample s;

    if (corpus_get(corpus, (*ids)[i], &s) && arm_may_have(&s, after->filter)
        && !filter_match(had, s.id) && !guard_stops(guard, &s, NULL))
      (*ids)[kept++] = s.id;
  }
  *n = kept;
  r = 0;
out:
  guard_free(guard);
  filter_free(has);
  filter_free(had);
  return r;
}

/* ---- texts ---- */

static char *
text_of(const struct sample *s)
{
  return s->text2 ? xasprintf("%s\n%s", s->text, s->text2) : xstrdup(s->text);
}

static char *
labels_of(const struct corpus *corpus, const struct sample *s)
{
  struct buf b = BUF_INIT;

  labels_join(&b, corpus_labels(corpus), s->labels, s->n_labels, ", ");
  return buf_take(&b);
}

static char *
said_of(const struct corpus *corpus, uint16_t label)
{
  return xstrdup(label == LABEL_NONE ? "" : label_name(corpus_labels(corpus), label));
}

struct finder_of {
  const struct corpus *corpus;
  struct similar *index;
  struct seeker *seeker;
  struct terms terms;
};

static void
take_near(struct finder_of *f, const struct sample *s, struct explained_text *t)
{
  struct neighbour near[EXPLAIN_NEAR];
  size_t n;

  if (!f->index)
    return;
  terms_of(&f->terms, s->text, s->n_text, s->text2, s->n_text2);
  n = similar_find(f->index, f->seeker, &f->terms, s->id, EXPLAIN_NEAR, near);
  t->near = xcalloc(n + 1, sizeof *t->near);
  for (size_t i = 0; i < n; i++) {
    struct sample of;

    if (corpus_get(f->corpus, near[i].id, &of))
      t->near[t->n_near++] = (struct explained_near){of.id, text_of(&of), labels_of(f->corpus, &of),
                                                     xstrdup(origin_name(of.origin)), (double)near[i].similarity};
  }
}

static void
take_text(struct finder_of *f, const struct changed_text *c, struct explained *x)
{
  struct sample s;
  struct explained_text *t = &x->texts[x->n_texts];

  if (!corpus_get(f->corpus, c->id, &s))
    return;
  x->n_texts++;
  *t = (struct explained_text){.id = c->id, .kind = xstrdup(changed_kind_names[c->kind]), .text = text_of(&s),
                               .label = labels_of(f->corpus, &s), .said_before = said_of(f->corpus, c->said_before),
                               .said_after = said_of(f->corpus, c->said_after), .right_before = c->right_before,
                               .right_after = c->right_after};
  take_near(f, &s, t);
}

static int
take_texts(struct project *p, const struct changed *changed, const struct found_row *before,
           const struct found_row *after, const struct filter_provider *provider, struct explained *x, struct err *e)
{
  struct finder_of f = {.corpus = project_corpus(p)};
  uint32_t *ids;
  size_t n;

  if (added_ids(f.corpus, before, after, provider, &ids, &n, e) < 0)
    return -1;
  x->n_added = n;
  f.index = n ? similar_of(f.corpus, ids, n, NULL) : NULL;
  f.seeker = f.index ? seeker_new(f.index) : NULL;
  x->texts = xcalloc(changed->n + 1, sizeof *x->texts);
  for (size_t i = 0; i < changed->n; i++)
    take_text(&f, &changed->texts[i], x);
  seeker_free(f.seeker);
  similar_free(f.index);
  terms_release(&f.terms);
  free(ids);
  return 0;
}

int
explain(struct project *p, const struct findings *f, size_t row, const struct filter_provider *provider,
        struct explained *x, struct err *e)
{
  const struct found_row *after = &f->rows[row], *before = &f->rows[after->first];
  struct changed changed;
  struct err why;
  int r;

  memset(x, 0, sizeof *x);
  x->student = xstrdup(after->student);
  x->before = xstrdup(before->name);
  x->after = xstrdup(after->name);
  if (changed_find(p, f, after->first, row, &changed, &why) < 0) {
    if (why.code == ERR_INPUT) {
      x->why_not = xstrdup(why.message);
      return 0;
    }
    explained_release(x);
    return err_set(e, why.code, "%s", why.message);
  }
  x->n_before = changed.n_before;
  x->n_after = changed.n_after;
  x->n_fixed = changed.count[CHANGED_FIXED];
  x->n_broken = changed.count[CHANGED_BROKEN];
  x->n_other = changed.count[CHANGED_OTHER];
  r = take_texts(p, &changed, before, after, provider, x, e);
  changed_release(&changed);
  if (r < 0)
    explained_release(x);
  return r;
}
