#include "command/teachers.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/io.h"
#include "base/json.h"
#include "base/utf8.h"
#include "command/names.h"
#include "command/rows.h"
#include "command/words.h"
#include "generate/recruit.h"
#include "teacher/profile.h"

static double
number_or_nan(const struct call *c, const char *option)
{
  return call_given(c, option) ? call_number(c, option) : NAN;
}

/* What the record keeps besides its columns (recruit.h). */
static void
add_settings(const struct call *c, const struct profile *profile, struct buf *out)
{
  static const char *const numbers[][2] = {
    {"temperature", "temperature"}, {"top-p", "top_p"}, {"seed", "seed"}, {"max-tokens", "max_tokens"}, {"rpm", "rpm"},
    {"tpm", "tpm"}, {"connect-timeout", "connect_timeout_s"}, {"first-byte-timeout", "first_byte_timeout_s"},
    {"timeout", "timeout_s"},
  };

  buf_addc(out, '{');
  if (profile)
    json_add_field(out, "profile", profile->name);
  if (call_given(c, "dialect"))
    json_add_field(out, "dialect", call_text(c, "dialect"));
  if (call_given(c, "api-version"))
    json_add_field(out, "api_version", call_text(c, "api-version"));
  for (size_t i = 0; i < N_OF(numbers); i++)
    if (call_given(c, numbers[i][0]))
      json_add_field_number(out, numbers[i][1], call_number(c, numbers[i][0]));
  if (call_flag(c, "no-schema"))
    json_add_field_bool(out, "schema", false);
  if (call_flag(c, "no-stream")) {
    json_add_key(out, "refused");
    buf_adds(out, "[\"stream\"]");
  }
  buf_addc(out, '}');
}

/* What a person says of the endpoint, else what its profile does. Where there is a profile, --key-env "" means none. */
static int
read_endpoint(const struct call *c, const struct profile *profile, struct teacher_row *row, struct err *e)
{
  const char *url = call_text(c, "url"), *model = call_text(c, "model"), *key_env = call_text(c, "key-env");
  bool free_of_charge = profile && profile->free && !url;

  if (profile) {
    url = url ? url : profile->url;
    model = model ? model : profile->model;
    key_env = key_env ? key_env : profile->key_env;
    if (!url)
      return err_set(e, ERR_INPUT, "the profile %s needs --url, since everybody has an own one (%s)", profile->name,
                     profile->note);
    if (!model)
      return err_set(e, ERR_INPUT, "the profile %s needs --model MODEL", profile->name);
  }
  row->url = (char *)(url ? url : "");
  row->model = (char *)(model ? model : "");
  row->key_env = (char *)(key_env ? key_env : "");
  row->price_in = free_of_charge && !call_given(c, "price-in") ? 0 : number_or_nan(c, "price-in");
  row->price_out = free_of_charge && !call_given(c, "price-out") ? 0 : number_or_nan(c, "price-out");
  row->concurrency = (uint32_t)call_number(c, "concurrency");
  return 0;
}

/* Long, with small letters and digits: some keys (gsk_..., 32 hex digits) could be names of variables otherwise. */
static bool
looks_like_key(const char *s)
{
  size_t n_digits = 0, n_small = 0;

  for (const char *c = s; *c; c++) {
    n_digits += isdigit((unsigned char)*c) != 0;
    n_small += islower((unsigned char)*c) != 0;
  }
  return strlen(s) >= 20 && n_digits >= 3 && n_small >= 3;
}

/* A name of an environment variable; a key itself would look otherwise, and must not get into the file. */
static int
check_key_env(const char *name, struct err *e)
{
  size_t n = name ? strlen(name) : 0;
  bool fits = n == 0 || !looks_like_key(name);

  for (size_t i = 0; i < n; i++)
    fits = fits && (isalnum((unsigned char)name[i]) || name[i] == '_') && !(i == 0 && isdigit((unsigned char)name[i]));
  return fits ? 0 : err_set(e, ERR_INPUT,
                            "option '--key-env' takes the name of an environment variable, not the key itself");
}

/* True if the query of a URL holds a key, as some endpoints would take it. */
static bool
query_has_key(const char *url)
{
  static const char *const names[] = {"key=", "api_key=", "api-key=", "apikey=", "token=", "access_token=", "sig="};
  const char *at = strchr(url, '?');

  for (; at; at = strchr(at + 1, '&'))
    for (size_t i = 0; i < N_OF(names); i++)
      if (strncasecmp(at + 1, names[i], strlen(names[i])) == 0)
        return true;
  return false;
}

