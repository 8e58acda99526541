/* experiment_text: an experiment's result in one sentence. (Its JSON and its table are declared in experiment.h.)
 *
 * The sentence says what the second-to-first comparison says, whichever way it went: "raised" or "lowered" only where
 * the 95 % interval does not hold 0, else that no difference could be shown. It is about the arm `both` if there is
 * one, else the last, chosen before any result is seen: the best of several arms would look better than it is. With
 * several students each has its clause. */
#ifndef EVALUATE_EXPERIMENT_TEXT_H
#define EVALUATE_EXPERIMENT_TEXT_H

#include "evaluate/experiment.h"

void experiment_verdict(const struct experiment_result *r, struct buf *out);

#endif
