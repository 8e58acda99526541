/* What touches many samples at once: it is shown before it is done, and done on a thread of its own, as one change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define BULK_FEW 50       /* samples that need no question */
#define FIRST_SHOWN 5
#define FIRST_COLS 60     /* of their texts */
#define LABELS_SHOWN 12

bool
bulk_wants(const struct curate *v)
{
  return v->rows.n_marks > BULK_FEW;
}

/* ---- doing it ---- */

static void
bulk_done(struct curate *v, const char *line, int status, const char *output)
{
  size_t changed = 0;
  char count[32];

  v->bulk = false;
  sscanf(output, "changed %zu", &changed);
  if (status == 0)
    workbench_say(v->w, "%.*s: %s sample%s changed, u undoes it", (int)strcspn(line, " "), line,
                  frame_count(changed, count), changed == 1 ? "" : "s");
}

void
bulk_run(struct curate *v, const char *line)
{
  if (v->bulk) {
    workbench_say(v->w, "the last change of many samples is still being made");
    return;
  }
  v->bulk = true;
  line_run(v, line, bulk_done);
}

/* ---- what it would touch ---- */

struct count {
  struct curate *v;
  const struct corpus *corpus;
  char *line;              /* with {ids} */
  uint64_t *marks;         /* a bit for each id */
  size_t n_words;
  char *whole;             /* the line with its ids */
  size_t n, n_labels;
  uint32_t status[N_STATUSES];
  uint32_t *labels;        /* the last: none */
  uint32_t first[FIRST_SHOWN];
  size_t n_first;
};

static void
count_sample(struct count *k, uint32_t id)
{
  struct sample s;

  if (!corpus_get(k->corpus, id, &s))
    return;
  if (k->n_first < FIRST_SHOWN)
    k->first[k->n_first++] = id;
  k->n++;
  k->status[s.status]++;
  for (uint32_t i = 0; i < s.n_labels; i++)
    if (s.labels[i] < k->n_labels)
      k->labels[s.labels[i]]++;
  k->labels[k->n_labels] += !s.n_labels;
}

/* The line with what stands for the samples in its place. */
static char *
fill_in(const char *line, const char *samples)
{
  const char *place = strstr(line, "{ids}");

  return xasprintf("%.*s%s%s", (int)(place - line), line, samples, place + strlen("{ids}"));
}

static bool
is_marked(const struct count *k, uint32_t id)
{
  return id / 64 < k->n_words && (k->marks[id / 64] >> id % 64 & 1);
}

static void
count_work(void *arg)
{
  struct count *k = arg;
  struct buf b = BUF_INIT;

  for (uint32_t id = 1; id / 64 < k->n_words; id++) {
    uint32_t from = id;

    if (!is_marked(k, id))
      continue;
    for (count_sample(k, id); is_marked(k, id + 1); id++)
      count_sample(k, id + 1);
    buf_addf(&b, from == id ? "%s%u" : "%s%u-%u", b.n ? "," : "--id ", from, id);
  }
  k->whole = fill_in(k->line, buf_str(&b));
  buf_release(&b);
}

static void
count_free(struct count *k)
{
  free(k->line);
  free(k->marks);
  free(k->whole);
  free(k->labels);
  free(k);
}

static void
answered(void *arg, bool yes)
{
  struct count *k = arg;
  struct curate *v = k->v;
  struct buf samples = BUF_INIT;

  if (yes) {
    char *line = sieve_selection_short(&v->rows, &samples) ? fill_in(k->line, buf_str(&samples)) : xstrdup(k->whole);

    sieve_unmark(&v->rows);
    bulk_run(v, line);
    free(line);
  } else {
    workbench_say(v->w, "nothing was changed; the marks stay (Esc takes them away)");
  }
  buf_release(&samples);
  count_free(k);
}

/* In words: "relabel them to billing", "split them to test", "accept them". */
static void
name_it(const char *line, struct buf *out)
{
  const char *to = strstr(line, "--to ");
  struct buf words = BUF_INIT;

  buf_addf(out, "%.*s them", (int)strcspn(line, " "), line);
  label_words(line, &words);
  if (words.n)
    buf_addf(out, " to %s", buf_str(&words));
  else if (to)
    buf_addf(out, " to %s", to + strlen("--to "));
  buf_release(&words);
}

