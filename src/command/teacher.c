/* teacher: the large models of a project. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/abilities.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/teachers.h"
#include "generate/recruit.h"
#include "store/project.h"
#include "teacher/ability.h"
#include "teacher/dialect.h"
#include "teacher/profile.h"

static int
add(struct call *c, struct err *e)
{
  struct teacher_row before = {0};
  bool known = teacher_store_get(c->project, c->args[0], &before, NULL) == 0;

  teacher_row_release(&before);
  if (teachers_add(c, NULL, e) < 0)
    return -1;
  print_line(c, c->json ? "{\"added\":1}" : known ? "changed %s: it is what these options say, and nothing else"
                                                  : "added %s", c->args[0]);
  if (!c->json && profile_find(call_text(c, "profile")))
    print_line(c, "note: %s", profile_find(call_text(c, "profile"))->note);
  return 0;
}

/* ---- profiles */

static void
abilities_cell(struct grid *g, unsigned can)
{
  struct buf names = BUF_INIT;

  for (unsigned i = 0; i < N_PROFILE_ABILITIES; i++)
    if (can >> i & 1)
      buf_addf(&names, "%s%s", names.n ? " " : "", profile_ability_names[i]);
  grid_cell(g, "%s", buf_str(&names));
  buf_release(&names);
}

static void
abilities_json(struct buf *out, unsigned can)
{
  json_add_key(out, "can");
  buf_addc(out, '[');
  for (unsigned i = 0; i < N_PROFILE_ABILITIES; i++)
    if (can >> i & 1) {
      json_add_comma(out);
      json_add_str(out, profile_ability_names[i]);
    }
  buf_addc(out, ']');
}

static int
list_profiles(struct call *c, struct err *e)
{
  struct buf out = BUF_INIT;
  struct grid g;

  (void)e;
  grid_init(&g, "profile|dialect|key|can|at");
  for (const struct profile *p = profiles; p->name; p++) {
    grid_cell(&g, "%s", p->name);
    grid_cell(&g, "%s", p->dialect);
    grid_cell(&g, "%s", p->key_env ? p->key_env : "-");
    abilities_cell(&g, p->can);
    grid_cell(&g, "%s", p->url ? p->url : "--url");
    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "name", p->name);
    json_add_field(&out, "url", p->url);
    json_add_field(&out, "dialect", p->dialect);
    json_add_field(&out, "key_env", p->key_env);
    abilities_json(&out, p->can);
    json_add_field(&out, "note", p->note);
    buf_addc(&out, '}');
  }
  if (c->json)
    fprintf(c->out, "{\"profiles\":[%s]}\n", buf_str(&out));
  else
    grid_print(&g, c);
  grid_release(&g);
  buf_release(&out);
  return 0;
}

/* ---- list */

/* How it speaks; NULL: it is a recording. */
static const char *
dialect_of(const struct teacher_row *row, const struct json *settings)
{
  const char *dialect = json_string(json_get(settings, "dialect"));
  const struct profile *profile = profile_find(json_string(json_get(settings, "profile")));

  if (strcmp(row->kind, "http") != 0)
    return NULL;
  return dialect ? dialect : profile ? profile->dialect : "openai";
}

static void
row_json(struct buf *out, const struct teacher_row *row)
{
  struct json *settings = json_parse(row->settings, strlen(row->settings), NULL, NULL);
  const struct profile *profile = profile_find(json_string(json_get(settings, "profile")));

  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "name", row->name);
  json_add_field(out, "kind", row->kind);
  json_add_field(out, "url", row->url);
  json_add_field(out, "model", row->model);
  json_add_field(out, "key_env", row->key_env);
  json_add_field_number(out, "price_in", row->price_in);
  json_add_field_number(out, "price_out", row->price_out);
  json_add_field_int(out, "concurrency", row->concurrency);
  json_add_field_int(out, "replay_bytes", (int64_t)row->replay_bytes);
  json_add_field(out, "profile", json_string(json_get(settings, "profile")));
  json_add_field(out, "dialect", dialect_of(row, settings));
  if (profile)
    abilities_json(out, profile_can(profile, refusals_in(json_get(settings, "refused"))));
  json_add_key(out, "settings");
  json_print(out, settings);
  buf_addc(out, '}');
  json_free(settings);
}

