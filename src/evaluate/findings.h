/* findings: all that an experiment came to, as numbers: what is stored of it, what `experiment --json` prints, what the
 * Compare view shows and the report tells. One table of fields (findings.c) writes it as JSON and reads it back.
 *
 * Units: accuracies, F1 and differences are shares (0.01 is a point), money is USD, sizes are bytes. What is not known
 * is NaN (in JSON null), what does not exist is NULL or an empty list. Every ci95 is a 95 % interval over new test texts
 * and new seeds together (significance.h).
 *
 * The members `measured` were taken by a clock and differ from time to time; all others are the same for the same data,
 * plan and seed.
 *
 * Life: findings_read, or a zeroed struct that is filled; findings_release. Threads: a value. */
#ifndef EVALUATE_FINDINGS_H
#define EVALUATE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "evaluate/significance.h"

struct found_score {             /* over the seeds */
  double mean;
  struct interval ci95;
  double *seeds;                 /* one a training */
  size_t n_seeds;
};

struct found_mcnemar {           /* pooled over seeds, texts as clusters */
  double b, c, p;                /* right in the first only; in this one only; exact */
};

/* Of an arm to the one that it is compared with. */
struct found_difference {
  double accuracy;
  struct interval ci95;
  double p;                      /* paired bootstrap */
  double p_holm;                 /* that, corrected for all the differences of the experiment (Holm) */
  double detectable;             /* what this comparison, as noisy as it turned out, would have shown four times of five */
  struct found_mcnemar mcnemar;
};

struct found_label {             /* a label, in an arm and against the arm that it is compared with */
  char *label;
  size_t n;                      /* test texts that have it */
  double precision, recall, f1;  /* mean over seeds */
  double difference;             /* of F1, to the arm that this one is compared with; NaN: with none */
  struct interval ci95;
  double p, p_holm;              /* of the difference; p_holm over the labels of this arm */
};

/* By a clock, of one seed's training (us_one, us_batch, peak: of the first seed; seconds: the mean). */
struct found_measure {
  double seconds, cpu_seconds;   /* of a training */
  double peak_bytes;             /* of memory, beyond what was there before the training */
  double us_one, us_batch;       /* microseconds a text, one thread: one at a time; 32 at a time */
};

/* An arm with a student, and how many texts it may have of each kind where the plan says so. */
struct found_row {
  char *name;                    /* "both", "both, 5 seeds a label", "both, 400 generated": unique for a student */
  char *arm, *filter, *student;
  char *kind, *params;           /* of the student; params: JSON, what it was trained with */
  size_t per_label, size;        /* seed texts a label; other texts: at most; see has_ */
  bool has_per_label, has_size;
  size_t n;                      /* training texts of one run */
  size_t n_seed, n_generated, n_annotated, n_imported;  /* of them, by origin (of the first seed) */
  size_t n_skipped;              /* labels of the project that it has no text of */
  double words, known_words, distinct;  /* how like the test texts its texts are (likeness.h): what may explain it */
  char *new_words;               /* of a told row: words of the test texts that it has and the first has not; else NULL */
  bool is_first;                 /* others are compared with it */
  size_t first;                  /* the row that it is compared with; itself where is_first */
  bool is_told;                  /* the verdict is about it */
  struct found_score accuracy, macro_f1;
  double calibration_error;      /* expected, on the test texts, mean over seeds (Guo et al. 2017); NaN: several labels */
  struct found_difference *difference;
  double cost_usd;               /* of the requests behind its generated and annotated samples */
  double teacher_share;          /* its accuracy over the best teacher's */
  double break_even;             /* texts after which it has paid for itself, beside the cheapest teacher; NaN: never */
  double n_parameters, size_bytes, multiply_adds;
  bool on_front;                 /* of accuracy over multiply-adds (pareto.h) */
  struct found_label *labels;
  size_t n_labels;
  char **fits;                   /* keys of its trainings in the store, one a seed (store/experiment_store.h) */
  size_t n_fits;
  struct found_measure measured;
};

/* A teacher that labelled test texts (`annotate`), without any example. */
struct found_teacher {
  char *name, *model;
  size_t n;                      /* test texts that it was asked about, of those with a label */
  size_t n_unanswered;           /* of them: counted as wrong */
  double accuracy, macro_f1;
  struct interval ci95;
  double usd_per_text;           /* of its requests that were paid; NaN: no price is known, or all were found again */
  double ms_per_request;         /* the median; NaN: not known (recorded replies) */
};

