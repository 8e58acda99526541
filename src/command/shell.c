/* The shell's side of the commands: argv in, exit status out. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "command/rows.h"
#include "command/run.h"
#include "store/project.h"

static struct stop stop;

/* The first ^C asks the command to end; the second ends the program, but for work that still waits for what is paid
 * for: that it makes end at once, and a third ends the program. */
static void
interrupted(int number)
{
  if (stop_at_once(&stop) || (stop_wanted(&stop) && !atomic_load(&stop.lingers))) {
    signal(number, SIG_DFL);
    raise(number);
  } else if (stop_wanted(&stop)) {
    atomic_store(&stop.at_once, true);
  } else {
    atomic_store(&stop.wanted, true);
  }
}

static void
set_signals(void)
{
  struct sigaction action = {.sa_handler = interrupted};

  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);  /* a closed pipe is seen as a failed write, here and on sockets */
}

/* Nothing that is opened later may become standard output by accident. */
static void
fill_descriptors(void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
      abort();
}

static int
report(const struct err *e)
{
  struct buf line = BUF_INIT;

  utf8_printable(&line, e->message, strlen(e->message));
  if (line.n)
    fprintf(stderr, "retort: %s\n", buf_str(&line));
  buf_release(&line);
  return (int)e->code;
}

/* Results that could not be written: a reader that had enough is no failure. */
static int
flush_output(int status, struct err *e)
{
  bool failed = fflush(stdout) != 0 || ferror(stdout);

  if (!failed || errno == EPIPE)
    return status;
  err_set(e, ERR_FAIL, "cannot write the output: %s", err_os(errno));
  return -1;
}

static int
run_command(const struct command *command, char **words, size_t n)
{
  struct err e = {0};
  struct call c;
  int r;

  call_init(&c, command);
  c.out = stdout;
  c.terminal = isatty(STDOUT_FILENO);
  c.stop = &stop;
  r = call_parse(&c, (const char *const *)words, n, &e);
  if (r == 0 && !c.quiet) {
    c.progress.notes = stderr;
    c.progress.terminal = isatty(STDERR_FILENO);
  }
  if (r == 0)
    r = run_call(&c, &e);
  r = flush_output(r, &e);
  call_release(&c);
  return r == 0 ? 0 : report(&e);
}

const struct option command_workbench_options[] = {
  {.name = "latency-log", .type = OPTION_FILE, .argument = "FILE",
   .summary = "write to FILE, at the end, how long each key took: lines of JSON with the microseconds until it was "
   "handled and until the frame that shows it stood on the terminal; never what was typed"},
  {.name = NULL},
};

/* What follows `retort PROJECT`. */
static int
read_start(char **words, size_t n, struct workbench_start *start, struct err *e)
{
  static const char log[] = "--latency-log";

  for (size_t i = 0; i < n; i++)
    if (strcmp(words[i], log) == 0 && i + 1 < n)
      start->latency_log = words[++i];
    else if (strncmp(words[i], log, sizeof log - 1) == 0 && words[i][sizeof log - 1] == '=')
      start->latency_log = words[i] + sizeof log;
    else if (strcmp(words[i], log) == 0)
      return err_set(e, ERR_INPUT, "option '%s' needs a FILE", log);
    else
      return err_set(e, ERR_INPUT, "the workbench does not take '%.100s' (see 'retort help retort')", words[i]);
  return 0;
}


/* `retort PROJECT`. */
static int
open_workbench(const char *path, char **words, size_t n, command_workbench_fn *workbench)
{
  struct workbench_start start = {0};
  struct err e = {0};
  struct project *p;
  int r;

  if (read_start(words, n, &start, &e) < 0)
    return report(&e);
  if (access(path, F_OK) < 0) {
    err_set(&e, ERR_INPUT, "there is no '%s' (retort new makes a project)", path);
    return report(&e);
  }
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
    err_set(&e, ERR_INPUT, "the workbench needs a terminal (for scripts: retort COMMAND %s, see 'retort help')", path);
    return report(&e);
  }
  p = project_open(path, PROJECT_ANY, &e);
  if (!p)
    return report(&e);
  signal(SIGINT, SIG_DFL);
  r = workbench(p, &start, &e);
  if (project_close(p, r == 0 ? &e : NULL) < 0)
    r = -1;
  return r == 0 ? 0 : report(&e);
}

/* A word that can only be meant as a project. */
static bool
looks_like_project(const char *word)
{
  size_t n = strlen(word);

  return access(word, F_OK) == 0 || strchr(word, '/') || (n > 7 && strcmp(word + n - 7, ".retort") == 0);
}

int
command_main(int argc, char **argv, command_workbench_fn *workbench)
{
  const struct command *command;
  struct err e = {0};

  fill_descriptors();
  set_signals();
  if (argc < 2) {
    struct buf out = BUF_INIT;

    command_help(NULL, 80, &out, NULL);
    fputs(buf_str(&out), stderr);
    buf_release(&out);
    return ERR_INPUT;
  }
  if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
    puts("retort " PACKAGE_VERSION);
    return flush_output(0, &e) == 0 ? 0 : report(&e);
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
    argv[1] = (char *)"help";
  command = command_find(argv[1]);
  if (command)
    return run_command(command, argv + 2, (size_t)argc - 2);
  if (argv[1][0] != '-' && looks_like_project(argv[1]))
    return open_workbench(argv[1], argv + 2, (size_t)argc - 2, workbench);
  if (argv[1][0] == '-')
    err_set(&e, ERR_INPUT, "there is no option '%.100s' (see 'retort help')", argv[1]);
  else
    command_unknown(argv[1], &e);
  return report(&e);
}
