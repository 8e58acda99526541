#include "ui/view.h"

const struct view view_generate = {.name = "Generate", .about = "jobs that have a teacher write samples"};
