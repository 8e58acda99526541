/* teachers: how the words of `teacher PROJECT add` become a record, typed or in the file `teachers` of an example
 * folder. Threads: as the call's. Errors: ERR_INPUT; those of a file with its name and line. */
#ifndef COMMAND_TEACHERS_H
#define COMMAND_TEACHERS_H

#include "command/call.h"

/* Puts the teacher of this call into its project. A --replay that is no absolute path is one below folder (NULL: as it
 * stands). */
int teachers_add(struct call *c, const char *folder, struct err *e);
/* Adds a teacher for each line of the file (name and options; lines that begin with # do not count). *added counts up.
 * */
int teachers_of_file(struct project *project, const char *folder, const char *path, int *added, struct err *e);

#endif
