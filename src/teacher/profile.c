#include "teacher/profile.h"

#include <string.h>

#include "base/mem.h"
#include "teacher/dialect.h"

const char *const profile_ability_names[N_PROFILE_ABILITIES] = {"schema", "logprobs", "stream", "n", "batch"};

const struct profile profiles[] = {
  /* platform.openai.com/docs/api-reference */
  {.name = "openai", .url = "https://api.openai.com/v1", .dialect = "openai", .key_env = "OPENAI_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM | PROFILE_N | PROFILE_BATCH,
   .note = "its reasoning models give no logprobs and take no temperature; that is learned from their refusal"},
  /* learn.microsoft.com/azure/ai-services/openai/reference */
  {.name = "azure", .dialect = "azure", .key_env = "AZURE_OPENAI_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM | PROFILE_N | PROFILE_BATCH,
   .note = "such as https://RESOURCE.openai.azure.com; --model is the name of the deployment; a URL that ends in "
           "/openai/v1 is the newer form, which needs no --api-version"},
  /* docs.anthropic.com/en/api/messages */
  {.name = "anthropic", .url = "https://api.anthropic.com", .dialect = "anthropic", .key_env = "ANTHROPIC_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_STREAM,
   .note = "a reply is at most 4096 tokens long unless the template or --max-tokens says otherwise"},
  /* docs.ollama.com/api/openai-compatibility */
  {.name = "ollama", .url = "http://localhost:11434/v1", .dialect = "openai",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM, .free = true,
   .note = "ollama pull MODEL first; how many requests it works on at a time is OLLAMA_NUM_PARALLEL there"},
  /* github.com/ggml-org/llama.cpp, tools/server */
  {.name = "llama.cpp", .url = "http://localhost:8080/v1", .dialect = "openai", .model = "default",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM, .free = true,
   .note = "it answers with the model that it was started with; its -np says how many requests at a time"},
  /* docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
  {.name = "vllm", .url = "http://localhost:8000/v1", .dialect = "openai",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM | PROFILE_N, .free = true,
   .note = "--model as it was served; where it was started with --api-key, say --key-env"},
  /* openrouter.ai/docs/api-reference */
  {.name = "openrouter", .url = "https://openrouter.ai/api/v1", .dialect = "openai", .key_env = "OPENROUTER_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_LOGPROBS | PROFILE_STREAM,
   .note = "--model VENDOR/MODEL; what it can do depends on the model, and on who runs it"},
  /* console.groq.com/docs/openai, /docs/batch: logprobs are an error, n must be 1 */
  {.name = "groq", .url = "https://api.groq.com/openai/v1", .dialect = "openai", .key_env = "GROQ_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_STREAM | PROFILE_BATCH, .refused = REFUSED_LOGPROBS | REFUSED_N,
   .note = "schemas with some of its models only"},
  /* docs.mistral.ai/api: its seed has another name, and further members are an error */
  {.name = "mistral", .url = "https://api.mistral.ai/v1", .dialect = "openai", .key_env = "MISTRAL_API_KEY",
   .can = PROFILE_SCHEMA | PROFILE_STREAM | PROFILE_N, .refused = REFUSED_SEED | REFUSED_LOGPROBS,
   .note = "no seed is sent: Mistral calls it random_seed, which a template may set"},
  /* ai.google.dev/gemini-api/docs/openai */
  {.name = "gemini", .url = "https://generativelanguage.googleapis.com/v1beta/openai", .dialect = "openai",
   .key_env = "GEMINI_API_KEY", .can = PROFILE_SCHEMA | PROFILE_STREAM | PROFILE_N,
   .note = "Google's endpoint that speaks as OpenAI's does"},
  {.name = NULL},
};

const struct profile *
profile_find(const char *name)
{
  for (const struct profile *p = profiles; name && *name && p->name; p++)
    if (strcmp(p->name, name) == 0)
      return p;
  return NULL;
}

unsigned
profile_can(const struct profile *p, unsigned refused)
{
  static const unsigned members[][2] = {
    {REFUSED_SCHEMA, PROFILE_SCHEMA}, {REFUSED_LOGPROBS, PROFILE_LOGPROBS}, {REFUSED_STREAM, PROFILE_STREAM},
    {REFUSED_N, PROFILE_N},
  };
  unsigned can = p->can;

  for (size_t i = 0; i < N_OF(members); i++)
    if ((p->refused | refused) & members[i][0])
      can &= ~members[i][1];
  return can;
}
