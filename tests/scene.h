/* scene: projects in a temporary folder, with a template and teachers, for the tests of jobs. What fails here fails
 * the test. Life: scene_up and scene_down as a group's setup and teardown. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "generate/job.h"
#include "server.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

extern struct server *server;
extern const char template[];     /* "notes": 30 cells, 10 texts a request */

int scene_up(void **state);
int scene_down(void **state);
char *path_of(const char *name);  /* of a project, to be freed */
struct project *open_project(const char *name);
void close_project(struct project *p);
void put_template(struct project *p, const char *source);      /* as "notes" */
void put_http_teacher(struct project *p, const char *url);     /* as "remote" */
void make_project(const char *name);                           /* two labels, the template, the server as teacher */
struct project *fresh_project(const char *name);               /* the same, opened */
struct job_options options(void);                              /* "notes" with "remote" */
/* Runs a job to its end; the last result, with e. figures, if wanted, are read from the file and compared with the
 * job's own. */
int run_job(struct project *p, const struct job_options *o, struct funnel *figures, struct err *e);
char *samples_of(struct project *p);                           /* as lines, in order of their ids; to be freed */
size_t lines_in(const char *s);

#endif
