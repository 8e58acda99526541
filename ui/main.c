/* main: a command, or the workbench. */
#include <locale.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "command/command.h"
#include "ui/keymap.h"
#include "ui/view.h"
#include "ui/workbench.h"

struct keys {
  struct command_key *v;
  size_t n, cap;
};

static void
add_keys(struct keys *k, const char *view, const struct binding *b)
{
  for (; b && b->keys; b++) {
    GROW(k->v, k->cap, k->n + 1);
    k->v[k->n++] = (struct command_key){view, b->keys, b->help};
  }
}

int
main(int argc, char **argv)
{
  struct keys keys = {0};
  int status;

  log_open();
  setlocale(LC_CTYPE, "C.UTF-8");
  add_keys(&keys, "Everywhere", keymap_everywhere);
  for (int i = 0; i < VIEW_COUNT; i++)
    add_keys(&keys, view_rows[i]->name, view_rows[i]->bindings);
  for (size_t i = 0; over_rows[i]; i++)
    add_keys(&keys, over_rows[i]->name, over_rows[i]->bindings);
  command_set_keys(keys.v, keys.n);
  status = command_main(argc, argv, workbench_main);
  free(keys.v);
  return status;
}
