#include "curate/signal.h"

#include <string.h>

const char *const signal_source_names[N_SIGNAL_SOURCES] = {"cross-validation", "training dynamics", "texts"};

#define NORTHCUTT "Northcutt, Jiang, Chuang 2021, Confident learning; scores as in cleanlab"
#define SWAYAMDIPTA "Swayamdipta et al. 2020, Dataset cartography"

const struct signal_row signal_rows[] = {
  {"suspect", SIGNAL_STUDENT, SIGNAL_SHARE, true, "how likely its label is wrong", NORTHCUTT, true},
  {"self_confidence", SIGNAL_STUDENT, SIGNAL_SHARE, false,
   "how likely its label is, to students that did not learn from it",
   NORTHCUTT, true},
  {"normalized_margin", SIGNAL_STUDENT, SIGNAL_SHARE, false, "that, less the likeliest other label, made 0 to 1",
   NORTHCUTT, true},
  {"confidence_weighted_entropy", SIGNAL_STUDENT, SIGNAL_SHARE, false,
   "low where the students are sure, and of something else", NORTHCUTT, true},
  {"issue", SIGNAL_STUDENT, SIGNAL_FLAG, true, "the confident joint counts it among the wrong labels", NORTHCUTT, true},
  {"suggested", SIGNAL_STUDENT, SIGNAL_LABEL, false, "the label that these students give it", NORTHCUTT, false},
  {"suggested_p", SIGNAL_STUDENT, SIGNAL_SHARE, true, "how sure they are of that label", NORTHCUTT, false},
  {"useful", SIGNAL_STUDENT, SIGNAL_NUMBER, true, "uncertain, unlike what is accepted, and like many others that are",
   "uncertainty, Lewis and Gale 1994, in facility location, Wei, Iyer and Bilmes 2015", false},
  {"mean_confidence", SIGNAL_DYNAMICS, SIGNAL_SHARE, false,
   "how likely its label was while a run learned, mean over epochs",
   SWAYAMDIPTA, true},
  {"variability", SIGNAL_DYNAMICS, SIGNAL_SHARE, true, "how much that moved: standard deviation over epochs",
   SWAYAMDIPTA, true},
  {"correctness", SIGNAL_DYNAMICS, SIGNAL_SHARE, false, "the share of epochs after which it was right",
   SWAYAMDIPTA, true},
  {"forgetting", SIGNAL_DYNAMICS, SIGNAL_COUNT, true, "how often it was right and then wrong again",
   "Toneva et al. 2019, An empirical study of example forgetting", true},
  {"aum", SIGNAL_DYNAMICS, SIGNAL_NUMBER, false,
   "area under the margin: score of its label less the best other, mean over epochs",
   "Pleiss et al. 2020, Identifying mislabeled data using the area under the margin ranking", true},
  {"novel", SIGNAL_TEXT, SIGNAL_SHARE, true, "how unlike the nearest other text it is (1 - cosine of words, tf-idf)",
   "", false},
  {"density", SIGNAL_TEXT, SIGNAL_SHARE, true, "how like the ten nearest texts it is, mean", "", false},
  {"cluster", SIGNAL_TEXT, SIGNAL_SAMPLE, false, "near-duplicates have the number of their first in common",
   "MinHash, Broder 1997", false},
  {"language", SIGNAL_TEXT, SIGNAL_LANGUAGE, false, "a guess at the language",
   "Compact Language Detector 2, Sites 2013", false},
  {"leaks", SIGNAL_TEXT, SIGNAL_FLAG, true, "the name of its label stands in it, and tells the label", "", true},
  {"opening", SIGNAL_TEXT, SIGNAL_COUNT, true, "how many texts begin with the same three words", "", false},
  {.name = NULL},
};

const struct signal_row *
signal_find(const char *name)
{
  for (const struct signal_row *r = signal_rows; r->name; r++)
    if (!strcmp(r->name, name))
      return r;
  return NULL;
}
