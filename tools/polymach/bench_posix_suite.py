# SPDX-License-Identifier: BSD-2-Clause
"""`polymach bench --only posix`: a Linux program, in both layouts over both
kinds of IPC, and on Linux (unless --no-peers)."""

import bench_posix
from bench_table import accels, cell, progress

LINUX = "linux"


class Column:
    """The figures of one system in both units."""

    def __init__(self, name, measured):
        """measured: figures by accelerator."""
        nothing = bench_posix.Figures()
        self.name = name
        self.counted = measured.get("icount", nothing)
        self.timed = measured.get("tcg", nothing)

    def reason(self, row):
        """Why a figure of a row is not there, or None."""
        return self.counted.errors.get(row) or self.timed.errors.get(row)


def columns_of(options, names):
    """All forms, and Linux unless it is not wanted; its version."""
    columns = []
    for system in bench_posix.SYSTEMS:
        progress("layout " + system)
        columns.append(Column(system, {
            accel: bench_posix.measure_here(options, system, accel, names)
            for accel in accels(options)}))
    version = None
    if not options.no_peers:
        progress("Linux")
        measured = {}
        for accel in accels(options):
            measured[accel], found = bench_posix.measure_linux(
                options, accel, names)
            version = version or found
        columns.append(Column(LINUX, measured))
    return columns, version


def record(name, column, peers):
    """A row of one form, as JSON has it."""
    layout, ipc = bench_posix.SYSTEMS[column.name]
    found = {
        "name": name, "value": column.counted.values.get(name),
        "unit": "instructions", "layout": layout, "ipc": ipc,
        "peers": {p.name: p.counted.values.get(name) for p in peers},
        "wall_ns": column.timed.values.get(name),
        "peers_wall_ns": {p.name: p.timed.values.get(name) for p in peers},
    }
    errors = {c.name: c.reason(name) for c in (column, *peers)
              if c.reason(name)}
    if errors:
        found["errors"] = errors
    return found


class Suite:
    """The rows of bench/posix."""

    def __init__(self, options):
        self.names = bench_posix.row_names(options.row)
        self.columns, self.linux = columns_of(options, self.names)

    def records(self):
        """What JSON gets: a record for each row and form."""
        peers = [column for column in self.columns if column.name == LINUX]
        return [record(name, column, peers) for name in self.names
                for column in self.columns if column not in peers]

    def show(self):
        """The table, and below it why figures are missing."""
        heads = "".join("%11s" % column.name for column in self.columns)
        width = 11 * len(self.columns)
        print("%-20s%*s  %*s" % ("", width, "instructions", width,
                                 "microseconds"))
        print("%-20s%s  %s" % ("row", heads, heads))
        for name in self.names:
            print("%-20s%s  %s" % (
                name,
                "".join(cell(c.counted.values.get(name))
                        for c in self.columns),
                "".join(cell(c.timed.values.get(name), 0.001)
                        for c in self.columns)))
        for name in self.names:
            for column in self.columns:
                if column.reason(name):
                    print("failed: %s, %s: %s" % (name, column.name,
                                                  column.reason(name)))
