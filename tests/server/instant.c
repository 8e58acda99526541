#include "tests/server/instant.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define WORD 8  /* bytes of each: two halves, so that a copy is two moves and there are 4 096 words */
#define WORDS_MAX 1000

static const char halves[64][WORD / 2 + 1] = {
  "bare", "bato", "bere", "beto", "bire", "bito", "bore", "boto",
  "dare", "dato", "dere", "deto", "dire", "dito", "dore", "doto",
  "fare", "fato", "fere", "feto", "fire", "fito", "fore", "foto",
  "gare", "gato", "gere", "geto", "gire", "gito", "gore", "goto",
  "kare", "kato", "kere", "keto", "kire", "kito", "kore", "koto",
  "lare", "lato", "lere", "leto", "lire", "lito", "lore", "loto",
  "mare", "mato", "mere", "meto", "mire", "mito", "more", "moto",
  "nare", "nato", "nere", "neto", "nire", "nito", "nore", "noto",
};

void
instant_answer(struct exchange *x, struct buf *out)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
  static const char begin[] = "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"[";
  char end[200], length[40], text[WORDS_MAX * (WORD + 1)];
  int texts = atomic_load(&shared->texts) < 1 ? 1 : atomic_load(&shared->texts);
  int fit = ((atomic_load(&shared->instant) - 200) / texts - 6) / (WORD + 1);
  int n_words = fit < 1 ? 1 : fit > WORDS_MAX ? WORDS_MAX : fit;
  size_t n_end, n_text = (size_t)n_words * (WORD + 1);
  uint64_t bits = 0;
  struct rng rng;

  x->entry->tokens_in = (int32_t)(x->n_body / 4);
  x->entry->tokens_out = (int32_t)((size_t)texts * (n_text + 4) / 4);
  x->entry->status = 200;
  x->entry->answered = 1;
  n_end = (size_t)snprintf(end, sizeof end, "]\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%d,"
                           "\"completion_tokens\":%d}}", x->entry->tokens_in, x->entry->tokens_out);
  /* a text: \"words\" and, but for the last, a comma */
  snprintf(length, sizeof length, "%zu\r\n\r\n", sizeof begin - 1 + (size_t)texts * (n_text + 5) - 1 + n_end);
  buf_adds(out, head);
  buf_adds(out, length);
  buf_add(out, begin, sizeof begin - 1);
  rng_seed(&rng, x->entry->body);
  for (int i = 0; i < texts; i++) {
    for (int k = 0; k < n_words; k++, bits >>= 12) {
      if (k % 5 == 0)
        bits = rng_next(&rng);
      memcpy(text + k * (WORD + 1), halves[bits & 63], WORD / 2);
      memcpy(text + k * (WORD + 1) + WORD / 2, halves[bits >> 6 & 63], WORD / 2);
      text[k * (WORD + 1) + WORD] = ' ';
    }
    text[n_text - 1] = '.';
    buf_add(out, "\\\"", 2);
    buf_add(out, text, n_text);
    buf_add(out, i + 1 < texts ? "\\\"," : "\\\"", i + 1 < texts ? 3 : 2);
  }
  buf_add(out, end, n_end);
}
