/* The card of Curate: one sample, big, decided by one key, then the next. What moves from sample to sample is the text;
 * everything else has its place. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/label-keys.h"
#include "ui/parts.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define TEXT_COLS 84      /* lines that are longer are hard to read */

void
curate_card(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  v->card = !v->card;
  v->pane = PANE_LIST;
  if (v->card)
    session_begin(&v->session, clock_ms());
}

/* ---- how far one is ---- */

/* Decided and not decided, of what the filter lets through whatever its status. */
static void
count_left(const struct curate *v, uint64_t *decided, uint64_t *left)
{
  const uint32_t *of = v->facets.counts.of[FACET_STATUS];

  *left = of[STATUS_NEW];
  *decided = (uint64_t)of[STATUS_ACCEPTED] + of[STATUS_REJECTED];
}

/* "done 41   12 a minute   1 176 left, about 1 h 35 min" as far as there is room. */
static void
draw_counter(const struct curate *v, struct canvas *c, struct area a, int from)
{
  char left_text[32], time_text[PART_TEXT], words[160];
  uint64_t decided, left;
  double rate = session_per_minute(&v->session);
  int n, room = a.cols - from - 2;

  count_left(v, &decided, &left);
  n = snprintf(words, sizeof words, "done %u   ", v->session.done);
  if (rate > 0 && room >= 40)
    n += snprintf(words + n, sizeof words - (size_t)n, rate < 10 ? "%.1f a minute   " : "%.0f a minute   ", rate);
  n += snprintf(words + n, sizeof words - (size_t)n, "%s left", frame_count(left, left_text));
  if (rate > 0 && left && room >= 60)
    snprintf(words + n, sizeof words - (size_t)n, ", about %s",
             part_seconds(session_left_s(&v->session, left), time_text));
  if (room > 0)
    canvas_right(c, a, 0, a.cols - room - 1, room, STYLE_NORMAL, words);
}

static int
least(int a, int b)
{
  return a < b ? a : b;
}

static void
draw_card_head(struct curate *v, struct canvas *c, struct area a, const struct sample *s)
{
  struct buf label = BUF_INIT;
  uint64_t decided, left;
  int col;

  detail_label(v, s, &label);
  col = canvas_printf(c, a, 0, 1, STYLE_DIM, "%u", s->id) + 2;
  col = canvas_fit(c, a, 0, col, least(canvas_width(label.s, label.n), a.cols / 3),
                   s->n_labels ? STYLE_NAME : STYLE_DIM, label.s, label.n) + 2;
  col = canvas_str(c, a, 0, col, status_sign_style(s->status), status_sign(s->status)) + 1;
  col = canvas_str(c, a, 0, col, STYLE_NORMAL, s->gone ? "undone" : status_name(s->status)) + 2;
  if (sieve_marked(&v->rows, s->id))
    col = canvas_str(c, a, 0, col, STYLE_MARKED, "* marked") + 2;
  if (v->editing)
    col = canvas_str(c, a, 0, col, STYLE_KEY, v->editing_second ? "editing second text" : "editing") + 2;
  draw_counter(v, c, a, col);
  count_left(v, &decided, &left);
  canvas_bar(c, a, 1, 0, a.cols, STYLE_BAR, decided + left ? (double)decided / (double)(decided + left) : 0);
  buf_release(&label);
}

/* ---- labels and their keys ---- */

static struct label_keys
keys_of(const struct curate *v, const struct sample *s)
{
  struct hint hint;

  return (struct label_keys){v->labels, s->labels, s->n_labels,
                             hints_get(&v->hints, s->id, &hint) ? hint.label : LABEL_NONE};
}

/* ---- the text ---- */

static void
fill_text(struct curate *v, const struct sample *s)
{
  struct pane *p = &v->text;

  pane_clear(p);
  if (!s->text2) {
    pane_add(p, STYLE_BOLD, s->text, s->n_text);
    pane_str(p, STYLE_NORMAL, "\n");
    original_add(&v->original, p, s);
    return;
  }
  pane_str(p, STYLE_HEAD, "first text\n");
  pane_add(p, STYLE_BOLD, s->text, s->n_text);
  pane_str(p, STYLE_HEAD, "\n\nsecond text\n");
  pane_add(p, STYLE_BOLD, s->text2, s->n_text2);
  pane_str(p, STYLE_NORMAL, "\n");
  original_add(&v->original, p, s);
}

static void
draw_text(struct curate *v, struct canvas *c, struct area a, const struct sample *s)
{
  struct area text = area_cols(a, 2, a.cols - 4 > TEXT_COLS ? TEXT_COLS : a.cols - 4);

  if (v->editing) {
    curate_edit_draw(v, c, text, s);
    return;
  }
  fill_text(v, s);
  find_words(v->rows.filter, v->text.find, sizeof v->text.find);
  pane_draw(&v->text, c, text);
}

void
card_draw(struct curate *v, struct canvas *c, struct area whole, struct area a)
{
  struct label_keys labels = {.labels = v->labels, .said = LABEL_NONE};
  int keys = label_keys_rows(&labels, a.cols), air = a.rows >= 16;
  int facts = a.rows >= 40 ? 14 : a.rows >= 22 ? 8 : a.rows >= 16 ? 6 : 3;
  struct area text = area_rows(a, 2 + air, a.rows - 2 - air - facts - 1 - keys - 1);
  struct area known = area_rows(a, a.rows - keys - 1 - facts, facts), foot = area_rows(a, a.rows - keys, keys);
  struct sample s;

  v->head_area = v->list_area = (struct area){0};
  v->detail_area = (struct area){text.row - whole.row, text.col - whole.col, text.rows, text.cols};
  if (!v->id || (!corpus_get(v->corpus, v->id, &s) && !s.gone)) {
    canvas_str(c, a, 2, 2, STYLE_NORMAL, v->rows.working ? "searching" : "no sample passes this filter");
    return;
  }
  if (v->detail_of != v->id)
    v->text.top = v->detail.top = 0;
  v->detail_of = v->id;
  draw_card_head(v, c, area_rows(a, 0, 2), &s);
  draw_text(v, c, text, &s);
  canvas_hline(c, a, text.row - a.row + text.rows, STYLE_RULE);
  v->detail.find[0] = '\0';
  pane_clear(&v->detail);
  detail_facts(v, &v->detail, &s, known.cols - 4);
  pane_draw(&v->detail, c, area_cols(known, 2, known.cols - 3));
  canvas_hline(c, a, a.rows - keys - 1, STYLE_RULE);
  labels = keys_of(v, &s);
  label_keys_draw(&labels, c, foot);
}
