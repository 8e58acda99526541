#include "command/run.h"

#include "store/project.h"

static enum project_mode
mode_of(const struct call *c)
{
  unsigned flags = c->command->flags | (c->verb ? c->verb->flags : 0);

  return flags & COMMAND_WRITES ? PROJECT_WRITE : flags & COMMAND_MAY_WRITE ? PROJECT_ANY : PROJECT_READ;
}

static int
show_help(struct call *c, struct err *e)
{
  struct buf out = BUF_INIT;
  int r = command_help(c->command->name, 80, &out, e);

  fwrite(buf_str(&out), 1, out.n, c->out);
  buf_release(&out);
  return r;
}

static int
run_it(struct call *c, struct err *e)
{
  return (c->verb ? c->verb->run : c->command->run)(c, e);
}

int
run_call(struct call *c, struct err *e)
{
  int r;

  if (c->help)
    return show_help(c, e);
  if (!(c->command->flags & COMMAND_PROJECT) || ((c->command->flags & COMMAND_UNOPENED) && !c->workbench))
    return run_it(c, e);
  if (c->workbench) {
    if (mode_of(c) == PROJECT_WRITE && project_read_only(c->project))
      return err_set(e, ERR_INPUT, "'%s' needs to write, but '%s' can only be read", c->command->name,
                     project_path(c->project));
    return run_it(c, e);
  }
  c->project = project_open(c->path, mode_of(c), e);
  if (!c->project)
    return -1;
  r = run_it(c, e);
  if (project_close(c->project, r == 0 ? e : NULL) < 0)
    r = -1;
  c->project = NULL;
  return r;
}
