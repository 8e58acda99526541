/* ship: the rows of data files, as programs and people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "ship/record.h"

static char path[64];

static void
put_file(const char *s, size_t n)
{
  struct err e;

  snprintf(path, sizeof path, "test-ship.%ld", (long)getpid());
  assert_int_equal(io_write_file(path, s, n, &e), 0);
}

/* All rows as "LINE name=value|name=value;" or "LINE !why;", the error of the file as "ERROR ...". */
static char *
rows_of(const char *s, size_t n, enum record_format format)
{
  struct buf out = BUF_INIT, scratch = BUF_INIT;
  struct records r;
  struct record record;
  struct err e = {0};
  int got;

  put_file(s, n);
  got = records_open(&r, path, format, &e);
  while (got >= 0 && (got = records_next(&r, &record, &e)) == 1) {
    buf_addf(&out, "%zu ", record.line);
    if (record.why[0])
      buf_addf(&out, "!%s", record.why);
    else if (record.json)
      json_print(&out, record.json);
    for (size_t i = 0; i < record.n && !record.why[0]; i++)
      buf_addf(&out, "%s%s=%s", i ? "|" : "", record.names[i], record.values[i]);
    buf_addc(&out, ';');
  }
  if (got < 0)
    buf_addf(&out, "ERROR %s", strchr(e.message, ':') ? strchr(e.message, ':') + 1 : e.message);
  records_close(&r);
  buf_release(&scratch);
  unlink(path);
  return buf_take(&out);
}

static void
check_rows(enum record_format format, const char *input, const char *want)
{
  char *got = rows_of(input, strlen(input), format);

  assert_string_equal(got, want);
  free(got);
}

static void
test_csv(void **state)
{
  (void)state;
  check_rows(RECORD_CSV, "a,b\n1,2\n", "2 a=1|b=2;");
  check_rows(RECORD_CSV, "a,b\n1,2", "2 a=1|b=2;");
  check_rows(RECORD_CSV, "\xef\xbb\xbf" "a,b\r\n1,2\r\n", "2 a=1|b=2;");
  check_rows(RECORD_CSV, "a,b\n\"1, \"\"x\"\"\",2\n", "2 a=1, \"x\"|b=2;");
  check_rows(RECORD_CSV, "a,b\n\"two\nlines\",2\n3,4\n", "2 a=two\nlines|b=2;4 a=3|b=4;");
  check_rows(RECORD_CSV, "a,b\n\"crlf\r\nkept\",2\r\n", "2 a=crlf\r\nkept|b=2;");
  check_rows(RECORD_CSV, "a,b\n,\n", "2 a=|b=;");
  check_rows(RECORD_CSV, "a,b\n\n1,2\n\n\n", "3 a=1|b=2;");
  check_rows(RECORD_CSV, "a\n\"\"\nx\n", "2 a=;3 a=x;");
  check_rows(RECORD_CSV, "a,b\nsay \"hi\",2\n", "2 a=say \"hi\"|b=2;");
  check_rows(RECORD_CSV, "\"a\",\"b\"\n1,2\n", "2 a=1|b=2;");
  check_rows(RECORD_CSV, "a,b\n1\n2,3,4\n5,6\n", "2 !the row has 1 field, the header 2;3 !the row has 3 fields, the header 2;4 a=5|b=6;");
  check_rows(RECORD_CSV, "a,b\n\"x\"y,2\n3,4\n", "2 !something stands between the closing quote and the comma;3 a=3|b=4;");
  check_rows(RECORD_CSV, "a,b\n1,\"open\n2,3\n", "ERROR 2: the quote opened here is not closed before the file ends (is it cut off?)");
  check_rows(RECORD_CSV, "a,b\n\"q\nq\",\"open", "ERROR 3: the quote opened here is not closed before the file ends (is it cut off?)");
  check_rows(RECORD_CSV, "a,b\n1,\"\"\"\"\n", "2 a=1|b=\";");
  check_rows(RECORD_CSV, "", "ERROR  the file is empty (a header line is expected)");
}

static void
test_tsv(void **state)
{
  (void)state;
  check_rows(RECORD_TSV, "a\tb\n1\t2\n", "2 a=1|b=2;");
  check_rows(RECORD_TSV, "a\tb\r\nx\\ty\\nz\\\\n\t\"q\"\r\n", "2 a=x\ty\nz\\n|b=\"q\";");
  check_rows(RECORD_TSV, "a\tb\nC:\\x\\\t\n", "2 a=C:\\x\\|b=;");
  check_rows(RECORD_TSV, "a\tb\n1\n", "2 !the row has 1 field, the header 2;");
}

static void
test_fasttext(void **state)
{
  (void)state;
  check_rows(RECORD_FASTTEXT, "__label__a hello there\n", "1 labels=a|text=hello there;");
  check_rows(RECORD_FASTTEXT, "__label__a __label__b|c\thi\n\nno label\n", "1 labels=a|b\\|c|text=hi;3 labels=|text=no label;");
  check_rows(RECORD_FASTTEXT, "__label__a", "1 labels=a|text=;");
}

static void
test_jsonl(void **state)
{
  char *got;

  (void)state;
  check_rows(RECORD_JSONL, "{\"text\":\"x\"}\n\n{\"text\":1}\r\n", "1 {\"text\":\"x\"};3 {\"text\":1};");
  check_rows(RECORD_JSONL, "[1]\n", "1 !the line is no JSON object;");
  got = rows_of("{\"a\":\n{\"b\":1}\n", 14, RECORD_JSONL);
  assert_non_null(strstr(got, "1 !"));
  assert_non_null(strstr(got, "2 {\"b\":1};"));
  free(got);
}

static void
test_bytes(void **state)
{
  char *got;

  (void)state;
  check_rows(RECORD_CSV, "a\nfine\n\xff\nalso\n", "2 a=fine;3 !not UTF-8: byte 1 of the row is 0xff;4 a=also;");
  check_rows(RECORD_TSV, "a\nx\xc3\n", "2 !not UTF-8: byte 2 of the row is 0xc3;");
  check_rows(RECORD_JSONL, "{\"a\":\"\xed\xa0\x80\"}\n", "1 !not UTF-8: byte 7 of the row is 0xed;");
  check_rows(RECORD_CSV, "\xff\xfe" "a", "ERROR 1: the file is UTF-16 (make it UTF-8: iconv -f UTF-16 -t UTF-8)");
  got = rows_of("a\nx\0y\nz\n", 8, RECORD_CSV);
  assert_string_equal(got, "2 !the row holds a NUL byte;3 a=z;");
  free(got);
}

static void
test_formats(void **state)
{
  (void)state;
  assert_int_equal(record_format_of("x/y.jsonl"), RECORD_JSONL);
  assert_int_equal(record_format_of("a.b.csv"), RECORD_CSV);
  assert_int_equal(record_format_of("t.tsv"), RECORD_TSV);
  assert_int_equal(record_format_of("t.ft"), RECORD_FASTTEXT);
  assert_int_equal(record_format_of("csv"), -1);
  assert_int_equal(record_format_of(".csv"), -1);
  for (int i = 0; i < N_RECORD_FORMATS; i++)
    assert_int_equal(record_format_parse(record_format_names[i]), i);
  assert_int_equal(record_format_parse("xml"), -1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_csv), cmocka_unit_test(test_tsv), cmocka_unit_test(test_fasttext),
    cmocka_unit_test(test_jsonl), cmocka_unit_test(test_bytes), cmocka_unit_test(test_formats),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
