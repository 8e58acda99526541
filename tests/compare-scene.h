/* compare-scene: a workbench at Compare, on a project with the experiment of findings-fixture.h: 60 seeds, its 240 test
 * texts, 60 generated training texts, and its fits, right as often as the fixture says. Life: compare_scene,
 * stage_close. */
#ifndef TESTS_COMPARE_SCENE_H
#define TESTS_COMPARE_SCENE_H

#include "findings-fixture.h"
#include "store/experiment_store.h"
#include "ui-stage.h"

#define SCENE_COMPARE 4          /* the view's number */

void compare_scene(struct stage *s, const char *name, int rows, int cols);
/* The same project without the experiment and without a workbench. */
void compare_scene_project(struct stage *s, const char *name, enum task task);
/* Puts the fixture's experiment under its name, with its fits. */
void compare_scene_experiment(struct stage *s);
/* Another size of the screen. */
void compare_scene_resize(struct stage *s, int rows, int cols);

#endif
