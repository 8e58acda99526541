#include "command/answers.h"

#include <string.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "command/names.h"
#include "curate/audit.h"

#define ANSWER_BYTES ((size_t)1 << 20)  /* longest line of answers */

/* An answer that says nothing of labels is about those that the sample came with. */
static int
as_came(struct call *c, uint32_t id, struct judgement *j, struct err *e)
{
  struct judgement came;

  if (audit_came(c->project, id, &came, e) < 0)
    return -1;
  j->labels = arena_alloc(&c->arena, (came.n_labels + 1) * sizeof *j->labels);
  j->n_labels = came.n_labels;
  memcpy(j->labels, came.labels, came.n_labels * sizeof *j->labels);
  free(came.labels);
  return 0;
}

/* Adds a label in its order. */
static void
add_label(struct judgement *j, uint16_t label)
{
  uint32_t i = j->n_labels;

  for (uint32_t k = 0; k < j->n_labels; k++)
    if (j->labels[k] == label)
      return;
  for (; i > 0 && j->labels[i - 1] > label; i--)
    j->labels[i] = j->labels[i - 1];
  j->labels[i] = label;
  j->n_labels++;
}

/* "12=accept", "12=reject", "12=LABEL"; several labels come as JSON. */
static int
answer_words(struct call *c, const char *text, struct err *e)
{
  struct judgement j = {.status = STATUS_ACCEPTED};
  const char *word = strchr(text, '=');
  unsigned long id = strtoul(text, NULL, 10);
  uint16_t label;

  if (!word || word == text || strspn(text, "0123456789") != (size_t)(word - text) || id > UINT32_MAX)
    return err_set(e, ERR_INPUT, "'%.100s' is no answer (12=accept, 12=reject or 12=LABEL)", text);
  word++;
  if (strcmp(word, "accept") != 0 && strcmp(word, "reject") != 0) {
    j.labels = arena_alloc(&c->arena, sizeof *j.labels);
    if (names_label(c, word, &label, e) < 0)
      return -1;
    add_label(&j, label);
  } else if (as_came(c, (uint32_t)id, &j, e) < 0) {
    return -1;
  }
  if (strcmp(word, "reject") == 0)
    j.status = STATUS_REJECTED;
  return audit_answer(c->project, (uint32_t)id, &j, e);
}

static int
labels_of_json(struct call *c, const struct json *json, struct judgement *j, struct err *e)
{
  const struct json *one = json_get(json, "label"), *list = json_get(json, "labels");
  uint16_t label;

  j->labels = arena_alloc(&c->arena, LABEL_MAX * sizeof *j->labels);
  if (one) {
    if (!json_string(one) || names_label(c, json_string(one), &label, e) < 0)
      return json_string(one) ? -1 : err_set(e, ERR_INPUT, "\"label\" is no text");
    add_label(j, label);
  }
  for (const struct json *l = json_first(list); l; l = json_next(l)) {
    if (!json_string(l) || names_label(c, json_string(l), &label, e) < 0)
      return json_string(l) ? -1 : err_set(e, ERR_INPUT, "\"labels\" holds something else than texts");
    add_label(j, label);
  }
  if (j->n_labels > 1 && corpus_task(project_corpus(c->project)) != TASK_MULTILABEL)
    return err_set(e, ERR_INPUT, "the project's task takes one label a sample");
  return 0;
}

/* {"id": 12, "answer": "accept" or "reject"}, or with "label" or "labels". */
static int
answer_json(struct call *c, const struct json *json, struct err *e)
{
  struct judgement j = {.status = STATUS_ACCEPTED};
  double id = json_number(json_get(json, "id"), 0);
  const char *answer = json_string(json_get(json, "answer"));
  bool labels = json_get(json, "label") || json_get(json, "labels");

  if (!(id >= 1 && id <= UINT32_MAX))
    return err_set(e, ERR_INPUT, "no \"id\" (the number of a sample)");
  if (answer && strcmp(answer, "accept") != 0 && strcmp(answer, "reject") != 0)
    return err_set(e, ERR_INPUT, "\"answer\" is neither accept nor reject");
  if (!answer && !labels)
    return err_set(e, ERR_INPUT, "neither \"answer\" nor \"label\"");
  if (labels ? labels_of_json(c, json, &j, e) < 0 : as_came(c, (uint32_t)id, &j, e) < 0)
    return -1;
  if (answer && strcmp(answer, "reject") == 0)
    j.status = STATUS_REJECTED;
  return audit_answer(c->project, (uint32_t)id, &j, e);
}

static int
read_answers(struct call *c, const char *path, size_t *n, struct err *e)
{
  struct lines lines;
  size_t len;
  char *line;
  int r;

  if (strcmp(path, "-") == 0)
    lines_from_fd(&lines, STDIN_FILENO, "standard input", ANSWER_BYTES);
  else if (lines_open(&lines, path, ANSWER_BYTES, e) < 0)
    return -1;
  while ((r = lines_next(&lines, &line, &len, e)) > 0) {
    struct json *json;

    if (!line[strspn(line, " \t\r")])
      continue;
    json = json_parse(line, len, NULL, e);
    r = json ? answer_json(c, json, e) : -1;
    json_free(json);
    if (r < 0) {
      err_prefix(e, "%s:%llu: ", lines.name, (unsigned long long)lines.number);
      break;
    }
    ++*n;
  }
  lines_close(&lines);
  return r;
}

int
answers_take(struct call *c, size_t *n, struct err *e)
{
  const char *text;

  for (size_t i = 0; (text = call_each(c, "answer", i)); i++, ++*n)
    if (answer_words(c, text, e) < 0)
      return -1;
  return call_given(c, "answers") ? read_answers(c, call_text(c, "answers"), n, e) : 0;
}
