/* encoder-options: the rows of each encoder's own options, in the order of its values, so that the tables of parameters of
 * students can take them in. */
#ifndef NET_ENCODER_OPTIONS_H
#define NET_ENCODER_OPTIONS_H

#include "base/option.h"

#define CNN_OPTIONS \
  {"filters", OPTION_INT, 1, 2048, "100", NULL, "N", "filters of each width", 0}, \
  {"width-min", OPTION_INT, 1, 16, "3", NULL, "TOKENS", "narrowest filters", 0}, \
  {"width-max", OPTION_INT, 1, 16, "5", NULL, "TOKENS", "widest filters", 0}

#endif
