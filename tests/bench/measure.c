/* Runs a program and tells what it took: seconds, seconds of CPU, peak memory in MB.
 *
 *   measure COMMAND...              what it prints is thrown away
 *   measure --screen COMMAND...     in a terminal of 100 x 30, until its screen stands still for a second */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STILL_MS 1000

static double
now(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
run(char **argv)
{
  execvp(argv[0], argv);
  perror(argv[0]);
  _exit(127);
}

/* When the last of the screen came. */
static double
watch(int terminal)
{
  struct pollfd fd = {.fd = terminal, .events = POLLIN};
  double last = now();
  char bytes[4096];

  for (int n = 0; poll(&fd, 1, n ? STILL_MS : 60000) > 0; n++) {
    if (read(terminal, bytes, sizeof bytes) <= 0)
      break;
    last = now();
  }
  return last;
}

int
main(int argc, char **argv)
{
  int screen = argc > 2 && strcmp(argv[1], "--screen") == 0, status, terminal = -1;
  struct winsize size = {.ws_row = 30, .ws_col = 100};
  double began = now(), ended;
  struct rusage r;
  pid_t pid;

  if (argc < 2 + screen)
    return 2;
  pid = screen ? forkpty(&terminal, NULL, NULL, &size) : fork();
  if (pid == 0) {
    if (!screen)
      dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    run(argv + 1 + screen);
  }
  ended = screen ? watch(terminal) : 0;
  if (screen)
    kill(pid, SIGKILL);
  if (wait4(pid, &status, 0, &r) < 0 || (!screen && (!WIFEXITED(status) || WEXITSTATUS(status)))) {
    fprintf(stderr, "measure: '%s' failed\n", argv[1 + screen]);
    return 1;
  }
  ended = screen ? ended : now();
  printf("%.3f %.3f %.1f\n", ended - began,
         (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6,
         (double)r.ru_maxrss / 1024);
  return 0;
}
