#include "corpus/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "corpus/literal.h"

#define MATCH_LIMIT 200000u             /* steps of PCRE2 on one text */
#define HEAP_LIMIT 8192u                /* KiB */
#define STACK_FIRST ((size_t)32 << 10)
#define STACK_MAX ((size_t)1 << 20)     /* of the JIT */

struct regex {
  pcre2_code *code;
  bool jit;
  struct needle needles[LITERAL_MAX];
  size_t n_needles;
};
struct regex_room {
  pcre2_match_context *context;
  pcre2_match_data *match;
  pcre2_jit_stack *stack;
};

static void
find_needles(struct regex *r, const char *pattern, size_t n, bool caseless)
{
  struct literals l;

  literals_init(&l, pattern, n, caseless);
  for (; r->n_needles < l.n; r->n_needles++)
    if (caseless)
      needle_init(&r->needles[r->n_needles], l.of[r->n_needles].s, l.of[r->n_needles].n);
    else
      needle_init_exact(&r->needles[r->n_needles], l.of[r->n_needles].s, l.of[r->n_needles].n);
  literals_release(&l);
}

struct regex *
regex_new(const char *pattern, size_t n, bool caseless, size_t *where, char *message, size_t size)
{
  /* A damaged project may hold texts that are not UTF-8: they match where they can, and do no harm. */
  uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  struct regex *r = xcalloc(1, sizeof *r);
  int code;

  r->code = pcre2_compile((PCRE2_SPTR)pattern, n, options | (caseless ? PCRE2_CASELESS : 0), &code, where, NULL);
  if (!r->code) {
    pcre2_get_error_message(code, (PCRE2_UCHAR *)message, size);
    free(r);
    return NULL;
  }
  r->jit = pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0;  /* where there is none, the interpreter does it */
  find_needles(r, pattern, n, caseless);
  return r;
}

const struct needle *
regex_needles(const struct regex *r, size_t *n)
{
  *n = r->n_needles;
  return r->needles;
}

void
regex_free(struct regex *r)
{
  if (!r)
    return;
  pcre2_code_free(r->code);
  for (size_t i = 0; i < r->n_needles; i++)
    needle_release(&r->needles[i]);
  free(r);
}

struct regex_room *
regex_room_new(void)
{
  struct regex_room *room = xcalloc(1, sizeof *room);

  room->context = pcre2_match_context_create(NULL);
  room->match = pcre2_match_data_create(1, NULL);
  room->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MAX, NULL);
  ensure(room->context && room->match);
  pcre2_set_match_limit(room->context, MATCH_LIMIT);
  pcre2_set_heap_limit(room->context, HEAP_LIMIT);
  if (room->stack)
    pcre2_jit_stack_assign(room->context, NULL, room->stack);
  return room;
}

void
regex_room_free(struct regex_room *room)
{
  if (!room)
    return;
  pcre2_match_data_free(room->match);
  pcre2_match_context_free(room->context);
  pcre2_jit_stack_free(room->stack);
  free(room);
}

bool
regex_in(const struct regex *r, struct regex_room *room, const char *text, size_t n)
{
  if (r->jit)
    return pcre2_jit_match(r->code, (PCRE2_SPTR)text, n, 0, 0, room->match, room->context) >= 0;
  return pcre2_match(r->code, (PCRE2_SPTR)text, n, 0, 0, room->match, room->context) >= 0;
}
