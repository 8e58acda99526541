/* original: the texts that the selected sample came with, if they were edited since; looked up on a thread.
 *
 * Life: original_init, original_ask whenever another sample is selected or its text changed, original_release. Threads:
 * the screen's. */
#ifndef UI_ORIGINAL_H
#define UI_ORIGINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "corpus/sample.h"
#include "ui/pane.h"

struct workbench;

struct original {
  struct workbench *w;
  struct sample wanted;    /* as it was when asked about; id 0: none */
  struct sample of;        /* whose texts these are */
  char *text, *text2;      /* NULL: as they came */
  bool working;
};

void original_init(struct original *o, struct workbench *w);
void original_release(struct original *o);
void original_ask(struct original *o, const struct sample *s);
/* What the text (second: the other text of a pair) was when it came; NULL: as it is, or not looked up yet. */
const char *original_text(const struct original *o, const struct sample *s, bool second);
/* Adds a line for each text that is another now: "came as ...", with the words that are gone underlined. */
void original_add(const struct original *o, struct pane *p, const struct sample *s);

#endif
