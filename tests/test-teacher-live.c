/* Replies that are heard as they are written, over the network. */
#include "teacher-stage.h"

struct listener {
  struct buf text;
  int pieces, beginnings;
};

static void
listen_to(void *to, uint64_t tag, const char *text, size_t n)
{
  struct listener *l = to;

  assert_int_equal(tag, 42);
  l->pieces++;
  if (n == 0) {
    l->beginnings++;
    buf_clear(&l->text);
  }
  buf_add(&l->text, text, n);
}

static struct teacher_reply *
ask_stream(struct teacher *t, const char *command, struct listener *l, bool no_blind_retry)
{
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct teacher_reply *r;

  request.messages = message_with(command);
  request.stream = true;
  request.no_blind_retry = no_blind_retry;
  if (l) {
    *l = (struct listener){.text = BUF_INIT};
    request.on_text = listen_to;
    request.to = l;
  }
  teacher_start(t, 42, &request);
  r = teacher_take(t, 20000);
  assert_non_null(r);
  return r;
}

static void
streams_are_heard_as_they_come(void **state)
{
  static const struct {
    const char *command;
    int tries, beginnings;
    bool pieces;
  } rows[] = {
    {"", 1, 0, true}, {"[[comments]]", 1, 0, true}, {"[[drip:7]]", 1, 0, true}, {"[[drip:1000]]", 1, 0, true},
    {"[[plain]]", 1, 0, true}, {"[[429*1]]", 2, 0, true}, {"[[error-event*1]]", 2, 1, true},
    {"[[reset*2]]", 3, 2, true},
    {"[[cut:700*1]]", 2, 1, true}, {"[[529*1]]", 2, 0, true},
  };
  struct teacher_spec spec = http_spec();
  struct teacher *t = teacher_open(&spec, NULL);
  struct teacher_reply *r;
  struct listener l;

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    server_clear(server);
    r = ask_stream(t, rows[i].command, &l, false);
    if (!r->ok || r->tries != rows[i].tries || l.beginnings != rows[i].beginnings)
      fail_msg("%s: %d tries, %d beginnings: %s", rows[i].command, r->tries, l.beginnings, r->error);
    assert_string_equal(r->content, l.text.s);
    assert_true(l.pieces > 5);
    assert_true(strncmp(r->body, "data: ", 6) == 0 || r->body[0] == ':');
    assert_non_null(strstr(r->body, "data: [DONE]"));   /* kept as it came */
    assert_true(r->tokens_in > 0 && r->tokens_out > 0 && r->cost_usd > 0);
    assert_string_equal(r->finish_reason, "stop");
    assert_true(server->log[0].streamed);
    assert_int_equal(r->n_lost, r->tries > 1 && rows[i].beginnings > 0 ? r->tries - 1 : 0);
    teacher_reply_free(r);
    buf_release(&l.text);
  }
  teacher_close(t);
}

/* Cut at every byte, without the transport's knowing: the next try brings the whole; who counts money is told. */
static void
a_stream_may_be_cut_anywhere(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher *t;
  struct teacher_reply *whole, *r;
  char command[40];
  int n_whole = 0, n_again = 0;

  (void)state;
  server_clear(server);
  atomic_store(&server->texts, 1);
  t = teacher_open(&spec, NULL);
  whole = ask_stream(t, "", NULL, false);
  assert_true(whole->ok);
  for (size_t n = 0; n <= whole->body_size; n++) {
    bool again;

    snprintf(command, sizeof command, "[[cut:%zu*1]]", n);
    r = ask_stream(t, command, NULL, true);
    again = !r->ok;
    if (again && (r->fault != TEACHER_FAULT_LOST || r->answered || r->n_lost != 1 || !r->transient))
      fail_msg("cut at %zu: fault %d, answered %d: %s", n, r->fault, r->answered, r->error);
    n_whole += r->ok;
    teacher_reply_free(r);
    if (again) {
      snprintf(command, sizeof command, "[[cut:%zu*2]]", n);  /* another body, so that it is cut anew */
      r = ask_stream(t, command, NULL, false);
      if (!r->ok || r->n_lost != r->tries - 1)
        fail_msg("cut at %zu: %d tries: %s", n, r->tries, r->error);
      n_again += r->tries > 1;
      teacher_reply_free(r);
    }
  }
  assert_true(n_whole >= 10);  /* behind the finish_reason nothing is missing but the figures */
  assert_true(n_again > 500);
  teacher_reply_free(whole);
  teacher_close(t);
}

/* One that does not stream is told all at once. */
static void
an_endpoint_need_not_stream(void **state)
{
  struct teacher_spec spec = http_spec();
  struct teacher_request request = TEACHER_REQUEST_INIT;
  struct listener l = {.text = BUF_INIT};
  struct teacher_reply *r;
  struct teacher *t;

  (void)state;
  server_clear(server);
  spec.refused = 256;  /* REFUSED_STREAM: it is known not to */
  t = teacher_open(&spec, NULL);
  request.messages = message_with("");
  request.stream = true;
  request.on_text = listen_to;
  request.to = &l;
  teacher_start(t, 42, &request);
  r = teacher_take(t, 20000);
  assert_true(r->ok && !server->log[0].streamed);
  assert_string_equal(r->content, l.text.s);
  assert_int_equal(l.pieces, 1);
  teacher_reply_free(r);
  buf_release(&l.text);
  teacher_close(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(streams_are_heard_as_they_come),
    cmocka_unit_test(a_stream_may_be_cut_anywhere),
    cmocka_unit_test(an_endpoint_need_not_stream),
  };

  return cmocka_run_group_tests(tests, server_up, server_down);
}
