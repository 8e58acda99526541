/* The keys of Compare. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/view-compare.h"

/* ---- rows ---- */

static bool
has_row(struct workbench *w, void *view)
{
  (void)w;
  return compare_selected(view) != NULL;
}

static bool
can_evaluate(struct workbench *w, void *view)
{
  const struct compare_row *row = compare_selected(view);

  (void)w;
  return row && row->kind != COMPARE_ARM;
}

static void
do_mark(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);

  (void)w, (void)n;
  row->marked = row->marked ? 0 : ++v->marks;
}

static void
do_unmark(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w, (void)n;
  for (size_t i = 0; i < v->n; i++)
    v->rows[i].marked = 0;
}

/* The baseline is kept on a thread of its own. */
struct keep {
  struct workbench *w;
  char id[16];
  struct err e;
};

static void
keep_work(void *arg)
{
  struct keep *k = arg;

  project_set_setting(workbench_project(k->w), "baseline", k->id, &k->e);
}

static void
keep_done(void *arg)
{
  struct keep *k = arg;

  if (k->e.code)
    workbench_complain(k->w, &k->e);
  free(k);
}

static void
do_baseline(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct compare_row *row = compare_selected(v);
  struct keep *k;

  (void)n;
  if (row->kind == COMPARE_ARM) {
    workbench_say(w, "arms are set against the first arm of their plan; m marks another, and the selected one is set against it");
    return;
  }
  if (row->kind != COMPARE_RUN || !row->evaluated_ms) {
    workbench_say(w, "a baseline must be a run that was evaluated: e does it");
    return;
  }
  v->baseline = row->id;
  v->stale = true;
  compare_load(v);
  k = xcalloc(1, sizeof *k);
  k->w = w;
  snprintf(k->id, sizeof k->id, "%u", row->id);
  workbench_work(w, keep_work, keep_done, k);
  workbench_say(w, "differences of runs are now to %s", row->name);
}

static void
do_evaluate(struct workbench *w, void *view, int n)
{
  const struct compare_row *row = compare_selected(view);
  struct buf line = BUF_INIT;

  (void)n;
  buf_addf(&line, "evaluate --split test --%s ", row->kind == COMPARE_RUN ? "run" : "teacher");
  workbench_quote(&line, row->name);
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

static void
on_sort(void *arg, int i)
{
  struct compare *v = arg;

  if (i < 0)
    return;
  v->sort = (size_t)i;
  v->reverse = false;
  compare_sort_rows(v);
}

static void
do_sort(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  size_t n_sorts = compare_sort_count();

  if (n) {
    v->reverse = !v->reverse;
    compare_sort_rows(v);
  } else {
    workbench_menu(w, "Sort by", compare_sort_names, n_sorts, v->sort, on_sort, v);
  }
}

/* ---- one row, as a page ---- */

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
    buf_addf(&out, "student    %s\nstate      %s%s%s\nbegun      %s\ntrained    %s on %u texts, %u to validate\n", run->student,
             run_state_names[run->state], run->message && *run->message ? ": " : "", run->message ? run->message : "", when,
             part_seconds(run->seconds, n), run->n_train, run->n_valid);
    buf_addf(&out, "data       %s\nseed       %llu\nbest epoch %u\n", run->data && *run->data ? run->data : "accepted and seed",
             (unsigned long long)run->seed, run->best_epoch);
    buf_addf(&out, "texts cost %s\n", part_money(k->cost_usd, n));
    buf_addf(&out, "\nparameters\n%s\n\nat its end\n%s\n", run->params, run->metrics);
    workbench_page(k->w, run->name, buf_str(&out));
  }
  buf_release(&out);
  run_row_release(&k->run);
  free(k);
}

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
  buf_addf(out, "to %-8s %s points (95 %% %s to %s), %s, with all differences of the experiment %s\n", f->rows[r->first].name,
           part_points(d->accuracy, n), part_points(d->ci95.lo, a), part_points(d->ci95.hi, b), part_p(d->p, p),
           part_p(d->p_holm, holm));
  buf_addf(out, "McNemar     %.0f and %.0f texts right in one alone, over all seeds, %s\n", d->mcnemar.b, d->mcnemar.c,
           part_p(d->mcnemar.p, p));
}

