#!/usr/bin/env python3
"""Writes tests/confident-cases: scores, thresholds, joint and issues of small cases, by the formulas in plain Python.

Independent of src/curate/confident.c: lists and sorting, no heaps. cleanlab is not needed. See confident.h for the sources.
"""
import math

LEAST = 1e-6


def entropy_score(p, k):
    h = -sum(x * math.log(x) for x in p if x > 0)
    x = h / math.log(len(p)) / max(p[k], LEAST)
    return (1.0 if p[k] > 0.5 else 0.0) if x < LEAST else math.log(x + 1) / x


def scores(p, k):
    return p[k], (p[k] - max(x for j, x in enumerate(p) if j != k) + 1) / 2, entropy_score(p, k)


def average(values):
    s = None
    for v in sorted(values, reverse=True):
        s = v if s is None else 0.8 * v + 0.2 * s
    return s


def many(p, labels):
    each = [scores([1 - x, x], 1 if k in labels else 0) for k, x in enumerate(p)]
    return [average([e[i] for e in each]) for i in range(3)]


def thresholds(given, P, C):
    out = []
    for k in range(C):
        own = [p[k] for g, p in zip(given, P) if g == k]
        out.append(max(sum(own) / len(own), 2 * LEAST) if own else math.inf)
    return out


def joint(given, P, C):
    t = thresholds(given, P, C)
    counts = [[0] * C for _ in range(C)]
    for g, p in zip(given, P):
        sure = [k for k in range(C) if p[k] >= t[k] - LEAST]
        if sure:
            counts[g][max(sure, key=lambda k: (p[k], -k))] += 1
    for k in range(C):
        counts[k][k] = max(counts[k][k], 1)
    return counts


def calibrated(given, counts, C):
    out = []
    for k in range(C):
        total = given.count(k)
        exact = [x * total / sum(counts[k]) for x in counts[k]]
        row = [int(x) for x in exact]
        order = sorted(range(C), key=lambda j: (-(exact[j] - row[j]), j))
        for j in order[:total - sum(row)]:
            row[j] += 1
        out.append(row)
    return out


def issues(given, P, counts, C):
    flags = [0] * len(given)
    for k in range(C):
        own = [i for i, g in enumerate(given) if g == k]
        for j in range(C):
            if j != k:
                for i in sorted(own, key=lambda i: (-(P[i][j] - P[i][k]), i))[:counts[k][j]]:
                    flags[i] |= 1
        for i in sorted(own, key=lambda i: (P[i][k], i))[:len(own) - counts[k][k]]:
            flags[i] |= 2
    for i, (g, p) in enumerate(zip(given, P)):
        if max(range(C), key=lambda k: (p[k], -k)) == g:
            flags[i] = 0
    return flags


def random_numbers(seed):
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (seed >> 40) / 2**24


def numbers(values):
    return " ".join("%.9g" % v for v in values)


def single(name, given, P):
    C = len(P[0])
    counts = joint(given, P, C)
    fixed = calibrated(given, counts, C)
    print("single", name, len(given), C)
    for g, p, flag in zip(given, P, issues(given, P, fixed, C)):
        print(g, numbers(p), "|", numbers(scores(p, g)), "|", flag)
    print("thresholds", numbers(thresholds(given, P, C)))
    for row in counts:
        print("joint", *row)
    for row in fixed:
        print("calibrated", *row)


def drawn(n, C, noise, seed):
    """Samples whose probabilities lean to a true class, some given another label. In eighths of a percent, so that a float holds
    them well."""
    r = random_numbers(seed)
    given, P = [], []
    for _ in range(n):
        true = int(next(r) * C)
        given.append(int(next(r) * C) if next(r) < noise else true)
        raw = [next(r) ** 2 + (1.2 * next(r) if k == true else 0) + 1e-3 for k in range(C)]
        p = [int(800 * x / sum(raw)) / 800 for x in raw]
        p[true] += 1 - sum(p)
        P.append(p)
    return given, P


# By hand: class 0 has threshold (.9 + .8 + .1) / 3 = .6, class 1 (.7 + .4) / 2 = .55. The third sample is truly 1.
single("hand", [0, 0, 0, 1, 1], [[.9, .1], [.8, .2], [.1, .9], [.3, .7], [.6, .4]])
single("sure", [0, 1, 1, 0], [[1, 0], [0, 1], [1, 0], [.5, .5]])
single("absent", [0, 0, 2, 2], [[.5, .3, .2], [.2, .5, .3], [.1, .2, .7], [.6, .1, .3]])
single("drawn3", *drawn(60, 3, .3, 1))
single("drawn7", *drawn(200, 7, .2, 2))
print("many", "by-hand", 4, 3)
for labels, p in [([0, 2], [.9, .2, .6]), ([], [.1, .2, .3]), ([1], [.8, .1, .5]), ([0, 1, 2], [1, 1, 0])]:
    print(",".join(map(str, labels)) or "-", numbers(p), "|", numbers(many(p, labels)), "|", 0)
