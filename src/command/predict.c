/* predict: labels for a stream of texts, in input order, in constant memory. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/utf8.h"
#include "command/learn.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"

#define BATCH_TEXTS 8192
#define BATCH_BYTES ((size_t)8 << 20)

struct stream {
  struct call *c;
  struct student *student;
  struct student_info info;
  const char **labels, **quoted;  /* names, n_classes; as strings of JSON */
  enum { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSONL } format, line_format;  /* as asked; of the file at hand */
  int threads;
  /* the batch at hand */
  struct arena texts;
  struct example *x;            /* BATCH_TEXTS */
  size_t n;
  float *probability;           /* all labels of each text, or only the best one */
  uint16_t *best;
  struct buf out;
  double done;
};

/* 0.913000: six digits, which is what a float can tell apart. printf would take most of the time of a stream. */
static void
add_probability(struct buf *out, float p, int digits)
{
  char text[] = "0.0000000";
  long scale = 1, x;

  for (int i = 0; i < digits; i++)
    scale *= 10;
  x = (long)((double)p * (double)scale + 0.5);
  text[0] = (char)('0' + x / scale);
  for (int i = digits + 1; i > 1; i--, x /= 10)
    text[i] = (char)('0' + x % 10);
  buf_add(out, text, (size_t)digits + 2);
}

static void
json_row(struct stream *s, const float *p)
{
  struct buf *out = &s->out;

  if (s->info.task.multilabel) {
    buf_adds(out, "{\"labels\":[");
    for (size_t i = 0; i < s->info.task.n_classes; i++)
      if (p[i] >= s->info.threshold) {
        json_add_comma(out);
        buf_adds(out, s->quoted[i]);
      }
    buf_addc(out, ']');
  } else {
    size_t best = student_best(p, s->info.task.n_classes);

    buf_adds(out, "{\"label\":");
    buf_adds(out, s->quoted[best]);
    buf_adds(out, ",\"probability\":");
    add_probability(out, p[best], 6);
  }
  buf_adds(out, ",\"probabilities\":{");
  for (size_t i = 0; i < s->info.task.n_classes; i++) {
    if (i > 0)
      buf_addc(out, ',');
    buf_adds(out, s->quoted[i]);
    buf_addc(out, ':');
    add_probability(out, p[i], 6);
  }
  buf_adds(out, "}}\n");
}

/* "returns<TAB>0.913", or of several labels "a,b<TAB>0.9,0.7". */
static void
multi_row(struct stream *s, const float *p)
{
  const char *between = "";

  for (size_t i = 0; i < s->info.task.n_classes; i++)
    if (p[i] >= s->info.threshold) {
      buf_addf(&s->out, "%s%s", between, s->labels[i]);
      between = ",";
    }
  buf_addc(&s->out, '\t');
  between = "";
  for (size_t i = 0; i < s->info.task.n_classes; i++)
    if (p[i] >= s->info.threshold) {
      buf_adds(&s->out, between);
      add_probability(&s->out, p[i], 4);
      between = ",";
    }
  buf_addc(&s->out, '\n');
}

static void
plain_row(struct stream *s, uint16_t label, float p)
{
  buf_adds(&s->out, s->labels[label]);
  buf_addc(&s->out, '\t');
  add_probability(&s->out, p, 4);
  buf_addc(&s->out, '\n');
}

/* Labels the batch and writes it out. */
static void
flush_batch(struct stream *s)
{
  size_t n_classes = s->info.task.n_classes;
  bool all = s->c->json || s->info.task.multilabel;

  if (all)
    student_predict(s->student, s->x, s->n, s->threads, s->probability);
  else
    student_predict_top(s->student, s->x, s->n, s->threads, s->best, s->probability);
  for (size_t i = 0; i < s->n; i++) {
    if (s->c->json)
      json_row(s, s->probability + i * n_classes);
    else if (all)
      multi_row(s, s->probability + i * n_classes);
    else
      plain_row(s, s->best[i], s->probability[i]);
    if (s->out.n > 1 << 16) {
      fwrite(s->out.s, 1, s->out.n, s->c->out);
      buf_clear(&s->out);
    }
  }
  fwrite(buf_str(&s->out), 1, s->out.n, s->c->out);
  fflush(s->c->out);
  buf_clear(&s->out);
  s->done += (double)s->n;
  progress_set(&s->c->progress, s->done, NULL);
  s->n = 0;
  arena_release(&s->texts);
  arena_init(&s->texts);
}

