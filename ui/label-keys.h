/* label-keys: the labels of a project with their keys, in columns, for cards: which ones are set, and which one is
 * suggested. Threads: the screen's. */
#ifndef UI_LABEL_KEYS_H
#define UI_LABEL_KEYS_H

#include "corpus/label.h"
#include "ui/canvas.h"

struct label_keys {
  const struct labels *labels;
  const uint16_t *set;       /* the labels that are set */
  uint32_t n_set;
  uint16_t said;             /* the suggested one, LABEL_NONE: none */
};
int label_keys_rows(const struct label_keys *k, int cols);      /* that it takes, a few at most */
void label_keys_draw(const struct label_keys *k, struct canvas *c, struct area a);

#endif
