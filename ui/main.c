/* main: a command, or the workbench. */
#include <locale.h>

#include "base/log.h"
#include "command/command.h"
#include "ui/workbench.h"

int
main(int argc, char **argv)
{
  log_open();
  setlocale(LC_CTYPE, "C.UTF-8");
  return command_main(argc, argv, workbench_main);
}
