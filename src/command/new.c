/* new: a project, empty or from an example folder. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/utf8.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/teachers.h"
#include "prompt/prompty.h"
#include "ship/dataset.h"

/* Labels in the making: strings in the call's arena. */
struct label_list {
  struct project_label *v;
  size_t n, cap;
};

static int
add_label(struct label_list *l, const char *name, const char *meaning, struct err *e)
{
  if (label_check_name(name, e) < 0)
    return -1;
  for (size_t i = 0; i < l->n; i++)
    if (strcmp(l->v[i].name, name) == 0)
      return err_set(e, ERR_INPUT, "label '%.100s' is given twice", name);
  GROW(l->v, l->cap, l->n + 1);
  l->v[l->n++] = (struct project_label){name, meaning};
  return 0;
}

/* --label NAME or NAME=MEANING. */
static int
labels_of_options(struct call *c, struct label_list *l, struct err *e)
{
  const char *text;

  for (size_t i = 0; (text = call_each(c, "label", i)); i++) {
    const char *equal = strchr(text, '=');
    const char *name = arena_strndup(&c->arena, text, equal ? (size_t)(equal - text) : strlen(text));
    size_t bad;

    if (!utf8_valid(text, strlen(text), &bad))
      return err_set(e, ERR_INPUT, "label '%.100s' is not UTF-8", name);
    if (add_label(l, name, equal ? equal + 1 : NULL, e) < 0)
      return -1;
  }
  return 0;
}

