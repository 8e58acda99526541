#include "texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/rng.h"

#define MAX_WORDS 40
#define COPIED_RUN 0.7        /* chance to go on in the same text */
#define LOOK_BACK 5000        /* a text is a copy of one of so many before it */

static const char *const sets[] = {"banking77", "clinc150", "goemotions", "snips7", "snips7-llm", "sst2", "trec",
                                   "wvg-emotion13", "wvg-emotion13-llm"};

struct texts {
  struct arena arena;
  struct strmap numbers;
  const char **words;         /* by number; 0: the end of a text */
  size_t n_words, cap_words;
  uint32_t *at;               /* all texts, one after the other, each ended by a 0 */
  size_t n, cap;
  uint32_t *begins;           /* where a text begins */
  size_t n_begins, cap_begins;
  size_t set_ends[N_OF(sets)];  /* which texts are of which set */
  uint32_t *places, *first;   /* places of each word: places[first[w]..first[w + 1]) */
};

static void
add_word(struct texts *t, const char *s, size_t n)
{
  int64_t number = n ? strmap_get(&t->numbers, s, n, -1) : 0;

  if (number < 0) {
    GROW(t->words, t->cap_words, t->n_words + 1);
    number = (int64_t)t->n_words;
    t->words[t->n_words++] = arena_strndup(&t->arena, s, n);
    strmap_put(&t->numbers, s, n, number);
  }
  GROW(t->at, t->cap, t->n + 1);
  t->at[t->n++] = (uint32_t)number;
}

static void
add_text(struct texts *t, const char *s)
{
  GROW(t->begins, t->cap_begins, t->n_begins + 1);
  t->begins[t->n_begins++] = (uint32_t)t->n;
  while (*(s += strspn(s, " \t\r\n"))) {
    size_t n = strcspn(s, " \t\r\n");

    add_word(t, s, n);
    s += n;
  }
  add_word(t, "", 0);
}

static void
read_set(struct texts *t, const char *path)
{
  struct err e = {0};
  struct lines l;
  size_t n;
  char *line;

  if (lines_open(&l, path, 1 << 20, &e) != 0)
    return;
  while (lines_next(&l, &line, &n, &e) == 1) {
    struct json *j = json_parse(line, n, NULL, &e);
    const char *s = json_string(json_get(j, "text"));

    if (s && *s)
      add_text(t, s);
    json_free(j);
  }
  lines_close(&l);
}

static void
index_places(struct texts *t)
{
  t->first = xcalloc(t->n_words + 2, sizeof *t->first);
  t->places = xmalloc(t->n * sizeof *t->places);
  for (size_t i = 0; i < t->n; i++)
    t->first[t->at[i] + 2]++;
  for (size_t w = 2; w < t->n_words + 2; w++)
    t->first[w] += t->first[w - 1];
  for (size_t i = 0; i < t->n; i++)
    t->places[t->first[t->at[i] + 1]++] = (uint32_t)i;
}

struct texts *
texts_open(const char *folder)
{
  struct texts *t = xcalloc(1, sizeof *t);

  arena_init(&t->arena);
  strmap_init(&t->numbers);
  GROW(t->words, t->cap_words, 1);
  t->words[t->n_words++] = "";
  for (size_t i = 0; folder && i < N_OF(sets); i++) {
    char *path = xasprintf("%s/%s/train.jsonl", folder, sets[i]);

    read_set(t, path);
    t->set_ends[i] = t->n_begins;
    free(path);
  }
  if (t->n_begins) {
    index_places(t);
    return t;
  }
  printf("skipped: RETORT_DATA names no folder with data sets\n");
  texts_close(t);
  return NULL;
}

void
texts_close(struct texts *t)
{
  arena_release(&t->arena);
  strmap_release(&t->numbers);
  free(t->words);
  free(t->at);
  free(t->begins);
  free(t->places);
  free(t->first);
  free(t);
}

/* Words of one text or another. */
struct words {
  const char *word[MAX_WORDS + 1];
  int n;
};

/* From the beginning of a text on. */
static void
splice_from(const struct texts *t, struct rng *r, uint32_t at, struct words *out)
{
  for (out->n = 0; t->at[at] && out->n < MAX_WORDS; at++) {
    uint32_t w = t->at[at], n = t->first[w + 1] - t->first[w];

    out->word[out->n++] = t->words[w];
    if (rng_unit(r) > COPIED_RUN)
      at = t->places[t->first[w] + rng_below(r, n)];
  }
}

static void
splice(const struct texts *t, struct rng *r, struct words *out)
{
  splice_from(t, r, t->begins[rng_below(r, t->n_begins)], out);
}

/* One edit; letters are changed in `spare`. */
static void
edit(const struct texts *t, struct rng *r, struct words *x, char spare[64])
{
  const char *other = t->words[1 + rng_below(r, t->n_words - 1)];
  int at = (int)rng_below(r, (uint64_t)x->n);

  switch (rng_below(r, 6)) {
  case 0:
    x->word[x->n - 1] = other;
    break;
  case 1:
    x->word[x->n++] = other;
    break;
  case 2:
    x->n -= x->n > 1;
    break;
  case 3:
    x->word[0] = other;
    break;
  case 4:
    x->word[at] = other;
    break;
  default:
    snprintf(spare, 64, "%s", x->word[at]);
    spare[rng_below(r, strlen(spare))] = 'x';
    x->word[at] = spare;
  }
}

static void
join(const struct words *x, struct buf *out)
{
  buf_clear(out);
  for (int i = 0; i < x->n; i++)
    buf_addf(out, "%s%s", i ? " " : "", x->word[i]);
}

size_t
texts_one(const struct texts *t, struct rng *r, size_t bytes, struct buf *out)
{
  size_t first = rng_below(r, t->n_begins), set = 0;
  struct words x;

  splice_from(t, r, t->begins[first], &x);
  buf_clear(out);
  for (;;) {
    for (int i = 0; i < x.n; i++)
      buf_addf(out, "%s%s", out->n ? " " : "", x.word[i]);
    if (out->n >= bytes)
      break;
    splice(t, r, &x);
  }
  while (first >= t->set_ends[set])
    set++;
  return set;
}

struct corpus *
texts_corpus(const struct texts *t, uint32_t n, uint64_t seed)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct words *made = xmalloc(LOOK_BACK * sizeof *made);
  struct buf b = BUF_INIT;
  struct rng r;

  rng_seed(&r, seed);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t die = rng_below(&r, 100), back = 1 + rng_below(&r, i < LOOK_BACK ? i + 1 : LOOK_BACK);
    bool copy = die < 6 && back <= i;
    char spare[64];

    struct words x, *from = &made[(i - back) % LOOK_BACK];

    if (copy)
      x = *from;
    else
      splice(t, &r, &x);
    if (copy && die > 0)
      edit(t, &r, &x, spare);
    join(&x, &b);
    if (copy && die == 0) {
      b.s[0] = (char)(b.s[0] >= 'a' && b.s[0] <= 'z' ? b.s[0] - 32 : b.s[0]);
      buf_adds(&b, rng_below(&r, 2) ? "!" : " .");
    }
    corpus_apply_insert(c, &(struct sample){.text = buf_str(&b), .n_text = (uint32_t)b.n, .origin = ORIGIN_GENERATED,
                                            .parent_id = copy ? i + 1 - (uint32_t)back : 0}, 1);
    /* A copy with a changed letter is not copied further: the letter stands in `spare`. */
    made[i % LOOK_BACK] = copy ? *from : x;
  }
  free(made);
  buf_release(&b);
  return c;
}
