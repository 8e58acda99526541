/* report-stage: a project with an experiment in it to report on: the fixture's findings (findings-fixture.h), its test
 * texts, seeds and generated texts, and the trainings of its rows. Also a reader that tells whether a page is
 * well-formed. What fails here fails the test. Use with store_folder_make and store_folder_remove (store-stage.h). */
#ifndef TESTS_REPORT_STAGE_H
#define TESTS_REPORT_STAGE_H

#include "tests/findings-fixture.h"
#include "tests/store-stage.h"

#define STAGE_SEEDS 60u          /* samples 1..60; 61..300 are the test texts */
#define STAGE_GENERATED 90u      /* from 301 on */

/* Open, with samples; text_of_test is the text of sample 61 (NULL: a plain one). No experiment yet. */
struct project *report_stage(enum task task, const char *text_of_test);
/* Keeps an experiment, with trainings of all its rows where `fits` is set. */
void stage_experiment(struct project *p, const struct findings *f, bool fits);

/* Fails unless every element that is begun is ended in its turn, attributes are quoted, there is no bare '<' or '&', no
 * id comes twice, each #link has its id, and no control character stands in it. */
void assert_well_formed(const char *html);

#endif
