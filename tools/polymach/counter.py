# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of the guest by address, counted by a plugin of QEMU
(tools/counter), and the functions that addresses are in."""

import bisect
import collections
import os
import subprocess
import tempfile

import guest
import places
from errors import Failure


class Symbols:
    """The functions of some ELF files, by address."""

    def __init__(self, *paths):
        found = []
        for path in paths:
            listing = subprocess.run(["nm", path], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout
            for line in listing.split("\n"):
                fields = line.split()
                if len(fields) == 3 and fields[1] in "tTwW" and \
                        not fields[2].startswith(".L"):
                    found.append((int(fields[0], 16), fields[2]))
        found.sort()
        self.addresses = [address for address, _ in found]
        self.names = [name for _, name in found]

    def name(self, address):
        """The function that an address is in.  What the compiler split off
        or specialised counts as the function it came from."""
        at = bisect.bisect_right(self.addresses, address) - 1
        return self.names[at].split(".")[0] if at >= 0 else "firmware"

    def sums(self, counts):
        """Counts by function, the largest first, of counts by address."""
        totals = collections.Counter()
        for address, count in counts.items():
            totals[self.name(address)] += count
        return dict(totals.most_common())


def kernel_symbols(*more):
    """Functions of the kernel and of programs below out/bin."""
    return Symbols(places.kernel(),
                   *(places.output("bin/" + name) for name in more))


def run(machine, mode, line=""):
    """Boot with the plugin; the guest's log and the plugin's lines, each
    split into words."""
    plugin = places.output("counter.so")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "counts")
        log, status = machine.boot(line, (
            "-plugin", "%s,mode=%s,out=%s" % (plugin, mode, path)))
        try:
            with open(path, encoding="ascii") as stream:
                lines = [text.split() for text in stream]
        except OSError:
            lines = []
    if status != guest.ENDED or not lines or lines[-1] != ["end"]:
        raise Failure("counting instructions failed: %s" % (
            log.strip().split("\n")[-1] or "status %s" % status))
    return log, lines[:-1]


def by_address(lines):
    """Counts by address."""
    return {int(address, 16): int(count) for address, count in lines}