static void
show_arm(struct compare *v, const struct compare_row *row)
{
  const struct found_row *r = compare_arm(v, row);
  char *title = compare_row_title(row), n[PART_TEXT], m[PART_TEXT], k[PART_TEXT];
  struct buf out = BUF_INIT;

  buf_addf(&out, "texts       %s   %s\n", part_count((double)r->n, n), r->filter ? r->filter : "");
  buf_addf(&out, "of them     %zu seed, %zu generated, %zu annotated, %zu imported\n", r->n_seed, r->n_generated,
           r->n_annotated, r->n_imported);
  if (isfinite(r->known_words))
    buf_addf(&out, "words       %.0f a text (test texts %.0f); %.0f %% of the test texts' running words stand in its texts; %.0f "
             "different in 100\n", r->words, v->findings->test_words, 100 * r->known_words, r->distinct);
  if (r->new_words && *r->new_words)
    buf_addf(&out, "it brings   %s\n", r->new_words);
  if (r->n_skipped)
    buf_addf(&out, "without     %zu label%s of the project\n", r->n_skipped, r->n_skipped == 1 ? "" : "s");
  buf_adds(&out, "\n");
  add_seeds(&out, "accuracy   ", &r->accuracy);
  add_seeds(&out, "macro F1   ", &r->macro_f1);
  add_against(&out, v->findings, r);
  buf_addf(&out, "calibration %s expected error\n\n", part_score(r->calibration_error, n));
  buf_addf(&out, "parameters  %s, %s bytes, %s multiply-adds a text\n", part_count(r->n_parameters, n),
           part_count(r->size_bytes, m), part_short(r->multiply_adds, k));
  buf_addf(&out, "speed       %s µs a text, %s at 32 a time\n", part_short(r->measured.us_one, n),
           part_short(r->measured.us_batch, m));
  buf_addf(&out, "training    %s, %s of a processor, %s bytes of memory\n", part_seconds(r->measured.seconds, n),
           part_seconds(r->measured.cpu_seconds, m), part_short(r->measured.peak_bytes, k));
  buf_addf(&out, "texts cost  %s\n", part_money(r->cost_usd, n));
  workbench_page(v->w, title, buf_str(&out));
  buf_release(&out);
  free(title);
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
  }
}

/* ---- experiments ---- */

static void
on_form(void *arg, const struct form *f)
{
  struct compare *v = arg;
  struct buf line = BUF_INIT;

  buf_adds(&line, "experiment");
  form_line(f, &line);
  v->page = PAGE_ARMS;
  free(v->wanted);
  v->wanted = NULL;              /* the newest is what was asked for */
  workbench_run(v->w, buf_str(&line));
  buf_release(&line);
}

/* All options of the command but those that a form has no use for. */
static size_t
experiment_rows(struct option **rows)
{
  static const char *const without[] = {"threads", "list", "show", "remove", "dry-run", "again"};
  const struct command *command = command_find("experiment");
  struct buf names = BUF_INIT;
  size_t n;

  for (const struct option *o = command->options; o && o->name; o++) {
    bool left_out = false;

    for (size_t i = 0; i < N_OF(without); i++)
      left_out = left_out || strcmp(o->name, without[i]) == 0;
    if (!left_out)
      buf_addf(&names, "%s%s", names.n ? " " : "", o->name);
  }
  n = part_rows(rows, "experiment", buf_str(&names));
  buf_release(&names);
  return n;
}

static void
do_new(struct workbench *w, void *view, int n)
{
  struct compare *v = view;
  struct buf names = BUF_INIT;
  struct form *f;

  (void)n;
  if (v->has_live) {
    workbench_say(w, "an experiment is running: Space pauses it, X stops it");
    return;
  }
  free(v->form_rows);
  for (size_t i = 0; i < v->n_experiments; i++)
    buf_addf(&names, "%s%s", names.n ? "|" : "", v->experiments[i].name);
  f = workbench_form(w, "A new experiment: does the student get better, by how much, at what cost?", v->form_rows,
                     experiment_rows(&v->form_rows), on_form, v);
  form_set(f, "arm", "seed,generated,both");
  form_offer(f, "name", buf_str(&names));
  buf_release(&names);
}

static bool
has_running(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->has_live;
}

