/* Rendered prompts against recorded ones: for every label and every combination of attribute values the template
 * gives exactly the messages of one line of the replies, and each line belongs to one of them.
 *
 * test-prompt-recordings [FOLDER…]: each with its *.prompty, labels.tsv and replies.jsonl (X-2.prompty:
 * replies-2.jsonl). Without arguments: the folders that RETORT_RECORDINGS holds, and else examples/support-tickets.
 * An annotate.prompty in the folder or beside it is held against all annotations-*.jsonl: every line's messages must
 * come from its text. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "prompt/plan.h"
#include "prompt/prompty.h"

#define LABELS_MAX 1000

static int n_ok, n_failed;

static void
report(bool ok, const char *what, const char *detail)
{
  n_ok += ok;
  n_failed += !ok;
  printf("%s %d - %s%s%s\n", ok ? "ok" : "not ok", n_ok + n_failed, what, *detail ? ": " : "", detail);
}

struct labels {
  struct prompt_label v[LABELS_MAX];
  size_t n;
};

static int
load_labels(struct labels *l, struct arena *a, const char *path, struct err *e)
{
  struct lines in;
  size_t n;
  char *s;
  int r;

  l->n = 0;
  if (lines_open(&in, path, 1 << 20, e) < 0)
    return -1;
  while ((r = lines_next(&in, &s, &n, e)) > 0 && l->n < LABELS_MAX) {
    char *tab = strchr(s, '\t');

    if (tab)
      *tab++ = '\0';
    l->v[l->n++] = (struct prompt_label){arena_strdup(a, s), tab ? arena_strdup(a, tab) : NULL};
  }
  lines_close(&in);
  return r;
}

static int
load_prompty(struct prompty *p, const char *path, struct err *e)
{
  char *s = NULL;
  size_t n;
  int r;

  *p = (struct prompty){0};
  if (io_read_file(path, PROMPTY_BYTES, &s, &n, e) < 0)
    return -1;
  r = prompty_parse(p, path, s, n, e);
  free(s);
  return r;
}

/* The canonical messages of one line of replies, into key; the text after the last "Text: " into text. */
static int
line_key(const char *s, size_t n, struct buf *key, struct buf *text, struct err *e)
{
  struct json *j = json_parse(s, n, NULL, e);
  struct messages m;
  const char *found;
  int r;

  if (!j)
    return -1;
  r = messages_of_json(&m, json_path(j, "request", "messages", NULL), e);
  buf_clear(key);
  buf_clear(text);
  if (r == 0) {
    messages_add_json(key, &m);
    found = m.n ? strstr(m.v[m.n - 1].content, "\nText: ") : NULL;
    if (found)
      buf_adds(text, found + 7);
  }
  messages_release(&m);
  json_free(j);
  return r;
}

static int
load_replies(struct strmap *map, const char *path, size_t *n_lines, struct err *e)
{
  struct buf key = BUF_INIT, text = BUF_INIT;
  struct lines in;
  size_t n;
  char *s;
  int r = -1;

  *n_lines = 0;
  if (lines_open(&in, path, 1 << 24, e) == 0) {
    while ((r = lines_next(&in, &s, &n, e)) > 0 && (r = line_key(s, n, &key, &text, e)) == 0) {
      strmap_put(map, buf_str(&key), key.n, 0);
      (*n_lines)++;
    }
    lines_close(&in);
  }
  buf_release(&key);
  buf_release(&text);
  return r;
}

/* Every cell of the grid once, by a plan, and each of its prompts looked up. */
static int
check_grid(const struct prompty *p, const struct labels *l, struct strmap *map, size_t *n_found, struct err *e)
{
  struct plan_wish wish = {.per_label = (size_t)p->count};
  struct plan plan;
  int r = 0;

  *n_found = 0;
  for (size_t i = 0; i < p->n_attributes; i++)
    wish.per_label *= p->attributes[i].n;
  if (plan_make(&plan, p, l->v, l->n, &wish, e) < 0) {
    plan_release(&plan);
    return -1;
  }
  for (size_t i = 0; i < plan.n && r == 0; i++) {
    struct prompt_scope scope = {.labels = l->v, .n_labels = l->n, .task = "classify"};
    struct buf key = BUF_INIT;
    struct messages m;

    plan_scope(&plan, i, l->v, &scope);
    r = prompty_render(p, &scope, &m, e);
    messages_add_json(&key, &m);
    if (r == 0 && strmap_get(map, buf_str(&key), key.n, -1) != 0)
      r = err_set(e, ERR_FAIL, "no recording of %.300s", buf_str(&key));
    strmap_put(map, buf_str(&key), key.n, 1);
    *n_found += r == 0;
    messages_release(&m);
    buf_release(&key);
  }
  plan_release(&plan);
  return r;
}

