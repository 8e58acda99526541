/* store-stage: what the tests of the room store share: a folder with one project in it, samples, changes.
 *
 * Life: store_folder_make, store_folder_remove as a group's setup and teardown; fresh, then project_close by the test.
 * What fails here fails the test; a forked child has none to fail, and uses only store_path and some_samples. */
#ifndef TESTS_STORE_STAGE_H
#define TESTS_STORE_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/check.h"
#include "store/project.h"

extern char store_folder[64], store_path[128];

int store_folder_make(void **state);
int store_folder_remove(void **state);
void must(int rc, const struct err *e);

/* A new project of three labels in the place of the old one; make_fresh leaves it closed. */
void make_fresh(enum task task);
struct project *fresh(enum task task);
struct project *open_it(enum project_mode mode);
struct project *reopen(struct project *p);
void check_whole(void);                     /* the closed project holds together */

/* "text number 0 of ACTOR" and so on, of labels 0, 1, 2 in turn. insert returns the first id. */
struct change *some_samples(int n, const char *actor);
uint32_t insert(struct project *p, int n, const char *actor);
void set_status(struct project *p, uint32_t id, enum status status);
enum status status_of(struct project *p, uint32_t id);
/* A random change of a few samples, posted. */
void random_change(struct project *p, struct rng *r);
/* Everything that is not gone, a line each. To be freed. */
char *dump(struct project *p);

/* Memory is what the file says, which holds together; p is closed. */
void close_as_it_is(struct project *p);

/* The status of a child that ended, as of waitpid. */
int wait_for(pid_t child);

#endif
