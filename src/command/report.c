/* report: an experiment as a document for others. */
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/report.h"

/* What a file is written as goes by the ending of its name. */
static const struct report_format {
  const char *ending;
  void (*write)(const struct doc *d, struct buf *out);
} formats[] = {
  {".html", html_write}, {".htm", html_write}, {".md", markdown_write}, {NULL, NULL},
};

static const struct report_format *
find_format(const char *path, struct err *e)
{
  size_t n = strlen(path);

  for (const struct report_format *f = formats; f->ending; f++) {
    size_t m = strlen(f->ending);

    if (n > m && strcmp(path + n - m, f->ending) == 0)
      return f;
  }
  err_set(e, ERR_INPUT, "option '--output': '%.200s' is neither .html nor .md", path);
  return NULL;
}

static int
write_document(const struct report *r, const struct report_format *format, const char *path, size_t *n, struct err *e)
{
  struct doc d;
  struct buf out = BUF_INIT;
  int result;

  doc_init(&d);
  report_doc(r, &d);
  format->write(&d, &out);
  doc_release(&d);
  *n = out.n;
  result = out.over ? err_set(e, ERR_FAIL, "the report is too large: over %zu MB", out.max >> 20)
                    : io_write_file(path, buf_str(&out), out.n, e);
  buf_release(&out);
  return result;
}

static int
run(struct call *c, struct err *e)
{
  const char *path = call_text(c, "output");
  const struct report_format *format = NULL;
  struct report r;
  size_t n_bytes = 0;
  int result = 0;

  if (!path && !c->json)
    return err_set(e, ERR_INPUT, "'report' needs a file to write: -o report.html or -o report.md (or --json)");
  if (path && !(format = find_format(path, e)))
    return -1;
  if (report_gather(c->project, call_text(c, "experiment"), names_provider(c), &r, e) < 0)
    return -1;
  if (path)
    result = write_document(&r, format, path, &n_bytes, e);
  if (result == 0 && c->json) {
    struct buf out = BUF_INIT;

    report_json(&r, &out);
    print_json(c, &out);
    buf_release(&out);
  } else if (result == 0) {
    print_line(c, "%s: %s, %.1f KB", path, r.experiment, (double)n_bytes / 1e3);
  }
  report_release(&r);
  return result;
}

static const struct option options[] = {
  {.name = "output", .type = OPTION_FILE, .argument = "FILE", .summary = "the file to write: .html or .md"},
  {.name = "experiment", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "of this experiment; else the newest that has ended"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort report tickets.retort -o report.html", "one file for a browser: charts and tables, nothing to load"},
  {"retort report tickets.retort -o report.md", "the same as Markdown"},
  {"retort report tickets.retort --json", "every number of it"},
  {NULL, NULL},
};

const struct command command_report = {
  .name = "report",
  .arguments = "PROJECT",
  .summary = "an experiment as a document for others",
  .text =
    "Writes what an experiment came to, so that somebody can read it who never saw this program: the verdict and what "
    "the "
    "test set can show, arms and students, the learning curve, what each source of the data and each label gained, the "
    "texts "
    "that the data put right or wrong with the training texts most like them, cost, how to repeat it (plan, prompts, "
    "parameters, prices), a data card and a model card.\n\n"
    "The HTML is one file without script that loads nothing; it prints well. The same project gives the same bytes. "
    "JSON: {\"project\", \"experiment\", \"day\", \"findings\" (as of retort experiment), \"explained\" (the changed "
    "texts), \"front\", \"recipe\", \"data_card\", \"model_cards\"}.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_LONG | COMMAND_JSON | COMMAND_MANY,
  .run = run,
};
