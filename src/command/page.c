#include "command/page.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "command/call.h"
#include "command/topic.h"
#include "corpus/sort.h"

#define OPEN_END 1e6  /* from here on the bound of a number is no news for anybody */
#define ROFF_COLUMNS 72  /* a source line is broken at the next blank beyond */
#define PAGE_DATE "2026-11-22"  /* of the manual as a whole; fixed, so that the same source makes the same pages */

static void
add(struct page *p, enum block_kind kind, const char *term, const char *text)
{
  GROW(p->v, p->cap, p->n + 1);
  p->v[p->n++] = (struct block){kind, term ? arena_strdup(&p->arena, term) : NULL, arena_strdup(&p->arena, text)};
}

/* Paragraphs with an empty line between; one that begins with a blank is verbatim. */
static void
add_text(struct page *p, const char *text)
{
  while (text && *text) {
    const char *end = strstr(text, "\n\n");
    size_t n = end ? (size_t)(end - text) : strlen(text);

    add(p, *text == ' ' ? BLOCK_VERBATIM : BLOCK_PARAGRAPH, NULL, arena_strndup(&p->arena, text, n));
    text += n;
    text += strspn(text, "\n");
  }
}

static void
add_option(struct page *p, const struct option *o)
{
  struct buf term = BUF_INIT, text = BUF_INIT, range = BUF_INIT;

  for (const struct call_short *s = call_shorts; s->letter; s++)
    if (strcmp(s->name, o->name) == 0)
      buf_addf(&term, "-%c, ", s->letter);
  buf_addf(&term, "--%s", o->name);
  if (o->type != OPTION_FLAG)
    buf_addf(&term, " %s", o->argument ? o->argument : "VALUE");
  buf_adds(&text, o->summary);
  if (o->max < OPEN_END)
    option_range(o, &range);
  else if (o->min > 0)
    buf_addf(&range, "at least %g", o->min);
  if (range.n || o->fallback || o->many) {
    const char *comma = "";

    buf_adds(&text, " (");
    if (range.n) {
      buf_addf(&text, "%s", buf_str(&range));
      comma = "; ";
    }
    if (o->fallback && *o->fallback) {
      buf_addf(&text, "%sdefault %s", comma, o->fallback);
      comma = "; ";
    }
    if (o->many)
      buf_addf(&text, "%smay be repeated", comma);
    buf_addc(&text, ')');
  }
  add(p, BLOCK_ITEM, buf_str(&term), buf_str(&text));
  buf_release(&term);
  buf_release(&text);
  buf_release(&range);
}

static void
add_options(struct page *p, const struct option *o)
{
  for (; o && o->name; o++)
    add_option(p, o);
}

static void
add_synopsis(struct page *p, const struct command *command)
{
  struct buf usage = BUF_INIT;

  add(p, BLOCK_HEADING, NULL, "SYNOPSIS");
  if (command->verbs) {
    for (const struct command_verb *v = command->verbs; v->name; v++) {
      if (v != command->verbs)
        buf_addc(&usage, '\n');
      call_usage(command, v, false, &usage);
    }
  } else {
    call_usage(command, NULL, command->flags & COMMAND_SCREEN, &usage);
  }
  add(p, BLOCK_VERBATIM, NULL, buf_str(&usage));
  buf_release(&usage);
}

static void
add_examples(struct page *p, const struct command_example *x)
{
  if (!x || !x->line)
    return;
  add(p, BLOCK_HEADING, NULL, "EXAMPLES");
  for (; x->line; x++)
    add(p, BLOCK_ITEM, x->line, x->shows);
}

void
page_of_command(struct page *p, const struct command *command)
{
  const struct option *table;
  const char *whose;

  *p = (struct page){.summary = command->summary};
  arena_init(&p->arena);
  {
    struct buf name = BUF_INIT;

    buf_addf(&name, "retort-%s", command->name);
    p->name = arena_strdup(&p->arena, buf_str(&name));
    buf_release(&name);
  }
  add_synopsis(p, command);
  add(p, BLOCK_HEADING, NULL, "DESCRIPTION");
  add_text(p, command->text);
  if (command->verbs) {
    add(p, BLOCK_HEADING, NULL, "ACTIONS");
    for (const struct command_verb *v = command->verbs; v->name; v++) {
      struct buf term = BUF_INIT;

      buf_addf(&term, "%s%s%s", v->name, *v->arguments ? " " : "", v->arguments);
      add(p, BLOCK_ITEM, buf_str(&term), v->summary);
      buf_release(&term);
    }
  }
  add(p, BLOCK_HEADING, NULL, "OPTIONS");
  add_options(p, command->options);
  for (const struct option *o = command_common_options; o->name; o++)
    if (call_option(command, o->name) == o)
      add_option(p, o);
  for (size_t i = 0; command->more && (table = command->more(i, &whose)); i++) {
    char title[80];

    snprintf(title, sizeof title, "PARAMETERS OF %s", whose);
    add(p, BLOCK_HEADING, NULL, title);
    add_options(p, table);
  }
  add_examples(p, command->examples);
  add(p, BLOCK_HEADING, NULL, "SEE ALSO");
  add(p, BLOCK_PARAGRAPH, NULL, "retort(1) has the words, the filter language and the exit status.");
}

