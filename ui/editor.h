/* editor: editing of a text of several lines: UTF-8, wide characters, selection-free, undo inside, paste.
 *
 * Life: editor_init, editor_set, keys and drawing, editor_release. Keys: arrows, C-a C-e Home End, C-Left C-Right M-b
 * M-f words, Backspace Delete C-d, C-w word, C-k to the line's end, C-u to its beginning, C-y what was cut, C-_ or M-u
 * undo, C-r redo; Enter, M-Enter and C-o break the line (one_line: Enter ends the editing), C-s keeps, Esc gives up.
 * The cursor goes by characters as a person counts them (cluster.h). */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ui/canvas.h"
#include "ui/key.h"

#define EDITOR_MAX ((size_t)1 << 20)  /* bytes of text */

enum editor_result {
  EDITOR_IGNORED,    /* not a key of the editor */
  EDITOR_MOVED,      /* the cursor moved */
  EDITOR_CHANGED,    /* the text changed */
  EDITOR_KEEP,       /* the person wants to keep it */
  EDITOR_CANCEL,     /* ... to give it up */
};

struct editor_undo;
struct editor {
  struct buf text;
  size_t at;               /* byte of the cursor, at a character's beginning */
  int want_col;            /* column that up and down aim for; -1: the cursor's own */
  int top, left;           /* first line and column on the screen */
  int height;              /* as last drawn */
  bool one_line;           /* a field: Enter keeps, newlines in pastes become blanks */
  bool wrap;               /* long lines are wrapped; else scrolled sideways */
  int width;               /* as last drawn */
  struct buf cut;
  struct editor_undo *undo, *redo;
};

void editor_init(struct editor *d);
void editor_release(struct editor *d);
/* undo is forgotten; the cursor goes to the beginning */
void editor_set(struct editor *d, const char *text, size_t n);
/* Another text in the place of this one, as one change that undo takes back. */
void editor_replace(struct editor *d, const char *text);
/* Rows on the screen that the text takes in an area of that width (at most 1000 are counted). */
int editor_rows(const struct editor *d, int width);
const char *editor_text(const struct editor *d);
enum editor_result editor_key(struct editor *d, const struct key *k);
/* styles: one enum style a byte of the text, or NULL. The cursor is shown where focus. */
void editor_draw(struct editor *d, struct canvas *c, struct area a, const unsigned char *styles, bool focus);
void editor_click(struct editor *d, int row, int col);          /* inside the area drawn */
/* Line (from 1) and column (characters, from 1) of a byte, and back. */
void editor_place(const struct editor *d, size_t at, int *line, int *column);
void editor_goto(struct editor *d, int line, int column);
/* Byte ranges of the lines changed since editor_set are not kept; this tells if the text differs from what was set. */
bool editor_changed(const struct editor *d, const char *than);

#endif
