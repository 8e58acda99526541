#include "report/html.h"

#include "report/markup.h"
#include "report/svg.h"

struct page {
  struct buf *out;
  size_t n_charts, n_tables;
  bool in_chapter;
};

static void
element(struct buf *out, const char *begin, const char *text, enum markup_lines lines, const char *end)
{
  buf_adds(out, begin);
  markup_html(out, text, lines);
  buf_adds(out, end);
}

/* ---- headings ---- */

static void
write_heading(struct page *p, const struct block *b)
{
  if (b->level == 2 && b->id) {
    buf_addf(p->out, "%s<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">",
             p->in_chapter ? "</section>\n" : "", b->id, b->id, b->id);
    p->in_chapter = true;
  } else {
    buf_addf(p->out, "<h%d>", b->level);
  }
  markup_html(p->out, b->text, MARKUP_JOIN);
  buf_addf(p->out, "</h%d>\n", b->level);
}

static void
write_text(struct page *p, const struct block *b)
{
  static const struct {
    const char *begin, *end;
  } kinds[] = {
    [BLOCK_LEAD] = {"<p class=\"lead\">", "</p>\n"},
    [BLOCK_PARAGRAPH] = {"<p>", "</p>\n"},
    [BLOCK_NOTE] = {"<p class=\"note\">", "</p>\n"},
    [BLOCK_CODE] = {"<pre>", "</pre>\n"},
  };

  element(p->out, kinds[b->kind].begin, b->text, b->kind == BLOCK_CODE ? MARKUP_KEEP : MARKUP_JOIN, kinds[b->kind].end);
}

/* ---- tables ---- */

/* The words say what the colour says; it is only quicker to see. */
static const char *
cell_class(const struct column_head *column, enum tone tone)
{
  static const char *const left[] = {"", " class=\"good\"", " class=\"bad\"", " class=\"quiet\""};
  static const char *const right[] = {" class=\"right\"", " class=\"right good\"", " class=\"right bad\"",
                                      " class=\"right quiet\""};

  return column->right ? right[tone] : left[tone];
}

static void
write_row(struct buf *out, const struct table_block *t, size_t row)
{
  buf_adds(out, row < t->cap_marked && t->marked[row] ? "<tr class=\"marked\">" : "<tr>");
  for (size_t i = 0; i < t->n_columns; i++) {
    const struct cell *c = &t->cells[row * t->n_columns + i];

    buf_addf(out, i == 0 ? "<th scope=\"row\"%s>" : "<td%s>", cell_class(&t->columns[i], c->tone));
    markup_html(out, c->text, MARKUP_JOIN);
    buf_adds(out, i == 0 ? "</th>" : "</td>");
  }
  buf_adds(out, "</tr>\n");
}