/* The tables of the corpus, and what runs add to them (columns.h). */
static void
add_filter_fields(struct page *p)
{
  for (const struct filter_field *f = filter_fields; f->name; f++) {
    bool colon = f->kind == FILTER_NAME || f->kind == FILTER_IDS;
    const char *between = colon ? ":" : f->kind == FILTER_ATTRIBUTE ? "." : "";
    char term[200];

    snprintf(term, sizeof term, "%s%s%s", f->name, between, f->values ? f->values : "");
    add(p, BLOCK_ITEM, term, f->help);
  }
  add(p, BLOCK_ITEM, "run.wrong",
      "the newest run took another label for it when it was evaluated; NAME.wrong: that run did");
  add(p, BLOCK_ITEM, "run.confidence>X", "the probability of the label that the run took");
  add(p, BLOCK_ITEM, "run.loss>X", "how little the run believed in the sample's own label (-ln of its probability)");
  add(p, BLOCK_PARAGRAPH, NULL,
      "The same columns and the following are keys for --sort. With - before it the greatest come first; signals "
      "like suspect begin with the greatest, and with - the least:");
  for (const struct sort_key *k = sort_keys; k->name; k++)
    add(p, BLOCK_ITEM, k->name, k->help);
}

static void
add_topic(struct page *p, const struct topic *t)
{
  size_t n;
  const struct command_key *keys = topic_keys(&n);

  add_text(p, t->text);
  for (const struct topic_item *i = t->items; i && i->term; i++)
    add(p, BLOCK_ITEM, i->term, i->text);
  if (strcmp(t->name, "filter") == 0)
    add_filter_fields(p);
  if (strcmp(t->name, "commands") == 0)
    for (size_t i = 0; commands[i]; i++)
      add(p, BLOCK_ITEM, commands[i]->name, commands[i]->summary);
  if (strcmp(t->name, "keys") == 0)
    for (size_t i = 0; i < n; i++) {
      if (i == 0 || strcmp(keys[i - 1].view, keys[i].view) != 0)
        add(p, BLOCK_PARAGRAPH, NULL, keys[i].view);
      add(p, BLOCK_ITEM, keys[i].keys, keys[i].summary);
    }
}

void
page_of_program(struct page *p)
{
  *p = (struct page){.name = "retort", .summary = "training data from large language models for small text models"};
  arena_init(&p->arena);
  add(p, BLOCK_HEADING, NULL, "SYNOPSIS");
  add(p, BLOCK_VERBATIM, NULL, "retort PROJECT [--latency-log FILE]\nretort COMMAND PROJECT [options]\nretort help [COMMAND|TOPIC]");
  add(p, BLOCK_HEADING, NULL, "OPTIONS OF THE WORKBENCH");
  add_options(p, command_workbench_options);
  for (const struct topic *t = topics; t->name; t++) {
    size_t n;

    topic_keys(&n);
    if (strcmp(t->name, "keys") == 0 && n == 0)
      continue;
    add(p, BLOCK_HEADING, NULL, t->title);
    add_topic(p, t);
  }
}

void
page_of_topic(struct page *p, const struct topic *t)
{
  *p = (struct page){.name = "retort", .summary = "training data from large language models for small text models"};
  arena_init(&p->arena);
  add(p, BLOCK_HEADING, NULL, t->title);
  add_topic(p, t);
}

void
page_release(struct page *p)
{
  free(p->v);
  arena_release(&p->arena);
  *p = (struct page){0};
}

/* ---- as text */

/* Adds s in lines of at most `columns`, each indented; the first line begins at column `at`. */
static void
wrap(struct buf *out, const char *s, int indent, int columns, int at)
{
  for (bool first = true; *s; first = false) {
    size_t n = strcspn(s, " \n");
    int width = (int)utf8_columns(s, n);

    if (!first && at + 1 + width > columns) {
      buf_addc(out, '\n');
      at = 0;
    } else if (!first) {
      buf_addc(out, ' ');
      at++;
    }
    if (at < indent) {
      buf_addn(out, ' ', (size_t)(indent - at));
      at = indent;
    }
    buf_add(out, s, n);
    at += width;
    s += n;
    s += strspn(s, " \n");
  }
  buf_addc(out, '\n');
}

