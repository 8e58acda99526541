#include "ui/view.h"

const struct view view_templates = {.name = "Templates", .about = "prompt templates and what they render to"};
