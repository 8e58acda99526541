/* ship: a run's student as a file of its own. */
#include <string.h>

#include "base/json.h"
#include "command/labeller.h"
#include "command/print.h"
#include "command/rows.h"
#include "ship/ship.h"

static int
run(struct call *c, struct err *e)
{
  const struct ship_format *format = ship_format_find(call_text(c, "format"));
  const char *path = call_text(c, "output");
  struct buf out = BUF_INIT;
  struct labeller p;
  uint64_t n_bytes = 0;
  int r;

  ensure(format);
  if (!path)
    return err_set(e, ERR_INPUT, "'ship' needs a file to write: -o FILE");
  if (labeller_open(&p, c, call_text(c, "run"), e) < 0)
    return -1;
  r = ship_write(format, &(struct shipment){p.student, p.info, p.labels, p.run}, path, &n_bytes, e);
  if (r == 0 && c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "file", path);
    json_add_field(&out, "format", format->name);
    json_add_field(&out, "run", p.run);
    json_add_field(&out, "student", p.info.kind);
    json_add_field_int(&out, "bytes", (int64_t)n_bytes);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else if (r == 0) {
    print_line(c, "%s: %s as %s, %.1f MB", path, p.run, format->name, (double)n_bytes / 1e6);
  }
  buf_release(&out);
  labeller_release(&p);
  return r;
}

static const struct option options[] = {
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "the run; else the newest"},
  {.name = "format", .type = OPTION_CHOICE, .choices = "retort|fasttext", .fallback = "retort", .argument = "FORMAT",
   .summary = "retort: one file with labels and calibration, for retort predict; fasttext: a .bin for the program fastText"},
  {.name = "output", .type = OPTION_FILE, .argument = "FILE", .summary = "the file to write"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort ship tickets.retort -o tickets.model", "the newest run as one file"},
  {"echo 'where is my parcel?' | retort predict tickets.model", "which needs no project to answer"},
  {"retort train tickets.retort --student fasttext --name fast", "a student that fastText can take"},
  {"retort ship tickets.retort --run fast --format fasttext -o tickets.bin",
   "for: fasttext predict-prob tickets.bin texts.txt"},
  {NULL, NULL},
};

const struct command command_ship = {
  .name = "ship",
  .arguments = "PROJECT",
  .summary = "writes a run's student as a file that works without the project",
  .text =
    "As retort: a single file with the student, its labels, what task it is for, its threshold and calibration. "
    "retort predict FILE answers from it as from the project, to the bit.\n\n"
    "As fasttext: a model file of fastText (format 12), for runs of the student fasttext. fastText reads words between "
    "spaces, a text a line (of a pair: both on one line with the word ||| between), and answers with the same labels "
    "and the same calibrated probabilities, to its own rounding (of several labels a text it takes them from a coarse "
    "table: to 0.008). A label is __label__ and its name, white space in it becoming _.\n\n"
    "With --json: file, format, run, student, bytes.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
