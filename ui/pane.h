/* pane: styled text to read: wrapped at the area's width, scrolled. For detail panes, previews, help, logs.
 *
 * Life: pane_init, pane_clear and pane_add..., pane_draw, pane_release. Its place stays when the text is made anew. */
#ifndef UI_PANE_H
#define UI_PANE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ui/canvas.h"
#include "ui/view.h"

struct pane_span {
  size_t from;             /* byte of the text */
  enum style style;
};
struct pane {
  struct buf text;
  struct pane_span *spans; /* ascending; the last one reaches to the end */
  size_t n_spans, cap_spans;
  int top;                 /* first line on the screen, after wrapping */
  int height, width, n_lines;  /* as last drawn */
  char find[128];          /* what is highlighted, "" for nothing */
};

void pane_init(struct pane *p);
void pane_release(struct pane *p);
void pane_clear(struct pane *p);
void pane_add(struct pane *p, enum style s, const char *text, size_t n);
void pane_str(struct pane *p, enum style s, const char *text);
void pane_printf(struct pane *p, enum style s, const char *format, ...) __attribute__((format(printf, 3, 4)));
void pane_draw(struct pane *p, struct canvas *c, struct area a);
void pane_move(struct pane *p, enum move m);
/* Goes to the next line that holds p->find (case ignored); false: none. */
bool pane_find(struct pane *p, int step);

#endif
