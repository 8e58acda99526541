/* Labels in Curate: by digit, from a menu, from the student. Where a text may have several, one is put in or taken
 * out. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-curate.h"

#define LOOKED_AT 5000    /* marked samples that tell if all have a label already */

/* The words in quotes, and what is done with them: "+billing -returns", "billing", "what students suggest". */
void
label_words(const char *line, struct buf *out)
{
  static const struct { const char *option, *sign; } options[] = {{"--to \"", ""}, {"--add \"", "+"}, {"--remove \"", "-"}};

  for (size_t i = 0; i < N_OF(options); i++)
    for (const char *s = line; (s = strstr(s, options[i].option)); s++) {
      const char *word = s + strlen(options[i].option);

      buf_addf(out, "%s%s%.*s", out->n ? " " : "", options[i].sign, (int)strcspn(word, "\""), word);
    }
  if (strstr(line, "--suggested"))
    buf_adds(out, "what students suggest");
}

/* Of the marked samples, or of the selected one. */
static bool
all_have(const struct curate *v, uint16_t label)
{
  size_t looked = 0;
  struct sample s;

  if (!v->rows.n_marks)
    return v->id && corpus_get(v->corpus, v->id, &s) && sample_has_label(&s, label);
  for (size_t i = 0; i < v->rows.n && looked < LOOKED_AT; i++) {
    if (!sieve_marked(&v->rows, v->rows.ids[i]))
      continue;
    looked++;
    if (corpus_get(v->corpus, v->rows.ids[i], &s) && !sample_has_label(&s, label))
      return false;
  }
  return true;
}

/* Puts it into the sets, or where all have it takes it out; the row stays, for there may be more to put in. */
static void
toggle(struct curate *v, uint16_t label)
{
  struct buf line = BUF_INIT;

  buf_addf(&line, "relabel {ids} --%s ", all_have(v, label) ? "remove" : "add");
  workbench_quote(&line, label_name(v->labels, label));
  curate_do(v, buf_str(&line));
  buf_release(&line);
}

static void
give(void *view, int label)
{
  struct curate *v = view;
  struct buf line = BUF_INIT;

  if (label < 0 || (size_t)label >= labels_count(v->labels)) {
    workbench_say(v->w, "there is no label %d", label + 1);
  } else if (corpus_task(v->corpus) == TASK_MULTILABEL) {
    toggle(v, (uint16_t)label);
  } else {
    buf_adds(&line, "relabel {ids} --to ");
    workbench_quote(&line, label_name(v->labels, (uint16_t)label));
    curate_decide(v, buf_str(&line));
  }
  buf_release(&line);
}

void
curate_label_digit(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  v->digits++;
  give(v, (int)(workbench_last_key(w)->code - '1'));
}

void
curate_label_menu(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  size_t count = labels_count(v->labels);
  char **names = xcalloc(count ? count : 1, sizeof *names);
  bool many = corpus_task(v->corpus) == TASK_MULTILABEL;
  struct sample s;
  bool there = v->id && corpus_get(v->corpus, v->id, &s);

  (void)n;
  for (size_t i = 0; i < count; i++)
    names[i] = xasprintf("%s%s", label_name(v->labels, (uint16_t)i),
                         many && there && !v->rows.n_marks && sample_has_label(&s, (uint16_t)i) ? " \xe2\x9c\x93" : "");
  workbench_menu(w, many ? "put a label in, or take it out" : v->rows.n_marks ? "label of the marked samples" : "label",
                 (const char *const *)names, count, there && s.n_labels ? s.labels[0] : 0, give, v);
  for (size_t i = 0; i < count; i++)
    free(names[i]);
  free(names);
}

/* The student's word instead of the label. */
void
curate_take(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct buf line = BUF_INIT;
  struct hint hint;
  struct sample s;

  (void)n;
  if (v->rows.n_marks) {
    curate_decide(v, "relabel {ids} --suggested");
    return;
  }
  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  if (!hints_get(&v->hints, v->id, &hint)) {
    workbench_say(w, "no student has said anything of this one yet (i computes suggestions, evaluate asks a run)");
  } else if (sample_has_label(&s, hint.label)) {
    workbench_say(w, "the student says %s, too: a accepts it", label_name(v->labels, hint.label));
  } else {
    buf_adds(&line, "relabel {ids} --to ");
    workbench_quote(&line, label_name(v->labels, hint.label));
    curate_decide(v, buf_str(&line));
  }
  buf_release(&line);
}
