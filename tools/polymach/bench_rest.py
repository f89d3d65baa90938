# SPDX-License-Identifier: BSD-2-Clause
"""`polymach bench --only floods` and `--only size`: how long interrupts stay
off while one task takes all it can get, and how large the kernel is."""

import bench_size
import bench_stretch
from bench_table import progress


class Floods:
    """The longest stretches without interrupts."""

    linux = None

    def __init__(self, options):
        progress("floods")
        self.stretches = bench_stretch.Stretches(options.timeout)

    def records(self):
        """What JSON gets."""
        return list(self.stretches.records())

    def show(self):
        """The table: each flood, then each cause over the limit."""
        print("%-30s%14s  %s" % ("interrupts off, under flood",
                                 "instructions", "mostly in"))
        for record in self.records():
            print("%-30s%14d  %s" % (record["name"], record["value"],
                                     ", ".join(list(record["where"])[:3])))
        for length, flood, where in self.stretches.causes():
            print("over %d: %d, %s: %s" % (
                bench_stretch.LIMIT, length, flood,
                ", ".join("%s %d" % item for item in where.items())))


class Size:
    """The kernel's size."""

    linux = None

    def __init__(self, options):
        del options
        self.found = bench_size.records()

    def records(self):
        """What JSON gets."""
        return list(self.found)

    def show(self):
        """The table."""
        print("%-20s%11s" % ("size", ""))
        for record in self.found:
            print("%-20s%11d %s" % (record["name"], record["value"],
                                    record["unit"]))
