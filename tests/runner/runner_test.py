#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the host command against a machine that is no machine."""

import os
import pty
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import tap

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))


def make_build(folder):
    """A build folder with a base archive of one member."""
    os.makedirs(os.path.join(folder, "out"))
    with open(os.path.join(folder, "out", "kernel.elf"), "wb") as kernel:
        kernel.write(b"kernel")
    base = os.path.join(folder, "out", "base.tar")
    with open(base, "wb") as stream:
        tar = tarfile.open(fileobj=stream, mode="w")
        info = tarfile.TarInfo("boot/bootstrap")
        tar.addfile(info)
    env = dict(os.environ, POLYMACH_SOURCE=SOURCE, POLYMACH_BUILD=folder,
               POLYMACH_QEMU=os.path.join(HERE, "fake-qemu"))
    env.pop("LAYOUT", None)
    return env


class Command:
    """Runs the host command in a fake build."""

    def __init__(self, folder):
        self.folder = folder
        self.env = make_build(folder)
        self.line = [sys.executable, os.path.join(SOURCE, "tools", "polymach")]

    def run(self, *arguments, data=b"", **keywords):
        """Returns (status, stdout, stderr)."""
        keywords.setdefault("stderr", subprocess.PIPE)
        ended = subprocess.run([*self.line, *arguments], input=data,
                               stdout=subprocess.PIPE, env=self.env,
                               timeout=200, check=False, **keywords)
        return ended.returncode, ended.stdout, ended.stderr

    def start(self, *arguments, **keywords):
        """A running command."""
        return subprocess.Popen([*self.line, *arguments], env=self.env,
                                **keywords)


def test_statuses(command):
    """Exit statuses."""
    tap.expect("status 0", command.run("run", "exit", "0"))
    tap.expect("status 3", command.run("run", "--", "exit", "3"), 3)
    tap.expect("signal 9", command.run("run", "signal", "9"), 137)
    tap.expect("core dump flag", command.run("run", "signal", "139"), 139)
    tap.expect("not found", command.run("run", "nope"), 127)
    start = time.monotonic()
    tap.expect("time-out", command.run("run", "--timeout", "0.5", "hang"), 124)
    tap.check(time.monotonic() - start < 5, "time-out is prompt")
    status, out, err = command.run("run", "panic")
    tap.check(status == 125 and out == b"" and b"panic: on purpose" in err,
              "panic: 125 and the log", err)
    status, _, err = command.run("run", "error")
    tap.check(status == 125 and b"no memory for servers" in err,
              "failure frame: 125 and its text", err)
    status, _, err = command.run("run", "garbage")
    tap.check(status == 125 and b"bad data" in err, "garbage: 125", err)


def test_usage(command):
    """Wrong command lines: one line and a status."""
    cases = (
        (("run",), 2), (("run", "--nope", "x"), 2), (("run", "--mem", "0",
                                                      "x"), 2),
        (("run", "--accel", "warp", "x"), 2), (("run", "--cpus", "2", "x"), 2),
        (("run", "--layout", "nope", "x"), 2),
        (("run", "--root", "/nonexistent", "x"), 125),
        (("run", "--root", "/etc/passwd", "x"), 125),
        (("run", "--copy", "/nonexistent", "x"), 125),
        (("run", "--copy", "/etc", "x"), 125), (("nope",), 2),
        (("run", "--server", "x", "x"), 2),
        (("run", "--server", "x y=/bin/sh", "x"), 2),
        (("run", "--server", "x=/bin/sh:a,,b", "x"), 2),
        (("run", "--server", "x=/etc/passwd", "x"), 125),
        (("run", "--server", "x=/nonexistent", "x"), 125),
    )
    for arguments, wanted in cases:
        status, out, err = command.run(*arguments)
        tap.check(status == wanted and out == b"" and err.count(b"\n") == 1,
                  "refused: " + " ".join(arguments), (status, out, err))
    env = command.env
    command.env = dict(env, POLYMACH_QEMU="no-such-qemu")
    status, _, err = command.run("run", "exit", "0")
    tap.check(status == 125 and b"not installed" in err, "no QEMU", err)
    command.env = env


def test_streams(command):
    """Input, output, their order and their ends."""
    data = os.urandom(300000)
    tap.expect("input comes back", command.run("run", "cat", data=data),
               out=data)
    tap.expect("no input", command.run("run", "cat"))
    tap.expect("slow reader", command.run("run", "slow-cat", data=data),
               out=b"300000\n")
    both = command.run("run", "interleave", stderr=subprocess.STDOUT)
    wanted = b"".join(b"out%d\nerr%d\n" % (n, n) for n in range(50))
    tap.same(both[1], wanted, "the order across both streams")
    tap.expect("words with blanks and dashes", command.run(
        "run", "--env", "A=b c", "--cwd", "/x", "--", "job", "--", "a b",
        "--mem"), out=b"tty=0\ncwd=/x\nuid=0\ngid=0\nstrace_missing=0\n"
        b"arg=job\narg=--\narg=a b\narg=--mem\nenv=PATH=/bin:/sbin:/usr/bin\n"
        b"env=HOME=/root\nenv=TERM=linux\nenv=A=b c\n")
    tap.expect("missing calls", command.run("run", "--strace-missing",
                                            "missing"),
               err=b"syscall 425 (io_uring_setup): 3 times\n")
    running = command.start("run", "flood", stdout=subprocess.PIPE)
    running.stdout.read(10)
    running.stdout.close()
    tap.same(running.wait(30), 141, "a reader that goes away")


