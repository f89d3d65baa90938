#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""One program: output, status, streams, signals, time-out, failures."""

import os
import subprocess

import tap


def test_status():
    """The first thing this system must do."""
    tap.expect("42 and status 3", tap.shell("echo $((6*7)); exit 3"), 3,
               b"42\n")
    tap.expect("true", tap.polymach("/bin/true"))
    tap.expect("false", tap.polymach("/bin/false"), 1)
    for number in (9, 11, 15):
        tap.expect("ended by signal %d" % number,
                   tap.shell("kill -%d $$" % number), 128 + number)


def test_arguments():
    """Arguments, environment and folder arrive as they are."""
    tap.expect("arguments", tap.polymach(
        "/bin/busybox", "printf", "[%s]", "a b", "", "--", "-x", "\u00e9"),
        out="[a b][][--][-x][\u00e9]".encode())
    tap.expect("environment", tap.polymach(
        "/bin/busybox", "env", options=("--env", "A=b c")),
        out=b"PATH=/bin:/sbin:/usr/bin\nHOME=/root\nTERM=linux\nA=b c\n")
    tap.expect("folder", tap.polymach("/bin/busybox", "pwd",
                                      options=("--cwd", "/tmp")),
               out=b"/tmp\n")


def test_streams():
    """Two streams, their order, standard input and its end."""
    tap.expect("two streams", tap.shell("echo out; echo err >&2"),
               out=b"out\n", err=b"err\n")
    line = [os.environ["POLYMACH"], "run", "--timeout", "60", "--layout",
            os.environ["LAYOUT"], "--", "/bin/sh", "-c",
            "for i in $(seq 100); do echo o$i; echo e$i >&2; done"]
    both = subprocess.run(line, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    tap.same(both, b"".join(b"o%d\ne%d\n" % (n, n) for n in range(1, 101)),
             "the order across both streams")
    tap.expect("input", tap.polymach("/bin/cat", data=b"hello\nyou"),
               out=b"hello\nyou")
    tap.expect("end of an empty input", tap.polymach("/bin/cat"))
    data = os.urandom(200000)
    tap.expect("200000 bytes both ways", tap.polymach("/bin/cat", data=data),
               out=data)
    tap.expect("input that is not read", tap.polymach("/bin/true", data=data))
    tap.expect("standard streams are pipes", tap.shell(
        "for i in 0 1 2; do [ -t $i ] || echo $i; done"), out=b"0\n1\n2\n")
    # The shell must not take what is meant for the next command.
    tap.expect("input shared by two commands", tap.shell(
        "read a; cat; echo [$a]", data=b"one\ntwo\n"), out=b"two\n[one]\n")


def test_ends():
    """Time-out, and programs that cannot be started."""
    got = tap.polymach("/bin/sleep", "1000", limit=5)
    tap.same(got[0], 124, "time-out")
    status, out, err = tap.polymach("/bin/nope")
    tap.check(status == 127 and out == b"" and b"/bin/nope" in err,
              "a missing program: 127", (status, out, err))
    status, out, err = tap.polymach("/etc")
    tap.check(status == 126 and out == b"" and b"/etc" in err,
              "a folder as program: 126", (status, out, err))
    status, out, err = tap.polymach("/etc/passwd")
    tap.check(status == 126 and out == b"" and b"/etc/passwd" in err,
              "a file without permission: 126", (status, out, err))
    tap.expect("a background job does not hold the end back",
               tap.shell("sleep 1000 & echo started"), out=b"started\n")


def test_options():
    """--strace-missing, --mem and a GRUB boot."""
    status, out, err = tap.polymach("/bin/echo", "x",
                                    options=("--strace-missing",))
    tap.check(status == 0 and out == b"x\n" and err,
              "--strace-missing says something", (status, out, err))
    path = os.path.join(os.environ["BUILD"], "out", "linux", "e2e-enosys")
    status, out, err = tap.polymach("/t/enosys", options=(
        "--strace-missing", "--copy", path + ":/t/enosys"))
    lines = err.decode(errors="replace").split("\n")
    tap.check(status == 0 and out == b"4 of 4\n", "unknown calls give ENOSYS",
              (status, out, err))
    tap.check(any("425" in line and "3" in line for line in lines) and
              any("5000" in line for line in lines),
              "--strace-missing names and counts them", err)
    tap.expect("128 MiB are enough", tap.shell(
        "echo ok", options=("--mem", "128")), out=b"ok\n")
    tap.expect("the deterministic counter", tap.shell(
        "echo ok", options=("--accel", "icount")), out=b"ok\n")


def main():
    """All of it."""
    test_status()
    test_arguments()
    test_streams()
    test_ends()
    test_options()
    tap.done()


if __name__ == "__main__":
    main()
