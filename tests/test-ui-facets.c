/* The facets beside Curate's list: counts against a plain model, whole screens at four sizes, keys. */
#include "ui-stage.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "command/columns.h"
#include "corpus/change.h"
#include "corpus/filter.h"
#include "store/run_store.h"
#include "store/template_store.h"
#include "ui/facet.h"

#define N_SAMPLES 400
static const struct project_label labels[] = {{"billing", ""}, {"shipping", ""}, {"not sure", ""}};
static const char *const topics[] = {"shoes", "parcels", "refunds", "passwords", "phones", "gifts", "boots, red", "lamps",
                                     "sofas"};
static const char *const styles[] = {"hurried", "polite"};

static void
must(int r, const struct err *e)
{
  if (r < 0)
    fail_msg("%s", e->message);
}

/* A run that was asked about every third sample. */
static void
add_run(struct project *p)
{
  struct run_row row = {.student = (char *)"linear", .state = RUN_DONE, .params = (char *)"{}", .data = (char *)"",
                        .metrics = (char *)"{}", .message = (char *)"", .arm = (char *)""};
  struct evaluation_row evaluation = {.kind = PREDICTOR_RUN, .split = (char *)"all", .metrics = (char *)"{}"};
  struct prediction said[N_SAMPLES / 3];
  struct err e = {0};

  for (uint32_t i = 0; i < N_OF(said); i++)
    said[i] = (struct prediction){.sample_id = 3 * i + 1, .label = (uint16_t)(i % 2), .probability = .9f};
  must(run_store_add(p, &row, &evaluation.predictor_id, NULL, &e), &e);
  must(run_store_put_predictions(p, PREDICTOR_RUN, evaluation.predictor_id, said, N_OF(said), NULL, 0, &e), &e);
  must(run_store_put_evaluation(p, &evaluation, &e), &e);
}

static void
fill(struct stage *s, const char *name)
{
  struct change *ch = change_new(CHANGE_INSERT, "person", "test");
  struct template_row templates[2] = {{0}};
  struct buf attributes = BUF_INIT;
  struct rng rng;
  struct err e = {0};

  rng_seed(&rng, 3);
  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  must(template_store_put(s->project, "tickets", "user:\none {{ label }}\n", &templates[0], &e), &e);
  must(template_store_put(s->project, "tickets", "user:\nanother {{ label }}\n", &templates[1], &e), &e);
  for (uint32_t i = 0; i < N_SAMPLES; i++) {
    uint16_t label = (uint16_t)rng_below(&rng, N_OF(labels));
    char text[80];
    int n = snprintf(text, sizeof text, "text %u of a %s that is late", i, topics[rng_below(&rng, N_OF(topics))]);

    buf_clear(&attributes);
    if (i % 4) {
      attribute_add(&attributes, "topic", topics[rng_below(&rng, 1 + rng_below(&rng, N_OF(topics)))]);
      attribute_add(&attributes, "style", styles[rng_below(&rng, 2)]);
    }
    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)n, .labels = &label, .n_labels = i % 9 > 0,
                                           .split = (enum split)rng_below(&rng, N_SPLITS), .origin = i % 4 ? ORIGIN_GENERATED
                                           : ORIGIN_SEED, .status = (enum status)rng_below(&rng, N_STATUSES),
                                           .template_id = i % 4 ? templates[i % 4 == 1].id : 0,
                                           .attributes = i % 4 ? buf_str(&attributes) : NULL});
  }
  must(project_insert(s->project, ch, NULL, &e), &e);
  change_free(ch);
  template_row_release(&templates[0]);
  template_row_release(&templates[1]);
  buf_release(&attributes);
  add_run(s->project);
}

/* ---- counts ---- */

static size_t
count(struct project *p, const char *filter)
{
  struct columns *columns = columns_new(p);
  uint32_t *ids = NULL;
  size_t n = 0;
  struct err e = {0};

  must(filter_ids(project_corpus(p), filter, columns_provider(columns), &ids, &n, &e), &e);
  columns_free(columns);
  free(ids);
  return n;
}

