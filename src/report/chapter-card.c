/* chapter-card: the data card and the model card. */
#include <math.h>
#include <string.h>

#include "corpus/label.h"
#include "report/chapter.h"

#define VALUES_SHOWN 40u         /* of an attribute */

/* "generated 1 440, seed 60" */
static const char *
counts_text(struct doc *d, const struct card_count *c, size_t n, size_t max)
{
  struct buf b = BUF_INIT;
  const char *text;

  for (size_t i = 0; i < n && i < max; i++)
    buf_addf(&b, "%s%s %s", i ? ", " : "", c[i].name, numeral_count((double)c[i].n).s);
  if (n > max)
    buf_addf(&b, " and %zu more", n - max);
  text = doc_print(d, "%s", n ? buf_str(&b) : "none");
  buf_release(&b);
  return text;
}

/* ---- the data ---- */

static void
tell_composition(const struct report *r, struct doc *d)
{
  const struct data_card *c = &r->data;
  struct table_block *t;

  doc_heading(d, 3, "What is in it");
  t = doc_facts(d);
  table_fact(t, "Task", "%s, %s", c->task, count_text(d, (double)c->n_labels, "label", "labels"));
  table_fact(t, "Samples", "%s%s", numeral_count((double)c->n).s,
             c->unlabelled ? doc_print(d, "; %s of them without a label", numeral_count((double)c->unlabelled).s) : "");
  table_fact(t, "Origin", "%s", counts_text(d, c->origins, c->n_origins, SIZE_MAX));
  table_fact(t, "Status", "%s", counts_text(d, c->statuses, c->n_statuses, SIZE_MAX));
  table_fact(t, "Split", "%s", counts_text(d, c->splits, c->n_splits, SIZE_MAX));
  table_fact(t, "Languages", "%s", c->n_languages
               ? counts_text(d, c->languages, c->n_languages, 12)
               : "not computed (retort signals computes them)");
  table_fact(t, "Training texts", "%.1f words (sd %.1f, %.0f to %.0f, median %.0f)", c->words_mean, c->words_sd,
             c->words_min, c->words_max, c->words_median);
  table_fact(t, "Variety", "distinct-1 %s, distinct-2 %s, mean similarity of two texts "
                           "%s", numeral_share(c->distinct_1).s,
             numeral_share(c->distinct_2).s, numeral_share(c->self_similarity).s);
  table_fact(t, "Duplicates", "%s an earlier one, or nearly (Jaccard .8)",
             count_text(d, (double)c->duplicates, "training text equals", "training texts equal"));
  table_fact(t, "Guard", "%s in the test set, or nearly: never learned from",
             count_text(d, (double)r->f.guarded, "training text stands", "training texts stand"));
}

static void
tell_label_counts(const struct report *r, struct doc *d)
{
  const struct data_card *c = &r->data;
  struct table_block *t = doc_table(d, "Labels (rejected samples count only in their own column)",
    "label|meaning|samples>|seed>|generated>|annotated>|imported>|train>|test>|unseen>|accepted>|rejected>");

  for (size_t i = 0; i < c->n_labels; i++) {
    const struct card_label *l = &c->labels[i];
    const size_t counts[] = {l->n, l->seed, l->generated, l->annotated, l->imported, l->train, l->test, l->unseen,
                             l->accepted, l->rejected};

    table_text(t, l->label);
    table_text(t, l->meaning);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
      table_cell(t, "%s", counts[k] ? numeral_count((double)counts[k]).s : "");
  }
}

static void
tell_making(const struct report *r, struct doc *d)
{
  const struct data_card *c = &r->data;
  struct table_block *t;

  doc_heading(d, 3, "How it was made");
  if (c->n_jobs == 0) {
    doc_text(d, BLOCK_NOTE, "No teacher has written or labelled anything in this project.");
    return;
  }
  t = doc_table(d, "Jobs", "job|kind|state|template|teacher|model|began|requests>|again>|failed>|texts asked>|kept>|"
                           "dropped>|tokens in>|tokens out>|cost>");
  for (size_t i = 0; i < c->n_jobs; i++) {
    const struct card_job *j = &c->jobs[i];

    table_cell(t, "%zu", j->id);
    table_text(t, j->kind);
    table_text(t, j->state);
    table_text(t, j->template);
    table_text(t, j->teacher);
    table_text(t, j->model);
    table_cell(t, "%s", numeral_day((int64_t)j->began_ms).s);
    table_cell(t, "%s", numeral_count((double)j->requests).s);
    table_cell(t, "%s", numeral_count((double)j->cached).s);
    table_cell(t, "%s", numeral_count((double)j->failed).s);
    table_cell(t, "%s", numeral_count((double)j->wanted).s);
    table_cell(t, "%s", numeral_count((double)j->kept).s);
    table_cell(t, "%s", numeral_count((double)j->dropped).s);
    table_cell(t, "%s", numeral_count(j->tokens_in).s);
    table_cell(t, "%s", numeral_count(j->tokens_out).s);
    table_cell(t, "%s", numeral_usd(j->cost_usd).s);
  }
  doc_text(d, BLOCK_NOTE, "Again: answered from an earlier reply in the file, and not paid.");
}

