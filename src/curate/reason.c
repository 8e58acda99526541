#include "curate/reason.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define FEW 5u                   /* of the nearest are spoken of */
#define CLOSE 0.5                /* so similar is "like it" */
#define SHARE 8

/* A sample, with what is known of it. */
struct case_of {
  const struct corpus *c;
  struct sample s;
  uint16_t suggested;            /* LABEL_NONE: nobody said */
  double suggested_p, own_p, novel;  /* NaN: not known */
  const struct neighbour *near;
  size_t n;
};

static double
value(const struct filter_provider *p, const char *name, uint32_t id)
{
  struct column column = {0};

  if (!p || !p->get(p->arg, name, &column) || id > column.n)
    return NAN;
  return (double)column.values[id - 1];
}

/* ".91" */
static const char *
share(double x, char out[SHARE])
{
  char text[SHARE];

  snprintf(text, sizeof text, "%.2f", x < 0 ? 0 : x > 1 ? 1 : x);
  snprintf(out, SHARE, "%s", text[0] == '0' ? text + 1 : text);
  return out;
}

static const char *
name_of(const struct case_of *k, uint16_t label)
{
  return label == LABEL_NONE ? "no label" : label_name(corpus_labels(k->c), label);
}

static void
add_own_labels(struct buf *out, const struct case_of *k)
{
  labels_join(out, corpus_labels(k->c), k->s.labels, k->s.n_labels, ", ");
}

static void
add_guess(struct buf *out, const struct case_of *k)
{
  char p[SHARE];

  buf_adds(out, name_of(k, k->suggested));
  if (!isnan(k->suggested_p))
    buf_addf(out, " %s", share(k->suggested_p, p));
}

/* ---- suspect ---- */

/* "; 4 of 5 nearest are billing": the label that most of them have. */
static void
add_nearest_labels(struct buf *out, const struct case_of *k)
{
  uint16_t labels[FEW], best = LABEL_NONE;
  unsigned n = 0, most = 0;
  struct sample s;

  for (size_t i = 0; i < k->n && n < FEW; i++)
    if (corpus_get(k->c, k->near[i].id, &s) && s.n_labels)
      labels[n++] = sample_label(&s);
  for (unsigned i = 0; i < n; i++) {
    unsigned same = 0;

    for (unsigned j = 0; j < n; j++)
      same += labels[j] == labels[i];
    if (same > most) {
      most = same;
      best = labels[i];
    }
  }
  if (n > 1 && most > 1)
    buf_addf(out, "; %u of %u nearest %s %s", most, n, most == 1 ? "is" : "are", name_of(k, best));
  else if (n)
    buf_addf(out, "; the nearest, %u, is %s", k->near[0].id, name_of(k, labels[0]));
}

static bool
add_suspect(struct buf *out, const struct case_of *k)
{
  if (k->suggested == LABEL_NONE)
    return false;
  if (!k->s.n_labels)
    buf_adds(out, "no label; students say ");
  else {
    buf_adds(out, "labelled ");
    add_own_labels(out, k);
    buf_adds(out, sample_has_label(&k->s, k->suggested) ? ", and so say students: " : ", but students say ");
  }
  add_guess(out, k);
  add_nearest_labels(out, k);
  return true;
}

/* ---- useful ---- */

static void
add_nearest_accepted(struct buf *out, const struct case_of *k)
{
  char p[SHARE];
  struct sample s;
  unsigned n = 0;

  for (size_t i = 0; i < k->n && n < FEW; i++) {
    if (!corpus_get(k->c, k->near[i].id, &s))
      continue;
    n++;
    if (sample_usable(&s)) {
      buf_addf(out, k->near[i].similarity >= (float)CLOSE ? "; %u is like it (%s), and accepted"
                                                          : "; the nearest accepted, %u, is alike by only %s",
               k->near[i].id, share((double)k->near[i].similarity, p));
      return;
    }
  }
  if (n > 1)
    buf_addf(out, "; none of its %u nearest is accepted", n);
  else
    buf_adds(out, "; nothing like it is accepted yet");
}

static bool
add_useful(struct buf *out, const struct case_of *k)
{
  char p[SHARE];

  if (k->suggested == LABEL_NONE)
    return false;
  if (k->s.n_labels == 1 && !sample_has_label(&k->s, k->suggested) && !isnan(k->own_p)) {
    buf_adds(out, "students waver between ");
    add_guess(out, k);
    buf_addf(out, " and %s %s", name_of(k, sample_label(&k->s)), share(k->own_p, p));
  } else {
    buf_adds(out, k->suggested_p >= 0.8 ? "students are rather sure of " : "students are not sure of ");
    add_guess(out, k);
  }
  add_nearest_accepted(out, k);
  return true;
}

/* ---- novel ---- */

static bool
add_novel(struct buf *out, const struct case_of *k)
{
  char p[SHARE];

  if (k->n) {
    share((double)k->near[0].similarity, p);
    if (k->near[0].similarity >= (float)CLOSE)
      buf_addf(out, "%u is alike by %s", k->near[0].id, p);
    else
      buf_addf(out, "nothing near: the nearest, %u, is alike by %s", k->near[0].id, p);
  } else if (!isnan(k->novel))
    buf_addf(out, k->novel >= 1 - CLOSE ? "nothing near: the nearest is alike by %s" : "another text is alike by %s",
             share(1 - k->novel, p));
  else
    return false;
  return true;
}

static const struct {
  const char *order;
  bool (*add)(struct buf *out, const struct case_of *k);
} rows[] = {{"suspect", add_suspect}, {"useful", add_useful}, {"novel", add_novel}};

/* Cut to so many columns, the last of them then "…". */
static void
clip(struct buf *out, size_t from, size_t cols)
{
  size_t at = from, used = 0, len;

  if (utf8_columns(out->s + from, out->n - from) <= cols)
    return;
  for (; at < out->n; at += len) {
    int width = utf8_width(utf8_decode(out->s + at, out->n - at, &len));

    if (used + (size_t)width > cols - 1)
      break;
    used += (size_t)width;
  }
  buf_truncate(out, at);
  buf_adds(out, "…");
}

bool
reason_add(struct buf *out, const struct corpus *c, uint32_t id, const char *order,
           const struct filter_provider *provider, const struct neighbour *near, size_t n)
{
  struct case_of k = {.c = c, .near = near, .n = n};
  double suggested = value(provider, "suggested", id);
  size_t from = out->n;

  if (!order || !corpus_get(c, id, &k.s))
    return false;
  order += *order == '-';
  k.suggested = suggested >= 0 && suggested < labels_count(corpus_labels(c)) ? (uint16_t)suggested : LABEL_NONE;
  k.suggested_p = value(provider, "suggested_p", id);
  k.own_p = value(provider, "self_confidence", id);
  k.novel = value(provider, "novel", id);
  for (size_t i = 0; i < N_OF(rows); i++)
    if (!strcmp(order, rows[i].order) && rows[i].add(out, &k)) {
      clip(out, from, REASON_COLS);
      return true;
    }
  return false;
}
