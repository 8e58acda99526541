#include "command/progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define BAR_MS 100    /* between two drawings on a terminal */
#define LINE_MS 5000  /* between two lines in a log */

void
progress_init(struct progress *p)
{
  *p = (struct progress){.what = "", .unit = ""};
}

static int
columns_of(FILE *f)
{
  struct winsize size;

  if (ioctl(fileno(f), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
    return size.ws_col;
  return 80;
}

static void
add_seconds(struct buf *out, double s)
{
  if (s < 100)
    buf_addf(out, "%.0f s", s);
  else if (s < 6000)
    buf_addf(out, "%.0f min", s / 60);
  else
    buf_addf(out, "%.1f h", s / 3600);
}

static void
add_words(struct buf *out, const struct command_progress *c)
{
  if (c->total > 0)
    buf_addf(out, "%.0f of %.0f %s", c->done, c->total, c->unit);
  else
    buf_addf(out, "%.0f %s", c->done, c->unit);
  if (c->rate > 0)
    buf_addf(out, c->rate < 10 ? "  %.1f/s" : "  %.0f/s", c->rate);
  if (c->eta_s >= 0) {
    buf_adds(out, "  ETA ");
    add_seconds(out, c->eta_s);
  }
  if (*c->detail) {
    buf_adds(out, "  ");
    utf8_printable(out, c->detail, strlen(c->detail));
  }
}

/* Cuts to so many columns. */
static void
cut(struct buf *b, size_t columns)
{
  size_t at = 0, used = 0, len;

  while (at < b->n) {
    uint32_t c = utf8_decode(b->s + at, b->n - at, &len);

    used += (size_t)utf8_width(c);
    if (used > columns)
      break;
    at += len;
  }
  if (at < b->n)
    buf_truncate(b, at);
}

static void
draw(struct progress *p, const struct command_progress *c)
{
  struct buf line = BUF_INIT;
  int columns = columns_of(p->notes);

  buf_addf(&line, "%s ", c->what);
  if (c->total > 0) {
    int width = columns >= 100 ? 30 : 16, full = (int)(c->done / c->total * width);

    for (int i = 0; i < width; i++)
      buf_adds(&line, i < full ? "█" : "░");
    buf_addf(&line, " %3.0f%%  ", 100 * c->done / c->total);
  }
  add_words(&line, c);
  cut(&line, (size_t)columns - 1);
  fprintf(p->notes, "\r%s\033[K", buf_str(&line));
  fflush(p->notes);
  buf_release(&line);
  p->drawn = true;
}

static void
write_line(struct progress *p, const struct command_progress *c)
{
  struct buf line = BUF_INIT;

  buf_addf(&line, "%s: ", c->what);
  add_words(&line, c);
  fprintf(p->notes, "%s\n", buf_str(&line));
  fflush(p->notes);
  buf_release(&line);
}

static void
say(struct progress *p, const char *detail, bool finished)
{
  int64_t now = clock_ms();
  double seconds = (double)(now - p->began_ms) / 1000;
  struct command_progress c = {.what = p->what, .unit = p->unit, .done = p->done, .total = p->total, .eta_s = -1,
                               .detail = detail ? detail : "", .finished = finished};

  if (p->total > 0 && c.done > p->total)
    c.done = p->total;
  if (seconds > 0.2 && p->done > 0) {
    c.rate = p->done / seconds;
    if (p->total > 0 && seconds > 0.5)
      c.eta_s = (p->total - c.done) / c.rate;
  }
  p->told_ms = now;
  if (p->tell)
    p->tell(p->arg, &c);
  else if (p->terminal)
    draw(p, &c);
  else
    write_line(p, &c);
}

void
progress_begin(struct progress *p, const char *what, const char *unit, double total)
{
  p->what = what;
  p->unit = unit;
  p->total = total;
  p->done = 0;
  p->began_ms = p->told_ms = clock_ms();
  if (p->tell)
    say(p, NULL, false);
}

void
progress_total(struct progress *p, double total)
{
  p->total = total;
}

void
progress_set(struct progress *p, double done, const char *detail)
{
  p->done = done;
  if ((p->tell || p->notes) && clock_ms() - p->told_ms >= (p->tell || p->terminal ? BAR_MS : LINE_MS))
    say(p, detail, false);
}

static void
take_bar_away(struct progress *p)
{
  if (p->drawn) {
    fputs("\r\033[K", p->notes);
    fflush(p->notes);
    p->drawn = false;
  }
}

void
progress_end(struct progress *p)
{
  take_bar_away(p);
  if (p->tell)
    say(p, NULL, true);
}

void
progress_note(struct progress *p, const char *format, ...)
{
  struct buf raw = BUF_INIT, line = BUF_INIT;
  va_list args;

  if (!p->notes)
    return;
  va_start(args, format);
  buf_vaddf(&raw, format, args);
  va_end(args);
  utf8_printable(&line, buf_str(&raw), raw.n);
  take_bar_away(p);
  fprintf(p->notes, "%s\n", buf_str(&line));
  fflush(p->notes);
  buf_release(&raw);
  buf_release(&line);
}