/* ---- one line of input */

static int
take_json(struct stream *s, const char *line, size_t n, struct example *x, struct err *e)
{
  struct json *j = json_parse(line, n, NULL, e);
  const char *text = json_string(json_get(j, "text")), *text2 = json_string(json_get(j, "text2"));

  if (!j)
    return -1;
  if (!text || (s->info.task.pair && !text2)) {
    json_free(j);
    return err_set(e, ERR_INPUT, s->info.task.pair ? "no \"text\" and \"text2\"" : "no \"text\"");
  }
  x->text = arena_strdup(&s->texts, text);
  x->text2 = s->info.task.pair ? arena_strdup(&s->texts, text2) : NULL;
  json_free(j);
  return 0;
}

static int
take_plain(struct stream *s, const char *line, size_t n, struct example *x, struct err *e)
{
  const char *tab = s->info.task.pair ? memchr(line, '\t', n) : NULL;
  size_t bad;

  if (!utf8_valid(line, n, &bad))
    return err_set(e, ERR_INPUT, "not UTF-8: byte %zu of the line is 0x%02x", bad + 1, (unsigned char)line[bad]);
  if (s->info.task.pair && !tab)
    return err_set(e, ERR_INPUT, "no second text (two texts a line, with a tab between)");
  x->text = arena_strndup(&s->texts, line, tab ? (size_t)(tab - line) : n);
  x->text2 = tab ? arena_strndup(&s->texts, tab + 1, n - (size_t)(tab - line) - 1) : NULL;
  return 0;
}

/* An object with a text, and not a text that happens to begin with a brace. */
static bool
is_json_line(const char *line, size_t n)
{
  struct json *j = n > 0 && line[0] == '{' ? json_parse(line, n, NULL, NULL) : NULL;
  bool is = json_string(json_get(j, "text")) != NULL;

  json_free(j);
  return is;
}

/* Waits for input. 1: there is some (or its end); 0: nothing now, though the wait is over; -1: stopped. */
static int
wait_input(struct stream *s, const struct lines *l, int timeout_ms)
{
  struct pollfd fd = {.fd = l->fd, .events = POLLIN};

  if (l->eof || (l->data && memchr(l->data + l->from, '\n', l->to - l->from)))
    return 1;
  do {
    int n = poll(&fd, 1, timeout_ms < 0 ? 200 : timeout_ms);

    if (n > 0)
      return 1;
    if (stop_wanted(s->c->stop))
      return -1;
  } while (timeout_ms < 0);
  return 0;
}

