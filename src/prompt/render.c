/* Statements: a node becomes text. */
#include <string.h>

#include "prompt/jinja.h"
#include "prompt/run.h"

/* In the arena, because a recursive loop that is kept in a namespace remembers its own. */
static struct frame *
push_frame(struct run *r)
{
  struct frame *f = arena_alloc(&r->arena, sizeof *f);

  f->up = r->frame;
  f->names = value_dict(&r->arena);
  r->frame = f;
  return f;
}

static void
clear_frame(struct frame *f)
{
  f->names.dict->n = 0;
  f->names.dict->depth = 0;
}

static void
pop_frame(struct run *r)
{
  r->frame = r->frame->up;
}

static int
emit(struct run *r, const char *s, size_t n)
{
  if (buf_add(r->out, s, n) < 0)
    return run_fail(r, "the text grows too long (more than %zu MiB)", JINJA_OUTPUT_BYTES >> 20);
  return run_charge(r, n / 64);
}

static int
render_print(struct run *r, const struct node *n)
{
  struct value x;

  if (eval(r, n->a, &x) < 0)
    return -1;
  r->at = n->a->at;
  if (x.kind == VALUE_UNDEFINED && !x.undefined.message)
    return 0;
  return run_text(r, x, &x) < 0 ? -1 : emit(r, x.string.s, x.string.n);
}

static int
render_if(struct run *r, const struct node *n)
{
  struct value x;
  bool truth;

  for (size_t i = 0; i + 1 < n->n; i += 2) {
    if (eval(r, n->v[i], &x) < 0 || run_truth(r, x, &truth) < 0)
      return -1;
    if (truth)
      return render(r, n->v[i + 1]);
  }
  return n->v[n->n - 1] ? render(r, n->v[n->n - 1]) : 0;
}

static int
assign(struct run *r, const struct node *target, struct value x)
{
  struct value_list *items;
  struct value ns;

  if (target->kind == NODE_NAME) {
    value_put(&r->arena, r->frame->names, target->value, x);
    return run_charge(r, 1);
  }
  if (target->kind == NODE_NS_TARGET) {
    r->at = target->at;
    ns = run_name(r, target->value.string.s, target->value.string.n);
    if (run_need(r, ns) < 0)
      return -1;
    if (ns.kind != VALUE_NAMESPACE)
      return run_fail(r, "only a namespace() has members that can be set, not '%s'", value_type_name(ns));
    value_put(&r->arena, ns, target->b->value, x);
    return run_charge(r, 1);
  }
  r->at = target->at;
  if (run_items(r, x, &items) < 0)
    return -1;
  if (items->n != target->n)
    return run_fail(r, "%zu names for %zu values", target->n, items->n);
  for (size_t i = 0; i < target->n; i++)
    if (assign(r, target->v[i], items->v[i]) < 0)
      return -1;
  return 0;
}

static int
render_set(struct run *r, const struct node *n)
{
  struct value x;

  return eval(r, n->b, &x) < 0 ? -1 : assign(r, n->a, x);
}

/* The text of a body as a value, with names of its own. */
static int
capture(struct run *r, const struct node *body, struct value *text)
{
  struct buf b = run_buf(), *out = r->out;
  int result;

  push_frame(r);
  r->out = &b;
  result = render(r, body);
  r->out = out;
  pop_frame(r);
  if (result < 0) {
    buf_release(&b);
    return -1;
  }
  return run_string(r, &b, text);
}

static int
filtered(struct run *r, const struct node *n, struct value *text)
{
  struct value outer = r->body_text;
  int result;

  if (capture(r, n->c, text) < 0)
    return -1;
  r->body_text = *text;
  result = eval(r, n->b, text);
  r->body_text = outer;
  return result;
}

static int
render_set_block(struct run *r, const struct node *n)
{
  struct value x;

  return filtered(r, n, &x) < 0 ? -1 : assign(r, n->a, x);
}

static int
render_filter_block(struct run *r, const struct node *n)
{
  struct value x;

  if (filtered(r, n, &x) < 0 || run_text(r, x, &x) < 0)
    return -1;
  return emit(r, x.string.s, x.string.n);
}

/* The values are taken in the outer scope, all of them before the first name is set. */
static int
render_with(struct run *r, const struct node *n)
{
  struct value *x = arena_alloc(&r->arena, (n->n / 2 + 1) * sizeof *x);
  int result = 0;

  for (size_t i = 0; i < n->n; i += 2)
    if (eval(r, n->v[i + 1], &x[i / 2]) < 0)
      return -1;
  push_frame(r);
  for (size_t i = 0; i < n->n && result == 0; i += 2)
    result = assign(r, n->v[i], x[i / 2]);
  if (result == 0)
    result = render(r, n->c);
  pop_frame(r);
  return result;
}

