/* explain: words of a text, and how much each speaks for a label where the kind of student does not know it by itself:
 * by occlusion, the fall of the label's log odds when the word is left out (Li, Monroe and Jurafsky 2016, "Understanding
 * neural networks through representation erasure"). Student and texts are as in student_predict; any threads. */
#ifndef STUDENT_EXPLAIN_H
#define STUDENT_EXPLAIN_H

#include "student/student.h"

/* The words of a text (and of the second one) as spans of weight 0, in order, at most max: runs of letters and digits, with
 * the marks on them; in scripts that are written without spaces each character. Returns how many. */
size_t explain_words(const struct example *x, struct span *spans, size_t max);
/* The same with their weights. */
size_t explain_occlusion(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t max);
/* Divides all weights by the largest, but for its sign. */
void explain_scale(struct span *spans, size_t n);

#endif
