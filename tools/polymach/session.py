# SPDX-License-Identifier: BSD-2-Clause
"""Run one program: archive, machine, relay, exit status."""

import os
import signal
import sys
import tempfile

import archive
import image
import machine
import places
import relay
from errors import EXIT_FAILURE, EXIT_TIMEOUT, Failure


def check_layout(name):
    """Refuse a layout that the build does not know."""
    folder = os.path.join(places.SOURCE, "personalities", "posix", "layouts")
    if not os.path.isdir(folder):
        return
    known = sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".conf"))
    if known and name not in known:
        raise Failure("no layout %s (there are: %s)" % (name, ", ".join(known)),
                      2)


class Signals:
    """Turns SIGINT, SIGTERM and SIGHUP into Interrupted, once."""

    NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __enter__(self):
        self.saved = {n: signal.signal(n, self.handle) for n in self.NUMBERS}
        return self

    def __exit__(self, *_):
        for number, handler in self.saved.items():
            signal.signal(number, handler)

    @staticmethod
    def handle(number, _frame):
        """The handler."""
        raise relay.Interrupted(number)


def die_by(number):
    """End this process by a signal, so that a shell sees it."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def show_missing(lines):
    """--strace-missing: the system calls that were not there."""
    for line in lines:
        sys.stderr.write(line + "\n")
    if not lines:
        sys.stderr.write("no missing system calls\n")


def finish(qemu, outcome, options):
    """Turn how the machine ended into an exit status."""
    if options.strace_missing:
        show_missing(outcome.missing)
    if outcome.timed_out:
        return EXIT_TIMEOUT
    if outcome.left:
        return 0
    if outcome.status is not None and outcome.error is None:
        return outcome.status
    text = outcome.error or "the system ended without the program's status"
    sys.stderr.write("polymach: %s\n" % text)
    sys.stderr.flush()
    os.write(2, qemu.report())
    return EXIT_FAILURE


def run(options, program):
    """Run PROGRAM (a list of arguments) and return its exit status."""
    check_layout(options.layout)
    tty = os.isatty(0) and os.isatty(1)
    if any("\0" in word for word in program):
        raise Failure("an argument holds a NUL byte")
    with tempfile.TemporaryFile() as stream, \
            tempfile.TemporaryDirectory() as folder, Signals():
        qemu = None
        try:
            archive.write(stream, places.base_archive(), options,
                          archive.job_record(program, options, tty))
            append = options.append
            if options.trace_ipc is not None:
                append += " trace=ipc"
            if options.ipc == "l4":
                append += " ipc=l4"
            line = image.command_line(options.layout, append)
            if options.boot == "grub":
                boot = image.grub(stream.fileno(), line, folder)
            else:
                boot = image.direct(stream.fileno(), line)
            qemu = machine.Machine(options, boot, tty, (stream.fileno(),))
            outcome = relay.Relay(qemu, options.timeout, tty).run()
            qemu.wait(5 if outcome.status is not None else 0.1)
        except relay.Interrupted as interrupted:
            number = interrupted.number
            outcome = None
        finally:
            if qemu is not None:
                qemu.kill()
                if options.trace_ipc is not None:
                    qemu.save_trace(options.trace_ipc)
                if options.keep_log:
                    qemu.save_log(options.keep_log)
    if outcome is None:
        die_by(number)
    return finish(qemu, outcome, options)
