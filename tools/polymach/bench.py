# SPDX-License-Identifier: BSD-2-Clause
"""polymach bench: measure, print a table, write JSON.

Figures are instructions, counted by QEMU's deterministic instruction counter
(--accel icount), and wall time, by the guest's clock under plain TCG, which also
pays for what the counter leaves out: a TLB lost at each change of the address
space.  A row that could not be measured has no value; its reason is told.
"""

import datetime
import json
import subprocess
import sys

import bench_ipc
import bench_posix
import linux_peer
import machine
import places
from errors import EXIT_FAILURE, Failure

LINUX = "linux"


class Column:
    """The figures of one system in both units."""

    def __init__(self, name, counted, timed):
        self.name = name
        self.counted = counted
        self.timed = timed

    def reason(self, row):
        """Why a figure of a row is not there, or None."""
        return self.counted.errors.get(row) or self.timed.errors.get(row)


def progress(what):
    """Say what is being measured, where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write("polymach: measuring %s\n" % what)


def posix_columns(options, names):
    """Both layouts, and Linux unless it is not wanted; its version."""
    columns = []
    for layout in bench_posix.LAYOUTS:
        progress("layout " + layout)
        columns.append(Column(layout, *(
            bench_posix.measure_here(options, layout, accel, names)
            for accel in ("icount", "tcg"))))
    version = None
    if not options.no_peers:
        progress("Linux")
        counted, version = bench_posix.measure_linux(options, "icount", names)
        timed, _ = bench_posix.measure_linux(options, "tcg", names)
        columns.append(Column(LINUX, counted, timed))
    return columns, version


def first_line(command):
    """The first line that a command prints."""
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.DEVNULL, text=True).stdout
    except OSError:
        text = ""
    return text.split("\n")[0].strip() or "unknown"


def meta(options, version):
    """What the figures were measured with."""
    return {
        "date": datetime.date.today().isoformat(),
        "commit": first_line(["git", "-C", places.SOURCE, "describe",
                              "--always", "--abbrev=12", "--dirty"]),
        "qemu": first_line([places.QEMU, "--version"]),
        "qemu_options": " ".join(machine.ACCELERATORS["icount"]),
        "qemu_options_wall": " ".join(machine.ACCELERATORS["tcg"]),
        "mem_mib": options.mem,
        "linux": version or "not measured",
        "linux_command_line": linux_peer.COMMAND_LINE,
    }


def records(names, columns):
    """The results, as JSON has them: a record for each row and layout."""
    peers = [column for column in columns if column.name == LINUX]
    for name in names:
        for column in columns:
            if column in peers:
                continue
            record = {
                "name": name, "value": column.counted.values.get(name),
                "unit": "instructions", "layout": column.name, "ipc": "mach",
                "peers": {p.name: p.counted.values.get(name) for p in peers},
                "wall_ns": column.timed.values.get(name),
                "peers_wall_ns": {p.name: p.timed.values.get(name)
                                  for p in peers},
            }
            errors = {c.name: c.reason(name) for c in (column, *peers)
                      if c.reason(name)}
            if errors:
                record["errors"] = errors
            yield record


def cell(value, factor=1):
    """A figure in the table."""
    if value is None:
        return "%11s" % "failed"
    return "%11d" % value if factor == 1 else "%11.1f" % (value * factor)


def show(names, columns):
    """The table, and below it why figures are missing."""
    heads = "".join("%11s" % column.name for column in columns)
    width = 11 * len(columns)
    print("%-20s%*s  %*s" % ("", width, "instructions", width,
                             "microseconds"))
    print("%-20s%s  %s" % ("row", heads, heads))
    for name in names:
        print("%-20s%s  %s" % (
            name,
            "".join(cell(c.counted.values.get(name)) for c in columns),
            "".join(cell(c.timed.values.get(name), 0.001) for c in columns)))
    for name in names:
        for column in columns:
            if column.reason(name):
                print("failed: %s, %s: %s" % (name, column.name,
                                              column.reason(name)))


class PosixSuite:
    """A Linux program, in both layouts and on Linux."""

    def __init__(self, options):
        self.names = bench_posix.row_names(options.row)
        self.columns, self.linux = posix_columns(options, self.names)

    def records(self):
        """What JSON gets."""
        return list(records(self.names, self.columns))

    def show(self):
        """Print the table."""
        show(self.names, self.columns)


class IpcSuite:
    """A program of ours; what others take is on record."""

    linux = None

    def __init__(self, options):
        self.names = bench_ipc.row_names(options.row)
        progress("ipc")
        self.counted, self.loads = bench_ipc.measure(options, "icount",
                                                     self.names)
        self.timed, _ = bench_ipc.measure(options, "tcg", self.names)
        self.peers = {} if options.no_peers else bench_ipc.PEERS

    def records(self):
        """What JSON gets."""
        found = []
        for name in self.names:
            record = {
                "name": name, "value": self.counted.values.get(name),
                "unit": "instructions", "layout": "none", "ipc": "mach",
                "cr3_loads": self.loads.get(name),
                "peers": self.peers.get(name, {}),
                "wall_ns": self.timed.values.get(name),
            }
            reason = self.counted.errors.get(name) or \
                self.timed.errors.get(name)
            if reason:
                record["errors"] = {"polymach": reason}
            found.append(record)
        return found

    def show(self):
        """Print the table."""
        peers = bench_ipc.PEER_NAMES if self.peers else ()
        print("%-20s%11s%11s%11s%s" % (
            "row", "instr.", "CR3 loads", "ns",
            "".join("%11s" % peer for peer in peers)))
        for record in self.records():
            known = record["peers"]
            print("%-20s%s%11s%s%s" % (
                record["name"], cell(record["value"]),
                "" if record["cr3_loads"] is None
                else "%.2f" % record["cr3_loads"], cell(record["wall_ns"]),
                "".join("%11s" % known.get(peer, "") for peer in peers)))
            for reason in record.get("errors", {}).values():
                print("failed: %s: %s" % (record["name"], reason))


SUITES = {"ipc": IpcSuite, "posix": PosixSuite}


def chosen(options):
    """The suites to run."""
    if options.only is None:
        if options.row:
            raise Failure("bench: --row needs --only", 2)
        return list(SUITES.values())
    if options.only not in SUITES:
        raise Failure("there is no %s benchmark" % options.only)
    return [SUITES[options.only]]


def run(options):
    """Measure, print, write; 0 when each row of this system has its value."""
    suites = [suite(options) for suite in chosen(options)]
    about = meta(options, next((s.linux for s in suites if s.linux), None))
    print("commit %(commit)s, %(date)s, %(qemu)s, %(mem_mib)s MiB\n"
          "instructions: %(qemu_options)s\n"
          "microseconds: %(qemu_options_wall)s\n"
          "Linux: %(linux)s" % about)
    results = []
    for suite in suites:
        suite.show()
        results += suite.records()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump({"meta": about, "results": results}, stream, indent=1)
            stream.write("\n")
    return EXIT_FAILURE if any("errors" in r for r in results) else 0