static void
add_amount(struct pane *p, enum style s, const char *name, uint32_t n, const char *before)
{
  char count[32];

  pane_str(p, STYLE_NORMAL, before);
  pane_str(p, s, name);
  pane_printf(p, STYLE_NORMAL, " %s", frame_count(n, count));
}

static void
add_labels(const struct count *k, struct pane *p)
{
  bool *told = xcalloc(k->n_labels + 1, sizeof *told);
  size_t more = 0;

  pane_str(p, STYLE_HEAD, "label   ");
  for (int shown = 0; shown < LABELS_SHOWN; shown++) {
    size_t best = k->n_labels + 1;

    for (size_t i = 0; i <= k->n_labels; i++)
      if (!told[i] && k->labels[i] && (best > k->n_labels || k->labels[i] > k->labels[best]))
        best = i;
    if (best > k->n_labels)
      break;
    told[best] = true;
    add_amount(p, STYLE_LABEL, best == k->n_labels ? "none" : label_name(k->v->labels, (uint16_t)best), k->labels[best],
               shown ? "   " : "");
  }
  for (size_t i = 0; i <= k->n_labels; i++)
    more += k->labels[i] && !told[i];
  if (more)
    pane_printf(p, STYLE_DIM, "   and %zu more", more);
  pane_str(p, STYLE_NORMAL, "\n\n");
  free(told);
}

static void
add_first(const struct count *k, struct pane *p)
{
  struct buf label = BUF_INIT;
  struct sample s;
  size_t n, next;

  pane_str(p, STYLE_HEAD, "the first of them\n");
  for (size_t i = 0; i < k->n_first; i++) {
    corpus_get(k->corpus, k->first[i], &s);
    buf_clear(&label);
    detail_label(k->v, &s, &label);
    pane_printf(p, STYLE_DIM, "%5u ", s.id);
    pane_str(p, status_sign_style(s.status), status_sign(s.status));
    pane_printf(p, STYLE_LABEL, " %s  ", buf_str(&label));
    n = canvas_wrap(s.text, s.n_text, FIRST_COLS, &next);
    pane_add(p, STYLE_NORMAL, s.text, n);
    pane_str(p, STYLE_DIM, next < s.n_text ? " \xe2\x80\xa6\n" : "\n");
  }
  buf_release(&label);
}

static void
count_done(void *arg)
{
  struct count *k = arg;
  struct curate *v = k->v;
  struct buf what = BUF_INIT;
  char title[100], number[32];
  struct pane *p;

  v->bulk = false;
  if (v->sheet.open || v->editing) {
    count_free(k);
    return;
  }
  name_it(k->line, &what);
  snprintf(title, sizeof title, "%s samples: %s?", frame_count(k->n, number), buf_str(&what));
  snprintf(v->does, sizeof v->does, "%s", buf_str(&what));
  p = sheet_open(&v->sheet, title, v->does, answered, k);
  pane_printf(p, STYLE_BOLD, "%s samples are marked. ", number);
  pane_str(p, STYLE_NORMAL, "It will be one change: u takes all of it back.\n\n");
  pane_str(p, STYLE_HEAD, "status  ");
  for (int i = 0; i < N_STATUSES; i++)
    add_amount(p, status_sign_style((enum status)i), status_names[i], k->status[i], i ? "   " : "");
  pane_str(p, STYLE_NORMAL, "\n");
  add_labels(k, p);
  add_first(k, p);
  buf_release(&what);
  workbench_touch(v->w);
}

void
bulk_ask(struct curate *v, const char *line)
{
  struct count *k;

  if (v->bulk) {
    workbench_say(v->w, "the last change of many samples is still being made");
    return;
  }
  k = xcalloc(1, sizeof *k);
  *k = (struct count){.v = v, .corpus = v->corpus, .line = xstrdup(line), .n_words = v->rows.n_words,
                      .n_labels = labels_count(v->labels)};
  k->marks = xmalloc((k->n_words + 1) * sizeof *k->marks);
  memcpy(k->marks, v->rows.marks, k->n_words * sizeof *k->marks);
  k->labels = xcalloc(k->n_labels + 1, sizeof *k->labels);
  v->bulk = true;
  workbench_work(v->w, count_work, count_done, k);
}
