/* filter: the functions behind the filters; the table that names them is at the end of filter.c. */
#ifndef PROMPT_FILTER_H
#define PROMPT_FILTER_H

#include "prompt/builtin.h"
#include "prompt/run.h"

typedef int filter_function(struct call *c, struct value *out);

filter_function f_upper, f_lower, f_title, f_capitalize, f_trim, f_string, f_replace, f_center, f_indent, f_truncate,
  f_tojson,
  f_join, f_format, f_wordcount, f_escape, f_int, f_float, f_abs, f_round;

#endif
