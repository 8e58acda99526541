/* page: a page of documentation as blocks, made from the command table, written as text for a screen or as roff for
 * man.
 *
 * Source of the roff: man(7) of groff and mandoc; only .TH .SH .PP .TP .EX .EE .nf .fi and \fB \fI \fR are used.
 * Life: page_of_..., page_text or page_roff, page_release. Threads: one user at a time. */
#ifndef COMMAND_PAGE_H
#define COMMAND_PAGE_H

#include "base/mem.h"
#include "command/command.h"

enum block_kind {
  BLOCK_HEADING,    /* text */
  BLOCK_PARAGRAPH,  /* text */
  BLOCK_VERBATIM,   /* text, its lines kept */
  BLOCK_ITEM,       /* term, and text that explains it */
};

struct page {
  struct arena arena;
  const char *name, *summary;  /* "retort-list", one line */
  struct block {
    enum block_kind kind;
    const char *term, *text;
  } *v;
  size_t n, cap;
};

void page_of_command(struct page *p, const struct command *command);
/* retort(1): the whole program. */
void page_of_program(struct page *p);
/* One of the topics (topic.h): the filter language, exit status, ... */
struct topic;
void page_of_topic(struct page *p, const struct topic *t);
void page_release(struct page *p);

void page_text(const struct page *p, int columns, struct buf *out);
void page_roff(const struct page *p, struct buf *out);

#endif
