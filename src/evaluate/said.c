#include "evaluate/said.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/experiment_store.h"

void
said_release(struct said *s)
{
  free(s->words);
  free(s->right);
  *s = (struct said){0};
}

bool
said_is_sets(struct project *p)
{
  return corpus_task(project_corpus(p)) == TASK_MULTILABEL;
}

uint16_t
said_label(const uint8_t *word)
{
  uint16_t label;

  memcpy(&label, word, sizeof label);
  return label;
}

static int
complain(const struct findings *f, const struct found_row *row, const char *what, struct err *e)
{
  return err_set(e, ERR_INPUT, "a training of '%s' with %s %s: run experiment '%s' again, which trains what is missing",
                 row->name, row->student, what, f->name ? f->name : "");
}

int
said_read(struct project *p, const struct findings *f, size_t row, size_t seed, struct said *s, struct err *e)
{
  const struct found_row *of = &f->rows[row];
  struct fit_row fit;
  bool sets = said_is_sets(p);
  int found;

  *s = (struct said){0};
  if (seed >= of->n_fits)
    return complain(f, of, "was not kept", e);
  found = experiment_store_fit(p, of->fits[seed], &fit, e);
  if (found <= 0)
    return found < 0 ? -1 : complain(f, of, "is not kept any more", e);
  *s = (struct said){.words = fit.said, .right = fit.right, .n = f->n_test_ids};
  fit.said = fit.right = NULL;
  s->width = sets && s->n ? fit.n_said / s->n : sizeof(uint16_t);
  if (fit.n_right != s->n || fit.n_said != s->n * s->width) {
    said_release(s);
    found = complain(f, of, "is of other test texts", e);
  }
  fit_row_release(&fit);
  return found < 0 ? -1 : 0;
}
