/* log: what the program did, for the person who looks for a fault. Off unless RETORT_LOG names a file.
 * Keys never pass through it: callers log names and sizes, not headers. Threads: any. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

void log_open(void);  /* once, by main: reads RETORT_LOG */
void log_line(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...) log_line(__func__, __VA_ARGS__)

#endif
