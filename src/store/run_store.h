/* run_store: training runs with their curves, models, predictions and evaluations.
 * Threads: any. Errors: see project.h; an unknown name or id is ERR_INPUT ("no run 'x' (there are: a, b)"). */
#ifndef STORE_RUN_STORE_H
#define STORE_RUN_STORE_H

#include "store/project.h"

/* Interrupted is never written: it is what a running or queued run reads as when its process is gone. */
enum run_state { RUN_RUNNING, RUN_DONE, RUN_STOPPED, RUN_FAILED, RUN_INTERRUPTED, RUN_QUEUED, N_RUN_STATES };
extern const char *const run_state_names[N_RUN_STATES];

struct run_row {
  uint32_t id;
  char *name;                    /* unique; NULL or "" when added: "linear#3" is made up */
  char *student;                 /* the family */
  enum run_state state;
  char *params;                  /* JSON object, "{}" */
  char *data;                    /* the filter it was trained on, "" the default */
  uint64_t seed;
  uint32_t n_train, n_valid;
  uint32_t best_epoch;
  double seconds;
  char *metrics;                 /* JSON object: what the trainer says at its end, "{}" */
  char *message;                 /* why it failed, "" */
  uint32_t experiment_id;        /* 0: none */
  char *arm;                     /* of the experiment, "" */
  size_t model_bytes;            /* 0: no model kept */
  int64_t at_ms;
  char *options;                 /* JSON object: how it was asked for beyond all this, "{}" */
  uint32_t sweep, trial;         /* of which it is a part, 0: of none */
};
void run_row_release(struct run_row *row);
void run_rows_free(struct run_row *rows, size_t n);

/* Adds a run in its state (a running one as this process's); *id and *name (the name given or made up, to be freed by
 * the caller) may be NULL. A name that is taken is ERR_INPUT. */
int run_store_add(struct project *p, const struct run_row *row, uint32_t *id, char **name, struct err *e);
/* Writes all fields but id, name, at_ms, options, sweep, trial and the model. A running run is this process' from then
 * on; one that has ended keeps no state to go on from (run_live_store.h). */
int run_store_update(struct project *p, const struct run_row *row, struct err *e);
/* Keeps a model, replacing an older one; also in the transaction of the last update when done by run_store_finish. */
int run_store_put_model(struct project *p, uint32_t id, const void *model, size_t n, struct err *e);
/* Update, model (NULL: none) and points in one transaction: the end of a run. */
int run_store_finish(struct project *p, const struct run_row *row, const void *model, size_t n_model,
                     const struct train_point *points, size_t n_points, struct err *e);
/* *model is to be freed by the caller. */
int run_store_model(struct project *p, uint32_t id, void **model, size_t *n, struct err *e);
int run_store_get(struct project *p, const char *name, struct run_row *row, struct err *e);
int run_store_by_id(struct project *p, uint32_t id, struct run_row *row, struct err *e);
int run_store_list(struct project *p, struct run_row **rows, size_t *n, struct err *e);       /* oldest first */
int run_store_remove(struct project *p, const char *name, struct err *e);
/* The points of a run's curve, in order; appended. */
int run_store_add_points(struct project *p, uint32_t id, const struct train_point *points, size_t n, struct err *e);
int run_store_points(struct project *p, uint32_t id, struct train_point **points, size_t *n, struct err *e);

/* What a run or a teacher says of samples. */
enum predictor { PREDICTOR_RUN, PREDICTOR_TEACHER };
struct prediction {
  uint32_t sample_id;
  uint16_t label;                /* the likeliest, LABEL_NONE: abstained */
  float probability;             /* of that label */
};
/* Replaces the predictions of these samples. vectors: n × n_labels probabilities, row by row, or NULL. */
int run_store_put_predictions(struct project *p, enum predictor kind, uint32_t id, const struct prediction *predictions,
                              size_t n, const float *vectors, size_t n_labels, struct err *e);
/* By sample id. vectors (NULL: not wanted) as above, NaN where none was kept; n_labels is that of the longest. */
int run_store_predictions(struct project *p, enum predictor kind, uint32_t id, struct prediction **predictions,
                          size_t *n, float **vectors, size_t *n_labels, struct err *e);

/* The result of `evaluate`: one for each predictor and what it was evaluated on; a newer one replaces it. */
struct evaluation_row {
  enum predictor kind;
  uint32_t predictor_id;
  char *split;                   /* "test", or a filter */
  char *metrics;                 /* JSON object */
  int64_t at_ms;
};
int run_store_put_evaluation(struct project *p, const struct evaluation_row *row, struct err *e);
int run_store_evaluations(struct project *p, struct evaluation_row **rows, size_t *n, struct err *e);
void evaluation_rows_free(struct evaluation_row *rows, size_t n);

#endif
