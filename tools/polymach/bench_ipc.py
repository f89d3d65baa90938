# SPDX-License-Identifier: BSD-2-Clause
"""The IPC benchmark: a program of ours, booted in bootstrap's place.

It prints a line `NAME VALUE UNIT` for each row and, for instructions, one
`NAME VALUE cr3` with the address spaces loaded in one operation.  A row that
ends the machine is a failed row; another machine measures the others.
"""

import io
import os
import subprocess
import tarfile
import tempfile

import bench_posix
import image
import machine
import places
from errors import Failure

MEMORY = 256

# What others take, in instructions under the same QEMU options: GNU Mach of
# August 2026 and seL4, x86-64, one processor, their own benchmark loops.
# Measured once, not by this command.
PEERS = {
    "null_trap": {"gnumach": 77},
    "mach_rt": {"gnumach": 1813, "sel4": 423},
    "mach_rt_256": {"gnumach": 1875},
    "mach_rt_1k": {"gnumach": 2067},
    "mach_rt_4k": {"gnumach": 3154},
    "mig_rt": {"gnumach": 1900},
    "mach_rt_port_new": {"gnumach": 6062},
    "mach_rt_ool4k": {"gnumach": 5490},
    "mach_rt_ool1m": {"gnumach": 297850},
    "kern_rpc": {"gnumach": 1936},
    "futex_rt": {"gnumach": 7393, "linux": 12306},
    "fault_zero": {"gnumach": 6270, "linux": 3130},
}
PEER_NAMES = ("gnumach", "sel4", "linux")


def program():
    """The benchmark, a program of the build."""
    return places.output("stripped/bench-ipc")


def write_archive(path):
    """A boot archive with the benchmark as the first task."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        with open(program(), "rb") as stream:
            data = stream.read()
        info = tarfile.TarInfo("boot/bootstrap")
        info.size, info.mode = len(data), 0o755
        tar.addfile(info, io.BytesIO(data))


def boot(accel, line, timeout):
    """Boot with a command line; what the log says, and how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "archive.tar")
        write_archive(path)
        with open(path, "rb") as archive:
            command = [places.QEMU, "-nodefaults", "-no-user-config",
                       "-no-reboot", "-display", "none", "-m", str(MEMORY),
                       "-smp", "1", *machine.ACCELERATORS[accel],
                       "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                       "-chardev", "stdio,id=log", "-device",
                       "isa-debugcon,iobase=0xe9,chardev=log",
                       *image.direct(archive.fileno(),
                                     image.with_appended(line))]
            try:
                ended = subprocess.run(
                    command, stdin=subprocess.DEVNULL, timeout=timeout,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    pass_fds=[archive.fileno()], check=False)
            except subprocess.TimeoutExpired as late:
                return (late.stdout or b"").decode(errors="replace"), None
            except OSError as error:
                raise Failure("%s: %s" % (places.QEMU, error)) from error
    return ended.stdout.decode(errors="replace"), ended.returncode


def row_names(wanted):
    """The rows to measure, in the program's order."""
    text, _ = boot("tcg", "list", 60)
    listed = [line.strip() for line in text.split("\n")
              if line.strip().replace("_", "").isalnum()]
    unknown = [name for name in wanted if name not in listed]
    if unknown:
        raise Failure("no row %s (there are: %s)"
                      % (", ".join(unknown), ", ".join(listed)), 2)
    return [name for name in listed if not wanted or name in wanted]


def cr3_loads(text):
    """Loads of an address space in one operation, by row."""
    fields = [line.split() for line in text.split("\n")]
    return {f[0]: float(f[1]) for f in fields if f[2:] == ["cr3"]}


def measure(options, accel, names):
    """Rows of this system; CR3 loads, where instructions are counted."""
    unit = bench_posix.UNITS[accel]
    loads = {}

    def run(left):
        text, status = boot(accel, "unit=%s rows=%s" % (unit, ",".join(left)),
                            options.timeout)
        loads.update(cr3_loads(text))
        if status == 1:  # the machine's debug exit, code 0
            return text.split("\n"), None
        why = "no result within %g s" % options.timeout if status is None \
            else bench_posix.last_line(text, "status %d" % status)
        return text.split("\n"), why

    figures = bench_posix.collect(run, names, unit)
    return figures, loads
