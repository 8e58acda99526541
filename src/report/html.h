/* html: a document as one HTML file that needs nothing else: style and charts stand inside, there is no script, and its
 * Content-Security-Policy forbids both scripts and requests. It is light or dark as the reader's system is, folds from
 * a telephone's width to a wide screen's, prints without colours of screens, and is the same for the same document.
 * Threads: pure functions. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/buf.h"
#include "report/doc.h"

void html_write(const struct doc *d, struct buf *out);

extern const char html_style[];  /* html-style.c */

#endif
