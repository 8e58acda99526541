#include "tests/server/exchange.h"

#include <string.h>

#include "base/mem.h"

/* What stands where. Longer prefixes first where one begins another. */
static const struct route routes[] = {
  {"/v1/chat/completions", "POST", chat_complete, chat_stream, NULL},
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
