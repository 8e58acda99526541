/* A dropped text that the person lets in after all, as it is or repaired in place. */
#include "ui/view-generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "teacher/openai.h"

#define BOX_ROWS 9

static const struct dropped_row *
selected(const struct generate *g)
{
  if (generate_annotates(g))   /* what it labels is in the corpus */
    return NULL;
  if (g->page == PAGE_FUNNEL && g->reason != DROP_NONE && g->reasons.at < g->n_of_reason)
    return &g->dropped[g->of_reason[g->reasons.at]];
  if (g->page == PAGE_TEXTS && g->lists[PAGE_TEXTS].at < g->n_stream && !g->stream[g->lists[PAGE_TEXTS].at].sample)
    return &g->dropped[g->stream[g->lists[PAGE_TEXTS].at].dropped];
  return NULL;
}

bool
generate_has_dropped(struct workbench *w, void *v)
{
  (void)w;
  return selected(v) != NULL;
}

/* Only where all are dropped: elsewhere the key goes on with a job. */
bool
generate_can_restore(struct workbench *w, void *v)
{
  (void)w;
  return ((struct generate *)v)->page == PAGE_FUNNEL && selected(v) && selected(v)->text;
}

bool
generate_in_reason(struct workbench *w, void *v)
{
  const struct generate *g = v;

  (void)w;
  return g->page == PAGE_FUNNEL && g->reason != DROP_NONE && g->reason != DROP_PARSE && g->n_of_reason > 1;
}

/* ---- as it is ---- */

void
generate_restore(struct workbench *w, void *v, int n)
{
  const struct dropped_row *d = selected(v);

  (void)n;
  if (d)
    workbench_runf(w, "restore --id %u", d->id);
}

static void
restore_all(void *arg)
{
  struct generate *g = arg;

  if (g->reason != DROP_NONE)
    workbench_runf(g->w, "restore --job %u --reason %s", g->job, drop_defs[g->reason].name);
}

void
generate_restore_all(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  char *question = xasprintf("Let all %zu texts that were dropped as '%s' into the corpus? (y/n)", g->n_of_reason,
                             drop_words[g->reason]);

  (void)n;
  workbench_confirm(w, question, restore_all, g);
  free(question);
}

/* ---- repaired ---- */

/* What the model wrote, of a reply that could not be read: one text can be made of it. */
static char *
content_of_reply(struct generate *g, uint32_t request)
{
  struct request_row r = {0};
  struct chat_reply chat = {0};
  struct err e = {0};
  char *text = NULL;

  if (job_store_request(g->p, request, &r, &e) == 0 && r.reply) {
    if (chat_parse(r.reply, r.n_reply, &chat, NULL) == 0 && chat.content)
      text = xstrdup(chat.content);
    chat_reply_release(&chat);
  }
  request_row_release(&r);
  return text ? text : xstrdup("");
}

static void
set_editor(struct repair *r)
{
  const char *text = r->texts[r->second];

  editor_set(&r->editor, text, strlen(text));
  r->editor.at = r->editor.text.n;
}

void
generate_repair(struct workbench *w, void *v, int n)
{
  struct generate *g = v;
  struct repair *r = &g->repair;
  const struct dropped_row *d = selected(g);

  (void)w;
  (void)n;
  if (!d)
    return;
  r->id = d->id;
  r->of = d->of_id;
  r->reason = drop_parse(d->reason);
  r->second = false;
  r->pair = corpus_task(project_corpus(g->p)) == TASK_PAIR;
  free(r->texts[0]);
  free(r->texts[1]);
  r->texts[0] = d->text ? xstrdup(d->text) : content_of_reply(g, d->request_id);
  r->texts[1] = xstrdup(d->text2 ? d->text2 : "");
  r->editor.wrap = true;
  set_editor(r);
  g->step = STEP_REPAIR;
}

static void
put_back(struct repair *r)
{
  free(r->texts[r->second]);
  r->texts[r->second] = xstrdup(editor_text(&r->editor));
}

/* It is checked again on its way in, by the command. */
static void
keep(struct generate *g)
{
  struct repair *r = &g->repair;
  struct buf line = BUF_INIT;

  put_back(r);
  buf_addf(&line, "restore --id %u --text ", r->id);
  workbench_quote(&line, r->texts[0]);
  if (r->pair) {
    buf_adds(&line, " --text2 ");
    workbench_quote(&line, r->texts[1]);
  }
  g->step = STEP_NONE;
  workbench_run(g->w, buf_str(&line));
  buf_release(&line);
}

void
generate_repair_key(struct generate *g, const struct key *k)
{
  struct repair *r = &g->repair;

  if (key_is(k, "Enter") || key_is(k, "C-s")) {
    keep(g);
  } else if (key_is(k, "Esc") || key_is(k, "C-c")) {
    g->step = STEP_NONE;
  } else if (key_is(k, "Tab") && r->pair) {
    put_back(r);
    r->second = !r->second;
    set_editor(r);
  } else {
    editor_key(&r->editor, k);
  }
}

void
generate_repair_draw(struct generate *g, struct canvas *c, struct area a)
{
  struct repair *r = &g->repair;
  const char *why = r->reason == DROP_NONE ? "dropped" : drop_words[r->reason];
  int rows = a.rows < BOX_ROWS ? a.rows : BOX_ROWS, col = 1;
  char title[160];
  struct sample s = {0};
  struct area box, foot, text;

  snprintf(title, sizeof title, r->pair ? "repair: %.100s (%s text)" : "repair: %.100s", why, r->second ? "second"
           : "first");
  box = canvas_box(c, part_middle(a, rows, 110), STYLE_RULE, title);
  foot = area_rows(box, box.rows - 1, 1);
  text = area_cols(area_rows(box, 0, box.rows - 1), 1, box.cols - 2);
  if (r->of && (corpus_get(project_corpus(g->p), r->of, &s), s.text)) {
    col = canvas_printf(c, text, 0, 0, STYLE_DIM, "like %u: ", r->of);
    canvas_fit(c, text, 0, col, text.cols - col, STYLE_DIM, s.text, s.n_text);
    text = area_rows(text, 1, text.rows - 1);
  }
  editor_draw(&r->editor, c, text, NULL, true);
  col = canvas_str(c, foot, 0, 1, STYLE_KEY, "Enter");
  col = canvas_str(c, foot, 0, col + 1, STYLE_DIM, "check it again and let it in");
  if (r->pair) {
    col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "Tab");
    col = canvas_str(c, foot, 0, col + 1, STYLE_DIM, "other text");
  }
  col = canvas_str(c, foot, 0, col + 3, STYLE_KEY, "Esc");
  canvas_str(c, foot, 0, col + 1, STYLE_DIM, "leave it");
}

void
generate_repair_release(struct generate *g)
{
  editor_release(&g->repair.editor);
  free(g->repair.texts[0]);
  free(g->repair.texts[1]);
}
