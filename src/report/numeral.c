#include "report/numeral.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define THIN NUMERAL_THIN
#define MINUS NUMERAL_MINUS

static struct numeral numeral_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct numeral
numeral_of(const char *format, ...)
{
  struct numeral f;
  va_list args;

  va_start(args, format);
  vsnprintf(f.s, sizeof f.s, format, args);
  va_end(args);
  return f;
}

/* A number with so many decimals; what is rounded to 0 has no sign. */
static struct numeral
decimal(double x, int decimals, const char *plus)
{
  double scale = pow(10, decimals), rounded = round(fabs(x) * scale) / scale;

  return numeral_of("%s%.*f", rounded == 0 ? "" : x < 0 ? MINUS : plus, decimals, rounded);
}

struct numeral
numeral_percent(double share)
{
  return isnan(share) ? numeral_of(NUMERAL_NONE) : numeral_of("%s" THIN "%%", decimal(100 * share, 1, "").s);
}

struct numeral
numeral_percent_range(struct interval i)
{
  if (isnan(i.lo) || isnan(i.hi))
    return numeral_of(NUMERAL_NONE);
  return numeral_of("%s to %s" THIN "%%", decimal(100 * i.lo, 1, "").s, decimal(100 * i.hi, 1, "").s);
}

struct numeral
numeral_points(double share)
{
  return isnan(share) ? numeral_of(NUMERAL_NONE) : decimal(100 * share, 1, "+");
}

struct numeral
numeral_points_range(struct interval i)
{
  if (isnan(i.lo) || isnan(i.hi))
    return numeral_of(NUMERAL_NONE);
  return numeral_of("%s to %s", decimal(100 * i.lo, 1, "+").s, decimal(100 * i.hi, 1, "+").s);
}

struct numeral
numeral_p(double p)
{
  char digits[16];

  if (isnan(p))
    return numeral_of(NUMERAL_NONE);
  if (p < .001)
    return numeral_of("<" THIN ".001");
  if (p >= .995)
    return numeral_of("1");
  snprintf(digits, sizeof digits, p < .0995 ? "%.3f" : "%.2f", p);
  return numeral_of("%s", digits + 1);
}

struct numeral
numeral_share(double x)
{
  char digits[16];

  if (isnan(x))
    return numeral_of(NUMERAL_NONE);
  snprintf(digits, sizeof digits, "%.3f", fabs(x));
  return numeral_of("%s%s", x < 0 ? MINUS : "", digits + (digits[0] == '0'));
}

struct numeral
numeral_number(double x, int decimals)
{
  return isnan(x) ? numeral_of(NUMERAL_NONE) : decimal(x, decimals, "");
}

/* A whole number, its thousands apart. */
static struct numeral
thousands(double n)
{
  char digits[32];
  struct numeral f = {""};
  size_t len, at = 0;

  snprintf(digits, sizeof digits, "%.0f", fabs(n));
  len = strlen(digits);
  if (n < 0)
    at += (size_t)snprintf(f.s, sizeof f.s, MINUS);
  for (size_t i = 0; i < len; i++)
    at += (size_t)snprintf(f.s + at, sizeof f.s - at, "%s%c", i > 0 && (len - i) % 3 == 0 ? THIN : "", digits[i]);
  return f;
}

struct numeral
numeral_usd(double usd)
{
  int decimals = 2;

  if (isnan(usd))
    return numeral_of(NUMERAL_NONE);
  if (usd == 0)
    return numeral_of("$0");
  if (fabs(usd) >= 1000)
    return numeral_of("%s$%s", usd < 0 ? MINUS : "", thousands(fabs(usd)).s);
  while (decimals < 9 && fabs(usd) < 9.5 * pow(10, -decimals))
    decimals++;
  return numeral_of("%s$%.*f", usd < 0 ? MINUS : "", decimals, fabs(usd));
}

struct numeral
numeral_count(double n)
{
  static const char *const powers[] = {"\xe2\x81\xb0", "\xc2\xb9", "\xc2\xb2", "\xc2\xb3", "\xe2\x81\xb4",
                                       "\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9"};
  int power;

  if (isnan(n))
    return numeral_of(NUMERAL_NONE);
  if (fabs(n) < 1e7)
    return thousands(n);
  if (isinf(n))
    return numeral_of("\xe2\x88\x9e");
  power = (int)floor(log10(fabs(n)) + 1e-9);
  if (n == pow(10, power))
    return numeral_of("10%s%s", power >= 10 ? powers[power / 10 % 10] : "", powers[power % 10]);
  return numeral_of("%s" THIN "\xc3\x97" THIN "10%s%s", decimal(n / pow(10, power), 1, "").s,
                   power >= 10 ? powers[power / 10 % 10] : "", powers[power % 10]);
}

struct numeral
numeral_bytes(double n)
{
  static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
  size_t u = 0;

  if (isnan(n))
    return numeral_of(NUMERAL_NONE);
  while (n >= 999.5 && u + 1 < sizeof units / sizeof *units) {
    n /= 1000;
    u++;
  }
  return numeral_of("%.*f" THIN "%s", u > 0 && n < 99.95 ? 1 : 0, n, units[u]);
}

struct numeral
numeral_seconds(double s)
{
  if (isnan(s))
    return numeral_of(NUMERAL_NONE);
  if (s >= 5940)
    return numeral_of("%.1f" THIN "h", s / 3600);
  if (s >= 99.5)
    return numeral_of("%d" THIN "min %d" THIN "s", (int)(s + .5) / 60, (int)(s + .5) % 60);
  return numeral_of("%.*f" THIN "s", s < .995 ? 2 : 1, s);
}

struct numeral
numeral_us(double us)
{
  if (isnan(us))
    return numeral_of(NUMERAL_NONE);
  if (us >= 999500)
    return numeral_of("%.1f" THIN "s", us / 1e6);
  if (us >= 999.5)
    return numeral_of("%.*f" THIN "ms", us < 99950 ? 1 : 0, us / 1000);
  return numeral_of("%.*f" THIN "\xc2\xb5s", us < 99.95 ? 1 : 0, us);
}

struct numeral
numeral_day(int64_t wall_ms)
{
  time_t t = (time_t)(wall_ms / 1000);
  struct tm day;
  struct numeral f;

  if (wall_ms <= 0 || !gmtime_r(&t, &day) || strftime(f.s, sizeof f.s, "%Y-%m-%d", &day) == 0)
    return numeral_of(NUMERAL_NONE);
  return f;
}
