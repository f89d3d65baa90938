#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--trace-ipc: messages by name, arguments, rights and codes."""

import os
import re
import tempfile

import tap

LINE = re.compile(r"^ *\d+\.\d{6} (\S+) -> (\S+) (.*)$")


def traced(program, options=()):
    """Run a program; its result and the lines of the trace."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace")
        result = tap.polymach(*program,
                              options=(*options, "--trace-ipc-to", path))
        with open(path, encoding="utf-8") as trace:
            return result, trace.read().splitlines()


def has(lines, pattern, name):
    """Check that a line of the trace is like this."""
    found = [line for line in lines if re.search(pattern, line)]
    tap.check(found, name, "no line matches %s" % pattern)
    return found


def test_calls():
    """What a program's system calls send."""
    result, lines = traced(["/bin/sh", "-c",
                            "echo text > /tmp/file; cat < /none; exit 3"])
    tap.expect("the program is as without", result, 3, b"", None)
    tap.check(all(LINE.match(line) for line in lines),
              "each line has time, sender, receiver and message",
              [line for line in lines if not LINE.match(line)][:3])
    has(lines, r"-> \S+ vfs_open\(session=0x[0-9a-f]+:copy-send <port\S+ of "
        r".*path='/tmp/file'.*\) \d+ bytes reply 0x[0-9a-f]+:make-send-once",
        "a call to a server: arguments, rights, reply port")
    has(lines, r"vfs_open = KERN_SUCCESS \(.*(make|move|copy)-send <port",
        "its reply, with the right that it brings")
    has(lines, r"io_write\(object=.*, data=5 bytes 'text\\n'\)",
        "bytes that are written")
    has(lines, r"= POSIX ENOENT", "an error by its name")
    has(lines, r"-> kernel task_terminate\(task=0x[0-9a-f]+:copy-send "
        r"<task \S+\[\d+\]>\)", "a call to the kernel, and its object")
    has(lines, r"kernel -> \S+ task_terminate = KERN_SUCCESS",
        "the kernel's reply")
    has(lines, r"kernel -> \S+ notification (dead-name|no-senders)",
        "a notification")
    has(lines, r"proc_exit\(proc=.*, status=768\)", "the program's end")
    unknown = [line for line in lines if re.search(r" id \d+\(", line)]
    tap.check(len(unknown) * 20 < len(lines),
              "nearly all messages have a name",
              "\n".join(unknown[:5]))


def test_streams():
    """Standard error: the guest's first, then the trace, line by line."""
    status, out, err = tap.polymach("/bin/sh", "-c",
                                    "echo out; echo err >&2",
                                    options=("--trace-ipc",))
    tap.check(status == 0 and out == b"out\n", "standard output has nothing "
              "of it", out)
    tap.check(err.startswith(b"err\nipc: "), "after the guest's own lines",
              err[:200])
    tap.check(all(line.startswith(b"ipc: ")
                  for line in err.splitlines()[1:]),
              "its lines are marked")
    status, _, _ = tap.polymach("/bin/true")
    tap.check(status == 0, "and without it there is none")


tap.own_ipc()
test_calls()
test_streams()
tap.done()
