#include "command/propose.h"

#include <string.h>

#include "command/diff.h"
#include "command/names.h"
#include "command/print.h"
#include "generate/propose.h"

/* version: of the template as it stands now. */
static void
print_proposal_json(struct call *c, const struct proposal *x, uint32_t version)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field(&out, "name", x->template.name);
  json_add_field_int(&out, "version", version);
  json_add_key(&out, "attributes");
  buf_addc(&out, '[');
  for (size_t i = 0; i < x->n; i++) {
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "name", x->attributes[i].name);
    json_add_key(&out, "values");
    buf_addc(&out, '[');
    for (size_t v = 0; v < x->attributes[i].n; v++) {
      json_add_comma(&out);
      json_add_str(&out, x->attributes[i].values[v]);
    }
    buf_adds(&out, "]}");
  }
  buf_addc(&out, ']');
  json_add_field(&out, "unused", x->unused);
  json_add_field(&out, "source", x->source);
  json_add_field_bool(&out, "cached", x->cached);
  json_add_field_int(&out, "job", x->job_id);
  json_add_key(&out, "tokens");
  buf_addf(&out, "{\"in\":%llu,\"out\":%llu}", (unsigned long long)x->tokens_in, (unsigned long long)x->tokens_out);
  json_add_field_number(&out, "cost_usd", x->cost_usd);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

/* The changed lines, and what the person has to do about them. */
static void
print_proposal(struct call *c, const struct proposal *x, uint32_t version)
{
  struct buf out = BUF_INIT;

  buf_addf(&out, "--- %s v%u\n+++ %s %s\n", x->template.name, x->template.version, x->template.name,
           version > x->template.version ? "with what is proposed" : "as it would be");
  diff_lines(x->template.source, x->source, &out);
  fwrite(out.s, 1, out.n, c->out);
  buf_clear(&out);
  print_usd(&out, x->cost_usd);
  print_line(c, "%zu attributes, %llu tokens in, %llu out, %s%s", x->n, (unsigned long long)x->tokens_in,
             (unsigned long long)x->tokens_out, buf_str(&out), x->cached ? " (answered before, not asked again)" : "");
  if (version > x->template.version)
    print_line(c, "%s is now version %u (version %u is as it was)", x->template.name, version, x->template.version);
  if (*x->unused)
    print_line(c, "the prompt does not mention %s yet: put {{ name }} where each belongs, or prompts will not differ",
               x->unused);
  buf_release(&out);
}

int
template_propose(struct call *c, struct err *e)
{
  struct template_row row = {0}, newer = {0};
  struct teacher_row teacher = {0};
  struct proposal x = {0};
  struct propose_options o = {.n_attributes = (size_t)call_number(c, "attributes"),
                              .n_values = (size_t)call_number(c, "values"), .stop = c->stop};
  int r = -1;

  if (names_template(c, c->n_args ? c->args[0] : NULL, &row, e) == 0 &&
      names_teacher(c, call_text(c, "teacher"), &teacher, e) == 0) {
    o.template_name = row.name;
    o.template_version = row.version;
    o.teacher = teacher.name;
    progress_begin(&c->progress, "asking the teacher", "requests", 1);
    r = propose(c->project, &o, &x, e);
    progress_end(&c->progress);
    if (r == 0 && !call_flag(c, "dry-run"))
      r = template_store_put(c->project, row.name, x.source, &newer, e);
    if (r == 0 && c->json)
      print_proposal_json(c, &x, newer.version ? newer.version : row.version);
    else if (r == 0)
      print_proposal(c, &x, newer.version ? newer.version : row.version);
    proposal_release(&x);
  }
  template_row_release(&row);
  template_row_release(&newer);
  teacher_row_release(&teacher);
  return r;
}
