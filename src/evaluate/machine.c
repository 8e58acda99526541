#include "evaluate/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/ops.h"

char *
machine_words(void)
{
  struct utsname name;
  long n = sysconf(_SC_NPROCESSORS_ONLN);

  return xasprintf("%s, %ld processor%s, %s arithmetic", uname(&name) == 0 ? name.machine : "unknown", n, n == 1 ? "" : "s",
                   ops_best()->name);
}
