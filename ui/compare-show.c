/* All that is known of a row of Compare's table, as a text to read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/view-compare.h"

/* ---- a run ---- */

struct run_page {
  struct workbench *w;
  uint32_t id;
  double cost_usd;
  struct run_row run;
  struct err e;
};

static void
run_page_work(void *arg)
{
  struct run_page *k = arg;

  run_store_by_id(workbench_project(k->w), k->id, &k->run, &k->e);
}

static void
run_page_done(void *arg)
{
  struct run_page *k = arg;
  const struct run_row *run = &k->run;
  struct buf out = BUF_INIT;
  char n[PART_TEXT], when[20];

  if (k->e.code) {
    workbench_complain(k->w, &k->e);
  } else {
    clock_format(run->at_ms, when, sizeof when);
    buf_addf(&out, "student    %s\nstate      %s%s%s\nbegun      %s\ntrained    %s on %u texts, %u to validate\n",
             run->student,
             run_state_names[run->state], run->message && *run->message ? ": " : "", run->message ? run->message : "",
               when,
             part_seconds(run->seconds, n), run->n_train, run->n_valid);
    buf_addf(&out, "data       %s\nseed       %llu\nbest epoch %u\n", run->data && *run->data ? run->data
             : "accepted and seed",
             (unsigned long long)run->seed, run->best_epoch);
    buf_addf(&out, "texts cost %s\n", part_money(k->cost_usd, n));
    buf_addf(&out, "\nparameters\n%s\n\nat its end\n%s\n", run->params, run->metrics);
    workbench_page(k->w, run->name, buf_str(&out));
  }
  buf_release(&out);
  run_row_release(&k->run);
  free(k);
}

/* ---- an arm ---- */

static void
add_seeds(struct buf *out, const char *name, const struct found_score *s)
{
  char a[PART_TEXT], b[PART_TEXT], n[PART_TEXT];

  buf_addf(out, "%s %s (95 %% %s to %s), seeds", name, part_score(s->mean, n), part_score(s->ci95.lo, a),
           part_score(s->ci95.hi, b));
  for (size_t i = 0; i < s->n_seeds; i++)
    buf_addf(out, " %s", part_score(s->seeds[i], n));
  buf_adds(out, "\n");
}

static void
add_against(struct buf *out, const struct findings *f, const struct found_row *r)
{
  const struct found_difference *d = r->difference;
  char a[PART_TEXT], b[PART_TEXT], n[PART_TEXT], p[PART_TEXT], holm[PART_TEXT];

  if (!d || r->first >= f->n_rows)
    return;
  buf_addf(out, "to %-8s %s points (95 %% %s to %s), %s, with all differences of the experiment %s\n",
           f->rows[r->first].name,
           part_points(d->accuracy, n), part_points(d->ci95.lo, a), part_points(d->ci95.hi, b), part_p(d->p, p),
           part_p(d->p_holm, holm));
  buf_addf(out, "McNemar     %.0f and %.0f texts right in one alone, over all seeds, %s\n", d->mcnemar.b, d->mcnemar.c,
           part_p(d->mcnemar.p, p));
}

static void
add_texts(struct buf *out, const struct findings *f, const struct found_row *r)
{
  char n[PART_TEXT];

  buf_addf(out, "texts       %s   %s\n", part_count((double)r->n, n), r->filter ? r->filter : "");
  buf_addf(out, "of them     %zu seed, %zu generated, %zu annotated, %zu imported\n", r->n_seed, r->n_generated,
           r->n_annotated, r->n_imported);
  if (isfinite(r->known_words))
    buf_addf(out, "words       %.0f a text (test texts %.0f), %.0f different in 100; %.0f %% of the test texts' "
                  "running "
                  "words stand in its texts\n", r->words, f->test_words, r->distinct, 100 * r->known_words);
  if (r->new_words && *r->new_words)
    buf_addf(out, "it brings   %s\n", r->new_words);
  if (r->n_skipped)
    buf_addf(out, "without     %zu label%s of the project\n", r->n_skipped, r->n_skipped == 1 ? "" : "s");
}

static void
add_costs(struct buf *out, const struct found_row *r)
{
  char n[PART_TEXT], m[PART_TEXT], k[PART_TEXT];

  buf_addf(out, "parameters  %s, %s bytes, %s multiply-adds a text\n", part_count(r->n_parameters, n),
           part_count(r->size_bytes, m), part_short(r->multiply_adds, k));
  buf_addf(out, "speed       %s µs a text, %s at 32 a time\n", part_short(r->measured.us_one, n),
           part_short(r->measured.us_batch, m));
  buf_addf(out, "training    %s, %s of a processor, %s bytes of memory\n", part_seconds(r->measured.seconds, n),
           part_seconds(r->measured.cpu_seconds, m), part_short(r->measured.peak_bytes, k));
  buf_addf(out, "texts cost  %s\n", part_money(r->cost_usd, n));
}

static void
show_arm(struct compare *v, const struct compare_row *row)
{
  const struct found_row *r = compare_arm(v, row);
  char *title = compare_row_title(row), n[PART_TEXT];
  struct buf out = BUF_INIT;

  add_texts(&out, v->findings, r);
  buf_adds(&out, "\n");
  add_seeds(&out, "accuracy   ", &r->accuracy);
  add_seeds(&out, "macro F1   ", &r->macro_f1);
  add_against(&out, v->findings, r);
  buf_addf(&out, "calibration %s expected error\n\n", part_score(r->calibration_error, n));
  add_costs(&out, r);
  workbench_page(v->w, title, buf_str(&out));
  buf_release(&out);
  free(title);
}

static void
show_teacher(struct compare *v, const struct compare_row *row)
{
  const struct found_teacher *t = NULL;
  struct buf out = BUF_INIT;
  char n[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT];

  for (size_t i = 0; v->findings && i < v->findings->n_teachers && !t; i++)
    if (strcmp(v->findings->teachers[i].name, row->name) == 0)
      t = &v->findings->teachers[i];
  buf_addf(&out, "accuracy    %s (95 %% %s to %s)\n", part_score(row->accuracy, n), part_score(row->lo, lo),
           part_score(row->hi, hi));
  buf_addf(&out, "macro F1    %s\n", part_score(row->macro_f1, n));
  if (t && t->model && *t->model)
    buf_addf(&out, "model       %s\n", t->model);
  if (t)
    buf_addf(&out, "asked       about %zu test texts, without an example; %zu without an answer, which counts as "
                   "wrong\n", t->n,
             t->n_unanswered);
  buf_addf(&out, "price       %s for a million texts\n", part_money(row->cost_usd, n));
  buf_addf(&out, "a request   %s\n", t && isfinite(t->ms_per_request) ? part_seconds(t->ms_per_request / 1000, n)
           : "–");
  workbench_page(v->w, row->name, buf_str(&out));
  buf_release(&out);
}

void
compare_show_row(struct compare *v, const struct compare_row *row)
{
  struct run_page *k;

  if (compare_arm(v, row)) {
    show_arm(v, row);
  } else if (row->kind == COMPARE_RUN) {
    k = xcalloc(1, sizeof *k);
    *k = (struct run_page){.w = v->w, .id = row->id, .cost_usd = row->cost_usd};
    workbench_work(v->w, run_page_work, run_page_done, k);
  } else if (row->kind == COMPARE_TEACHER) {
    show_teacher(v, row);
  }
}
