#include "tests/server/instant.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define WORD 8  /* bytes of each, so that a copy is one move */

static const char words[][WORD + 1] = {
  "orders  ", "parcel  ", "refunds ", "yellow  ", "chairs  ", "password", "evening ", "broken  ",
  "invoice ", "nobody  ", "thanks  ", "screen  ", "Tuesday ", "twelve  ", "colours ", "exchange",
  "account ", "logins  ", "drivers ", "lampion ", "seventy ", "goodbye ", "question", "weekend ",
  "buttons ", "gardens ", "receipt ", "missing ", "mistake ", "sizable ", "delivery", "another ",
};

void
instant_answer(struct exchange *x, struct buf *out)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
  static const char begin[] = "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"[";
  char end[200], length[40], text[8 * (WORD + 1)];
  int texts = (atomic_load(&shared->instant) - 200) / (int)(sizeof text + 6);
  size_t n_end, n_text = sizeof text;
  struct rng rng;

  texts = texts < 1 ? 1 : texts;
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
    uint64_t bits = rng_next(&rng);

    for (int k = 0; k < 8; k++, bits >>= 5) {
      memcpy(text + k * (WORD + 1), words[bits & 31], WORD);
      text[k * (WORD + 1) + WORD] = ' ';
    }
    text[n_text - 1] = '.';
    buf_add(out, "\\\"", 2);
    buf_add(out, text, n_text);
    buf_add(out, i + 1 < texts ? "\\\"," : "\\\"", i + 1 < texts ? 3 : 2);
  }
  buf_add(out, end, n_end);
}
