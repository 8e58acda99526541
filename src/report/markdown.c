#include "report/markdown.h"

#include "report/markup.h"
#include "report/plot.h"

static void
line(struct buf *out, const char *begin, const char *text, const char *end)
{
  buf_adds(out, begin);
  markup_md(out, text);
  buf_adds(out, end);
}

static void
write_heading(struct buf *out, const struct block *b)
{
  buf_addn(out, '#', (size_t)b->level);
  line(out, " ", b->text, "\n\n");
}

static void
write_text(struct buf *out, const struct block *b)
{
  static const struct {
    const char *begin, *end;
  } kinds[] = {
    [BLOCK_LEAD] = {"> **", "**\n\n"}, [BLOCK_PARAGRAPH] = {"", "\n\n"}, [BLOCK_NOTE] = {"*", "*\n\n"},
  };

  line(out, kinds[b->kind].begin, b->text, kinds[b->kind].end);
}

/* A fence is longer than any row of backticks in what it holds. */
static void
add_fenced(struct buf *out, const char *text)
{
  size_t longest = 2, run = 0;

  for (const char *p = text; *p; p++) {
    run = *p == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  buf_addn(out, '`', longest + 1);
  buf_adds(out, "text\n");
  markup_lines(out, text, "");
  buf_addn(out, '`', longest + 1);
  buf_adds(out, "\n\n");
}

static void
write_code(struct buf *out, const struct block *b)
{
  add_fenced(out, b->text);
}

static void
write_table(struct buf *out, const struct block *b)
{
  const struct table_block *t = &b->table;

  if (t->caption)
    line(out, "", t->caption, ":\n\n");
  buf_addc(out, '|');
  for (size_t i = 0; i < t->n_columns; i++)
    line(out, " ", t->columns[i].title, " |");
  buf_adds(out, "\n|");
  for (size_t i = 0; i < t->n_columns; i++)
    buf_adds(out, t->columns[i].right ? " ---: |" : " --- |");
  buf_addc(out, '\n');
  for (size_t r = 0; r < table_rows(t); r++) {
    bool marked = r < t->cap_marked && t->marked[r];

    buf_addc(out, '|');
    for (size_t i = 0; i < t->n_columns; i++) {
      const char *text = t->cells[r * t->n_columns + i].text;

      line(out, marked && *text ? " **" : " ", text, marked && *text ? "** |" : " |");
    }
    buf_addc(out, '\n');
  }
  buf_addc(out, '\n');
}

static void
write_facts(struct buf *out, const struct block *b)
{
  const struct table_block *t = &b->table;

  for (size_t i = 0; i < table_rows(t); i++) {
    line(out, "- **", t->cells[2 * i].text, ":** ");
    line(out, "", t->cells[2 * i + 1].text, "\n");
  }
  buf_addc(out, '\n');
}

static void
write_chart(struct buf *out, const struct block *b)
{
  struct buf plot = BUF_INIT;

  line(out, "**", b->diagram.title, "**\n\n");
  plot_diagram(&plot, &b->diagram);
  add_fenced(out, buf_str(&plot));
  line(out, "*", b->diagram.description, "*\n\n");
  buf_release(&plot);
}

static void
write_quotes(struct buf *out, const struct block *b)
{
  for (size_t i = 0; i < b->quotes.n; i++) {
    const struct quote *q = &b->quotes.quotes[i];

    line(out, "- ", q->text, "  \n");
    line(out, "  *", q->note, "*\n");
    for (size_t k = 0; k < q->n_near; k++) {
      line(out, "  - ", q->near[k].text, "");
      line(out, " *(", q->near[k].note, ")*\n");
    }
  }
  buf_addc(out, '\n');
}

void
markdown_write(const struct doc *d, struct buf *out)
{
  static void (*const kinds[])(struct buf *out, const struct block *b) = {
    [BLOCK_HEADING] = write_heading, [BLOCK_LEAD] = write_text, [BLOCK_PARAGRAPH] = write_text,
    [BLOCK_NOTE] = write_text, [BLOCK_CODE] = write_code, [BLOCK_TABLE] = write_table, [BLOCK_FACTS] = write_facts,
    [BLOCK_DIAGRAM] = write_chart, [BLOCK_QUOTES] = write_quotes,
  };

  line(out, "# ", d->title, "\n\n");
  line(out, "", d->subtitle, "\n\n");
  for (size_t i = 0; i < d->n; i++)
    kinds[d->blocks[i]->kind](out, d->blocks[i]);
  buf_truncate(out, out->n - 1);
}
