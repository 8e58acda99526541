/* change: one change of the corpus: the unit of durability, undo and history. Person, job and command all change
 * samples through one, whole or not at all.
 *
 * An insert holds new samples, a set holds (sample, field, new value). What was before is not in it: the store reads
 * that from the file inside the transaction, so that the log is true whoever else writes.
 *
 * Life: change_new, change_add_sample... or change_set_..., then given to project_post (takes it) or project_insert
 * (does not); change_free otherwise. Texts are copied into the change. Threads: its owner. Errors: none here; the store
 * checks ids. */
#ifndef CORPUS_CHANGE_H
#define CORPUS_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "corpus/sample.h"

/* What a set can change. The store's columns and the log are made from this table. */
enum field {
  FIELD_TEXT, FIELD_TEXT2, FIELD_LABELS, FIELD_SPLIT, FIELD_STATUS, FIELD_ORIGIN, FIELD_ATTRIBUTES, FIELD_REQUEST,
  FIELD_TEACHER, FIELD_GONE, N_FIELDS
};
enum field_kind { FIELD_KIND_TEXT, FIELD_KIND_LABELS, FIELD_KIND_NUMBER };
struct field_def {
  const char *name;              /* as the log shows it, and the column of the project file */
  enum field_kind kind;
};
extern const struct field_def field_defs[N_FIELDS];

/* A value of a field: a text (s, n bytes; s NULL: no text), a label set (labels, n), or a number. */
struct field_value {
  union {
    const char *s;
    const uint16_t *labels;
  };
  uint32_t n;                    /* bytes, labels, or the number itself */
};

enum change_kind { CHANGE_INSERT, CHANGE_SET, CHANGE_UNDO, CHANGE_REDO, CHANGE_LABEL, N_CHANGES };
extern const char *const change_kind_names[N_CHANGES];

struct change_row {
  struct field_value value;
  uint32_t id;
  uint32_t field;                /* enum field */
};

struct change {
  struct change *next;           /* the store's list */
  enum change_kind kind;         /* CHANGE_INSERT or CHANGE_SET */
  char *actor;                   /* who: "person", "job 12", "import", "dedupe" */
  char *summary;                 /* what, one line: "reject 3 samples", "import seed.jsonl" */
  struct change_row *rows;       /* of a set */
  size_t n_rows, cap_rows;
  struct sample *samples;        /* of an insert */
  size_t n_samples, cap_samples;
  struct arena arena;            /* texts and label sets */
};

struct change *change_new(enum change_kind kind, const char *actor, const char *summary);
void change_free(struct change *ch);
/* Puts another summary: for builders that know the count only at the end. */
void change_summarize(struct change *ch, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a new sample to an insert; everything it points to is copied, labels are sorted and made unique. */
void change_add_sample(struct change *ch, const struct sample *s);
/* Adds rows to a set. A later row of the same sample and field wins. */
void change_set_text(struct change *ch, uint32_t id, const char *text, size_t n);
void change_set_text2(struct change *ch, uint32_t id, const char *text, size_t n);   /* text NULL: none */
void change_set_labels(struct change *ch, uint32_t id, const uint16_t *labels, size_t n);
void change_set_label(struct change *ch, uint32_t id, uint16_t label);               /* LABEL_NONE: unlabelled */
void change_set_attributes(struct change *ch, uint32_t id, const char *attributes);
/* split, status, origin, request, teacher, gone. */
void change_set_number(struct change *ch, uint32_t id, enum field field, uint32_t number);
void change_set_split(struct change *ch, uint32_t id, enum split split);
void change_set_status(struct change *ch, uint32_t id, enum status status);
/* The same value on many samples. */
void change_set_all(struct change *ch, const uint32_t *ids, size_t n, enum field field, struct field_value value);

#endif
