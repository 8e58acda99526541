#include "generate/soft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Where we are on the teacher's way through the value. */
struct walk {
  const struct chat_reply *chat;
  char **spelled;       /* each label as it would stand there, with its closing quote; NULL: ruled out */
  size_t n;
  bool bare;
  size_t token, skip;   /* the token, and its bytes that belong to what stands before the value */
  size_t consumed;      /* bytes of the value before this token */
  double weight;        /* probability of the way so far */
  double *p;
};

static bool
find_token(struct walk *w, size_t at)
{
  const char *content = w->chat->content;
  size_t from = 0;

  for (size_t i = 0; i < w->chat->n_tokens; i++) {
    size_t n = strlen(w->chat->tokens[i].text);

    if (strncmp(content + from, w->chat->tokens[i].text, n) != 0)
      return false;
    if (at < from + n) {
      w->token = i;
      w->skip = at - from;
      return true;
    }
    from += n;
  }
  return false;
}

/* Whether a token's rest begins, or passes, what is left of a label. */
static bool
fits(const struct walk *w, size_t label, const char *rest)
{
  const char *left = w->spelled[label];
  size_t n = strlen(rest), m;

  if (!left || strlen(left) < w->consumed)
    return false;
  left += w->consumed;
  m = strlen(left);
  if (n > m && w->bare) {
    size_t len;

    if (utf8_is_alnum(utf8_decode(rest + m, n - m, &len)) || rest[m] == '_')
      return false;
  }
  return strncasecmp(left, rest, n < m ? n : m) == 0;
}

static size_t
count_fits(const struct walk *w, const char *rest, size_t *last)
{
  size_t n = 0;

  for (size_t i = 0; i < w->n; i++)
    if (fits(w, i, rest)) {
      *last = i;
      n++;
    }
  return n;
}

struct shares {
  double *gain;         /* by label */
  double known, onward, lost;
};

static void
share(struct walk *w, struct shares *s, const char *text, double logprob, bool taken)
{
  const struct chat_token *t = &w->chat->tokens[w->token];
  double p = exp(logprob);
  size_t label = 0, n;

  if (!(p > 0) || strncmp(text, t->text, w->skip) != 0)
    return;
  n = count_fits(w, text + w->skip, &label);
  if (n == 1)
    s->gain[label] += p;
  else if (n > 1 && taken)
    s->onward += p;
  else if (n > 1)
    s->lost += p;
  s->known += n == 1 || (n > 1 && taken) ? p : 0;
}

/* One token of the way. 1: go on to the next, 0: done, -1: it does not tell. */
static int
step(struct walk *w, double *gain)
{
  const struct chat_token *t = &w->chat->tokens[w->token];
  struct shares s = {.gain = gain};
  size_t label;
  bool listed = false;

  memset(gain, 0, w->n * sizeof *gain);
  if (count_fits(w, t->text + w->skip, &label) == 0)
    return -1;
  for (size_t i = 0; i < t->n_others; i++) {
    bool taken = strcmp(t->others[i].text, t->text) == 0;

    listed = listed || taken;
    share(w, &s, t->others[i].text, t->others[i].logprob, taken);
  }
  if (!listed)
    share(w, &s, t->text, t->logprob, true);
  if (s.known <= 0 || s.lost > SOFT_LOST * (s.known + s.lost))
    return -1;
  for (size_t i = 0; i < w->n; i++)
    w->p[i] += w->weight * gain[i] / s.known;
  w->weight *= s.onward / s.known;
  for (size_t i = 0; i < w->n; i++)
    if (w->spelled[i] && !fits(w, i, t->text + w->skip)) {
      free(w->spelled[i]);
      w->spelled[i] = NULL;
    }
  w->consumed += strlen(t->text) - w->skip;
  w->skip = 0;
  w->token++;
  return s.onward > 0;
}

/* The reply ends: a bare label that is there whole is meant. */
static int
arrive(struct walk *w)
{
  for (size_t i = 0; i < w->n; i++)
    if (w->bare && w->spelled[i] && strlen(w->spelled[i]) == w->consumed) {
      w->p[i] += w->weight;
      return 0;
    }
  return -1;
}

static int
walk(struct walk *w)
{
  double *gain = xcalloc(w->n + 1, sizeof *gain);
  int result;

  do
    result = w->token < w->chat->n_tokens ? step(w, gain) : arrive(w);
  while (result == 1);
  free(gain);
  return result;
}

static char *
spell(const char *name, bool bare)
{
  struct buf b = BUF_INIT;
  char *s;

  if (bare)
    return xstrdup(name);
  json_add_str(&b, name);
  s = xstrdup(buf_str(&b) + 1);
  buf_release(&b);
  return s;
}

bool
soft_label(const struct chat_reply *chat, size_t at, bool bare, const struct labels *labels, float *p)
{
  struct walk w = {.chat = chat, .n = labels_count(labels), .bare = bare, .weight = 1};
  double sum = 0;
  bool told;

  if (at == SIZE_MAX || chat->n_tokens == 0 || !chat->content || !find_token(&w, at))
    return false;
  w.spelled = xcalloc(w.n + 1, sizeof *w.spelled);
  w.p = xcalloc(w.n + 1, sizeof *w.p);
  for (size_t i = 0; i < w.n; i++)
    w.spelled[i] = spell(label_name(labels, (uint16_t)i), bare);
  told = walk(&w) == 0;
  for (size_t i = 0; i < w.n; i++)
    sum += w.p[i];
  told = told && sum > 0;
  for (size_t i = 0; i < w.n; i++) {
    if (told)
      p[i] = (float)(w.p[i] / sum);
    free(w.spelled[i]);
  }
  free(w.spelled);
  free(w.p);
  return told;
}
