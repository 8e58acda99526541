#include "command/course_options.h"

#include <stdlib.h>
#include <string.h>

#include "command/students.h"
#include "store/run_live_store.h"

void
course_options_json(struct call *c, struct buf *out)
{
  static const char *const kept[] = {"pool", "teacher", "distill", "weigh", "vectors"};

  for (size_t i = 0; i < N_OF(kept); i++)
    if (call_given(c, kept[i])) {
      char *file = strcmp(kept[i], "vectors") == 0 ? realpath(call_text(c, "vectors"), NULL) : NULL;

      json_add_field(out, kept[i], file ? file : call_text(c, kept[i]));
      free(file);
    }
}

struct enrichment
course_enrichment(const struct json *said)
{
  return (struct enrichment){
    .pool = json_string(json_get(said, "pool")),
    .teacher = json_string(json_get(said, "teacher")),
    .distill = json_string(json_get(said, "distill")),
    .weigh = json_string(json_get(said, "weigh")),
  };
}

static int
on_preset(struct call *c, const struct student_kind **kind, double **values, struct err *e)
{
  const char *name = call_text(c, "preset");
  struct run_set set;
  int r = run_set_get(c->project, name, &set, e);

  if (r < 0)
    return -1;
  if (call_given(c, "student") && strcmp(set.student, call_text(c, "student")) != 0)
    r = err_set(e, ERR_INPUT, "preset '%s' is of the student '%s', not '%s'", name, set.student,
                call_text(c, "student"));
  *kind = r == 0 ? students_find(set.student, e) : NULL;
  r = *kind ? students_values_on(c, *kind, set.params, values, e) : -1;
  run_set_release(&set);
  return r;
}

int
course_student(struct call *c, const char *base_student, const char *base, const char *otherwise,
               const struct student_kind **kind, double **values, struct err *e)
{
  const char *student = call_given(c, "student") ? call_text(c, "student") : base_student ? base_student : otherwise;

  if (call_given(c, "preset"))
    return on_preset(c, kind, values, e);
  if (base_student && strcmp(student, base_student) != 0)
    return err_set(e, ERR_INPUT, "run '%s' is of the student '%s', not '%s'", call_text(c, "from"), base_student,
                   student);
  *kind = students_find(student, e);
  return *kind ? students_values_on(c, *kind, base, values, e) : -1;
}

void
course_say_left_out(struct call *c, const struct lesson *l)
{
  if (l->n_unlabelled)
    progress_note(&c->progress, "%zu samples without a label are left out", l->n_unlabelled);
  if (l->n_in_test)
    progress_note(&c->progress, "%zu training text%s left out: in the test split", l->n_in_test,
                  l->n_in_test == 1 ? "" : "s");
}
