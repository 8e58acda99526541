/* first_text: the texts that a sample came with. The log keeps what each change replaced, so the first version of a
 * text is never lost, however often it was edited. Threads: any. Errors: see project.h. */
#ifndef STORE_FIRST_TEXT_H
#define STORE_FIRST_TEXT_H

#include "store/project.h"

/* *text, *text2 (to be freed by the caller): what the first change of that text replaced; NULL: it was never
 * changed. */
int first_text_get(struct project *p, uint32_t sample, char **text, char **text2, struct err *e);

#endif
