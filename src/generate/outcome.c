/* outcome: what became of some replies; declared in kind.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "generate/work.h"

void
outcome_init(struct outcome *o, const struct job *j)
{
  const struct job_kind *kind = j->blueprint.kind;
  char actor[32];

  snprintf(actor, sizeof actor, "job %u", j->row.id);
  *o = (struct outcome){.change = change_new(kind->change, actor, kind->name)};
}

void
outcome_release(struct outcome *o)
{
  change_free(o->change);
  free(o->requests);
  free(o->kept);
  for (size_t i = 0; i < o->n_dropped; i++)
    dropped_row_release(&o->dropped[i]);
  free(o->dropped);
  for (size_t i = 0; i < o->n_votes; i++) {
    free(o->votes[i].probabilities);
    free(o->votes[i].rationale);
  }
  free(o->votes);
  *o = (struct outcome){0};
}

void
outcome_note(struct outcome *o, uint16_t label, const char *text)
{
  GROW(o->kept, o->cap_kept, o->n_kept + 1);
  o->kept[o->n_kept++] = (struct kept_text){text, label};
}

void
outcome_sample(struct change *insert, const struct corpus *c, const struct job_row *job, const struct request_row *row,
               const struct candidate *t)
{
  uint32_t parent = row->n_subjects > 0 ? row->subjects[0] : 0, n_labels = row->label != LABEL_NONE;
  const uint16_t *labels = &row->label;
  struct sample from;

  /* a paraphrase of a text with several labels has all of them */
  if (parent != 0 && corpus_get(c, parent, &from) && sample_has_label(&from, row->label)) {
    labels = from.labels;
    n_labels = from.n_labels;
  }
  change_add_sample(insert, &(struct sample){
    .text = t->text, .n_text = (uint32_t)t->n_text, .text2 = t->text2, .n_text2 = (uint32_t)t->n_text2,
    .labels = labels, .n_labels = n_labels, .split = SPLIT_TRAIN, .origin = ORIGIN_GENERATED,
    .status = STATUS_NEW, .template_id = job->template_id,
    .teacher_id = row->teacher_id ? row->teacher_id : job->teacher_id, .request_id = row->id, .parent_id = parent,
    .attributes = row->attributes,
  });
}

void
outcome_keep(struct outcome *o, const struct job *j, const struct item *it, const struct candidate *t)
{
  outcome_sample(o->change, project_corpus(j->project), &j->row, &it->row, t);
  outcome_note(o, it->row.label, o->change->samples[o->change->n_samples - 1].text);
}

struct dropped_row *
outcome_drop(struct outcome *o, const struct job *j, const struct item *it, enum drop_reason reason,
             const struct candidate *t, const char *detail, uint32_t of)
{
  GROW(o->dropped, o->cap_dropped, o->n_dropped + 1);
  o->dropped[o->n_dropped++] = (struct dropped_row){
    .job_id = j->row.id, .request_id = it->row.id, .label = it->row.label, .attributes = xstrdup(it->row.attributes),
    .text = t ? xstrdup(t->text) : NULL, .text2 = t && t->text2 ? xstrdup(t->text2) : NULL,
    .reason = xstrdup(drop_defs[reason].name), .detail = xstrdup(detail), .of_id = of,
  };
  return &o->dropped[o->n_dropped - 1];
}
