#include "tests/recorded-scene.h"

#include "base/json.h"
#include "base/mem.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

const struct project_label recorded_labels[RECORDED_LABELS] = {{"billing", "charges, invoices"}, {"shipping", "parcels"},
                                              {"returns", NULL}};

const char recorded_template[] =
  "---\n"
  "name: tickets\n"
  "count: 3\n"
  "filters: {min_words: 2}\n"
  "attributes:\n"
  "  topic: [boots, lamps]\n"
  "---\n"
  "system:\n"
  "Answer with one JSON array of strings and nothing else.\n"
  "user:\n"
  "Write {{ count }} messages labelled \"{{ label }}\" about {{ topic }}.\n";

/* What the teacher says for each label and topic: a double of a seed, a text that is too short, a reply that is no
 * list; the
 * request about returns and lamps has no recording. */
static const struct recording {
  const char *label, *topic, *reply;
} recordings[] = {
  {"billing", "boots", "[\"I was charged twice for order 48213, please refund one of them.\", "
                       "\"My card was charged for boots that I never ordered at all.\", \"Please send the invoice for "
                       "the brown boots.\"]"},
  {"shipping", "boots", "[\"The courier left my boots in the rain behind the shed.\", \"ok\", \"Where are the boots "
   "that I ordered in May?\"]"},
  {"returns", "boots", "[\"How do I send back boots that are too small?\", \"One boot has a hole, I want to return "
   "the pair.\", "
                       "\"Can boots be returned after walking in them once?\"]"},
  {"billing", "lamps", "[\"The lamp cost 40 on the page and 45 on my bill.\", \"Is there an invoice for the lamp from "
   "last week?\", "
                       "\"You took the money for two lamps, I bought one.\"]"},
  {"shipping", "lamps", "I am sorry, but I cannot help with that."},
};

static void
put_template(struct stage *s)
{
  struct err e = {0};

  if (template_store_put(s->project, "tickets", recorded_template, NULL, &e) < 0)
    fail_msg("%s", e.message);
}

void
recorded_teacher(struct stage *s, const char *name)
{
  struct teacher_row row = {.name = (char *)name, .kind = (char *)"replay", .url = (char *)"", .model = (char *)"",
                            .key_env = (char *)"", .settings = (char *)"{}", .price_in = 0.15, .price_out = 0.6,
                            .concurrency = 1};
  struct buf text = BUF_INIT, line = BUF_INIT;
  struct err e = {0};

  for (size_t i = 0; i < N_OF(recordings); i++) {
    buf_clear(&line);
    buf_addf(&line, "Write 3 messages labelled \"%s\" about %s.", recordings[i].label, recordings[i].topic);
    buf_adds(&text, "{\"request\":{\"messages\":[{\"role\":\"system\",\"content\":\"Answer with one JSON array of "
             "strings and "
                    "nothing else.\"},{\"role\":\"user\",\"content\":");
    json_add_string(&text, line.s, line.n);
    buf_adds(&text, "}]},\"response\":{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
    json_add_str(&text, recordings[i].reply);
    buf_adds(&text, "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":60}}}\n");
  }
  if (teacher_store_put(s->project, &row, text.s, text.n, NULL, &e) < 0)
    fail_msg("%s", e.message);
  buf_release(&text);
  buf_release(&line);
}

static void
put_teacher(struct stage *s)
{
  recorded_teacher(s, "recorded");
}

void
recorded_sample(struct stage *s, const char *text, uint16_t label, enum split split)
{
  struct change *ch = change_new(CHANGE_INSERT, "import", "import");
  struct sample x = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &label, .n_labels = 1, .split = split,
                     .origin = ORIGIN_SEED, .status = STATUS_ACCEPTED, .attributes = ""};
  struct err e = {0};
  uint32_t first;

  change_add_sample(ch, &x);
  if (project_insert(s->project, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

static void
put_samples(struct stage *s)
{
  static const struct { const char *text; uint16_t label; enum split split; } rows[] = {
    {"I was charged twice for order 48213, please refund one of them.", 0, SPLIT_TRAIN},
    {"The parcel has not moved since Thursday, where is it?", 1, SPLIT_TRAIN},
    {"How can I send the coat back, it is too wide?", 2, SPLIT_TRAIN},
    {"Which invoice did I pay in March?", 0, SPLIT_TEST},
    {"Two charges on my card for one order", 0, SPLIT_TEST},
    {"Has the courier lost my parcel?", 1, SPLIT_TEST},
    {"I want to change the delivery address", 1, SPLIT_TEST},
    {"Where do I get a label to return the shoes?", 2, SPLIT_TEST},
    {"日本から返品できますか？", 2, SPLIT_TEST},
  };

  for (size_t i = 0; i < N_OF(rows); i++)
    recorded_sample(s, rows[i].text, rows[i].label, rows[i].split);
}

void
recorded_open(struct stage *s, const char *name, int rows, int cols, int view)
{
  stage_project(s, name, TASK_CLASSIFY, recorded_labels, RECORDED_LABELS);
  put_samples(s);
  put_template(s);
  put_teacher(s);
  stage_open(s, rows, cols);
  workbench_go(s->w, view);
  stage_settle(s);
}

/* Another size of the screen. */
void
recorded_resize(struct stage *s, int rows, int cols)
{
  canvas_resize(&s->canvas, rows, cols);
  stage_draw(s);
}
