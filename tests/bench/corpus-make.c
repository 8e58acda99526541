/* A data set of very many samples, made from the public texts in RETORT_DATA: the same seed gives the same bytes.
 *
 *   corpus-make N SEED OUT.jsonl [TEXTS.txt]
 *
 * All texts differ; five in a hundred are an earlier one with its end changed, and name it as their parent. About 120
 * bytes a text. TEXTS.txt gets the texts alone, a line each. Labels (there are eight, printed at the end) follow the
 * set that a text begins in, but for one in ten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "corpus/hashset.h"
#include "texts.h"

#define LOOK_BACK 5000u        /* a text is a copy of one of so many before it */

static const char *const labels[] = {"billing", "shipping", "returns", "account", "product", "complaint", "praise",
                                     "other"};
static const char *const topics[] = {"shoes", "parcels", "refunds", "passwords", "phones", "gifts"};
static const char *const styles[] = {"hurried", "polite", "angry", "rambling"};

struct maker {
  struct texts *texts;
  struct rng rng;
  struct hashset seen;
  struct buf text, line;
  char *before[LOOK_BACK];     /* the last texts */
};

/* An earlier text with another end; false if there is none. */
static bool
copy_one(struct maker *m, uint32_t i, uint32_t *parent)
{
  uint64_t back = 1 + rng_below(&m->rng, i < LOOK_BACK ? i + 1 : LOOK_BACK);
  const char *from, *space;

  if (back > i)
    return false;
  from = m->before[(i - back) % LOOK_BACK];
  space = strrchr(from, ' ');
  buf_clear(&m->text);
  buf_add(&m->text, from, space ? (size_t)(space - from) : strlen(from));
  buf_addf(&m->text, " %s", topics[rng_below(&m->rng, N_OF(topics))]);
  *parent = (uint32_t)(i + 1 - back);
  return true;
}

/* A text that was not there before; the number of its set. */
static size_t
make_text(struct maker *m, uint32_t i, uint32_t *parent)
{
  uint32_t *seen;
  size_t set;

  do {
    *parent = 0;
    set = rng_below(&m->rng, N_OF(labels));
    if (rng_below(&m->rng, 100) >= 5 || !copy_one(m, i, parent))
      set = texts_one(m->texts, &m->rng, rng_below(&m->rng, 150), &m->text);
    seen = hashset_at(&m->seen, hash_bytes(m->text.s, m->text.n, 0));
  } while (*seen);
  *seen = 1;
  free(m->before[i % LOOK_BACK]);
  m->before[i % LOOK_BACK] = xstrdup(buf_str(&m->text));
  return set;
}

static enum split
make_split(struct rng *r)
{
  uint64_t die = rng_below(r, 20);

  return die == 0 ? SPLIT_TEST : die == 1 ? SPLIT_VALID : die == 2 ? SPLIT_POOL : SPLIT_TRAIN;
}

static void
make_line(struct maker *m, uint32_t i)
{
  struct buf *b = &m->line;
  struct rng *r = &m->rng;
  uint32_t parent;
  size_t set = make_text(m, i, &parent);
  enum origin origin = rng_below(r, 10) ? ORIGIN_GENERATED : ORIGIN_IMPORTED;
  size_t label = rng_below(r, 10) ? set % N_OF(labels) : rng_below(r, N_OF(labels));

  buf_clear(b);
  buf_addc(b, '{');
  json_add_field_int(b, "id", i + 1);
  json_add_field(b, "text", buf_str(&m->text));
  json_add_field(b, "label", labels[label]);
  json_add_field(b, "split", split_names[make_split(r)]);
  json_add_field(b, "origin", origin_names[origin]);
  json_add_field(b, "status", status_names[rng_below(r, N_STATUSES)]);
  if (origin == ORIGIN_GENERATED) {
    char template[32];

    snprintf(template, sizeof template, "tickets v%u", 1 + (unsigned)rng_below(r, 3));
    json_add_field(b, "template", template);
    json_add_key(b, "attributes");
    buf_addc(b, '{');
    json_add_field(b, "topic", topics[rng_below(r, N_OF(topics))]);
    json_add_field(b, "style", styles[rng_below(r, N_OF(styles))]);
    buf_addc(b, '}');
  }
  if (parent)
    json_add_field_int(b, "parent", parent);
  buf_adds(b, "}\n");
}

static FILE *
open_to_write(const char *path)
{
  FILE *f = fopen(path, "w");

  if (!f)
    perror(path);
  return f;
}

int
main(int argc, char **argv)
{
  struct maker m = {.text = BUF_INIT, .line = BUF_INIT};
  FILE *out, *plain = NULL;
  size_t bytes = 0;
  uint32_t n;

  if (argc < 4) {
    fprintf(stderr, "usage: corpus-make N SEED OUT.jsonl [TEXTS.txt]\n");
    return 2;
  }
  n = (uint32_t)strtoul(argv[1], NULL, 10);
  rng_seed(&m.rng, strtoull(argv[2], NULL, 10));
  if (!(m.texts = texts_open(getenv("RETORT_DATA"))))
    return 1;
  if (!(out = open_to_write(argv[3])) || (argc > 4 && !(plain = open_to_write(argv[4]))))
    return 1;
  for (uint32_t i = 0; i < n; i++) {
    make_line(&m, i);
    bytes += m.text.n;
    fwrite(m.line.s, 1, m.line.n, out);
    if (plain)
      fprintf(plain, "%s\n", buf_str(&m.text));
  }
  if (ferror(out) || fclose(out) != 0 || (plain && (ferror(plain) || fclose(plain) != 0))) {
    perror("corpus-make");
    return 1;
  }
  printf("%u texts, %zu bytes; labels:", n, bytes);
  for (size_t i = 0; i < N_OF(labels); i++)
    printf("%s%s", i ? "," : " ", labels[i]);
  printf("\n");
  for (size_t i = 0; i < LOOK_BACK; i++)
    free(m.before[i]);
  hashset_release(&m.seen);
  buf_release(&m.text);
  buf_release(&m.line);
  texts_close(m.texts);
  return 0;
}