/* What the list would hold if the row were chosen: its count. */
static void
check_row(struct project *p, const struct facet *row, const char *filter)
{
  struct facet_term term = {row->field, row->value, row->alone};
  struct buf chosen = BUF_INIT, again = BUF_INIT;

  facet_choose(&term, filter, &chosen);
  if (facet_standing(&term, buf_str(&chosen)) != FACET_IN) {  /* it was chosen already */
    facet_choose(&term, buf_str(&chosen), &again);
    buf_truncate(&chosen, 0);
    buf_adds(&chosen, buf_str(&again));
  }
  if (row->n != count(p, buf_str(&chosen)))
    fail_msg("with '%s', %s %s is %u, not %zu ('%s')", filter, row->field, row->value, row->n, count(p, buf_str(&chosen)),
             buf_str(&chosen));
  buf_release(&chosen);
  buf_release(&again);
}

static void
settle(struct stage *s, struct facets *f, const char *filter)
{
  int64_t until = clock_ms() + 60000;

  do {
    workbench_step(s->w);
    facets_update(f, s->w, filter);
    clock_sleep_ms(1);
    assert_true(clock_ms() < until);
  } while (f->working || f->seen != corpus_revision(project_corpus(s->project)) || strcmp(f->counted, filter));
  facets_update(f, s->w, filter);
}

static void
counts_are_right(void **state)
{
  static const char *const filters[] = {"", "status:new", "label:billing", "label:billing,\"not sure\" shoes", "parcels",
    "topic", "attr.topic:shoes", "attr.topic:shoes attr.style:polite status:new,accepted", "run.wrong", "run.wrong=0 split:train",
    "unlabelled", "template:tickets", "template:\"tickets v2\" origin:generated", "not shoes", "nothing has this"};
  struct facets f = {0};
  struct stage s;
  struct rng rng;
  size_t rows = 0;

  (void)state;
  fill(&s, "counts");
  stage_open(&s, 24, 80);
  rng_seed(&rng, 8);
  for (int i = 0; i < 40; i++) {
    const char *filter = filters[i < (int)N_OF(filters) ? (size_t)i : rng_below(&rng, N_OF(filters))];

    if (i > 5 && i % 3 == 0) {
      struct change *ch = change_new(CHANGE_SET, "person", "test");
      struct err e = {0};

      for (int k = 0; k < 20; k++)
        change_set_number(ch, 1 + (uint32_t)rng_below(&rng, N_SAMPLES), FIELD_STATUS, (uint32_t)rng_below(&rng, N_STATUSES));
      must(project_post(s.project, ch, &e), &e);
    }
    settle(&s, &f, filter);
    for (size_t k = 0; k < f.n; k++)
      if (f.rows[k].field && f.rows[k].value) {
        check_row(s.project, &f.rows[k], filter);
        rows++;
      }
  }
  assert_true(rows > 40 * 25);
  stage_settle(&s);
  facets_release(&f);
  stage_close(&s);
}

/* ---- on the screen ---- */

static void
screens(void **state)
{
  static const struct { const char *name; int rows, cols; } sizes[] = {
    {"60x16", 16, 60}, {"80x24", 24, 80}, {"100x30", 30, 100}, {"200x60", 60, 200},
  };
  struct stage s;
  char name[60];

  (void)state;
  fill(&s, "facets");
  for (size_t i = 0; i < N_OF(sizes); i++) {
    stage_open(&s, sizes[i].rows, sizes[i].cols);
    stage_keys(&s, "F3 / <status:new> Enter Tab Tab G");
    snprintf(name, sizeof name, "facets-%s", sizes[i].name);
    stage_screen(&s, name);
    stage_leave(&s);
  }
  stage_close(&s);
}

static void
keys_filter(void **state)
{
  struct stage s;

  (void)state;
  fill(&s, "keys");
  stage_open(&s, 60, 100);
  stage_keys(&s, "F3 Tab Tab Space j Space");
  stage_assert_shows(&s, "label:billing,shipping");
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "label:shipping ");
  stage_keys(&s, "-");
  stage_assert_shows(&s, "not label:shipping");
  stage_keys(&s, "- Tab");
  stage_assert_shows(&s, "all samples");
  stage_click(&s, "… 4 more", false);
  stage_assert_shows(&s, "… fewer");
  stage_click(&s, "   sofas", false);
  stage_assert_shows(&s, "attr.topic:sofas");
  stage_click(&s, "▸  sofas", false);
  stage_click(&s, "… fewer", false);
  stage_click(&s, "wrong", false);
  stage_assert_shows(&s, "run.wrong");
  stage_click(&s, "right", false);
  stage_assert_shows(&s, "run.wrong=0");
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(counts_are_right),
    cmocka_unit_test(screens),
    cmocka_unit_test(keys_filter),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
