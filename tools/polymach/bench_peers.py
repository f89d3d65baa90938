# SPDX-License-Identifier: BSD-2-Clause
"""What other systems take for the same operations.

GNU Mach and seL4 were measured once, and the figures are on record here with
where they are from.  Linux is measured in the same QEMU, each time.
"""

import bench_posix

# Where the figures come from; also told in JSON and in the report.
SOURCES = {
    "gnumach": "GNU Mach of August 2026, x86-64, one processor, loops of our "
               "own in two tasks; the same QEMU options, measured once",
    "sel4": "seL4, x86-64, one processor, IPC between two address spaces, "
            "loops of our own; the same QEMU options, measured once. "
            "l4_rt_10 leaves its fast path; mach_rt_slow is 0 words with "
            "its fast path off",
    "linux_pipe": "Debian's Linux in the same QEMU line, measured by this "
                  "command: two processes, a pipe each way, 24 bytes there "
                  "and back",
    "linux_unix": "the same over a pair of AF_UNIX stream sockets",
    "linux_futex": "the same with two futexes in shared memory, no data",
    "linux": "Debian's Linux in the same QEMU line, measured by this command",
}

# By row, in instructions under the same QEMU options.
ON_RECORD = {
    "null_trap": {"gnumach": 77},
    "l4_rt_0": {"sel4": 423},
    "l4_rt_4": {"sel4": 465},
    "l4_rt_10": {"sel4": 1697},
    "mach_rt": {"gnumach": 1813},
    "mach_rt_256": {"gnumach": 1875},
    "mach_rt_1k": {"gnumach": 2067},
    "mach_rt_4k": {"gnumach": 3154},
    "mig_rt": {"gnumach": 1900},
    "mach_rt_port_new": {"gnumach": 6062},
    "mach_rt_slow": {"gnumach": 1813, "sel4": 1505},
    "mach_rt_ool4k": {"gnumach": 5490},
    "mach_rt_ool1m": {"gnumach": 297850},
    "kern_rpc": {"gnumach": 1936},
    "futex_rt": {"gnumach": 7393},
    "exc_rt": {"sel4": 1311},
    "fault_zero": {"gnumach": 6270},
    "inline_256": {"gnumach": 1875},
    "inline_1k": {"gnumach": 2067},
    "inline_4k": {"gnumach": 3154},
    "ool_4k": {"gnumach": 5490},
    "ool_1m": {"gnumach": 297850},
}

# Rows of the POSIX benchmark on Linux: the row here, its peer's name there.
ON_LINUX = {
    "null_getppid": (("null_trap", "linux"),),
    "pipe_24": (("mach_rt", "linux_pipe"),),
    "unix_24": (("mach_rt", "linux_unix"),),
    "futex_round_trip": (("mach_rt", "linux_futex"), ("futex_rt", "linux")),
    "anon_fault_touch": (("fault_zero", "linux"),),
    "pipe_256": (("mach_rt_256", "linux_pipe"), ("inline_256", "linux_pipe")),
    "pipe_1k": (("mach_rt_1k", "linux_pipe"), ("inline_1k", "linux_pipe")),
    "pipe_4k": (("mach_rt_4k", "linux_pipe"), ("inline_4k", "linux_pipe")),
    "pipe_64k": (("inline_64k", "linux_pipe"),),
}


class Peers:
    """Figures by row, and what Linux they were measured on."""

    def __init__(self):
        self.counted = {}
        self.timed = {}
        self.version = None

    def _take(self, into, figures):
        for row, places in ON_LINUX.items():
            for name, peer in places:
                if row in figures.values:
                    into.setdefault(name, {})[peer] = figures.values[row]

    def measure(self, options, accels):
        """Add the figures on record, and those of Linux."""
        for name, known in ON_RECORD.items():
            self.counted[name] = dict(known)
        for accel in accels:
            figures, version = bench_posix.measure_linux(
                options, accel, list(ON_LINUX))
            self.version = version or self.version
            self._take(self.counted if accel == "icount" else self.timed,
                       figures)
