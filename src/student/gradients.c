/* Gradients of a pass, added up over passes; see network.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "student/network-inside.h"

#define TOKENS 32       /* of a task */
#define ROWS 64         /* of the table, of a task */
#define COLUMNS 64      /* of the head's weight, of a task */
#define NUMBERS 8192    /* of encoder and head, of a task */

static size_t
n_dense(const struct network *n)
{
  return n->n - n->encoder_at;
}

static size_t
tasks(size_t n, size_t size)
{
  return (n + size - 1) / size;
}

static void
take_memory(struct gradients *g, const struct network *n)
{
  struct gradients_memory *m = g->memory;

  g->g = room_take(&m->room, n_dense(n), sizeof *g->g);
  m->other = room_take(&m->room, n_dense(n), sizeof *m->other);
  m->slot = room_take(&m->room, n->shape.n_rows, sizeof *m->slot);
  m->row = room_take(&m->room, m->most_rows, sizeof *m->row);
  m->pair_start = room_take(&m->room, m->most_rows + 1, sizeof *m->pair_start);
  g->rows = room_take(&m->room, m->most_rows * n->shape.E, sizeof *g->rows);
  m->squares = room_take(&m->room, tasks(n_dense(n), NUMBERS) + tasks(m->most_rows, ROWS), sizeof *m->squares);
}

struct gradients *
gradients_new(const struct network *n, size_t most_rows)
{
  struct gradients *g = xcalloc(1, sizeof *g);
  struct gradients_memory *m = g->memory = xcalloc(1, sizeof *m);

  m->most_rows = most_rows < n->shape.n_rows ? most_rows : n->shape.n_rows;
  take_memory(g, n);
  room_make(&m->room);
  take_memory(g, n);
  g->row = m->row;
  return g;
}

void
gradients_free(struct gradients *g)
{
  if (!g)
    return;
  room_free(&g->memory->room);
  free(g->memory);
  free(g);
}

/* ---- of the table ------------------------------------------------------------------------------------------------ */

/* Which row of the table gets which tokens' gradients: pairs, by row, tokens rising. New rows stand behind those that are
 * there. */
static void
group_pairs(struct pass *p, struct gradients *g)
{
  struct pass_memory *m = p->memory;
  struct gradients_memory *gm = g->memory;
  const struct encoded *c = m->texts;
  uint32_t n_pairs = 0, *count = gm->pair_start;

  gm->n_before = g->n_rows;
  memset(count, 0, (gm->n_before + 1) * sizeof *count);
  for (uint32_t u = 0; u < m->n_tokens; u++)
    for (size_t i = c->row_start[m->token[u]]; i < c->row_start[m->token[u] + 1]; i++) {
      uint32_t *slot = &gm->slot[c->row[i]];

      if (!*slot) {
        ensure(g->n_rows < gm->most_rows);
        gm->row[g->n_rows] = c->row[i];
        *slot = ++g->n_rows;
        count[g->n_rows] = 0;
      }
      ensure(n_pairs < p->limits.max_token_rows);
      m->pair_slot[n_pairs++] = *slot - 1;
      count[*slot]++;
    }
  for (uint32_t s = 0; s < g->n_rows; s++)
    count[s + 1] += count[s];
  /* From the last token down, so that each row's pairs end up rising; each end goes down to its start. */
  for (uint32_t u = m->n_tokens; u-- > 0;)
    for (size_t i = c->row_start[m->token[u] + 1]; i-- > c->row_start[m->token[u]];)
      m->pair_token[--count[m->pair_slot[--n_pairs] + 1]] = u;
  memmove(count, count + 1, g->n_rows * sizeof *count);
  for (uint32_t u = 0; u < m->n_tokens; u++)
    n_pairs += (uint32_t)(c->row_start[m->token[u] + 1] - c->row_start[m->token[u]]);
  count[g->n_rows] = n_pairs;
}

/* ---- tasks ------------------------------------------------------------------------------------------------------- */

struct work {
  struct pass *p;
  const struct network *n;
  struct gradients *g;
  float *to;              /* encoder's and head's gradients */
  bool add;
  size_t n_encoder, n_head, n_tokens;
};

static uint64_t
vectors_key(const struct pass *p)
{
  return hash_mix(p->memory->how.key ^ hash_mix(1));
}

static void
head_task(const struct work *k, size_t task, float *scratch)
{
  const struct network *n = k->n;
  const struct pass *p = k->p;
  size_t C = n->shape.C, from = task * COLUMNS, columns = C - from < COLUMNS ? C - from : COLUMNS;
  const float *dscores = p->memory->dscores + from;

  n->ops->gemm_tn(n->H, columns, p->B, p->h, n->H, dscores, C, k->to + n->weight_at - n->encoder_at + from, C, false,
                  scratch);
  n->ops->sum_rows(p->B, columns, dscores, C, k->to + n->bias_at - n->encoder_at + from, false);
}

