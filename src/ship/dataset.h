/* dataset: samples out to files that others read, and in from files that others wrote.
 *
 * Export writes, for each sample: id, text, text2 (pairs), label (or labels, a list, in a multilabel project), split,
 * origin, status, and what it came from where that is known: template ("tickets v4"), teacher, attributes, request,
 * parent. CSV and TSV have all of that as columns (attributes as a JSON object; several labels joined by '|', with a
 * backslash before a '|' or backslash in a name); fastText has labels (blanks become '_') and text only.
 *
 * Import takes back what export wrote: into a project without samples also the ids, where none is missing between them
 * (else samples are numbered anew, in the same order, and parents follow). Templates and teachers are found by
 * name; one that the project does not know is noted down by its name only. Requests belong to the project they were
 * made in; here they become empty ones in a job of kind "import", with the same numbers where none are taken.
 *
 * What a row says (split, origin, status) holds unless the caller says otherwise; where nobody does, a row is imported,
 * in split train if it has a label, else in pool, and accepted if it has a label, else new.
 * A duplicate is a row whose texts stand, byte for byte, in the same split already, there or earlier in the files.
 *
 * Life: dataset_import_begin, dataset_import_file for each file, dataset_import_commit (ONE change), and always
 * dataset_import_end. From the first file to the end the import stands in one transaction (store/intake.h): rows are
 * written while others are read, and unless it is committed nothing of it is kept. Threads: one user. Errors: bad rows
 * are counted in the report and left out; -1 is for what makes a file unreadable or the project unwritable. */
#ifndef SHIP_DATASET_H
#define SHIP_DATASET_H

#include <stdio.h>

#include "base/hash.h"
#include "base/pool.h"
#include "ship/record.h"
#include "store/intake.h"

#define DATASET_REJECTED 1000  /* bad rows that are kept with their reasons; more are only counted */

struct dataset_options {
  int format;                  /* enum record_format; -1: by each file's ending */
  int split, origin;           /* -1: what the rows say */
  const char *text_field, *text2_field, *label_field;  /* NULL: guessed */
  bool add_labels;             /* unknown labels are added to the project */
};
#define DATASET_OPTIONS_INIT {.format = -1, .split = -1, .origin = -1}

struct dataset_rejected {
  char *file;
  size_t line;
  char *why;
};
struct dataset_report {
  size_t added, duplicates, n_rejected;
  struct dataset_rejected *rejected;   /* the first min(n_rejected, DATASET_REJECTED) */
};

struct dataset_import {
  struct project *project;
  struct dataset_options options;
  struct intake *intake;       /* the insert in the making, from the first file on */
  struct restore *restore;     /* where rows say they come from */
  struct dataset_report report;
  size_t cap_rejected;
  struct twins *twins;           /* texts and split of all samples, there and coming */
  struct strmap labels;        /* those to be added: their numbers */
  struct buf scratch[5];
};

void dataset_import_begin(struct dataset_import *d, struct project *p, const struct dataset_options *options);
int dataset_import_file(struct dataset_import *d, const char *path, struct stop *stop, struct err *e);
int dataset_import_commit(struct dataset_import *d, const char *summary, struct err *e);
void dataset_import_end(struct dataset_import *d);

/* One sample as the object that list --json and export write, without a newline. */
void dataset_add_json(struct buf *out, const struct corpus *c, const struct sample *s);
/* Writes samples to a stream; the caller looks at ferror(out). 0, or -1 if stopped (ERR_INTERRUPTED). */
int dataset_export(const struct corpus *c, const uint32_t *ids, size_t n, enum record_format format, FILE *out,
                   struct stop *stop, struct err *e);

#endif
