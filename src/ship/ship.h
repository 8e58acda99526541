/* ship: a student as one file that works without its project.
 *
 * A format is a row of ship_formats[]: what it is called, and the function that writes it. `retort` is the one that every
 * student has, and that `predict` reads:
 *
 *   "RTMODEL\n", u32 version, u32 n; n bytes of JSON: {"task","labels","run","student","threshold","temperature", ...} (a
 *   person can read it with `head`); the student as student_save wrote it, which is checksummed by itself; u64, the hash
 *   of all before it. Little-endian. The same student gives the same bytes.
 *
 * Errors: a format that this kind of student cannot give: ERR_INPUT, one line. A file is written whole or not at all.
 * Threads: one user of each. */
#ifndef SHIP_SHIP_H
#define SHIP_SHIP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"
#include "student/student.h"

/* What is shipped. Strings are the caller's. */
struct shipment {
  struct student *student;
  struct student_info info;
  const char *const *labels;   /* (info.task.n_classes) */
  const char *run;             /* the run's name, "" where there is none */
};

struct ship_format {
  const char *name, *summary;
  int (*write)(const struct shipment *s, FILE *out, struct err *e);
  /* NULL: every student can. Else false for those that cannot, and *why says what can. */
  bool (*can)(const struct shipment *s, const char **why);
};
extern const struct ship_format ship_formats[];
extern const size_t ship_n_formats;
const struct ship_format *ship_format_find(const char *name);  /* NULL: there is none */

/* Writes the file, beside it first. *n_bytes (may be NULL): its size. */
int ship_write(const struct ship_format *format, const struct shipment *s, const char *path, uint64_t *n_bytes,
               struct err *e);

/* Whether a file begins as one that `retort` ships. False where it cannot be read. */
bool ship_is_model(const char *path);
/* A shipped student; its labels and its run are in memory of the arena, the student is the caller's to free. */
int ship_read(const char *path, struct shipment *s, struct arena *arena, struct err *e);

#endif
