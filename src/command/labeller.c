#include "command/labeller.h"

#include "base/json.h"
#include "command/learn.h"
#include "command/names.h"
#include "ship/ship.h"

static void
take_labels(struct labeller *p, struct call *c, const char *const *names)
{
  size_t n = p->info.task.n_classes;

  p->labels = arena_alloc(&c->arena, n * sizeof *p->labels);
  p->quoted = arena_alloc(&c->arena, n * sizeof *p->quoted);
  for (size_t i = 0; i < n; i++) {
    struct buf quoted = BUF_INIT;

    p->labels[i] = arena_strdup(&c->arena, names[i]);
    json_add_str(&quoted, names[i]);
    p->quoted[i] = arena_strdup(&c->arena, buf_str(&quoted));
    buf_release(&quoted);
  }
}

static int
open_run(struct labeller *p, struct call *c, const char *run, struct err *e)
{
  const struct labels *labels = corpus_labels(project_corpus(c->project));
  const char **names;
  struct run_row row;

  if (names_run(c, run, &row, e) < 0)
    return -1;
  p->student = learn_load(c, &row, e);
  if (p->student) {
    student_info(p->student, &p->info);
    names = arena_alloc(&c->arena, p->info.task.n_classes * sizeof *names);
    for (uint16_t i = 0; i < p->info.task.n_classes; i++)
      names[i] = label_name(labels, i);
    take_labels(p, c, names);
    p->run = arena_strdup(&c->arena, row.name);
  }
  run_row_release(&row);
  return p->student ? 0 : -1;
}

static int
open_file(struct labeller *p, struct call *c, const char *run, struct err *e)
{
  struct shipment s;

  if (run)
    return err_set(e, ERR_INPUT, "'%s' is a shipped student, so there is no --run", c->path);
  if (ship_read(c->path, &s, &c->arena, e) < 0)
    return -1;
  p->student = s.student;
  p->info = s.info;
  p->run = s.run;
  take_labels(p, c, s.labels);
  return 0;
}

int
labeller_open(struct labeller *p, struct call *c, const char *run, struct err *e)
{
  int r;

  *p = (struct labeller){0};
  if (c->project)
    return open_run(p, c, run, e);
  if (ship_is_model(c->path))
    return open_file(p, c, run, e);
  c->project = project_open(c->path, PROJECT_READ, e);
  if (!c->project)
    return -1;
  r = open_run(p, c, run, e);
  if (project_close(c->project, r == 0 ? e : NULL) < 0)
    r = -1;
  c->project = NULL;
  return r;
}

void
labeller_release(struct labeller *p)
{
  student_free(p->student);
  p->student = NULL;
}
