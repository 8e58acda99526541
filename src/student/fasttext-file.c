/* A student `fasttext` as the file of the program fastText: format 12 (FastText::saveModel of facebookresearch/fastText,
 * written anew): magic and version; args; dictionary; the table with a row for each bucket; the matrix of labels. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "student/fasttext-model.h"
#include "student/fasttext.h"

#define MAGIC 793712314
#define FILE_FORMAT 12
#define LABEL "__label__"
#define SUPERVISED 3
#define SOFTMAX 3
#define ONE_VERSUS_ALL 4

struct file {
  const struct fasttext_model *m;
  FILE *out;
  uint32_t dim;              /* one more than the model's, where a shift is needed */
};

static void
put32(const struct file *f, int32_t x)
{
  fwrite(&x, sizeof x, 1, f->out);
}

static void
put64(const struct file *f, int64_t x)
{
  fwrite(&x, sizeof x, 1, f->out);
}

static void
put_args(const struct file *f)
{
  const struct fasttext_shape *o = &f->m->shape;
  double sampling = 1e-4;

  put32(f, (int32_t)f->dim);
  put32(f, 5);               /* window, epochs, least count, negatives: of trainings only */
  put32(f, 5);
  put32(f, 1);
  put32(f, 5);
  put32(f, (int32_t)o->words);
  put32(f, f->m->task.multilabel ? ONE_VERSUS_ALL : SOFTMAX);
  put32(f, SUPERVISED);
  put32(f, (int32_t)o->buckets);
  put32(f, o->char_max ? (int32_t)o->char_min : 0);
  put32(f, (int32_t)o->char_max);
  put32(f, 100);
  fwrite(&sampling, sizeof sampling, 1, f->out);
}

static void
put_entry(const struct file *f, const char *word, uint64_t count, int type)
{
  fwrite(word, 1, strlen(word) + 1, f->out);
  put64(f, (int64_t)count);
  putc(type, f->out);
}

static void
put_dictionary(const struct file *f, char **labels)
{
  const struct fasttext_words *w = &f->m->words;
  uint64_t tokens = 0;

  for (uint32_t i = 0; i < w->n; i++)
    tokens += w->counts[i];
  put32(f, (int32_t)(w->n + f->m->task.n_classes));
  put32(f, (int32_t)w->n);
  put32(f, f->m->task.n_classes);
  put64(f, (int64_t)tokens);
  put64(f, -1);              /* nothing is pruned */
  for (uint32_t i = 0; i < w->n; i++)
    put_entry(f, fasttext_word(w, i), w->counts[i], 0);
  for (size_t c = 0; c < f->m->task.n_classes; c++)
    put_entry(f, labels[c], 1, 1);
}

/* row FASTTEXT_NONE: zeros. values: room for a row. */
static void
put_row(const struct file *f, uint32_t row, float *values)
{
  const struct fasttext_model *m = f->m;

  for (uint32_t d = 0; d < m->shape.dim; d++)
    values[d] = row == FASTTEXT_NONE ? 0 : m->scale[row] * (float)m->rows[(size_t)row * m->shape.dim + d];
  if (f->dim > m->shape.dim)
    values[m->shape.dim] = 1;
  fwrite(values, sizeof *values, f->dim, f->out);
}

static void
put_table(const struct file *f)
{
  const struct fasttext_model *m = f->m;
  float *values = xmalloc(f->dim * sizeof *values);

  putc(0, f->out);           /* not quantized */
  put64(f, (int64_t)m->words.n + m->shape.buckets);
  put64(f, f->dim);
  for (uint32_t i = 0; i < m->words.n; i++)
    put_row(f, i, values);
  for (uint32_t b = 0; b < m->shape.buckets && !ferror(f->out); b++)
    put_row(f, fasttext_bucket_row(m, b), values);
  free(values);
}

/* With the temperature in it, and the shift behind. */
static void
put_output(const struct file *f)
{
  const struct fasttext_model *m = f->m;
  const float *w = m->output;

  putc(0, f->out);
  put64(f, m->task.n_classes);
  put64(f, f->dim);
  for (size_t c = 0; c < m->task.n_classes; c++) {
    for (uint32_t d = 0; d < m->shape.dim; d++, w++) {
      float x = *w * m->calibration.slope;

      fwrite(&x, sizeof x, 1, f->out);
    }
    if (f->dim > m->shape.dim)
      fwrite(&m->calibration.shift, sizeof(float), 1, f->out);
  }
}

static char *
label_word(const char *name)
{
  char *word = xasprintf("%s%s", LABEL, name);

  for (char *s = word; *s; s++)
    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
      *s = '_';
  return word;
}

static int
check_labels(char **labels, size_t n, struct err *e)
{
  struct strmap seen;
  int r = 0;

  strmap_init(&seen);
  for (size_t i = 0; i < n && r == 0; i++)
    if (!strmap_put(&seen, labels[i], strlen(labels[i]), 0))
      r = err_set(e, ERR_INPUT, "two labels become '%.200s' for fastText, which knows no spaces in labels", labels[i]);
  strmap_release(&seen);
  return r;
}

static uint32_t
dim_of(const struct fasttext_model *m)
{
  return m->shape.dim + m->task.multilabel;
}

int
fasttext_write(const struct student *s, const char *const *labels, FILE *out, struct err *e)
{
  const struct fasttext_model *m = (const struct fasttext_model *)s;
  struct file f = {m, out, dim_of(m)};
  char **words = xcalloc(m->task.n_classes, sizeof *words);
  int r;

  for (size_t c = 0; c < m->task.n_classes; c++)
    words[c] = label_word(labels[c]);
  r = check_labels(words, m->task.n_classes, e);
  if (r == 0) {
    put32(&f, MAGIC);
    put32(&f, FILE_FORMAT);
    put_args(&f);
    put_dictionary(&f, words);
    put_table(&f);
    put_output(&f);
  }
  for (size_t c = 0; c < m->task.n_classes; c++)
    free(words[c]);
  free(words);
  return r;
}

double
fasttext_file_bytes(const struct student *s)
{
  const struct fasttext_model *m = (const struct fasttext_model *)s;

  return ((double)m->words.n + m->shape.buckets + m->task.n_classes) * dim_of(m) * sizeof(float) +
         (double)m->words.n_bytes + 9.0 * m->words.n;
}
