/* report: what an experiment came to, as a document that a colleague can read who never saw the program, and as JSON
 * with every number of it.
 *
 * Gathered once (gather.c and the files that it names), then told in chapters (chapter.h). What is computed on demand:
 * the texts that the told arm's data fixed or broke with the training texts most like them, the front of accuracy over
 * cost of rows, runs and teachers, the data card and the model card.
 *
 * Life: report_gather, any of report_doc and report_json, report_release. Threads: any; it only reads. Errors:
 * ERR_INPUT where there is no experiment that has ended; the store's. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "corpus/filter.h"
#include "evaluate/findings.h"
#include "report/data_card.h"
#include "report/doc.h"
#include "report/explain.h"
#include "report/front.h"
#include "report/recipe.h"

struct project;

struct report {
  char *project;                 /* its name */
  char *experiment;
  char *day;                     /* on which the experiment ended: "2026-11-29", UTC */
  bool multilabel;               /* an accuracy is the share of texts whose whole set of labels is right */
  struct findings f;
  struct explained *explained;   /* of each told row */
  size_t n_explained;
  struct front_point *front;
  size_t n_front;
  struct recipe recipe;
  struct data_card data;
  struct model_card *models;     /* of each told row; of the first row where none is told */
  size_t n_models;
};

/* experiment NULL: the newest that has ended. provider: numbers for the arms' filters (corpus/filter.h); may be
 * NULL. */
int report_gather(struct project *p, const char *experiment, const struct filter_provider *provider, struct report *r,
                  struct err *e);
void report_release(struct report *r);
void report_doc(const struct report *r, struct doc *d);
/* {"project","experiment","day","findings":{...},"explained":[...],"front":[...],"recipe":{...},"data_card":{...},
 * "model_cards":[...]} */
void report_json(const struct report *r, struct buf *out);

#endif
