/* propose: a teacher names attributes, and values of each, in which the texts of a task should differ (AttrPrompt: Yu
 * et al. 2023, "Large language model as attributed training data generator", arXiv 2306.15895): one request for all.
 *
 * It is kept as every paid reply is: in the request table, under a job of its own of kind "propose", before it is read;
 * the same question (the same template, labels and numbers) is answered from the file. The attributes are added to the
 * template's front matter (amend.h); what is there, by the same name, stays as it is.
 *
 * Life: propose, proposal_release (also after -1). Threads: any, one at a time. Errors: ERR_INPUT for an unknown
 * template or teacher, no labels, a template that has all the attributes it may have; ERR_FAIL where the reply names
 * none (it is kept in quarantine, and asked again the next time); those of the teacher. */
#ifndef GENERATE_PROPOSE_H
#define GENERATE_PROPOSE_H

#include "base/pool.h"
#include "prompt/prompty.h"
#include "store/project.h"
#include "store/template_store.h"

#define PROPOSE_ATTRIBUTES 4
#define PROPOSE_VALUES 10

struct propose_options {
  const char *template_name;
  uint32_t template_version;     /* 0: the newest */
  const char *teacher;
  size_t n_attributes, n_values; /* wished; 0: the numbers above */
  struct stop *stop;             /* the person's wish to stop waiting; may be NULL */
};
struct proposal {
  struct arena arena;
  struct prompty_attribute *attributes;
  size_t n;
  struct template_row template;  /* that it was made for */
  char *source;                  /* of the template with them */
  char *unused;                  /* names that the template's text does not mention: "tone, length"; "" */
  bool cached;                   /* answered before, nothing was paid */
  uint32_t job_id;
  uint64_t tokens_in, tokens_out;
  double cost_usd;               /* NaN: no price is known */
};
int propose(struct project *p, const struct propose_options *o, struct proposal *out, struct err *e);
void proposal_release(struct proposal *x);

/* The attributes in a reply's text: {"name","values"}, alone, in an array or in "attributes"; or an object of names
 * with lists; several of them; with words or ``` around; of a reply that was cut off, those that are whole. Names are
 * made to fit templates; unfit and known ones (in `known`) are left out, and values that come twice. At most so many
 * of each. -1: there are none. */
int propose_read(const char *content, const struct prompty *known, size_t n_attributes, size_t n_values,
                 struct proposal *out, struct err *e);

#endif
