/* predict: labels for a stream of texts, in input order, in constant memory. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/utf8.h"
#include "command/predict_row.h"
#include "command/labeller.h"
#include "command/print.h"
#include "command/rows.h"
#include "corpus/sample.h"

#define BATCH_TEXTS 8192
#define EXPLAINED_TEXTS 256   /* of a batch, where each is explained */
#define BATCH_BYTES ((size_t)8 << 20)

struct stream {
  struct call *c;
  struct labeller labeller;
  enum { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSONL } format, line_format;  /* as asked; of the file at hand */
  int threads;
  size_t batch;                 /* texts of a batch, at most */
  bool all;                     /* the probabilities of all labels are wanted */
  float abstain;                /* below this confidence there is no label; 0: always one */
  /* the batch at hand */
  struct arena texts;
  struct example *x;            /* (batch) */
  size_t n;
  float *probability;           /* all labels of each text, or only the best one */
  uint16_t *best;
  struct explanation *explained;  /* (batch), NULL: not wanted */
  struct buf out;
  double done;
  size_t n_abstained;
};

/* Labels the batch and writes it out. */
static void
flush_batch(struct stream *s)
{
  struct predict_row row = {.labeller = &s->labeller, .abstain = s->abstain};
  size_t n_classes = s->labeller.info.task.n_classes;

  if (s->all)
    student_predict(s->labeller.student, s->x, s->n, s->threads, s->probability);
  else
    student_predict_top(s->labeller.student, s->x, s->n, s->threads, s->best, s->probability);
  if (s->explained)
    explanations_make(&s->labeller, s->x, s->n, s->threads, s->probability, s->explained);
  for (size_t i = 0; i < s->n; i++) {
    row.x = &s->x[i];
    row.all = s->all ? s->probability + i * n_classes : NULL;
    row.best = s->all ? (uint16_t)student_best(row.all, n_classes) : s->best[i];
    row.probability = s->all ? row.all[row.best] : s->probability[i];
    row.explained = s->explained ? &s->explained[i] : NULL;
    s->n_abstained += predict_row_add(&s->out, &row, s->c->json);
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
  if (!text || (s->labeller.info.task.pair && !text2)) {
    json_free(j);
    return err_set(e, ERR_INPUT, s->labeller.info.task.pair ? "no \"text\" and \"text2\"" : "no \"text\"");
  }
  x->text = arena_strdup(&s->texts, text);
  x->text2 = s->labeller.info.task.pair ? arena_strdup(&s->texts, text2) : NULL;
  json_free(j);
  return 0;
}

static int
take_plain(struct stream *s, const char *line, size_t n, struct example *x, struct err *e)
{
  const char *tab = s->labeller.info.task.pair ? memchr(line, '\t', n) : NULL;
  size_t bad;

  if (!utf8_valid(line, n, &bad))
    return err_set(e, ERR_INPUT, "not UTF-8: byte %zu of the line is 0x%02x", bad + 1, (unsigned char)line[bad]);
  if (s->labeller.info.task.pair && !tab)
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
    if (s->n && (s->n == s->batch || s->texts.size_bytes > BATCH_BYTES || wait_input(s, l, 0) == 0))
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

static void
stream_init(struct stream *s, struct call *c)
{
  const struct student_task *task = &s->labeller.info.task;

  s->c = c;
  s->out = (struct buf)BUF_INIT;
  s->threads = (int)call_number(c, "threads");
  s->format = (int)call_number(c, "format");
  s->abstain = (float)call_number(c, "abstain");
  s->batch = call_flag(c, "explain") ? EXPLAINED_TEXTS : BATCH_TEXTS;
  s->all = c->json || task->multilabel || call_flag(c, "explain");
  arena_init(&s->texts);
  s->x = xcalloc(s->batch, sizeof *s->x);
  s->best = xcalloc(s->batch, sizeof *s->best);
  s->probability = xcalloc(s->batch * (s->all ? task->n_classes : 1), sizeof *s->probability);
  if (call_flag(c, "explain"))
    s->explained = xcalloc(s->batch, sizeof *s->explained);
}

static void
stream_release(struct stream *s)
{
  if (s->x)
    arena_release(&s->texts);
  buf_release(&s->out);
  free(s->x);
  free(s->best);
  free(s->probability);
  free(s->explained);
  labeller_release(&s->labeller);
}

static int
run(struct call *c, struct err *e)
{
  struct stream s = {.c = c};
  int r;

  if (c->n_args == 0 && c->workbench)
    return err_set(e, ERR_INPUT, "'predict' needs a file here (:predict FILE)");
  r = labeller_open(&s.labeller, c, call_text(c, "run"), e);
  if (r == 0) {
    stream_init(&s, c);
    progress_begin(&c->progress, "predicting", "texts", 0);
    if (c->n_args == 0)
      r = predict_file(&s, NULL, e);
    for (size_t i = 0; i < c->n_args && r == 0; i++)
      r = predict_file(&s, c->args[i], e);
    progress_end(&c->progress);
    if (call_given(c, "abstain"))
      progress_note(&c->progress, "no label below %g: %zu of %.0f texts", (double)s.abstain, s.n_abstained, s.done);
  }
  stream_release(&s);
  return r;
}

static const struct option options[] = {
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "the run; else the newest"},
  {.name = "abstain", .type = OPTION_REAL, .min = 0, .max = 1, .fallback = "0", .argument = "P",
   .summary = "no label for texts whose label is less probable than P; at the end standard error says how many"},
  {.name = "explain", .type = OPTION_FLAG, .summary = "with the words that speak for the label, or against it"},
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
  {"echo 'where is my parcel?' | retort predict tickets.retort --explain", "and the words that it goes by"},
  {"retort predict tickets.retort texts.txt --abstain 0.6", "no label where it is not sure"},
  {NULL, NULL},
};

const struct command command_predict = {
  .name = "predict",
  .arguments = "PROJECT|MODEL [FILE...]",
  .summary = "labels texts from standard input or files",
  .text =
    "A line for each text, in input order: the label, a tab and its probability; with --json an object with label, "
    "probability and probabilities (in a multilabel project labels and probabilities: a label holds from the "
    "probability on that gave the best micro F1 on texts held out in training). Probabilities are calibrated. Streams of "
    "any length are read as they come, in constant memory. MODEL is a file that retort ship wrote; it needs no project.\n\n"
    "Where the student abstains the label is - (with --json null, labels null). Of several labels a text, it abstains if "
    "one of those that hold is less probable than P, or, if none holds, one is likelier than 1 - P.\n\n"
    "With --explain a third column: words with a weight, the strongest first; 1 or -1 is the strongest of the text, above "
    "0 speaks for the label and below 0 against it. With --json explain: a list of text, at, n (bytes of the text from 0 "
    "on), weight, and second where it stands in the second text, in the order of the text; of several labels each has its "
    "label. Of linear students and fasttext a word's weight is that of all features it is part of; of others it is what "
    "they attend to, or how much less sure of the label they are without it.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_UNOPENED | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
