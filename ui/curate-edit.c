/* Editing the text of a sample, in place and in $EDITOR. A text that was given up, or could not be kept, is not
 * lost: e on the same sample offers it again. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/textdiff.h"
#include "ui/view-curate.h"

/* Between the two texts of a pair, in the file that $EDITOR gets. */
#define SECOND "\n--- second text (leave this line as it is) ---\n"

#define COMPARED 60000   /* bytes: longer texts are not compared at every key */

static const char *
text_of(const struct curate *v, const struct sample *s)
{
  return v->editing_second && s->text2 ? s->text2 : s->text;
}

static int
save(struct curate *v, bool second, const char *text)
{
  struct buf line = BUF_INIT;
  int r;

  buf_addf(&line, "edit --id %u --%s ", v->id, second ? "text2" : "text");
  workbench_quote(&line, text);
  r = workbench_run(v->w, buf_str(&line));
  buf_release(&line);
  return r;
}

/* ---- what was given up ---- */

static void
keep_draft(struct curate *v)
{
  free(v->draft.text);
  v->draft.text = xstrdup(editor_text(&v->editor));
  v->draft.id = v->id;
  v->draft.second = v->editing_second;
}

/* Puts it into the editor as one change: undo there gives the sample's own text. */
static void
offer_draft(struct curate *v)
{
  if (!v->draft.text || v->draft.id != v->id || v->draft.second != v->editing_second)
    return;
  editor_replace(&v->editor, v->draft.text);
  workbench_say(v->w, "your text from before; C-_ brings the sample's own back");
  free(v->draft.text);
  v->draft.text = NULL;
}

/* ---- in place ---- */

static void
begin(struct curate *v)
{
  struct sample s;

  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  if (strlen(text_of(v, &s)) > EDITOR_MAX) {
    workbench_say(v->w, "this text is longer than a megabyte: only find and replace (r) can change it");
    return;
  }
  v->editing = true;
  editor_set(&v->editor, text_of(v, &s), strlen(text_of(v, &s)));
  v->editor.at = v->editor.text.n;
  offer_draft(v);
}

/* Enter, M-Enter, Tab and Esc stand in the table of keys. */
bool
curate_edit_key(struct curate *v, const struct key *k)
{
  struct sample s;

  if (key_is(k, "Enter") || key_is(k, "M-Enter") || key_is(k, "C-o") || key_is(k, "Esc") || key_is(k, "C-c"))
    return false;
  if (!corpus_get(v->corpus, v->id, &s)) {
    keep_draft(v);
    v->editing = false;
  } else if (k->code == K_MOUSE) {
    if (area_has(v->edit_area, k->row, k->col))
      editor_click(&v->editor, k->row - v->edit_area.row, k->col - v->edit_area.col);
    return k->row > 0;  /* the tabs work */
  } else if (!key_is(k, "Tab")) {
    return editor_key(&v->editor, k) != EDITOR_IGNORED || !(k->code >= K_F1 && k->code <= K_F12);
  } else {
    return !s.text2;
  }
  return true;
}

bool
curate_editing(struct workbench *w, void *view)
{
  const struct curate *v = view;

  (void)w;
  return v->editing;
}

bool
curate_editing_pair(struct workbench *w, void *view)
{
  const struct curate *v = view;
  struct sample s;

  (void)w;
  return v->editing && corpus_get(v->corpus, v->id, &s) && s.text2;
}

void
curate_edit_keep(struct workbench *w, void *view, int other)
{
  struct curate *v = view;
  struct sample s;

  (void)w;
  if (!corpus_get(v->corpus, v->id, &s)) {
    keep_draft(v);
    v->editing = false;
    return;
  }
  if (editor_changed(&v->editor, text_of(v, &s)) && save(v, v->editing_second, editor_text(&v->editor)) < 0)
    return;  /* it was said why; the text stays in the editor */
  v->editing = false;
  if (other && s.text2) {
    v->editing_second = !v->editing_second;
    begin(v);
  }
}

