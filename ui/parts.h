/* parts: what the Templates, Generate and Compare views have in common: figures as people read them, a row of tabs, forms
 * made from a command's own options, and intervals drawn as whiskers.
 *
 * The words come into the caller's array of PART_TEXT bytes, which is also what is returned. What is not known (NaN) is "–".
 * Threads: the screen's. */
#ifndef UI_PARTS_H
#define UI_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "command/command.h"
#include "ui/canvas.h"
#include "ui/form.h"
#include "ui/pane.h"

#define PART_TEXT 40

const char *part_count(double n, char out[PART_TEXT]);     /* 1 440 */
const char *part_short(double n, char out[PART_TEXT]);     /* 61k */
const char *part_money(double usd, char out[PART_TEXT]);   /* $0.41, $0.00031 */
const char *part_score(double x, char out[PART_TEXT]);     /* .884, 1.00 */
const char *part_points(double x, char out[PART_TEXT]);    /* a difference of scores in points: +27.2 */
const char *part_p(double p, char out[PART_TEXT]);         /* p .032, p <.001 */
const char *part_percent(double part, double whole, char out[PART_TEXT]);  /* 96 % */
const char *part_seconds(double s, char out[PART_TEXT]);   /* 4 s, 2 min, 1 h 05 min */

/* One of several pages under a row of names: " texts 532   funnel   failed 3 ". */
struct part_tab {
  const char *name, *key;   /* key: what is pressed to go there, "" for none */
  double n;                 /* shown behind the name; NaN: nothing */
};
void part_tabs_draw(struct canvas *c, struct area a, const struct part_tab *tabs, size_t n, size_t at, bool focus);
/* The tab at a column of the area that part_tabs_draw was given; -1: none. */
int part_tabs_hit(const struct part_tab *tabs, size_t n, int col);

/* A pane's or a column's title, strong where the keys go to it. */
void part_title(struct canvas *c, struct area a, const char *title, bool focus);
/* Words of several lines in the middle of an empty area: the first line strong, keys in `...` as keys. */
void part_empty(struct canvas *c, struct area a, const char *text);
/* An interval on the scale [from, to]: ├──●──┤ with its middle; the scale itself is not drawn. */
void part_whisker(struct canvas *c, struct area a, int row, int col, int width, double from, double to, double lo, double mid,
                  double hi, enum style s);

/* Those options of a command that are named (blanks between), for a form: *rows is to be freed after it. */
size_t part_rows(struct option **rows, const char *command, const char *names);
/* "a|b|c": the project's teachers, for form_offer. To be freed by the caller. */
struct project;
char *part_teachers(struct project *p);
/* The middle of an area, at most rows x cols of it. */
struct area part_middle(struct area a, int rows, int cols);
/* A text in a pane: "name" and value on one line, as a small table. */
void part_row(struct pane *p, const char *name, enum style s, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Goes on with the list where the person is, or stays at its end if that is where it was. */
struct list;
void part_follow(struct list *l, size_t n);

#endif
