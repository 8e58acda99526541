/* The room base: strings, hashing, UTF-8, JSON, lines, mailboxes, threads. */
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/option.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/utf8.h"

static void
buf_keeps_its_maximum(void **state)
{
  struct buf b;

  (void)state;
  buf_init(&b, 10);
  assert_int_equal(buf_adds(&b, "12345678"), 0);
  assert_int_equal(buf_adds(&b, "abc"), -1);
  assert_true(b.over);
  assert_int_equal(buf_adds(&b, "a"), -1);
  assert_string_equal(b.s, "12345678");
  buf_clear(&b);
  assert_int_equal(buf_addf(&b, "%05d", 42), 0);
  assert_string_equal(buf_str(&b), "00042");
  buf_release(&b);
}

static void
arena_hands_out_aligned_stable_memory(void **state)
{
  struct arena a;
  char *first;

  (void)state;
  arena_init(&a);
  first = arena_strdup(&a, "first");
  for (size_t i = 1; i < 4000; i += 7) {
    char *p = arena_alloc(&a, i);

    assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
    memset(p, 0xff, i);
    arena_bytes(&a, i % 5);
  }
  assert_string_equal(first, "first");
  arena_release(&a);
}

static void
strmap_finds_what_was_put(void **state)
{
  struct strmap m;
  char key[32];

  (void)state;
  strmap_init(&m);
  for (int i = 0; i < 5000; i++)
    assert_true(strmap_put(&m, key, (size_t)snprintf(key, sizeof key, "key-%d", i), i));
  for (int i = 0; i < 5000; i++)
    assert_int_equal(strmap_get(&m, key, (size_t)snprintf(key, sizeof key, "key-%d", i), -1), i);
  assert_int_equal(strmap_get(&m, "none", 4, -1), -1);
  assert_false(strmap_put(&m, "key-7", 5, 70));
  assert_int_equal(strmap_get(&m, "key-7", 5, -1), 70);
  strmap_release(&m);
}

static void
utf8_tells_good_from_bad(void **state)
{
  static const struct { const char *s; size_t bad; } cases[] = {
    {"plain", SIZE_MAX}, {"h\xc3\xa9", SIZE_MAX}, {"\xf0\x9f\x98\x80", SIZE_MAX}, {"a\xff", 1}, {"\xc0\xaf", 0},
    {"ab\xed\xa0\x80", 2}, {"\xf4\x90\x80\x80", 0}, {"x\xe2\x82", 1}, {"\xef\xbf\xbd", SIZE_MAX},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    size_t bad = SIZE_MAX;

    assert_int_equal(utf8_valid(cases[i].s, strlen(cases[i].s), &bad), cases[i].bad == SIZE_MAX);
    assert_int_equal(bad, cases[i].bad);
  }
}

static void
utf8_shows_control_characters(void **state)
{
  struct buf b = BUF_INIT;
  const char *s = "a\x1b[31m\xc2\x9b" "b\xe2\x80\xae" "c\x7f";

  (void)state;
  utf8_printable(&b, s, strlen(s));
  assert_string_equal(b.s, "a^[[31m<U+009B>b<U+202E>c^?");
  assert_int_equal(utf8_columns(s, strlen(s)), b.n);
  buf_release(&b);
  assert_int_equal(utf8_width(0x4e2d), 2);
  assert_int_equal(utf8_width(0x301), 0);
}

static void
json_reads_and_writes(void **state)
{
  const char *s = "{\"a\":[1,2.5,\"x\\n\\u00e9\"],\"b\":{\"c\":true},\"d\":null}";
  struct buf b = BUF_INIT;
  struct err e = {0};
  struct json *j = json_parse(s, strlen(s), NULL, &e);

  (void)state;
  assert_non_null(j);
  assert_string_equal(json_string(json_at(json_get(j, "a"), 2)), "x\n\xc3\xa9");
  assert_true(json_is_true(json_path(j, "b", "c", NULL)));
  assert_null(json_path(j, "b", "none", "c", NULL));
  json_print(&b, j);
  assert_string_equal(b.s, "{\"a\":[1,2.5,\"x\\n\xc3\xa9\"],\"b\":{\"c\":true},\"d\":null}");
  json_free(j);
  assert_null(json_parse("[1,]", 4, NULL, &e));
  assert_null(json_parse("[1] x", 5, NULL, &e));
  assert_null(json_parse("\"\xff\"", 3, NULL, &e));
  assert_null(json_parse("\"\\u0000\"", 8, NULL, &e));
  buf_clear(&b);
  json_add_string(&b, "\"\\\x01\xff", 4);
  assert_string_equal(b.s, "\"\\\"\\\\\\u0001\xef\xbf\xbd\"");
  buf_clear(&b);
  json_add_number(&b, 0.1);
  buf_addc(&b, ' ');
  json_add_number(&b, NAN);
  assert_string_equal(b.s, "0.1 null");
  buf_release(&b);
}

