/* bilstm: the student `bilstm`; see neural.h and net/bilstm.c. */
#include "net/encoder-options.h"
#include "student/neural-kinds.h"

#include "base/mem.h"
#include "student/methods.h"
#include "student/neural-model.h"
#include "student/neural-options.h"

static const struct option params[] = {
  NEURAL_OPTIONS("10", "0.002", "0.5", "0.05", "100", "0.3"), METHOD_OPTIONS, BILSTM_OPTIONS, {.name = NULL},
};

NEURAL_KIND(bilstm, "reads a text from both ends; what it attends to can be shown");
