/* amend: adds attributes to the front matter of a template's text, and changes nothing else: every other byte,
 * comments, order and body among them, stays as it is.
 *
 * Attributes are added behind those that there are, in the way in which those are written (a block of lines, or
 * braces); a template without front matter gets one. Life: the result is the caller's. Threads: any. Errors: ERR_INPUT
 * where the text is no template, or its front matter is written in a way that nothing can be added to without
 * rewriting it. */
#ifndef PROMPT_AMEND_H
#define PROMPT_AMEND_H

#include "prompt/prompty.h"

/* Names must be new to the template (prompty_may_name), values texts in one line, each once. */
int amend_attributes(const char *source, const struct prompty_attribute *added, size_t n, struct buf *out,
                     struct err *e);

#endif