void
curate_edit_break(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  editor_key(&v->editor, workbench_last_key(w));
}

void
curate_edit_cancel(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct sample s;

  (void)n;
  v->editing = false;
  if (corpus_get(v->corpus, v->id, &s) && !editor_changed(&v->editor, text_of(v, &s)))
    return;
  keep_draft(v);
  workbench_say(w, "the sample is as it was; e brings your text back");
}

void
curate_edit(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct sample s;

  (void)w, (void)n;
  v->editing_second = v->draft.text && v->draft.id == v->id && v->draft.second && corpus_get(v->corpus, v->id, &s)
                      && s.text2;
  begin(v);
}

/* ---- drawing ---- */

/* The style of each byte of what is in the editor: words that are new are underlined. To be freed. */
static unsigned char *
styles_of(const struct textdiff *d, size_t n)
{
  unsigned char *styles = xmalloc(n + 1);
  size_t at = 0;

  for (size_t i = 0; i < d->n; i++) {
    if (d->parts[i].kind == TEXTDIFF_REMOVED)
      continue;
    memset(styles + at, d->parts[i].kind == TEXTDIFF_ADDED ? STYLE_WORD_ADDED : STYLE_INPUT, d->parts[i].n);
    at += d->parts[i].n;
  }
  return styles;
}

/* The text that the sample came with, or has, below the editor, with the words underlined that are gone. */
static void
draw_original(struct curate *v, struct canvas *c, struct area a, const struct textdiff *d, bool first)
{
  pane_clear(&v->difference);
  pane_str(&v->difference, STYLE_DIM, first ? "came as  " : "it was  ");
  textdiff_add(d, TEXTDIFF_REMOVED, STYLE_DIM, &v->difference);
  pane_draw(&v->difference, c, a);
}

void
curate_edit_draw(struct curate *v, struct canvas *c, struct area a, const struct sample *s)
{
  const char *first = original_text(&v->original, s, v->editing_second), *now = editor_text(&v->editor);
  const char *then = first ? first : text_of(v, s);
  int most = a.rows >= 4 ? a.rows - 2 : a.rows, rows = editor_rows(&v->editor, a.cols);
  unsigned char *styles = NULL;
  struct textdiff d = {0};

  rows = rows < a.rows / 2 ? a.rows / 2 : rows > most ? most : rows;
  if (strcmp(then, now) && strlen(then) < COMPARED && strlen(now) < COMPARED) {
    textdiff_make(&d, then, strlen(then), now, strlen(now));
    styles = styles_of(&d, strlen(now));
    draw_original(v, c, area_rows(a, rows, a.rows - rows), &d, first != NULL);
  }
  v->edit_area = area_rows(a, 0, rows);
  editor_draw(&v->editor, c, v->edit_area, styles, true);
  textdiff_release(&d);
  free(styles);
}

/* ---- $EDITOR ---- */

/* Without the newline that editors add at the end. */
static void
trim(char *text, const char *before)
{
  size_t n = strlen(text), old = strlen(before);

  if (n && text[n - 1] == '\n' && !(old && before[old - 1] == '\n'))
    text[n - 1] = '\0';
}

static void
take_texts(struct curate *v, const struct sample *s, char *text)
{
  char *second = s->text2 ? strstr(text, SECOND) : NULL;

  if (s->text2 && !second) {
    workbench_say(v->w, "the line between the two texts is gone: nothing was changed");
    return;
  }
  if (second) {
    *second = '\0';
    second += strlen(SECOND);
    trim(second, s->text2);
    if (strcmp(second, s->text2) && save(v, true, second) < 0)
      return;
  } else {
    trim(text, s->text);
  }
  if (strcmp(text, s->text))
    save(v, false, text);
}

void
curate_edit_outside(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct sample s;
  char *text;

  (void)n;
  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  text = s.text2 ? xasprintf("%s" SECOND "%s", s.text, s.text2) : xstrdup(s.text);
  if (workbench_external_editor(w, &text, ".txt") == 1)
    take_texts(v, &s, text);
  free(text);
}
