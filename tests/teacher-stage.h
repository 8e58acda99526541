/* teacher-stage: what the tests of the HTTP back end share: the server, a teacher that speaks to it, requests. What
 * fails here fails the test. Life: server_up and server_down as a group's setup and teardown. */
#ifndef TESTS_TEACHER_STAGE_H
#define TESTS_TEACHER_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "server.h"
#include "teacher/teacher.h"

#define KEY "sk-test-0123456789abcdef"   /* in the variable that http_spec names */

extern struct server *server;

int server_up(void **state);
int server_down(void **state);
struct teacher_spec http_spec(void);                 /* quick with its retries */
const char *message_with(const char *command);       /* messages that carry a command to the server; static memory */
struct teacher_reply *ask_again(struct teacher *t, const char *messages);       /* of one request, tagged 42 */
struct teacher_reply *ask(const struct teacher_spec *spec, const char *command);  /* of a teacher of its own */
void start_many(struct teacher *t, int n, const char *words);  /* n requests, each its own, tagged from 0 */
int take_many(struct teacher *t, int n);             /* their replies; how many were ok */
int ask_many(struct teacher *t, int n);              /* both */

#endif
