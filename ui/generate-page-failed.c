/* The page of the requests that failed, with the server's own words. */
#include "ui/view-generate.h"

#include <stdio.h>
#include <string.h>

/* "Overloaded (6 tries)": the tries have a column of their own. */
static size_t
without_tries(const char *why)
{
  const char *end = strrchr(why, '(');
  int n = 0;

  if (end && end > why && end[-1] == ' ' && sscanf(end, "(%*d tries)%n", &n) == 0 && n > 0 && !end[n])
    return (size_t)(end - why) - 1;
  return strlen(why);
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct page_context *x = arg;
  const struct request_row *r = &x->g->failed[i];
  const struct labels *labels = corpus_labels(project_corpus(x->g->p));
  const char *label = r->label == LABEL_NONE ? "" : label_name(labels, r->label), *why = r->error ? r->error : "", *own;
  char status[24];
  int col = canvas_printf(c, a, 0, 1, STYLE_NUMBER, "%6u", r->id) + 2;

  (void)here;
  col = canvas_fit(c, a, 0, col, x->name_cols, STYLE_LABEL, label, strlen(label)) + 2;
  snprintf(status, sizeof status, "HTTP %u: ", r->http_status);
  if ((own = strstr(why, status)))   /* the server's own words; the rest stands in the page */
    why = own + strlen(status);
  if (r->http_status)
    canvas_printf(c, a, 0, col, STYLE_BAD, "%u", r->http_status);
  col = canvas_printf(c, a, 0, col + 5, STYLE_DIM, r->tries == 1 ? "1 try  " : "%u tries", r->tries) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_NORMAL, why, without_tries(why));
}

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  generate_rows_draw(g, c, a, focus, draw_row, "No request failed");
}

static void
enter(struct generate *g, size_t row)
{
  generate_read_request(g, &g->failed[row]);
}

static void
keep(struct generate *g)
{
  list_keep(&g->lists[PAGE_FAILED], g->n_failed, g->lists[PAGE_FAILED].at);
}

static double
count(const struct generate *g)
{
  return (double)g->n_failed;
}

const struct generate_page generate_page_failed = {
  .name = "failed", .brief = "failed", .key = "f", .count = count, .draw = draw, .enter = enter, .keep = keep,
};
