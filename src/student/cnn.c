/* cnn: the student `cnn`: filters over windows of words (Kim 2014); see neural.h and net/cnn.c. */
#include "net/encoder-options.h"
#include "student/neural-kinds.h"

#include "base/mem.h"
#include "student/methods.h"
#include "student/neural-model.h"
#include "student/neural-options.h"

static const struct option params[] = {
  NEURAL_OPTIONS("8", "0.002", "0.5", "0.05", "100", "0.1"), METHOD_OPTIONS, CNN_OPTIONS, {.name = NULL},
};

NEURAL_KIND(cnn, "filters over windows of words: fast, and good with short texts");
