/* grounds: the words of the selected sample that a run (the newest, or a chosen one) goes by: for the label that it gives it, or against it.
 * Found on a thread of its own (student/student.h: student_explain), while it is switched on.
 *
 * What a word is worth is told without colour: bold speaks for the label, and is underlined where it does so strongly;
 * underlined alone speaks against it, strongly.
 *
 * Life: grounds_init, grounds_ask at each frame that shows a sample, grounds_text, grounds_line; grounds_release (also while a
 * look-up runs). Threads: the screen's. */
#ifndef UI_GROUNDS_H
#define UI_GROUNDS_H

#include "student/student.h"
#include "ui/pane.h"

#define GROUNDS_MAX 256

struct sample;
struct workbench;
struct grounds_lookup;

/* The student of a run, as it is kept between look-ups. */
struct grounds_student {
  struct student *student;           /* NULL: none was needed yet */
  uint32_t run;
  char name[64];
};

struct grounds {
  struct workbench *w;
  bool on;
  uint32_t of_run;                   /* the run that is asked; 0: the newest */
  struct grounds_lookup *lookup;     /* what runs; NULL: nothing */
  struct grounds_student with;       /* empty while a look-up has it */
  uint32_t sample;                   /* whose they are, 0: none */
  const char *text, *text2;          /* as they were then */
  uint64_t records;                  /* the records' revision then */
  uint32_t asked;                    /* of_run then */
  uint16_t label;                    /* LABEL_NONE: there is no run to ask */
  float probability;
  char run[64];
  struct span spans[GROUNDS_MAX];
  size_t n;
};

void grounds_init(struct grounds *g, struct workbench *w);
void grounds_release(struct grounds *g);
/* sample 0: none is shown. Does nothing while it is off. */
void grounds_ask(struct grounds *g, uint32_t sample);
/* Adds a text of the sample (second: the other one of a pair), words in their style if they are known. */
void grounds_text(const struct grounds *g, struct pane *p, const struct sample *s, bool second);
/* Adds a line: "linear#3 says billing .83: refund, invoice; not parcel"; nothing while it is off or not known yet. */
void grounds_line(const struct grounds *g, struct pane *p, const struct sample *s);

#endif
