#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 240
"""polymach shell in a pseudo-terminal: line editing, job control, vi, size."""

import fcntl
import os
import struct
import termios
import time

import tap
import terminal_driver

# busybox asks the terminal for the cursor behind its prompt.
PROMPT = rb"/ # (\x1b\[6n)?$"


def ask(guest, line, answer, name, seconds=30):
    """Type a line; its answer and then the prompt must come."""
    guest.type(line + "\r")
    found = guest.wait_for(answer, seconds) and guest.wait_for(PROMPT, seconds)
    return tap.check(found, name, guest.tail())


def test_interrupt(guest):
    """Ctrl-C and Ctrl-\\ end the foreground job only."""
    guest.type("sleep 100\r")
    time.sleep(1)
    start = time.monotonic()
    guest.type("\x03")
    tap.check(guest.wait_for(PROMPT, 10) and time.monotonic() - start < 8,
              "Ctrl-C interrupts sleep 100", guest.tail())
    ask(guest, "echo status $?", rb"\nstatus 130\r", "its status is 130")
    guest.type("echo half a line\x03")
    tap.check(guest.wait_for(PROMPT, 10), "Ctrl-C drops a half line",
              guest.tail())
    guest.type("sleep 100 | cat\r")
    time.sleep(1)
    guest.type("\x1c")
    tap.check(guest.wait_for(PROMPT, 10), "Ctrl-\\ ends a pipeline",
              guest.tail())
    guest.type("cat\r")
    time.sleep(0.5)
    guest.type("line one\r")
    found = guest.wait_for(rb"line one\r\nline one\r\n", 10)
    guest.type("\x04")
    tap.check(found and guest.wait_for(PROMPT, 10),
              "cat reads lines until Ctrl-D", guest.tail())


def test_jobs(guest):
    """Ctrl-Z, jobs, bg, fg."""
    guest.type("sleep 100\r")
    time.sleep(1)
    guest.type("\x1a")
    tap.check(guest.wait_for(rb"Stopped", 10) and guest.wait_for(PROMPT, 10),
              "Ctrl-Z stops sleep 100", guest.tail())
    ask(guest, "jobs", rb"\[1\]\+? +Stopped +sleep 100", "jobs shows it")
    guest.type("fg\r")
    found = guest.wait_for(rb"sleep 100\r\n", 10)
    time.sleep(1)
    guest.type("\x03")
    tap.check(found and guest.wait_for(PROMPT, 10), "fg, then Ctrl-C",
              guest.tail())
    guest.type("sleep 3; echo slept\r")
    time.sleep(1)
    guest.type("\x1a")
    tap.check(guest.wait_for(PROMPT, 10), "Ctrl-Z again", guest.tail())
    ask(guest, "bg", rb"sleep 3", "bg lets it go on")
    ask(guest, "wait; jobs; echo none left", rb"\nnone left\r",
        "wait for it", 15)
    ask(guest, "sleep 0.1 &", rb"\n", "a background job")
    time.sleep(1)
    ask(guest, "", rb"Done +sleep 0.1", "its end is reported")
    guest.type("cat &\r")
    guest.wait_for(PROMPT, 10)
    time.sleep(0.5)
    ask(guest, "", rb"Stopped \(tty input\) +cat",
        "a background job that reads the terminal is stopped")
    ask(guest, "kill -9 %1; wait; echo gone", rb"\ngone\r", "and can be killed")


def test_editing(guest):
    """The shell's own line editing, in raw mode."""
    guest.type("echo abX\x7fc\x01\x01")  # Ctrl-A twice: the runner's escape
    guest.type("\x05d\r")
    tap.check(guest.wait_for(rb"\nabcd\r", 10) and guest.wait_for(PROMPT, 10),
              "backspace, Ctrl-A, Ctrl-E", guest.tail())
    guest.type("\x1b[A\r")
    tap.check(guest.wait_for(rb"\nabcd\r", 10) and guest.wait_for(PROMPT, 10),
              "cursor up brings the last line", guest.tail())


def test_vi(guest):
    """vi makes and changes a file."""
    guest.type("vi /tmp/file\r")
    tap.check(guest.wait_for(rb"/tmp/file", 15), "vi starts", guest.tail())
    time.sleep(1)
    guest.type("ifirst line\rsecond line\x1b")
    time.sleep(1)
    guest.type(":wq\r")
    tap.check(guest.wait_for(PROMPT, 15), "vi writes and ends", guest.tail())
    ask(guest, "cat /tmp/file", rb"\nfirst line\r\nsecond line\r\n",
        "the file has both lines")
    guest.type("vi /tmp/file\r")
    guest.wait_for(rb"second line", 15)
    time.sleep(1)
    guest.type("ddp:%s/line/LINE/\r")
    time.sleep(1)
    guest.type("ZZ")
    guest.wait_for(PROMPT, 15)
    ask(guest, "cat /tmp/file", rb"\nsecond LINE\r\nfirst LINE\r\n",
        "lines swapped and changed")


def set_size(guest, rows, columns):
    """Change the window's size."""
    fcntl.ioctl(guest.master, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def test_size(guest):
    """The window's size, at first and when it changes."""
    ask(guest, "stty size", rb"\n30 100\r", "the window's size")
    guest.type("trap 'echo winch' WINCH\r")
    guest.wait_for(PROMPT, 10)
    set_size(guest, 50, 120)
    time.sleep(1)
    ask(guest, "stty size", rb"\n50 120\r", "its new size")
    ask(guest, "tty; [ -t 0 ] && echo terminal", rb"\n/dev/.*\r\nterminal\r",
        "standard input is a terminal")
    guest.type("stty -echo; read x; stty echo; echo \"<$x>\"\r")
    time.sleep(1)
    guest.type("hidden\r")
    found = guest.wait_for(rb"<hidden>\r\n", 10)
    tap.check(found and guest.wait_for(PROMPT, 10) and
              guest.seen.count(b"hidden") == 1, "echo off", guest.tail())


def test_end(guest):
    """exit gives its status to the host."""
    guest.type("exit 5\r")
    tap.same(guest.wait(20), 5, "exit 5 ends the machine with 5")


def main():
    """One boot for all, one more for Ctrl-A X."""
    command = [os.environ["POLYMACH"], "shell", "--layout",
               os.environ["LAYOUT"], "--timeout", "220"]
    with terminal_driver.Driver(command) as guest:
        set_size(guest, 30, 100)
        if tap.check(guest.wait_for(PROMPT, 60), "a prompt", guest.tail()):
            for test in (test_interrupt, test_jobs, test_editing, test_vi,
                         test_size, test_end):
                test(guest)
    with terminal_driver.Driver(command) as guest:
        guest.wait_for(PROMPT, 60)
        guest.type("\x01x")
        tap.same(guest.wait(20), 0, "Ctrl-A X leaves")
    tap.done()


if __name__ == "__main__":
    main()
