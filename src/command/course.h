/* course: one training from its first step to what is kept of it: its run in the project, its activity on the board,
 * its turn in the queue, changes of its parameters on the way, checkpoints.
 *
 * A change is on disk, with the step that it follows, before it takes effect; so a run that was killed and gone on with
 * ends in the same bytes as one that was not. A checkpoint is taken at the end of an epoch, together with the curve so
 * far, where the kind of student can (training_save); of other kinds an interrupted run is learned again from its
 * start.
 *
 * Life: course_init, course_begin or course_resume, course_train, course_release; the plan and the lesson must stay.
 * Threads: one user each; several may train on one project, and from one lesson, at once.
 * Errors: course_train: what failed is told in the run, too. */
#ifndef COMMAND_COURSE_H
#define COMMAND_COURSE_H

#include "command/enrich.h"
#include "command/schedule.h"
#include "curate/seen.h"
#include "store/run_live_store.h"
#include "student/dynamics.h"

struct course_plan {
  const struct student_kind *kind;
  const double *values;         /* parallel to kind->params */
  const char *params;           /* the same as JSON */
  const char *data;             /* the filter, "": the default */
  const char *name;             /* NULL: one is made up */
  const char *options;          /* JSON object: how it was asked for beyond these (run_row.options) */
  const char *vectors;          /* file; NULL: none */
  const struct student *from;   /* whose weights it begins with; NULL: none */
  struct schedule *schedule;    /* NULL: nothing is planned */
  const struct seen *seen;      /* from before the lesson was collected; NULL: dynamics are not kept */
  uint64_t seed;
  int threads;
  double checkpoint_s;          /* seconds between checkpoints, at least; negative: none are taken */
  uint32_t sweep, trial;
  bool waits;                   /* for its turn behind other trainings; only the board stops it */
  bool modelless;               /* the model is not kept in the project: it is course.model */
};

/* What the owner of a course is told, on the thread that trains. */
struct course;
struct course_hooks {
  void *arg;
  void (*point)(struct course *s, const struct train_point *p);  /* each step's; may be NULL */
  /* The end of an epoch. False: that is enough, its best is kept as of one that was stopped. May be NULL. */
  bool (*epoch)(struct course *s, const struct train_point *p);
};

struct course {
  struct project *project;
  const struct course_plan *plan;
  const struct lesson *lesson;
  struct course_hooks hooks;
  struct stop *stop;            /* the person's, beside that of the board; may be NULL */
  struct run_row row;           /* strings are borrowed */
  char *name;
  double *values;               /* parameters as they are now */
  uint32_t activity;            /* on the board */
  struct train_point *points;
  size_t n_points, cap_points, n_written;
  struct train_point best;      /* the end of the epoch that is kept */
  struct dynamics *dynamics;    /* NULL: not wanted */
  uint64_t data_hash;           /* of the lesson */
  bool resumed;
  struct run_checkpoint checkpoint;  /* to go on from */
  struct run_change *changes;   /* that were made before, and are made again from n_again on */
  size_t n_changes, n_again;
  double checked_s, check_cost_s;
  struct buf model;             /* of a modelless plan, after course_train */
  struct student_info info;     /* after course_train */
};

void course_init(struct course *s, struct project *p, const struct course_plan *plan, const struct lesson *lesson);
void course_release(struct course *s);
/* Adds the run: it has a name from here on. */
int course_begin(struct course *s, struct err *e);
/* Takes an interrupted run over instead. ERR_INPUT: it is none, or the texts are others than it began with. */
int course_resume(struct course *s, const struct run_row *run, struct err *e);
/* 0: trained to its end; 1: stopped, with what was learned so far, by the person; 2: by the epoch hook; 3: stopped
 * before it began, and as if it never had been (or still interrupted, where it was); -1. */
int course_train(struct course *s, struct err *e);

/* "train_loss", ... of a point, as members. */
void course_point_fields(struct buf *out, const struct train_point *p);

#endif
