/* err: what went wrong in the world, in one line for the person.
 *
 * Three kinds of failure, never mixed. Ours: ensure(), which stays on in every build, runs the bug hook (the workbench
 * restores the terminal there), prints file and line, and aborts. Out of memory: the x... allocators of mem.h end the
 * program with a word. The world: a function returns -1 and fills its last parameter, a struct err.
 *
 * Wording: lower case, no full stop, error first, subject in single quotes, a hint in parentheses only where the person
 * can act: cannot open 'x.retort': permission denied (is it yours?)
 *
 * Threads: a struct err belongs to its caller. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The kind of failure is the exit status that a command ends with. */
enum err_code {
  ERR_NONE = 0,
  ERR_FAIL = 1,        /* it failed; the message says what to do */
  ERR_INPUT = 2,       /* bad usage or bad input: file, line, column */
  ERR_PARTIAL = 3,     /* done in part */
  ERR_INTERRUPTED = 130, /* stopped by the person, all that was finished is kept */
};

struct err {
  enum err_code code;
  char message[1000];  /* one line, safe to print: control bytes are replaced */
};

/* Fills e (which may be NULL) and returns -1, so that a failure is `return err_set(e, ERR_FAIL, "...")`. */
int err_set(struct err *e, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts a place or subject before the message that e already holds: "seed.csv:3: " + message. Returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);
/* The system's words for an errno, in lower case: "no such file or directory". Valid until the thread's next call. */
const char *err_os(int number);

/* An assertion that stays on. */
#define ensure(condition) ((condition) ? (void)0 : err_bug(__FILE__, __LINE__, #condition))
_Noreturn void err_bug(const char *file, int line, const char *what);
/* What to run before the program aborts (NULL: nothing). Called at most once. */
void err_on_bug(void (*hook)(void));

#endif
