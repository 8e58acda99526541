# Reference values of the statistics of src/evaluate, by base R and from the definitions: Rscript tests/r/reference.R >
# tests/r/reference.tsv. tests/test-evaluate-reference.c compares ours with them, tests/test-reference-r.sh this with R.
# A line: what, the numbers that go in, those that come out, and how far ours may be from them.

RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20)
words <- function(x, digits) paste(sprintf(paste0("%.", digits, "g"), x), collapse = " ")
say <- function(what, inputs, results, tolerance, digits = 8)
  cat(what, words(inputs, 15), words(results, digits), sprintf("%g", tolerance), sep = "\t", fill = FALSE)
line <- function(...) { say(...); cat("\n") }
cat("# ", R.version.string, "; by tests/r/reference.R\n", sep = "")

# proportions, means
for (k in list(c(0, 10), c(7, 10), c(10, 10), c(431, 500), c(1, 3000)))
  line("wilson", k, suppressWarnings(prop.test(k[1], k[2], correct = FALSE))$conf.int, 1e-7)
for (n in c(2, 3, 5, 10)) {
  x <- round(runif(n, .7, .9), 4)
  line("t", x, t.test(x)$conf.int, 1e-7)
}

# exact McNemar and mid p
for (b in list(c(1, 0), c(8, 2), c(2, 8), c(30, 11), c(200, 150), c(3, 3))) {
  p <- binom.test(b[1], sum(b))$p.value
  mid <- if (b[1] == b[2]) 1 - dbinom(b[1], sum(b), .5) / 2 else p - dbinom(b[1], sum(b), .5)
  line("mcnemar", b, c(p, mid), 1e-7)
}

# the same pooled over seeds, texts as clusters: all sign flips, counted
S <- 3; R <- 12
first <- matrix(rbinom(S * R, 1, .5), S); second <- pmax(first, matrix(rbinom(S * R, 1, .3), S))
second[2, 5] <- 0
d <- colSums(second - first)
sums <- abs(as.matrix(expand.grid(rep(list(c(-1, 1)), R))) %*% d)
line("mcnemar_pooled", c(S, R, t(first), t(second)),
     c(mean(sums >= abs(sum(d))), mean(sums > abs(sum(d))) + mean(sums == abs(sum(d))) / 2), 1e-7)

# many tests
for (p in list(c(.01, .04, .03, .005, .5, .9), c(.001, .001, .2), runif(12)^3))
  line("holm", round(p, 6), p.adjust(round(p, 6), "holm"), 1e-7)

# power: Connor's equation solved, and the non-central t distribution
connor <- function(n, psi, level, power) {
  za <- qnorm(.5 + level / 2); zb <- qnorm(power)
  uniroot(function(d) ((za * sqrt(psi) + zb * sqrt(psi - d^2)) / d)^2 - n, c(1e-6, psi), tol = 1e-12)$root
}
for (x in list(c(240, .1, .95, .8), c(500, .3, .95, .8), c(5500, .02, .95, .9), c(60, .4, .9, .5)))
  line("connor", x, do.call(connor, as.list(x)), 1e-7)
by <- function(se, df, level, power)
  se * uniroot(function(d) pt(qt(.5 + level / 2, df), df, d, lower.tail = FALSE) - power, c(0, 50), tol = 1e-10)$root
for (x in list(c(.01, 2, .95, .8), c(.02, 4.3, .95, .8), c(.01, 30, .95, .9), c(1, 1000, .9, .8)))
  line("detectable_by", x, do.call(by, as.list(x)), 2e-4 * x[1])

# precision, recall, F1 of each label and their plain mean over the labels that occur
for (C in c(3, 6)) {
  n <- 40; used <- 0:(C - 1 - (C > 3))  # of six labels the last one never occurs
  truth <- sample(used, n, TRUE, prob = rev(used + 1)^2); said <- ifelse(runif(n) < .6, truth, sample(used, n, TRUE))
  table <- table(factor(truth, 0:(C - 1)), factor(said, 0:(C - 1)))
  f1 <- 2 * diag(table) / (rowSums(table) + colSums(table))
  precision <- ifelse(colSums(table) > 0, diag(table) / colSums(table), 0)
  recall <- ifelse(rowSums(table) > 0, diag(table) / rowSums(table), 0)
  line("f1", c(C, truth, said), c(mean(f1[rowSums(table) + colSums(table) > 0]), precision, recall), 1e-7)
}

# expected calibration error, 15 bins of equal width
for (n in c(20, 200)) {
  confidence <- round(runif(n, .2, 1)^.7, 4); right <- rbinom(n, 1, confidence^2)
  bin <- cut(confidence, seq(0, 1, length.out = 16))
  gap <- tapply(confidence, bin, sum) - tapply(right, bin, sum)
  line("calibration", c(confidence, right), sum(abs(gap), na.rm = TRUE) / n, 1e-7)
}

# the parts of the variance of a mean over texts and seeds: two-way analysis of variance, by aov
parts <- function(x) {
  S <- nrow(x); R <- ncol(x)
  ms <- summary(aov(c(x) ~ factor(row(x)) + factor(col(x))))[[1]][["Mean Sq"]]  # seeds, texts, rest
  v <- list(text = ms[2] / (S * R), seed = max(0, ms[1] - ms[3]) / (S * R), raw = ms[1] / (S * R))
  df <- with(v, (text + seed)^2 / (text^2 / (R - 1) + raw^2 / (S - 1)))
  if (v$seed > 0) {
    t <- with(v, sqrt((qt(.975, R - 1)^2 * text + qt(.975, S - 1)^2 * seed) / (text + seed)))
    df <- min(df, uniroot(function(df) qt(.975, df) - t, c(S - 1, max(R - 1, S)), tol = 1e-9)$root)
  }
  c(v, df = max(1, df))
}
seeds_and_texts <- function(S, R, of_seed) {
  hard <- rnorm(R)
  t(sapply(seq_len(S), function(s) as.numeric(1 + hard + rnorm(1) * of_seed + rnorm(R) > 0)))
}

