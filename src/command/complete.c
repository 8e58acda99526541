/* What could stand at the cursor of a command line. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "command/columns.h"
#include "command/rows.h"
#include "command/topic.h"
#include "command/words.h"
#include "corpus/filter.h"
#include "store/run_live_store.h"
#include "store/setting_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"
#include "student/student.h"

#define FILES_MAX 2000  /* names of a folder that are looked at */

/* The word at the cursor, as far as it is typed. */
struct at {
  struct project *project;
  const struct filter_provider *columns;
  struct completion *out;
  const char *word;      /* without quotes */
  char quote;            /* it stands in, 0: none */
};

static void
add(struct at *a, const char *text, const char *summary)
{
  struct completion *c = a->out;
  struct buf quoted = BUF_INIT;

  if (strncmp(text, a->word, strlen(a->word)) != 0)
    return;
  if (a->quote)
    buf_addf(&quoted, "%c%s%c", a->quote, text, a->quote);
  else
    words_quote(&quoted, text);
  GROW(c->items, c->cap, c->n + 1);
  c->items[c->n++] = (struct completion_item){buf_take(&quoted), xstrdup(summary ? summary : "")};
}

static int
compare_items(const void *a, const void *b)
{
  return strcmp(((const struct completion_item *)a)->text, ((const struct completion_item *)b)->text);
}

/* ---- what a word may be */

static void
add_commands(struct at *a, bool shell_too)
{
  for (size_t i = 0; commands[i]; i++)
    if (shell_too || !(commands[i]->flags & COMMAND_SHELL))
      add(a, commands[i]->name, commands[i]->summary);
}

static void
add_option_names(struct at *a, const struct command *command)
{
  const struct option *tables[20] = {command->options, command_common_options}, *table;
  struct buf name = BUF_INIT;
  const char *whose;
  size_t n = 2;

  for (size_t i = 0; command->more && n < N_OF(tables) && (table = command->more(i, &whose)); i++)
    tables[n++] = table;
  for (size_t i = 0; i < n; i++)
    for (const struct option *o = tables[i]; o && o->name; o++) {
      if (call_option(command, o->name) != o)
        continue;
      buf_clear(&name);
      buf_addf(&name, "--%s", o->name);
      add(a, buf_str(&name), o->summary);
    }
  buf_release(&name);
}

static void
add_labels(struct at *a)
{
  const struct labels *labels = a->project ? corpus_labels(project_corpus(a->project)) : NULL;

  for (size_t i = 0; labels && i < labels_count(labels); i++)
    add(a, label_name(labels, (uint16_t)i), label_meaning(labels, (uint16_t)i));
}

