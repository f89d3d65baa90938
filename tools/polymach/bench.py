# SPDX-License-Identifier: BSD-2-Clause
"""polymach bench: measure, print a table, write JSON.

Figures are instructions, counted by QEMU's deterministic instruction counter
(icount), and wall time, by the guest's clock under plain TCG, which also
pays for what the counter leaves out: a TLB lost at each change of the address
space.  A row that could not be measured has no value; its reason is told.
"""

import datetime
import json
import subprocess

import bench_budget
import bench_ipc_suite
import bench_peers
import bench_posix_suite
import bench_rest
import bench_trace
import linux_peer
import machine
import places
from errors import EXIT_FAILURE, Failure

# What --only takes, in order; "ipc" brings the kernel's size along.
SUITES = {"ipc": (bench_ipc_suite.Suite, bench_rest.Size),
          "posix": (bench_posix_suite.Suite,),
          "floods": (bench_rest.Floods,),
          "size": (bench_rest.Size,)}


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
        "sources": bench_peers.SOURCES,
    }


def chosen(options):
    """The suites to run."""
    if options.only is None:
        if options.row:
            raise Failure("bench: --row needs --only", 2)
        kinds = [kind for kinds in SUITES.values() for kind in kinds]
        return list(dict.fromkeys(kinds))
    if options.only not in SUITES:
        raise Failure("there is no %s benchmark" % options.only)
    if options.row:
        return list(SUITES[options.only][:1])
    return list(SUITES[options.only])


def measure(options):
    """Measure what was asked for: suites, what it was measured with."""
    suites = [suite(options) for suite in chosen(options)]
    version = next((s.linux for s in suites if s.linux), None)
    return suites, meta(options, version)


def write_json(path, about, results):
    """The file that --json asks for."""
    with open(path, "w", encoding="utf-8") as stream:
        json.dump({"meta": about, "results": results}, stream, indent=1)
        stream.write("\n")


def budget(options, results):
    """Write or check the budget; whether all is well."""
    rows = [r for r in results if "cr3_loads" in r]
    if options.write_budget:
        bench_budget.write(rows, bench_budget.path())
    if options.check_budget:
        return bench_budget.check(rows, options.row)
    return True


def run(options):
    """Measure, print, write; 0 when each row of this system has its value."""
    if options.trace_instructions:
        return bench_trace.run(options)
    if (options.write_budget or options.check_budget) and \
            (options.only != "ipc" or options.accel == "tcg"):
        raise Failure("bench: the budget is of --only ipc, icount", 2)
    if options.write_budget and options.row:
        raise Failure("bench: a budget is of all rows", 2)
    suites, about = measure(options)
    print("commit %(commit)s, %(date)s, %(qemu)s, %(mem_mib)s MiB\n"
          "instructions: %(qemu_options)s\n"
          "time: %(qemu_options_wall)s\n"
          "Linux: %(linux)s" % about)
    results = []
    for suite in suites:
        suite.show()
        results += suite.records()
    if options.json:
        write_json(options.json, about, results)
    well = not any("errors" in r for r in results)
    return 0 if budget(options, results) and well else EXIT_FAILURE
