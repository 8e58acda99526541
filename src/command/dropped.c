/* dropped, restore: texts that replies gave and that did not come into the corpus. */
#include <stdlib.h>
#include <string.h>

#include "command/print.h"
#include "command/rows.h"
#include "command/select.h"
#include "generate/filters.h"
#include "generate/restore.h"
#include "store/job_store.h"

/* The rows of --job and --reason. A reason that there is not is a mistake, not an empty list. */
static int
select_reason(struct call *c, struct dropped_row **rows, size_t *n, struct err *e)
{
  const char *reason = call_text(c, "reason");
  struct job_row job;

  if (reason && drop_parse(reason) == DROP_NONE) {
    struct buf names = BUF_INIT;

    for (int i = 0; i < N_DROP_REASONS; i++)
      buf_addf(&names, "%s%s", i ? ", " : "", drop_defs[i].name);
    err_set(e, ERR_INPUT, "'%.100s' is no reason (%s)", reason, buf_str(&names));
    buf_release(&names);
    return -1;
  }
  if (call_given(c, "job")) {
    if (job_store_get(c->project, (uint32_t)call_number(c, "job"), &job, e) < 0)
      return -1;
    job_row_release(&job);
  }
  return job_store_dropped(c->project, (uint32_t)call_number(c, "job"), reason, rows, n, e);
}

/* ---- dropped ---- */

static void
dropped_json(struct call *c, const struct dropped_row *d)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "id", d->id);
  json_add_field_int(&out, "job", d->job_id);
  json_add_field_int(&out, "request", d->request_id);
  json_add_field(&out, "reason", d->reason);
  json_add_field(&out, "detail", d->detail);
  if (d->of_id)
    json_add_field_int(&out, "of", d->of_id);
  if (d->label != LABEL_NONE)
    json_add_field(&out, "label", label_name(corpus_labels(project_corpus(c->project)), d->label));
  json_add_key(&out, "text");
  if (d->text)
    json_add_str(&out, d->text);
  else
    buf_adds(&out, "null");
  if (d->text2)
    json_add_field(&out, "text2", d->text2);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
dropped_text(struct call *c, const struct dropped_row *rows, size_t n)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  struct grid g;

  grid_init(&g, "id>|job>|label|reason|text");
  for (size_t i = 0; i < n; i++) {
    const struct dropped_row *d = &rows[i];
    char *text = xasprintf("%s%s%s%s%s", *d->detail ? "(" : "", d->detail, *d->detail ? ") " : "",
                           d->text ? d->text : "the whole reply", d->text2 ? " | " : "");
    char *both = xasprintf("%s%s", text, d->text2 ? d->text2 : "");

    grid_cell(&g, "%u", d->id);
    grid_cell(&g, "%u", d->job_id);
    grid_cell(&g, "%s", d->label == LABEL_NONE ? "" : label_name(labels, d->label));
    grid_cell(&g, "%s", d->reason);
    grid_cell(&g, "%s", both);
    free(text);
    free(both);
  }
  grid_print(&g, c);
  grid_release(&g);
}

static int
run_dropped(struct call *c, struct err *e)
{
  struct dropped_row *rows;
  size_t n;

  if (select_reason(c, &rows, &n, e) < 0)
    return -1;
  if (c->json)
    for (size_t i = 0; i < n && !print_broken(c); i++)
      dropped_json(c, &rows[i]);
  else if (n > 0)
    dropped_text(c, rows, n);
  else
    print_line(c, "nothing was dropped");
  dropped_rows_free(rows, n);
  return 0;
}

/* ---- restore ---- */

struct wishes {
  struct restore_wish *v;
  size_t n, cap;
  const char *text, *text2;
};

static void
add_wish(struct wishes *w, uint32_t id)
{
  GROW(w->v, w->cap, w->n + 1);
  w->v[w->n++] = (struct restore_wish){.dropped_id = id, .text = w->text, .text2 = w->text2};
}

#define RANGE_MAX 1000000

static int
add_range(void *arg, uint32_t from, uint32_t to, struct err *e)
{
  if (to - from >= RANGE_MAX)
    return err_set(e, ERR_INPUT, "%u-%u are more than %d texts", from, to, RANGE_MAX);
  for (uint32_t id = from; id <= to && id; id++)
    add_wish(arg, id);
  return 0;
}