static void
profile_cell(struct grid *g, const struct teacher_row *row)
{
  struct json *settings = json_parse(row->settings, strlen(row->settings), NULL, NULL);
  const char *profile = json_string(json_get(settings, "profile"));

  grid_cell(g, "%s", profile ? profile : "-");
  json_free(settings);
}

static void
price_cell(struct grid *g, double usd)
{
  if (isnan(usd))
    grid_cell(g, "?");
  else
    grid_cell(g, "$%.4g", usd);
}

static int
list(struct call *c, struct err *e)
{
  struct teacher_row *rows;
  struct buf out = BUF_INIT;
  struct grid g;
  size_t n;

  if (teacher_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  grid_init(&g, "name|kind|profile|model|in/M>|out/M>|at");
  for (size_t i = 0; i < n; i++) {
    row_json(&out, &rows[i]);
    grid_cell(&g, "%s", rows[i].name);
    grid_cell(&g, "%s", rows[i].kind);
    profile_cell(&g, &rows[i]);
    grid_cell(&g, "%s", *rows[i].model ? rows[i].model : "-");
    price_cell(&g, rows[i].price_in);
    price_cell(&g, rows[i].price_out);
    if (*rows[i].url)
      grid_cell(&g, "%s", rows[i].url);
    else
      grid_cell(&g, "%.1f MB of replies in the project", (double)rows[i].replay_bytes / 1e6);
  }
  if (c->json)
    fprintf(c->out, "{\"teachers\":[%s]}\n", buf_str(&out));
  else
    grid_print(&g, c);
  grid_release(&g);
  buf_release(&out);
  teacher_rows_free(rows, n);
  return 0;
}

/* ---- test */

static int
ask(struct call *c, const struct recruit *recruit, struct err *e)
{
  struct ability a;
  int r = ability_ask(&a, &recruit->spec, c->stop, e);

  if (r == 0)
    abilities_print(c, &a);
  if (r == 0 && a.learned && !project_read_only(c->project))
    r = recruit_learn(c->project, recruit->row.id, a.learned, e);
  ability_release(&a);
  return r;
}

static int
test(struct call *c, struct err *e)
{
  struct teacher_row row;
  struct recruit recruit;
  int r;

  if (names_teacher(c, c->n_args ? c->args[0] : NULL, &row, e) < 0)
    return -1;
  r = recruit_load_id(&recruit, c->project, row.id, e);
  teacher_row_release(&row);
  if (r < 0)
    return -1;
  if (strcmp(recruit.row.kind, "replay") == 0) {
    struct teacher *t = teacher_open(&recruit.spec, e);

    r = t ? 0 : -1;
    if (t)
      print_line(c, c->json ? "{\"ok\":true,\"replay_bytes\":%zu}" : "its recordings can be read (%zu bytes)",
                 recruit.n_replay);
    teacher_close(t);
  } else {
    r = ask(c, &recruit, e);
  }
  recruit_release(&recruit);
  return r;
}

static int
rm(struct call *c, struct err *e)
{
  if (teacher_store_remove(c->project, c->args[0], e) < 0)
    return -1;
  print_line(c, c->json ? "{\"removed\":1}" : "removed (its samples keep their origin)");
  return 0;
}

static const struct command_verb verbs[] = {
  {.name = "add", .run = add, .arguments = "NAME",
   .summary = "adds a teacher, or changes the one of that name", .flags = COMMAND_WRITES},
  {.name = "list", .run = list, .arguments = "", .summary = "the teachers"},
  {.name = "profiles", .run = list_profiles, .arguments = "", .summary = "the endpoints that --profile knows"},
  {.name = "test", .run = test, .arguments = "[NAME]",
   .summary = "sends one small request, or reads the recordings", .flags = COMMAND_LONG | COMMAND_MAY_WRITE},
  {.name = "rm", .run = rm, .arguments = "NAME", .summary = "takes a teacher out of the list", .flags = COMMAND_WRITES},
  {.name = NULL},
};

static const struct option options[] = {
  {.name = "profile", .type = OPTION_CHOICE, .argument = "NAME",
   .choices = "openai|azure|anthropic|ollama|llama.cpp|vllm|openrouter|groq|mistral|gemini",
   .summary = "an endpoint that is known: fills in URL, dialect and where its key is looked for; other options win"},
  {.name = "url", .type = OPTION_TEXT, .argument = "BASE",
   .summary = "where it is: https://api.openai.com/v1, http://localhost:11434/v1"},
  {.name = "model", .type = OPTION_TEXT, .argument = "MODEL", .summary = "the model's name there"},
  {.name = "key-env", .type = OPTION_TEXT, .argument = "VARIABLE",
   .summary = "the environment variable that holds its key; the key itself is stored nowhere"},
  {.name = "dialect", .type = OPTION_CHOICE, .choices = "openai|anthropic|azure", .argument = "NAME",
   .summary = "how it speaks: chat completions, Anthropic's messages, Azure's deployments; else as the profile says"},
  {.name = "api-version", .type = OPTION_TEXT, .argument = "VERSION",
   .summary = "of the API, where it has one; azure: 2024-10-21, anthropic: 2023-06-01"},
  {.name = "price-in", .type = OPTION_REAL, .min = 0, .max = 1e6, .argument = "USD",
   .summary = "price of a million tokens of the prompts"},
  {.name = "price-out", .type = OPTION_REAL, .min = 0, .max = 1e6, .argument = "USD",
   .summary = "price of a million tokens of the replies"},
  {.name = "concurrency", .type = OPTION_INT, .min = 0, .max = TEACHER_CONCURRENCY_MAX, .fallback = "0",
   .argument = "N", .summary = "requests in flight; 0: 8"},
  {.name = "temperature", .type = OPTION_REAL, .min = 0, .max = 5, .argument = "X",
   .summary = "how freely it writes; else as the template says, else its own default"},
  {.name = "top-p", .type = OPTION_REAL, .min = 0, .max = 1, .argument = "X", .summary = "nucleus sampling"},
  {.name = "max-tokens", .type = OPTION_INT, .min = 1, .max = 1e6, .argument = "N",
   .summary = "longest reply, in tokens"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 2e9, .argument = "N",
   .summary = "sent with each request, for endpoints that take one"},
  {.name = "rpm", .type = OPTION_INT, .min = 1, .max = 1e9, .argument = "N",
   .summary = "at most so many requests a minute; its own rate limits are obeyed anyway"},
  {.name = "tpm", .type = OPTION_INT, .min = 1, .max = 1e12, .argument = "N",
   .summary = "at most so many tokens a minute, prompts and replies together"},
  {.name = "connect-timeout", .type = OPTION_INT, .min = 1, .max = 86400, .argument = "SECONDS",
   .summary = "the longest wait for a connection; 10"},
  {.name = "first-byte-timeout", .type = OPTION_INT, .min = 1, .max = 86400, .argument = "SECONDS",
   .summary = "the longest wait for the first byte of a reply; 120"},
  {.name = "timeout", .type = OPTION_INT, .min = 1, .max = 86400, .argument = "SECONDS",
   .summary = "the longest that one request may take; 300"},
  {.name = "no-schema", .type = OPTION_FLAG, .summary = "never ask for a JSON schema"},
  {.name = "no-stream", .type = OPTION_FLAG, .summary = "never ask for a stream"},
  {.name = "replay", .type = OPTION_FILE, .argument = "FILE", .many = 1,
   .summary = "recorded replies instead of a server: JSON lines, copied into the project"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort teacher tickets.retort list", "the teachers"},
  {"retort teacher tickets.retort profiles", "the endpoints that are known"},
  {"retort teacher tickets.retort add local --url http://localhost:11434/v1 --model llama3.2 "
   "--price-in 0 --price-out 0",
   "a model on this machine"},
  {"retort teacher tickets.retort add mini --url https://api.openai.com/v1 --model gpt-4o-mini "
   "--key-env OPENAI_API_KEY --price-in 0.15 --price-out 0.60",
   "one that costs money"},
  {"retort teacher tickets.retort add llama --profile ollama --model llama3.1", "the same, by its profile"},
  {"retort teacher tickets.retort test recorded", "can its recordings be read?"},
  {"retort teacher tickets.retort rm local", "takes it out of the list"},
  {"retort teacher tickets.retort rm mini", "and the others, one by one"},
  {"retort teacher tickets.retort rm llama", "this one too"},
  {NULL, NULL},
};

const struct command command_teacher = {
  .name = "teacher",
  .arguments = "PROJECT",
  .summary = "the large models that write and label texts",
  .text =
    "A teacher is an endpoint that speaks OpenAI's chat completions (or, by --dialect, Anthropic's messages or Azure's "
    "deployments), or recorded replies: a file of JSON lines {\"request\":{\"messages\":[...]},\"response\":{...}} in "
    "which each request finds the reply to its own messages. A request without a recording is an error that says "
    "so.\n\n"
    "--profile NAME fills in what is known of an endpoint; what is said besides wins. With a key, from the environment "
    "variable in parentheses: openai (OPENAI_API_KEY), azure (AZURE_OPENAI_API_KEY; needs --url, and --model is the "
    "name of the deployment), anthropic (ANTHROPIC_API_KEY; a reply has at most 4096 tokens unless the template or "
    "--max-tokens says otherwise), openrouter (OPENROUTER_API_KEY), groq (GROQ_API_KEY), mistral (MISTRAL_API_KEY), "
    "gemini (GEMINI_API_KEY). On this machine, without a key, and free of charge unless --url or prices are given: "
    "ollama (port 11434), llama.cpp (8080), vllm (8000).\n\n"
    "`profiles` lists them with what each can do by its own documents (some of it depends on the model): schema, "
    "logprobs, stream and n as below, batch: it takes requests in batches, at half the price.\n\n"
    "Without --price-in and --price-out (0 where nothing is paid) what it costs is not known, and no cost is shown.\n\n"
    "`test` sends one small request that asks for all at once, and says what came: answer (milliseconds to the end of "
    "the reply), tokens and cost, schema (the reply kept to a JSON schema), logprobs (how sure it was of each token: "
    "`annotate --soft`), stream (the reply came piece by piece), n (two answers to one request), limits (requests and "
    "tokens, mostly those of a minute, as its headers tell). What it refuses is left out and the request sent again, "
    "since a refusal costs nothing; what it refused is written into the teacher, so that jobs do not ask for it, until "
    "`add` names it anew. At most 1000 tokens are asked for, or --max-tokens.\n\n"
    "With --json, `test` gives {\"ok\", \"reply\", \"tokens_in\", \"tokens_out\", \"cost_usd\", \"latency_ms\", "
    "\"requests\", \"abilities\": {\"schema\", \"logprobs\", \"stream\", \"n\", \"usage\"}, \"limits\": {\"requests\", "
    "\"tokens\"}, \"refused\"}: an "
    "ability is yes, no (not asked for: known not to be there), refused, ignored (asked for, and it did not come) or "
    "unknown; requests counts all that were sent; limits is null where no header told; refused lists members of the "
    "request. Of recordings it gives {\"ok\", \"replay_bytes\"}.",
  .options = options,
  .verbs = verbs,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
};
