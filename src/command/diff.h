/* diff: the lines that two texts do not have in common, as "-line" and "+line" with the rest as " line".
 * The longest common subsequence of lines, by the table of Wagner and Fischer (1974); texts of more than DIFF_LINES
 * lines beyond their common ends are shown as all old, then all new. */
#ifndef COMMAND_DIFF_H
#define COMMAND_DIFF_H

#include "base/buf.h"

#define DIFF_LINES 4000

void diff_lines(const char *older, const char *newer, struct buf *out);

#endif
