/* job: one work of a crew of teachers, of whatever kind (kind.h: generate, annotate, rewrite): plan, send, keep the raw
 * reply, read it, keep what it gave.
 *
 * Every request stands in the project file before it is sent, and every reply before it is parsed, so that a job
 * killed at any moment goes on where it stood: what is planned is sent, what is answered is parsed, and nothing is
 * paid twice. A request that was answered before, in this job or another, is answered from the file. Replies are
 * read in the order of the plan, whatever order they come in, so that the corpus does not depend on the network
 * or on when the program was killed; a reply that waits for its turn is on disk.
 *
 * Life: job_new (plans, or finds the job to go on with), job_step until it says so, job_free. dry runs: job_estimate
 * alone. Threads: one thread owns a job and may be a worker; screens see it through the board (an activity with the
 * record's id), through which they also pause and stop it. The thread that steps is the one that waits.
 * Errors: see job_step; none of them loses what was answered. */
#ifndef GENERATE_JOB_H
#define GENERATE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "generate/funnel.h"
#include "prompt/plan.h"
#include "store/project.h"
#include "teacher/teacher.h"

/* What a job may use up, with what it used in earlier runs; never passed, because what is in flight counts at its
 * upper bound: a prompt has at most a token a byte, a reply at most max_tokens (where a limit on money or tokens is set
 * and the template says nothing, requests get a max_tokens), and a try whose reply was lost may have been billed. What
 * a killed run had in flight is not known to the next one. 0: no limit. */
struct job_limits {
  double usd;                    /* needs prices of all teachers */
  uint64_t tokens;               /* prompts and replies */
  uint32_t requests;             /* tries that are sent: answers from the file do not count, a try made again does */
  double seconds;                /* of this run, by the clock. Then nothing more is sent; replies under way may still
                                  * come in for a tenth of that time, at least 1 s and at most 30 s, and are given up
                                  * then */
};
/* One of several teachers of a job. */
struct job_teacher {
  const char *name;
  uint32_t share;                /* of the requests, in proportion to the others'; 0: 1 */
};
/* Which texts of the corpus stand in prompts as `seeds`; each drawn anew for each request. */
enum seeds_policy { SEEDS_RANDOM, SEEDS_BALANCED, SEEDS_SIMILAR, SEEDS_HARD, N_SEEDS_POLICIES };
/* How a student stands to a text: of its own training or validation split, never of the test. */
struct hard_text {
  uint32_t id;
  uint16_t said;                 /* the label that the student gives it */
  float p_true;                  /* its probability of the true one */
};

/* What is asked for. Strings and arrays are borrowed by job_new only. Zeroed is valid but for the names. */
struct job_options {
  const char *template_name;
  uint32_t template_version;     /* 0: the newest */
  const struct job_teacher *teachers;
  size_t n_teachers;             /* at least 1 */
  bool fallback;                 /* the second is asked only where the first fails or cannot be used, and so on; else
                                  * each is asked for its share, and what it cannot do waits for --resume */
  size_t per_label, count;       /* texts: for each label, or in all; both 0: once over the template's whole grid */
  const uint16_t *labels;        /* only these; NULL: all */
  size_t n_labels;
  const struct plan_restriction *restrictions;  /* only these attribute values */
  size_t n_restrictions;
  int concurrency;               /* requests in flight with each teacher; 0: the teacher's own */
  struct job_limits limits;
  bool top_up;                   /* go on asking until the wished number is kept, per label and cell (topup.h) */
  double waste_max;              /* with top_up: at most so many texts asked for, for each one wished; 0: 3 */
  bool steer;                    /* cells of low yield or low diversity get the next requests (steer.h) */
  enum seeds_policy seeds;
  const struct hard_text *hard;  /* SEEDS_HARD, and weights of the labels: the hardest are asked for most */
  size_t n_hard;
  uint16_t confused[2];          /* both not LABEL_NONE and not equal: only these two, each beside the other */
  const uint32_t *subjects;      /* annotate, rewrite: the samples that it is about */
  size_t n_subjects;
  int texts_a_request;           /* annotate: 0: 1 */
  int repeats;                   /* annotate: 0: 1 */
  bool soft;                     /* annotate: probabilities, from logprobs or repeats, not labels alone */
  bool rationale;                /* annotate: a reason is asked for */
  bool relabel;                  /* annotate: labelled texts get the teacher's label, too; test texts never do */
  const char *about;             /* annotate, rewrite: how the subjects were chosen, as part of the wish; NULL: not
                                  * said */
  bool batch;                    /* hand the requests in as batches, to be collected later (batch.h): when all is handed
                                  * in, job_step says 0, and job_left what is under way; resume polls and collects */
  bool batch_wait;               /* with batch: wait until all is collected (an attended job does) */
  bool resume;                   /* go on with the newest job of this template, teacher and wish (any wish, if none is
                                  * given), or begin one; one that is done is not begun again: job_step says so */
  bool retry_failed;             /* with resume: requests that failed for good or whose reply could not be read are sent
                                  * again, of a job that is done, too. What they failed with stands until they
                                  * succeed */
  uint64_t seed;                 /* of the examples drawn into prompts; 0: 1 */
  struct stop *stop;             /* the person's wish to stop; may be NULL */
  bool attended;                 /* somebody looks at the board and can go on: trouble pauses the job instead of ending
                                  * it, and one reply at a time is shown as it is written */
  /* for tests and demonstrations; 0 or NULL: as usual */
  int replay_delay_ms;
  const struct retry_policy *retry;
  int batch_poll_ms;             /* before the first poll; it grows by half each time */
  size_t batch_max;              /* requests in one batch */
};

