/* filter_fields.c: what a filter can ask of a sample; declared in filter.h. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/filter_node.h"

static bool
bit(const uint8_t *chosen, uint32_t n_bits, uint32_t i)
{
  return i < n_bits && (chosen[i / 8] >> i % 8 & 1);
}

static const char *
label_value(const struct corpus *c, uint32_t i)
{
  return i < labels_count(corpus_labels(c)) ? label_name(corpus_labels(c), (uint16_t)i) : NULL;
}

static bool
label_among(const struct sample *s, const uint8_t *chosen, uint32_t n_bits)
{
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (bit(chosen, n_bits, s->labels[i]))
      return true;
  return false;
}

/* A field whose values are the names of an enum. */
#define ENUM_FIELD(member, n)                                                                                          \
  static const char *member##_value(const struct corpus *c, uint32_t i)                                                \
  {                                                                                                                    \
    (void)c;                                                                                                           \
    return i < (n) ? member##_names[i] : NULL;                                                                         \
  }                                                                                                                    \
  static bool member##_among(const struct sample *s, const uint8_t *chosen, uint32_t n_bits)                           \
  {                                                                                                                    \
    return bit(chosen, n_bits, (uint32_t)s->member);                                                                   \
  }
ENUM_FIELD(status, N_STATUSES)
ENUM_FIELD(origin, N_ORIGINS)
ENUM_FIELD(split, N_SPLITS)

static const char *
template_value(const struct corpus *c, uint32_t i)
{
  return i <= corpus_name_count(c, NAME_TEMPLATE) ? corpus_name(c, NAME_TEMPLATE, i) : NULL;
}

static bool
template_among(const struct sample *s, const uint8_t *chosen, uint32_t n_bits)
{
  return bit(chosen, n_bits, s->template_id);
}

static const char *
teacher_value(const struct corpus *c, uint32_t i)
{
  return i <= corpus_name_count(c, NAME_TEACHER) ? corpus_name(c, NAME_TEACHER, i) : NULL;
}

static bool
teacher_among(const struct sample *s, const uint8_t *chosen, uint32_t n_bits)
{
  return bit(chosen, n_bits, s->teacher_id);
}

static const char *const has_names[] = {"text2", "label", "attributes", "template", "teacher", "request", "parent"};

static const char *
has_value(const struct corpus *c, uint32_t i)
{
  (void)c;
  return i < N_OF(has_names) ? has_names[i] : NULL;
}

static bool
has_among(const struct sample *s, const uint8_t *chosen, uint32_t n_bits)
{
  const bool has[N_OF(has_names)] = {s->text2,      s->n_labels,   *s->attributes, s->template_id,
                                     s->teacher_id, s->request_id, s->parent_id};

  for (uint32_t i = 0; i < N_OF(has_names); i++)
    if (has[i] && bit(chosen, n_bits, i))
      return true;
  return false;
}

static double
words_number(const struct sample *s)
{
  return sample_words(s->text, s->n_text) + (s->text2 ? sample_words(s->text2, s->n_text2) : 0);
}

static double
chars_number(const struct sample *s)
{
  return (double)(utf8_count(s->text, s->n_text) + (s->text2 ? utf8_count(s->text2, s->n_text2) : 0));
}

static double
labels_number(const struct sample *s)
{
  return s->n_labels;
}

static double
request_number(const struct sample *s)
{
  return s->request_id;
}

static double
parent_number(const struct sample *s)
{
  return s->parent_id;
}

static bool
unlabelled_flag(const struct sample *s)
{
  return !s->n_labels;
}

const struct filter_field filter_fields[] = {
  {"label", FILTER_NAME, "NAME[,NAME...]", "samples with this label", .value = label_value, .among = label_among, .reads = FILTER_READS_LABELS},
  {"status", FILTER_NAME, "new|accepted|rejected", "what was decided", .value = status_value, .among = status_among, .reads = FILTER_READS_BITS},
  {"origin", FILTER_NAME, "seed|generated|annotated|imported", "where the text or its label came from",
   .value = origin_value, .among = origin_among, .reads = FILTER_READS_BITS},
  {"split", FILTER_NAME, "train|valid|test|pool", "what it is used for", .value = split_value, .among = split_among, .reads = FILTER_READS_BITS},
  {"template", FILTER_NAME, "NAME", "made with any version of this template, or with \"NAME v2\"",
   .value = template_value, .among = template_among, .reads = FILTER_READS_TEMPLATE},
  {"teacher", FILTER_NAME, "NAME", "written or labelled by this teacher", .value = teacher_value,
   .among = teacher_among, .reads = FILTER_READS_TEACHER},
  {"has", FILTER_NAME, "text2|label|attributes|template|teacher|request|parent", "samples that have such a thing",
   .value = has_value, .among = has_among},
  {"id", FILTER_IDS, "N,N,N-M", "samples by number", .value = NULL},
  {"attr", FILTER_ATTRIBUTE, "NAME:VALUE", "attribute of the prompt it came from: attr.topic:furniture", .value = NULL},
  {"words", FILTER_NUMBER, ">N <N =N", "words of the text, or of both texts", .number = words_number},
  {"chars", FILTER_NUMBER, ">N <N =N", "characters of the text, or of both texts", .number = chars_number},
  {"labels", FILTER_NUMBER, ">N <N =N", "how many labels it has", .number = labels_number, .reads = FILTER_READS_LABELS},
  {"request", FILTER_NUMBER, "=N", "the request to the teacher it came from", .number = request_number, .reads = FILTER_READS_REQUEST},
  {"parent", FILTER_NUMBER, "=N", "the sample it was made from", .number = parent_number, .reads = FILTER_READS_PARENT},
  {"usable", FILTER_FLAG, "", "accepted, or a seed that was not rejected: what training takes", .flag = sample_usable, .reads = FILTER_READS_BITS},
  {"unlabelled", FILTER_FLAG, "", "without any label", .flag = unlabelled_flag, .reads = FILTER_READS_LABELS},
  {"dup", FILTER_FLAG, "", "nearly the same as an earlier sample", .flag = NULL},
  {.name = NULL},
};

const struct filter_field *
filter_field_named(const char *name)
{
  for (const struct filter_field *f = filter_fields; f->name; f++)
    if (!strcmp(f->name, name))
      return f;
  return NULL;
}

const char *
filter_value(const struct filter_values *values, uint32_t i)
{
  if (values->field)
    return values->field->value(values->corpus, i);
  return i < values->column->n_names ? values->column->names[i] : NULL;
}