static int
check_url(const char *url, struct err *e)
{
  size_t n = strncmp(url, "http://", 7) == 0 ? 7 : strncmp(url, "https://", 8) == 0 ? 8 : 0;

  if (query_has_key(url))
    return err_set(e, ERR_INPUT, "option '--url': no key in it, please (--key-env VARIABLE)");
  if (n == 0 || !url[n] || strpbrk(url, " \t\r\n"))
    return err_set(e, ERR_INPUT, "option '--url': '%.200s' is no address (https://api.openai.com/v1)", url);
  if (strchr(url + n, '@'))
    return err_set(e, ERR_INPUT, "option '--url': no user or password in it, please (--key-env VARIABLE)");
  return 0;
}

/* Opens recorded replies once, so that a recording that cannot be read is told now. */
static int
check_replay(const char *name, const char *path, const char *replay, size_t n, struct err *e)
{
  struct teacher_spec spec = TEACHER_SPEC_INIT;
  struct teacher *t;

  spec.name = name;
  spec.kind = "replay";
  spec.replay_path = path;
  spec.replay_text = replay;
  spec.replay_size = n;
  t = teacher_open(&spec, e);
  teacher_close(t);
  return t ? 0 : -1;
}

/* The files of --replay, one after the other. */
static int
read_replays(struct call *c, const char *folder, struct buf *out, struct err *e)
{
  const char *file;
  int r = 0;

  for (size_t i = 0; r == 0 && (file = call_each(c, "replay", i)); i++) {
    char *path = folder && *file != '/' ? xasprintf("%s/%s", folder, file) : xstrdup(file), *text;
    size_t n;

    r = io_read_file(path, REPLAY_MAX, &text, &n, e);
    if (r == 0) {
      r = check_replay(c->args[0], path, text, n, e);
      if (out->n > 0 && out->s[out->n - 1] != '\n')
        buf_addc(out, '\n');
      buf_add(out, text, n);
      free(text);
    }
    if (r == 0 && out->n > REPLAY_MAX)
      r = err_set(e, ERR_INPUT, "%s: more than %zu bytes of replies", path, REPLAY_MAX);
    free(path);
  }
  return r;
}

int
teachers_add(struct call *c, const char *folder, struct err *e)
{
  const char *file = call_text(c, "replay");
  const struct profile *profile = profile_find(call_text(c, "profile"));
  struct buf settings = BUF_INIT, replay = BUF_INIT;
  struct teacher_row row = {.name = (char *)c->args[0], .kind = (char *)(file ? "replay" : "http")};
  int r = -1;

  if (!file && !profile && (!call_given(c, "url") || !call_given(c, "model")))
    return err_set(e, ERR_INPUT, "a teacher needs --url BASE and --model MODEL, or --profile NAME and --model MODEL, "
                   "or --replay FILE");
  if (names_check("a teacher", c->args[0], e) < 0 || check_key_env(call_text(c, "key-env"), e) < 0
      || (call_given(c, "url") && check_url(call_text(c, "url"), e) < 0) || read_endpoint(c, profile, &row, e) < 0)
    return -1;
  if (read_replays(c, folder, &replay, e) < 0)
    goto out;
  add_settings(c, profile, &settings);
  row.settings = settings.s;
  r = teacher_store_put(c->project, &row, file ? replay.s : NULL, replay.n, NULL, e);
out:
  buf_release(&settings);
  buf_release(&replay);
  return r;
}

/* A line is what follows `teacher PROJECT add`. */
static int
add_line(struct project *project, const char *folder, const char *line, size_t n, struct err *e)
{
  struct words words;
  struct call c;
  const char **v;
  int r = words_split(&words, line, n, e);

  call_init(&c, &command_teacher);
  c.workbench = true;  /* the project is open: no path among the words */
  c.project = project;
  v = xcalloc(words.n + 1, sizeof *v);
  v[0] = "add";
  for (size_t i = 0; i < words.n; i++)
    v[i + 1] = words.v[i].text;
  if (r == 0)
    r = call_parse(&c, v, words.n + 1, e);
  if (r == 0)
    r = c.help ? err_set(e, ERR_INPUT, "a name and options are expected") : teachers_add(&c, folder, e);
  call_release(&c);
  free(v);
  words_release(&words);
  return r;
}

int
teachers_of_file(struct project *project, const char *folder, const char *path, int *added, struct err *e)
{
  struct lines lines;
  size_t n, bad;
  char *s;
  int r = lines_open(&lines, path, 1 << 16, e);

  while (r >= 0 && (r = lines_next(&lines, &s, &n, e)) == 1) {
    const char *first = s + strspn(s, " \t");

    if (!*first || *first == '#')
      continue;
    if (!utf8_valid(s, n, &bad) || memchr(s, '\0', n))
      r = err_set(e, ERR_INPUT, "the line is not UTF-8 text");
    else
      r = add_line(project, folder, s, n, e);
    if (r < 0)
      err_prefix(e, "%s:%llu: ", path, (unsigned long long)lines.number);
    else
      ++*added;
  }
  lines_close(&lines);
  return r;
}
