/* Answers to requests for labels, in the words of the template `annotate`: a text gets the label that it names, else
 * the first. Where logprobs are asked for, the label has .72 of the probability and the next label .18. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/server/exchange.h"

#define LABELS_MAX 64

struct labels {
  const char *name[LABELS_MAX];
  int n_name[LABELS_MAX];
  int n;
};

static const char *
content_of(const struct exchange *x, size_t i)
{
  const char *s = json_string(json_get(json_at(json_get(x->request, "messages"), i), "content"));

  return s ? s : "";
}

/* The lines "- name: meaning". */
static void
find_labels(const char *user, struct labels *l)
{
  l->n = 0;
  for (const char *s = user; s && l->n < LABELS_MAX; s = strchr(s, '\n')) {
    s += *s == '\n';
    if (strncmp(s, "- ", 2) != 0)
      continue;
    l->name[l->n] = s + 2;
    l->n_name[l->n++] = (int)strcspn(s + 2, ":\n");
  }
}

static int
choose(const struct labels *l, const char *text)
{
  size_t n = strcspn(text, "\n");

  for (int i = 0; i < l->n; i++)
    if (memmem(text, n, l->name[i], (size_t)l->n_name[i]))
      return i;
  return 0;
}

static void
add_answer(struct buf *out, const struct labels *l, int label, int index, bool reason)
{
  buf_addc(out, '{');
  if (index > 0)
    json_add_field_int(out, "index", index);
  if (reason)
    json_add_field(out, "rationale", "it says so");
  json_add_key(out, "label");
  json_add_string(out, l->name[label], (size_t)l->n_name[label]);
  buf_addc(out, '}');
}

bool
label_content(struct exchange *x, struct buf *out)
{
  const char *system = content_of(x, 0), *user = content_of(x, 1), *text = strstr(user, "\nText");
  bool many = strstr(system, "\"index\"") != NULL, reason = strstr(system, "\"rationale\"") != NULL;
  struct labels l;

  if (!strstr(system, "\"label\": \"...\"") || !text)
    return false;
  find_labels(user, &l);
  if (l.n == 0)
    return false;
  buf_adds(out, many ? "{\"texts\":[" : "");
  for (int index = 1; text; text = strstr(text + 1, "\nText"), index++) {
    if (index > 1)
      json_add_comma(out);
    add_answer(out, &l, choose(&l, text + 5), many ? index : 0, reason);
  }
  buf_adds(out, many ? "]}" : "");
  return true;
}

static void
add_token(struct buf *out, const char *s, size_t n, const char *const *others, const double *p, size_t n_others)
{
  json_add_comma(out);
  buf_adds(out, "{\"token\":");
  json_add_string(out, s, n);
  json_add_field_number(out, "logprob", n_others > 0 ? log(p[0]) : 0);
  buf_adds(out, ",\"top_logprobs\":[");
  for (size_t i = 0; i < n_others; i++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "token", others[i]);
    json_add_field_number(out, "logprob", log(p[i]));
    buf_addc(out, '}');
  }
  buf_adds(out, "]}");
}

void
label_logprobs(struct exchange *x, const struct buf *content, struct buf *out)
{
  static const double p[] = {.72, .18, .1};
  const char *value = strstr(buf_str(content), "\"label\":\"");
  char said[100], other[100];
  const char *others[] = {said, other, "something"};
  struct labels l;
  size_t at, n;
  int label;

  if (!json_is_true(json_get(x->request, "logprobs")) || !value)
    return;
  value += strlen("\"label\":\"");
  find_labels(content_of(x, 1), &l);
  at = (size_t)(value - content->s);
  n = strcspn(value, "\"");
  snprintf(said, sizeof said, "%.*s", (int)n, value);
  label = choose(&l, said);
  snprintf(other, sizeof other, "%.*s", l.n_name[(label + 1) % l.n], l.name[(label + 1) % l.n]);
  buf_adds(out, ",\"logprobs\":{\"content\":[");
  add_token(out, content->s, at, NULL, NULL, 0);
  add_token(out, value, n, others, p, 3);
  add_token(out, value + n, content->n - at - n, NULL, NULL, 0);
  buf_adds(out, "]}");
}
