#include "ui-stage.h"

#include <ctype.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/utf8.h"

static char folder[] = "/tmp/retort-stage-XXXXXX";

int
stage_folder_make(void **state)
{
  (void)state;
  setenv("TERM", "dumb", 1);
  setenv("INPUTRC", "/dev/null", 1);
  if (!mkdtemp(folder))
    return -1;
  setenv("XDG_STATE_HOME", folder, 1);
  setenv("TMPDIR", folder, 1);
  return 0;
}

int
stage_folder_remove(void **state)
{
  char *line = xasprintf("rm -rf %s", folder);
  int r = system(line);

  (void)state;
  free(line);
  return r;
}

const char *
stage_folder(void)
{
  return folder;
}

void
stage_project(struct stage *s, const char *name, enum task task, const struct project_label *labels, size_t n_labels)
{
  struct err e = {0};

  memset(s, 0, sizeof *s);
  snprintf(s->path, sizeof s->path, "%s/%s.retort", folder, name);
  if (project_create(s->path, task, labels, n_labels, &e) < 0 || !(s->project = project_open(s->path, PROJECT_WRITE, &e)))
    fail_msg("%s", e.message);
}

void
stage_open(struct stage *s, int rows, int cols)
{
  s->w = workbench_new(s->project);
  canvas_init(&s->canvas, rows, cols);
  stage_settle(s);
}

void
stage_leave(struct stage *s)
{
  workbench_free(s->w);
  canvas_release(&s->canvas);
  s->w = NULL;
}

void
stage_close(struct stage *s)
{
  struct err e = {0};

  if (s->w)
    stage_leave(s);
  if (project_close(s->project, &e) < 0)
    fail_msg("%s", e.message);
}

void
stage_settle(struct stage *s)
{
  int64_t until = clock_ms() + 60000;

  while (workbench_step(s->w) || workbench_busy(s->w)) {
    if (clock_ms() > until)
      fail_msg("the workbench does not come to rest");
    clock_sleep_ms(1);
  }
}

void
stage_draw(struct stage *s)
{
  stage_settle(s);
  workbench_draw(s->w, &s->canvas);
}

static void
type_text(struct stage *s, const char *text)
{
  size_t len;

  for (size_t n = strlen(text); n; text += len, n -= len) {
    struct key k = {.code = utf8_decode(text, n, &len)};

    workbench_key(s->w, &k);
    stage_settle(s);
  }
}

void
stage_keys(struct stage *s, const char *script)
{
  for (const char *at = script; *at; at += *at == ' ') {
    char word[400];
    bool words = *at == '<' && strchr(at, '>');   /* else it is the key itself */
    size_t n = words ? strcspn(at, ">") + 1 : strcspn(at, " ");
    struct key k;

    assert_true(n < sizeof word);
    memcpy(word, at, n);
    word[n] = '\0';
    at += n;
    stage_draw(s);   /* widgets know their size from being drawn */
    if (words) {
      word[n - 1] = '\0';
      type_text(s, word + 1);
      continue;
    }
    if (!key_parse(word, &k))
      fail_msg("'%s' is no key", word);
    workbench_key(s->w, &k);
    stage_settle(s);
  }
}

/* "2026-11-22 14:05" becomes "0000-00-00 00:00". */
static void
blot_dates(char *s)
{
  static const char form[] = "dddd-dd-dd dd:dd";

  for (; *s; s++) {
    size_t n = 0;

    while (form[n] && (form[n] == 'd' ? isdigit((unsigned char)s[n]) : s[n] == form[n]))
      n++;
    for (size_t i = 0; !form[n] && i < n; i++)
      s[i] = form[i] == 'd' ? '0' : s[i];
  }
}

void
stage_screen(struct stage *s, const char *name)
{
  const char *src = getenv("srcdir");
  char *path = xasprintf("%s/tests/screens/%s.txt", src ? src : ".", name), *expected = NULL;
  struct buf b = BUF_INIT;
  struct err e = {0};
  size_t n;

  stage_draw(s);
  canvas_dump(&s->canvas, true, &b);
  blot_dates(b.s);
  if (getenv("RETORT_UPDATE_SCREENS")) {
    if (io_write_file(path, buf_str(&b), b.n, &e) < 0)
      fail_msg("%s", e.message);
  } else {
    if (io_read_file(path, 1 << 20, &expected, &n, &e) < 0)
      fail_msg("%s", e.message);
    if (strcmp(buf_str(&b), expected)) {
      fprintf(stderr, "the screen '%s' is another:\n%s\nit should be:\n%s\n", name, buf_str(&b), expected);
      fail();
    }
  }
  free(expected);
  free(path);
  buf_release(&b);
}

char *
stage_text(struct stage *s)
{
  struct buf b = BUF_INIT;

  stage_draw(s);
  canvas_dump(&s->canvas, false, &b);
  return buf_take(&b);
}

void
stage_click(struct stage *s, const char *text, bool twice)
{
  char *screen = stage_text(s), *at = strstr(screen, text), *line = at;
  struct key k = {.code = K_MOUSE, .mouse = MOUSE_LEFT};

  if (!at)
    fail_msg("'%s' is not there to be clicked", text);
  while (line > screen && line[-1] != '\n')
    line--;
  for (const char *p = screen; p < line; p++)
    k.row += *p == '\n';
  k.col = canvas_width(line, (size_t)(at - line));
  free(screen);
  workbench_key(s->w, &k);
  if (twice) {
    k.mouse = MOUSE_DOUBLE;
    workbench_key(s->w, &k);
  }
  stage_settle(s);
}

bool
stage_shows(struct stage *s, const char *text)
{
  char *screen = stage_text(s);
  bool found = strstr(screen, text) != NULL;

  free(screen);
  return found;
}

void
stage_assert_shows(struct stage *s, const char *text)
{
  char *screen = stage_text(s);

  if (!strstr(screen, text)) {  /* fail_msg would cut the screen off */
    fprintf(stderr, "'%s' is not on the screen:\n%s\n", text, screen);
    fail();
  }
  free(screen);
}
