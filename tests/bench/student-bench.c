/* student-bench: the pieces of the benchmark against fastText; student.sh beside it puts them together.
 *
 *   student-bench rows DATA DIR          makes DIR/train.txt (120 000 rows) and DIR/test.txt from goemotions, clinc150 and
 *                                        banking77 under DATA, in fastText's format, lower case, punctuation set apart
 *   student-bench train FILE MODEL       reads the rows, trains with the preset below, saves; prints seconds of each part
 *   student-bench predict MODEL FILE [THREADS]
 *                                        a label a row to the standard output; to the error output: "load S predict S rows N"
 *   student-bench test MODEL FILE        accuracy
 *
 * The preset is the linear student with words and bigrams only, as fastText has here, one epoch and the 32 768 most
 * frequent features. */
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/rng.h"
#include "samples.h"

#define ROWS 120000
#define THREADS 2
#define BATCH 8192

static const char *const preset[][2] = {{"words", "2"}, {"skip", "0"}, {"shape", "no"}, {"char-max", "0"},
                                        {"epochs", "1"}, {"cost", "0.25"}, {"weighting", "0"}, {"features", "32768"},
                                        {"holdout", "no"}};

static _Noreturn void
die(const struct err *e)
{
  fprintf(stderr, "student-bench: %s\n", e->message);
  exit((int)e->code);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void
add_text(struct buf *b, const char *s)
{
  for (; *s; s++) {
    if (ispunct((unsigned char)*s))
      buf_addf(b, " %c ", *s);
    else
      buf_addc(b, *s == '\n' || *s == '\r' || *s == '\t' ? ' ' : (char)tolower((unsigned char)*s));
  }
}

static void
read_split(struct samples *s, struct label_names *names, const char *data, const char *split)
{
  static const char *const sets[] = {"goemotions", "clinc150", "banking77"};

  for (size_t i = 0; i < N_OF(sets); i++) {
    char *path = xasprintf("%s/%s/%s.jsonl", data, sets[i], split);

    samples_read(s, names, path, NULL);
    free(path);
  }
}

static void
write_rows(const char *dir, const char *name, const struct buf *b)
{
  char *path = xasprintf("%s/%s", dir, name);
  struct err e = {0};

  if (io_write_file(path, b->s, b->n, &e) != 0)
    die(&e);
  free(path);
}

/* One text a row, each once; then rows of two texts of the same label, until there are enough. */
static int
make_rows(const char *data, const char *dir)
{
  static struct samples train, test;
  static struct label_names names;
  struct buf b = BUF_INIT;
  size_t rows = 0;
  struct rng r;

  rng_seed(&r, 2);
  read_split(&train, &names, data, "train");
  read_split(&test, &names, data, "test");
  for (size_t i = 0; i < train.n; i++, rows++)
    if (train.x[i].n_labels != 1) {
      train.x[i--] = train.x[--train.n];
      rows--;
    }
  for (size_t i = train.n; i > 1; i--) {
    size_t j = rng_below(&r, i);
    struct example x = train.x[i - 1];

    train.x[i - 1] = train.x[j];
    train.x[j] = x;
  }
  for (size_t i = 0; i < ROWS; i++) {
    const struct example *x = &train.x[i % train.n], *y = x;

    buf_addf(&b, "__label__%d ", x->labels[0]);
    add_text(&b, x->text);
    if (i >= train.n) {
      do
        y = &train.x[rng_below(&r, train.n)];
      while (y->labels[0] != x->labels[0]);
      buf_addc(&b, ' ');
      add_text(&b, y->text);
    }
    buf_addc(&b, '\n');
  }
  write_rows(dir, "train.txt", &b);
  buf_clear(&b);
  for (size_t i = 0; i < test.n; i++)
    if (test.x[i].n_labels == 1) {
      buf_addf(&b, "__label__%d ", test.x[i].labels[0]);
      add_text(&b, test.x[i].text);
      buf_addc(&b, '\n');
    }
  write_rows(dir, "test.txt", &b);
  return 0;
}

/* ---- reading them again -------------------------------------------------------------------------------------------- */

struct table {
  char *bytes;
  struct example *x;
  uint16_t *labels;
  size_t n, cap, labels_cap;
  uint16_t n_classes;
};

static void
read_table(struct table *t, const char *path)
{
  struct err e = {0};
  size_t n;

  if (io_read_file(path, (size_t)1 << 30, &t->bytes, &n, &e) != 0)
    die(&e);
  for (char *p = t->bytes, *end = p + n, *eol; p < end; p = eol + 1) {
    eol = memchr(p, '\n', (size_t)(end - p));
    if (!eol)
      break;
    *eol = '\0';
    GROW(t->x, t->cap, t->n + 1);
    GROW(t->labels, t->labels_cap, t->n + 1);
    t->labels[t->n] = (uint16_t)strtoul(p + strlen("__label__"), &p, 10);
    if (t->labels[t->n] >= t->n_classes)
      t->n_classes = (uint16_t)(t->labels[t->n] + 1);
    t->x[t->n++] = (struct example){.text = p + (*p == ' '), .n_labels = 1};
  }
  for (size_t i = 0; i < t->n; i++)
    t->x[i].labels = &t->labels[i];
}

/* ---- train, predict, test ------------------------------------------------------------------------------------------ */

static int
train_model(const char *path, const char *model, int n_more, char **more)
{
  const struct student_kind *kind = student_kind_find("linear");
  double values[64], start = clock_s(), read, features, learned;
  struct table t = {0};
  struct student_task task = {0};
  struct training *training;
  struct student *s;
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct err e = {0};

  student_defaults(kind, values);
  for (size_t i = 0; i < N_OF(preset); i++)
    if (option_check(option_find(kind->params, preset[i][0]), preset[i][1],
                     &values[option_find(kind->params, preset[i][0]) - kind->params], &e) != 0)
      die(&e);
  for (int i = 0; i + 1 < n_more; i += 2)
    if (option_check(option_find(kind->params, more[i]), more[i + 1],
                     &values[option_find(kind->params, more[i]) - kind->params], &e) != 0)
      die(&e);
  read_table(&t, path);
  read = clock_s();
  task.n_classes = t.n_classes;
  training = training_new(kind, &task, t.x, t.n, NULL, 0, values, 1, THREADS, &e);
  features = clock_s();
  if (!training)
    die(&e);
  while (training_step(training, NULL, &e) == 1)
    ;
  s = training_take(training, &e);
  learned = clock_s();
  if (!s || student_save(s, &b, &e) != 0 || io_write_file(model, b.s, b.n, &e) != 0)
    die(&e);
  printf("read %.3f features %.3f learn %.3f save %.3f all %.3f s, %.1f MB\n", read - start, features - read,
         learned - features, clock_s() - learned, clock_s() - start, (double)b.n / 1e6);
  _exit(fflush(stdout) != 0);  /* as a program that is done would: the system takes the memory back */
}

static struct student *
load_model(const char *path)
{
  struct err e = {0};
  struct student *s;
  char *bytes;
  size_t n;

  if (io_read_file(path, STUDENT_MAX_BYTES, &bytes, &n, &e) != 0 || !(s = student_load(bytes, n, &e)))
    die(&e);
  free(bytes);
  return s;
}

static int
predict_rows(const char *model, const char *path, int threads, bool test)
{
  static uint16_t labels[BATCH];
  double start = clock_s(), loaded;
  struct student *s = load_model(model);
  struct table t = {0};
  size_t right = 0;

  loaded = clock_s();
  read_table(&t, path);
  for (size_t i = 0; i < t.n; i += BATCH) {
    size_t n = t.n - i < BATCH ? t.n - i : BATCH;

    student_predict_top(s, t.x + i, n, threads, labels, NULL);
    for (size_t j = 0; j < n; j++) {
      right += labels[j] == t.labels[i + j];
      if (!test)
        printf("__label__%d\n", labels[j]);
    }
  }
  fflush(stdout);
  if (test)
    printf("%.4f\n", (double)right / (double)t.n);
  else
    fprintf(stderr, "load %.4f predict %.4f rows %zu\n", loaded - start, clock_s() - loaded, t.n);
  return 0;
}

int
main(int argc, char **argv)
{
  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 4)
    return 2;
  if (strcmp(argv[1], "rows") == 0)
    return make_rows(argv[2], argv[3]);
  if (strcmp(argv[1], "train") == 0)
    return train_model(argv[2], argv[3], argc - 4, argv + 4);
  return predict_rows(argv[2], argv[3], argc > 4 ? atoi(argv[4]) : THREADS, strcmp(argv[1], "test") == 0);
}