/* Keys that stand in files are made of these: a hash never changes. */
static void
hashes_stay_the_same(void **state)
{
  static const char s[] = "the keys of requests stand in files";

  (void)state;
  assert_true(hash_bytes(s, 0, 7) == UINT64_C(0x63cbe1e459320dd7));
  assert_true(hash_bytes(s, 5, 7) == UINT64_C(0xa34c31e037d6a176));
  assert_true(hash_bytes(s, 15, 7) == UINT64_C(0xa74d11e32d95054b));
  assert_true(hash_bytes(s, 35, 7) == UINT64_C(0x3dc7385f9ab0c492));
}

/* Each byte at each place of several blocks: the fast ways see what the plain ones see. */
static void
blocks_of_bytes_are_seen_whole(void **state)
{
  (void)state;
  for (size_t at = 0; at < 24; at++)
    for (int c = 0; c < 256; c++) {
      bool special = c < ' ' || c == '"' || c == '\\';
      char s[] = "abcdefghijklmnopqrstuvwx";

      s[at] = (char)c;
      assert_int_equal(json_plain(s, 24, false), special ? at - at % 8 : 24);
      assert_int_equal(json_plain(s, 24, true), special || c >= 0x7f ? at - at % 8 : 24);
      assert_int_equal(utf8_count(s, 24), (c & 0xc0) == 0x80 ? 23 : 24);
    }
  assert_int_equal(json_plain("abcdefg", 7, false), 0);
}

static void
lines_come_whole(void **state)
{
  static const char text[] = "one\r\n\ntwo\nlast";
  static const char *const want[] = {"one", "", "two", "last"};
  struct err e = {0};
  struct lines l;
  char *s;
  size_t n, i = 0;
  int fds[2];

  (void)state;
  assert_int_equal(pipe(fds), 0);
  assert_int_equal(write(fds[1], text, sizeof text - 1), sizeof text - 1);
  close(fds[1]);
  lines_from_fd(&l, fds[0], "pipe", 100);
  for (; lines_next(&l, &s, &n, &e) == 1; i++)
    assert_string_equal(s, want[i]);
  assert_int_equal(i, 4);
  assert_int_equal(l.number, 4);
  lines_close(&l);
  close(fds[0]);
}

static void
a_long_line_is_refused(void **state)
{
  char path[] = "/tmp/retort-test-XXXXXX", *s = xmalloc(200000);
  struct err e = {0};
  struct lines l;
  size_t n;
  int fd = mkstemp(path);

  (void)state;
  memset(s, 'x', 200000);
  assert_int_equal(write(fd, s, 200000), 200000);
  free(s);
  assert_int_equal(lines_open(&l, path, 1000, &e), 0);
  assert_int_equal(lines_next(&l, &s, &n, &e), -1);
  assert_non_null(strstr(e.message, ":1: the line is longer than 1000 bytes"));
  lines_close(&l);
  close(fd);
  unlink(path);
}

static void
io_replaces_a_file_whole(void **state)
{
  char path[] = "/tmp/retort-test-XXXXXX", *s;
  struct lines l;
  struct err e = {0};
  size_t n;
  int fd = mkstemp(path);

  (void)state;
  close(fd);
  assert_int_equal(io_write_file(path, "abc", 3, &e), 0);
  assert_int_equal(io_read_file(path, 3, &s, &n, &e), 0);
  assert_string_equal(s, "abc");
  free(s);
  assert_int_equal(io_read_file(path, 2, &s, &n, &e), -1);
  assert_non_null(strstr(e.message, "larger than 2 bytes"));
  unlink(path);
  assert_int_equal(io_read_file(path, 2, &s, &n, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, ": no such file or directory"));
  assert_int_equal(lines_open(&l, path, 10, &e), -1);
  assert_null(l.name);
}

struct letter {
  struct mail mail;
  int i;
};

static void *
send_letters(void *box)
{
  for (int i = 0; i < 1000; i++) {
    struct letter *l = xmalloc(sizeof *l);

    l->i = i;
    assert_true(mailbox_post(box, &l->mail));
  }
  mailbox_close(box);
  return NULL;
}

static void
mailbox_keeps_the_order(void **state)
{
  struct mailbox box;
  pthread_t thread;
  struct mail *m;
  int i = 0;

  (void)state;
  mailbox_init(&box);
  pthread_create(&thread, NULL, send_letters, &box);
  while ((m = mailbox_take(&box))) {
    assert_int_equal(((struct letter *)(void *)m)->i, i++);
    free(m);
  }
  pthread_join(thread, NULL);
  assert_int_equal(i, 1000);
  assert_false(mailbox_post(&box, NULL));
  mailbox_release(&box);
}

