/* edit: the text of one sample, or find and replace in any number of them. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "command/bulk.h"
#include "command/print.h"
#include "command/rows.h"
#include "corpus/replace.h"

/* ---- one text */

static int
check_text(const char *text, const char *option, struct err *e)
{
  size_t bad, n = text ? strlen(text) : 0;

  if (!text)
    return 0;
  if (n == 0 || !text[strspn(text, " \t\r\n")])
    return err_set(e, ERR_INPUT, "option '--%s': an empty text", option);
  if (n > SAMPLE_TEXT_MAX || !utf8_valid(text, n, &bad))
    return err_set(e, ERR_INPUT, "option '--%s': not UTF-8, or longer than %zu bytes", option, SAMPLE_TEXT_MAX);
  return 0;
}

static int
set_text(struct call *c, struct err *e)
{
  const char *text = call_text(c, "text"), *text2 = call_text(c, "text2");
  struct change *ch;
  struct sample s;
  uint32_t *ids;
  bool differs;
  size_t n;
  int r;

  if (text2 && corpus_task(project_corpus(c->project)) != TASK_PAIR)
    return err_set(e, ERR_INPUT, "'--text2' is for projects of pairs");
  if (check_text(text, "text", e) < 0 || check_text(text2, "text2", e) < 0 || select_samples(c, &ids, &n, e) < 0)
    return -1;
  if (n != 1) {
    free(ids);
    return err_set(e, ERR_INPUT, "'edit --text' changes one sample, not %zu (--find and --replace change many)", n);
  }
  corpus_get(project_corpus(c->project), ids[0], &s);
  differs = (text && strcmp(text, s.text) != 0) || (text2 && strcmp(text2, s.text2 ? s.text2 : "") != 0);
  ch = change_new(CHANGE_SET, "person", "");
  change_summarize(ch, "edit sample %u", ids[0]);
  if (text)
    change_set_text(ch, ids[0], text, strlen(text));
  if (text2)
    change_set_text2(ch, ids[0], text2, strlen(text2));
  r = bulk_finish(c, ch, differs, NULL, e);
  free(ids);
  return r;
}

/* ---- find and replace */

struct example {
  uint32_t id;
  const char *field, *before, *after;
};
struct found {
  size_t n[N_REPLACED];
  struct example *examples;      /* the first few */
  size_t n_examples, max_examples;
};

static void
keep_example(struct call *c, struct found *f, uint32_t id, const char *field, const char *before, const char *after,
             size_t n)
{
  if (after && f->n_examples < f->max_examples)
    f->examples[f->n_examples++] = (struct example){id, field, before, arena_strndup(&c->arena, after, n)};
}

/* Replaces in the selected samples; the rows go into ch. */
static int
replace_in(struct call *c, struct replacer *r, const uint32_t *ids, size_t n, struct change *ch, struct found *f,
           struct err *e)
{
  struct replacement with;
  enum replaced what;
  struct sample s;

  for (size_t i = 0; i < n; i++) {
    if (i % 4096 == 0) {
      progress_set(&c->progress, (double)i, NULL);
      if (stop_wanted(c->stop))
        return err_set(e, ERR_INTERRUPTED, "interrupted: nothing is changed");
    }
    if (!corpus_get(project_corpus(c->project), ids[i], &s))
      continue;
    if (replacer_sample(r, &s, &what, &with, e) < 0)
      return -1;
    f->n[what]++;
    if (with.text)
      change_set_text(ch, s.id, with.text, with.n_text);
    if (with.text2)
      change_set_text2(ch, s.id, with.text2, with.n_text2);
    keep_example(c, f, s.id, "text", s.text, with.text, with.n_text);
    keep_example(c, f, s.id, "text2", s.text2, with.text2, with.n_text2);
  }
  return 0;
}

static void
replace_json(struct call *c, const struct found *f, bool dry)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, dry ? "would_change" : "changed", (int64_t)f->n[REPLACED_TEXT]);
  json_add_key(&out, "left");
  buf_addc(&out, '{');
  for (int i = REPLACED_TEXT + 1; i < N_REPLACED; i++)
    json_add_field_int(&out, replaced_names[i], (int64_t)f->n[i]);
  buf_addc(&out, '}');
  if (dry) {
    json_add_key(&out, "examples");
    buf_addc(&out, '[');
    for (size_t i = 0; i < f->n_examples; i++) {
      json_add_comma(&out);
      buf_addc(&out, '{');
      json_add_field_int(&out, "id", f->examples[i].id);
      json_add_field(&out, "field", f->examples[i].field);
      json_add_field(&out, "before", f->examples[i].before);
      json_add_field(&out, "after", f->examples[i].after);
      buf_addc(&out, '}');
    }
    buf_addc(&out, ']');
  }
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
replace_text(struct call *c, const struct found *f, bool dry)
{
  static const char *const left[N_REPLACED] = {
    [REPLACED_EMPTY] = "without a word in it", [REPLACED_LONG] = "too long",
    [REPLACED_HARD] = "searched for too long"};
  size_t n = f->n[REPLACED_TEXT];
  struct grid g;

  grid_init(&g, "id>||text");
  for (size_t i = 0; i < f->n_examples; i++) {
    grid_cell(&g, "%u", f->examples[i].id);
    grid_cell(&g, "-");
    grid_cell_cut(&g, 1000, f->examples[i].before);
    grid_cell(&g, "%s", "");
    grid_cell(&g, "+");
    grid_cell_cut(&g, 1000, f->examples[i].after);
  }
  if (f->n_examples)
    grid_print(&g, c);
  grid_release(&g);
  print_line(c, "%s %zu sample%s", dry ? "would change" : "changed", n, n == 1 ? "" : "s");
  for (int i = REPLACED_TEXT + 1; i < N_REPLACED; i++)
    if (f->n[i])
      print_line(c, "left as %s: %zu, as a text would be %s", f->n[i] == 1 ? "it is" : "they are", f->n[i], left[i]);
}

