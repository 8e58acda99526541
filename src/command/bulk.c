#include "command/bulk.h"

#include <string.h>

#include "base/utf8.h"
#include "command/print.h"

#define FILTER_SHOWN 200u  /* bytes of a filter in the log */

int
bulk_different(struct call *c, uint32_t **ids, size_t *n, bool (*same)(const struct sample *s, const void *arg),
               const void *arg, struct err *e)
{
  struct sample s;
  size_t kept = 0;

  if (select_samples(c, ids, n, e) < 0)
    return -1;
  for (size_t i = 0; i < *n; i++)
    if (corpus_get(project_corpus(c->project), (*ids)[i], &s) && !same(&s, arg))
      (*ids)[kept++] = (*ids)[i];
  *n = kept;
  return 0;
}

/* As much of it as one line of the log takes, cut between code points. */
static void
add_filter(struct buf *out, const char *filter)
{
  size_t n = strlen(filter), shown = n;

  if (n > FILTER_SHOWN)
    for (shown = FILTER_SHOWN; shown > 0 && ((unsigned char)filter[shown] & 0xc0) == 0x80;)
      shown--;
  buf_adds(out, ": ");
  buf_add(out, filter, shown);
  if (shown < n)
    buf_adds(out, "...");
}

static void
summarize(struct call *c, struct change *ch, size_t n, const char *to)
{
  const char *filter = call_text(c, "filter");
  struct buf what = BUF_INIT;

  buf_addf(&what, "%s %zu sample%s%s%s", c->command->name, n, n == 1 ? "" : "s", to ? " to " : "", to ? to : "");
  if (filter && *filter)
    add_filter(&what, filter);
  change_summarize(ch, "%s", buf_str(&what));
  buf_release(&what);
}

int
bulk_post(struct call *c, struct change *ch, size_t changed, const char *to, struct err *e)
{
  if (changed == 0 || call_flag(c, "dry-run")) {
    change_free(ch);
    return 0;
  }
  if (!*ch->summary)
    summarize(c, ch, changed, to);
  return project_post(c->project, ch, e) < 0 || (!c->workbench && project_sync(c->project, e) < 0) ? -1 : 0;
}

int
bulk_finish(struct call *c, struct change *ch, size_t changed, const char *to, struct err *e)
{
  bool dry = call_flag(c, "dry-run");

  if (bulk_post(c, ch, changed, to, e) < 0)
    return -1;
  if (c->json)
    fprintf(c->out, "{\"%s\":%zu}\n", dry ? "would_change" : "changed", changed);
  else
    print_line(c, "%s %zu sample%s", dry ? "would change" : "changed", changed, changed == 1 ? "" : "s");
  return 0;
}
