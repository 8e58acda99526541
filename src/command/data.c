/* import and export: data sets in and out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/select.h"
#include "ship/dataset.h"

static int
import_files(struct call *c, struct dataset_import *d, struct err *e)
{
  struct buf summary = BUF_INIT;
  int r = 0;

  buf_adds(&summary, "import");
  progress_begin(&c->progress, "reading", "files", (double)c->n_args);
  for (size_t i = 0; i < c->n_args && r == 0; i++) {
    r = dataset_import_file(d, c->args[i], c->stop, e);
    buf_addf(&summary, "%s %s", i ? "," : "", strrchr(c->args[i], '/') ? strrchr(c->args[i], '/') + 1 : c->args[i]);
    progress_set(&c->progress, (double)i + 1, c->args[i]);
  }
  progress_end(&c->progress);
  if (r == 0 && (d->report.n_rejected == 0 || !call_flag(c, "strict")))
    r = dataset_import_commit(d, buf_str(&summary), e);
  buf_release(&summary);
  return r;
}

static void
print_report(struct call *c, const struct dataset_report *r)
{
  struct buf out = BUF_INIT;
  size_t kept = r->n_rejected < DATASET_REJECTED ? r->n_rejected : DATASET_REJECTED;

  if (!c->json) {
    print_line(c, "added %zu, duplicates %zu, rejected %zu", r->added, r->duplicates, r->n_rejected);
    for (size_t i = 0; i < kept; i++)
      print_line(c, "%s:%zu: %s", r->rejected[i].file, r->rejected[i].line, r->rejected[i].why);
    return;
  }
  buf_addc(&out, '{');
  json_add_field_int(&out, "added", (int64_t)r->added);
  json_add_field_int(&out, "duplicates", (int64_t)r->duplicates);
  json_add_key(&out, "rejected");
  buf_addc(&out, '[');
  for (size_t i = 0; i < kept; i++) {
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "file", r->rejected[i].file);
    json_add_field_int(&out, "line", (int64_t)r->rejected[i].line);
    json_add_field(&out, "why", r->rejected[i].why);
    buf_addc(&out, '}');
  }
  buf_addc(&out, ']');
  if (kept < r->n_rejected)
    json_add_field_int(&out, "rejected_more", (int64_t)(r->n_rejected - kept));
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static int
run_import(struct call *c, struct err *e)
{
  struct dataset_options options = DATASET_OPTIONS_INIT;
  struct dataset_import d;
  int r;

  if (call_given(c, "format"))
    options.format = (int)call_number(c, "format");
  if (call_given(c, "split"))
    options.split = (int)call_number(c, "split");
  if (call_given(c, "origin"))
    options.origin = origin_parse(call_text(c, "origin"));
  options.text_field = call_text(c, "text-field");
  options.text2_field = call_text(c, "text2-field");
  options.label_field = call_text(c, "label-field");
  options.add_labels = call_flag(c, "add-labels");
  dataset_import_begin(&d, c->project, &options);
  r = import_files(c, &d, e);
  if (r == 0)
    print_report(c, &d.report);
  if (r == 0 && d.report.n_rejected > 0) {
    const struct dataset_rejected *first = &d.report.rejected[0];

    r = err_set(e, ERR_INPUT, "%s:%zu: %s", first->file, first->line, first->why);
    if (d.report.n_rejected > 1 || d.report.added > 0 || call_flag(c, "strict")) {
      size_t n = strlen(e->message);

      snprintf(e->message + n, sizeof e->message - n, " (%zu row%s rejected, %zu added)", d.report.n_rejected,
               d.report.n_rejected == 1 ? "" : "s", d.report.added);
    }
  }
  dataset_import_end(&d);
  return r;
}

static const struct option import_options[] = {
  {.name = "split", .type = OPTION_CHOICE, .choices = "train|valid|test|pool", .argument = "SPLIT",
   .summary = "what the samples are for; else what the rows say, else train with a label, pool without"},
  {.name = "origin", .type = OPTION_CHOICE, .choices = "seed|imported", .argument = "ORIGIN",
   .summary = "where they come from; else what the rows say, else imported"},
  {.name = "format", .type = OPTION_CHOICE, .choices = "jsonl|csv|tsv|fasttext", .argument = "FORMAT",
   .summary = "the format; else by each file's ending"},
  {.name = "text-field", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "the field or column with the text; else text, sentence, question, ..."},
  {.name = "text2-field", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "the field with the second text of a pair; else text2, sentence2, hypothesis"},
  {.name = "label-field", .type = OPTION_TEXT, .argument = "NAME",
   .summary = "the field with the label or labels; else label, labels, category, intent, class"},
  {.name = "add-labels", .type = OPTION_FLAG, .summary = "labels that the project does not know are added to it"},
  {.name = "strict", .type = OPTION_FLAG, .summary = "one bad row, and nothing is kept"},
  {.name = NULL},
};

static const struct command_example import_examples[] = {
  {"retort import tickets.retort more.csv --split pool", "adds the rows of a CSV file to the pool"},
  {"retort import tickets.retort more.csv --split pool --json",
   "the same again: all are duplicates; the answer as JSON"},
  {NULL, NULL},
};

const struct command command_import = {
  .name = "import",
  .arguments = "PROJECT FILE...",
  .summary = "adds texts from files",
  .text =
    "Reads JSON lines, CSV, TSV or fastText files (UTF-8; - is standard input) and adds their texts, all in one "
    "change that can be undone. What export wrote comes back with its label, split, origin, status, template, "
    "attributes, request and parent, and in a project without samples with its ids.\n\n"
    "A row whose texts stand in the same split already is a duplicate and left out. A bad row (not UTF-8, no text, a "
    "label that the project does not know) is reported with file and line, the rest is kept, and the exit status is "
    "2; with --strict nothing is kept. Rows with a label are accepted, rows without one are new, unless they say "
    "otherwise. Of an import with a file that is not there, or is cut off within a quote, or that is stopped or killed, "
    "nothing is kept.",
  .options = import_options,
  .examples = import_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run_import,
};

/* ---- export */

