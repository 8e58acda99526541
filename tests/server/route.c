#include "tests/server/exchange.h"

#include <string.h>

#include "base/mem.h"
#include "tests/server/able.h"

/* What stands where. Longer prefixes first where one begins another. */
static const struct route routes[] = {
  {"/v1/chat/completions", "POST", chat_complete, chat_stream, NULL},
  {"/v1/messages", "POST", anthropic_complete, anthropic_stream, anthropic_act},
  {"/openai/deployments/a%20model/chat/completions?api-version=2024-10-21", "POST", chat_complete, chat_stream, NULL},
  {"/openai/v1/chat/completions", "POST", chat_complete, chat_stream, NULL},
  {"/able/v1/chat/completions", "POST", NULL, NULL, able_act},
  {"/v1/files", NULL, NULL, NULL, batch_act},
  {"/v1/batches", NULL, NULL, NULL, batch_act},
  {"/openai/files", NULL, NULL, NULL, batch_act},
  {"/openai/batches", NULL, NULL, NULL, batch_act},
  {"/without/v1/files", NULL, NULL, NULL, batch_act},
};

const struct route *
route_find(const char *method, const char *path)
{
  for (size_t i = 0; i < N_OF(routes); i++)
    if (strncmp(path, routes[i].prefix, strlen(routes[i].prefix)) == 0 &&
        (!routes[i].method || strcmp(routes[i].method, method) == 0))
      return &routes[i];
  return NULL;
}
