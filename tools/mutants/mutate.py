# SPDX-License-Identifier: BSD-2-Clause
"""The mutants of a folder, their names, and which of them are run.

A mutant's name survives moved lines:

    FILE FUNCTION OPERATOR ORDINAL PIECE

PIECE is the source that is changed, on one line; ORDINAL counts the equal
ones of the function.
"""

import hashlib
import os

import operators
import tokens as lex

SEED = "polymach"
# What finds more in tests than its turn would say comes first (below 1), what
# nearly every test finds comes last.
WEIGHT = {
    "drop-release": 0.3, "drop-reference": 0.2, "drop-wake": 0.2,
    "drop-notice": 0.2, "drop-count": 0.4, "swap-right": 0.5,
    "drop-assign": 0.6, "drop-call": 0.6, "off-by-one": 0.7, "logic": 0.7,
    "compare": 1.2, "negate": 1.6, "other-result": 1.6, "return-early": 2.4,
}
PIECE = 90


class Mutant:
    """One change of one file."""

    def __init__(self, path, function, operator, edit):
        self.path = path
        self.function = function.name
        self.operator = operator
        self.start, self.end, self.new, what = edit
        self.what = what if len(what) <= PIECE else what[:PIECE - 3] + "..."
        self.ordinal = 0
        self.line = 0

    @property
    def name(self):
        """What the mutant is known by."""
        return "%s %s %s %d %s" % (os.path.basename(self.path), self.function,
                                   self.operator, self.ordinal, self.what)

    @property
    def place(self):
        """For the eye: FILE:LINE:OPERATOR."""
        return "%s:%d:%s" % (self.path, self.line, self.operator)

    def rank(self):
        """A number that depends on the name alone."""
        digest = hashlib.sha256((SEED + self.name).encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2.0 ** 48 * \
            WEIGHT.get(self.operator, 1.0)

    def apply(self, text):
        """The changed text, with as many lines."""
        lost = text.count("\n", self.start, self.end) - self.new.count("\n")
        return text[:self.start] + self.new + "\n" * max(0, lost) + \
            text[self.end:]


def of_function(path, text, function):
    """All mutants of a function."""
    body = operators.Body(text, function)
    seen, texts = {}, set()
    for name, operator in operators.OPERATORS.items():
        for edit in operator(body):
            mutant = Mutant(path, function, name, edit)
            key = (name, mutant.what)
            seen[key] = seen.get(key, 0) + 1
            mutant.ordinal = seen[key]
            mutant.line = text.count("\n", 0, mutant.start) + 1
            changed = mutant.apply(text)
            if changed not in texts:
                texts.add(changed)
                yield mutant


def of_file(root, path):
    """[(function, mutants)] of a file below root."""
    with open(os.path.join(root, path), encoding="utf-8") as stream:
        text = stream.read()
    return [(function, list(of_function(path, text, function)))
            for function in lex.functions(text)]


def of_folder(root, folder):
    """{(path, function): mutants} of all C files of a folder."""
    found = {}
    for name in sorted(os.listdir(os.path.join(root, folder))):
        if name.endswith((".c", ".h")):
            path = os.path.join(folder, name)
            for function, mutants in of_file(root, path):
                found.setdefault((path, function.name), []).extend(mutants)
    return found


def in_order(mutants):
    """A function's mutants as they are tried: by rank, each operator in its
    turn."""
    by_operator = {}
    for mutant in sorted(mutants, key=Mutant.rank):
        by_operator.setdefault(mutant.operator, []).append(mutant)
    turns = sorted(by_operator.values(), key=lambda some: some[0].rank())
    ordered = []
    while turns:
        ordered.extend(some.pop(0) for some in turns)
        turns = [some for some in turns if some]
    return ordered


def quota(mutants):
    """How many mutants of a function are run."""
    return (len(mutants) + 19) // 20
