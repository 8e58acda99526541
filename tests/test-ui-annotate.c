/* What the workbench shows of a teacher that labels texts: in Generate, Curate and Compare, and of texts made of
 * others. */
#include "ui-stage.h"

#include <locale.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static const struct project_label labels[] = {{"billing", NULL}, {"shipping", NULL}};

static const char template[] =
  "---\n"
  "name: judge\n"
  "kind: annotate\n"
  "---\n"
  "user:\n"
  "Which label has this text? {{ text }}\n";
static const char rewrite[] =
  "---\n"
  "name: again\n"
  "kind: rewrite\n"
  "target: other\n"
  "---\n"
  "user:\n"
  "Turn this {{ was.name }} text into one about {{ label }}: {{ text }}\n";

/* The texts with their labels (LABEL_NONE: none), and what the teacher says of them. */
static const struct row {
  const char *text;
  uint16_t label;
  enum split split;
  const char *said;
} rows[] = {
  {"I was charged twice", 0, SPLIT_TRAIN, NULL},
  {"Which invoice did I pay in March?", 0, SPLIT_TEST, "{\"label\": \"billing\"}"},
  {"Has the courier lost my parcel?", 1, SPLIT_TEST, "{\"label\": \"shipping\"}"},
  {"I paid for a parcel that never came", 1, SPLIT_TEST, "{\"rationale\": \"It is about money.\", \"label\": "
   "\"billing\"}"},
  {"Nice shop", 1, SPLIT_TEST, "{\"label\": \"praise\"}"},
  {"Where is the van?", LABEL_NONE, SPLIT_POOL, "{\"label\": \"shipping\"}"},
};

static void
put_samples(struct stage *s)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct err e = {0};
  uint32_t first;

  for (size_t i = 0; i < N_OF(rows); i++)
    change_add_sample(ch, &(struct sample){
      .text = rows[i].text, .n_text = (uint32_t)strlen(rows[i].text), .labels = &rows[i].label,
      .n_labels = rows[i].label != LABEL_NONE, .split = rows[i].split, .origin = ORIGIN_IMPORTED,
      .status = STATUS_ACCEPTED,
      .attributes = "",
    });
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
put_teacher(struct stage *s)
{
  struct teacher_row row = {.name = (char *)"recorded", .kind = (char *)"replay", .url = (char *)"",
                            .model = (char *)"",
                            .key_env = (char *)"", .settings = (char *)"{}", .price_in = 0.15, .price_out = 0.6,
                            .concurrency = 1};
  struct buf text = BUF_INIT, line = BUF_INIT;
  struct err e = {0};

  for (size_t i = 0; i < N_OF(rows); i++) {
    if (!rows[i].said)
      continue;
    buf_clear(&line);
    buf_addf(&line, "Which label has this text? %s", rows[i].text);
    buf_adds(&text, "{\"request\":{\"messages\":[{\"role\":\"user\",\"content\":");
    json_add_string(&text, line.s, line.n);
    buf_adds(&text, "}]},\"response\":{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    json_add_str(&text, rows[i].said);
    buf_adds(&text, "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":6}}}\n");
  }
  if (teacher_store_put(s->project, &row, text.s, text.n, NULL, &e) < 0)
    fail_msg("%s", e.message);
  buf_release(&text);
  buf_release(&line);
}

static void
put_on(struct stage *s, const char *name, int n_rows, int cols)
{
  struct err e = {0};

  stage_project(s, name, TASK_CLASSIFY, labels, N_OF(labels));
  put_samples(s);
  put_teacher(s);
  if (template_store_put(s->project, "judge", template, NULL, &e) < 0
      || template_store_put(s->project, "again", rewrite, NULL, &e) < 0)
    fail_msg("%s", e.message);
  stage_open(s, n_rows, cols);
}

