/* check: is a project file whole? SQLite's own integrity check, then what this program promises: ids are dense, labels
 * exist, every value of the log has its sample, undo and redo have their targets, inserts cover all samples once, the
 * newest value in the log is the value of the sample, nothing points to a record that is not there. Reads the file by
 * itself and needs no open project. Threads: any. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include <stddef.h>

#include "base/err.h"

struct check_report {
  char **problems;               /* one line each, at most 100 */
  size_t n;
  size_t n_samples, n_changes;   /* looked at */
};
/* 0 if the file could be looked at (problems may have been found), -1 if not. */
int check_project(const char *path, struct check_report *report, struct err *e);
void check_report_release(struct check_report *report);

#endif
