/* How long it takes to learn tokenizers of all units from a million short texts, and to read these: seconds, and
 * processor seconds, on 2 threads.
 *
 *   token-bench [TEXTS]       RETORT_DATA names the folder with the public texts that they are spliced from
 *
 * The second set is made of Han characters without spaces: "words" of one to three characters, frequent ones often. */
#include <locale.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/utf8.h"
#include "tests/bench/texts.h"
#include "token/tokenizer.h"

#define THREADS 2
#define TEXT_BYTES 100
#define HAN_WORDS 20000

struct set {
  const char **text;
  size_t n, bytes;
  struct arena arena;
  const struct tokenizer *tokenizer;
  atomic_size_t n_tokens;
};

static double
seconds(clockid_t clock)
{
  struct timespec t;

  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
add(struct set *s, const struct buf *text)
{
  s->text[s->n++] = arena_strndup(&s->arena, buf_str(text), text->n);
  s->bytes += text->n;
}

static void
begin(struct set *s, size_t n)
{
  *s = (struct set){.text = xmalloc((n + 1) * sizeof *s->text)};
  arena_init(&s->arena);
}

static bool
make_public(struct set *s, size_t n)
{
  const char *folder = getenv("RETORT_DATA");
  struct texts *t = folder ? texts_open(folder) : NULL;
  struct buf b = BUF_INIT;
  struct rng r;

  rng_seed(&r, 1);
  for (size_t i = 0; t && i < n; i++) {
    buf_clear(&b);
    texts_one(t, &r, TEXT_BYTES, &b);
    add(s, &b);
  }
  buf_release(&b);
  if (t)
    texts_close(t);
  return t;
}

static void
make_han(struct set *s, size_t n)
{
  static char words[HAN_WORDS][16];
  struct buf b = BUF_INIT;
  struct rng r;

  rng_seed(&r, 2);
  for (size_t i = 0; i < HAN_WORDS; i++) {
    size_t at = 0;

    for (size_t k = 1 + rng_below(&r, 3); k > 0; k--)
      at += utf8_encode((uint32_t)(0x4e00 + pow(3000, rng_unit(&r))), words[i] + at);
  }
  for (size_t i = 0; i < n; i++) {
    buf_clear(&b);
    while (b.n < TEXT_BYTES) {
      buf_adds(&b, words[(size_t)pow(HAN_WORDS, rng_unit(&r)) - 1]);
      if (rng_below(&r, 10) == 0)
        buf_adds(&b, "\u3002");
    }
    add(s, &b);
  }
  buf_release(&b);
}

static void
read_texts(void *arg, int thread, int n_threads)
{
  struct set *s = arg;
  struct tokens k = {0};
  size_t n = 0;

  for (size_t i = (size_t)thread; i < s->n; i += (size_t)n_threads) {
    tokenizer_encode(s->tokenizer, s->text[i], 0, &k);
    n += k.n;
  }
  s->n_tokens += n;
  tokens_release(&k);
}

static void
measure(struct set *s, const char *name)
{
  static const struct {
    const char *name;
    struct token_options o;
  } units[] = {
    {"words", {TOKEN_WORDS, true, 30000, 2, 0, 0, 0}},
    {"words and sub-words", {TOKEN_WORDS, true, 30000, 2, 200000, 3, 6}},
    {"byte pairs", {TOKEN_BPE, true, 30000, 2, 0, 0, 0}},
    {"WordPiece", {TOKEN_WORDPIECE, true, 30000, 2, 0, 0, 0}},
    {"characters", {TOKEN_CHARACTERS, true, 30000, 2, 0, 0, 0}},
  };

  printf("%s: %zu texts, %.0f MB%22s%18s\n", name, s->n, (double)s->bytes / 1e6, "learn", "read");
  for (size_t i = 0; i < N_OF(units); i++) {
    double a = seconds(CLOCK_MONOTONIC), given = seconds(CLOCK_PROCESS_CPUTIME_ID), b, given_then;
    struct tokenizer *t = tokenizer_learn(&units[i].o, s->text, s->n, THREADS);

    b = seconds(CLOCK_MONOTONIC);
    given_then = seconds(CLOCK_PROCESS_CPUTIME_ID);
    s->tokenizer = t;
    s->n_tokens = 0;
    pool_run(THREADS, read_texts, s);
    printf("  %-22s%8.2f s (%5.2f)%8.2f s (%5.2f)   %zu tokens, %u rows\n", units[i].name, b - a, given_then - given,
           seconds(CLOCK_MONOTONIC) - b, seconds(CLOCK_PROCESS_CPUTIME_ID) - given_then, (size_t)s->n_tokens,
           tokenizer_rows(t));
    tokenizer_free(t);
  }
}

int
main(int argc, char **argv)
{
  size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
  struct set s;

  setlocale(LC_CTYPE, "C.UTF-8");
  begin(&s, n);
  if (make_public(&s, n))
    measure(&s, "public texts");
  arena_release(&s.arena);
  free(s.text);
  begin(&s, n);
  make_han(&s, n);
  measure(&s, "without spaces");
  arena_release(&s.arena);
  free(s.text);
  return 0;
}
