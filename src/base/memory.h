/* memory: how much of it this process has at its most, as the kernel counts it (Linux, /proc/self). Threads: any, but
 * the peak is of the whole process. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* Begins a new count of the peak; returns what is in memory now, in bytes. NaN: the kernel does not tell. */
double memory_mark(void);
/* The most since memory_mark, in bytes; NaN as above. */
double memory_peak(void);

#endif
