# SPDX-License-Identifier: BSD-2-Clause
"""The longest stretches with interrupts off, under the floods.

The program is that of the test (tests/guest/floods).  It executes a mark
before each flood; the plugin keeps the longest stretches of each cause between
two marks.  The kernel that is measured is the one that is shipped.
"""

import re

import counter
import guest

PROGRAM = "guest-floods"
MEMORY = 48
LIMIT = 20000  # what no stretch should exceed


class Stretch:
    """Instructions that no interrupt came between, and where they were."""

    def __init__(self, length, times):
        self.length = length
        self.times = times  # how often one of this cause was seen
        self.counts = {}    # by address

    def functions(self, symbols, most=6):
        """Its functions and their instructions, the largest first."""
        return dict(list(symbols.sums(self.counts).items())[:most])


def parse(lines):
    """Stretches by section; section 0 is before the first mark."""
    sections = {}
    found = []
    for fields in lines:
        if fields[0] == "section":
            found = sections.setdefault(int(fields[1]), [])
        elif fields[0] == "stretch":
            found.append(Stretch(int(fields[1]), int(fields[2])))
        else:
            found[-1].counts[int(fields[0], 16)] = int(fields[1])
    for stretches in sections.values():
        stretches.sort(key=lambda s: -s.length)
    return sections


def flood_names(log):
    """The floods in their order."""
    return re.findall(r"^# ([a-z -]+), carved:", log, re.MULTILINE)


def row_name(flood):
    """A flood's row."""
    return "irq_off_" + re.sub(r"[^a-z]+", "_", flood)


class Stretches:
    """What the floods gave."""

    def __init__(self, timeout):
        machine = guest.Guest("stripped/" + PROGRAM, "icount", MEMORY,
                              timeout)
        log, lines = counter.run(machine, "stretch")
        self.symbols = counter.kernel_symbols()
        self.floods = flood_names(log)
        self.sections = parse(lines)

    def records(self):
        """A record for each flood."""
        for index, flood in enumerate(self.floods):
            found = self.sections.get(index + 1, [])
            yield {
                "name": row_name(flood),
                "value": found[0].length if found else 0,
                "unit": "instructions", "layout": "none", "ipc": "mach",
                "peers": {}, "limit": LIMIT,
                "where": found[0].functions(self.symbols) if found else {},
            }

    def causes(self):
        """The longest stretch of each cause that is over the limit, with the
        flood it was seen in, longest first; a cause is the function with
        most of the instructions."""
        worst = {}
        for index, flood in enumerate(self.floods):
            for stretch in self.sections.get(index + 1, []):
                where = stretch.functions(self.symbols)
                cause = next(iter(where), "")
                if stretch.length > LIMIT and (
                        cause not in worst or
                        worst[cause][0] < stretch.length):
                    worst[cause] = (stretch.length, flood, where)
        return sorted(worst.values(), key=lambda w: -w[0])
