/* findings-fixture: what an experiment might have come to, for the tests of those who show it: two students on four
 * arms, three seeds, 240 test texts of six labels, curves with and without a law, sources of each kind, two teachers,
 * the agreement of all, money and minutes. The numbers are plausible and hang together (intervals hold their means,
 * differences are those of the rows), and the same each time.
 *
 * Life: findings_fixture fills, findings_release frees. It needs libevaluate (or libbase and findings.c) alone. */
#ifndef TESTS_FINDINGS_FIXTURE_H
#define TESTS_FINDINGS_FIXTURE_H

#include "evaluate/findings.h"

#define FIXTURE_STUDENTS 2u    /* linear, cnn */
#define FIXTURE_ARMS 4u        /* seed, generated, both, accepted; rows are [student * FIXTURE_ARMS + arm] */
#define FIXTURE_SEEDS 3u
#define FIXTURE_TEST 240u

void findings_fixture(struct findings *f);

#endif
