#include "corpus/replace.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define MATCH_LIMIT 200000u             /* steps of PCRE2 on one place of a text */
#define HEAP_LIMIT 8192u                /* KiB */
#define PATTERN_MAX 4000u               /* bytes */
#define REPLACEMENT_MAX 65536u

const char *const replaced_names[N_REPLACED] = {"same", "changed", "empty", "too_long", "too_hard"};

struct replacer {
  pcre2_code *code;
  pcre2_match_data *match;
  pcre2_match_context *context;
  char *with;                          /* the replacement, n bytes */
  size_t n_with;
  uint32_t options;                    /* of pcre2_substitute */
  struct {
    char *s;
    size_t cap;
  } texts[2];                          /* of a pair: what they would be */
};

static int
bad(struct err *e, const char *where, int code, size_t at)
{
  PCRE2_UCHAR message[200] = "";

  pcre2_get_error_message(code, message, sizeof message);
  if (at == SIZE_MAX)
    return err_set(e, ERR_INPUT, "%s: %s", where, (const char *)message);
  return err_set(e, ERR_INPUT, "%s, at byte %zu: %s", where, at + 1, (const char *)message);
}

static pcre2_code *
compile(const char *find, size_t n, unsigned flags, int *code, size_t *where)
{
  uint32_t options = PCRE2_UTF;

  options |= flags & REPLACE_LITERAL ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  if (flags & REPLACE_IGNORE_CASE)
    options |= PCRE2_CASELESS;
  return pcre2_compile((PCRE2_SPTR)find, n, options, code, where, NULL);
}

/* A replacement is read only where something matched. So that a mistake in it is told even if nothing does, it is tried
 * once on the pattern made optional, which matches an empty text and has the same groups. A pattern that cannot be
 * wrapped is not tried. */
static int
try_replacement(const struct replacer *r, const char *find, struct err *e)
{
  struct buf wrapped = BUF_INIT;
  PCRE2_UCHAR out[16];
  size_t where, n = sizeof out;
  pcre2_code *code;
  int rc = 0;

  buf_addf(&wrapped, "(?:%s\n)?", find);
  code = compile(buf_str(&wrapped), wrapped.n, 0, &rc, &where);
  buf_release(&wrapped);
  if (!code)
    return 0;
  rc = pcre2_substitute(code, (PCRE2_SPTR)"", 0, 0, r->options & ~(uint32_t)PCRE2_SUBSTITUTE_MATCHED, NULL, r->context,
                        (PCRE2_SPTR)r->with, r->n_with, out, &n);
  pcre2_code_free(code);
  return rc >= 0 || rc == PCRE2_ERROR_NOMEMORY ? 0 : bad(e, "in the replacement", rc, n == PCRE2_UNSET ? SIZE_MAX : n);
}

static int
check_words(const char *find, const char *replace, struct err *e)
{
  size_t n = strlen(find), m = strlen(replace), at;

  if (!n)
    return err_set(e, ERR_INPUT, "nothing to look for: the pattern is empty");
  if (n > PATTERN_MAX)
    return err_set(e, ERR_INPUT, "the pattern is too long (at most %u bytes)", PATTERN_MAX);
  if (m > REPLACEMENT_MAX)
    return err_set(e, ERR_INPUT, "the replacement is too long (at most %u bytes)", REPLACEMENT_MAX);
  if (!utf8_valid(find, n, &at) || !utf8_valid(replace, m, &at))
    return err_set(e, ERR_INPUT, "the pattern or the replacement is not UTF-8");
  return 0;
}

