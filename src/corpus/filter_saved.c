/* filter_saved.c: saved filters within a filter: @name. */
#include <string.h>

#include "base/nearest.h"
#include "corpus/filter_parser.h"

#define MAX_SAVED 1000u   /* put into one filter, so that two of each in the next come to an end */

static struct node *
unknown_saved(struct parser *p, const char *at, const char *name)
{
  struct nearest near = nearest_to(name);
  const char *known;

  for (size_t i = 0; p->provider && p->provider->saved_name; i++) {
    known = p->provider->saved_name(p->provider->arg, i);
    if (!known)
      break;
    nearest_try(&near, known);
  }
  if (near.best)
    return parser_mistake(p, at, "no saved filter '%.100s' (did you mean '@%s'?)", name, near.best);
  return parser_mistake(p, at, "no saved filter '%.100s' (to look for such a text, put it in quotes)", name);
}

/* A mistake within: "filter:8: in @mine, at 3: ..." */
static struct node *
mistake_within(struct parser *p, const char *at, const char *name, const struct err *inner)
{
  const char *message = inner->message;

  message += strncmp(message, "filter:", 7) ? 0 : 7;
  return parser_mistake(p, at, "in @%.100s, at %s", name, message);
}

static struct node *
read_saved(struct parser *p, const char *at, const char *name)
{
  const char *text = p->provider && p->provider->saved ? p->provider->saved(p->provider->arg, name) : NULL;
  struct parser_saved saved = {name, p->saved};
  struct parser inner = *p;
  struct err e = {0};
  struct node *node;

  if (!text)
    return unknown_saved(p, at, name);
  for (const struct parser_saved *by = p->saved; by; by = by->by)
    if (!strcmp(by->name, name))
      return parser_mistake(p, at, "the saved filter '%.100s' asks for itself", name);
  if (++p->filter->n_saved > MAX_SAVED)
    return parser_mistake(p, at, "too many saved filters within another (at most %u)", MAX_SAVED);
  inner.text = inner.at = text;
  inner.end = text + strlen(text);
  inner.saved = &saved;
  inner.e = &e;
  node = parser_all(&inner);
  return node ? node : mistake_within(p, at, name, &e);
}

struct node *
parser_saved_term(struct parser *p)
{
  struct buf b = {.max = 1000};
  const char *at = p->at++;
  struct node *node = NULL;

  if (parser_value(p, ":<>=\"@/", &b) == 0)
    node = b.n ? read_saved(p, at, b.s) : parser_mistake(p, at, "expected the name of a saved filter after '@'");
  buf_release(&b);
  return node;
}