static void
add_share(void *sum, int i, int n)
{
  atomic_fetch_add((atomic_int *)sum, i * 10 + n);
}

static void
pool_runs_each_share_once(void **state)
{
  atomic_int sum = 0;

  (void)state;
  pool_run(4, add_share, &sum);
  assert_int_equal(sum, 60 + 16);
}

static void
rng_is_the_same_everywhere(void **state)
{
  struct rng r;
  uint32_t items[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, seen = 0;

  (void)state;
  rng_seed(&r, 1);
  assert_true(rng_next(&r) == UINT64_C(0xb3f2af6d0fc710c5));
  for (int i = 0; i < 1000; i++)
    assert_true(rng_below(&r, 7) < 7);
  rng_shuffle(&r, items, 10);
  for (int i = 0; i < 10; i++)
    seen |= 1u << items[i];
  assert_int_equal(seen, 0x3ff);
}

static void
errors_are_one_line(void **state)
{
  struct err e = {0};

  (void)state;
  assert_int_equal(err_set(&e, ERR_INPUT, "bad\n'%s'", "\x1b[2J"), -1);
  assert_string_equal(e.message, "bad '?[2J'");
  err_prefix(&e, "%s:%d: ", "file", 3);
  assert_string_equal(e.message, "file:3: bad '?[2J'");
}

static void
options_are_checked(void **state)
{
  static const struct option table[] = {
    {.name = "lr", .type = OPTION_REAL, .min = 0.001, .max = 1, .fallback = "0.5"},
    {.name = "epochs", .type = OPTION_INT, .min = 1, .max = 10},
    {.name = "student", .type = OPTION_CHOICE, .choices = "linear|cnn"},
    {.name = NULL},
  };
  struct err e = {0};
  double x;

  (void)state;
  assert_null(option_find(table, "none"));
  assert_true(option_default(option_find(table, "lr")) == 0.5);
  assert_int_equal(option_check(&table[1], "3", &x, &e), 0);
  assert_true(x == 3);
  assert_int_equal(option_check(&table[1], "3.5", &x, &e), -1);
  assert_int_equal(option_check(&table[1], "11", &x, &e), -1);
  assert_string_equal(e.message, "option '--epochs': '11' is out of range (allowed: 1 to 10)");
  assert_int_equal(option_check(&table[0], "0.1x", &x, &e), -1);
  assert_int_equal(option_check(&table[2], "cnn", &x, &e), 0);
  assert_true(x == 1);
  assert_int_equal(option_check(&table[2], "cn", &x, &e), -1);
}

static void
nearest_is_what_was_probably_meant(void **state)
{
  static const char *const words[] = {"label", "status", "split"};
  struct nearest near = nearest_to_n("lst in a longer text", 3);
  char hint[80];

  (void)state;
  assert_string_equal(nearest_of("lable", words, 3), "label");
  assert_string_equal(nearest_of("LABEL", words, 3), "label");
  assert_string_equal(nearest_of("stat", words, 3), "status");
  assert_null(nearest_of("st", words, 3));
  assert_null(nearest_of("x", words, 3));
  assert_null(nearest_of("banana", words, 3));
  assert_string_equal(nearest_hint(&near, hint), "");
  assert_true(nearest_try_n(&near, "last of all", 4));
  assert_false(nearest_try(&near, "lust"));
  assert_string_equal(nearest_hint(&near, hint), " (did you mean 'last'?)");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(buf_keeps_its_maximum),
    cmocka_unit_test(arena_hands_out_aligned_stable_memory),
    cmocka_unit_test(strmap_finds_what_was_put),
    cmocka_unit_test(utf8_tells_good_from_bad),
    cmocka_unit_test(utf8_shows_control_characters),
    cmocka_unit_test(json_reads_and_writes),
    cmocka_unit_test(hashes_stay_the_same),
    cmocka_unit_test(blocks_of_bytes_are_seen_whole),
    cmocka_unit_test(lines_come_whole),
    cmocka_unit_test(a_long_line_is_refused),
    cmocka_unit_test(nearest_is_what_was_probably_meant),
    cmocka_unit_test(io_replaces_a_file_whole),
    cmocka_unit_test(mailbox_keeps_the_order),
    cmocka_unit_test(pool_runs_each_share_once),
    cmocka_unit_test(rng_is_the_same_everywhere),
    cmocka_unit_test(errors_are_one_line),
    cmocka_unit_test(options_are_checked),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