struct found_point {
  size_t n;                      /* texts beside the seeds */
  double mean;
  struct interval ci95;
  double cost_usd;               /* of these texts */
  double *seeds;
  size_t n_seeds;
};

/* accuracy(n) = ceiling - scale * (n + n_seed)^-rate, fitted to the points (curve_fit.h). */
struct found_law {
  double ceiling, scale, rate;
  struct interval ceiling_ci95;
  double residual;               /* root mean square of the points' distances from it */
  double rate_p;                 /* that there is no growth at all */
};

/* What more texts should bring, by the law. */
struct found_outlook {
  double samples, usd;           /* so many more, for so much */
  double gain;
  struct interval ci95;          /* of the gain */
};

struct found_curve {
  char *of;                      /* "generated", "curated" */
  char *student;
  size_t n_seed;                 /* seed texts beside them */
  struct found_point *points;
  size_t n_points;
  struct found_law *law;         /* NULL: too few points, or they do not follow one */
  struct found_outlook *next;    /* the next 500 samples; the next $1 (where the price is known) */
  size_t n_next;
  bool stop;                     /* the stop rule: more is not worth it */
  char *advice;                  /* one sentence: what more would bring, or that it is time to stop */
};

/* What the samples of one source are worth: the arm with them minus the arm without them. */
struct found_source {
  char *kind;                    /* "template", "teacher", "attribute" */
  char *name;                    /* of the attribute, else "" */
  char *value;                   /* "hurried" */
  char *arm, *student;           /* that they were left out of */
  size_t n;                      /* samples of it in the arm */
  double cost_usd;
  double worth;                  /* accuracy with - without */
  struct interval ci95;
  double p, p_holm;              /* p_holm over the sources of this kind and name */
  double per_usd;                /* worth / cost */
};

/* How often two rows (seed for seed) say the same of a test text. */
struct found_agreement {
  char **names;                  /* "student arm", or a teacher's name */
  size_t n_names;
  double *same;                  /* n_names x n_names, row by row: shares; NaN: nothing in common */
  size_t n_same;
};

struct found_spending {          /* of the whole project so far */
  double generation_usd, annotation_usd;
  double person_minutes;         /* of curation, as the log tells it (pace.h) */
  double person_usd_per_hour;    /* as said by the person; 0: their time was not counted */
  size_t n_requests;
  double tokens_in, tokens_out;
};

struct findings {
  char *name;                    /* of the experiment */
  char *plan;                    /* JSON, as it was declared (experiment_plan.h) */
  char *version;                 /* of the program */
  char *machine;                 /* "x86_64, 2 processors, AVX-512": what the measured members hold for */
  int64_t at_ms;                 /* not in the JSON: the record's */
  struct found_row *rows;        /* by student, then by arm, in the order of the plan */
  size_t n_rows;
  size_t n_seeds, n_test, n_test_unlabelled;
  size_t guarded;                /* training texts left out because they stand in the test set */
  uint32_t *guarded_ids;         /* the first few of them */
  size_t n_guarded_ids;
  uint32_t *test_ids;            /* samples of the test set, in the order of the fits' answers */
  size_t n_test_ids;
  double test_words;             /* of a test text, mean */
  double detectable;             /* the least difference that so many test texts show four times of five, where two arms
                                  * answer `discordant` of the texts differently: known before anything is trained */
  double discordant;
  struct found_point *curve;     /* the first curve's points */
  size_t n_points;
  struct found_curve *curves;
  size_t n_curves;
  struct found_source *sources;
  size_t n_sources;
  struct found_teacher *teachers;
  size_t n_teachers;
  struct found_agreement *agreement;
  struct found_spending spending;
  char *verdict;                 /* a clause for each told row, whichever way it went */
  char *why;                     /* what may explain it: one sentence; NULL: nothing to say */
};

/* The contract of `experiment --json` (see the commands' description): arms, guarded, curve, verdict, and the rest. */
void findings_json(const struct findings *f, struct buf *out);
/* Names of rows, labels, curves, sources and teachers are never NULL afterwards. */
int findings_read(const char *json, size_t n, struct findings *f, struct err *e);
void findings_release(struct findings *f);

/* The row that the verdict is about, of a student (NULL: the first student's); NULL: one arm only. */
const struct found_row *findings_told(const struct findings *f, const char *student);

#endif
