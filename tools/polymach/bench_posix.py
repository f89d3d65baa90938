# SPDX-License-Identifier: BSD-2-Clause
"""The POSIX benchmark: one static Linux binary here and on Debian's Linux.

The program (out/linux/bench-posix) prints a line `NAME VALUE UNIT` for each row.
A row that ends its program, or its machine, is a failed row: its reason is kept,
and another machine measures the rows that come after it.
"""

import os
import subprocess
import sys
import tempfile

import linux_peer
import machine
import places
from errors import EXIT_TIMEOUT, Failure

# This system's forms: its name in tables, the layout, and how its tasks talk.
SYSTEMS = {"single": ("single", "mach"), "multi": ("multi", "mach"),
           "single l4": ("single", "l4"), "multi l4": ("multi", "l4")}
PROGRAM = "/bench/posix"

# Machines in a row that gave nothing before the rest counts as failed too.
PATIENCE = 3

UNITS = {"icount": "instructions", "tcg": "ns"}


class Figures:
    """What one system gave: values and reasons by row, wall time."""

    def __init__(self):
        self.values = {}
        self.errors = {}


def program():
    """The benchmark, a program of the build."""
    return places.output("linux/bench-posix")


def row_names(wanted):
    """The rows to measure, in the program's order."""
    listed = subprocess.run([program(), "--list"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.split()
    unknown = [name for name in wanted if name not in listed]
    if unknown:
        raise Failure("no row %s (there are: %s)"
                      % (", ".join(unknown), ", ".join(listed)), 2)
    return [name for name in listed if not wanted or name in wanted]


def arguments(accel, names):
    """The program's arguments for rows and a unit."""
    return (["--ns"] if UNITS[accel] == "ns" else []) + names


def parse(lines, unit, names):
    """Values by row, out of the lines of a program's output."""
    found = {}
    for line in lines:
        fields = line.split()
        if len(fields) == 3 and fields[0] in names and \
                fields[1].isdigit() and fields[2] == unit:
            found[fields[0]] = int(fields[1])
    return found


def last_line(text, otherwise):
    """The last line that says something."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else otherwise


def collect(run, names, unit):
    """Measure rows with as many machines as it takes.

    run(names) gives the lines of one machine and None, or the reason why the
    program did not end well.
    """
    figures = Figures()
    left, fruitless = list(names), 0
    while left:
        lines, why = run(left)
        found = parse(lines, unit, left)
        figures.values.update(found)
        left = [name for name in left if name not in found]
        fruitless = 0 if found else fruitless + 1
        if not left:
            break
        if why is None or fruitless == PATIENCE:
            for name in left:
                figures.errors[name] = why or "the program left it out"
            break
        figures.errors[left.pop(0)] = why
    return figures


def measure_here(options, system, accel, names):
    """Rows of one form of this system."""
    layout, ipc = SYSTEMS[system]

    def run(left):
        line = [sys.executable, os.path.dirname(os.path.abspath(__file__)),
                "run", "--accel", accel, "--layout", layout, "--ipc", ipc,
                "--mem", str(options.mem), "--timeout", str(options.timeout),
                "--copy", "%s:%s" % (program(), PROGRAM), "--", PROGRAM]
        ended = subprocess.run(line + arguments(accel, left), check=False,
                               stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = ended.stdout.splitlines()
        if ended.returncode == 0:
            return lines, None
        if ended.returncode == EXIT_TIMEOUT:
            return lines, "no result within %g s" % options.timeout
        return lines, last_line(ended.stderr, "status %d" % ended.returncode)

    return collect(run, names, UNITS[accel])


def measure_linux(options, accel, names):
    """Rows of Linux, and its version; no rows when it cannot be had."""
    versions = []
    line = [places.QEMU, "-m", str(options.mem), "-smp", "1",
            *machine.ACCELERATORS[accel]]
    cache = os.path.join(places.OUT, "linux-peer")

    def run(left):
        ended = linux_peer.run_linux(
            line, cache, busybox(), {PROGRAM: program()},
            " ".join([PROGRAM] + arguments(accel, left)), options.timeout)
        versions.append(ended.version)
        if ended.status == 0:
            return ended.lines, None
        if ended.status is None:
            return ended.lines, "no result within %g s" % options.timeout
        return ended.lines, last_line(ended.log, "status %d" % ended.status)

    try:
        return collect(run, names, UNITS[accel]), versions[0]
    except (linux_peer.PeerError, OSError) as error:
        sys.stderr.write("polymach: no Linux to compare with: %s\n" % error)
        figures = Figures()
        figures.errors = {name: str(error) for name in names}
        return figures, None


def busybox():
    """The host's busybox: Linux's init, and a file that rows open."""
    path = "/bin/busybox"
    if not os.path.exists(path):
        raise linux_peer.PeerError("%s is not there (Debian: busybox-static)"
                                   % path)
    return path
