#include "evaluate/alike.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/label.h"
#include "corpus/sample.h"
#include "evaluate/said.h"
#include "evaluate/teacher_said.h"
#include "store/project.h"
#include "store/teacher_store.h"

/* One row of the matrix: a row of the experiment, its words read seed by seed, or a teacher. */
struct rater {
  bool is_teacher;
  size_t row;                  /* of the experiment */
  size_t n_seeds;              /* 1: a teacher */
  struct said said;            /* of the seed at hand, or of the teacher */
  uint8_t *answered;           /* of a teacher: 1 where it says something; NULL: always */
  uint8_t *asked;              /* of a teacher; NULL: always */
};

struct matrix {
  struct project *p;
  const struct findings *f;
  struct found_agreement *out;
  struct rater *raters;         /* of the matrix */
  size_t n, cap, cap_names;
  size_t width;                /* bytes of a word; 0: of no row read yet */
};

static void
matrix_release(struct matrix *c)
{
  for (size_t i = 0; i < c->n; i++) {
    said_release(&c->raters[i].said);
    free(c->raters[i].answered);
    free(c->raters[i].asked);
  }
  free(c->raters);
}

static struct rater *
add_rater(struct matrix *c, char *name)
{
  struct rater *v;

  GROW(c->raters, c->cap, c->n + 1);
  GROW(c->out->names, c->cap_names, c->n + 1);
  c->out->names[c->n] = name;
  c->out->n_names = c->n + 1;
  v = &c->raters[c->n++];
  *v = (struct rater){.n_seeds = 1};
  return v;
}

/* ---- the rows ---- */

static void
choose(bool *chosen, size_t *n, size_t row)
{
  if (!chosen[row] && *n < ALIKE_ROWS) {
    chosen[row] = true;
    (*n)++;
  }
}

/* Those that are told, and what they are compared with, before the others. */
static void
choose_rows(const struct findings *f, bool *chosen)
{
  size_t n = 0;

  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].is_told) {
      choose(chosen, &n, i);
      if (f->rows[i].first < f->n_rows)
        choose(chosen, &n, f->rows[i].first);
    }
  for (size_t i = 0; i < f->n_rows; i++)
    choose(chosen, &n, i);
}

static void
add_rows(struct matrix *c)
{
  bool *chosen = xcalloc(c->f->n_rows + 1, sizeof *chosen);

  choose_rows(c->f, chosen);
  for (size_t i = 0; i < c->f->n_rows; i++)
    if (chosen[i]) {
      struct rater *v = add_rater(c, xasprintf("%s %s", c->f->rows[i].student, c->f->rows[i].name));

      v->row = i;
      v->n_seeds = c->f->rows[i].n_fits;
    }
  free(chosen);
}

/* ---- the teachers ---- */

/* As words of the same width as the rows': label numbers, or sets. */
static void
take_words(struct matrix *c, struct rater *v, struct teacher_said *s)
{
  bool sets = said_is_sets(c->p);

  v->said = (struct said){.width = c->width, .n = s->n, .words = xcalloc(s->n * c->width + 1, 1)};
  v->asked = s->asked;
  v->answered = xcalloc(s->n + 1, 1);
  s->asked = NULL;
  for (size_t i = 0; i < s->n; i++) {
    uint16_t label = s->label[i] >= 0 ? (uint16_t)s->label[i] : LABEL_NONE;

    v->answered[i] = sets || label != LABEL_NONE;
    if (sets)
      memcpy(v->said.words + i * c->width, s->sets + i * s->n_labels, s->n_labels < c->width ? s->n_labels : c->width);
    else
      memcpy(v->said.words + i * c->width, &label, sizeof label);
  }
}

