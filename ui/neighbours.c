#include "ui/neighbours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/parts.h"
#include "ui/workbench.h"

#define AGAIN_MS 3000            /* at least so long after the last look-up, where only the rest of the corpus moved */
#define HEAD "nearest: "
#define TEXT_LEAST 12            /* columns of a text, or none of it is shown */

struct neighbours_lookup {
  struct neighbours *owner;      /* NULL: it was released */
  struct finder *finder;
  uint32_t sample, count;
  const char *text, *text2;
  struct stop stop;
  struct neighbour near[NEIGHBOURS];
  size_t n;
};

void
neighbours_init(struct neighbours *b, struct workbench *w)
{
  *b = (struct neighbours){.w = w, .finder = finder_new(workbench_corpus(w))};
}

void
neighbours_release(struct neighbours *b)
{
  if (b->lookup) {
    b->lookup->owner = NULL;
    b->lookup->stop.wanted = true;
  }
  finder_free(b->finder);
  *b = (struct neighbours){0};
}

/* ---- finding ---- */

static void
lookup_work(void *arg)
{
  struct neighbours_lookup *l = arg;

  l->n = finder_ask(l->finder, l->sample, NEIGHBOURS, 0, &l->stop, l->near);
}

static void
lookup_done(void *arg)
{
  struct neighbours_lookup *l = arg;
  struct neighbours *b = l->owner;

  if (!b)
    finder_free(l->finder);
  else {
    b->finder = l->finder;
    b->lookup = NULL;
    if (!stop_wanted(&l->stop)) {
      b->sample = l->sample;
      b->text = l->text;
      b->text2 = l->text2;
      b->count = l->count;
      b->at_ms = clock_ms();
      b->n = l->n;
      memcpy(b->near, l->near, sizeof b->near);
    }
    workbench_touch(b->w);
  }
  free(l);
}

static bool
is_known(const struct neighbours *b, const struct sample *s)
{
  uint32_t count = corpus_count(workbench_corpus(b->w));

  return b->sample == s->id && b->text == s->text && b->text2 == s->text2 &&
         (b->count == count || clock_ms() - b->at_ms < AGAIN_MS);
}

void
neighbours_ask(struct neighbours *b, uint32_t sample)
{
  const struct corpus *c = workbench_corpus(b->w);
  struct neighbours_lookup *l = b->lookup;
  struct sample s;

  if (l) {
    l->stop.wanted = l->stop.wanted || l->sample != sample;
    return;
  }
  if (!sample || !corpus_get(c, sample, &s) || is_known(b, &s))
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct neighbours_lookup){.owner = b, .finder = b->finder, .sample = sample, .count = corpus_count(c),
                                  .text = s.text, .text2 = s.text2};
  b->finder = NULL;
  b->lookup = l;
  workbench_work(b->w, lookup_work, lookup_done, l);
}

size_t
neighbours_get(const struct neighbours *b, uint32_t sample, const struct neighbour **near)
{
  *near = b->near;
  return sample && b->sample == sample ? b->n : 0;
}

/* ---- showing ---- */

/* The beginning of a text, white space made one blank, in so many columns. */
static void
add_text(struct pane *p, const char *text, size_t n, int cols)
{
  struct buf out = BUF_INIT;
  int used = 0;
  size_t at = 0, len;

  for (; at < n; at += len) {
    uint32_t c = utf8_decode(text + at, n - at, &len);
    bool space = utf8_is_space(c);
    int width = space ? 1 : utf8_width(c);

    if (space && (!out.n || out.s[out.n - 1] == ' '))
      continue;
    if (used + width > cols - 3)
      break;
    used += width;
    buf_add(&out, space ? " " : text + at, space ? 1 : len);
  }
  pane_printf(p, STYLE_DIM, "\"%s%s\"", buf_str(&out), at < n ? "…" : "");
  buf_release(&out);
}

static void
add_neighbour(const struct neighbours *b, struct pane *p, const struct sample *s, const struct neighbour *near,
              const char *head, int cols)
{
  const struct corpus *c = workbench_corpus(b->w);
  struct buf labels = BUF_INIT;
  char number[24], score[PART_TEXT];
  struct sample other;
  int left;

  corpus_get(c, near->id, &other);
  if (other.n_labels)
    labels_join(&labels, corpus_labels(c), other.labels, other.n_labels, ", ");
  else
    buf_adds(&labels, "no label");
  snprintf(number, sizeof number, "%u ", near->id);
  snprintf(score, sizeof score, "%.2f", (double)near->similarity);
  pane_str(p, STYLE_DIM, head);
  pane_str(p, STYLE_NUMBER, number);
  pane_str(p, s->n_labels && other.n_labels && sample_label(s) == sample_label(&other) ? STYLE_NORMAL : STYLE_HINT,
           buf_str(&labels));
  pane_printf(p, STYLE_NUMBER, " %s", score[0] == '0' ? score + 1 : score);
  left = cols - (int)(strlen(head) + strlen(number) + utf8_columns(buf_str(&labels), labels.n) + 4) - 1;
  if (left >= TEXT_LEAST) {
    pane_str(p, STYLE_NORMAL, " ");
    if (other.text2)             /* what is the same in many pairs is the first text */
      add_text(p, other.text2, other.n_text2, left);
    else
      add_text(p, other.text, other.n_text, left);
  }
  pane_str(p, STYLE_NORMAL, "\n");
  buf_release(&labels);
}

void
neighbours_add(const struct neighbours *b, struct pane *p, const struct sample *s, int cols)
{
  const struct corpus *c = workbench_corpus(b->w);
  const char *head = HEAD;
  unsigned shown = 0;
  struct sample other;

  if (b->sample != s->id)
    return;
  for (size_t i = 0; i < b->n && shown < NEIGHBOURS_SHOWN; i++) {
    if (!corpus_get(c, b->near[i].id, &other) || other.status == STATUS_REJECTED)
      continue;
    add_neighbour(b, p, s, &b->near[i], head, cols);
    head = "         ";
    shown++;
  }
}
