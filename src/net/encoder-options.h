/* encoder-options: the rows of each encoder's own options, in the order of its values, so that the tables of parameters of
 * students can take them in. */
#ifndef NET_ENCODER_OPTIONS_H
#define NET_ENCODER_OPTIONS_H

#include "base/option.h"

/* Last of each encoder's rows. */
#define PRECISION_OPTION \
  {"precision", OPTION_CHOICE, 0, 0, "fp32", "fp32|bf16|bf16-all", "HOW", \
   "of products: bf16 is faster where the machine has it, and answers differ a little; for predicting only, or for all", 0}

#define CNN_OPTIONS \
  {"filters", OPTION_INT, 1, 2048, "100", NULL, "N", "filters of each width", 0}, \
  {"width-min", OPTION_INT, 1, 16, "2", NULL, "TOKENS", "narrowest filters", 0}, \
  {"width-max", OPTION_INT, 1, 16, "4", NULL, "TOKENS", "widest filters", 0}, \
  PRECISION_OPTION

#define BILSTM_OPTIONS \
  {"hidden", OPTION_INT, 1, 2048, "128", NULL, "N", "width of the state of each direction", 0}, \
  {"attention", OPTION_INT, 1, 2048, "128", NULL, "N", "width of what attention goes by", 0}, \
  PRECISION_OPTION

#define TRANSFORMER_MAX_LAYERS 8
#define TRANSFORMER_OPTIONS \
  {"layers", OPTION_INT, 1, TRANSFORMER_MAX_LAYERS, "2", NULL, "N", "layers of attention and feed-forward", 0}, \
  {"heads", OPTION_INT, 1, 32, "2", NULL, "N", \
   "heads of attention, at most (as many as divide the width of token vectors)", 0}, \
  {"feedforward", OPTION_INT, 1, 8192, "512", NULL, "N", "width between the two products of a layer", 0}, \
  {"pooling", OPTION_CHOICE, 0, 0, "first", "first|mean", "WHAT", \
   "the text's vector: of a start token, or the mean over all tokens", 0}, \
  {"positions", OPTION_INT, 1, 4096, "256", NULL, "N", \
   "places in a text that are told apart: further ones count as the last", 0}, \
  PRECISION_OPTION

#endif
