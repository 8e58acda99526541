#include "compare-scene.h"

#include "base/mem.h"
#include "corpus/change.h"

#define N_SEED 60u
#define N_MORE 60u               /* generated */

static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}, {"returns", ""}, {"account", ""},
                                              {"product", ""}, {"complaint", ""}};
static const char *const things[] = {"invoice for the card", "parcel on the van", "refund of the boots",
                                     "password of my login", "size of the lamp", "rude clerk at the desk"};
static const char *const about[] = {"is wrong", "did not come", "came twice", "has to wait", "is unlike the page"};

static void
add_sample(struct change *ch, uint32_t i, enum split split, enum origin origin, bool several)
{
  uint16_t set[2] = {(uint16_t)(i % N_OF(labels)), (uint16_t)((i + 1) % N_OF(labels))};
  char text[120];
  int n = snprintf(text, sizeof text, "the %s %s, number %u", things[set[0]], about[i / 6 % N_OF(about)], i);

  if (several && set[1] < set[0]) {
    set[0] = 0;
    set[1] = N_OF(labels) - 1;
  }
  change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)n, .labels = set,
                                         .n_labels = several && i % 3 == 0 ? 2 : 1, .split = split, .origin = origin,
                                         .status = STATUS_ACCEPTED});
}

void
compare_scene_project(struct stage *s, const char *name, enum task task)
{
  struct change *ch = change_new(CHANGE_INSERT, "person", "test");
  struct err e = {0};

  stage_project(s, name, task, labels, N_OF(labels));
  for (uint32_t i = 1; i <= N_SEED + FIXTURE_TEST + N_MORE; i++)
    add_sample(ch, i, i > N_SEED && i <= N_SEED + FIXTURE_TEST ? SPLIT_TEST : SPLIT_TRAIN,
               i <= N_SEED ? ORIGIN_SEED : i <= N_SEED + FIXTURE_TEST ? ORIGIN_IMPORTED : ORIGIN_GENERATED,
               task == TASK_MULTILABEL);
  assert_int_equal(project_insert(s->project, ch, NULL, &e), 0);
  change_free(ch);
}

/* Texts are the harder the larger this is: most fits agree on which those are, in part each has its own. */
static double
hardness(size_t text, size_t fit)
{
  return .8 * (double)(text * 7919 % FIXTURE_TEST) / FIXTURE_TEST + .2 * (double)((text * 31 + fit * 97) % 50) / 50;
}

/* What one training says: a label's number, or a byte a label. */
static void
fill_fit(struct stage *s, const struct findings *f, double accuracy, size_t fit, struct fit_row *row)
{
  const struct corpus *c = project_corpus(s->project);
  bool several = corpus_task(c) == TASK_MULTILABEL;
  uint16_t *said = xcalloc(FIXTURE_TEST, sizeof *said);
  uint8_t *sets = xcalloc(FIXTURE_TEST * N_OF(labels), 1), *right = xcalloc(FIXTURE_TEST, 1);
  struct sample x;

  for (size_t i = 0; i < FIXTURE_TEST; i++) {
    corpus_get(c, f->test_ids[i], &x);
    right[i] = hardness(i, fit) < accuracy;
    said[i] = right[i] ? x.labels[0] : (uint16_t)((x.labels[0] + 1 + i % 2) % N_OF(labels));
    for (uint32_t k = 0; k < x.n_labels; k++)
      sets[i * N_OF(labels) + x.labels[k]] = 1;
    if (!right[i])
      sets[i * N_OF(labels) + said[i]] ^= 1;
  }
  row->right = right;
  row->n_right = FIXTURE_TEST;
  row->said = several ? (void *)sets : (void *)said;
  row->n_said = several ? FIXTURE_TEST * N_OF(labels) : FIXTURE_TEST * sizeof *said;
  free(several ? (void *)said : (void *)sets);
}

void
compare_scene_experiment(struct stage *s)
{
  struct findings f;
  struct buf json = BUF_INIT;
  struct err e = {0};
  uint32_t id;

  findings_fixture(&f);
  findings_json(&f, &json);
  assert_int_equal(experiment_store_put(s->project, f.name, f.plan, buf_str(&json), &id, NULL, &e), 0);
  for (size_t r = 0; r < f.n_rows; r++)
    for (size_t k = 0; k < f.rows[r].n_fits; k++) {
      struct fit_row row = {.key = f.rows[r].fits[k], .experiment = id, .measured = (char *)"{}"};

      fill_fit(s, &f, f.rows[r].accuracy.seeds[k], r * FIXTURE_SEEDS + k, &row);
      assert_int_equal(experiment_store_put_fit(s->project, &row, &e), 0);
      free(row.said);
      free(row.right);
    }
  buf_release(&json);
  findings_release(&f);
}

void
compare_scene(struct stage *s, const char *name, int rows, int cols)
{
  compare_scene_project(s, name, TASK_CLASSIFY);
  compare_scene_experiment(s);
  stage_open(s, rows, cols);
  workbench_go(s->w, SCENE_COMPARE);
  stage_settle(s);
}

void
compare_scene_resize(struct stage *s, int rows, int cols)
{
  canvas_resize(&s->canvas, rows, cols);
  stage_draw(s);
}