/* A table that is wider than the page is scrolled in its own box, by keys, too; its caption stays where it is. */
static void
write_table(struct page *p, const struct block *b)
{
  const struct table_block *t = &b->table;
  struct buf *out = p->out;

  p->n_tables++;
  if (t->caption) {
    buf_addf(out, "<p class=\"caption\" id=\"table%zu\">", p->n_tables);
    element(out, "", t->caption, MARKUP_JOIN, "</p>\n");
    buf_addf(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"table%zu\">\n<table>\n",
             p->n_tables);
  } else {
    element(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", t->columns[0].title, MARKUP_JOIN,
            "\">\n<table>\n");
  }
  buf_adds(out, "<thead><tr>");
  for (size_t i = 0; i < t->n_columns; i++)
    element(out, t->columns[i].right ? "<th scope=\"col\" class=\"right\">" : "<th scope=\"col\">", t->columns[i].title,
            MARKUP_JOIN, "</th>");
  buf_adds(out, "</tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < table_rows(t); i++)
    write_row(out, t, i);
  buf_adds(out, "</tbody>\n</table>\n</div>\n");
}

static void
write_facts(struct page *p, const struct block *b)
{
  const struct table_block *t = &b->table;

  buf_adds(p->out, "<dl>\n");
  for (size_t i = 0; i < table_rows(t); i++) {
    element(p->out, "<dt>", t->cells[2 * i].text, MARKUP_JOIN, "</dt>");
    element(p->out, "<dd>", t->cells[2 * i + 1].text, MARKUP_JOIN, "</dd>\n");
  }
  buf_adds(p->out, "</dl>\n");
}

/* ---- the rest ---- */

static void
write_chart(struct page *p, const struct block *b)
{
  element(p->out, "<figure>\n<figcaption>", b->diagram.title, MARKUP_JOIN, "</figcaption>\n");
  svg_diagram(p->out, &b->diagram, ++p->n_charts);
  element(p->out, "<p class=\"note\">", b->diagram.description, MARKUP_JOIN, "</p>\n</figure>\n");
}

/* dir=auto: each text in the direction of its own script, whatever stands around it. */
static void
write_quote(struct buf *out, const struct quote *q)
{
  element(out, "<li>\n<p class=\"said\" dir=\"auto\">", q->text, MARKUP_KEEP, "</p>\n");
  element(out, "<p class=\"note\">", q->note, MARKUP_JOIN, "</p>\n");
  if (q->n_near)
    buf_adds(out, "<ul>\n");
  for (size_t i = 0; i < q->n_near; i++) {
    element(out, "<li><span class=\"said\" dir=\"auto\">", q->near[i].text, MARKUP_KEEP, "</span> ");
    element(out, "<span class=\"quiet\">(", q->near[i].note, MARKUP_JOIN, ")</span></li>\n");
  }
  buf_adds(out, q->n_near ? "</ul>\n</li>\n" : "</li>\n");
}

static void
write_quotes(struct page *p, const struct block *b)
{
  buf_adds(p->out, "<ul class=\"quotes\">\n");
  for (size_t i = 0; i < b->quotes.n; i++)
    write_quote(p->out, &b->quotes.quotes[i]);
  buf_adds(p->out, "</ul>\n");
}

static void
write_block(struct page *p, const struct block *b)
{
  static void (*const kinds[])(struct page *p, const struct block *b) = {
    [BLOCK_HEADING] = write_heading, [BLOCK_LEAD] = write_text, [BLOCK_PARAGRAPH] = write_text,
    [BLOCK_NOTE] = write_text, [BLOCK_CODE] = write_text, [BLOCK_TABLE] = write_table, [BLOCK_FACTS] = write_facts,
    [BLOCK_DIAGRAM] = write_chart, [BLOCK_QUOTES] = write_quotes,
  };

  kinds[b->kind](p, b);
}

static void
write_contents(struct buf *out, const struct doc *d)
{
  buf_adds(out, "<nav aria-label=\"Contents\">\n<ol>\n");
  for (size_t i = 0; i < d->n; i++)
    if (d->blocks[i]->kind == BLOCK_HEADING && d->blocks[i]->level == 2 && d->blocks[i]->id) {
      buf_addf(out, "<li><a href=\"#%s\">", d->blocks[i]->id);
      element(out, "", d->blocks[i]->text, MARKUP_JOIN, "</a></li>\n");
    }
  buf_adds(out, "</ol>\n</nav>\n");
}

void
html_write(const struct doc *d, struct buf *out)
{
  struct page p = {.out = out};

  buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                "'unsafe-inline'\">\n");
  element(out, "<title>", d->title, MARKUP_JOIN, "</title>\n<style>\n");
  buf_adds(out, html_style);
  element(out, "</style>\n</head>\n<body>\n<header>\n<h1>", d->title, MARKUP_JOIN, "</h1>\n");
  element(out, "<p class=\"subtitle\">", d->subtitle, MARKUP_JOIN, "</p>\n</header>\n");
  write_contents(out, d);
  buf_adds(out, "<main>\n");
  for (size_t i = 0; i < d->n; i++)
    write_block(&p, d->blocks[i]);
  buf_adds(out, p.in_chapter ? "</section>\n</main>\n</body>\n</html>\n" : "</main>\n</body>\n</html>\n");
}
