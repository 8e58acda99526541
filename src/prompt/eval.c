/* Expressions: a node becomes a value. */
#include <stdlib.h>
#include <string.h>

#include "prompt/jinja.h"
#include "prompt/run.h"

#define VALUE_DEPTH 100   /* most levels of lists and dicts in one value */
#define RUN_DEPTH 1000    /* C recursion of eval and render together, with recursive loops */

static int
eval_list(struct run *r, const struct node *n, struct value *out)
{
  struct value x;

  *out = n->kind == NODE_LIST ? value_list(&r->arena) : value_tuple(&r->arena);
  for (size_t i = 0; i < n->n; i++) {
    if (eval(r, n->v[i], &x) < 0)
      return -1;
    value_push(&r->arena, *out, x);
  }
  return run_charge(r, n->n);
}

static int
eval_dict(struct run *r, const struct node *n, struct value *out)
{
  struct value key, x;

  *out = value_dict(&r->arena);
  for (size_t i = 0; i < n->n; i += 2) {
    if (eval(r, n->v[i], &key) < 0 || run_need(r, key) < 0 || eval(r, n->v[i + 1], &x) < 0)
      return -1;
    r->at = n->v[i]->at;
    if (!value_hashable(key))
      return run_fail(r, "'%s' cannot be a key of a dict", value_type_name(key));
    value_put(&r->arena, *out, key, x);
    if (run_charge(r, 1 + i / 32) < 0)
      return -1;
  }
  return 0;
}

static int
eval_concat(struct run *r, const struct node *n, struct value *out)
{
  struct buf b = run_buf();
  struct value x;

  for (size_t i = 0; i < n->n; i++) {
    if (eval(r, n->v[i], &x) < 0 || run_text(r, x, &x) < 0) {
      buf_release(&b);
      return -1;
    }
    buf_add(&b, x.string.s, x.string.n);
  }
  return run_string(r, &b, out);
}

/* a < b < c: each operand once, and no further after the first false one. */
static int
eval_compare(struct run *r, const struct node *n, struct value *out)
{
  struct value x, y;
  bool truth = true;

  if (eval(r, n->a, &x) < 0)
    return -1;
  for (size_t i = 0; i < n->n && truth; i++) {
    if (eval(r, n->v[i], &y) < 0)
      return -1;
    r->at = n->at;
    if (operate_compare(r, n->ops[i], x, y, &truth) < 0)
      return -1;
    x = y;
  }
  *out = value_bool(truth);
  return 0;
}

/* and, or: the value that decides. */
static int
eval_logic(struct run *r, const struct node *n, struct value *out)
{
  bool truth;

  if (eval(r, n->a, out) < 0 || run_truth(r, *out, &truth) < 0)
    return -1;
  return truth == (n->kind == NODE_AND) ? eval(r, n->b, out) : 0;
}

static int
eval_not(struct run *r, const struct node *n, struct value *out)
{
  struct value x;
  bool truth;

  if (eval(r, n->a, &x) < 0 || run_truth(r, x, &truth) < 0)
    return -1;
  *out = value_bool(!truth);
  return 0;
}

static int
eval_choice(struct run *r, const struct node *n, struct value *out)
{
  struct value x;
  bool truth;

  if (eval(r, n->b, &x) < 0 || run_truth(r, x, &truth) < 0)
    return -1;
  if (truth)
    return eval(r, n->a, out);
  if (n->c)
    return eval(r, n->c, out);
  *out = value_undefined(NULL, n->at);
  return 0;
}

static int
eval_slice(struct run *r, const struct node *n, struct value *out)
{
  struct value x, part[3];

  if (eval(r, n->a, &x) < 0)
    return -1;
  for (int i = 0; i < 3; i++) {
    part[i] = value_none();
    if (n->v[i] && eval(r, n->v[i], &part[i]) < 0)
      return -1;
  }
  r->at = n->at;
  return access_slice(r, x, part, out);
}

