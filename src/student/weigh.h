/* weigh: what each feature and each row is worth before any learning.
 *
 * The weight of a feature is idf^1.4 * (0.3 + d)^strength, where idf = log((1 + n) / (1 + df)) + 1 and d says how much the
 * feature tells of the class: the root of the mean over classes c, weighted by their share p_c, of the square of
 *   log((df_c + s p_c) / (p_c df + s p_c)),   s = the number of classes (smoothing)
 * (the log-count ratio of Wang and Manning 2012, made one number for all classes). Strength 0 is TF-IDF. Presence
 * counts, not frequency. In a row, words and characters are scaled apart: words to length 1, characters to length
 * `characters`; so rows of any text length have the same length. */
#ifndef STUDENT_WEIGH_H
#define STUDENT_WEIGH_H

#include "student/features.h"

/* Weights of all n_features (0: stands in none of the rows), from the rows numbered which[0..n). */
void weigh_features(float *weights, uint32_t n_features, const struct rows *rows, const uint32_t *which, size_t n,
                    const struct example *x, size_t n_classes, double strength, int threads);
/* values[rows->start[n]] of all rows, and squares[rows->n]: the squared length of each. */
void weigh_rows(float *values, float *squares, const struct rows *rows, const float *weights, double characters, int threads);

#endif
