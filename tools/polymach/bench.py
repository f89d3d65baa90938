# SPDX-License-Identifier: BSD-2-Clause
"""polymach bench: run the benchmark programs, collect rows, print a table.

A benchmark program prints one row a line on standard output:

    NAME VALUE UNIT

`posix` is one static Linux binary (out/linux/bench-posix), run in both layouts
and, as a peer, on Debian's Linux in the same QEMU.  `ipc` is a program of ours
(out/stripped/bench-ipc), booted in bootstrap's place; its rows come over the
kernel's log as "bench: NAME VALUE UNIT".  All run under the deterministic
instruction counter, so that values are exact instruction counts.
"""

import datetime
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import linux_peer
import machine
import places
from errors import EXIT_FAILURE, Failure

LAYOUTS = ("single", "multi")
GROUPS = ("ipc", "posix")


class Row:
    """One figure of one system."""

    def __init__(self, name, value, unit, layout="", ipc="mach"):
        self.name = name
        self.value = value
        self.unit = unit
        self.layout = layout
        self.ipc = ipc
        self.peers = {}

    def record(self):
        """The row as JSON has it."""
        return {"name": self.name, "value": self.value, "unit": self.unit,
                "layout": self.layout, "ipc": self.ipc, "peers": self.peers}


def parse_rows(lines, layout):
    """Rows among the lines of a program's output."""
    rows = []
    for line in lines:
        fields = line.split()
        if len(fields) != 3:
            continue
        try:
            value = float(fields[1])
        except ValueError:
            continue
        rows.append(Row(fields[0], int(value) if value == int(value) else value,
                        fields[2], layout))
    return rows


def posix_rows(options, layout):
    """The POSIX benchmark in one layout."""
    program = places.output("linux/bench-posix")
    ended = subprocess.run(
        [sys.executable, os.path.dirname(os.path.abspath(__file__)), "run",
         "--accel", "icount", "--layout", layout, "--mem", str(options.mem),
         "--timeout", str(options.timeout), "--copy", program + ":/bench/posix",
         "--", "/bench/posix"], stdin=subprocess.DEVNULL, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    rows = parse_rows(ended.stdout.splitlines(), layout)
    if ended.returncode != 0:
        sys.stderr.write(ended.stderr[-2000:])
        sys.stderr.write("polymach: the benchmark ended with status %d in "
                         "layout %s\n" % (ended.returncode, layout))
    return rows, ended.returncode == 0


def linux_rows(options):
    """The same binary on Linux; none when that cannot be had."""
    program = places.output("linux/bench-posix")
    line = [places.QEMU, "-m", str(options.mem), "-smp", "1",
            *machine.ACCELERATORS["icount"]]
    cache = os.path.join(places.OUT, "linux-peer")
    try:
        lines, status, version, _ = linux_peer.run_linux(
            line, cache, "/bin/busybox", {"/bench/posix": program},
            "/bench/posix", options.timeout)
    except (linux_peer.PeerError, OSError) as error:
        sys.stderr.write("polymach: no Linux to compare with: %s\n" % error)
        return [], None
    if status != 0:
        sys.stderr.write("polymach: the benchmark ended with status %d on "
                         "Linux\n" % status)
    return parse_rows(lines, "linux"), version


def ipc_archive(stream, program):
    """An archive with the program in bootstrap's place."""
    with tarfile.open(fileobj=stream, mode="w",
                      format=tarfile.GNU_FORMAT) as tar, \
            open(program, "rb") as source:
        content = source.read()
        info = tarfile.TarInfo("boot/bootstrap")
        info.size = len(content)
        info.mode = 0o755
        tar.addfile(info, io.BytesIO(content))
    stream.flush()


def ipc_rows(options):
    """The kernel's own benchmark."""
    program = places.output("stripped/bench-ipc")
    with tempfile.NamedTemporaryFile() as archive, \
            tempfile.NamedTemporaryFile() as log:
        ipc_archive(archive, program)
        line = [places.QEMU, "-nodefaults", "-no-user-config", "-no-reboot",
                "-display", "none", "-m", str(options.mem), "-smp", "1",
                *machine.ACCELERATORS["icount"],
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                "-chardev", "file,id=log,path=" + log.name,
                "-device", "isa-debugcon,iobase=0xe9,chardev=log",
                "-kernel", places.kernel(), "-initrd", archive.name]
        try:
            status = subprocess.run(line, stdin=subprocess.DEVNULL,
                                    timeout=options.timeout,
                                    check=False).returncode
        except subprocess.TimeoutExpired:
            status = None
        text = log.read().decode(errors="replace").replace("\r", "")
    lines = [line[len("bench: "):] for line in text.split("\n")
             if line.startswith("bench: ")]
    if status != 1:
        sys.stderr.write(text[-2000:])
        sys.stderr.write("polymach: the machine of the ipc benchmark ended "
                         "with %s\n" % status)
    return parse_rows(lines, "kernel"), status == 1


def version_of(command, pattern=None):
    """The first line that a command prints."""
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.DEVNULL, text=True).stdout
    except OSError:
        return "unknown"
    return text.split("\n")[0].strip() or pattern or "unknown"


def meta(peer_version):
    """What the figures were measured with."""
    return {
        "date": datetime.date.today().isoformat(),
        "commit": version_of(["git", "-C", places.SOURCE, "describe",
                              "--always", "--dirty"]),
        "qemu": version_of([places.QEMU, "--version"]),
        "qemu_options": " ".join(machine.ACCELERATORS["icount"]),
        "linux": peer_version or "not measured",
    }


def show(rows):
    """The table: one line a row, layouts and peers side by side."""
    names = []
    table = {}
    columns = []
    for row in rows:
        if row.name not in table:
            names.append(row.name)
            table[row.name] = {"unit": row.unit}
        table[row.name][row.layout] = row.value
        table[row.name].update(row.peers)
        for column in (row.layout, *row.peers):
            if column not in columns:
                columns.append(column)
    print("%-24s" % "row" + "".join("%12s" % c for c in columns) + "  unit")
    for name in names:
        values = "".join("%12s" % table[name].get(c, "-") for c in columns)
        print("%-24s%s  %s" % (name, values, table[name]["unit"]))


def run(options):
    """Measure, print, write; 0 when every program ended well."""
    groups = (options.only,) if options.only else GROUPS
    rows, good, peer_version = [], True, None
    for group in groups:
        if group == "posix":
            mine = []
            for layout in LAYOUTS:
                found, well = posix_rows(options, layout)
                mine += found
                good = good and well
            if not options.no_peers:
                found, peer_version = linux_rows(options)
                values = {row.name: row.value for row in found}
                for row in mine:
                    if row.name in values:
                        row.peers["linux"] = values[row.name]
            rows += mine
        elif group == "ipc":
            found, well = ipc_rows(options)
            rows += found
            good = good and well
        else:
            raise Failure("there is no %s benchmark yet" % group)
    about = meta(peer_version)
    print("commit %(commit)s, %(date)s, %(qemu)s\nQEMU: %(qemu_options)s\n"
          "Linux: %(linux)s" % about)
    show(rows)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump({"meta": about, "results": [r.record() for r in rows]},
                      stream, indent=1)
            stream.write("\n")
    return 0 if good and rows else EXIT_FAILURE
