/* Command lines that wait for the disk or look at many samples: run on a thread of their own. */
#include <stdlib.h>

#include "base/mem.h"
#include "command/command.h"
#include "ui/state.h"
#include "ui/view-curate.h"

struct running {
  struct curate *v;
  struct project *project;
  char *line, *output;
  struct err e;
  int status;
  line_done_fn *done;
};

static void
running_work(void *arg)
{
  struct running *r = arg;
  struct command_environment env = {.project = r->project};
  size_t n;

  r->status = command_line(&env, r->line, &r->output, &n, &r->e);
}

static void
running_done(void *arg)
{
  struct running *r = arg;

  if (r->status)
    workbench_complain(r->v->w, &r->e);
  r->done(r->v, r->line, r->status, r->output ? r->output : "");
  free(r->output);
  free(r->line);
  free(r);
}

void
line_run(struct curate *v, const char *line, line_done_fn *done)
{
  const struct command *command = command_of_line(line, NULL);
  struct err e = {0};
  struct running *r;

  if (command && keep_forward(v->w, command->name, line, &e) < 0) {
    workbench_complain(v->w, &e);
    done(v, line, e.code, "");
    return;
  }
  r = xcalloc(1, sizeof *r);
  *r = (struct running){.v = v, .project = workbench_project(v->w), .line = xstrdup(line), .done = done};
  workbench_work(v->w, running_work, running_done, r);
}
