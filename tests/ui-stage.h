/* ui-stage: a workbench on a project of its own, without a terminal: keys in, the canvas out.
 *
 * Life: stage_folder_make, stage_folder_remove as a group's setup and teardown; stage_project, stage_open, keys and looks,
 * stage_close. What fails here fails the test. */
#ifndef TESTS_UI_STAGE_H
#define TESTS_UI_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/project.h"
#include "ui/canvas.h"
#include "ui/workbench.h"

struct stage {
  struct project *project;
  struct workbench *w;
  struct canvas canvas;
  char path[128];
};

int stage_folder_make(void **state);
int stage_folder_remove(void **state);
const char *stage_folder(void);

/* A new project of that name, opened. */
void stage_project(struct stage *s, const char *name, enum task task, const struct project_label *labels, size_t n_labels);
void stage_open(struct stage *s, int rows, int cols);     /* the workbench on it */
void stage_leave(struct stage *s);                        /* closes the workbench, the project stays open */
void stage_close(struct stage *s);                        /* closes both */

/* Until nothing runs and nothing waits to be shown. */
void stage_settle(struct stage *s);
void stage_draw(struct stage *s);
/* Keys by name, separated by blanks; <words> are typed. */
void stage_keys(struct stage *s, const char *script);
/* The screen without its styles, to be freed by the caller. */
char *stage_text(struct stage *s);
/* A click, or a double one, on the first cell of that text on the screen. */
void stage_click(struct stage *s, const char *text, bool twice);
bool stage_shows(struct stage *s, const char *text);
void stage_assert_shows(struct stage *s, const char *text);
/* Compares the canvas with tests/screens/NAME.txt; with RETORT_UPDATE_SCREENS=1 in the environment the file is written anew
 * instead (then look at the diff). Dates, and the path of the project's folder, are blotted out. */
void stage_screen(struct stage *s, const char *name);

#endif