struct replacer *
replacer_new(const char *find, const char *replace, unsigned flags, struct err *e)
{
  struct replacer *r;
  size_t where;
  int code;

  if (check_words(find, replace, e))
    return NULL;
  r = xcalloc(1, sizeof *r);
  r->with = xstrdup(replace);
  r->n_with = strlen(replace);
  r->options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH | PCRE2_SUBSTITUTE_MATCHED |
               (flags & REPLACE_LITERAL ? PCRE2_SUBSTITUTE_LITERAL
                                        : PCRE2_SUBSTITUTE_EXTENDED | PCRE2_SUBSTITUTE_UNSET_EMPTY);
  r->context = pcre2_match_context_create(NULL);
  ensure(r->context);
  pcre2_set_match_limit(r->context, MATCH_LIMIT);
  pcre2_set_heap_limit(r->context, HEAP_LIMIT);
  r->code = compile(find, strlen(find), flags, &code, &where);
  if (!r->code) {
    bad(e, "in the regular expression", code, where);
    replacer_free(r);
    return NULL;
  }
  pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);  /* where there is none, the interpreter does it */
  r->match = pcre2_match_data_create_from_pattern(r->code, NULL);
  ensure(r->match);
  if (!(flags & REPLACE_LITERAL) && try_replacement(r, find, e)) {
    replacer_free(r);
    return NULL;
  }
  return r;
}

void
replacer_free(struct replacer *r)
{
  if (!r)
    return;
  pcre2_code_free(r->code);
  pcre2_match_data_free(r->match);
  pcre2_match_context_free(r->context);
  free(r->with);
  free(r->texts[0].s);
  free(r->texts[1].s);
  free(r);
}

/* Replaces in one text of which the first match is known; once more where the room was too small. */
static int
substitute(struct replacer *r, int which, const char *s, size_t n, size_t *n_out)
{
  int rc = PCRE2_ERROR_NOMEMORY;
  size_t room = n + r->n_with + 64;

  for (int i = 0; i < 2 && rc == PCRE2_ERROR_NOMEMORY && room <= SAMPLE_TEXT_MAX + 1; i++) {
    if (room > r->texts[which].cap) {
      r->texts[which].cap = room;
      r->texts[which].s = xrealloc(r->texts[which].s, room);
    }
    room = r->texts[which].cap;
    rc = pcre2_substitute(r->code, (PCRE2_SPTR)s, n, 0, r->options, r->match, r->context, (PCRE2_SPTR)r->with,
                          r->n_with, (PCRE2_UCHAR *)r->texts[which].s, &room);
    *n_out = room;
  }
  return rc;
}

static bool
is_blank(const char *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!strchr(" \t\r\n", s[i]))
      return false;
  return true;
}

static int
replace_in(struct replacer *r, int which, const char *s, size_t n, enum replaced *what, size_t *n_out, struct err *e)
{
  int rc = pcre2_match(r->code, (PCRE2_SPTR)s, n, 0, 0, r->match, r->context);

  *what = rc == PCRE2_ERROR_NOMATCH ? REPLACED_NOTHING : REPLACED_HARD;
  if (rc < 0)
    return 0;
  rc = substitute(r, which, s, n, n_out);
  if (rc == PCRE2_ERROR_NOMEMORY)
    *what = REPLACED_LONG;
  else if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
           rc == PCRE2_ERROR_JIT_STACKLIMIT)
    *what = REPLACED_HARD;
  else if (rc < 0)
    return bad(e, "in the replacement", rc, SIZE_MAX);
  else if (*n_out > SAMPLE_TEXT_MAX)
    *what = REPLACED_LONG;
  else if (*n_out == n && !memcmp(s, r->texts[which].s, n))
    *what = REPLACED_NOTHING;
  else
    *what = is_blank(r->texts[which].s, *n_out) || memchr(r->texts[which].s, '\0', *n_out) ? REPLACED_EMPTY
                                                                                           : REPLACED_TEXT;
  return 0;
}

int
replacer_sample(struct replacer *r, const struct sample *s, enum replaced *what, struct replacement *out,
                struct err *e)
{
  enum replaced second = REPLACED_NOTHING;
  size_t n = 0, n2 = 0;

  *out = (struct replacement){.text = NULL};
  if (replace_in(r, 0, s->text, s->n_text, what, &n, e) ||
      (s->text2 && *what <= REPLACED_TEXT && replace_in(r, 1, s->text2, s->n_text2, &second, &n2, e)))
    return -1;
  if (*what == REPLACED_TEXT)
    *out = (struct replacement){.text = r->texts[0].s, .n_text = n};
  if (second == REPLACED_TEXT) {
    out->text2 = r->texts[1].s;
    out->n_text2 = n2;
  }
  if (second > *what)
    *what = second;
  if (*what > REPLACED_TEXT)
    *out = (struct replacement){.text = NULL};
  return 0;
}
