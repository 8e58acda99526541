/* schedule: the learning rate over a training, as a share of the largest. */
#ifndef STUDENT_SCHEDULE_H
#define STUDENT_SCHEDULE_H

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_LINEAR, SCHEDULE_COSINE };
/* done: share of the training that is done, 0..1; warmup: share in which the rate rises from 0. The others end at 0. */
double schedule_at(enum schedule kind, double done, double warmup);

#endif
