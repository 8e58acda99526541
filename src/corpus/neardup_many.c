/* Near-duplicates of many samples, on all processors.
 *
 * All texts are read first (forms and tags), by any number of threads. Most tags stand for one text alone and cannot
 * lead anywhere: they are found, lane by lane, and left out. What remains goes through an index in the order of the
 * texts, on one thread; so the result does not depend on the number of threads. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "corpus/neardup_index.h"

#define MAX_THREADS 64
#define PIECE 256u         /* texts that a thread takes at once */
#define CHUNK 65536u       /* texts that are read before they are added */
#define AHEAD 8u           /* texts whose memory is fetched ahead */
#define GROUP 8            /* lanes of one thread */
#define N_GROUPS ((N_LANES + GROUP - 1) / GROUP)

/* Samples ids[0..n), read. */
struct reading {
  const struct corpus *corpus;
  const uint32_t *ids;
  size_t n;
  struct minhash minhash;
  struct form *forms;
  uint32_t *tags[N_LANES]; /* by text */
  uint8_t (*lanes)[8];     /* by text: bits of its lanes, a byte a group; none: the sample is gone */
  atomic_size_t next;      /* piece, or group, to be worked on */
  struct shingler shinglers[MAX_THREADS];
};

static void
read_one(struct reading *r, struct shingler *h, size_t i)
{
  struct sample s;
  struct probe p;

  if (!corpus_get(r->corpus, r->ids[i], &s))
    return;
  probe_make(&r->minhash, h, &s, &r->forms[i], &p);
  for (int lane = 0; lane < N_LANES; lane++)
    if (p.lanes >> lane & 1) {
      r->tags[lane][i] = p.tags[lane];
      r->lanes[i][lane / GROUP] |= (uint8_t)(1u << lane % GROUP);
    }
}

static void
read_pieces(void *arg, int thread, int n)
{
  struct reading *r = arg;
  size_t from;

  (void)n;
  while ((from = atomic_fetch_add(&r->next, PIECE)) < r->n)
    for (size_t i = from; i < r->n && i < from + PIECE; i++)
      read_one(r, &r->shinglers[thread], i);
}

static int
threads_for(const struct reading *r)
{
  return r->n < 2 * PIECE ? 1 : pool_threads(0);
}

static void
reading_init(struct reading *r, const struct corpus *c, const uint32_t *ids, size_t n, double threshold, int n_bands)
{
  *r = (struct reading){.corpus = c, .ids = ids, .n = n};
  minhash_init(&r->minhash, threshold, n_bands);
  for (int i = 0; i < MAX_THREADS; i++)
    shingler_init(&r->shinglers[i], threshold);
  r->forms = xmalloc((n + 1) * sizeof *r->forms);
  for (int lane = 0; lane < N_LANES; lane++)
    r->tags[lane] = xmalloc((n + 1) * sizeof *r->tags[lane]);
  r->lanes = xcalloc(n + 1, sizeof *r->lanes);
  pool_run(threads_for(r), read_pieces, r);
}

static void
reading_release(struct reading *r)
{
  for (int i = 0; i < MAX_THREADS; i++)
    shingler_release(&r->shinglers[i]);
  for (int lane = 0; lane < N_LANES; lane++)
    free(r->tags[lane]);
  free(r->forms);
  free(r->lanes);
}

/* False: there is nothing to look for. */
static bool
probe_of(const struct reading *r, size_t i, struct probe *p)
{
  p->lanes = 0;
  for (int g = 0; g < N_GROUPS; g++)
    p->lanes |= (uint64_t)r->lanes[i][g] << GROUP * g;
  for (uint64_t left = p->lanes; left; left &= left - 1)
    p->tags[__builtin_ctzll(left)] = r->tags[__builtin_ctzll(left)][i];
  p->form = &r->forms[i];
  return p->lanes != 0;
}

/* ---- adding ---- */

struct adding {
  struct reading reading;
  struct neardup *index;
  size_t *numbers;         /* by text; SIZE_MAX: not added */
};

static void
add_lanes(void *arg, int thread, int n)
{
  struct adding *a = arg;

  for (int lane = thread; lane < LANE_EXACT; lane += n)
    for (size_t i = 0; i < a->reading.n; i++)
      if (a->numbers[i] != SIZE_MAX && a->reading.lanes[i][lane / GROUP] >> lane % GROUP & 1)
        neardup_add_lane(a->index, lane, a->reading.tags[lane][i], a->numbers[i]);
}

void
neardup_add_samples(struct neardup *d, const struct corpus *c, const uint32_t *ids, size_t n)
{
  for (size_t from = 0; from < n; from += CHUNK) {
    struct adding a = {.index = d};
    struct reading *r = &a.reading;
    struct probe p;

    reading_init(r, c, ids + from, n - from < CHUNK ? n - from : CHUNK, neardup_threshold(d), BANDS_OF_INDEX);
    a.numbers = xmalloc(r->n * sizeof *a.numbers);
    for (size_t i = 0; i < r->n; i++)
      a.numbers[i] = probe_of(r, i, &p) ? neardup_add_item(d, r->ids[i], &p) : SIZE_MAX;
    pool_run(threads_for(r), add_lanes, &a);
    free(a.numbers);
    reading_release(r);
  }
}

