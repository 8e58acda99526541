/* findings_text: findings in words: the verdict, what may explain it, and the table that `experiment` prints.
 *
 * The verdict says what the told rows' comparisons say, whichever way they went: "raised" or "lowered" only where the
 * 95 % interval does not hold 0 and p, corrected for all comparisons of the experiment (Holm), is below .05; where only
 * the interval says so it is "hints"; else that no difference could be shown. The told arm was chosen before any result
 * was seen. Each told row has its clause. Threads: pure functions. */
#ifndef EVALUATE_FINDINGS_TEXT_H
#define EVALUATE_FINDINGS_TEXT_H

#include "evaluate/findings.h"

/* What a comparison shows. Better and worse only where the interval does not hold 0 and p, corrected, is below .05. */
enum shown { SHOWN_NOTHING, SHOWN_HINT, SHOWN_BETTER, SHOWN_WORSE };
enum shown shown_of(double difference, struct interval ci95, double p_holm);

void findings_verdict(const struct findings *f, struct buf *out);
/* One sentence on how the told arm's texts differ from those of the arm that it is compared with, where a difference
 * was shown; nothing otherwise. */
void findings_why(const struct findings *f, struct buf *out);
/* "240 test texts can show differences above 5.7 points (...)" */
void findings_power(const struct findings *f, struct buf *out);
/* For a terminal of 80 columns: what the test can show (power_too: it was not said before), aligned columns, curve,
 * sources, the verdict last. Ends with a newline. Before anything was trained only what is known then. */
void findings_table(const struct findings *f, bool power_too, struct buf *out);

#endif