static void
tell_attributes(const struct report *r, struct doc *d)
{
  struct table_block *t;

  if (r->data.n_attributes == 0)
    return;
  t = doc_table(d, "What the prompts varied: attributes and their values, with the samples that came of them",
                "attribute|values");
  for (size_t i = 0; i < r->data.n_attributes; i++) {
    table_text(t, r->data.attributes[i].name);
    table_text(t, counts_text(d, r->data.attributes[i].values, r->data.attributes[i].n_values, VALUES_SHOWN));
  }
}

static void
tell_dropped(const struct report *r, struct doc *d)
{
  struct table_block *t;

  doc_heading(d, 3, "What fell away, and why");
  if (r->data.n_dropped == 0) {
    doc_text(d, BLOCK_NOTE, "Nothing: every text that a teacher wrote came into the corpus.");
    return;
  }
  t = doc_table(d, NULL, "reason|what it means|texts>");
  for (size_t i = 0; i < r->data.n_dropped; i++) {
    table_text(t, r->data.dropped[i].name);
    table_text(t, r->data.dropped[i].words);
    table_cell(t, "%s", numeral_count((double)r->data.dropped[i].n).s);
  }
}

static void
tell_curation(const struct report *r, struct doc *d)
{
  const struct card_curation *c = &r->data.curation;
  struct table_block *t;

  doc_heading(d, 3, "How it was looked at");
  t = doc_facts(d);
  table_fact(t, "One by one", "%zu accepted, %zu rejected, %zu given other labels, %zu "
                              "edited", c->accepted, c->rejected,
             c->relabelled, c->edited);
  table_fact(t, "In bulk", "%s, %s", count_text(d, (double)c->bulk, "change", "changes"),
             count_text(d, (double)c->bulk_samples, "sample", "samples"));
  table_fact(t, "Taken back", "%s", count_text(d, (double)c->undone, "change", "changes"));
  table_fact(t, "Time", "%.1f minutes in %s, pauses of over two minutes left out", c->minutes,
             count_text(d, (double)c->sittings, "sitting", "sittings"));
}

static void
tell_data_limits(const struct report *r, struct doc *d)
{
  doc_heading(d, 3, "Known limits");
  doc_text(d, BLOCK_PARAGRAPH,
           "Texts of origin \xe2\x80\x9cgenerated\xe2\x80\x9d were written by a large model and imitate what people "
           "write; they share its habits and its blind spots, and are labelled by what was asked for, not by what a "
           "reader saw. Texts of origin "
           "\xe2\x80\x9c" "annotated\xe2\x80\x9d have a teacher's label, not a person's.");
  doc_say(d, BLOCK_PARAGRAPH,
          "All figures hold for texts like the %s of the test set. Whether those are like the texts that the model "
          "will "
          "meet is for who uses it to judge.", count_text(d, (double)r->f.n_test, "text", "texts"));
}

void
chapter_data(const struct report *r, struct doc *d)
{
  doc_chapter(d, "data-card", "Data card");
  doc_text(d, BLOCK_NOTE, "After Gebru et al., Datasheets for Datasets, 2018, shortened to what the project file "
                          "knows; as the data is now.");
  tell_composition(r, d);
  tell_label_counts(r, d);
  tell_making(r, d);
  tell_attributes(r, d);
  tell_dropped(r, d);
  tell_curation(r, d);
  tell_data_limits(r, d);
}

/* ---- the model ---- */