/* The items that the loop's own condition leaves. */
static int
keep_items(struct run *r, const struct node *n, struct value_list **items)
{
  struct value kept = value_list(&r->arena), x;
  struct frame *f = push_frame(r);
  bool truth;

  for (size_t i = 0; i < (*items)->n; i++) {
    clear_frame(f);
    if (assign(r, n->a, (*items)->v[i]) < 0 || eval(r, n->v[1], &x) < 0 || run_truth(r, x, &truth) < 0)
      return -1;
    if (truth)
      value_push(&r->arena, kept, (*items)->v[i]);
  }
  pop_frame(r);
  *items = kept.list;
  return 0;
}

static int
render_rounds(struct run *r, const struct node *n, struct loop *l)
{
  struct frame *f = push_frame(r);

  for (; l->index0 < l->items->n; l->index0++) {
    clear_frame(f);
    value_put(&r->arena, f->names, value_ref("loop", 4), (struct value){.kind = VALUE_LOOP, .loop = l});
    if (assign(r, n->a, l->items->v[l->index0]) < 0 || render(r, n->c) < 0)
      return -1;
  }
  pop_frame(r);
  return 0;
}

int
render_loop(struct run *r, const struct node *n, struct value iterable, int depth0)
{
  struct loop *l = arena_alloc(&r->arena, sizeof *l);

  if (run_items(r, iterable, &l->items) < 0 || (n->v[1] && keep_items(r, n, &l->items) < 0))
    return -1;
  l->node = n;
  l->outer = r->frame;
  l->depth0 = depth0;
  l->changed = value_undefined(NULL, 0);
  if (l->items->n == 0 && n->v[0]) {
    push_frame(r);
    if (render(r, n->v[0]) < 0)
      return -1;
    pop_frame(r);
  }
  return render_rounds(r, n, l);
}

static int
render_for(struct run *r, const struct node *n)
{
  struct value x;

  if (eval(r, n->b, &x) < 0)
    return -1;
  r->at = n->b->at;
  return render_loop(r, n, x, 0);
}

/* loop(items) in a recursive loop: its text. */
static int
recurse(struct run *r, const struct loop *l, struct value iterable, struct value *out)
{
  struct buf b = run_buf(), *outer = r->out;
  struct frame *frame = r->frame;
  int result;

  if (!l->node->flag)
    return run_fail(r, "only a loop marked 'recursive' can be called");
  r->out = &b;
  r->frame = l->outer;
  result = render_loop(r, l->node, iterable, l->depth0 + 1);
  r->frame = frame;
  r->out = outer;
  if (result < 0) {
    buf_release(&b);
    return -1;
  }
  return run_string(r, &b, out);
}

int
render_call(struct run *r, struct value callee, const struct value *v, size_t n, const char *const *names,
            size_t n_names,
            struct value *out)
{
  if (run_need(r, callee) < 0)
    return -1;
  if (callee.kind == VALUE_LOOP) {
    if (n != 1 || n_names)
      return run_fail(r, "loop() takes one argument, what to go through");
    return recurse(r, callee.loop, v[0], out);
  }
  if (callee.kind != VALUE_CALLABLE)
    return run_fail(r, "'%s' cannot be called", value_type_name(callee));
  return builtin_call(r, callee.callable->row, callee.callable->self, v, n, names, n_names, out);
}

static int
render_body(struct run *r, const struct node *n)
{
  for (size_t i = 0; i < n->n; i++)
    if (render(r, n->v[i]) < 0)
      return -1;
  return 0;
}

static int
render_data(struct run *r, const struct node *n)
{
  return emit(r, n->value.string.s, n->value.string.n);
}

static int (*const renderers[])(struct run *r, const struct node *n) = {
  [NODE_BODY] = render_body, [NODE_DATA] = render_data, [NODE_PRINT] = render_print, [NODE_IF] = render_if,
  [NODE_FOR] = render_for, [NODE_SET] = render_set, [NODE_SET_BLOCK] = render_set_block, [NODE_WITH] = render_with,
  [NODE_FILTER_BLOCK] = render_filter_block,
};

int
render(struct run *r, const struct node *n)
{
  int result;

  r->at = n->at;
  ensure(n->kind < N_OF(renderers) && renderers[n->kind]);
  r->depth++;
  result = run_charge(r, 1) < 0 ? -1 : renderers[n->kind](r, n);
  r->depth--;
  return result;
}
