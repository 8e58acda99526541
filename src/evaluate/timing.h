/* timing: how long a student takes for a text. Threads: any. */
#ifndef EVALUATE_TIMING_H
#define EVALUATE_TIMING_H

#include <stddef.h>

#include "student/student.h"

#define TIMING_BATCH 32

/* Microseconds a text on one thread, `batch` texts at a time, over these n texts again and again for some 40 ms. NaN if
 * there are none. */
double timing_us(const struct student *student, const struct example *texts, size_t n, size_t batch);

#endif
