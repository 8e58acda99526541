/* rows: the rows of the command table, each defined in the file of its family. */
#ifndef COMMAND_ROWS_H
#define COMMAND_ROWS_H

#include "command/call.h"

extern const struct command command_new;
extern const struct command command_import, command_export;                                    /* data.c */
extern const struct command command_template;
extern const struct command command_teacher;
extern const struct command command_generate, command_annotate;
extern const struct command command_dropped, command_restore;                                  /* dropped.c */
extern const struct command command_reparse;                                                  /* reparse.c */
extern const struct command command_list, command_stats;                                       /* look.c */
extern const struct command command_accept, command_reject, command_reset, command_split;      /* curate.c */
extern const struct command command_relabel;
extern const struct command command_edit;
extern const struct command command_filter;
extern const struct command command_curate;                                                   /* audit.c */
extern const struct command command_undo, command_redo, command_log;                           /* history.c */
extern const struct command command_signals;
extern const struct command command_train, command_runs, command_sweep, command_preset;
extern const struct command command_evaluate, command_predict, command_ship;
extern const struct command command_experiment;
extern const struct command command_report;
extern const struct command command_check, command_dedupe;                                     /* check.c */
extern const struct command command_screenshot;
extern const struct command command_help_row;                                                  /* help.c */

/* The error for a name that is no command. */
int command_unknown(const char *name, struct err *e);

#endif
