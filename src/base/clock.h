/* clock: time. Monotonic for durations, wall time for what people read and what the project file keeps. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);       /* monotonic milliseconds */
double clock_s(void);         /* monotonic seconds, fine */
double clock_cpu_s(void);     /* CPU seconds of this process */
int64_t clock_wall_ms(void);  /* milliseconds since 1970 UTC */
void clock_sleep_ms(int ms);
/* "2026-11-22 14:05" in local time, into out[17] or more. */
void clock_format(int64_t wall_ms, char *out, int size);

#endif
