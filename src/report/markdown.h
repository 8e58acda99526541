/* markdown: a document as GitHub Flavored Markdown: tables as its tables, charts in letters, what is to be taken as it
 * stands in fences. Nothing in a text is markup (markup.h). Threads: pure functions. */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "base/buf.h"
#include "report/doc.h"

void markdown_write(const struct doc *d, struct buf *out);

#endif
