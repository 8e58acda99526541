/* doc: a report as a list of blocks, without a notion of how it is written down. Back ends write it: html.h,
 * markdown.h.
 *
 * Texts are UTF-8 and plain: nothing in them is markup, whoever wrote them; a back end makes them safe for what it
 * writes. Blocks come in the order in which they were added.
 *
 * Life: doc_init; doc_... to add blocks; html_write, markdown_write any number of times; doc_release. A table that
 * doc_table gave is filled before the next block is added. Strings are copied. Threads: one user. Errors: none. */
#ifndef REPORT_DOC_H
#define REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "report/diagram.h"

enum block_kind {
  BLOCK_HEADING,   /* level 2 with an id is a chapter: it stands in the list of contents */
  BLOCK_LEAD,      /* the sentence that matters most, big */
  BLOCK_PARAGRAPH,
  BLOCK_NOTE,      /* what the numbers beside it do not say; a remark on how they were made */
  BLOCK_CODE,      /* to be taken as it stands, line by line */
  BLOCK_TABLE,
  BLOCK_FACTS,     /* a table of two columns, term and value, without a head */
  BLOCK_DIAGRAM,
  BLOCK_QUOTES,    /* texts, each with what there is to say of it */
};

/* What a cell's number means, beside the number: it is never told by colour alone. */
enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_QUIET };

struct cell {
  const char *text;
  enum tone tone;
};
struct column_head {
  const char *title;
  bool right;                    /* numbers */
};
struct table_block {
  struct arena *arena;
  const char *caption;           /* NULL: none */
  struct column_head *columns;
  size_t n_columns;
  struct cell *cells;            /* row by row, n_columns each */
  size_t n, cap;
  bool *marked;                  /* by row: the one that the report is about */
  size_t cap_marked;
};

/* A text, and texts like it. */
struct quote_near {
  const char *text, *note;       /* "returns, generated, cosine .52, sample 812" */
};
struct quote {
  const char *text, *note;       /* "sample 301: truly billing; said returns, now billing" */
  struct quote_near *near;
  size_t n_near;
};
struct quotes_block {
  struct quote *quotes;
  size_t n;
};

struct block {
  enum block_kind kind;
  int level;                     /* of a heading: 1 to 4 */
  const char *id;                /* of a chapter: letters, digits, '-' */
  const char *text;              /* heading to code */
  union {
    struct table_block table;    /* facts, too */
    struct diagram diagram;
    struct quotes_block quotes;
  };
};

struct doc {
  struct arena arena;
  const char *title;             /* of the whole */
  const char *subtitle;
  struct block **blocks;
  size_t n, cap;
};
void doc_init(struct doc *d);
void doc_release(struct doc *d);

/* A string that lasts as long as the document. */
const char *doc_print(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doc_chapter(struct doc *d, const char *id, const char *title);
void doc_heading(struct doc *d, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void doc_text(struct doc *d, enum block_kind kind, const char *text);
void doc_say(struct doc *d, enum block_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Copies the marks and lines; the strings in them must last (doc_print, or constants). */
void doc_diagram(struct doc *d, const struct diagram *chart);
/* Copies the quotes and their neighbours; the strings in them must last. */
void doc_quotes(struct doc *d, const struct quote *quotes, size_t n);

/* "label|texts>|F1>": a heading that ends in '>' is a column of numbers, on the right. caption may be NULL. */
struct table_block *doc_table(struct doc *d, const char *caption, const char *headings);
struct table_block *doc_facts(struct doc *d);
void table_text(struct table_block *t, const char *text);              /* the next cell; NULL: empty */
void table_cell(struct table_block *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_tone(struct table_block *t, enum tone tone);                /* of the cell added last */
void table_mark(struct table_block *t);                                /* the row of the cell added last */
void table_fact(struct table_block *t, const char *term, const char *format, ...)
  __attribute__((format(printf, 3, 4)));
size_t table_rows(const struct table_block *t);

#endif
