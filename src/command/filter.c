/* filter: queries that are kept in the project under a name. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "corpus/filter.h"
#include "store/setting_store.h"

#define NAME_ENDS " \t\r\n()\":<>=,@/'\\"  /* what a name may not hold, so that @NAME is one word of a filter */

static char *
setting_of(struct call *c, const char *name)
{
  char *key = arena_alloc(&c->arena, sizeof SETTING_FILTER + strlen(name));

  strcpy(key, SETTING_FILTER);
  return strcat(key, name);
}

static int
unknown(struct call *c, const char *name, struct err *e)
{
  struct nearest near = nearest_to(name);
  struct setting_row *rows;
  size_t n;

  if (setting_store_list(c->project, SETTING_FILTER, &rows, &n, e) < 0)
    return -1;
  for (size_t i = 0; i < n; i++)
    nearest_try(&near, rows[i].name);
  if (near.best)
    err_set(e, ERR_INPUT, "there is no filter '%.100s' (did you mean '%s'?)", name, near.best);
  else
    err_set(e, ERR_INPUT, "there is no filter '%.100s' (retort filter %s list)", name, project_path(c->project));
  setting_rows_free(rows, n);
  return -1;
}

static int
list(struct call *c, struct err *e)
{
  struct setting_row *rows;
  struct buf out = BUF_INIT;
  struct grid g;
  size_t n;

  if (setting_store_list(c->project, SETTING_FILTER, &rows, &n, e) < 0)
    return -1;
  grid_init(&g, "name|filter");
  buf_adds(&out, "{\"filters\":[");
  for (size_t i = 0; i < n; i++) {
    grid_cell(&g, "%s", rows[i].name);
    grid_cell(&g, "%s", rows[i].value);
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "name", rows[i].name);
    json_add_field(&out, "filter", rows[i].value);
    buf_addc(&out, '}');
  }
  buf_adds(&out, "]}");
  grid_answer(&g, c, &out, n, "no filter is saved");
  grid_release(&g);
  buf_release(&out);
  setting_rows_free(rows, n);
  return 0;
}

static int
save(struct call *c, struct err *e)
{
  const char *name = c->args[0], *query = c->args[1];
  struct filter *f;

  if (names_check("a filter", name, e) < 0)
    return -1;
  if (name[strcspn(name, NAME_ENDS)])
    return err_set(e, ERR_INPUT, "the name of a filter is one word without quotes, parentheses or : < > = , @ /");
  f = filter_parse(project_corpus(c->project), query, names_provider(c), e);
  if (!f)
    return -1;
  filter_free(f);
  if (project_set_setting(c->project, setting_of(c, name), query, e) < 0)
    return -1;
  print_line(c, c->json ? "{\"saved\":1}" : "saved; @%s stands for it in any filter", name);
  return 0;
}

static int
show(struct call *c, struct err *e)
{
  char *query = project_setting(c->project, setting_of(c, c->args[0]));
  struct buf out = BUF_INIT;

  if (!query)
    return unknown(c, c->args[0], e);
  if (c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "name", c->args[0]);
    json_add_field(&out, "filter", query);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    print_line(c, "%s", query);
  }
  buf_release(&out);
  free(query);
  return 0;
}

static int
rm(struct call *c, struct err *e)
{
  int r = setting_store_remove(c->project, setting_of(c, c->args[0]), e);

  if (r < 0)
    return -1;
  if (r == 0)
    return unknown(c, c->args[0], e);
  print_line(c, c->json ? "{\"removed\":1}" : "removed");
  return 0;
}

static const struct command_verb verbs[] = {
  {.name = "list", .run = list, .arguments = "", .summary = "the saved filters"},
  {.name = "save", .run = save, .arguments = "NAME QUERY",
   .summary = "keeps a filter, in the place of one of that name", .flags = COMMAND_WRITES},
  {.name = "show", .run = show, .arguments = "NAME", .summary = "what it asks"},
  {.name = "rm", .run = rm, .arguments = "NAME", .summary = "forgets it", .flags = COMMAND_WRITES},
  {.name = NULL},
};

static const struct option options[] = {{.name = NULL}};

static const struct command_example examples[] = {
  {"retort filter tickets.retort save short 'words<5 not status:rejected'", "keeps a filter under a name"},
  {"retort filter tickets.retort list", "all that are kept"},
  {NULL, NULL},
};

const struct command command_filter = {
  .name = "filter", .arguments = "PROJECT", .summary = "filters kept under a name",
  .text =
    "A saved filter stays in the project. In any filter @NAME stands for it, in parentheses as it were: "
    "'@short label:billing'. It is read anew each time, so that a filter that others are made of can be changed in "
    "one place.\n\nJSON: {\"filters\": [{\"name\", \"filter\"}]} of list, {\"name\", \"filter\"} of show.",
  .options = options, .verbs = verbs, .examples = examples, .flags = COMMAND_PROJECT | COMMAND_JSON,
};