def test_closed_streams(command):
    """No standard input, no standard output."""
    line = " ".join(command.line)
    status = subprocess.run(line + " run cat <&-", shell=True, env=command.env,
                            check=False, timeout=100).returncode
    tap.same(status, 0, "closed standard input is an empty one")
    status = subprocess.run(line + " run interleave >&- 2>&-", shell=True,
                            env=command.env, check=False,
                            timeout=100).returncode
    tap.same(status, 0, "closed outputs")


def test_machine(command):
    """The machine's command line."""
    _, out, _ = command.run("run", "--mem", "77", "--accel", "icount",
                            "--append", "a=b", "--layout", "multi", "qemu")
    words = out.decode().split("\n")
    for option in ("77", "shift=0,sleep=off", "qemu64", "layout=multi a=b",
                   "base=2026-01-01T00:00:00,clock=vm"):
        tap.check(option in words, "QEMU gets " + option, words)
    log = os.path.join(command.folder, "log")
    command.run("run", "--keep-log", log, "exit", "0")
    with open(log, encoding="utf-8") as stream:
        tap.same(stream.read(), "fake machine, append: layout=single\n",
                 "--keep-log")


def test_files(command):
    """What --root and --copy put into the archive."""
    tree = os.path.join(command.folder, "tree")
    os.makedirs(os.path.join(tree, "d" * 90, "e" * 90))
    deep = os.path.join(tree, "d" * 90, "e" * 90, "file")
    with open(deep, "w", encoding="utf-8") as stream:
        stream.write("deep")
    os.chmod(deep, 0o4751)
    os.utime(deep, (1e9, 1e9))
    os.link(deep, os.path.join(tree, "z-hard"))
    os.symlink("/else/where", os.path.join(tree, "soft"))
    os.mkfifo(os.path.join(tree, "fifo"))
    odd = os.path.join(os.fsencode(tree), b"\xff name")
    with open(odd, "wb"):
        pass
    link = os.path.join(command.folder, "link")
    os.symlink(deep, link)
    _, out, _ = command.run("run", "--root", tree, "--copy",
                            link + ":/a/b/copy", "--copy", deep, "members")
    _, added, _ = command.run("run", "--layout", "multi", "--server",
                              "x=/bin/busybox:one,two", "members")
    tap.check(b"boot/user-x " in added and
              b"boot/layouts/multi.conf " in added, "--server", added)
    name = "root/%s/%s/file" % ("d" * 90, "e" * 90)
    lines = out.decode("utf-8", "surrogateescape").split("\n")
    for wanted in (name + " 4751 0 1000000000 0:0 ",
                   "root/a/b/copy 4751 0 1000000000 0:0 ",
                   "root/file 4751 0 1000000000 0:0 "):
        tap.check(wanted in lines, "member " + wanted[-60:], out)
    for start in ("root/a 755 5", "root/a/b 755 5", "root/\udcff name",
                  "root/fifo"):
        tap.check(any(line.startswith(start) for line in lines),
                  "member %r" % start, out)
    tap.check(any(line.startswith("root/z-hard 4751 1") and name in line
                  for line in lines), "hard link", out)
    tap.check(any(line.startswith("root/soft") and "/else/where" in line
                  for line in lines), "symbolic link", out)


def test_signals(command):
    """Ctrl-C and kill."""
    for number in (signal.SIGINT, signal.SIGTERM):
        running = command.start("run", "hang")
        time.sleep(1)
        running.send_signal(number)
        tap.same(running.wait(10), -number, "ends by signal %d" % number)


def read_until(master, text, seconds=10):
    """Read a pseudo-terminal until TEXT comes."""
    got = b""
    end = time.monotonic() + seconds
    os.set_blocking(master, False)
    while text not in got and time.monotonic() < end:
        try:
            got += os.read(master, 1000)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            break
    return got


def test_terminal(command):
    """A terminal job."""
    for keys, end, wanted, wanted_status in (
            (b"ab\x03\x01\x01q", b"", b"ab\x03\x01qW 24 80", 4),
            (b"a", b"\x01x", b"a", 0)):
        master, slave = pty.openpty()
        running = command.start("run", "echo-tty", stdin=slave, stdout=slave,
                                stderr=slave)
        time.sleep(1)
        os.write(master, keys)
        got = read_until(master, wanted)
        os.write(master, end)
        tap.check(wanted in got, "terminal: keys come back", got)
        tap.same(running.wait(10), wanted_status, "terminal: exit status")
        os.close(slave)
        os.close(master)


def main():
    """All of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = Command(folder)
        for test in (test_statuses, test_usage, test_streams,
                     test_closed_streams, test_machine, test_files,
                     test_signals, test_terminal):
            test(command)
    tap.done()


if __name__ == "__main__":
    main()
