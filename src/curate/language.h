/* language: a guess at the language of a text, by the Compact Language Detector 2 (Sites 2013; Debian's libcld2): a
 * naive Bayes of groups of four letters, and single characters where a script is of one language.
 *
 * Where it says that it is not sure, there is no guess. Measured on 12 878 texts of 6 to 14 words (10 to 40 characters
 * of Chinese and Japanese) in 39 languages, 1 500 of them English questions, commands and reviews, the others lines
 * that programs say: 89.3 % right, 7.2 % no guess, 3.5 % wrong; of the English ones 99.6 % right, none wrong. What is
 * wrong is mostly one of a pair that is nearly one language: Danish and Norwegian, Spanish and Galician, Malay and
 * Indonesian. A language it does not know (Esperanto) is often taken for another. 3 us a text.
 * Beside it libexttextcat (n-gram fingerprints, Cavnar and Trenkle 1994), asked the same texts: 58.1 % right where it
 * names a single language, of the English ones 43.3 % (and 7.1 % wrong); 220 us a text.
 *
 * Threads: any. */
#ifndef CURATE_LANGUAGE_H
#define CURATE_LANGUAGE_H

#include <stddef.h>

/* ISO 639 codes. Places in this list stand in project files: it only ever grows, at its end. */
extern const char *const language_names[];
extern const size_t language_count;

#define LANGUAGE_NONE (-1)
/* The place of the language in the list, or LANGUAGE_NONE. */
int language_guess(const char *text, size_t n);

#endif