static void
do_stop(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  if (n) {
    board_stop(project_board(v->p), v->live.id);
    workbench_say(w, "stopping the experiment: its finished trainings are kept, and C goes on with it");
  } else {
    board_pause(project_board(v->p), v->live.id, v->live.state == ACTIVITY_RUNNING);
  }
}

static void
do_experiment(struct workbench *w, void *view, int n)
{
  (void)w;
  compare_go_to_experiment(view, n);
}

static const struct compare_experiment *
shown_experiment(const struct compare *v)
{
  return v->experiment < v->n_experiments ? &v->experiments[v->experiment] : NULL;
}

static bool
is_unfinished(struct workbench *w, void *view)
{
  const struct compare_experiment *x = shown_experiment(view);

  (void)w;
  return x && !x->ended && !((struct compare *)view)->has_live;
}

static void
do_go_on(struct workbench *w, void *view, int n)
{
  struct buf line = BUF_INIT;

  (void)n;
  buf_adds(&line, "experiment --name ");
  workbench_quote(&line, shown_experiment(view)->name);
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

static bool
has_experiment(struct workbench *w, void *view)
{
  const struct compare_experiment *x = shown_experiment(view);

  (void)w;
  return x && x->ended;
}

/* The line can be changed before it runs: the file's name, Markdown instead of HTML. */
static void
do_report(struct workbench *w, void *view, int n)
{
  const struct compare *v = view;
  const char *name = shown_experiment(v)->name;
  struct buf line = BUF_INIT, file = BUF_INIT;

  (void)n;
  buf_addf(&file, "%s.html", name);
  buf_adds(&line, "report ");
  if (v->experiment + 1 < v->n_experiments) {
    buf_adds(&line, "--experiment ");
    workbench_quote(&line, name);
    buf_adds(&line, " ");
  }
  buf_adds(&line, "-o ");
  workbench_quote(&line, buf_str(&file));
  workbench_prompt(w, buf_str(&line));
  buf_release(&line);
  buf_release(&file);
}

/* ---- pages ---- */

static void
do_page(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w;
  v->below = v->below || v->page == (enum compare_page_number)n;  /* once more: the keys go there */
  v->page = (enum compare_page_number)n;
}

static bool
on_differ(struct workbench *w, void *view)
{
  (void)w;
  return ((struct compare *)view)->page == PAGE_DIFFER;
}

static void
do_why(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)n;
  v->grounds[0].on = v->grounds[1].on = !v->grounds[0].on;
  workbench_touch(w);
}

static bool
can_be_seen_otherwise(struct workbench *w, void *view)
{
  enum compare_page_number page = ((struct compare *)view)->page;

  (void)w;
  return page == PAGE_ARMS || page == PAGE_CURVE || page == PAGE_COST;
}

static void
do_other_look(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)n;
  if (v->page == PAGE_ARMS) {
    v->differences = !v->differences;
  } else if (v->page == PAGE_CURVE) {
    v->log_x = !v->log_x;
  } else {
    compare_next_axis(v);
    workbench_say(w, "accuracy over %s", compare_axis_name(v));
  }
}

static void
do_wide(struct workbench *w, void *view, int n)
{
  struct compare *v = view;

  (void)w, (void)n;
  v->wide = !v->wide;
}

