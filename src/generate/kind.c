#include "generate/kind.h"

#include <string.h>

#include "base/mem.h"

static const struct job_kind *const kinds[] = {&job_kind_generate, &job_kind_annotate, &job_kind_rewrite};

const struct job_kind *
job_kind_named(const char *name)
{
  for (size_t i = 0; i < N_OF(kinds); i++)
    if (strcmp(kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}

const struct job_kind *
job_kind_of(enum prompty_kind kind)
{
  for (size_t i = 0; i < N_OF(kinds); i++)
    if (kinds[i]->template_kind == kind)
      return kinds[i];
  return NULL;
}