# Wilson's interval with the effective number of texts
for (k in 1:3) {
  x <- seeds_and_texts(c(3, 5, 4)[k], c(40, 60, 25)[k], c(.1, .5, 1)[k])
  v <- parts(x); m <- mean(x); n <- m * (1 - m) / (v$text + v$seed); z2 <- qt(.975, v$df)^2
  half <- sqrt(z2) * sqrt(m * (1 - m) / n + z2 / (4 * n^2))
  line("accuracy", c(dim(x), t(x)),
       c(m, (m + z2 / (2 * n) + c(-1, 1) * half) / (1 + z2 / n), sqrt(v$text), sqrt(v$seed), v$df), 1e-6)
}

# Paired bootstrap, one seed: drawn are the texts at hand and two more (1/2, 1, 1/2 of a difference of -1, 0, 1), and
# the deviation is over sqrt(chi^2(df) / df). Exactly: the distribution of the sum by convolution, then of the ratio.
for (k in list(c(240, 14, 30), c(60, 4, 10), c(500, 60, 62))) {
  n <- k[1]; lost <- k[2]; won <- k[3]; df <- n - 1; m <- (won - lost) / n
  one <- c(lost + .5, n - lost - won + 1, won + .5) / (n + 2); p <- 1
  for (i in seq_len(n)) p <- c(p, 0, 0) * one[1] + c(0, p, 0) * one[2] + c(0, 0, p) * one[3]
  dev <- (-n:n) / n - m
  below <- function(q)
    if (q > 0) sum(p * ifelse(dev <= 0, 1, pchisq(df * (dev / q)^2, df, lower.tail = FALSE)))
    else sum(p * ifelse(dev < 0, pchisq(df * (dev / q)^2, df), 0))
  at <- function(a) uniroot(function(q) below(q) - a, c(-1, 1), tol = 1e-10)$root
  line("difference_exact", k, c(m, m + at(.025), m + at(.975), 2 * min(below(-m), 1 - below(-m))), .004)
}

# Paired bootstrap, several seeds, by resampling: as above with the usual step of the texts where arms differ, seeds'
# own deviations added, without what is noise of text x seed alone
for (k in 1:2) {
  S <- c(3, 5)[k]; R <- c(80, 120)[k]; B <- 2e5
  first <- seeds_and_texts(S, R, .3); second <- pmax(first, matrix(rbinom(S * R, 1, seq(.2, .7, length.out = S)), S))
  second[matrix(runif(S * R), S) < .1] <- 0
  x <- second - first; m <- mean(x); of_text <- colMeans(x); v <- parts(x)
  step <- max(1, round(sqrt(mean(of_text[of_text != 0]^2)) * S))
  weight <- tabulate(round(of_text * S) + S + 1, 2 * S + 1)
  weight[S + 1 + c(-step, 0, step)] <- weight[S + 1 + c(-step, 0, step)] + c(.5, 1, .5)
  texts <- colSums(rmultinom(B, R, weight) * ((-S:S) / S)) / R - m
  dev <- rowMeans(x) - m
  seeds <- rowMeans(matrix(sample(dev, B * S, TRUE), B)) * sqrt(S / (S - 1)) * sqrt(v$seed / v$raw)
  r <- (texts + seeds) / sqrt(rchisq(B, v$df) / v$df)
  line("difference", c(S, R, t(first), t(second)),
       c(m, m + quantile(r, c(.025, .975)), 2 * min(mean(m + r <= 0), mean(m + r >= 0)), sqrt(v$text), sqrt(v$seed),
         v$df), .006, 6)
}

# Power law by nls (for each rate the rest is linear), weighted, with the profile likelihood interval of its ceiling:
# the ceilings whose best fit has a sum of squares within t^2 s^2 of the least
law <- function(x, y, se) {
  w <- 1 / se^2; x100 <- x / 100
  control <- nls.control(maxiter = 500, tol = 1e-6, minFactor = 1e-10)
  fit <- nls(y ~ cbind(1, -x100^-r), start = list(r = .5), algorithm = "plinear", weights = w, control = control)
  e <- unname(coef(fit)); df <- length(x) - 3
  beyond <- function(ceiling) {
    below <- ceiling - y
    profile <- nls(below ~ x100^-r, start = list(r = e[1]), algorithm = "plinear", weights = w, control = control)
    deviance(profile) - deviance(fit) * (1 + qt(.975, df)^2 / df)
  }
  bound <- function(to) uniroot(beyond, sort(c(e[2], to)), tol = 1e-8)$root
  c(e[2], e[3] * 100^e[1], e[1], sqrt(mean((y - predict(fit))^2)), bound(max(y) + .001), bound(.9999))
}
x <- c(60, 110, 160, 260, 460, 860, 1660, 3260)
for (k in 1:3) {
  se <- c(.004, .002, .001)[k] * rep(c(1, 2, 1, 1.5), 2)
  y <- round(c(.9, .88, .85)[k] - c(1.5, 3, 8)[k] * x^-c(.5, .7, .9)[k] + rnorm(8) * se / 2, 5)
  line("law", c(x, y, se), law(x, y, se), 2e-3, 6)
}
