#include "evaluate/figure.h"

#include <math.h>
#include <stdio.h>

void
figure_add_cost(struct buf *out, double usd)
{
  if (isnan(usd))
    buf_adds(out, "?");
  else if (usd == 0)
    buf_adds(out, "$0");
  else if (usd < .0005)
    buf_adds(out, "<$.001");
  else
    buf_addf(out, usd < .0095 ? "$%.3f" : usd < 1000 ? "$%.2f" : "$%.0f", usd);
}

void
figure_add_p(struct buf *out, double p, bool column)
{
  char digits[16];

  if (p < .001) {
    buf_adds(out, column ? "<.001" : "< .001");
    return;
  }
  snprintf(digits, sizeof digits, p < .1 ? "%.3f" : "%.2f", p);
  buf_addf(out, "%s%s", column ? "" : "= ", p < .995 ? digits + 1 : "1");
}

void
figure_add_share(struct buf *out, double x)
{
  char digits[16];

  snprintf(digits, sizeof digits, "%.3f", x);
  buf_adds(out, digits + (digits[0] == '0'));
}

void
figure_add_points(struct buf *out, double x)
{
  buf_addf(out, "%+.1f", 100 * x);
}
