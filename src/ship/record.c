#include "ship/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/utf8.h"

const char *const record_format_names[N_RECORD_FORMATS] = {"jsonl", "csv", "tsv", "fasttext"};

int
record_format_parse(const char *name)
{
  for (int i = 0; i < N_RECORD_FORMATS; i++)
    if (strcmp(record_format_names[i], name) == 0)
      return i;
  return -1;
}

int
record_format_of(const char *path)
{
  static const struct { const char *ending; enum record_format format; } endings[] = {
    {".jsonl", RECORD_JSONL}, {".ndjson", RECORD_JSONL}, {".csv", RECORD_CSV},
    {".tsv", RECORD_TSV}, {".ft", RECORD_FASTTEXT}, {".fasttext", RECORD_FASTTEXT}, {".txt", RECORD_FASTTEXT},
  };
  size_t n = strlen(path);

  for (size_t i = 0; i < N_OF(endings); i++) {
    size_t m = strlen(endings[i].ending);

    if (n > m && strcmp(path + n - m, endings[i].ending) == 0)
      return (int)endings[i].format;
  }
  return -1;
}

/* Begins the next field of the row. */
static void
begin_field(struct records *r)
{
  if (r->row.n || r->n_values)
    buf_addc(&r->row, '\0');
  GROW(r->offsets, r->cap_offsets, r->n_values + 1);
  r->offsets[r->n_values++] = r->row.n;
}

static void
begin_row(struct records *r)
{
  buf_clear(&r->row);
  r->n_values = 0;
}

static void
end_row(struct records *r)
{
  buf_addc(&r->row, '\0');
  GROW(r->values, r->cap_values, r->n_values + 1);
  for (size_t i = 0; i < r->n_values; i++)
    r->values[i] = r->row.s + r->offsets[i];
}

static int
refuse_utf16(const struct records *r, const char *s, size_t n, struct err *e)
{
  if (n >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0))
    return err_set(e, ERR_INPUT, "%s:1: the file is UTF-16 (make it UTF-8: iconv -f UTF-16 -t UTF-8)", r->path);
  return 0;
}

