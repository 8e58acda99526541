#include "teacher/rate.h"

#include <ctype.h>
#include <curl/curl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"

#define VALUE_MAX 100      /* bytes of a value worth reading */
#define LONGEST_MS 1e15    /* beyond any date */

static const struct rate_count unsaid = {-1, -1, -1};

void
rate_said_clear(struct rate_said *s)
{
  *s = (struct rate_said){.retry_after_ms = -1, .counts = {unsaid, unsaid, unsaid, unsaid}};
}

static int64_t
until(double then_ms, int64_t wall_ms)
{
  double wait = then_ms - (double)wall_ms;

  return wait <= 0 ? 0 : wait > LONGEST_MS ? (int64_t)LONGEST_MS : (int64_t)ceil(wait);
}

/* 2026-11-22T14:05:00Z, with a fraction or an offset perhaps. */
static int64_t
internet_date(const char *s, int64_t wall_ms)
{
  struct tm tm = {0};
  double second;
  int hours = 0, minutes = 0, n = 0;
  char sign = 'Z';

  if (sscanf(s, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%lf%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
             &second, &n) != 6 || !(second >= 0 && second < 62))
    return -1;
  sscanf(s + n, "%c%2d:%2d", &sign, &hours, &minutes);
  minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : sign == '+' ? 1 : 0);
  tm.tm_year -= 1900;
  tm.tm_mon--;
  return until(((double)timegm(&tm) + second - minutes * 60.0) * 1000, wall_ms);
}

/* 6m0s, 1h2m3.5s, 20ms: numbers with units. */
static int64_t
with_units(const char *s)
{
  static const struct {
    const char *name;
    double ms;
  } units[] = {{"ms", 1}, {"us", 0.001}, {"ns", 0.000001}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"d", 86400000}};
  double sum = 0;

  while (*s) {
    char *end;
    double x = strtod(s, &end);
    size_t i = 0;

    if (end == s || !isdigit((unsigned char)*s) || !(x <= LONGEST_MS))
      return -1;
    while (i < N_OF(units) && strncmp(end, units[i].name, strlen(units[i].name)) != 0)
      i++;
    if (i == N_OF(units))
      return -1;
    sum += x * units[i].ms;
    s = end + strlen(units[i].name);
  }
  return sum > LONGEST_MS ? -1 : (int64_t)ceil(sum);
}

int64_t
rate_duration_ms(const char *value, size_t n, int64_t wall_ms)
{
  char s[VALUE_MAX + 1];
  char *end;
  double x;
  time_t then;

  if (n == 0 || n > VALUE_MAX)
    return -1;
  memcpy(s, value, n);
  s[n] = '\0';
  if (!isdigit((unsigned char)s[0])) {
    then = isalpha((unsigned char)s[0]) ? curl_getdate(s, NULL) : -1;
    return then < 0 ? -1 : until((double)then * 1000, wall_ms);
  }
  x = strtod(s, &end);
  if (*end == '\0' && x < 1e17)
    return x > 1e11 ? until(x, wall_ms) : x > 1e8 ? until(x * 1000, wall_ms) : (int64_t)ceil(x * 1000);
  return n > 10 && s[4] == '-' && s[7] == '-' ? internet_date(s, wall_ms) : with_units(s);
}

/* ---- header lines ---- */

static void
read_number(const char *value, size_t n, double *out)
{
  char s[VALUE_MAX + 1], *end;
  double x;

  if (n == 0 || n > VALUE_MAX || !isdigit((unsigned char)*value))
    return;
  memcpy(s, value, n);
  s[n] = '\0';
  x = strtod(s, &end);
  if (x >= 0 && x < 1e15)
    *out = x;
}

static void
read_count(struct rate_count *c, const char *field, size_t n_field, const char *value, size_t n, int64_t wall_ms)
{
  if (n_field == 5 && strncasecmp(field, "limit", 5) == 0)
    read_number(value, n, &c->limit);
  else if (n_field == 9 && strncasecmp(field, "remaining", 9) == 0)
    read_number(value, n, &c->remaining);
  else if (n_field == 5 && strncasecmp(field, "reset", 5) == 0)
    c->reset_ms = rate_duration_ms(value, n, wall_ms);
}

static void
read_retry_after(struct rate_said *s, bool exact, const char *value, size_t n, int64_t wall_ms)
{
  double ms = -1;

  if (exact) {
    read_number(value, n, &ms);
    if (ms >= 0) {
      s->retry_after_ms = (int64_t)ceil(ms);
      s->retry_after_exact = true;
    }
  } else if (!s->retry_after_exact) {
    s->retry_after_ms = rate_duration_ms(value, n, wall_ms);
  }
}

/* name: what follows the family's prefix, such as remaining-tokens (x-ratelimit-) or tokens-remaining (anthropic-). */
static void
read_limit(struct rate_said *s, bool resource_first, const char *name, size_t n_name, const char *value, size_t n,
           int64_t wall_ms)
{
  static const char *const resources[N_RATE_RESOURCES] = {"requests", "tokens", "input-tokens", "output-tokens"};

  for (size_t i = 0; i < N_RATE_RESOURCES; i++) {
    size_t n_resource = strlen(resources[i]), n_field;
    const char *resource, *field;

    if (n_name < n_resource + 2)
      continue;
    n_field = n_name - n_resource - 1;
    resource = resource_first ? name : name + n_field + 1;
    field = resource_first ? name + n_resource + 1 : name;
    if (strncasecmp(resource, resources[i], n_resource) != 0 || name[resource_first ? n_resource : n_field] != '-')
      continue;
    read_count(&s->counts[i], field, n_field, value, n, wall_ms);
    return;
  }
  if (!resource_first)
    read_count(&s->counts[RATE_REQUESTS], name, n_name, value, n, wall_ms);
}

void
rate_said_line(struct rate_said *s, const char *line, size_t n, int64_t wall_ms)
{
  static const char family[] = "x-ratelimit-", anthropic[] = "anthropic-ratelimit-";
  const char *colon, *value;
  size_t n_name;

  if (n == 0 || !strchr("rRxXaA", line[0]) || !(colon = memchr(line, ':', n)))
    return;
  n_name = (size_t)(colon - line);
  value = colon + 1;
  n -= n_name + 1;
  while (n > 0 && isspace((unsigned char)*value))
    value++, n--;
  while (n > 0 && isspace((unsigned char)value[n - 1]))
    n--;
  if (n_name == 11 && strncasecmp(line, "retry-after", 11) == 0)
    read_retry_after(s, false, value, n, wall_ms);
  else if (n_name == 14 && strncasecmp(line, "retry-after-ms", 14) == 0)
    read_retry_after(s, true, value, n, wall_ms);
  else if (n_name > sizeof family - 1 && strncasecmp(line, family, sizeof family - 1) == 0)
    read_limit(s, false, line + sizeof family - 1, n_name - (sizeof family - 1), value, n, wall_ms);
  else if (n_name > sizeof anthropic - 1 && strncasecmp(line, anthropic, sizeof anthropic - 1) == 0)
    read_limit(s, true, line + sizeof anthropic - 1, n_name - (sizeof anthropic - 1), value, n, wall_ms);
}
