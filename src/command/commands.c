#include "base/nearest.h"
#include "command/rows.h"

#include <string.h>

#include "base/mem.h"

const struct command *const commands[] = {
  &command_new, &command_import, &command_export,
  &command_template, &command_teacher, &command_generate, &command_annotate,
  &command_dropped, &command_restore, &command_reparse,
  &command_list, &command_filter, &command_accept, &command_reject, &command_reset, &command_relabel, &command_edit,
  &command_split, &command_curate, &command_dedupe, &command_signals,
  &command_undo, &command_redo, &command_log, &command_stats,
  &command_train, &command_runs, &command_preset, &command_sweep, &command_evaluate, &command_predict, &command_ship,
  &command_experiment, &command_report,
  &command_check, &command_screenshot, &command_help_row,
  NULL,
};

const struct command *
command_find(const char *name)
{
  for (size_t i = 0; commands[i]; i++)
    if (strcmp(commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

int
command_unknown(const char *name, struct err *e)
{
  const char *names[64], *nearest;
  size_t n = 0;

  for (; commands[n] && n < N_OF(names); n++)
    names[n] = commands[n]->name;
  nearest = nearest_of(name, names, n);
  if (nearest)
    return err_set(e, ERR_INPUT, "there is no command '%.100s' (did you mean '%s'?)", name, nearest);
  return err_set(e, ERR_INPUT, "there is no command '%.100s' (see 'retort help')", name);
}
