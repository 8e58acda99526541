/* The page of the texts as they come: + kept, ~ dropped and why. */
#include "ui/view-generate.h"

#include <stdio.h>
#include <string.h>

void
generate_dropped_row(struct generate *g, const struct dropped_row *d, struct canvas *c, struct area a, int name_cols)
{
  const struct labels *labels = corpus_labels(project_corpus(g->p));
  enum drop_reason reason = drop_parse(d->reason);
  const char *words = reason == DROP_NONE ? d->reason : drop_words[reason];
  const char *text = d->text ? d->text : "(the whole reply: Enter shows it)";
  const char *label = d->label == LABEL_NONE ? "" : label_name(labels, d->label);
  char why[80];
  int width, col;

  if (d->of_id)
    snprintf(why, sizeof why, "%s of %u", words, d->of_id);
  else
    snprintf(why, sizeof why, "%s", words);
  width = canvas_width(why, strlen(why));
  canvas_put(c, a, 0, 1, STYLE_WARN, '~');
  col = canvas_fit(c, a, 0, 3, name_cols, STYLE_DIM, label, strlen(label)) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - width - 3, STYLE_DIM, text, strlen(text));
  canvas_right(c, a, 0, a.cols - width - 1, width, STYLE_WARN, why);
}

static void
draw_kept(struct generate *g, uint32_t id, struct canvas *c, struct area a, int name_cols)
{
  struct corpus *corpus = project_corpus(g->p);
  struct buf label = BUF_INIT;
  struct sample s;
  bool there = corpus_get(corpus, id, &s);
  const char *status = !there ? "undone" : status_names[s.status];
  int col;

  labels_join(&label, corpus_labels(corpus), s.labels, s.n_labels, ", ");
  canvas_put(c, a, 0, 1, there ? STYLE_GOOD : STYLE_DIM, there ? '+' : '-');
  col = canvas_fit(c, a, 0, 3, name_cols, STYLE_LABEL, buf_str(&label), label.n) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 11, there ? STYLE_NORMAL : STYLE_DIM, s.text, s.n_text);
  canvas_right(c, a, 0, a.cols - 9, 8, s.status == STATUS_ACCEPTED ? STYLE_GOOD : STYLE_DIM, status);
  buf_release(&label);
}

/* What the teacher says of a text that was there, beside the label that it has. */
static void
draw_said(struct generate *g, const struct stream_row *row, struct canvas *c, struct area a, int name_cols)
{
  struct corpus *corpus = project_corpus(g->p);
  const struct labels *labels = corpus_labels(corpus);
  struct buf has = BUF_INIT;
  struct sample s;
  const char *said = row->said == LABEL_NONE ? "none of them" : label_name(labels, row->said);
  bool same;
  int col;

  corpus_get(corpus, row->sample, &s);
  same = sample_has_label(&s, row->said);
  if (!same)
    labels_join(&has, labels, s.labels, s.n_labels, ", ");
  canvas_put(c, a, 0, 1, same ? STYLE_GOOD : STYLE_HINT, same ? '=' : 0x2260);
  col = canvas_fit(c, a, 0, 3, name_cols, same ? STYLE_LABEL : STYLE_HINT, said, strlen(said)) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - name_cols - 3, STYLE_NORMAL, s.text, s.n_text);
  canvas_right(c, a, 0, a.cols - name_cols - 1, name_cols, STYLE_LABEL, buf_str(&has));
  buf_release(&has);
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct page_context *x = arg;
  const struct stream_row *row = &x->g->stream[i];

  (void)here;
  a = area_cols(a, 0, READ_COLS);
  if (row->sample && generate_annotates(x->g))
    draw_said(x->g, row, c, a, x->name_cols);
  else if (row->sample)
    draw_kept(x->g, row->sample, c, a, x->name_cols);
  else
    generate_dropped_row(x->g, &x->g->dropped[row->dropped], c, a, x->name_cols);
}

/* One reply as it is written. Its lines stay where they are: a full area is begun anew, not scrolled. */
static void
draw_written(const struct generate *g, struct canvas *c, struct area a)
{
  const char *text = g->written;
  size_t size = strlen(text), next, from = 0, n;
  struct area inside = area_cols(area_rows(a, 1, a.rows - 1), 1, a.cols - 2 < READ_COLS ? a.cols - 2 : READ_COLS);
  int lines = 0, row = 0;

  canvas_hline(c, a, 0, STYLE_RULE);
  canvas_str(c, a, 0, 2, STYLE_HEAD, " a reply as it is written ");
  for (size_t at = 0; at < size; at += next, lines++) {
    if (lines % inside.rows == 0)
      from = at;
    canvas_wrap(text + at, size - at, inside.cols, &next);
  }
  for (size_t at = from; at < size && row < inside.rows; at += next, row++) {
    n = canvas_wrap(text + at, size - at, inside.cols, &next);
    canvas_text(c, inside, row, 0, STYLE_DIM, text + at, n);
  }
}

#define WRITTEN_ROWS 5

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  if (g->written && a.rows >= 3 * WRITTEN_ROWS) {
    draw_written(g, c, area_rows(a, a.rows - WRITTEN_ROWS, WRITTEN_ROWS));
    a = area_rows(a, 0, a.rows - WRITTEN_ROWS);
  }
  generate_rows_draw(g, c, a, focus, draw_row, g->n_failed ? "No text came: f shows the requests that failed"
                     : generate_runs(g) ? "Waiting for the first reply" : "No texts came of this job");
}

static void
enter(struct generate *g, size_t row)
{
  generate_read_row(g, &g->stream[row]);
}

static double
count(const struct generate *g)
{
  return (double)g->n_stream;
}

const struct generate_page generate_page_texts = {
  .name = "texts", .brief = "texts", .key = "t", .count = count, .draw = draw, .enter = enter,
};
