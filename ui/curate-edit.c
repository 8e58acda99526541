/* Editing the text of a sample, in place and in $EDITOR. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-curate.h"

static const char *
text_of(const struct curate *v, const struct sample *s)
{
  return v->editing_second && s->text2 ? s->text2 : s->text;
}

static void
save(struct curate *v, const char *text)
{
  struct buf line = BUF_INIT;

  buf_addf(&line, "edit --id %u --%s ", v->id, v->editing_second ? "text2" : "text");
  workbench_quote(&line, text);
  workbench_run(v->w, buf_str(&line));
  buf_release(&line);
}

static void
begin(struct curate *v)
{
  struct sample s;

  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  v->editing = true;
  editor_set(&v->editor, text_of(v, &s), strlen(text_of(v, &s)));
  v->editor.at = v->editor.text.n;
}

/* Enter, Tab and Esc stand in the table of keys. */
bool
curate_edit_key(struct curate *v, const struct key *k)
{
  struct sample s;

  if (key_is(k, "Enter") || key_is(k, "Esc") || key_is(k, "C-c"))
    return false;
  if (!corpus_get(v->corpus, v->id, &s))
    v->editing = false;
  else if (!key_is(k, "Tab"))
    editor_key(&v->editor, k);
  else
    return !s.text2;
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
  v->editing = false;
  if (!corpus_get(v->corpus, v->id, &s))
    return;
  if (editor_changed(&v->editor, text_of(v, &s)))
    save(v, editor_text(&v->editor));
  if (other && s.text2) {
    v->editing_second = !v->editing_second;
    begin(v);
  }
}

void
curate_edit_cancel(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  v->editing = false;
}

void
curate_edit(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  v->editing_second = false;
  begin(v);
}

void
curate_edit_outside(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct sample s;
  char *text;
  size_t length;

  (void)n;
  if (!v->id || !corpus_get(v->corpus, v->id, &s))
    return;
  v->editing_second = false;
  text = xstrdup(s.text);
  if (workbench_external_editor(w, &text, ".txt") == 1) {
    length = strlen(text);
    if (length && text[length - 1] == '\n' && !(s.n_text && s.text[s.n_text - 1] == '\n'))
      text[length - 1] = '\0';  /* the one that editors add */
    if (strcmp(text, s.text))
      save(v, text);
  }
  free(text);
}
