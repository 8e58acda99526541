/* numeral: numbers as a report writes them, in text that may stand anywhere: a true minus sign, a narrow space that
 * does not break between thousands and before units. What is not known (NaN) is a dash.
 *
 *   table_cell(t, "%s", numeral_percent(x).s);     the string lasts to the end of the full expression (C11 6.2.4)
 *
 * Threads: pure functions. */
#ifndef REPORT_NUMERAL_H
#define REPORT_NUMERAL_H

#include <stddef.h>
#include <stdint.h>

#include "evaluate/significance.h"

#define NUMERAL_NONE "\xe2\x80\x93"
#define NUMERAL_THIN "\xe2\x80\xaf"      /* U+202F: a narrow space that does not break */
#define NUMERAL_MINUS "\xe2\x88\x92"     /* U+2212 */

struct numeral {
  char s[80];
};
struct numeral numeral_percent(double share);               /* "84.3 %" */
struct numeral numeral_percent_range(struct interval i);    /* "79.5 to 89.1 %" */
struct numeral numeral_points(double share);                /* "+28.2", "-1.4": hundredths */
struct numeral numeral_points_range(struct interval i);     /* "+22.1 to +34.3" */
struct numeral numeral_p(double p);                         /* "< .001", ".034", "1" */
struct numeral numeral_share(double x);                     /* ".843", "1.000" */
struct numeral numeral_number(double x, int decimals);    /* "5.8" */
struct numeral numeral_usd(double usd);                     /* "$0.03", "$0.0000214", "$1 204" */
struct numeral numeral_count(double n);                     /* "12 878"; above ten million "3.6e8" with a true power */
struct numeral numeral_bytes(double n);                     /* "4.9 MB" */
struct numeral numeral_seconds(double s);                   /* "0.41 s", "3 min 20 s" */
struct numeral numeral_us(double us);                       /* "21.4 us" (with a mu), "1.2 ms" */
struct numeral numeral_day(int64_t wall_ms);                /* "2026-11-29", in UTC */

#endif
