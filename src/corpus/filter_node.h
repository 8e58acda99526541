/* filter_node: a filter as a tree, between the file that reads it and the file that asks it. Only they include this. */
#ifndef CORPUS_FILTER_NODE_H
#define CORPUS_FILTER_NODE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "corpus/filter.h"
#include "corpus/needle.h"

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
  NODE_COLUMN,
  NODE_IDS,
  NODE_ATTRIBUTE
};
enum compare { LESS, LESS_EQUAL, EQUAL, GREATER_EQUAL, GREATER };

struct range {
  uint32_t from, to;
};
struct node {
  enum node_kind kind;
  int cost;                        /* of an evaluation, roughly; the cheap side of and/or is asked first */
  struct node *left, *right;
  struct node *next_made;          /* all nodes, to free what they own */
  const struct filter_field *field;
  struct needle needle;
  pcre2_code *regex;
  uint8_t *chosen;                 /* NODE_NAME: a bit for each value */
  uint32_t n_bits;
  bool by_column;                  /* NODE_NUMBER: of the column, not of the field */
  struct column column;
  enum compare compare;
  double number;
  struct range *ranges;
  size_t n_ranges, cap_ranges;
  char *name, *value;              /* NODE_ATTRIBUTE */
};

struct filter {
  const struct corpus *corpus;
  struct node *root, *made;
  pcre2_match_context *context;
  pcre2_match_data *match;
  float *dup;                      /* the column `dup`, if it was computed here */
};

/* The row of the table with this name, or NULL. */
const struct filter_field *filter_field_named(const char *name);

#endif
