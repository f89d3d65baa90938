# SPDX-License-Identifier: BSD-2-Clause
"""polymach bench --trace-instructions ROW: where its instructions go.

The row is run with N and with 2N operations under the counting plugin; the
difference, for each instruction, divided by N is what one operation executes.
Debug information says which function, inlined ones included, an instruction
belongs to; the table in trace_classes.py says which class that is.
"""

import collections
import subprocess

import bench_ipc
import counter
import places
import trace_classes
from errors import Failure

COUNT = 200


class Trace:
    """Instructions of one operation, by class, function and address."""

    def __init__(self, row, timeout, count=COUNT):
        self.row = row
        once = self._counts(count, timeout)
        twice = self._counts(2 * count, timeout)
        self.addresses = {
            address: (many - once.get(address, 0)) / count
            for address, many in twice.items()
            if many - once.get(address, 0) > 0}
        self.chains = chains(self.addresses)

    def _counts(self, count, timeout):
        line = bench_ipc.command_line(self.row, "rows=%s count=%d"
                                      % (self.row, count))
        _, lines = counter.run(bench_ipc.machine("icount", timeout), "count",
                               line)
        return counter.by_address(lines)

    def total(self):
        """All of them."""
        return sum(self.addresses.values())

    def classes(self):
        """Instructions by class, in the table's order."""
        sums = dict.fromkeys(trace_classes.CLASSES, 0.0)
        for address, count in self.addresses.items():
            sums[trace_classes.of(address, self.chains[address])] += count
        return sums

    def functions(self):
        """(instructions, class, function), the largest first."""
        sums = collections.Counter()
        for address, count in self.addresses.items():
            chain = self.chains[address]
            sums[(trace_classes.of(address, chain),
                  trace_classes.shown(chain))] += count
        return [(count, *key) for key, count in sums.most_common()]


def ask(path, addresses):
    """addr2line's answer: for each address its frames, innermost first, as
    (function, file)."""
    text = "\n".join("%x" % a for a in addresses)
    answer = subprocess.run(
        ["addr2line", "-a", "-f", "-i", "-e", path], input=text, text=True,
        check=True, stdout=subprocess.PIPE).stdout.split("\n")
    found = {}
    frames = []
    index = 0
    while index < len(answer) - 1:
        if answer[index].startswith("0x"):
            frames = found.setdefault(int(answer[index], 16), [])
            index += 1
            continue
        frames.append((answer[index], answer[index + 1].rsplit(":", 1)[0]))
        index += 2
    return found


def chains(addresses):
    """The frames of each address; one without debug information has its
    symbol's name."""
    user = places.output("bin/" + bench_ipc.PROGRAM)
    found = {}
    for path, kernel in ((places.kernel(), True), (user, False)):
        mine = [a for a in addresses if trace_classes.is_kernel(a) == kernel]
        if mine:
            found.update(ask(path, mine))
    symbols = counter.kernel_symbols(bench_ipc.PROGRAM)
    for address, frames in found.items():
        if not frames or frames[0][0] == "??":
            found[address] = [(symbols.name(address),
                               frames[0][1] if frames else "")]
    return found


def show(trace):
    """Print the table of a row."""
    print("%s: %.1f instructions" % (trace.row, trace.total()))
    for name, count in trace.classes().items():
        if count:
            print("%9.1f  %s" % (count, name))
    print("by function:")
    for count, name, function in trace.functions():
        if count >= 0.05:
            print("%9.1f  %-14s %s" % (count, name, function))


def run(options):
    """Trace one row and print it; 0."""
    row = options.trace_instructions
    bench_ipc.row_names([row])
    if options.only not in (None, "ipc"):
        raise Failure("bench: --trace-instructions is of --only ipc", 2)
    show(Trace(row, options.timeout))
    return 0
