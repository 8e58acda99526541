/* filter_node: a filter as a tree, between the files that read it and those that ask it. Only they include this. */
#ifndef CORPUS_FILTER_NODE_H
#define CORPUS_FILTER_NODE_H

#include "corpus/filter.h"
#include "corpus/needle.h"
#include "corpus/regex.h"

enum node_kind {
  NODE_ALL,
  NODE_AND,
  NODE_OR,
  NODE_NOT,
  NODE_TEXT,
  NODE_REGEX,
  NODE_NAME,
  NODE_NUMBER,
  NODE_FLAG,
  NODE_COLUMN,       /* a flag of a provider */
  NODE_COLUMN_NAME,  /* a column with names, one of the chosen */
  NODE_IDS,
  NODE_ATTRIBUTE
};
enum compare { LESS, LESS_EQUAL, EQUAL, GREATER_EQUAL, GREATER };

struct range {
  uint32_t from, to;
};
struct node {
  enum node_kind kind;
  int cost;                        /* of an evaluation, roughly; the cheap ones of and/or are asked first */
  enum filter_reads reads;         /* all that it needs of a sample */
  struct node *kids, *next;        /* what and/or joins, the cheapest first; the next of its parent's kids */
  struct node *next_made;          /* all nodes, to free what they own */
  const struct filter_field *field;
  struct needle needle;
  struct regex *regex;
  uint8_t *chosen;                 /* NODE_NAME, NODE_COLUMN_NAME: a bit for each value */
  bool *passes;                    /* FILTER_READS_BITS: what it says of each word of small fields */
  uint32_t n_bits;
  bool by_column;                  /* NODE_NUMBER: of the column, not of the field */
  struct column column;
  enum compare compare;
  double number;
  struct range *ranges;
  size_t n_ranges, cap_ranges;
  char *name, *value;              /* NODE_ATTRIBUTE; name: of a column, too */
};

struct filter {
  const struct corpus *corpus;
  struct node *root, *made;
  struct regex_room *room;         /* of filter_match; other threads have their own */
  size_t n_saved;                  /* saved filters that were put in */
  float *dup;                      /* the column `dup`, if it was computed here */
};

/* The row of the table with this name, or NULL. */
const struct filter_field *filter_field_named(const char *name);
/* What a node says of one sample: the plain way; filter_chunk.h asks of thousands at once, with the same answers. */
bool filter_test(const struct node *n, const struct sample *s, struct regex_room *room);

/* What may stand after `name:`: the values of a field, or the names of a column. */
struct filter_values {
  const char *name, *form;         /* form: for people, "NAME[,NAME...]" */
  const struct corpus *corpus;
  const struct filter_field *field;
  const struct column *column;     /* or this */
};
/* The i-th, "" for none of that number, NULL past the last. */
const char *filter_value(const struct filter_values *values, uint32_t i);

#endif