static void
check_template(const char *folder, const char *file, const struct labels *l)
{
  const char *two = strstr(file, "-2.prompty");
  char path[1000], what[1200], detail[1100] = "";
  size_t n_lines = 0, n_found = 0;
  struct strmap map;
  struct prompty p;
  struct err e;

  strmap_init(&map);
  snprintf(path, sizeof path, "%s/%s", folder, file);
  err_clear(&e);
  if (load_prompty(&p, path, &e) == 0) {
    snprintf(path, sizeof path, "%s/replies%s.jsonl", folder, two ? "-2" : "");
    if (load_replies(&map, path, &n_lines, &e) == 0)
      check_grid(&p, l, &map, &n_found, &e);
  }
  if (e.code)
    snprintf(detail, sizeof detail, "%s", e.message);
  else if (n_found != n_lines || map.n != n_lines)
    snprintf(detail, sizeof detail, "%zu prompts, %zu different recordings in %zu lines", n_found, map.n, n_lines);
  snprintf(what, sizeof what, "%s: %zu prompts are those of %zu recordings", file, n_found, n_lines);
  report(!*detail && n_found > 0, what, detail);
  prompty_release(&p);
  strmap_release(&map);
}

static void
check_annotations(const char *folder, const char *file, const struct prompty *p, const struct labels *l)
{
  char path[1000], what[1200];
  struct buf key = BUF_INIT, text = BUF_INIT, ours = BUF_INIT;
  size_t n, n_same = 0;
  struct lines in;
  struct err e;
  char *s;
  int r = -1;

  err_clear(&e);
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (lines_open(&in, path, 1 << 24, &e) == 0) {
    while ((r = lines_next(&in, &s, &n, &e)) > 0 && (r = line_key(s, n, &key, &text, &e)) == 0) {
      struct prompt_text subject = {.text = buf_str(&text)};
      struct prompt_scope scope = {.labels = l->v, .n_labels = l->n, .subject = &subject};
      struct messages m;

      r = prompty_render(p, &scope, &m, &e);
      buf_clear(&ours);
      messages_add_json(&ours, &m);
      messages_release(&m);
      if (r == 0 && strcmp(buf_str(&ours), buf_str(&key)) != 0)
        r = err_set(&e, ERR_FAIL, "line %zu differs: %.300s", n_same + 1, buf_str(&ours));
      if (r < 0)
        break;
      n_same++;
    }
    lines_close(&in);
  }
  snprintf(what, sizeof what, "%s: %zu annotation prompts are the recorded ones", file, n_same);
  report(r == 0 && n_same > 0, what, e.message);
  buf_release(&key);
  buf_release(&text);
  buf_release(&ours);
}

static bool
ends_with(const char *s, const char *end)
{
  return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

static void
check_folder(const char *folder)
{
  struct labels *l = xcalloc(1, sizeof *l);
  struct prompty annotate = {0};
  struct dirent *d;
  struct arena a;
  char path[1000];
  struct err e;
  DIR *dir;

  arena_init(&a);
  err_clear(&e);
  printf("# %s\n", strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder);
  snprintf(path, sizeof path, "%s/labels.tsv", folder);
  if (load_labels(l, &a, path, &e) < 0)
    report(false, "labels", e.message);
  snprintf(path, sizeof path, "%s/annotate.prompty", folder);
  if (load_prompty(&annotate, path, &e) < 0) {
    prompty_release(&annotate);
    snprintf(path, sizeof path, "%s/../annotate.prompty", folder);
    if (load_prompty(&annotate, path, &e) < 0)
      prompty_release(&annotate);
  }
  dir = opendir(folder);
  while (dir && (d = readdir(dir))) {
    if (ends_with(d->d_name, ".prompty") && strcmp(d->d_name, "annotate.prompty") != 0)
      check_template(folder, d->d_name, l);
    if (strncmp(d->d_name, "annotations-", 12) == 0 && annotate.n_parts)
      check_annotations(folder, d->d_name, &annotate, l);
  }
  if (dir)
    closedir(dir);
  prompty_release(&annotate);
  arena_release(&a);
  free(l);
}

/* All folders with labels in a folder. */
static void
check_all(const char *root)
{
  struct dirent *d;
  DIR *dir = opendir(root);

  while (dir && (d = readdir(dir))) {
    char path[1200], labels[1300];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", root, d->d_name);
    snprintf(labels, sizeof labels, "%s/labels.tsv", path);
    if (d->d_name[0] != '.' && stat(labels, &st) == 0)
      check_folder(path);
  }
  if (dir)
    closedir(dir);
}

int
main(int argc, char **argv)
{
  const char *root = getenv("RETORT_RECORDINGS"), *srcdir = getenv("srcdir");
  char path[1000];

  for (int i = 1; i < argc; i++)
    check_folder(argv[i]);
  if (argc == 1 && root && *root) {
    check_all(root);
  } else if (argc == 1) {
    snprintf(path, sizeof path, "%s/examples/support-tickets", srcdir ? srcdir : ".");
    check_folder(path);
  }
  printf("1..%d\n", n_ok + n_failed);
  return n_failed || !n_ok;
}