struct job;

/* ERR_INPUT: unknown template or teacher, a template that cannot be rendered, a teacher that cannot work (see
 * teacher_open), a limit of money without prices, a second job of a wish whose batches are under way. Nothing is
 * written then. ERR_FAIL: the file. */
struct job *job_new(struct project *p, const struct job_options *options, struct err *e);
/* One bounded step: sends what may be sent, waits at most timeout_ms for replies, and takes what came all the way.
 * 1: there is more to do; 0: done; -1: ended before or without that (the job is marked so in the file and can be
 * gone on with):
 *   ERR_INPUT        nothing can come of it: the server is not there, no recording of any request
 *   ERR_PARTIAL      a limit is reached, requests failed for good, or more than half of the last 20 requests failed (in
 *                    an attended job that is a pause): the rest is done
 *   ERR_INTERRUPTED  stopped by the person. The first wish sends nothing more and waits, at most a minute, for the
 *                    replies under way, which are paid for; the second gives them up
 *   ERR_FAIL         every request failed, or the file cannot be written
 * After 0 or -1 only job_status and job_free may be called. */
int job_step(struct job *j, int timeout_ms, struct err *e);
/* What the job does now where that is not plain: "waiting for 3 replies that are paid for (once more gives them up)";
 * else "". */
const char *job_says(const struct job *j);
/* After 0: requests are under way in batches, so that the job is left and not done (its state is `paused`). */
bool job_left(const struct job *j);
/* Marks a job that has not ended as stopped, after putting away what came. NULL is fine. */
void job_free(struct job *j);

uint32_t job_id(const struct job *j);
uint32_t job_activity(const struct job *j);                /* on the project's board */
const struct funnel *job_status(const struct job *j);      /* changes with each step */
bool job_resumed(const struct job *j);

/* What a job would do; nothing is sent or written. Of the requests that are still to be sent: with options.resume those
 * of the job that would be gone on with.
 *
 * Where this version of the template has been answered by these teachers before (a probe is enough: two replies), the
 * figures go by the lengths of those replies, and their intervals are the 95 % prediction intervals of the sums: n̂ ± t
 * s sqrt(W²/n + Σ w²), with t of Student's distribution. Else they go by the texts of the corpus, and the intervals say
 * what it were if all texts were as short, or as long, as the shortest and longest twentieth of those; a prompt has
 * then four characters a token, give or take a quarter. */
struct job_estimate {
  size_t requests, cached;       /* all; those that are answered, or would be from the file */
  size_t texts;                  /* asked for */
  size_t requests_bound;         /* all, if topping up has to go as far as it may; else requests */
  int64_t tokens_in, tokens_out;
  int64_t tokens_in_range[2], tokens_out_range[2];
  double cost_usd;               /* NaN: no price is known */
  double cost_range_usd[2];
  double cost_bound_usd;         /* it cannot cost more; NaN: unknown price, infinity: no max_tokens */
  double tokens_bound;           /* prompts and replies cannot have more; infinity: no max_tokens */
  size_t n_replies;              /* whose lengths it goes by; 0: by the texts of the corpus */
  double yield;                  /* texts kept of those asked for, in earlier jobs of this template; NaN: none yet. With
                                  * topping up, tokens and cost count the texts that make up for it */
  uint32_t job_id;               /* that would be gone on with; 0: a new one */
};
int job_estimate(struct project *p, const struct job_options *options, struct job_estimate *out, struct err *e);
/* Tokens of a reply for each text like those of the corpus: a guess. */
double job_tokens_a_text(const struct corpus *c);

#endif