/* How long the byte order mark is, if there is one. */
static size_t
mark_bytes(const char *s, size_t n)
{
  return n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The next line without its end: 1, 0 at the end of the file, -1. */
static int
take_line(struct records *r, char **s, size_t *n, struct err *e)
{
  int got = lines_next(&r->lines, s, n, e);

  if (got != 1)
    return got;
  if (*n && *s + *n == r->lines.data + r->lines.to && (*s)[*n - 1] == '\r')
    --*n;                    /* the last line has no \n */
  if (r->line++ == 0) {
    size_t mark = mark_bytes(*s, *n);

    if (refuse_utf16(r, *s, *n, e) < 0)
      return -1;
    *s += mark;
    *n -= mark;
  }
  return 1;
}

/* A quoted field, r->at behind its opening quote. -1: never closed. */
static int
take_quoted(struct records *r, struct err *e)
{
  size_t opened = r->line;

  for (;;) {
    const char *s = r->data + r->at, *quote = memchr(s, '"', r->n - r->at);
    size_t n = quote ? (size_t)(quote - s) : r->n - r->at;

    for (const char *p = s; (p = memchr(p, '\n', n - (size_t)(p - s))); p++)
      r->line++;
    if (!quote)
      return err_set(e, ERR_INPUT, "%s:%zu: the quote opened here is not closed before the file ends (is it cut off?)",
                     r->path, opened);
    buf_add(&r->row, s, n);
    r->at += n + 1;
    if (r->at >= r->n || r->data[r->at] != '"')
      return 0;
    buf_addc(&r->row, '"');
    r->at++;
  }
}

/* One row of CSV. 1, 0 at the end, -1 if a quote is not closed. */
static int
take_csv(struct records *r, struct record *record, struct err *e)
{
  if (r->at >= r->n)
    return 0;
  record->line = ++r->line;
  for (bool more = true; more;) {
    size_t n;

    begin_field(r);
    if (r->at < r->n && r->data[r->at] == '"') {
      r->at++;
      if (take_quoted(r, e) < 0)
        return -1;
    } else {
      for (n = 0; r->at + n < r->n && r->data[r->at + n] != ',' && r->data[r->at + n] != '\n'; n++)
        ;
      if (n && r->at + n < r->n && r->data[r->at + n] == '\n' && r->data[r->at + n - 1] == '\r')
        n--;
      buf_add(&r->row, r->data + r->at, n);
      r->at += n;
    }
    for (n = 0; r->at < r->n && r->data[r->at] != ',' && r->data[r->at] != '\n'; r->at++)
      n += r->data[r->at] != '\r';
    if (n)
      snprintf(record->why, sizeof record->why, "something stands between the closing quote and the comma");
    more = r->at < r->n && r->data[r->at] == ',';
    r->at += r->at < r->n;
  }
  return 1;
}

static void
take_tsv_fields(struct records *r, const char *s, size_t n)
{
  begin_field(r);
  for (size_t i = 0; i < n; i++) {
    static const char from[] = "tnr\\", to[] = "\t\n\r\\";
    const char *c;

    if (s[i] == '\t')
      begin_field(r);
    else if (s[i] == '\\' && i + 1 < n && (c = strchr(from, s[i + 1])) && *c) {
      buf_addc(&r->row, to[c - from]);
      i++;
    } else {
      buf_addc(&r->row, s[i]);
    }
  }
}

/* Labels become one field, joined by '|' (with a backslash before one in a name, and before a backslash). */
static void
take_fasttext_fields(struct records *r, const char *s, size_t n)
{
  static const char mark[] = "__label__";
  const size_t m = sizeof mark - 1;
  bool first = true;

  begin_field(r);
  while (n >= m && strncmp(s, mark, m) == 0) {
    size_t len = m;

    if (!first)
      buf_addc(&r->row, '|');
    first = false;
    for (; len < n && s[len] != ' ' && s[len] != '\t'; len++) {
      if (s[len] == '|' || s[len] == '\\')
        buf_addc(&r->row, '\\');
      buf_addc(&r->row, s[len]);
    }
    for (s += len, n -= len; n && (*s == ' ' || *s == '\t'); s++)
      n--;
  }
  begin_field(r);
  buf_add(&r->row, s, n);
}

static void
check_bytes(struct record *record, const char *s, size_t n)
{
  size_t bad;

  if (n > RECORD_BYTES)
    snprintf(record->why, sizeof record->why, "the row is longer than %zu bytes", RECORD_BYTES);
  else if (!utf8_valid(s, n, &bad))
    snprintf(record->why, sizeof record->why, "not UTF-8: byte %zu of the row is 0x%02x", bad + 1,
             (unsigned char)s[bad]);
  else if (memchr(s, '\0', n))
    snprintf(record->why, sizeof record->why, "the row holds a NUL byte");
}

static void
parse_json_row(struct records *r, struct record *record, char *s, size_t n)
{
  struct err e;

  record->json = json_read(&r->reader, s, n, &e);
  if (!record->json)
    snprintf(record->why, sizeof record->why, "%.180s", e.message);
  else if (json_type(record->json) != JSON_OBJECT)
    snprintf(record->why, sizeof record->why, "the line is no JSON object");
}

static int
next_line_row(struct records *r, struct record *record, struct err *e)
{
  char *s = NULL;
  size_t n = 0;
  int got;

  do
    if ((got = take_line(r, &s, &n, e)) != 1)
      return got;
  while (n == 0 || strspn(s, " \t\r") >= n);
  record->line = r->line;
  check_bytes(record, s, n);
  if (record->why[0])
    return 1;
  if (r->format == RECORD_JSONL)
    parse_json_row(r, record, s, n);
  else if (r->format == RECORD_TSV)
    take_tsv_fields(r, s, n);
  else
    take_fasttext_fields(r, s, n);
  return 1;
}

static int
next_csv_row(struct records *r, struct record *record, struct err *e)
{
  size_t from;
  int got;

  do {
    begin_row(r);
    from = r->at;
    got = take_csv(r, record, e);
  } while (got == 1 && r->n_values == 1 && r->row.n == 0 && r->data[from] != '"');
  if (got == 1) {
    size_t n = r->at - from;

    if (!record->why[0])
      check_bytes(record, r->data + from, n);
  }
  return got;
}

int
records_next(struct records *r, struct record *record, struct err *e)
{
  int got;

  *record = (struct record){0};
  begin_row(r);
  got = r->format == RECORD_CSV ? next_csv_row(r, record, e) : next_line_row(r, record, e);
  if (got != 1 || r->format == RECORD_JSONL)
    return got;
  end_row(r);
  record->names = r->names;
  record->values = r->values;
  record->n = r->n_values;
  if (!record->why[0] && r->n_names && r->n_values != r->n_names)
    snprintf(record->why, sizeof record->why, "the row has %zu field%s, the header %zu", r->n_values,
             r->n_values == 1 ? "" : "s", r->n_names);
  return 1;
}

/* The header line of a table, or the fields of fastText. */
static int
read_names(struct records *r, struct err *e)
{
  struct record header;
  int got;

  if (r->format == RECORD_JSONL)
    return 0;
  if (r->format == RECORD_FASTTEXT) {
    r->names = xcalloc(2, sizeof *r->names);
    r->names[r->n_names++] = xstrdup("labels");
    r->names[r->n_names++] = xstrdup("text");
    return 0;
  }
  got = records_next(r, &header, e);
  if (got < 0)
    return -1;
  if (got == 0)
    return err_set(e, ERR_INPUT, "%s: the file is empty (a header line is expected)", r->path);
  if (header.why[0])
    return err_set(e, ERR_INPUT, "%s:%zu: %s", r->path, header.line, header.why);
  if (header.n > RECORD_FIELDS)
    return err_set(e, ERR_INPUT, "%s:%zu: more than %d columns", r->path, header.line, RECORD_FIELDS);
  r->names = xcalloc(header.n, sizeof *r->names);
  for (size_t i = 0; i < header.n; i++)
    r->names[r->n_names++] = xstrdup(header.values[i]);
  return 0;
}

int
records_open(struct records *r, const char *path, enum record_format format, struct err *e)
{
  const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;

  *r = (struct records){.format = format, .path = path, .lines = {.fd = -1}};
  json_reader_init(&r->reader);
  buf_init(&r->row, RECORD_FILE_BYTES + RECORD_FIELDS);
  if (format != RECORD_CSV)
    return lines_open(&r->lines, file, RECORD_FILE_BYTES, e) < 0 ? -1 : read_names(r, e);
  if (io_read_file(file, RECORD_FILE_BYTES, &r->data, &r->n, e) < 0 || refuse_utf16(r, r->data, r->n, e) < 0)
    return -1;
  r->at = mark_bytes(r->data, r->n);
  return read_names(r, e);
}

void
records_close(struct records *r)
{
  for (size_t i = 0; i < r->n_names; i++)
    free(r->names[i]);
  free(r->names);
  free(r->values);
  free(r->offsets);
  free(r->data);
  buf_release(&r->row);
  lines_close(&r->lines);
  json_reader_release(&r->reader);
  *r = (struct records){.lines = {.fd = -1}};
}

const char *
record_text(const struct record *record, const char *name, struct buf *scratch)
{
  const struct json *j;

  if (!record->json) {
    for (size_t i = 0; i < record->n; i++)
      if (strcmp(record->names[i], name) == 0)
        return *record->values[i] ? record->values[i] : NULL;
    return NULL;
  }
  j = json_get(record->json, name);
  if (json_type(j) == JSON_STRING)
    return *json_string(j) ? json_string(j) : NULL;
  if (json_type(j) != JSON_NUMBER && json_type(j) != JSON_BOOL)
    return NULL;
  buf_clear(scratch);
  json_print(scratch, j);
  return buf_str(scratch);
}