static int
select_wishes(struct call *c, struct wishes *w, struct err *e)
{
  size_t n_ids = call_count(c, "id"), n;
  bool some = call_given(c, "job") || call_given(c, "reason");
  struct dropped_row *rows;

  if (n_ids + c->n_args > 0 && some)
    return err_set(e, ERR_INPUT, "'restore' takes either numbers, or --job and --reason");
  if (n_ids + c->n_args == 0 && !some)
    return err_set(e, ERR_INPUT, "'restore' needs dropped texts (--id N, --reason R or --job N; see retort dropped)");
  for (size_t i = 0; i < n_ids + c->n_args; i++)
    if (select_ranges(i < n_ids ? call_each(c, "id", i) : c->args[i - n_ids], "dropped text's", add_range, w, e) < 0)
      return -1;
  if (some) {
    if (select_reason(c, &rows, &n, e) < 0)
      return -1;
    for (size_t i = 0; i < n; i++)
      add_wish(w, rows[i].id);
    dropped_rows_free(rows, n);
  }
  if (w->n != 1 && (w->text || w->text2))
    return err_set(e, ERR_INPUT, "--text is for one dropped text, not %zu", w->n);
  return 0;
}

static void
say_restored(struct call *c, const struct restore_result *r)
{
  if (c->json)
    fprintf(c->out, "{\"restored\":%zu,\"refused\":%zu,\"first_id\":%u}\n", r->n_restored, r->n_refused, r->first_id);
  else if (r->n_restored == 1)
    print_line(c, "restored 1 text, as sample %u", r->first_id);
  else if (r->n_restored > 1)
    print_line(c, "restored %zu texts, as samples %u to %zu", r->n_restored, r->first_id,
               r->first_id + r->n_restored - 1);
  else
    print_line(c, "restored nothing");
}

static int
run_restore(struct call *c, struct err *e)
{
  struct wishes w = {.text = call_text(c, "text"), .text2 = call_text(c, "text2")};
  struct restore_result r = {0};
  int rc = select_wishes(c, &w, e);

  if (rc == 0 && w.n > 0)
    rc = restore_dropped(c->project, w.v, w.n, &r, e);
  if (rc == 0)
    say_restored(c, &r);
  if (rc == 0 && r.n_refused > 0)
    rc = err_set(e, ERR_PARTIAL, "%zu of %zu are left: %s", r.n_refused, w.n, r.why.message);
  free(w.v);
  return rc;
}

/* ---- the rows ---- */

#define JOB_OPTION \
  {.name = "job", .type = OPTION_INT, .min = 1, .max = 4e9, .argument = "N", .summary = "those of this job only"}
#define REASON_OPTION \
  {.name = "reason", .type = OPTION_TEXT, .argument = "REASON", \
   .summary = "those dropped for this reason only: duplicate, too_short, test..."}

static const struct option dropped_options[] = {JOB_OPTION, REASON_OPTION, {.name = NULL}};

static const struct option restore_options[] = {
  {.name = "id", .type = OPTION_TEXT, .argument = "N", .many = 1, .summary = "these dropped texts: 12 or 3,7 or 10-20"},
  JOB_OPTION, REASON_OPTION,
  {.name = "text", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the text as it should be, of one dropped text"},
  {.name = "text2", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the second text of a pair as it should be"},
  {.name = NULL},
};

static const struct command_example dropped_examples[] = {
  {"retort dropped tickets.retort", "all of them"},
  {"retort dropped tickets.retort --reason near_duplicate --json", "those that are close to another text"},
  {NULL, NULL},
};
static const struct command_example restore_examples[] = {
  {"retort restore tickets.retort --reason too_short", "short texts are fine here"},
  {NULL, NULL},
};

const struct command command_dropped = {
  .name = "dropped", .arguments = "PROJECT", .summary = "texts that came and were not let in",
  .text =
    "What teachers wrote and jobs did not let into the corpus, with the reason, oldest first. The number in the first "
    "column is what retort restore takes. A reply that could not be read is one row without a text (reason parse).\n\n"
    "With --json an object a line: id, job, request, reason, detail (a word more), of (the sample that it is like), "
    "label, text (null: the whole reply), text2.",
  .options = dropped_options, .examples = dropped_examples, .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_dropped,
};
const struct command command_restore = {
  .name = "restore", .arguments = "PROJECT [N...]", .summary = "lets dropped texts into the corpus after all",
  .text =
    "The texts become new samples with the label, template, teacher and request that they would have had, all in one "
    "change; undone, they are dropped texts again. With --text a text is repaired on its way in; a reply that could "
    "not be read needs it. A text that equals a test text, or nearly, is never let in as it is: change it, or leave "
    "it.\n\n"
    "With --json it answers {\"restored\", \"refused\", \"first_id\"}. If some were refused the exit status is 3.",
  .options = restore_options, .examples = restore_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON, .run = run_restore,
};
