# SPDX-License-Identifier: BSD-2-Clause
"""A program of ours, booted in bootstrap's place; what it prints is the log."""

import io
import os
import subprocess
import tarfile
import tempfile

import image
import machine
import places
from errors import Failure

ENDED = 1  # QEMU's status when the program turned the machine off


def write_archive(path, program):
    """A boot archive with a program as the first task."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        with open(program, "rb") as stream:
            data = stream.read()
        info = tarfile.TarInfo("boot/bootstrap")
        info.size, info.mode = len(data), 0o755
        tar.addfile(info, io.BytesIO(data))


class Guest:
    """One way to boot: program, accelerator, memory, time limit."""

    def __init__(self, program, accel, memory, timeout=None):
        self.program = places.output(program)
        self.accel = accel
        self.memory = memory
        self.timeout = timeout

    def boot(self, line="", more=()):
        """Boot with a command line and more options for QEMU; the log, and
        QEMU's status (None when it did not end in time)."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "archive.tar")
            write_archive(path, self.program)
            with open(path, "rb") as archive:
                command = [
                    places.QEMU, "-nodefaults", "-no-user-config",
                    "-no-reboot", "-display", "none", "-m", str(self.memory),
                    "-smp", "1", *machine.ACCELERATORS[self.accel],
                    "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                    "-chardev", "stdio,id=log", "-device",
                    "isa-debugcon,iobase=0xe9,chardev=log", *more,
                    *image.direct(archive.fileno(), line)]
                return self._run(command, archive.fileno())

    def _run(self, command, archive):
        try:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, timeout=self.timeout,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                pass_fds=[archive], check=False)
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b"").decode(errors="replace"), None
        except OSError as error:
            raise Failure("%s: %s" % (places.QEMU, error)) from error
        return ended.stdout.decode(errors="replace"), ended.returncode