static int
add_teachers(struct matrix *c, struct err *e)
{
  size_t n_labels = labels_count(corpus_labels(project_corpus(c->p))), n;
  struct teacher_row *rows;
  int r = 0;

  if (teacher_store_list(c->p, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n && r == 0; i++) {
    struct teacher_said s;

    r = teacher_said_read(c->p, rows[i].id, c->f->test_ids, c->f->n_test_ids, n_labels, &s, e);
    if (r == 0 && s.n_asked > 0) {
      struct rater *v = add_rater(c, xstrdup(rows[i].name));

      v->is_teacher = true;
      take_words(c, v, &s);
    }
    teacher_said_release(&s);
  }
  teacher_rows_free(rows, n);
  return r;
}

/* ---- comparing ---- */

/* The share of texts put to both of which they say the same; NaN: of none. */
static double
share_same(const struct rater *a, const struct rater *b)
{
  size_t width = a->said.width, n = 0, same = 0;

  for (size_t i = 0; i < a->said.n; i++) {
    if ((a->asked && !a->asked[i]) || (b->asked && !b->asked[i]))
      continue;
    n++;
    same += (!a->answered || a->answered[i]) && (!b->answered || b->answered[i])
            && memcmp(a->said.words + i * width, b->said.words + i * width, width) == 0;
  }
  return n > 0 ? (double)same / (double)n : NAN;
}

/* In how many seeds they can be compared. */
static size_t
n_common(const struct rater *a, const struct rater *b)
{
  if (a->is_teacher || b->is_teacher)
    return a->is_teacher ? b->n_seeds : a->n_seeds;
  return a->n_seeds < b->n_seeds ? a->n_seeds : b->n_seeds;
}

static void
add_seed(struct matrix *c, size_t seed, double *sum)
{
  for (size_t i = 0; i < c->n; i++)
    for (size_t k = 0; k < i; k++)
      if (seed < n_common(&c->raters[i], &c->raters[k]))
        sum[i * c->n + k] += share_same(&c->raters[i], &c->raters[k]);
}

static int
read_seed(struct matrix *c, size_t seed, struct err *e)
{
  for (size_t i = 0; i < c->n; i++) {
    struct rater *v = &c->raters[i];

    if (v->is_teacher || seed >= v->n_seeds)
      continue;
    said_release(&v->said);
    if (said_read(c->p, c->f, v->row, seed, &v->said, e) < 0)
      return -1;
    if (c->width && c->width != v->said.width)
      return err_set(e, ERR_INPUT, "trainings of '%s' know other labels than those before: run experiment '%s' again",
                     c->f->rows[v->row].name, c->f->name ? c->f->name : "");
    c->width = v->said.width;
  }
  return 0;
}

static int
compare_all(struct matrix *c, struct err *e)
{
  size_t n_seeds = 0;
  double *sum;
  int r = read_seed(c, 0, e) < 0 || add_teachers(c, e) < 0 ? -1 : 0;

  for (size_t i = 0; i < c->n; i++)
    n_seeds = c->raters[i].n_seeds > n_seeds ? c->raters[i].n_seeds : n_seeds;
  sum = xcalloc(c->n * c->n + 1, sizeof *sum);
  for (size_t seed = 0; seed < n_seeds && r == 0; seed++) {
    r = seed > 0 ? read_seed(c, seed, e) : 0;
    if (r == 0)
      add_seed(c, seed, sum);
  }
  for (size_t i = 0; i < c->n && r == 0; i++) {
    for (size_t k = 0; k < i; k++)
      sum[i * c->n + k] = sum[k * c->n + i] = sum[i * c->n + k] / (double)n_common(&c->raters[i], &c->raters[k]);
    sum[i * c->n + i] = 1;
  }
  c->out->same = sum;
  c->out->n_same = c->n * c->n;
  return r;
}

int
alike_find(struct project *p, const struct findings *f, struct found_agreement *out, struct err *e)
{
  struct matrix c = {.p = p, .f = f, .out = out};
  int r;

  *out = (struct found_agreement){0};
  c.width = said_is_sets(p) ? 0 : sizeof(uint16_t);
  add_rows(&c);
  r = compare_all(&c, e);
  matrix_release(&c);
  if (r == 0)
    return 0;
  for (size_t i = 0; i < out->n_names; i++)
    free(out->names[i]);
  free(out->names);
  free(out->same);
  *out = (struct found_agreement){0};
  return -1;
}
