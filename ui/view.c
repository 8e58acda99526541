#include "ui/view.h"

/* To add a view: one file with one row, and its name here (and in view.h). */
const struct view *const view_rows[VIEW_COUNT] = {
  &view_templates, &view_generate, &view_curate, &view_train, &view_compare,
};
const struct view *const over_rows[] = {&view_history, &view_map, &view_audit, &view_sweep, &view_compare_text, NULL};
