/* prompty: a prompt template file: YAML front matter between two lines of ---, then the parts of a chat.
 *
 *   ---
 *   name: tickets
 *   description: messages to a support desk
 *   kind: generate                      (the default), annotate or rewrite
 *   model:
 *     parameters: {temperature: 1.0, max_tokens: 2000}
 *   count: 10                           texts asked of one request
 *   attributes:                         each a name in the template's scope; label × values is the plan's grid
 *     topic: [clothing, phones]
 *     style: [hurried, careful]
 *   filters: {min_words: 3, drop_label_named: true}
 *   target: same                        rewrite: or other: new texts get another label than the one they are made of
 *   ---
 *   system:
 *   You write training data.
 *   user:
 *   Write {{ count }} messages of the kind "{{ label }}" ({{ meaning }}) on {{ topic }}.
 *
 * A role line (system:, user:, assistant:) stands alone at the start of a line; a body without one is a user part.
 * Each part is a Jinja template of its own (jinja.h); its last newline does not count.
 *
 * In scope: label, meaning, labels (list of {name, meaning}), rival ({name, meaning} of the label that this one is
 * confused with, where one is aimed at), task, count, each attribute, seeds (list of {text, text2, label}), avoid (list
 * of strings); for annotate text, text2, texts (list of {index, text, text2}, index from 1) and rationale (true: a
 * reason is asked for); for rewrite text, text2 and was ({name, meaning} of the label that the text has).
 *
 * Life: prompty_parse fills p, prompty_release frees it (also after a failure). Threads: a parsed prompty is never
 * changed.
 * Errors: ERR_INPUT, `NAME:LINE:COLUMN: why`, lines of the whole file. */
#ifndef PROMPT_PROMPTY_H
#define PROMPT_PROMPTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "prompt/jinja.h"
#include "prompt/value.h"

#define PROMPTY_BYTES JINJA_SOURCE_BYTES
#define PROMPTY_PARTS 64
#define PROMPTY_ATTRIBUTES 16
#define PROMPTY_VALUES 1000     /* of one attribute */
#define PROMPTY_COUNT 1000      /* texts asked of one request */

enum prompty_kind { PROMPTY_GENERATE, PROMPTY_ANNOTATE, PROMPTY_REWRITE };

struct prompty_attribute {
  const char *name;
  const char **values;
  size_t n;                     /* at least 1 */
};

/* A parameter of the model as it goes into a request: a number, true, false, a string, or a list, as JSON text. */
struct prompty_parameter {
  const char *name, *json;
};

struct prompty_part {
  const char *role;             /* "system", "user", "assistant" */
  struct jinja *body;
  int line;                     /* of the first line of the body */
};

/* What the template asks of the texts; a value below 0: not said, the caller's own default holds. */
struct prompty_filters {
  int min_words, max_words;
  int min_chars, max_chars;
  int drop_label_named;         /* 0, 1: drop texts that name their label */
  double near_duplicate;        /* similarity from which a text counts as a double, 0 to 1 */
};

struct prompty {
  struct arena arena;
  const char *file;             /* as given, for messages */
  const char *name;             /* the file's name without folder and ending where the front matter has none */
  const char *description;      /* "" */
  enum prompty_kind kind;
  int count;                    /* default 10 for generate, 1 for the others */
  bool other_label;             /* `target: other`: rewrite makes texts of other labels than the one they have */
  struct prompty_filters filters;
  struct prompty_parameter *parameters;
  size_t n_parameters;
  struct prompty_attribute *attributes;
  size_t n_attributes;
  struct prompty_part *parts;
  size_t n_parts;               /* at least 1 */
  const char **warnings;        /* unknown keys: "tickets.prompty:5: unknown key 'atributes' (did you mean …?)" */
  size_t n_warnings;
};

int prompty_parse(struct prompty *p, const char *file, const char *source, size_t n, struct err *e);
void prompty_release(struct prompty *p);
const char *prompty_kind_name(enum prompty_kind kind);
/* A parameter of the model that is a number. */
double prompty_number(const struct prompty *p, const char *parameter, double otherwise);

/* The messages of one request. Life: messages_init (or zeroed), any filling, messages_release. */
struct message {
  const char *role, *content;   /* NUL-terminated, no NUL within */
};
struct messages {
  struct arena arena;
  struct message *v;
  size_t n;
};
void messages_init(struct messages *m);
void messages_release(struct messages *m);
/* Adds [{"role":"system","content":"…"},…]: the one compact spelling, the same for the same messages. What a request is
 * known by: the key of the recorded replies and of the cache. */
void messages_add_json(struct buf *out, const struct messages *m);
/* Fills m from the `messages` of a request; m is initialised here. */
int messages_of_json(struct messages *m, const struct json *array, struct err *e);
/* Estimated tokens: four characters a token (code points, rounded up), over all contents. */
size_t messages_tokens(const struct messages *m);

struct prompt_label {
  const char *name, *meaning;   /* meaning may be NULL: then "" */
};
struct prompt_text {
  const char *text, *text2, *label;  /* text2 and label may be NULL: then none in scope */
};
/* All that a template may see. Zeroed is valid: what is not given is undefined in the template (lists: empty). */
struct prompt_scope {
  const struct prompt_label *labels;
  size_t n_labels;
  const struct prompt_label *label;   /* one of labels; NULL for annotate */
  const struct prompt_label *rival;   /* the label that this one is confused with; NULL: none */
  const struct prompt_label *was;     /* rewrite: the label that the subject has; NULL: none */
  const char *task;                   /* "classify", "pair", "multilabel" */
  int count;                          /* 0: the template's own */
  const uint32_t *values;             /* for each attribute of the prompty the index of its value; NULL: undefined */
  const char *const *given;           /* or the values themselves, as typed by a person; NULL entries: by `values` */
  const struct prompt_text *seeds;
  size_t n_seeds;
  const char *const *avoid;
  size_t n_avoid;
  const struct prompt_text *subject;  /* text, text2 of annotate and rewrite */
  const struct prompt_text *texts;    /* annotate: all texts of the request; NULL: the subject alone */
  size_t n_texts;
  bool rationale;                     /* annotate: a reason is asked for */
};
/* Renders all parts. m is initialised here and must be released, also after -1. */
int prompty_render(const struct prompty *p, const struct prompt_scope *scope, struct messages *m, struct err *e);
/* The role that a line (without its end and trailing blanks) begins, or NULL. */
const char *prompty_role_line(const char *line, size_t n);
/* Whether an attribute can have this name: letters, digits and _, and no name that has its own meaning in a template. */
bool prompty_may_name(const char *name);
/* Index of an attribute or of its value; -1: there is none. */
int prompty_attribute(const struct prompty *p, const char *name);
int prompty_value(const struct prompty_attribute *a, const char *value);

#endif
