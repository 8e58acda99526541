/* help: the keys of the workbench as rows for the manual (command_set_keys). */
#ifndef UI_HELP_H
#define UI_HELP_H

#include <stddef.h>

#include "command/command.h"

/* All bindings; *rows is the caller's to free, the strings stay. */
size_t help_key_rows(struct command_key **rows);

#endif
