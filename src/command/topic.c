#include "command/topic.h"

#include <string.h>

static const struct command_key *key_rows;
static size_t n_key_rows;

void
command_set_keys(const struct command_key *rows, size_t n)
{
  key_rows = rows;
  n_key_rows = n;
}

const struct command_key *
topic_keys(size_t *n)
{
  *n = n_key_rows;
  return key_rows;
}

static const struct topic_item words[] = {
  {"corpus", "all samples of a project"},
  {"sample", "a text (for pairs: two), its label or labels, and where it comes from"},
  {"split", "what a sample is for: train, valid (to stop training in time), test (never trained on), pool (no label)"},
  {"origin", "where it comes from: seed (written by people), generated, annotated, imported"},
  {"status", "what a person thinks of it: new, accepted, rejected"},
  {"change", "one change of the corpus; each is in the log and can be undone, also after a restart"},
  {"template", "the prompt as a file: YAML front matter with attributes, Jinja body"},
  {"teacher", "a large language model behind an address, or recorded replies of one"},
  {"job", "one run of generate: its requests, the raw replies, the samples kept and what was dropped"},
  {"student", "a small text model that learns from samples"},
  {"run", "one training of a student, with its curve and the trained model"},
  {"arm", "one choice of training data in an experiment"},
  {NULL, NULL},
};

static const struct topic_item exit_status[] = {
  {"0", "done"},
  {"1", "it failed; the reason stands on standard error, in one line that says what to do"},
  {"2", "bad usage or bad input: file, line and column where there are such"},
  {"3", "done in part; which part is said"},
  {"130", "interrupted; all that was finished is kept"},
  {NULL, NULL},
};

static const struct topic_item environment[] = {
  {"OPENAI_API_KEY, ...",
   "the key of a teacher is read from the variable that the teacher names (--key-env); it is stored nowhere"},
  {"RETORT_LOG", "a file to which retort writes what it does, for looking for a fault"},
  {"EDITOR", "the editor of the workbench's E"},
  {"NO_COLOR", "where it is set, the workbench uses no colours"},
  {"COLORFGBG", "for a terminal that does not tell its background when asked: 0;15 is dark on light"},
  {"http_proxy, https_proxy, no_proxy", "as curl(1) knows them"},
  {NULL, NULL},
};

static const struct topic_item files[] = {
  {"NAME.retort", "a project: one SQLite file. While it is open, NAME.retort-wal and NAME.retort-shm stand beside it"},
  {PKGDATADIR "/examples", "example projects for new --from"},
  {NULL, NULL},
};

const struct topic topics[] = {
  {"about", "DESCRIPTION",
   "A small text model is cheap to run, but it needs training texts. A large language model can write them. retort "
   "answers the question that follows: does such data make my small model better, by how much, and at what cost?\n\n"
   "It holds the whole way in one project file: prompt templates, the teachers that answer them, the corpus and its "
   "curation, the students trained on it, and experiments that compare arms of training data on the same test "
   "texts.\n\n"
   "retort PROJECT opens the workbench in the terminal. Each of its actions is also a command, for scripts. With "
   "--json a command prints one JSON document (or JSON lines) on standard output and nothing else; progress goes to "
   "standard error.",
   NULL},
  {"commands", "COMMANDS",
   "Each has a page of its own: retort-COMMAND(1), or retort help COMMAND. Inside the workbench the line :COMMAND "
   "does the same on the open project.",
   NULL},
  {"words", "WORDS", "", words},
  {"filter", "FILTERS",
   "Wherever a command takes --filter, samples are chosen by terms joined by a space (and), by or, by not, with "
   "parentheses:\n\n"
   "  label:returns status:new\n"
   "  origin:generated words>20 or \"gift card\"\n"
   "  split:train not label:billing,shipping\n"
   "  /order [0-9]{5}/i\n"
   "  @short language:de suggested:billing attr.topic:\"garden chairs\"\n\n"
   "A bare word or \"a phrase\" stands for texts that contain it; /regex/ is a regular expression (PCRE2), /regex/i "
   "ignores case. field:a,b is a or b. @NAME stands for a saved filter (retort filter), as if it stood there in "
   "parentheses. Signals (retort signals) and what runs said are fields, too: forgetting>3, run.wrong. A mistake is "
   "answered with its column.",
   NULL},
  {"formats", "FILE FORMATS",
   "jsonl: an object a line, with text, label (or labels, a list), and whatever else export wrote. csv: RFC 4180 "
   "with a header line. tsv: the same with tabs, and \\t, \\n, \\\\ in place of quotes. fasttext: __label__NAME text.",
   NULL},
  {"status", "EXIT STATUS", "", exit_status},
  {"environment", "ENVIRONMENT", "", environment},
  {"files", "FILES", "", files},
  {"keys", "KEYS", "In the workbench. ? shows the keys of the view one is in.", NULL},
  {NULL, NULL, NULL, NULL},
};

const struct topic *
topic_find(const char *name)
{
  for (const struct topic *t = topics; t->name; t++)
    if (strcmp(t->name, name) == 0)
      return t;
  return NULL;
}
