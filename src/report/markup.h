/* markup: plain text made safe to stand in HTML, SVG, or Markdown, whoever wrote it. Control characters, bidi controls
 * and bytes that are no UTF-8 are made visible (utf8_printable). Threads: pure functions. */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include "base/buf.h"

enum markup_lines {
  MARKUP_JOIN,   /* ends of lines and tabs become spaces */
  MARKUP_KEEP,   /* they stay: for what is shown as it stands */
};
/* For element content and attribute values in double quotes. */
void markup_html(struct buf *out, const char *s, enum markup_lines lines);
/* For a line of GitHub Flavored Markdown, or a cell of its tables: what would be markup there is escaped. */
void markup_md(struct buf *out, const char *s);
/* For a fenced block of code, of which each line begins with `indent`. */
void markup_lines(struct buf *out, const char *s, const char *indent);

#endif
