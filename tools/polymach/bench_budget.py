# SPDX-License-Identifier: BSD-2-Clause
"""The budget: what each row took when somebody last agreed to it.

A line `ROW INSTRUCTIONS CR3-LOADS` for each row.  A row may rise by 3 % (and
always by one instruction and a hundredth of a load); what rises more needs its
budget raised on purpose, by `make budget`.  What fell by more is told, so that
the budget can follow.
"""

import os

import places
from errors import Failure

SLACK = 1.03

HEADER = """\
# What each row of the IPC benchmark may take: instructions, and address
# spaces loaded (see docs/benchmarks.md).  `make check` fails when one takes 3 %
# more.  Written by `make budget`.
"""


def path():
    """The file of the source tree."""
    return os.path.join(places.SOURCE, "bench", "budget.txt")


def figures(records):
    """Instructions and loads by row."""
    return {r["name"]: (r["value"], r.get("cr3_loads") or 0.0)
            for r in records if r["value"] is not None}


def write(records, name):
    """Write a budget of what was measured."""
    with open(name, "w", encoding="utf-8") as stream:
        stream.write(HEADER)
        for row, (value, loads) in figures(records).items():
            stream.write("%-18s %8d %6.2f\n" % (row, value, loads))


def read(name):
    """Instructions and loads by row."""
    found = {}
    with open(name, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            fields = line.split("#")[0].split()
            try:
                if fields:
                    row, value, loads = fields
                    found[row] = int(value), float(loads)
            except ValueError:
                raise Failure("%s:%d: not ROW INSTRUCTIONS CR3-LOADS"
                              % (name, number)) from None
    return found


def compare(records, budget):
    """What is over the budget, and hints, as lines of text.

    All rows of the budget must be there; one that has no budget is a hint.
    """
    over, hints = [], []
    measured = figures(records)
    for row, (value, loads) in budget.items():
        if row not in measured:
            over.append("%s: in the budget, not measured" % row)
            continue
        now, now_loads = measured[row]
        what = "%s: %d instructions, budget %d (%+.1f %%)" % (
            row, now, value, 100.0 * (now - value) / max(value, 1))
        if now > max(value * SLACK, value + 1):
            over.append(what)
        elif now * SLACK < value:
            hints.append(what)
        if now_loads > max(loads * SLACK, loads + 0.01):
            over.append("%s: %.2f CR3 loads, budget %.2f"
                        % (row, now_loads, loads))
    hints += ["%s: %d instructions, no budget" % (row, measured[row][0])
              for row in measured if row not in budget]
    return over, hints


def check(records, names):
    """Compare and tell; whether no row of these is over its budget."""
    budget = {row: limit for row, limit in read(path()).items()
              if not names or row in names}
    over, hints = compare(records, budget)
    for line in over:
        print("over budget: " + line)
    for line in hints:
        print("hint, make budget: " + line)
    if over:
        print("raise the budget on purpose (make budget) or find the cause: "
              "polymach bench --trace-instructions ROW")
    return not over
