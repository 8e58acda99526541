#include "tests/report-stage.h"

#include <ctype.h>

#include "store/experiment_store.h"
#include "store/template_store.h"

/* ---- the project ---- */

static struct sample
sample_of(const char *text, const char *text2, const uint16_t *label, enum split split, enum origin origin)
{
  return (struct sample){.text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
                         .n_text2 = text2 ? (uint32_t)strlen(text2) : 0, .labels = label, .n_labels = 1,
                         .split = split, .origin = origin,
                         .attributes = origin == ORIGIN_GENERATED ? "style=hurried\x1ftopic=garden" : ""};
}

static const char *const subjects[] = {"the parcel", "my invoice", "a broken lamp", "the wrong size", "that courier"};
static const char *const asks[] = {"where is it now", "who pays for this", "send it back", "I wait since monday",
                                   "please call me", "is that normal", "how long does it take"};

/* Texts differ in their number, and have words in common. */
static void
add_samples(struct project *p, size_t n, enum split split, enum origin origin, const char *first_text)
{
  static const uint16_t labels[] = {0, 1, 2};
  struct change *ch = change_new(CHANGE_INSERT, "test", "samples");
  struct err e = {0};
  bool pair = corpus_task(project_corpus(p)) == TASK_PAIR;

  for (size_t i = 0; i < n; i++) {
    char *text = i == 0 && first_text ? xstrdup(first_text)
                                      : xasprintf("%s %zu%s: %s", subjects[i % N_OF(subjects)], i,
                                                  origin == ORIGIN_GENERATED ? "g" : split == SPLIT_TEST ? "t" : "",
                                                  asks[i % N_OF(asks)]);
    struct sample s = sample_of(text, pair ? "the other half" : NULL, &labels[i % 3], split, origin);

    change_add_sample(ch, &s);
    free(text);
  }
  must(project_insert(p, ch, NULL, &e), &e);
  change_free(ch);
}

struct project *
report_stage(enum task task, const char *text_of_test)
{
  struct project *p = fresh(task);
  struct err e = {0};

  add_samples(p, STAGE_SEEDS, SPLIT_TRAIN, ORIGIN_SEED, NULL);
  add_samples(p, FIXTURE_TEST, SPLIT_TEST, ORIGIN_IMPORTED, text_of_test);
  add_samples(p, STAGE_GENERATED, SPLIT_TRAIN, ORIGIN_GENERATED, NULL);
  must(template_store_put(p, "tickets", "---\nname: tickets\n---\nWrite ```{{ count }}``` of <{{ label }}>.\n", NULL,
                          &e), &e);
  return p;
}

/* ---- the trainings ---- */

/* As many are right as the row's accuracy says; which ones differs by seed only at the border. */
static void
put_fit(struct project *p, const struct found_row *r, size_t seed, bool sets)
{
  uint16_t said[FIXTURE_TEST];
  uint8_t words[FIXTURE_TEST * 3] = {0}, right[FIXTURE_TEST];
  struct fit_row row = {.key = r->fits[seed], .experiment = 1, .said = said, .n_said = sizeof said, .right = right,
                        .n_right = sizeof right, .measured = (char *)(uintptr_t)"{}"};
  struct err e = {0};

  for (size_t i = 0; i < FIXTURE_TEST; i++) {
    size_t truth = i % 3, place = (i * 97 + seed * 3) % FIXTURE_TEST;

    right[i] = (double)place < r->accuracy.seeds[seed] * FIXTURE_TEST;
    said[i] = (uint16_t)(right[i] ? truth : (truth + 1) % 3);
    words[i * 3 + said[i]] = 1;
  }
  if (sets) {
    row.said = words;
    row.n_said = sizeof words;
  }
  must(experiment_store_put_fit(p, &row, &e), &e);
}

void
stage_experiment(struct project *p, const struct findings *f, bool fits)
{
  struct buf json = BUF_INIT;
  struct err e = {0};

  findings_json(f, &json);
  must(experiment_store_put(p, f->name, f->plan ? f->plan : "{}", buf_str(&json), NULL, NULL, &e), &e);
  buf_release(&json);
  for (size_t i = 0; fits && i < f->n_rows; i++)
    for (size_t s = 0; s < f->rows[i].n_fits; s++)
      put_fit(p, &f->rows[i], s, corpus_task(project_corpus(p)) == TASK_MULTILABEL);
}

/* ---- the page ---- */

#define DEEP 64
#define NAMES 200

struct reader {
  const char *at;
  char open[DEEP][24];
  size_t depth;
  char *ids[NAMES], *links[NAMES];
  size_t n_ids, n_links;
};