static int
read_stream(struct stream *s, struct lines *l, struct err *e)
{
  char *line;
  size_t n;
  int r;

  for (;;) {
    if (stop_wanted(s->c->stop) || print_broken(s->c))
      break;
    /* What was read is answered before waiting for more. */
    if (s->n && (s->n == BATCH_TEXTS || s->texts.size_bytes > BATCH_BYTES || wait_input(s, l, 0) == 0))
      flush_batch(s);
    if (wait_input(s, l, -1) < 0)
      break;
    r = lines_next(l, &line, &n, e);
    if (r < 0)
      return -1;
    if (r == 0)
      break;
    s->x[s->n] = (struct example){0};
    if (s->line_format == FORMAT_AUTO)
      s->line_format = is_json_line(line, n) ? FORMAT_JSONL : FORMAT_TEXT;
    if ((s->line_format == FORMAT_JSONL ? take_json : take_plain)(s, line, n, &s->x[s->n], e) < 0)
      return err_prefix(e, "%s:%llu: ", l->name, (unsigned long long)l->number);
    s->n++;
  }
  return stop_wanted(s->c->stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

static int
predict_file(struct stream *s, const char *path, struct err *e)
{
  struct lines l;
  int r = 0;

  s->line_format = s->format;
  if (!path || strcmp(path, "-") == 0)
    lines_from_fd(&l, STDIN_FILENO, "standard input", SAMPLE_TEXT_MAX);
  else
    r = lines_open(&l, path, SAMPLE_TEXT_MAX, e);
  if (r == 0)
    r = read_stream(s, &l, e);
  if (s->n)
    flush_batch(s);
  lines_close(&l);
  return r;
}

static int
stream_init(struct stream *s, struct call *c, const struct run_row *run, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  size_t n;

  *s = (struct stream){.c = c, .out = BUF_INIT, .threads = (int)call_number(c, "threads")};
  s->student = learn_load(c, run, e);
  if (!s->student)
    return -1;
  s->format = (int)call_number(c, "format");
  student_info(s->student, &s->info);
  n = s->info.task.n_classes;
  arena_init(&s->texts);
  s->x = xcalloc(BATCH_TEXTS, sizeof *s->x);
  s->best = xcalloc(BATCH_TEXTS, sizeof *s->best);
  s->probability = xcalloc(BATCH_TEXTS * (c->json || s->info.task.multilabel ? n : 1), sizeof *s->probability);
  s->labels = xcalloc(n, sizeof *s->labels);
  s->quoted = xcalloc(n, sizeof *s->quoted);
  for (size_t i = 0; i < n; i++) {
    struct buf quoted = BUF_INIT;

    s->labels[i] = label_name(labels, (uint16_t)i);
    json_add_str(&quoted, s->labels[i]);
    s->quoted[i] = arena_strdup(&c->arena, buf_str(&quoted));
    buf_release(&quoted);
  }
  return 0;
}

static void
stream_release(struct stream *s)
{
  arena_release(&s->texts);
  buf_release(&s->out);
  free(s->x);
  free(s->best);
  free(s->probability);
  free(s->labels);
  free(s->quoted);
  student_free(s->student);
}

static int
run(struct call *c, struct err *e)
{
  struct run_row row;
  struct stream s;
  int r;

  if (names_run(c, call_text(c, "run"), &row, e) < 0)
    return -1;
  if (c->n_args == 0 && c->workbench)
    r = err_set(e, ERR_INPUT, "'predict' needs a file here (:predict FILE)");
  else
    r = stream_init(&s, c, &row, e);
  if (r == 0) {
    progress_begin(&c->progress, "predicting", "texts", 0);
    if (c->n_args == 0)
      r = predict_file(&s, NULL, e);
    for (size_t i = 0; i < c->n_args && r == 0; i++)
      r = predict_file(&s, c->args[i], e);
    progress_end(&c->progress);
    stream_release(&s);
  }
  run_row_release(&row);
  return r;
}

static const struct option options[] = {
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "the run; else the newest"},
  {.name = "format", .type = OPTION_CHOICE, .choices = "auto|text|jsonl", .fallback = "auto", .argument = "FORMAT",
   .summary = "text: a text a line (pairs: two with a tab between); jsonl: an object with text (and text2) a line; "
              "auto: as the first line is"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"echo 'where is my parcel?' | retort predict tickets.retort", "one text from standard input"},
  {"retort predict tickets.retort texts.txt --json", "a file, with the probabilities of all labels"},
  {NULL, NULL},
};

const struct command command_predict = {
  .name = "predict",
  .arguments = "PROJECT [FILE...]",
  .summary = "labels texts from standard input or files",
  .text =
    "A line for each text, in input order: the label, a tab and its probability; with --json an object with label, "
    "probability and probabilities (in a multilabel project labels and probabilities: a label holds from 0.5 on). "
    "Streams of any length are read as they come, in constant memory.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
