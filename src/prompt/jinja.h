/* jinja: the template language, a subset of Jinja2 (https://jinja.palletsprojects.com/en/3.1.x/templates/).
 *
 * It renders as jinja2.Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined) does, the last
 * newline of the source removed; tests/jinja-oracle.py compares. In it: expressions, filters, tests and methods
 * (tables in filter.c, test.c, method.c), if/elif/else, for with all of loop (recursive too), set, with, filter, raw,
 * comments, namespace, range. Not in it, with an error that says so: macro, call, block, extends, include, import,
 * autoescape. Differences: integers have 64 bits; what Jinja prints as <generator object …> is an error here, and
 * such a stream is made at once, so that a mistake in it shows even where nobody reads it; there are no objects
 * behind the values (no __class__, no Markup: what tojson and escape give is a plain string); an unknown filter or
 * test is a mistake even where it is never reached; a name that is set later on is, until then, what the scope says,
 * in loops too.
 *
 * A template cannot do harm: it sees its scope and nothing else. It cannot run away: see the limits below; passing
 * one is an error with a place, as any other.
 *
 * Life: jinja_parse once, jinja_render any number of times while the arena lives. Threads: a parsed template is never
 * changed, so several threads may render it, each with a scope and out of its own.
 * Errors: ERR_INPUT, `NAME:LINE:COLUMN: why`, columns in characters from 1. */
#ifndef PROMPT_JINJA_H
#define PROMPT_JINJA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "prompt/value.h"

#define JINJA_SOURCE_BYTES ((size_t)1 << 20)   /* longest template */
#define JINJA_OUTPUT_BYTES ((size_t)4 << 20)   /* longest text rendered */
#define JINJA_MEMORY_BYTES ((size_t)64 << 20)  /* all values made while rendering */
#define JINJA_STRING_BYTES ((size_t)8 << 20)   /* longest string */
#define JINJA_WORK 5000000                     /* loop rounds, elements and comparisons in one rendering */
#define JINJA_RANGE 100000                     /* longest range(), as in Jinja's sandbox */
#define JINJA_DEPTH 100                        /* nesting of expressions, of tags, of rendering */

struct jinja;

/* Parses n bytes of source; NULL and e on a mistake. `name` (a file name, NULL: "template") and first_line (of the
 * source in that file, from 1) are for messages. All of it lies in the arena; source need not outlive the call. */
struct jinja *jinja_parse(struct arena *a, const char *source, size_t n, const char *name, int first_line,
                          struct err *e);
/* Renders with the members of the dict `scope` as names, and adds the text to out (out->max holds too). On -1 out is
 * as it was before. The scope is not changed. */
int jinja_render(const struct jinja *t, struct value scope, struct buf *out, struct err *e);
/* Line and column out of the message of an error of this room, for an editor's cursor; false if there is none. */
bool jinja_place(const struct err *e, int *line, int *column);

#endif