const struct binding compare_bindings[] = {
  {.keys = "n", .line = "experiment", .action = do_new, .help = "a new experiment: arms, seeds, students", .hint = "experiment"},
  {.keys = "Space", .action = do_stop, .n = 0, .when = has_running, .help = "pause the experiment that runs, or go on with it",
   .hint = "pause"},
  {.keys = "X", .action = do_stop, .n = 1, .when = has_running,
   .help = "stop the experiment that runs; what it has trained is kept", .hint = "stop"},
  {.keys = "C", .line = "experiment --name", .action = do_go_on, .when = is_unfinished,
   .help = "go on with the experiment that has not ended", .hint = "go on"},
  {.keys = "x", .action = do_other_look, .when = can_be_seen_otherwise, .hint = "look",
   .help = "another look: arms by accuracy or by difference; a log axis of the curve; over another cost"},
  {.keys = "m Space", .action = do_mark, .when = has_row, .help = "mark the row: the selected one is set against it", .hint = "mark"},
  {.keys = "M", .action = do_unmark, .when = has_row, .help = "take all marks away"},
  {.keys = "d", .action = do_page, .n = PAGE_DIFFER, .help = "the test texts that were fixed and broken", .hint = "differ"},
  {.keys = "R", .line = "report", .action = do_report, .when = has_experiment, .help = "write the report of this experiment",
   .hint = "report"},
  {.keys = "e", .line = "evaluate", .action = do_evaluate, .when = can_evaluate,
   .help = "evaluate the selected run on the test texts", .hint = "evaluate"},
  {.keys = "b", .action = do_baseline, .when = has_row, .help = "make the selected run the baseline of runs and teachers",
   .hint = "baseline", .hint_when = can_evaluate},
  {.keys = "a", .action = do_page, .n = PAGE_ARMS, .help = "the arms with their intervals, and what they say"},
  {.keys = "v", .action = do_page, .n = PAGE_CURVE, .help = "accuracy over the number of texts, and what more would bring"},
  {.keys = "r", .action = do_page, .n = PAGE_SOURCES, .help = "what each template, teacher or attribute value is worth"},
  {.keys = "l", .action = do_page, .n = PAGE_LABELS, .help = "precision, recall and F1 of each label, with the effect on it"},
  {.keys = "c", .action = do_page, .n = PAGE_CONFUSION, .help = "which label is taken for which"},
  {.keys = "i", .action = do_page, .n = PAGE_AGREEMENT, .help = "how often two rows say the same"},
  {.keys = "o", .action = do_page, .n = PAGE_COST, .help = "accuracy over cost: what nothing beats, and what pays"},
  {.keys = "w", .action = do_why, .when = on_differ,
   .help = "why: the words that both runs go by, of the selected text, or no more"},
  {.keys = "[", .action = do_experiment, .n = -1, .help = "the experiment before"},
  {.keys = "]", .action = do_experiment, .n = 1, .help = "the experiment after"},
  {.keys = "z", .action = do_wide, .help = "give the page all the room, or not"},
  {.keys = "s", .action = do_sort, .n = 0, .help = "sort the rows by ...", .hint = "sort"},
  {.keys = "S", .action = do_sort, .n = 1, .help = "sort the other way round"},
  {.keys = NULL},
};

const struct figure_row compare_figures[] = {
  {"show differences above", "what so many test texts show four times of five, before anything is trained; less is noise to them"},
  {"accuracy ±95 %", "test texts answered rightly, and half the width of the interval; of arms over new test texts and new seeds"},
  {"Δ points", "accuracy above or below the first arm of the same student (of runs: the baseline) in points"},
  {"p", "how often chance alone would do as much: of arms a paired bootstrap, corrected for all differences of the experiment "
   "(Holm); of runs McNemar's"},
  {"macro F1", "the mean of the labels' F1, each counting the same"},
  {"texts", "that it learned from"},
  {"cost", "what the texts that it learned from cost; of a teacher, what its labels cost for a million texts"},
  {"µs/text", "of an answer to one text, one thread; of a teacher: the median time of a request"},
  {"bytes, params, mult-adds", "of the saved model; numbers that it learned; multiplications for one text"},
  {"CPU s", "processor seconds of one training"},
  {"law", "accuracy = ceiling − scale · texts^−rate, fitted to the points of the curve; texts: seeds and others together"},
  {"points, of a source", "accuracy of the arm with the texts of that source, minus without them; p corrected within its kind (Holm)"},
  {"ΔF1", "of a label, to the first arm; p corrected for the labels of the arm (Holm)"},
  {"fixed, broken", "test texts that most seeds have right only in the selected row, or only in the one it is set against"},
  {"3/5", "seeds that are right on this text"},
  {"say the same", "share of the test texts on which two rows agree, right or wrong, mean over the seeds"},
  {"front", "● nothing that was tested is cheaper and as accurate, by the cost that is drawn"},
  {"pays after", "texts after which the student has paid for itself, beside the cheapest teacher"},
  {"of teacher", "its accuracy over the best teacher's"},
  {"µs at 32", "a text, when 32 are answered together"},
  {"peak", "bytes of memory that a training took"},
  {.name = NULL},
};
