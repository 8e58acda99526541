/* process: who works on a job or trains a run: nobody, once that process is gone, however it ended.
 * A word names a process of this machine for good (its id and when it began). Threads: any. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

void process_word(char *out, size_t size);   /* of this process; 64 bytes are enough */
/* True if the process of that word still runs (a killed one that nobody has reaped yet does not). */
bool process_runs(const char *word);

#endif