/* A test text keeps its label; the teacher's word stands beside it. */
static void
a_teacher_stands_beside_the_students(void **state)
{
  struct stage s;
  struct sample x;

  (void)state;
  put_on(&s, "beside", 30, 100);
  workbench_go(s.w, 1);
  assert_int_equal(workbench_run(s.w, "annotate --filter split:test"), 0);
  stage_settle(&s);
  stage_screen(&s, "generate-annotated");
  stage_assert_shows(&s, "= billing   Which invoice did I pay in March?");
  stage_assert_shows(&s, "\xe2\x89\xa0 billing   I paid for a parcel that never came");
  stage_keys(&s, "w G Enter");
  stage_assert_shows(&s, "Nice shop");
  stage_assert_shows(&s, "no label");
  stage_keys(&s, "r");                                            /* nothing to be let in */
  assert_false(stage_shows(&s, "restored"));
  workbench_go(s.w, 4);
  stage_screen(&s, "compare-teacher");
  stage_assert_shows(&s, "/1M");                                  /* what its labels cost */
  stage_assert_shows(&s, "teacher");
  stage_assert_shows(&s, ".500");                                 /* two of four */
  workbench_show(s.w, "id:4");
  stage_assert_shows(&s, "recorded says billing");
  stage_assert_shows(&s, "because It is about money.");
  assert_true(corpus_get(project_corpus(s.project), 4, &x));
  assert_int_equal(sample_label(&x), 1);
  workbench_show(s.w, "id:5");
  stage_assert_shows(&s, "recorded says none of the labels");
  workbench_show(s.w, "id:1");
  assert_false(stage_shows(&s, "recorded says"));
  stage_close(&s);
}

/* The same from the keys of the view: what it takes is said before. */
static void
texts_are_labelled_from_the_form(void **state)
{
  struct stage s;
  struct sample x;

  (void)state;
  put_on(&s, "form", 30, 100);
  workbench_go(s.w, 1);
  stage_keys(&s, "a");
  stage_screen(&s, "annotate-form");
  stage_keys(&s, "<split:pool> Enter");
  stage_assert_shows(&s, "1 text in 1 request");
  assert_int_equal(corpus_get(project_corpus(s.project), 6, &x) ? x.n_labels : 1, 0);
  stage_keys(&s, "Enter");
  stage_assert_shows(&s, "1 vote, 1 text got a label");
  assert_true(corpus_get(project_corpus(s.project), 6, &x));
  assert_int_equal(sample_label(&x), 1);
  stage_close(&s);
}

/* Templates of other kinds are shown and tried with a text of the corpus. */
static void
a_template_about_a_text(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "about", 30, 160);
  workbench_go(s.w, 0);
  stage_keys(&s, "g j T");
  stage_assert_shows(&s, "text 2");
  stage_screen(&s, "templates-annotate");
  stage_keys(&s, "t");
  stage_assert_shows(&s, "the parser reads the label billing");
  stage_keys(&s, "T T T t");
  stage_assert_shows(&s, "'praise' is no label");
  /* a rewrite: of what may be learned from, for another label */
  stage_keys(&s, "g");
  stage_assert_shows(&s, "text 1  to label shipping");
  stage_assert_shows(&s, "Turn this billing text into one about shipping: I was charged");
  stage_close(&s);
}

/* A text that was made of another leads to it and to its other children. */
static void
a_family_is_seen(void **state)
{
  struct stage s;
  struct change *ch = change_new(CHANGE_INSERT, "job 1", "generate");
  struct err e = {0};
  uint32_t first;

  (void)state;
  put_on(&s, "family", 24, 80);
  for (int i = 0; i < 2; i++) {
    const char *text = i ? "They took the money two times" : "My card was billed twice";

    change_add_sample(ch, &(struct sample){.text = text, .n_text = (uint32_t)strlen(text), .origin = ORIGIN_GENERATED,
                                           .attributes = "", .parent_id = 1});
  }
  if (project_insert(s.project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
  workbench_show(s.w, "id:7");
  stage_assert_shows(&s, "made from 1: I was charged twice");
  stage_keys(&s, "p");
  stage_assert_shows(&s, "3 of 8");
  stage_assert_shows(&s, "They took the money two times");
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_teacher_stands_beside_the_students),
    cmocka_unit_test(texts_are_labelled_from_the_form),
    cmocka_unit_test(a_template_about_a_text),
    cmocka_unit_test(a_family_is_seen),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