static void
tell_model(const struct report *r, struct doc *d, const struct model_card *m)
{
  const struct found_row *x = &r->f.rows[m->row_at];
  struct table_block *t;

  doc_heading(d, 3, "%s, trained on %s", m->student, m->row);
  t = doc_facts(d);
  table_fact(t, "Kind", "%s%s%s", m->student, m->summary ? ": " : "", m->summary ? m->summary : "");
  table_fact(t, "Size", "%s parameters, %s, %s multiply-adds a text", numeral_count(x->n_parameters).s,
             numeral_bytes(x->size_bytes).s, numeral_count(x->multiply_adds).s);
  table_fact(t, "Meant for", "%s like those of the test set, %s of the %s above; where a wrong answer is seen and put "
                             "right",
             strcmp(r->data.task, task_name(TASK_PAIR)) == 0 ? "pairs of texts" : "texts",
             r->multilabel ? "any" : "one", count_text(d, (double)r->data.n_labels, "label", "labels"));
  table_fact(t, "Not meant for", "decisions about people, and texts of other kinds or languages than it learned from");
  table_fact(t, "Trained on", "%s: %s seed, %s generated, %s annotated, %s imported",
             count_text(d, (double)x->n, "text", "texts"), numeral_count((double)x->n_seed).s,
             numeral_count((double)x->n_generated).s, numeral_count((double)x->n_annotated).s,
             numeral_count((double)x->n_imported).s);
  table_fact(t, "Accuracy", "%s (95 %% interval %s) on %s, mean of %s", numeral_percent(x->accuracy.mean).s,
             numeral_percent_range(x->accuracy.ci95).s, count_text(d, (double)r->f.n_test, "test text", "test texts"),
             count_text(d, (double)r->f.n_seeds, "seed", "seeds"));
  table_fact(t, "Macro F1", "%s (95 %% interval %s)", numeral_percent(x->macro_f1.mean).s,
             numeral_percent_range(x->macro_f1.ci95).s);
  table_fact(t, "Calibration error", "%s: how far its probabilities are from how often it is right",
             numeral_share(x->calibration_error).s);
  table_fact(t, "Cost", "%s for its texts; %s for a text alone, %s in batches of 32", numeral_usd(x->cost_usd).s,
             numeral_us(x->measured.us_one).s, numeral_us(x->measured.us_batch).s);
}

/* Labels that it never gives rightly. */
static void
tell_lost_labels(struct doc *d, const struct found_row *x)
{
  struct buf names = BUF_INIT;

  for (size_t i = 0; i < x->n_labels; i++)
    if (x->labels[i].n > 0 && x->labels[i].f1 == 0)
      buf_addf(&names, "%s%s", names.n ? ", " : "", x->labels[i].label);
  if (names.n)
    doc_say(d, BLOCK_PARAGRAPH, "It never finds %s.", buf_str(&names));
  buf_release(&names);
  if (x->n_skipped)
    doc_say(d, BLOCK_PARAGRAPH, "It has never seen %s, and cannot answer so.",
            count_text(d, (double)x->n_skipped, "label of the project", "labels of the project"));
}

/* The labels that it knows worst are what a user should know first. */
static void
tell_weak_labels(struct doc *d, const struct found_row *x)
{
  const struct found_label *worst = NULL, *best = NULL;

  for (size_t i = 0; i < x->n_labels; i++) {
    if (x->labels[i].n == 0 || !(x->labels[i].f1 > 0))
      continue;
    if (!worst || x->labels[i].f1 < worst->f1)
      worst = &x->labels[i];
    if (!best || x->labels[i].f1 > best->f1)
      best = &x->labels[i];
  }
  if (worst && worst != best)
    doc_say(d, BLOCK_PARAGRAPH, "It knows %s best (F1 %s) and %s worst (F1 %s: of what it calls so %s is, and it finds "
                                "%s "
                                "of what is).", best->label, numeral_percent(best->f1).s, worst->label,
            numeral_percent(worst->f1).s, numeral_percent(worst->precision).s, numeral_percent(worst->recall).s);
}

void
chapter_models(const struct report *r, struct doc *d)
{
  doc_chapter(d, "model-card", "Model card");
  doc_text(d, BLOCK_NOTE, "After Mitchell et al., Model Cards for Model Reporting, 2019, shortened to what the project "
                          "file knows. The figures are means over the seeds; one trained model is one of them.");
  for (size_t i = 0; i < r->n_models; i++) {
    tell_model(r, d, &r->models[i]);
    tell_weak_labels(d, &r->f.rows[r->models[i].row_at]);
    tell_lost_labels(d, &r->f.rows[r->models[i].row_at]);
  }
}