static void
add_templates(struct at *a)
{
  struct template_row *rows;
  size_t n;

  if (!a->project || template_store_list(a->project, false, &rows, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    add(a, rows[i].name, "template");
  template_rows_free(rows, n);
}

static void
add_teachers(struct at *a)
{
  struct teacher_row *rows;
  size_t n;

  if (!a->project || teacher_store_list(a->project, &rows, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    add(a, rows[i].name, *rows[i].model ? rows[i].model : rows[i].kind);
  teacher_rows_free(rows, n);
}

static void
add_runs(struct at *a)
{
  struct run_row *rows;
  size_t n;

  if (!a->project || run_store_list(a->project, &rows, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    add(a, rows[i].name, run_state_names[rows[i].state]);
  run_rows_free(rows, n);
}

static void
add_presets(struct at *a)
{
  struct run_set *rows;
  size_t n;

  if (!a->project || run_set_list(a->project, &rows, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    add(a, rows[i].name, rows[i].student);
  run_sets_free(rows, n);
}

/* "lr=": of all students, each name once; of a number the range, of a choice the list is still to be typed. */
static void
add_ranges(struct at *a)
{
  for (size_t k = 0; k < student_n_kinds; k++)
    for (size_t i = 0; i < student_kinds[k]->n_params; i++) {
      const struct option *o = &student_kinds[k]->params[i];
      bool known = false;
      char *word;

      for (size_t j = 0; j < k; j++)
        known = known || option_find(student_kinds[j]->params, o->name);
      if (known)
        continue;
      word = xasprintf("%s=", o->name);
      add(a, word, o->summary);
      free(word);
    }
}

static void
add_saved(struct at *a)
{
  struct setting_row *rows;
  size_t n;

  if (!a->project || setting_store_list(a->project, SETTING_FILTER, &rows, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    add(a, rows[i].name, rows[i].value);
  setting_rows_free(rows, n);
}

/* Entries of the folder that the word names, folders with a '/' behind. */
static void
add_files(struct at *a)
{
  const char *slash = strrchr(a->word, '/');
  char *folder = slash ? xstrndup(a->word, (size_t)(slash - a->word) + 1) : xstrdup("");
  const char *rest = slash ? slash + 1 : a->word;
  DIR *d = opendir(*folder ? folder : ".");
  struct dirent *entry;

  for (int n = 0; d && n < FILES_MAX && (entry = readdir(d)); n++) {
    struct stat st;
    char *path;

    if (strncmp(entry->d_name, rest, strlen(rest)) != 0 || (entry->d_name[0] == '.' && rest[0] != '.'))
      continue;
    path = xasprintf("%s%s", folder, entry->d_name);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
      free(path);
      path = xasprintf("%s%s/", folder, entry->d_name);
    }
    add(a, path, "");
    free(path);
  }
  if (d)
    closedir(d);
  free(folder);
}

static void
add_term(void *arg, const char *word, const char *help)
{
  struct at *a = arg;
  struct completion *c = a->out;

  GROW(c->items, c->cap, c->n + 1);
  c->items[c->n++] = (struct completion_item){xstrdup(word), xstrdup(help ? help : "")};
}

/* A filter may hold several terms: only the one at the cursor is replaced. */
static void
add_filter(struct at *a, size_t cursor)
{
  size_t n = strlen(a->word), from = n;
  struct columns *mine;

  if (!a->project)
    return;
  while (from > 0 && !strchr(" \t(", a->word[from - 1]))
    from--;
  a->out->from = cursor - (n - from);
  mine = a->columns ? NULL : columns_new(a->project);
  filter_complete(project_corpus(a->project), a->word, n, a->columns ? a->columns : columns_names(mine), add_term, a);
  columns_free(mine);
}

static void
add_choices(struct at *a, const struct option *o)
{
  struct buf choice = BUF_INIT;

  for (size_t i = 0; option_choice(o, i, &choice); i++)
    add(a, buf_str(&choice), "");
  buf_release(&choice);
}

static void
add_values(struct at *a, const struct option *o, size_t cursor)
{
  switch (o->type) {
  case OPTION_CHOICE: add_choices(a, o); break;
  case OPTION_FILE: add_files(a); break;
  case OPTION_FILTER: add_filter(a, cursor); break;
  case OPTION_LABEL: add_labels(a); break;
  case OPTION_TEMPLATE: add_templates(a); break;
  case OPTION_TEACHER: add_teachers(a); break;
  case OPTION_RUN: add_runs(a); break;
  case OPTION_PRESET: add_presets(a); break;
  case OPTION_STUDENT:
    for (size_t i = 0; i < student_n_kinds; i++)
      add(a, student_kinds[i]->name, student_kinds[i]->summary);
    break;
  case OPTION_FLAG: case OPTION_INT: case OPTION_REAL: case OPTION_TEXT: break;
  }
}

/* ---- positional words */

/* The i-th word of an argument string into out, without brackets and dots. */
static bool
argument_name(const char *arguments, size_t i, struct buf *out)
{
  size_t min, max;

  buf_clear(out);
  call_arity(arguments, &min, &max);
  for (; *arguments; i--) {
    size_t n = strcspn(arguments, " ");
    bool last = arguments[n] == '\0';

    if (i == 0 || (last && max == (size_t)-1)) {
      for (size_t k = 0; k < n; k++)
        if (!strchr("[].", arguments[k]))
          buf_addc(out, arguments[k]);
      return true;
    }
    arguments += n;
    arguments += strspn(arguments, " ");
  }
  return false;
}

/* n: positional words before this one, the verb among them. */
static void
add_positional(struct at *a, const struct command *command, const struct words *w, const size_t *positions, size_t n,
               size_t cursor)
{
  const char *arguments = command->arguments;
  struct buf name = BUF_INIT;

  if (command->verbs && n == 0) {
    for (const struct command_verb *v = command->verbs; v->name; v++)
      add(a, v->name, v->summary);
    return;
  }
  if (command->verbs) {
    arguments = "";
    for (const struct command_verb *v = command->verbs; v->name; v++)
      if (strcmp(v->name, w->v[positions[0]].text) == 0)
        arguments = v->arguments;
    n--;
  } else if (command->flags & COMMAND_PROJECT) {
    n++;
  }
  if (argument_name(arguments, n, &name)) {
    if (strcmp(buf_str(&name), "FILE") == 0)
      add_files(a);
    else if (strcmp(buf_str(&name), "NAME") == 0 && strcmp(command->name, "template") == 0)
      add_templates(a);
    else if (strcmp(buf_str(&name), "NAME") == 0 && strcmp(command->name, "teacher") == 0)
      add_teachers(a);
    else if (strcmp(buf_str(&name), "NAME") == 0 && strcmp(command->name, "filter") == 0)
      add_saved(a);
    else if (strcmp(buf_str(&name), "NAME") == 0 && strcmp(command->name, "preset") == 0)
      add_presets(a);
    else if (strcmp(buf_str(&name), "RUN") == 0)
      add_runs(a);
    else if (strcmp(buf_str(&name), "RANGE") == 0)
      add_ranges(a);
    else if (strcmp(buf_str(&name), "QUERY") == 0)
      add_filter(a, cursor);
    else if (strncmp(buf_str(&name), "COMMAND", 7) == 0) {
      add_commands(a, true);
      for (const struct topic *t = topics; t->name; t++)
        add(a, t->name, "topic");
    }
  }
  buf_release(&name);
}

/* The option whose value the word `i` would be, or NULL; fills the places of positional words before it. */
static const struct option *
option_before(const struct command *command, const struct words *w, size_t i, size_t *positions, size_t *n)
{
  const struct option *waiting = NULL;

  for (size_t k = 1; k < i; k++) {
    const char *text = w->v[k].text;

    if (waiting) {
      waiting = NULL;
    } else if (strncmp(text, "--", 2) == 0) {
      const struct option *o = strchr(text, '=') ? NULL : call_option(command, text + 2);

      waiting = o && o->type != OPTION_FLAG ? o : NULL;
    } else if (strcmp(text, "-o") == 0) {
      waiting = call_option(command, "output");
    } else {
      positions[(*n)++] = k;
    }
  }
  return waiting;
}

static void
complete_word(struct at *a, const struct words *w, size_t i, size_t cursor)
{
  const struct command *command = i > 0 ? command_find(w->v[0].text) : NULL;
  size_t *positions = xcalloc(w->n + 1, sizeof *positions), n = 0;
  const struct option *o;

  if (i == 0) {
    add_commands(a, false);
  } else if (command) {
    const char *equal = strchr(a->word, '=');

    o = option_before(command, w, i, positions, &n);
    if (o) {
      add_values(a, o, cursor);
    } else if (strncmp(a->word, "--", 2) == 0 && equal && !a->quote) {
      char *name = xstrndup(a->word + 2, (size_t)(equal - a->word) - 2);

      o = call_option(command, name);
      a->out->from += (size_t)(equal + 1 - a->word);
      a->word = equal + 1;
      if (o)
        add_values(a, o, cursor);
      free(name);
    } else if (a->word[0] == '-') {
      add_option_names(a, command);
    } else {
      add_positional(a, command, w, positions, n, cursor);
    }
  }
  free(positions);
}

void
command_complete(struct project *p, const struct filter_provider *columns, const char *line, size_t cursor,
                 struct completion *out)
{
  struct at a = {.project = p, .columns = columns, .out = out, .word = ""};
  size_t length = strlen(line), i;
  struct words w;

  *out = (struct completion){0};
  cursor = cursor < length ? cursor : length;
  words_split(&w, line, cursor, NULL);
  i = w.n;
  out->from = cursor;
  if (w.n && w.v[w.n - 1].to == cursor) {
    i--;
    out->from = w.v[i].from;
    a.word = w.v[i].text;
    a.quote = w.v[i].open == '\\' ? 0 : w.v[i].open;
  }
  complete_word(&a, &w, i, cursor);
  if (out->n)
    qsort(out->items, out->n, sizeof *out->items, compare_items);
  words_release(&w);
}

void
completion_release(struct completion *c)
{
  for (size_t i = 0; i < c->n; i++) {
    free(c->items[i].text);
    free(c->items[i].summary);
  }
  free(c->items);
  *c = (struct completion){0};
}
