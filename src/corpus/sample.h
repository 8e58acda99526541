/* sample: one row of the corpus, as a value copied out of it.
 *
 * Pointers in a struct sample point to immutable memory that stays until the project is closed; so a sample may be kept
 * as long as the project is open, and shows the moment at which it was copied. As input of an insert they point to the
 * caller's memory and are copied.
 *
 * Texts are valid UTF-8, NUL-terminated, without NUL inside; readers of files see to that. */
#ifndef CORPUS_SAMPLE_H
#define CORPUS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SAMPLE_TEXT_MAX ((size_t)16 << 20)  /* bytes of one text; readers refuse more */
#define LABEL_NONE 0xffffu                  /* no label; label ids are 0..65534 */

enum split { SPLIT_TRAIN, SPLIT_VALID, SPLIT_TEST, SPLIT_POOL, N_SPLITS };
enum origin { ORIGIN_SEED, ORIGIN_GENERATED, ORIGIN_ANNOTATED, ORIGIN_IMPORTED, N_ORIGINS };
enum status { STATUS_NEW, STATUS_ACCEPTED, STATUS_REJECTED, N_STATUSES };

/* The names, as commands, files and screens spell them; _parse is -1 for an unknown name. */
extern const char *const split_names[N_SPLITS];
extern const char *const origin_names[N_ORIGINS];
extern const char *const status_names[N_STATUSES];
const char *split_name(enum split split);
const char *origin_name(enum origin origin);
const char *status_name(enum status status);
int split_parse(const char *s);
int origin_parse(const char *s);
int status_parse(const char *s);

struct sample {
  uint32_t id;               /* from 1, dense, never reused */
  uint32_t n_text, n_text2;  /* bytes */
  const char *text;
  const char *text2;         /* the second text of a pair, else NULL */
  const uint16_t *labels;    /* label ids, ascending, each once; single-label tasks have one */
  uint32_t n_labels;         /* 0: unlabelled */
  enum split split;
  enum origin origin;
  enum status status;
  bool gone;                 /* its insert was undone: it counts for nothing until redone */
  uint32_t template_id;      /* version of a template, 0: none */
  uint32_t teacher_id;       /* 0: none */
  uint32_t request_id;       /* the teacher request it came from, 0: none */
  uint32_t parent_id;        /* the sample it was made from, 0: none */
  const char *attributes;    /* "topic=furniture\x1fstyle=hurried", "" for none, NULL as input means "" */
};

/* The first label, or LABEL_NONE. */
uint16_t sample_label(const struct sample *s);
bool sample_has_label(const struct sample *s, uint16_t label);
/* Good to learn from: not gone, not rejected, and either accepted or a seed. */
bool sample_usable(const struct sample *s);
/* The value of an attribute, *n bytes (not NUL-terminated); NULL if it has none of that name. */
const char *attribute_get(const char *attributes, const char *name, size_t *n);
/* Steps through attributes: *at starts as the string and is moved on; false at the end. */
bool attribute_next(const char **at, const char **name, size_t *n_name, const char **value, size_t *n_value);
/* Appends name=value to an attribute string; a \x1f inside becomes a space. */
void attribute_add(struct buf *attributes, const char *name, const char *value);
/* Words of a text: runs of what is no ASCII white space. */
uint32_t sample_words(const char *text, size_t n);

#endif
