/* chapter: the chapters of a report, in order; each adds its blocks to the document, and says so where there is nothing
 * to tell. Threads: pure functions. */
#ifndef REPORT_CHAPTER_H
#define REPORT_CHAPTER_H

#include "evaluate/findings_text.h"
#include "report/report.h"

void chapter_answer(const struct report *r, struct doc *d);
void chapter_arms(const struct report *r, struct doc *d);
void chapter_curves(const struct report *r, struct doc *d);
void chapter_sources(const struct report *r, struct doc *d);
void chapter_labels(const struct report *r, struct doc *d);
void chapter_texts(const struct report *r, struct doc *d);
void chapter_costs(const struct report *r, struct doc *d);
void chapter_recipe(const struct report *r, struct doc *d);
void chapter_data(const struct report *r, struct doc *d);
void chapter_models(const struct report *r, struct doc *d);

/* ---- words that several chapters use ---- */

/* "better", "not shown": as a cell with its tone. */
void shown_cell(struct table_block *t, double difference, struct interval ci95, double p_holm);
/* With a full stop, and per cent signs that stay with their numbers; a sentence also begins with a capital, unless it
 * begins with a name. */
const char *clause_text(struct doc *d, const char *s);
const char *sentence_text(struct doc *d, const char *s);
/* A name of the project's within a sentence: in quotation marks. */
const char *quoted(struct doc *d, const char *name);
/* ".831 .847 .851" */
const char *seeds_text(struct doc *d, const struct found_score *s);
/* "texts" or "1 text" */
const char *count_text(struct doc *d, double n, const char *one, const char *many);
/* The student's rows: the place after the last row of the same student as rows[at]. */
size_t student_end(const struct findings *f, size_t at);

#endif