static int
write_all(struct call *c, FILE *f, const char *path, const uint32_t *ids, size_t n, enum record_format format,
          struct err *e)
{
  int r = dataset_export(project_corpus(c->project), ids, n, format, f, c->stop, e);

  if (r == 0 && (fflush(f) != 0 || ferror(f) || (fsync(fileno(f)) < 0 && errno != EINVAL && errno != EROFS)))
    r = err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  if (fclose(f) != 0 && r == 0)
    r = err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  return r;
}

/* Writes beside the file and renames, so that a file is whole or as it was; what is no file (a device, a pipe) is
 * written to as it stands. */
static int
export_to_file(struct call *c, const char *path, const uint32_t *ids, size_t n, enum record_format format,
               struct err *e)
{
  struct stat st;
  bool in_place = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
  char *beside = in_place ? xstrdup(path) : xasprintf("%s.XXXXXX", path);
  int fd = in_place ? open(path, O_WRONLY | O_CLOEXEC) : mkostemp(beside, O_CLOEXEC), r;
  FILE *f;

  if (fd >= 0 && !in_place && fchmod(fd, 0644) < 0)
    log_debug("cannot set the mode of '%s'", beside);
  f = fd >= 0 ? fdopen(fd, "w") : NULL;
  r = f ? write_all(c, f, path, ids, n, format, e) : err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  if (r == 0 && !in_place && rename(beside, path) < 0)
    r = err_set(e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  if (r < 0 && fd >= 0 && !in_place)
    unlink(beside);
  free(beside);
  return r;
}

static int
run_export(struct call *c, struct err *e)
{
  const char *path = call_text(c, "output");
  bool to_file = path && strcmp(path, "-") != 0;
  int format = RECORD_JSONL, r;
  uint32_t *ids;
  size_t n;

  if (call_given(c, "format"))
    format = (int)call_number(c, "format");
  else if (to_file && (format = record_format_of(path)) < 0)
    return err_set(e, ERR_INPUT, "'%s': its ending tells no format (say --format jsonl, csv, tsv or fasttext)", path);
  if (select_filter(c, call_text(c, "filter"), &ids, &n, e) < 0)
    return -1;
  if (to_file)
    r = export_to_file(c, path, ids, n, (enum record_format)format, e);
  else
    r = dataset_export(project_corpus(c->project), ids, n, (enum record_format)format, c->out, c->stop, e);
  if (r == 0 && to_file && c->json)
    fprintf(c->out, "{\"exported\":%zu}\n", n);
  else if (r == 0 && to_file)
    print_line(c, "wrote %zu samples to %s", n, path);
  free(ids);
  return r;
}

static const struct option export_options[] = {
  SELECT_FILTER_OPTION,
  {.name = "format", .type = OPTION_CHOICE, .choices = "jsonl|csv|tsv|fasttext", .argument = "FORMAT",
   .summary = "the format; else by the file's ending, else jsonl"},
  {.name = "output", .type = OPTION_FILE, .argument = "FILE",
   .summary = "write to this file, whole or not at all; else to standard output"},
  {.name = NULL},
};

static const struct command_example export_examples[] = {
  {"retort export tickets.retort -o copy.jsonl", "all samples, with all that is known of them"},
  {"retort export tickets.retort --filter 'label:billing status:accepted' --format csv", "some of them as CSV"},
  {NULL, NULL},
};

const struct command command_export = {
  .name = "export",
  .arguments = "PROJECT",
  .summary = "writes the data set",
  .text =
    "Writes samples as JSON lines (an object each), CSV or TSV (a header line and a column for each field) or "
    "fastText (labels and text only). Fields: id, text, text2 (pairs), label (or labels), split, origin, status, and "
    "where they are known template, teacher, attributes, request, parent. In CSV and TSV several labels stand in one "
    "column, with | between.",
  .options = export_options,
  .examples = export_examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_export,
};