static int
replace_all(struct call *c, struct err *e)
{
  bool dry = call_flag(c, "dry-run");
  unsigned flags = (call_flag(c, "literal") ? REPLACE_LITERAL : 0) |
                   (call_flag(c, "ignore-case") ? REPLACE_IGNORE_CASE : 0);
  struct found f = {.max_examples = dry ? (size_t)call_number(c, "show") : 0};
  struct replacer *r = replacer_new(call_text(c, "find"), call_text(c, "replace"), flags, e);
  struct change *ch = NULL;
  uint32_t *ids = NULL;
  size_t n;
  int rc = r ? select_samples(c, &ids, &n, e) : -1;

  if (rc == 0) {
    f.examples = arena_alloc(&c->arena, (f.max_examples + 1) * sizeof *f.examples);
    ch = change_new(CHANGE_SET, "person", "");
    progress_begin(&c->progress, "replacing", "texts", (double)n);
    rc = replace_in(c, r, ids, n, ch, &f, e);
    progress_end(&c->progress);
  }
  if (rc == 0) {
    rc = bulk_post(c, ch, f.n[REPLACED_TEXT], NULL, e);
    ch = NULL;
  }
  if (rc == 0)
    (c->json ? replace_json : replace_text)(c, &f, dry);
  change_free(ch);
  replacer_free(r);
  free(ids);
  return rc;
}

static int
run_edit(struct call *c, struct err *e)
{
  bool text = call_given(c, "text") || call_given(c, "text2"), find = call_given(c, "find");

  if (!text && !find)
    return err_set(e, ERR_INPUT, "'edit' needs --text TEXT, or --find REGEX --replace TEXT");
  if (text && find)
    return err_set(e, ERR_INPUT, "'edit' takes either --text or --find");
  if (find != call_given(c, "replace"))
    return err_set(e, ERR_INPUT, "--find and --replace go together (--replace '' takes away what is found)");
  return text ? set_text(c, e) : replace_all(c, e);
}

static const struct option edit_options[] = {
  {.name = "text", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the new text"},
  {.name = "text2", .type = OPTION_TEXT, .argument = "TEXT", .summary = "the new second text of a pair"},
  {.name = "find", .type = OPTION_TEXT, .argument = "REGEX", .summary = "what to replace, in both texts of a pair"},
  {.name = "replace", .type = OPTION_TEXT, .argument = "TEXT",
   .summary = "what stands there instead; $1 is what the first group matched"},
  {.name = "ignore-case", .type = OPTION_FLAG, .summary = "A and a are the same to --find"},
  {.name = "literal", .type = OPTION_FLAG, .summary = "--find and --replace mean just what stands there"},
  {.name = "show", .type = OPTION_INT, .min = 0, .max = 1000, .fallback = "10", .argument = "N",
   .summary = "so many texts, before and after, with --dry-run"},
  BULK_OPTIONS,
};
static const struct command_example edit_examples[] = {
  {"retort edit tickets.retort --id 12 --text 'Where is my parcel? It should be here since Monday.'", "another text"},
  {"retort edit tickets.retort --find '\\border (\\d+)' --replace 'order no. $1' --ignore-case --filter '' --dry-run",
   "what a replacement would do"},
  {"retort edit tickets.retort --find '  ' --literal --replace ' ' --filter origin:generated",
   "two blanks become one in what was generated"},
  {NULL, NULL},
};

const struct command command_edit = {
  .name = "edit", .arguments = "PROJECT [N...]", .summary = "changes texts: one, or by find and replace",
  .text =
    "With --text the text of exactly one sample. With --find and --replace every place in the texts of the chosen "
    "samples that the regular expression (PCRE2, case sensitive) matches; in the replacement $1, ${1} or $name is what "
    "a group matched, $0 all of it, $$ a dollar, \\n the end of a line, and \\U...\\E and \\L...\\E give upper and "
    "lower case. A sample of which a text would be left without a word, or be longer than a text may be, is left as "
    "it is and counted.\n\nJSON: {\"changed\": N}, with --find also \"left\": {\"empty\", \"too_long\", \"too_hard\"}, and "
    "with --dry-run \"examples\": [{\"id\", \"field\", \"before\", \"after\"}].\n\n" BULK_TEXT,
  .options = edit_options, .examples = edit_examples, .flags = BULK_FLAGS, .run = run_edit,
};
