#include "net/loss.h"

#include <math.h>

#include "base/err.h"

static double
log_target(double t)
{
  return t > 0 ? fmax(log(t), LOSS_LOG_ZERO) : LOSS_LOG_ZERO;
}

/* p = softmax(scores / T), and the logarithm of the sum that they were divided by, of scores / T. */
static double
softmax(size_t C, const float *scores, double temperature, double *p)
{
  double top = scores[0], sum = 0;

  for (size_t i = 1; i < C; i++)
    top = scores[i] > top ? scores[i] : top;
  for (size_t i = 0; i < C; i++)
    sum += p[i] = exp((scores[i] - top) / temperature);
  for (size_t i = 0; i < C; i++)
    p[i] /= sum;
  return top / temperature + log(sum);
}

/* The parts below add share times their gradient to d and return share times their loss. */

static double
single_ce(size_t C, const float *scores, const double *p, double log_sum, const double *t, double share, double *d)
{
  double loss = 0;

  for (size_t i = 0; i < C; i++) {
    loss += t[i] * (log_sum - scores[i]);
    d[i] += share * (p[i] - t[i]);
  }
  return share * loss;
}

static double
single_rce(size_t C, const double *p, const double *t, double share, double *d)
{
  double mean = 0;

  for (size_t i = 0; i < C; i++)
    mean += p[i] * log_target(t[i]);
  for (size_t i = 0; i < C; i++)
    d[i] -= share * p[i] * (log_target(t[i]) - mean);
  return share * -mean;
}

static double
single_gce(size_t C, const float *scores, const double *p, double log_sum, const double *t, double q, double share,
           double *d)
{
  size_t y = 0;
  double log_p, power;

  for (size_t i = 1; i < C; i++)
    y = t[i] > t[y] ? i : y;
  log_p = scores[y] - log_sum;
  power = exp(q * log_p);
  for (size_t i = 0; i < C; i++)
    d[i] -= share * power * ((i == y) - p[i]);
  return share * (q > 0 ? -expm1(q * log_p) / q : -log_p);
}

static double
single_label(const struct loss *l, size_t C, const float *scores, const float *target, double share, double *d)
{
  double p[LOSS_MAX_CLASSES], t[LOSS_MAX_CLASSES], loss = 0;
  double log_sum = softmax(C, scores, 1, p);

  for (size_t i = 0; i < C; i++)
    t[i] = (1 - (double)l->smoothing) * target[i] + (double)l->smoothing / (double)C;
  if (l->kind == LOSS_CE)
    loss = single_ce(C, scores, p, log_sum, t, share, d);
  else if (l->kind == LOSS_RCE)
    loss = single_rce(C, p, t, share, d);
  else if (l->kind == LOSS_GCE)
    loss = single_gce(C, scores, p, log_sum, t, l->q, share, d);
  else
    loss = single_ce(C, scores, p, log_sum, t, share * l->alpha, d) + single_rce(C, p, t, share * l->beta, d);
  return loss;
}

static double
single_soft(size_t C, const float *scores, const float *soft, double temperature, double share, double *d)
{
  double p[LOSS_MAX_CLASSES], t[LOSS_MAX_CLASSES], sum = 0, loss = 0;
  double log_sum = softmax(C, scores, temperature, p);

  for (size_t i = 0; i < C; i++)
    sum += t[i] = soft[i] > 0 ? pow(soft[i], 1 / temperature) : 0;
  for (size_t i = 0; i < C; i++) {
    t[i] /= sum;
    loss += t[i] * (log_sum - scores[i] / temperature);
    d[i] += share * temperature * (p[i] - t[i]);
  }
  return share * temperature * temperature * loss;
}

/* log(sigmoid(x)), also where exp(-x) is too large or too small. */
static double
log_sigmoid(double x)
{
  return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x));
}

static double
binary_ce(double score, double p, double t, double share, double *d)
{
  *d += share * (p - t);
  return -share * (t * log_sigmoid(score) + (1 - t) * log_sigmoid(-score));
}

static double
binary_rce(double p, double t, double share, double *d)
{
  double yes = log_target(t), no = log_target(1 - t);

  *d -= share * p * (1 - p) * (yes - no);
  return -share * (p * yes + (1 - p) * no);
}

static double
binary_gce(double score, double t, double q, double share, double *d)
{
  double sign = t >= 0.5 ? 1 : -1, log_p = log_sigmoid(sign * score);

  *d -= share * sign * exp(q * log_p) * exp(log_sigmoid(-sign * score));
  return share * (q > 0 ? -expm1(q * log_p) / q : -log_p);
}

static double
many_labels(const struct loss *l, size_t C, const float *scores, const float *target, double share, double *d)
{
  double loss = 0;

  for (size_t i = 0; i < C; i++) {
    double t = (1 - (double)l->smoothing) * target[i] + (double)l->smoothing / 2, p = exp(log_sigmoid(scores[i]));

    if (l->kind == LOSS_CE)
      loss += binary_ce(scores[i], p, t, share, &d[i]);
    else if (l->kind == LOSS_RCE)
      loss += binary_rce(p, t, share, &d[i]);
    else if (l->kind == LOSS_GCE)
      loss += binary_gce(scores[i], t, l->q, share, &d[i]);
    else
      loss += binary_ce(scores[i], p, t, share * l->alpha, &d[i]) + binary_rce(p, t, share * l->beta, &d[i]);
  }
  return loss;
}

static double
many_soft(size_t C, const float *scores, const float *soft, double temperature, double share, double *d)
{
  double loss = 0;

  for (size_t i = 0; i < C; i++) {
    double yes = soft[i] > 0 ? pow(soft[i], 1 / temperature) : 0;
    double no = soft[i] < 1 ? pow(1 - (double)soft[i], 1 / temperature) : 0;
    double score = scores[i] / temperature;

    loss += temperature * binary_ce(score, exp(log_sigmoid(score)), yes / (yes + no), share * temperature, &d[i]);
  }
  return loss;
}

/* That none of several labels holds is an opinion too. */
static bool
is_given(const struct loss *l, size_t C, const float *soft)
{
  if (!soft || l->multilabel)
    return soft;
  for (size_t i = 0; i < C; i++)
    if (soft[i] > 0)
      return true;
  return false;
}

double
loss_row(const struct loss *l, size_t C, const float *scores, const float *target, const float *soft, float weight,
         float *dscores)
{
  double d[LOSS_MAX_CLASSES], loss = 0;
  double share = l->share > 0 && is_given(l, C, soft) ? l->share : 0;
  double temperature = l->temperature > 0 ? l->temperature : 1;

  ensure(C > 0 && C <= LOSS_MAX_CLASSES);
  for (size_t i = 0; i < C; i++)
    d[i] = 0;
  if (share < 1)
    loss += (l->multilabel ? many_labels : single_label)(l, C, scores, target, 1 - share, d);
  if (share > 0)
    loss += (l->multilabel ? many_soft : single_soft)(C, scores, soft, temperature, share, d);
  for (size_t i = 0; i < C; i++)
    dscores[i] = (float)(weight * d[i]);
  return weight * loss;
}
