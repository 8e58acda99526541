/* recipe: what it takes to do an experiment again, and what came of it, the model: program, plan, seeds, filters,
 * parameters, prompts, teachers, prices, command lines.
 *
 * Life: recipe_gather and model_card_of fill, ..._release. Threads: any; they read. Errors: the store's. */
#ifndef REPORT_RECIPE_H
#define REPORT_RECIPE_H

#include "base/shape.h"
#include "evaluate/findings.h"

struct project;

struct recipe_template {
  char *name;                    /* "tickets v2" */
  double at_ms;                  /* when this version was written */
  size_t samples;                /* that came of it */
  char *source;                  /* the whole file */
};
struct recipe_teacher {
  char *name, *kind, *model, *url;
  double price_in, price_out;    /* US dollars per million tokens */
  size_t replay_bytes;
  char *settings;                /* JSON */
};
struct recipe {
  char *version, *machine;
  char *plan;                    /* JSON */
  char **commands;               /* lines for the shell: the experiment again */
  size_t n_commands;
  struct recipe_template *templates;
  size_t n_templates;
  struct recipe_teacher *teachers;
  size_t n_teachers;
};
extern const struct shape recipe_shape;
int recipe_gather(struct project *p, const struct findings *f, struct recipe *r, struct err *e);
void recipe_release(struct recipe *r);

/* A student as a colleague should know it before they use it. After M. Mitchell et al., "Model cards for model
 * reporting" (FAT* 2019), cut down to what the project file knows. The numbers are the row's. */
struct model_card {
  char *student, *row, *summary;
  char *params;                  /* JSON: the parameters that it was trained with */
  size_t row_at;                 /* place in findings.rows */
};
extern const struct shape model_card_shape;
/* Without parameters where the findings are older than that they were kept. */
void model_card_of(const struct findings *f, size_t row, struct model_card *c);
void model_card_release(struct model_card *c);

#endif
