/* samples: JSONL files of {"text", "label"} (or "labels", and "text2") in memory, for the benchmarks. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include "base/hash.h"
#include "base/mem.h"
#include "student/student.h"

struct samples {
  struct example *x;
  size_t n, cap;
  struct arena arena;
};
struct label_names {
  struct strmap map;
  const char *names[STUDENT_MAX_CLASSES];
  size_t n;
  struct arena arena;
};

/* Adds the rows of a file; rows whose label is `without` (NULL: none) are left out. Ends the program if it cannot. */
void samples_read(struct samples *s, struct label_names *names, const char *path, const char *without);
void samples_add(struct samples *s, const char *text, const char *text2, const uint16_t *labels, uint16_t n_labels);

#endif
