#include "prompt/starter.h"

#include <string.h>

#include "base/buf.h"

static const char annotate[] =
  "---\n"
  "name: annotate\n"
  "description: the labels of texts, zero-shot\n"
  "kind: annotate\n"
  "model:\n"
  "  api: chat\n"
  "  parameters:\n"
  "    temperature: 0.0\n"
  "---\n"
  "system:\n"
  "{% set answer = '\"labels\": [\"...\"]' if task == 'multilabel' else '\"label\": \"...\"' %}\n"
  "{% if rationale %}\n"
  "{% set answer = '\"rationale\": \"...\", ' ~ answer %}\n"
  "{% endif %}\n"
  "{% if texts | length > 1 %}\n"
  "{% set answer = '\"texts\": [{\"index\": 1, ' ~ answer ~ '}, ...]' %}\n"
  "{% endif %}\n"
  "You label texts for a small text classifier. Answer with one JSON object and nothing else: {{ '{' ~ answer ~ '}' "
  "}}.\n"
  "user:\n"
  "{% set which = 'each text' if texts | length > 1 else 'the text' %}\n"
  "{% if task == 'multilabel' %}\n"
  "Choose all labels that fit {{ which }}; it may be none.\n"
  "{% else %}\n"
  "Choose the one label that fits {{ which }} best.\n"
  "{% endif %}\n"
  "{% for l in labels %}\n"
  "- {{ l.name }}{{ ': ' ~ l.meaning if l.meaning }}\n"
  "{% endfor %}\n"
  "{% if rationale %}\n"
  "Give the reason first, in one short sentence.\n"
  "{% endif %}\n"
  "{% for t in texts %}{{ '' if loop.first else '\\n' }}Text{{ ' ' ~ t.index if loop.length > 1 }}: {{ t.text }}"
  "{{ '\\nSecond text: ' ~ t.text2 if t.text2 }}{% endfor %}\n";

#define REPLY_AS_LIST \
  "{% if text2 %}\n" \
  "Answer with a JSON array of {{ count }} object{{ 's' if count != 1 }} and nothing else: " \
  "[{\"text\": \"...\", \"text2\": \"...\"}, ...].\n" \
  "{% else %}\n" \
  "Answer with a JSON array of {{ count }} string{{ 's' if count != 1 }} and nothing else.\n" \
  "{% endif %}\n"
#define THE_TEXT \
  "Text: {{ text }}\n" \
  "{% if text2 %}\n" \
  "Second text: {{ text2 }}\n" \
  "{% endif %}\n"

static const char paraphrase[] =
  "---\n"
  "name: paraphrase\n"
  "description: the same in other words; the label stays\n"
  "kind: rewrite\n"
  "count: 3\n"
  "model:\n"
  "  api: chat\n"
  "  parameters:\n"
  "    temperature: 1.0\n"
  "    max_tokens: 1500\n"
  "---\n"
  "system:\n"
  "You write training texts for a small text classifier.\n"
  REPLY_AS_LIST
  "user:\n"
  "This text is of the class \"{{ label }}\"{{ ' (' ~ meaning ~ ')' if meaning }}:\n"
  THE_TEXT
  "Write {{ count }} texts that mean the same and are of the same class. Each says it in its own way: other words, another "
  "order, another length. Take no half sentence over as it stands.\n";

static const char counterfactual[] =
  "---\n"
  "name: counterfactual\n"
  "description: changed as little as can be, so that another label is right\n"
  "kind: rewrite\n"
  "target: other\n"
  "count: 1\n"
  "model:\n"
  "  api: chat\n"
  "  parameters:\n"
  "    temperature: 0.7\n"
  "    max_tokens: 1000\n"
  "filters:\n"
  "  near_duplicate: 1\n"
  "---\n"
  "system:\n"
  "You write training texts for a small text classifier.\n"
  REPLY_AS_LIST
  "user:\n"
  "This text is of the class \"{{ was.name }}\"{{ ' (' ~ was.meaning ~ ')' if was.meaning }}:\n"
  THE_TEXT
  "Change it so that it is clearly of the class \"{{ label }}\"{{ ' (' ~ meaning ~ ')' if meaning }} and no longer of "
  "\"{{ was.name }}\". Change as little as possible, keep its length and style, and do not name the class.\n";

static const char restyle[] =
  "---\n"
  "name: restyle\n"
  "description: as somebody else would write it; the label stays\n"
  "kind: rewrite\n"
  "count: 1\n"
  "model:\n"
  "  api: chat\n"
  "  parameters:\n"
  "    temperature: 1.0\n"
  "    max_tokens: 1000\n"
  "attributes:\n"
  "  style: [short and hurried, long and careful, with typing mistakes, formal, in everyday words]\n"
  "---\n"
  "system:\n"
  "You write training texts for a small text classifier.\n"
  REPLY_AS_LIST
  "user:\n"
  "This text is of the class \"{{ label }}\"{{ ' (' ~ meaning ~ ')' if meaning }}:\n"
  THE_TEXT
  "Write it as another person would: {{ style }}. What it is about and its class stay the same; names, numbers and other "
  "small facts may change.\n";

const struct starter starters[] = {
  {"annotate", PROMPTY_ANNOTATE, "labels texts, one or many a request", annotate},
  {"paraphrase", PROMPTY_REWRITE, "says a text in other words; the label stays", paraphrase},
  {"counterfactual", PROMPTY_REWRITE, "changes a text a little, so that another label is right", counterfactual},
  {"restyle", PROMPTY_REWRITE, "writes a text as other people would; the label stays", restyle},
  {NULL, PROMPTY_GENERATE, NULL, NULL},
};

const struct starter *
starter_find(const char *name, struct err *e)
{
  struct buf names = BUF_INIT;

  for (const struct starter *s = starters; s->name; s++)
    if (strcmp(s->name, name) == 0)
      return s;
  for (const struct starter *s = starters; s->name; s++)
    buf_addf(&names, "%s%s", names.n > 0 ? ", " : "", s->name);
  err_set(e, ERR_INPUT, "no template '%.100s' comes with the program (there are: %s)", name, buf_str(&names));
  buf_release(&names);
  return NULL;
}
