#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot a test program of ours in bootstrap's place and print its TAP.

    boot_guest.py out/tests/guest/NAME.conf

The program prints on the kernel's log (debug console), one TAP line a line,
and powers the machine off with code 0.  Anything else but that end (a panic,
a reset, no end within the time) is a failure.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile

LIMIT = 100
OFF = 1         # isa-debug-exit: code 0
ACCEL = {"no": ["-accel", "tcg", "-cpu", "max"],
         "yes": ["-accel", "tcg", "-icount", "shift=0,sleep=off",
                 "-cpu", "qemu64"]}


def read_conf(path):
    """key=value lines."""
    with open(path, encoding="utf-8") as conf:
        pairs = (line.rstrip("\n").partition("=") for line in conf)
        return {key: value for key, _, value in pairs}


def write_archive(path, program):
    """An archive with the test as boot/bootstrap."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("boot/bootstrap")
        with open(program, "rb") as content:
            data = content.read()
        info.size = len(data)
        info.mode = 0o755
        tar.addfile(info, io.BytesIO(data))


def main():
    """Boot, wait, print."""
    build = os.environ.get("BUILD", ".")
    conf = read_conf(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "archive.tar")
        log = os.path.join(folder, "log")
        write_archive(archive, os.path.join(build, conf["program"]))
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
                   "-no-reboot", "-display", "none", "-m", conf.get("memory") or "256",
                   *ACCEL[conf.get("icount") or "no"],
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                   "-chardev", "file,id=log,path=" + log,
                   "-device", "isa-debugcon,iobase=0xe9,chardev=log",
                   "-kernel", os.path.join(build, "out", "kernel.elf"),
                   "-initrd", archive, "-append", conf.get("append", "")]
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL,
                                    timeout=LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            status = "no end after %d s" % LIMIT
        if os.path.exists(log):
            with open(log, "rb") as text:
                sys.stdout.buffer.write(text.read().replace(b"\r\n", b"\n"))
                sys.stdout.flush()
    if status != OFF:
        print("\nBail out! the machine's end: %s" % status)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
