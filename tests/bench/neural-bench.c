/* The three shapes of neural.sh through our own network, the way a training goes: texts as rows of the table, random
 * and of full length, so that no tokenizer and no padding counts. The same arguments and answer as torch-peer.cpp:
 *
 *   neural-bench MODEL train|predict BATCH THREADS SECONDS
 *
 * prints samples a second, and what they would be if nobody else wanted the processors: by the time that these gave,
 * times the threads. MODEL: cnn, bilstm, transformer (the text's vector is that of its first token, so the last layer is
 * computed for that one), transformer-mean; and +bf16 after it for products in bfloat16. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/rng.h"
#include "net/loss.h"
#include "student/network.h"

enum { VOCABULARY = 30000, CLASSES = 6, BATCHES = 32, WARM = 4 };

static const struct model {
  const char *name;
  const struct encoder *encoder;
  size_t width, length;
  float dropout;
} models[] = {
  {"cnn", &encoder_cnn, 100, 40, 0.5f},
  {"bilstm", &encoder_bilstm, 100, 40, 0.5f},
  {"transformer", &encoder_transformer, 128, 64, 0.1f},
  {"transformer-mean", &encoder_transformer, 128, 64, 0.1f},
};

struct bench {
  const struct model *model;
  bool train, half;
  size_t B;
  struct team *team;
  double values[32];
  struct encoded texts;
  uint16_t *labels;
  uint32_t *which;
  float *dscores;
  struct network *network;
  struct pass *pass;
  struct gradients *gradients;
  struct adam *adam;
};

/* Every row of the table is a token, and every token one row. */
static void
make_texts(struct bench *s)
{
  struct encoded *c = &s->texts;
  size_t n = s->B * BATCHES, length = s->model->length;
  struct rng r;

  rng_seed(&r, 1);
  *c = (struct encoded){.n = n, .parts = 1, .n_tokens = VOCABULARY, .longest = length, .most_rows = 1};
  c->start = xcalloc(n + 1, sizeof *c->start);
  c->token = xcalloc(n * length, sizeof *c->token);
  c->row_start = xcalloc(VOCABULARY + 1, sizeof *c->row_start);
  c->row = xcalloc(VOCABULARY, sizeof *c->row);
  s->labels = xcalloc(n, sizeof *s->labels);
  s->which = xcalloc(n, sizeof *s->which);
  for (uint32_t i = 0; i < VOCABULARY; i++) {
    c->row[i] = i;
    c->row_start[i + 1] = i + 1;
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < length; k++)
      c->token[i * length + k] = (uint32_t)(1 + rng_below(&r, VOCABULARY - 1));
    c->start[i + 1] = (i + 1) * length;
    s->labels[i] = (uint16_t)rng_below(&r, CLASSES);
    s->which[i] = (uint32_t)i;
  }
}

static void
begin(struct bench *s, int threads)
{
  const struct model *m = s->model;
  struct network_shape shape = {m->encoder, s->values, m->width, CLASSES, 1, VOCABULARY, s->train};
  struct pass_limits limits = {s->B, s->B * m->length, m->length, s->B * m->length};
  bool *met = xmalloc(VOCABULARY * sizeof *met);
  const struct option *o = m->encoder->params;

  for (size_t i = 0; o[i].name; i++) {
    s->values[i] = option_default(&o[i]);
    if (strcmp(o[i].name, "pooling") == 0)
      s->values[i] = strcmp(m->name, "transformer-mean") == 0;
    if (strcmp(o[i].name, "precision") == 0)
      s->values[i] = s->half ? 2 : 0;
    if (strcmp(o[i].name, "positions") == 0)
      s->values[i] = (double)m->length;
  }
  make_texts(s);
  memset(met, true, VOCABULARY * sizeof *met);
  s->team = threads > 1 ? team_new(threads) : NULL;
  s->network = network_new(&shape);
  network_begin(s->network, met, 0.1f, 1);
  network_pack(s->network, s->team);
  s->pass = pass_new(s->network, &limits, s->team);
  s->dscores = xcalloc(s->B * CLASSES, sizeof *s->dscores);
  if (s->train) {
    s->gradients = gradients_new(s->network, s->B * m->length);
    s->adam = adam_new(s->network);
  }
  free(met);
}

static void
end(struct bench *s)
{
  adam_free(s->adam);
  gradients_free(s->gradients);
  pass_free(s->pass);
  network_free(s->network);
  team_free(s->team);
  free(s->dscores);
  free(s->labels);
  free(s->which);
  free(s->texts.start);
  free(s->texts.token);
  free(s->texts.row_start);
  free(s->texts.row);
}

static void
learn(struct bench *s, const uint16_t *labels)
{
  static const struct loss loss = {.kind = LOSS_CE};
  static const struct adam_rates rates = {1e-3, 0.9, 0.999, 1e-8, 0, 0};

  for (size_t i = 0; i < s->B; i++) {
    float target[CLASSES] = {0};

    target[labels[i]] = 1;
    loss_row(&loss, CLASSES, s->pass->scores + i * CLASSES, target, NULL, 1 / (float)s->B, s->dscores + i * CLASSES);
  }
  pass_backward(s->pass, s->network, s->team, s->dscores);
  pass_gradients(s->pass, s->network, s->team, s->gradients, false);
  adam_step(s->adam, s->network, s->team, s->gradients, &rates);
}

static void
step(struct bench *s, uint64_t i)
{
  size_t first = i % BATCHES * s->B;
  struct pass_how how = {s->train ? s->model->dropout : 0, i + 1, NULL};

  if (s->train)
    network_pack(s->network, s->team);
  pass_set(s->pass, s->network, &s->texts, s->which + first, s->B, 0, i);
  pass_forward(s->pass, s->network, s->team, &how);
  if (s->train)
    learn(s, s->labels + first);
  else
    s->network->ops->softmax(s->B, CLASSES, s->pass->scores, CLASSES);
}

static double
now(clockid_t clock)
{
  struct timespec t;

  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* "bilstm+bf16" */
static void
find_model(struct bench *s, const char *name)
{
  size_t n = strcspn(name, "+");

  for (size_t k = 0; k < N_OF(models); k++)
    if (strlen(models[k].name) == n && strncmp(name, models[k].name, n) == 0)
      s->model = &models[k];
  s->half = strcmp(name + n, "+bf16") == 0;
}

int
main(int argc, char **argv)
{
  struct bench s = {0};
  double start = 0, start_given = 0, seconds, took = 0;
  uint64_t i = 0;

  if (argc == 6)
    find_model(&s, argv[1]);
  if (!s.model || atoi(argv[3]) < 1 || atoi(argv[4]) < 1)
    return 2;
  s.train = strcmp(argv[2], "train") == 0;
  s.B = (size_t)atoi(argv[3]);
  seconds = atof(argv[5]);
  begin(&s, atoi(argv[4]));
  for (; took < seconds; i++) {
    if (i == WARM) {
      start = now(CLOCK_MONOTONIC);
      start_given = now(CLOCK_PROCESS_CPUTIME_ID);
    }
    step(&s, i);
    took = i < WARM ? 0 : now(CLOCK_MONOTONIC) - start;
  }
  printf("%.1f %.1f\n", (double)((i - WARM) * s.B) / took,
         (double)((i - WARM) * s.B) * atoi(argv[4]) / (now(CLOCK_PROCESS_CPUTIME_ID) - start_given));
  end(&s);
  return 0;
}
