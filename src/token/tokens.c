#include <stdlib.h>

#include "token/tokenizer.h"

void
tokens_release(struct tokens *t)
{
  free(t->start);
  free(t->rows);
  free(t->at);
  free(t->length);
  *t = (struct tokens){0};
}