/* labels.tsv: NAME<TAB>MEANING a line, no header. */
static int
labels_of_file(struct call *c, const char *path, struct label_list *l, struct err *e)
{
  struct lines lines;
  size_t n, bad;
  char *s;
  int r;

  r = lines_open(&lines, path, 1 << 20, e);
  while (r >= 0 && (r = lines_next(&lines, &s, &n, e)) == 1) {
    char *tab = memchr(s, '\t', n);

    if (lines.number == 1 && n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
      s += 3, n -= 3;
    if (n == 0)
      continue;
    if (!utf8_valid(s, n, &bad) || memchr(s, '\0', n))
      r = err_set(e, ERR_INPUT, "the line is not UTF-8 text");
    else
      r = add_label(l, arena_strndup(&c->arena, s, tab ? (size_t)(tab - s) : n),
                    tab ? arena_strdup(&c->arena, tab + 1) : NULL, e);
    if (r < 0)
      err_prefix(e, "%s:%llu: ", path, (unsigned long long)lines.number);
  }
  lines_close(&lines);
  return r;
}

/* ---- from a folder */

enum part { PART_LABELS, PART_SAMPLES, PART_TEMPLATE, PART_REPLIES, PART_TEACHERS, PART_NONE };

/* What a file of an example folder is for, by its name. */
static enum part
part_of(const char *name, int *split, enum origin *origin)
{
  static const struct { const char *name; enum split split; enum origin origin; } data[] = {
    {"seed.jsonl", SPLIT_TRAIN, ORIGIN_SEED}, {"train.jsonl", SPLIT_TRAIN, ORIGIN_IMPORTED},
    {"valid.jsonl", SPLIT_VALID, ORIGIN_IMPORTED}, {"test.jsonl", SPLIT_TEST, ORIGIN_IMPORTED},
    {"pool.jsonl", SPLIT_POOL, ORIGIN_IMPORTED},
  };
  size_t n = strlen(name);

  for (size_t i = 0; i < N_OF(data); i++)
    if (strcmp(name, data[i].name) == 0) {
      *split = data[i].split;
      *origin = data[i].origin;
      return PART_SAMPLES;
    }
  if (strcmp(name, "labels.tsv") == 0)
    return PART_LABELS;
  if (strcmp(name, "teachers") == 0)
    return PART_TEACHERS;
  if (n > 8 && strcmp(name + n - 8, ".prompty") == 0)
    return PART_TEMPLATE;
  if (strncmp(name, "replies", 7) == 0 && n > 6 && strcmp(name + n - 6, ".jsonl") == 0)
    return PART_REPLIES;
  return PART_NONE;
}

struct folder {
  char *path;
  struct dirent **entries;
  int n;
  int samples, templates, teachers;
  bool lists_teachers;    /* it has a file of them: no other is made of its replies */
};

/* Where configure said, or beside the program: `make install` may have been given another prefix. */
static char *
installed_example(const char *name)
{
  char *path = xasprintf("%s/examples/%s", PKGDATADIR, name), program[4096], *slash;
  struct stat st;
  ssize_t n;

  if (stat(path, &st) == 0)
    return path;
  n = readlink("/proc/self/exe", program, sizeof program - 1);
  program[n > 0 ? n : 0] = '\0';
  slash = strrchr(program, '/');
  if (slash) {
    *slash = '\0';
    free(path);
    path = xasprintf("%s/../share/retort/examples/%s", program, name);
  }
  return path;
}

/* DIR itself, or the installed example of that name. */
static int
folder_open(struct folder *f, const char *dir, struct err *e)
{
  struct stat st;
  int kept = 0;

  *f = (struct folder){0};
  f->path = xstrdup(dir);
  if (!strchr(dir, '/') && stat(dir, &st) < 0) {
    free(f->path);
    f->path = installed_example(dir);
    if (stat(f->path, &st) < 0)
      return err_set(e, ERR_INPUT, "there is no folder '%s', here or in %s/examples", dir, PKGDATADIR);
  }
  f->n = scandir(f->path, &f->entries, NULL, alphasort);
  if (f->n < 0)
    return err_set(e, ERR_INPUT, "cannot read '%s': %s", f->path, err_os(errno));
  for (int i = 0; i < f->n; i++) {
    enum part part = part_of(f->entries[i]->d_name, &(int){0}, &(enum origin){0});

    kept += part != PART_NONE;
    f->lists_teachers |= part == PART_TEACHERS;
  }
  if (kept == 0)
    return err_set(e, ERR_INPUT, "nothing in '%s' is of use (labels.tsv, seed.jsonl, test.jsonl, *.prompty, "
                   "teachers, replies*.jsonl)", f->path);
  return 0;
}

static void
folder_close(struct folder *f)
{
  for (int i = 0; i < f->n; i++)
    free(f->entries[i]);
  free(f->entries);
  free(f->path);
}

static int
take_samples(struct call *c, struct folder *f, const char *path, int split, enum origin origin, struct err *e)
{
  struct dataset_options options = DATASET_OPTIONS_INIT;
  struct dataset_import d;
  char *summary = xasprintf("import %s", strrchr(path, '/') + 1);
  int r;

  options.split = split;
  options.origin = (int)origin;
  dataset_import_begin(&d, c->project, &options);
  r = dataset_import_file(&d, path, c->stop, e);
  if (r == 0 && d.report.n_rejected)
    r = err_set(e, ERR_INPUT, "%s:%zu: %s", path, d.report.rejected[0].line, d.report.rejected[0].why);
  if (r == 0)
    r = dataset_import_commit(&d, summary, e);
  f->samples += (int)d.report.added;
  dataset_import_end(&d);
  free(summary);
  return r;
}

static int
take_template(struct call *c, const char *path, struct err *e)
{
  struct prompty prompty;
  char *source;
  size_t n;
  int r;

  if (io_read_file(path, PROMPTY_BYTES, &source, &n, e) < 0)
    return -1;
  r = prompty_parse(&prompty, path, source, n, e);
  if (r == 0)
    r = template_store_put(c->project, prompty.name, source, NULL, e);
  prompty_release(&prompty);
  free(source);
  return r;
}

/* All replies*.jsonl of a folder that lists no teachers become one, inside the project file. */
static int
take_replies(struct call *c, struct folder *f, struct err *e)
{
  struct teacher_row row = {.name = (char *)"recorded", .kind = (char *)"replay", .url = (char *)"",
                            .model = (char *)"", .key_env = (char *)"", .settings = (char *)"{}",
                            .price_in = __builtin_nan(""), .price_out = __builtin_nan("")};
  struct buf all;
  int r = 0;

  buf_init(&all, REPLAY_MAX);
  for (int i = 0; i < f->n && r == 0; i++) {
    char *path, *text = NULL;
    size_t n;

    if (part_of(f->entries[i]->d_name, &(int){0}, &(enum origin){0}) != PART_REPLIES)
      continue;
    path = xasprintf("%s/%s", f->path, f->entries[i]->d_name);
    r = io_read_file(path, REPLAY_MAX, &text, &n, e);
    if (r == 0 && (buf_add(&all, text, n) < 0 || (n && text[n - 1] != '\n' && buf_addc(&all, '\n') < 0)))
      r = err_set(e, ERR_INPUT, "%s: more than %zu bytes of replies", path, REPLAY_MAX);
    free(text);
    free(path);
  }
  if (r == 0 && all.n) {
    r = teacher_store_put(c->project, &row, all.s, all.n, NULL, e);
    f->teachers++;
  }
  buf_release(&all);
  return r;
}

static int
take_folder(struct call *c, struct folder *f, struct err *e)
{
  int r = 0;

  for (int i = 0; i < f->n && r == 0; i++) {
    enum origin origin = ORIGIN_IMPORTED;
    int split = -1;
    enum part part = part_of(f->entries[i]->d_name, &split, &origin);
    char *path = xasprintf("%s/%s", f->path, f->entries[i]->d_name);

    if (part == PART_SAMPLES) {
      r = take_samples(c, f, path, split, origin, e);
    } else if (part == PART_TEMPLATE) {
      r = take_template(c, path, e);
      f->templates++;
    } else if (part == PART_TEACHERS) {
      r = teachers_of_file(c->project, f->path, path, &f->teachers, e);
    }
    free(path);
  }
  return r < 0 || f->lists_teachers ? r : take_replies(c, f, e);
}

static void
print_made(struct call *c, const char *path, size_t n_labels, const struct folder *f)
{
  if (c->json) {
    struct buf out = BUF_INIT;

    buf_addc(&out, '{');
    json_add_field(&out, "project", path);
    json_add_field_int(&out, "labels", (int64_t)n_labels);
    json_add_field_int(&out, "samples", f ? f->samples : 0);
    json_add_field_int(&out, "templates", f ? f->templates : 0);
    json_add_field_int(&out, "teachers", f ? f->teachers : 0);
    buf_addc(&out, '}');
    print_json(c, &out);
    buf_release(&out);
    return;
  }
  print_line(c, "made %s: %zu label%s, %d sample%s, %d template%s, %d teacher%s", path, n_labels,
             n_labels == 1 ? "" : "s", f ? f->samples : 0, f && f->samples == 1 ? "" : "s", f ? f->templates : 0,
             f && f->templates == 1 ? "" : "s", f ? f->teachers : 0, f && f->teachers == 1 ? "" : "s");
  if (f && f->teachers && f->templates)
    print_line(c, "next: retort generate %s", path);
  else
    print_line(c, "next: retort import %s FILE --origin seed", path);
}

static void
remove_project(const char *path)
{
  static const char *const endings[] = {"", "-wal", "-shm"};

  for (size_t i = 0; i < N_OF(endings); i++) {
    char *file = xasprintf("%s%s", path, endings[i]);

    unlink(file);
    free(file);
  }
}

/* A project that could not be filled is taken away again: it was made just now. */
static int
make_project(struct call *c, const char *path, const struct label_list *l, struct folder *f, struct err *e)
{
  int r = 0;

  if (project_create(path, (enum task)call_number(c, "task"), l->v, l->n, e) < 0)
    return -1;
  if (f) {
    c->project = project_open(path, PROJECT_WRITE, e);
    r = c->project ? take_folder(c, f, e) : -1;
    if (c->project && project_close(c->project, r == 0 ? e : NULL) < 0)
      r = -1;
    c->project = NULL;
  }
  if (r < 0)
    remove_project(path);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  const char *path = c->args[0], *from = call_text(c, "from");
  struct label_list labels = {0};
  struct folder folder = {0};
  int r = labels_of_options(c, &labels, e);

  if (r == 0 && from) {
    char *file;

    r = folder_open(&folder, from, e);
    file = xasprintf("%s/labels.tsv", folder.path);
    if (r == 0 && access(file, F_OK) == 0)
      r = labels_of_file(c, file, &labels, e);
    free(file);
  }
  if (r == 0)
    r = make_project(c, path, &labels, from ? &folder : NULL, e);
  if (r == 0)
    print_made(c, path, labels.n, from ? &folder : NULL);
  if (from)
    folder_close(&folder);
  free(labels.v);
  return r;
}

static const struct option options[] = {
  {.name = "task", .type = OPTION_CHOICE, .choices = "classify|pair|multilabel", .fallback = "classify",
   .argument = "TASK", .summary = "one label a text, one label a pair of texts, or any number of labels a text"},
  {.name = "label", .type = OPTION_TEXT, .argument = "NAME[=MEANING]", .many = 1,
   .summary = "a label, and what it means to the teacher"},
  {.name = "from", .type = OPTION_FILE, .argument = "DIR",
   .summary = "fill it from an example folder, or from an installed example of that name"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort new tickets.retort --from support-tickets", "the example that comes with retort"},
  {"retort new mood.retort --label 'good=pleased with it' --label 'bad=not pleased'", "a project with two labels"},
  {NULL, NULL},
};

const struct command command_new = {
  .name = "new",
  .arguments = "FILE",
  .summary = "makes a project",
  .text =
    "Makes a project file; a file that is there is never replaced. Labels can be added later, too (import "
    "--add-labels).\n\n"
    "A folder for --from may hold labels.tsv (a line each: name, tab, meaning), seed.jsonl (texts written by people), "
    "train.jsonl, valid.jsonl, test.jsonl, pool.jsonl, templates (*.prompty) and a file named teachers, each line of "
    "which holds what would follow 'retort teacher PROJECT add': a name and options, with the path of --replay below "
    "the folder (lines that begin with # do not count). Without such a file, all replies*.jsonl become one teacher, "
    "named recorded, without a price. All of it is copied into the project, which then needs the folder no more.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_SHELL | COMMAND_JSON,
  .run = run,
};
