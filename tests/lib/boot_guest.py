#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot a test program of ours in bootstrap's place and print its TAP.

    boot_guest.py out/tests/guest/NAME.conf [--long]

The program prints on the kernel's log (debug console), one TAP line a line,
and powers the machine off with code 0.  Anything else but that end (a panic,
a reset, no end within the time) is a failure.
"""

import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile

LIMIT = 380
LONG_LIMIT = 1800
OFF = 1         # isa-debug-exit: code 0
# By what NAME_icount says.
COUNTING = ["-accel", "tcg", "-icount", "shift=0,sleep=off"]
ACCEL = {"no": ["-accel", "tcg", "-cpu", "max"],
         "yes": [*COUNTING, "-cpu", "qemu64"],
         "max": [*COUNTING, "-cpu", "max"]}


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


def boot(folder, archive, conf, append, limit):
    """Run the machine; its end, and its log."""
    log = os.path.join(folder, "log")
    append += " " + os.environ.get("POLYMACH_APPEND", "")
    kernel = os.path.join(os.environ.get("BUILD", "."), "out", "kernel.elf")
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
               "-no-reboot", "-display", "none",
               "-m", conf.get("memory") or "256",
               *ACCEL[conf.get("icount") or "no"],
               "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
               "-chardev", "file,id=log,path=" + log,
               "-device", "isa-debugcon,iobase=0xe9,chardev=log",
               "-kernel", kernel, "-initrd", archive,
               "-append", append.strip()]
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL,
                                timeout=limit, check=False).returncode
    except subprocess.TimeoutExpired:
        status = "no end after %d s" % limit
    if not os.path.exists(log):
        return status, b""
    with open(log, "rb") as text:
        return status, text.read().replace(b"\r\n", b"\n")


def show_again(folder, archive, conf, log):
    """A test in batches: boot its last one again, which prints each step."""
    batches = re.findall(rb"^# batch (\d+) of seed (\d+)$", log, re.M)
    if not batches:
        return
    line = "batch=%s seed=%s" % tuple(n.decode() for n in batches[-1])
    _, log = boot(folder, archive, conf, line, LIMIT)
    print("\n# again with %s; its last lines:" % line)
    for text in log.decode(errors="replace").splitlines()[-80:]:
        print("# | " + text)


def main():
    """Boot, wait, print."""
    conf = read_conf(sys.argv[1])
    is_long = sys.argv[2:] == ["--long"]
    append = conf.get("long_append" if is_long else "append", "")
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "archive.tar")
        write_archive(archive, os.path.join(os.environ.get("BUILD", "."),
                                            conf["program"]))
        status, log = boot(folder, archive, conf, append,
                           LONG_LIMIT if is_long else LIMIT)
        sys.stdout.buffer.write(log)
        sys.stdout.flush()
        if status != OFF:
            show_again(folder, archive, conf, log)
    if status != OFF:
        print("\nBail out! the machine's end: %s" % status)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
