# SPDX-License-Identifier: BSD-2-Clause
"""One QEMU: its command line, its lines to us, its end.

Lines: the channel (frames, COM2), the terminal (COM1, for terminal jobs) and
the kernel's log (debug console), which goes to a file without a name.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile

import ipc_trace
import places
from errors import Failure

ACCELERATORS = {
    "tcg": ["-accel", "tcg", "-cpu", "max"],
    "icount": ["-accel", "tcg", "-icount", "shift=0,sleep=off",
               "-cpu", "qemu64", "-seed", "1",
               "-rtc", "base=2026-01-01T00:00:00,clock=vm"],
    "kvm": ["-accel", "kvm", "-cpu", "host"],
}

LOG_SHOWN = 64 * 1024


def serial_line(name, fd):
    """Options for a serial line that ends in a socket of ours."""
    if fd is None:
        return ["-serial", "null"]
    return ["-chardev", "socket,id=%s,fd=%d" % (name, fd),
            "-serial", "chardev:" + name]


class Machine:
    """A running QEMU."""

    def __init__(self, options, boot, tty=False, inherited=()):
        """Start it.  boot: QEMU options that say what is booted;
        inherited: descriptors that those options refer to."""
        if shutil.which(places.QEMU) is None:
            raise Failure("%s is not installed (Debian: qemu-system-x86)"
                          % places.QEMU)
        self.channel, channel_far = socket.socketpair()
        self.terminal, terminal_far = socket.socketpair() if tty \
            else (None, None)
        self.log = tempfile.TemporaryFile()
        self.errors = tempfile.TemporaryFile()
        command = [places.QEMU, "-nodefaults", "-no-user-config", "-no-reboot",
                   "-display", "none", "-m", str(options.mem), "-smp", "1",
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                   "-chardev", "file,id=log,path=/dev/fd/%d,append=on"
                   % self.log.fileno(),
                   "-device", "isa-debugcon,iobase=0xe9,chardev=log"]
        self.trace = None
        if getattr(options, "trace_ipc", None) is not None:
            self.trace = tempfile.TemporaryFile()
            command += ["-chardev", "file,id=trace,path=/dev/fd/%d,append=on"
                        % self.trace.fileno(), "-device",
                        "isa-debugcon,iobase=0xe8,chardev=trace"]
        command += ACCELERATORS[options.accel]
        command += serial_line("tty", terminal_far and terminal_far.fileno())
        command += serial_line("host", channel_far.fileno())
        command += boot
        if options.gdb:
            command += ["-gdb", "tcp:127.0.0.1:1234", "-S"]
        passed = [self.log.fileno(), channel_far.fileno(), *inherited]
        if tty:
            passed.append(terminal_far.fileno())
        if self.trace is not None:
            passed.append(self.trace.fileno())
        # A session of its own: Ctrl-C is for us, and we end it.
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.errors,
            stderr=self.errors, pass_fds=passed, start_new_session=True)
        channel_far.close()
        if tty:
            terminal_far.close()
        self.channel.setblocking(False)
        if tty:
            self.terminal.setblocking(False)

    def kill(self):
        """End it now."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def wait(self, seconds):
        """Give it some time to end; then end it."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def log_text(self, limit=None):
        """The kernel's log, or the end of it."""
        size = os.fstat(self.log.fileno()).st_size
        start = max(0, size - limit) if limit else 0
        return os.pread(self.log.fileno(), size - start, start)

    def report(self):
        """What is known of a failure: QEMU's own words, then the log."""
        text = os.pread(self.errors.fileno(), LOG_SHOWN, 0)
        log = self.log_text(LOG_SHOWN)
        if log:
            text += b"---- kernel log ----\n" + log
        if text and not text.endswith(b"\n"):
            text += b"\n"
        return text

    def save_trace(self, path):
        """Write the messages, by name, to a file; "-": to standard error."""
        self.trace.seek(0)
        folder = places.output("decoders")
        if path == "-":
            ipc_trace.write(self.trace, folder, sys.stderr, "ipc: ")
            sys.stderr.flush()
            return
        with open(path, "w", encoding="utf-8") as output:
            ipc_trace.write(self.trace, folder, output)

    def save_log(self, path):
        """Write the kernel's log to a file of the user's."""
        with open(path, "wb") as stream:
            stream.write(self.log_text())
