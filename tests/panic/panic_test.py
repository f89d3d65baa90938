#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The report of a panic: reason, task, callers; and the machine's status."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import boot_guest

BUILD = os.environ["BUILD"]
PATIENCE = 120
RDI, RIP = 5, 16  # as gdb numbers the registers
REASON = "the test wants it"


class Stub:
    """QEMU's gdb stub, as far as this test needs it."""

    def __init__(self, path):
        end = time.monotonic() + PATIENCE
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE)
            try:
                self.socket.connect(path)
                return
            except OSError:
                self.socket.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def ask(self, command):
        """Send a packet; the answer."""
        self.socket.sendall(b"$%s#%02x" % (command, sum(command) % 256))
        text = b""
        while b"#" not in text or text.index(b"#") + 3 > len(text):
            some = self.socket.recv(4096)
            if not some:
                raise EOFError("QEMU has gone")
            text += some
        self.socket.sendall(b"+")
        return text[text.index(b"$") + 1:text.index(b"#")]

    def set_register(self, number, value):
        """P: one register."""
        self.ask(b"P%x=%s" % (number, value.to_bytes(8, "little").hex()
                              .encode()))


def symbols():
    """Addresses of the kernel's symbols."""
    text = subprocess.run(["nm", BUILD + "/out/kernel.elf"], check=True,
                          capture_output=True, text=True).stdout
    return {line.split()[2]: int(line.split()[0], 16)
            for line in text.splitlines() if len(line.split()) == 3}


def panic(folder):
    """Boot, stop in a routine, panic; the status and the log."""
    archive, log = folder + "/archive", folder + "/log"
    stub = folder + "/gdb"
    boot_guest.write_archive(archive, BUILD + "/out/stripped/guest-kernel")
    machine = subprocess.Popen(
        ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
         "-display", "none", "-m", "256", "-accel", "tcg", "-S",
         "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
         "-debugcon", "file:" + log,
         "-chardev", "socket,path=%s,server=on,wait=off,id=gdb" % stub,
         "-gdb", "chardev:gdb", "-kernel", BUILD + "/out/kernel.elf",
         "-initrd", archive], stdin=subprocess.DEVNULL)
    try:
        where = symbols()
        gdb = Stub(stub)
        # Who has read this may set single registers.
        gdb.ask(b"qXfer:features:read:target.xml:0,ffb")
        gdb.ask(b"Z1,%x,1" % where["vm_fault"])
        gdb.ask(b"c")
        # As if it had called panic(); the stack's far end is not in use.
        reason = REASON.encode() + b"\0"
        gdb.ask(b"M%x,%x:%s" % (where["kernel_stack"], len(reason),
                                reason.hex().encode()))
        gdb.set_register(RDI, where["kernel_stack"])
        gdb.set_register(RIP, where["panic"])
        gdb.ask(b"D")
        status = machine.wait(PATIENCE)
    finally:
        machine.kill()
        machine.wait()
    with open(log, encoding="utf-8", errors="replace") as text:
        return status, text.read()


def check(what, right):
    """A line of TAP."""
    print("%s - %s" % ("ok" if right else "not ok", what))
    return right


def main():
    """What is in the report."""
    with tempfile.TemporaryDirectory() as folder:
        status, log = panic(folder)
    pcs = re.findall(r"^  ([0-9a-f]{16}) (\w+)\+0x[0-9a-f]+$", log, re.M)
    names = [name for _, name in pcs]
    done = [
        check("status 125", status == 125),
        check("the reason", "panic: " + REASON in log),
        check("the task", re.search(r"^in task \d+ \(\w+\) thread", log,
                                    re.M)),
        check("the caller", any("trap_fault" in name
                                for name in names)),
        check("and its callers", len(set(names)) >= 4),
        check("from the beginning", names[:1] == ["panic"]),
    ]
    if not all(done):
        print("".join("# %s\n" % line for line in log.splitlines()))
    print("1..%d" % len(done))
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
