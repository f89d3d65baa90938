# SPDX-License-Identifier: BSD-2-Clause
"""The IPC benchmark: a program of ours, booted in bootstrap's place.

It prints a line `NAME VALUE UNIT` for each row and, for instructions, one
`NAME VALUE cr3` with the address spaces loaded in one operation.  A row that
ends the machine is a failed row; another machine measures the others.  So do
rows whose names end in _slow: their kernel is told to leave its fast paths.
"""

import re

import bench_posix
import guest
import image
from errors import Failure

PROGRAM = "bench-ipc"
MEMORY = 256
SLOW = "fastpath=off"

# Rows of a sweep: NAME_SIZE, with k and m for KiB and MiB.
SIZED = re.compile(r"(inline|ool|shared|l4_inline|l4_map|l4_shared)_"
                   r"(\d+)([km]?)$")
UNITS = {"": 1, "k": 1024, "m": 1024 * 1024}


def machine(accel, timeout):
    """What a row is measured on."""
    return guest.Guest("stripped/" + PROGRAM, accel, MEMORY, timeout)


def is_slow(name):
    """Whether a row is measured without fast paths."""
    return name.endswith("_slow")


def command_line(name, line):
    """The kernel's command line for a row."""
    if is_slow(name):
        line += " " + SLOW
    return image.with_appended(line)


def row_names(wanted):
    """The rows to measure, in the program's order."""
    text, _ = machine("tcg", 60).boot("list")
    listed = [line.strip() for line in text.split("\n")
              if line.strip().replace("_", "").isalnum()]
    unknown = [name for name in wanted if name not in listed]
    if unknown:
        raise Failure("no row %s (there are: %s)"
                      % (", ".join(unknown), ", ".join(listed)), 2)
    return [name for name in listed if not wanted or name in wanted]


def sweep(name):
    """Series and size in bytes of a row of a sweep, or None."""
    found = SIZED.match(name)
    if not found:
        return None
    return found.group(1), int(found.group(2)) * UNITS[found.group(3)]


def binding(name):
    """Which kind of IPC a row measures."""
    return "l4" if name.startswith("l4_") else "mach"


def cr3_loads(text):
    """Loads of an address space in one operation, by row."""
    fields = [line.split() for line in text.split("\n")]
    return {f[0]: float(f[1]) for f in fields if f[2:] == ["cr3"]}


def measure(options, accel, names):
    """Rows of this system; CR3 loads, where instructions are counted."""
    unit = bench_posix.UNITS[accel]
    where = machine(accel, options.timeout)
    loads = {}

    def run(left):
        text, status = where.boot(
            command_line(left[0], "unit=%s rows=%s" % (unit, ",".join(left))))
        loads.update(cr3_loads(text))
        if status == guest.ENDED:
            return text.split("\n"), None
        why = "no result within %g s" % options.timeout if status is None \
            else bench_posix.last_line(text, "status %d" % status)
        return text.split("\n"), why

    figures = bench_posix.Figures()
    for slow in (False, True):
        some = [name for name in names if is_slow(name) == slow]
        part = bench_posix.collect(run, some, unit)
        figures.values.update(part.values)
        figures.errors.update(part.errors)
    return figures, loads