/* ---- comparing ---- */

/* The texts that have tags of one kind: their places. */
struct who {
  uint32_t *at;
  size_t n;
};

/* kind: the lanes from kind * MINHASH_BANDS on. */
static struct who
who_has(const struct reading *r, int kind)
{
  int lane = kind * MINHASH_BANDS;
  struct who w = {.at = xmalloc((r->n + 1) * sizeof *w.at)};

  for (size_t i = 0; i < r->n; i++) {
    w.at[w.n] = (uint32_t)i;
    w.n += r->lanes[i][lane / GROUP] >> lane % GROUP & 1;
  }
  return w;
}

/* Clears the lanes in which a text has its tag for itself, or nearly so: tags are told apart by their first bits.
 * seen: two bits each, that a tag came, and that it came again; four in a byte. */
static void
drop_lonely(struct reading *r, const struct who *who, int lane, unsigned bits, uint8_t *seen)
{
  const uint32_t *tags = r->tags[lane];

  memset(seen, 0, ((size_t)1 << bits) / 4);
  for (size_t k = 0; k < who->n; k++) {
    uint32_t at = tags[who->at[k]] >> (32 - bits);
    uint8_t *s = &seen[at / 4], first = (uint8_t)(1u << 2 * (at % 4));

    *s |= (uint8_t)(first | (*s & first) << 1);
  }
  for (size_t k = 0; k < who->n; k++) {
    uint32_t at = tags[who->at[k]] >> (32 - bits);
    uint8_t once = !(seen[at / 4] >> 2 * (at % 4) & 2);

    r->lanes[who->at[k]][lane / GROUP] ^= (uint8_t)(once << lane % GROUP);
  }
}

struct dropping {
  struct reading *reading;
  struct who who[N_SHINGLE_KINDS + 1];
};

static void
drop_lonely_groups(void *arg, int thread, int n)
{
  struct dropping *d = arg;
  struct reading *r = d->reading;
  unsigned bits = 10;
  uint8_t *seen;
  size_t group;

  (void)thread;
  (void)n;
  while (bits < 26 && (size_t)1 << bits < 16 * r->n)
    bits++;
  seen = xmalloc(((size_t)1 << bits) / 4);
  while ((group = atomic_fetch_add(&r->next, 1)) < N_GROUPS)
    for (int lane = (int)group * GROUP; lane < N_LANES && lane < ((int)group + 1) * GROUP; lane++)
      drop_lonely(r, &d->who[lane / MINHASH_BANDS], lane, bits, seen);
  free(seen);
}

static void
drop_all_lonely(struct reading *r)
{
  struct dropping d = {.reading = r};

  for (size_t kind = 0; kind < N_OF(d.who); kind++)
    d.who[kind] = who_has(r, (int)kind);
  atomic_store(&r->next, 0);
  pool_run(threads_for(r), drop_lonely_groups, &d);
  for (size_t kind = 0; kind < N_OF(d.who); kind++)
    free(d.who[kind].at);
}

struct among {
  struct neardup *index;
  bool against;            /* the first ones are only to be looked for in */
  size_t n_against;
  struct neardup_pair *pairs;
  size_t n, cap;
};

static void
compare(struct among *a, uint32_t id, size_t i, const struct probe *p)
{
  uint32_t of;
  double similarity;

  if (i < a->n_against) {
    probe_add(a->index, id, p);
  } else if (!probe_find(a->index, p, &of, &similarity)) {
    if (!a->against)
      probe_add(a->index, id, p);
  } else if (of != id) {
    GROW(a->pairs, a->cap, a->n + 1);
    a->pairs[a->n++] = (struct neardup_pair){.id = id, .of = of, .similarity = (float)similarity};
  }
}

static void
compare_all(struct among *a, const struct reading *r)
{
  struct probe ring[AHEAD];

  for (size_t i = 0; i < r->n + AHEAD; i++) {
    struct probe *p = &ring[i % AHEAD];

    if (i >= AHEAD && p->lanes)
      compare(a, r->ids[i - AHEAD], i - AHEAD, p);
    if (i < r->n && probe_of(r, i, p))
      probe_prefetch(a->index, p);
    else
      p->lanes = 0;
  }
}

size_t
neardup_among(const struct corpus *c, const uint32_t *ids, size_t n, const uint32_t *against, size_t n_against,
              double threshold, struct neardup_pair **pairs)
{
  struct among a = {.index = neardup_new(threshold), .against = against, .n_against = n_against};
  uint32_t *all = xmalloc((n_against + n + 1) * sizeof *all);
  struct reading r;

  if (n_against)
    memcpy(all, against, n_against * sizeof *all);
  if (n)
    memcpy(all + n_against, ids, n * sizeof *all);
  reading_init(&r, c, all, n_against + n, threshold, BANDS_OF_MANY);
  drop_all_lonely(&r);
  neardup_borrow(a.index);
  compare_all(&a, &r);
  neardup_free(a.index);
  reading_release(&r);
  free(all);
  *pairs = a.pairs;
  return a.n;
}
