/* neural-options: the rows of parameters that all neural kinds have, in this order: these, those of methods.h, the
 * encoder's own (net/encoder-options.h). */
#ifndef STUDENT_NEURAL_OPTIONS_H
#define STUDENT_NEURAL_OPTIONS_H

#include "base/option.h"

enum neural_option {
  NEURAL_EPOCHS, NEURAL_UPDATES, NEURAL_LR, NEURAL_BATCH, NEURAL_DROPOUT, NEURAL_WORD_DROPOUT, NEURAL_DECAY, NEURAL_WARMUP,
  NEURAL_SCHEDULE, NEURAL_CLIP, NEURAL_SMOOTHING, NEURAL_BALANCE, NEURAL_PATIENCE, NEURAL_HOLDOUT, NEURAL_SWA,
  NEURAL_ENSEMBLE, NEURAL_TOKENS, NEURAL_LOWER, NEURAL_VOCABULARY, NEURAL_MIN_COUNT, NEURAL_SUBWORDS, NEURAL_MAX_LENGTH,
  NEURAL_DIM, NEURAL_SPREAD, NEURAL_PAIR, NEURAL_N_OPTIONS
};

/* The arguments are defaults, as they would be typed, that differ from kind to kind. */
#define NEURAL_OPTIONS(epochs, lr, dropout, word_dropout, dim, spread) \
  {"epochs", OPTION_INT, 1, 1000, epochs, NULL, "N", "passes over the training texts", 0}, \
  {"updates", OPTION_INT, 0, 1000000, "2500", NULL, "N", \
   "batches that are learned at least: of few texts there are more epochs, unless their number is given", 0}, \
  {"lr", OPTION_REAL, 1e-6, 1, lr, NULL, "X", "learning rate, at its largest; can change while it runs", 0}, \
  {"batch", OPTION_INT, 1, 1024, "16", NULL, "N", "texts that are learned from at once; of few texts a tenth, but 4", 0}, \
  {"dropout", OPTION_REAL, 0, 0.9, dropout, NULL, "SHARE", \
   "of numbers left out by chance, of token vectors, inside, of the text's vector; can change while it runs", 0}, \
  {"word-dropout", OPTION_REAL, 0, 0.9, word_dropout, NULL, "SHARE", "of tokens made unknown by chance", 0}, \
  {"decay", OPTION_REAL, 0, 1, "0.01", NULL, "X", "decoupled weight decay; can change while it runs", 0}, \
  {"warmup", OPTION_REAL, 0, 1, "0.05", NULL, "SHARE", "of the training in which the learning rate rises", 0}, \
  {"schedule", OPTION_CHOICE, 0, 0, "cosine", "constant|linear|cosine", "FORM", "of the learning rate after that", 0}, \
  {"clip", OPTION_REAL, 0, 1000, "5", NULL, "X", "largest length of the gradient (0: any)", 0}, \
  {"smoothing", OPTION_REAL, 0, 0.9, "0", NULL, "SHARE", "of each label given to all labels", 0}, \
  {"balance", OPTION_CHOICE, 0, 0, "no", "no|yes", "WHETHER", "texts of rare labels count more", 0}, \
  {"patience", OPTION_INT, 0, 1000, "0", NULL, "EPOCHS", \
   "ends when so many brought no better validation loss (0: never)", 0}, \
  {"holdout", OPTION_REAL, 0, 0.5, "0.1", NULL, "SHARE", \
   "of training texts set aside to validate and calibrate, where no validation texts are given", 0}, \
  {"swa", OPTION_REAL, 0, 1, "0.25", NULL, "SHARE", "of the last epochs whose weights are averaged (0: none)", 0}, \
  {"ensemble", OPTION_INT, 1, 16, "1", NULL, "N", "networks from as many seeds, whose scores are averaged", 0}, \
  {"tokens", OPTION_CHOICE, 0, 0, "words", "words|bpe|wordpiece|characters", "UNIT", "what a text is made of", 0}, \
  {"lower", OPTION_CHOICE, 0, 0, "yes", "no|yes", "WHETHER", "case does not count", 0}, \
  {"vocabulary", OPTION_INT, 16, 1000000, "30000", NULL, "N", "different tokens, at most", 0}, \
  {"min-count", OPTION_INT, 1, 1000, "1", NULL, "N", "times that a token must occur", 0}, \
  {"subwords", OPTION_INT, 0, 4000000, "20000", NULL, "N", \
   "buckets for character n-grams of words, which give unknown words a vector (0: none)", 0}, \
  {"max-length", OPTION_INT, 4, 4096, "256", NULL, "TOKENS", "of a text that are read", 0}, \
  {"dim", OPTION_INT, 4, 1024, dim, NULL, "N", "numbers of a token's vector", 0}, \
  {"spread", OPTION_REAL, 0, 10, spread, NULL, "X", "standard deviation of the first token vectors", 0}, \
  {"pair", OPTION_CHOICE, 0, 0, "joined", "joined|compared", "HOW", \
   "two texts are read as one, with a separator between them, or each by itself, and their vectors compared", 0}

#endif
