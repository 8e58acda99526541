/* transformer: the student `transformer`; see neural.h and net/transformer.c. */
#include "net/encoder-options.h"
#include "student/neural-kinds.h"

#include "base/mem.h"
#include "student/methods.h"
#include "student/neural-model.h"
#include "student/neural-options.h"

static const struct option params[] = {
  NEURAL_OPTIONS("12", "0.0005", "0.2", "0.1", "128", "0.5"), METHOD_OPTIONS, TRANSFORMER_OPTIONS, {.name = NULL},
};

NEURAL_KIND(transformer, "a small pre-norm encoder, learned from nothing: wants many texts");