static void
text_item(struct buf *out, const struct block *b, int columns)
{
  const int indent = 24;
  int used = 2 + (int)utf8_columns(b->term, strlen(b->term));

  buf_addf(out, "  %s", b->term);
  if (used + 2 > indent) {
    buf_addc(out, '\n');
    used = 0;
  }
  wrap(out, b->text, used ? indent : indent < columns / 2 ? indent : 8, columns, used);
}

void
page_text(const struct page *p, int columns, struct buf *out)
{
  if (columns < 40)
    columns = 40;
  if (columns > 100)
    columns = 100;
  buf_addf(out, "%s - %s\n", p->name, p->summary);
  for (size_t i = 0; i < p->n; i++) {
    const struct block *b = &p->v[i];
    enum block_kind before = i == 0 ? BLOCK_PARAGRAPH : p->v[i - 1].kind;
    bool apart = b->kind != BLOCK_ITEM || (before != BLOCK_ITEM && before != BLOCK_HEADING);

    if (apart && before != BLOCK_HEADING)
      buf_addc(out, '\n');
    if (b->kind == BLOCK_HEADING) {
      buf_addf(out, "%s\n", b->text);
    } else if (b->kind == BLOCK_PARAGRAPH) {
      wrap(out, b->text, 2, columns, 0);
    } else if (b->kind == BLOCK_ITEM) {
      text_item(out, b, columns);
    } else {
      for (const char *s = b->text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
        buf_adds(out, "  ");
        buf_add(out, s, strcspn(s, "\n"));
        buf_addc(out, '\n');
      }
    }
  }
}

/* ---- as roff */

/* A letter beyond ASCII, by its number: how else it is read depends on the reader's locale. */
static size_t
roff_letter(struct buf *out, const char *s)
{
  size_t n;
  uint32_t letter = utf8_decode(s, strlen(s), &n);

  buf_addf(out, "\\[u%04X]", letter);
  return n;
}

/* Text without meaning to roff: backslashes, hyphens that are typed, control characters at the start of a line. */
static void
roff_text(struct buf *out, const char *s, bool keep_lines)
{
  static const struct { char c; const char *as; } escapes[] = {
    {'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"},
  };
  size_t column = 0;

  for (; *s; s++) {
    const char *as = NULL;

    if (column == 0 && (*s == '.' || *s == '\''))
      buf_adds(out, "\\&");
    for (size_t i = 0; i < N_OF(escapes) && !as; i++)
      as = escapes[i].c == *s ? escapes[i].as : NULL;
    column++;
    if (*s == '\n' || (!keep_lines && *s == ' ' && column > ROFF_COLUMNS)) {
      buf_addc(out, '\n');
      column = 0;
    } else if (as) {
      buf_adds(out, as);
    } else if ((unsigned char)*s >= 0x80) {
      s += roff_letter(out, s) - 1;
    } else {
      buf_addc(out, *s);
    }
  }
}

static void
roff_block(struct buf *out, const struct page *p, size_t i)
{
  const struct block *b = &p->v[i];

  switch (b->kind) {
  case BLOCK_HEADING:
    buf_adds(out, ".SH ");
    buf_adds(out, b->text);
    break;
  case BLOCK_PARAGRAPH:
    if (i > 0 && p->v[i - 1].kind != BLOCK_HEADING)
      buf_adds(out, ".PP\n");
    roff_text(out, b->text, false);
    break;
  case BLOCK_VERBATIM:
    if (i > 0 && p->v[i - 1].kind != BLOCK_HEADING)
      buf_adds(out, ".PP\n");
    buf_adds(out, ".nf\n");
    roff_text(out, b->text, true);
    buf_adds(out, "\n.fi");
    break;
  case BLOCK_ITEM:
    buf_adds(out, ".TP\n\\fB");
    roff_text(out, b->term, true);
    buf_adds(out, "\\fR\n");
    roff_text(out, b->text, false);
    break;
  }
  buf_addc(out, '\n');
}

void
page_roff(const struct page *p, struct buf *out)
{
  buf_adds(out, ".TH ");
  for (const char *s = p->name; *s; s++)
    buf_addc(out, (char)toupper((unsigned char)*s));
  buf_addf(out, " 1 %s \"retort " PACKAGE_VERSION "\" \"User Commands\"\n.SH NAME\n", PAGE_DATE);
  roff_text(out, p->name, true);
  buf_adds(out, " \\- ");
  roff_text(out, p->summary, true);
  buf_addc(out, '\n');
  for (size_t i = 0; i < p->n; i++)
    roff_block(out, p, i);
}