static void
bad(const struct reader *r, const char *what)
{
  fail_msg("%s at: %.80s", what, r->at);
}

static void
read_entity(struct reader *r)
{
  size_t n = 1;

  while (isalnum((unsigned char)r->at[n]) || r->at[n] == '#')
    n++;
  if (n == 1 || r->at[n] != ';')
    bad(r, "a bare &");
  r->at += n + 1;
}

static char *
read_value(struct reader *r)
{
  const char *from;

  if (*r->at != '"')
    bad(r, "an attribute without quotes");
  from = ++r->at;
  while (*r->at && *r->at != '"') {
    if (*r->at == '<')
      bad(r, "a bare < in an attribute");
    if (*r->at == '&')
      read_entity(r);
    else
      r->at++;
  }
  r->at++;
  return xstrndup(from, (size_t)(r->at - 1 - from));
}

/* What is of interest in an attribute; others are forgotten. */
static void
take_attribute(struct reader *r, const char *name, size_t n, char *value)
{
  assert_true(r->n_ids < NAMES && r->n_links < NAMES);
  if (n == 2 && memcmp(name, "id", 2) == 0)
    r->ids[r->n_ids++] = value;
  else if (n == 4 && memcmp(name, "href", 4) == 0)
    r->links[r->n_links++] = value;
  else
    free(value);
}

/* After the name, to behind the '>'; true if the element ends with it. */
static bool
read_attributes(struct reader *r)
{
  for (;;) {
    const char *name;
    size_t n;

    r->at += strspn(r->at, " \n");
    if (*r->at == '>') {
      r->at++;
      return false;
    }
    if (r->at[0] == '/' && r->at[1] == '>') {
      r->at += 2;
      return true;
    }
    name = r->at;
    n = strcspn(name, "= >/\n");
    r->at += n;
    if (n == 0 || *r->at != '=')
      bad(r, "an attribute without a value");
    r->at++;
    take_attribute(r, name, n, read_value(r));
  }
}

static void
read_end(struct reader *r)
{
  size_t n = strcspn(r->at + 2, ">");

  if (r->depth == 0 || strlen(r->open[r->depth - 1]) != n || memcmp(r->open[r->depth - 1], r->at + 2, n) != 0)
    bad(r, "an end of what was not begun");
  r->depth--;
  r->at += n + 3;
}

static void
read_element(struct reader *r)
{
  size_t n = strcspn(r->at + 1, " >/\n");
  char name[24];
  bool closed;

  if (!isalpha((unsigned char)r->at[1]) || n >= sizeof name || r->depth == DEEP)
    bad(r, "no name of an element");
  snprintf(name, sizeof name, "%.*s", (int)n, r->at + 1);
  r->at += n + 1;
  closed = read_attributes(r);
  if (strcmp(name, "script") == 0)
    bad(r, "a script");
  if (strcmp(name, "style") == 0)        /* of it only its end is of interest */
    r->at = strstr(r->at, "</style>");
  if (!closed && strcmp(name, "meta") != 0)
    memcpy(r->open[r->depth++], name, sizeof name);
}

static void
check_names(struct reader *r)
{
  for (size_t i = 0; i < r->n_ids; i++)
    for (size_t k = 0; k < i; k++)
      if (strcmp(r->ids[i], r->ids[k]) == 0)
        fail_msg("id '%s' comes twice", r->ids[i]);
  for (size_t i = 0; i < r->n_links; i++) {
    bool found = false;

    for (size_t k = 0; k < r->n_ids; k++)
      found = found || (r->links[i][0] == '#' && strcmp(r->links[i] + 1, r->ids[k]) == 0);
    if (!found)
      fail_msg("'%s' leads nowhere", r->links[i]);
  }
  for (size_t i = 0; i < r->n_ids; i++)
    free(r->ids[i]);
  for (size_t i = 0; i < r->n_links; i++)
    free(r->links[i]);
}

void
assert_well_formed(const char *html)
{
  struct reader r = {.at = html};

  if (strncmp(html, "<!DOCTYPE html>\n", 16) == 0)
    r.at += 16;
  while (*r.at) {
    if ((unsigned char)*r.at < 0x20 && *r.at != '\n' && *r.at != '\t')
      bad(&r, "a control character");
    if (*r.at == '&')
      read_entity(&r);
    else if (r.at[0] == '<' && r.at[1] == '/')
      read_end(&r);
    else if (*r.at == '<')
      read_element(&r);
    else
      r.at++;
  }
  if (r.depth)
    fail_msg("<%s> is not ended", r.open[r.depth - 1]);
  check_names(&r);
}