/* The sums of dx over the rows of some tokens. */
static void
tokens_task(const struct work *k, size_t task)
{
  struct pass *p = k->p;
  struct pass_memory *m = p->memory;
  size_t E = k->n->shape.E;

  for (size_t u = task * TOKENS; u < m->n_tokens && u < (task + 1) * TOKENS; u++) {
    float *sum = m->vector + u * E;

    memset(sum, 0, E * sizeof *sum);
    for (size_t i = m->at_start[u]; i < m->at_start[u + 1]; i++) {
      float *d = p->dx + m->at[i] * E;

      if (m->how.dropout > 0)
        k->n->ops->dropout(E, d, m->how.dropout, vectors_key(p), m->at[i] * E);
      k->n->ops->add(E, d, sum);
    }
  }
}

static void
first_task(void *arg, size_t task, int member)
{
  const struct work *k = arg;
  const struct pass_memory *m = k->p->memory;

  if (task == 0)
    group_pairs(k->p, k->g);
  else if ((task -= 1) < k->n_encoder)
    k->n->shape.encoder->gradients(&m->run, &k->p->batch, task, k->p->x, m->dout, m->scratch[member]);
  else if ((task -= k->n_encoder) < k->n_head)
    head_task(k, task, m->scratch[member]);
  else
    tokens_task(k, task - k->n_head);
}

/* Tokens' sums to rows of the table; and where passes add up, the rest. */
static void
rows_task(const struct work *k, size_t task)
{
  const struct pass_memory *m = k->p->memory;
  const struct gradients_memory *gm = k->g->memory;
  size_t E = k->n->shape.E;

  for (size_t s = task * ROWS; s < k->g->n_rows && s < (task + 1) * ROWS; s++) {
    float *row = k->g->rows + s * E;

    if (s >= gm->n_before)
      memset(row, 0, E * sizeof *row);
    for (size_t i = gm->pair_start[s]; i < gm->pair_start[s + 1]; i++) {
      uint32_t u = m->pair_token[i], token = m->token[u];

      k->n->ops->axpy(E, 1 / (float)(m->texts->row_start[token + 1] - m->texts->row_start[token]), m->vector + u * E, row);
    }
  }
}

static void
second_task(void *arg, size_t task, int member)
{
  const struct work *k = arg;
  size_t n_rows = tasks(k->g->n_rows, ROWS), from;

  (void)member;
  if (task < n_rows) {
    rows_task(k, task);
    return;
  }
  from = (task - n_rows) * NUMBERS;
  k->n->ops->add(n_dense(k->n) - from < NUMBERS ? n_dense(k->n) - from : NUMBERS, k->g->memory->other + from,
                 k->g->g + from);
}

void
pass_gradients(struct pass *p, const struct network *n, struct team *team, struct gradients *g, bool add)
{
  struct pass_memory *m = p->memory;
  struct work k = {.p = p, .n = n, .g = g, .add = add, .to = add ? g->memory->other : g->g};

  for (uint32_t s = 0; !add && s < g->n_rows; s++)
    g->memory->slot[g->memory->row[s]] = 0;
  g->n_rows = add ? g->n_rows : 0;
  m->run.g = k.to;
  k.n_encoder = n->shape.encoder->gradient_tasks(&m->shape);
  k.n_head = tasks(n->shape.C, COLUMNS);
  k.n_tokens = tasks(m->n_tokens, TOKENS);
  network_share(team, 1 + k.n_encoder + k.n_head + k.n_tokens, first_task, &k);
  network_share(team, tasks(g->n_rows, ROWS) + (add ? tasks(n_dense(n), NUMBERS) : 0), second_task, &k);
}

/* ---- length ------------------------------------------------------------------------------------------------------ */

static void
square_task(void *arg, size_t task, int member)
{
  const struct work *k = arg;
  struct gradients *g = k->g;
  size_t n_rows = tasks(g->n_rows, ROWS), E = k->n->shape.E, from, n;

  (void)member;
  if (task < n_rows) {
    from = task * ROWS;
    n = g->n_rows - from < ROWS ? g->n_rows - from : ROWS;
    g->memory->squares[task] = k->n->ops->sumsq(n * E, g->rows + from * E);
    return;
  }
  from = (task - n_rows) * NUMBERS;
  n = n_dense(k->n) - from < NUMBERS ? n_dense(k->n) - from : NUMBERS;
  g->memory->squares[task] = k->n->ops->sumsq(n, g->g + from);
}

double
gradients_norm(const struct gradients *g, const struct network *n, struct team *team)
{
  struct work k = {.n = n, .g = (struct gradients *)g};
  size_t n_tasks = tasks(g->n_rows, ROWS) + tasks(n_dense(n), NUMBERS);
  double sum = 0;

  network_share(team, n_tasks, square_task, &k);
  for (size_t i = 0; i < n_tasks; i++)
    sum += g->memory->squares[i];
  return sqrt(sum);
}
