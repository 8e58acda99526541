/* recorded-scene: a small project on the stage whose teacher answers from a recording made here: three labels, seeds and
 * test texts, and a template of six requests, of which one gives a double of a seed, one a text that is too short, one
 * no list, and one has no recording. */
#ifndef TESTS_RECORDED_SCENE_H
#define TESTS_RECORDED_SCENE_H

#include "ui-stage.h"

#define RECORDED_LABELS 3u
extern const struct project_label recorded_labels[RECORDED_LABELS];
extern const char recorded_template[];   /* "tickets" */

/* The project, the template and the teacher "recorded" on a screen of that size, in that view (from 0). */
void recorded_open(struct stage *s, const char *name, int rows, int cols, int view);
/* One more teacher that answers the same. */
void recorded_teacher(struct stage *s, const char *name);
void recorded_sample(struct stage *s, const char *text, uint16_t label, enum split split);
/* Another size of the screen. */
void recorded_resize(struct stage *s, int rows, int cols);

#endif
