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

/* ---- all seeds ---- */

void
said_row_release(struct said_row *s)
{
  for (size_t i = 0; i < s->n; i++)
    said_release(&s->seeds[i]);
  free(s->seeds);
  *s = (struct said_row){0};
}

int
said_row_read(struct project *p, const struct findings *f, size_t row, struct said_row *s, struct err *e)
{
  size_t n = f->rows[row].n_fits;

  *s = (struct said_row){.seeds = xcalloc(n + 1, sizeof *s->seeds)};
  for (; s->n < n; s->n++)
    if (said_read(p, f, row, s->n, &s->seeds[s->n], e) < 0) {
      said_row_release(s);
      return -1;
    }
  return 0;
}

const uint8_t *
said_word(const struct said_row *s, size_t seed, size_t text)
{
  return s->seeds[seed].words + text * s->seeds[seed].width;
}

size_t
said_usual(const struct said_row *s, size_t text, size_t *votes)
{
  size_t best = 0, most = 0;

  for (size_t i = 0; i < s->n && 2 * most < s->n; i++) {
    size_t same = 0;

    for (size_t k = 0; k < s->n; k++)
      same += memcmp(said_word(s, i, text), said_word(s, k, text), s->seeds[i].width) == 0;
    if (same > most) {
      most = same;
      best = i;
    }
  }
  if (votes)
    *votes = most;
  return best;
}
