#include "ui/view.h"

const struct view view_compare = {.name = "Compare", .about = "runs side by side"};
