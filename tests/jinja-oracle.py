#!/usr/bin/env python3
"""Jinja itself as the judge of src/prompt (see tests/test-jinja-cases.c for the form of the cases).

jinja-oracle.py CASES                prints what Jinja makes of each case, a JSON line each: tests/jinja-expected.jsonl
jinja-oracle.py CASES PROGRAM        runs PROGRAM CASES (tests/test-jinja-cases) and compares both ways
Exit 77 where jinja2 3.1.2 (Debian 12's python3-jinja2) is not there.
"""
import copy
import json
import subprocess
import sys

try:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    if jinja2.__version__ != "3.1.2":
        raise ImportError(jinja2.__version__)
except ImportError as why:
    print("no jinja2 3.1.2:", why)
    sys.exit(77)

environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)


def read_cases(path):
    scope = {}
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        if line.startswith("scope "):
            scope = json.loads(line[6:])
            continue
        refused = line.startswith("!")
        source = line[1:] if refused else line
        yield line, refused, json.loads(source) if source.startswith('"') else source, scope


def render(source, scope):
    try:
        # A copy, because Jinja's own indent filter changes a list that it is given.
        return {"out": environment.from_string(source).render(**copy.deepcopy(scope))}
    except Exception as why:
        return {"error": (type(why).__name__ + ": " + str(why)).split("\n")[0]}


def main():
    cases = list(read_cases(sys.argv[1]))
    # What we refuse is not given to Jinja: some of it would never end.
    theirs = [{"error": "refused"} if refused else render(source, scope) for _, refused, source, scope in cases]
    if len(sys.argv) == 2:
        for result in theirs:
            print(json.dumps(result, ensure_ascii=False))
        return 0
    program = subprocess.run([sys.argv[2], sys.argv[1]], capture_output=True, text=True)
    lines = program.stdout.split("\n")[:-1]
    bad = 0
    if len(lines) != len(cases):
        print("not ok:", len(lines), "results for", len(cases), "cases", program.stderr)
        return 1
    for (line, refused, _, _), their, our in zip(cases, theirs, map(json.loads, lines)):
        same = "error" in our if refused else our.get("out") == their.get("out")
        if not same:
            bad += 1
            print("not ok:", line, "\n  ours: ", our, "\n  Jinja:", their)
    print(len(cases), "cases against Jinja itself,", bad, "differ")
    return bad > 0


sys.exit(main())
