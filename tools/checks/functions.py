#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""No function is longer than 100 lines unless long-functions.txt says why."""

import ast
import re

import tap
import tree

LIMIT = 100
NAME = re.compile(r"(\w+)\s*\(")


def c_functions(text):
    """Yield (name, first line, lines) of the functions of a C file in house
    style: the body's braces stand in the first column."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        if line == "{" and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            if line.rstrip() == "}":
                name = None
                for back in range(start - 1, max(-1, start - 12), -1):
                    match = NAME.search(lines[back])
                    if match and not lines[back].startswith((" ", "\t")):
                        name = match.group(1)
                        break
                yield name or "?", start + 1, number - start + 1
            start = None


def python_functions(text):
    """The same of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def main():
    """One result, one line for each offender."""
    reasons = tree.exceptions("long-functions.txt")
    used = set()
    long_ones = []
    count = 0
    for path in tree.files(".c", ".h", ".y", ".l", ".py"):
        find = python_functions if path.endswith(".py") else c_functions
        for name, line, length in find(tree.read(path)):
            count += 1
            key = "%s %s" % (path, name)
            if length <= LIMIT:
                continue
            if reasons.get(key):
                used.add(key)
            else:
                long_ones.append("%s:%d: %s has %d lines"
                                 % (path, line, name, length))
    tap.check(not long_ones, "none of %d functions is over %d lines without "
              "a reason" % (count, LIMIT), "\n".join(long_ones))
    stale = sorted(set(reasons) - used)
    tap.check(not stale, "long-functions.txt lists long functions only",
              "\n".join(stale))
    tap.done()


if __name__ == "__main__":
    main()