static int
eval_item(struct run *r, const struct node *n, struct value *out)
{
  struct value x, key;

  if (eval(r, n->a, &x) < 0 || eval(r, n->b, &key) < 0)
    return -1;
  r->at = n->at;
  return access_item(r, x, key, out);
}

static int
eval_member(struct run *r, const struct node *n, struct value *out)
{
  struct value x;

  if (eval(r, n->a, &x) < 0)
    return -1;
  r->at = n->at;
  return access_member(r, x, n->value.string.s, n->value.string.n, out);
}

/* Calls, filters and tests: what they are called on, then the arguments, then the call. */
static int
eval_call(struct run *r, const struct node *n, struct value *out)
{
  struct value few[8], *v = few, self;
  int result = -1;

  if (n->n > N_OF(few))
    v = arena_alloc(&r->arena, n->n * sizeof *v);
  if (eval(r, n->a, &self) < 0)
    return -1;
  for (size_t i = 0; i < n->n; i++)
    if (eval(r, n->v[i], &v[i]) < 0)
      return -1;
  r->at = n->at;
  if (n->kind == NODE_CALL)
    result = render_call(r, self, v, n->n, n->keywords, n->n_keywords, out);
  else
    result = builtin_call(r, n->row, self, v, n->n, n->keywords, n->n_keywords, out);
  r->at = n->at;
  return result;
}

static int
eval_binary(struct run *r, const struct node *n, struct value *out)
{
  struct value x, y;

  if (eval(r, n->a, &x) < 0 || eval(r, n->b, &y) < 0)
    return -1;
  r->at = n->at;
  return operate(r, n->op, x, y, out);
}

static int
eval_sign(struct run *r, const struct node *n, struct value *out)
{
  struct value x;

  if (eval(r, n->a, &x) < 0)
    return -1;
  r->at = n->at;
  if (n->kind == NODE_NEGATE)
    return operate_negate(r, x, out);
  if (run_need(r, x) < 0)
    return -1;
  if (!value_is_number(x))
    return run_fail(r, "'+' does not work on '%s'", value_type_name(x));
  *out = x.kind == VALUE_BOOL ? value_int(x.boolean) : x;
  return 0;
}

static int
eval_name(struct run *r, const struct node *n, struct value *out)
{
  r->at = n->at;
  *out = run_name(r, n->value.string.s, n->value.string.n);
  return 0;
}

static int
eval_const(struct run *r, const struct node *n, struct value *out)
{
  *out = n->kind == NODE_CONST ? n->value : r->body_text;
  (void)r;
  return 0;
}

static int (*const evaluators[])(struct run *r, const struct node *n, struct value *out) = {
  [NODE_CONST] = eval_const, [NODE_BODY_TEXT] = eval_const, [NODE_NAME] = eval_name, [NODE_LIST] = eval_list,
  [NODE_TUPLE] = eval_list, [NODE_DICT] = eval_dict, [NODE_NOT] = eval_not, [NODE_NEGATE] = eval_sign,
  [NODE_PLUS] = eval_sign, [NODE_AND] = eval_logic, [NODE_OR] = eval_logic, [NODE_BINARY] = eval_binary,
  [NODE_CONCAT] = eval_concat, [NODE_COMPARE] = eval_compare, [NODE_CHOICE] = eval_choice, [NODE_MEMBER] = eval_member,
  [NODE_ITEM] = eval_item, [NODE_SLICE] = eval_slice, [NODE_CALL] = eval_call, [NODE_FILTER] = eval_call,
  [NODE_TEST] = eval_call,
};

int
eval(struct run *r, const struct node *n, struct value *out)
{
  int result;

  r->at = n->at;
  if (++r->depth > RUN_DEPTH)
    return run_fail(r, "nested too deeply (a recursive loop without end?)");
  ensure(n->kind < N_OF(evaluators) && evaluators[n->kind]);
  result = run_charge(r, 1) < 0 ? -1 : evaluators[n->kind](r, n, out);
  r->depth--;
  if (result == 0 && value_depth(*out) > VALUE_DEPTH)
    return run_fail(r, "lists and dicts nested too deeply (more than %d levels)", VALUE_DEPTH);
  return result;
}
