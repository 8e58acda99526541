/* ballot: a teacher's reply to a request to label texts, to the labels in it.
 *
 * Read are, with words before and after, in a ``` block or after a <think> block:
 *   one text     {"label": "x"}, {"labels": ["x", "y"]}, an object with one member that is a text, or the bare label
 *   many texts   {"texts": [{"index": 1, "label": "x"}, ...]} or whatever its one list is called, the list alone, one
 *                object a line; a list without indexes only if it has an entry for every text; {"1": "x", "2": "y"}
 * with "rationale" (or "reason") beside the label. A label is what is spelled like one of the project's, or else the
 * only one that is the same but for case, spaces and punctuation; all else is no label and is kept as it was written.
 * Nothing is guessed: of two different answers for one text neither counts.
 *
 * Life: zeroed, ballot_read, ballot_release (also after -1). Threads: any. */
#ifndef GENERATE_BALLOT_H
#define GENERATE_BALLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "corpus/label.h"

#define BALLOT_TEXTS_MAX 1000   /* texts of one request */
#define BALLOT_LABELS_MAX 256   /* labels of one text in a reply */

struct ballot_entry {
  bool said;                    /* the reply has a word on this text */
  uint16_t *labels;             /* each once, in the order written */
  size_t n_labels;              /* 0 without `odd`: none applies (several labels a text only) */
  const char *odd;              /* what stands there and is no answer: "'refunds' is no label"; NULL: nothing */
  const char *rationale;        /* "" */
  size_t at;                    /* byte of the content where the value of the label begins; SIZE_MAX: not known */
  bool bare;                    /* the value is not in quotes */
};
struct ballot {
  struct arena arena;
  struct ballot_entry *entries; /* as many as texts were asked about */
  size_t n;
};

/* -1 with words for the person: nothing in it can be read. 0: entries that were not said or are odd may be among
 * them. multilabel: an entry may have any number of labels, else it has one. */
int ballot_read(struct ballot *b, const char *content, size_t n, const struct labels *labels, bool multilabel,
                size_t n_texts, struct err *e);
void ballot_release(struct ballot *b);
/* LABEL_NONE: it is none, or could be two. */
uint16_t ballot_label(const struct labels *labels, const char *s);

#endif
