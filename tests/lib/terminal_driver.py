# SPDX-License-Identifier: BSD-2-Clause
"""A command in a pseudo-terminal: type at it, wait for what it shows."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time


def own_terminal():
    """Make standard input the controlling terminal: a change of the window's
    size is signalled to those who have one."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Driver:
    """Runs one command; use it in a `with`."""

    def __init__(self, command, env=None):
        self.command = command
        self.env = env
        self.seen = b""     # everything shown
        self.mark = 0       # where the next wait starts to look

    def __enter__(self):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            self.command, stdin=slave, stdout=slave, stderr=slave,
            env=self.env, start_new_session=True,
            preexec_fn=own_terminal)
        os.close(slave)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        os.close(self.master)

    def read(self, seconds):
        """Take what is shown within SECONDS; False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def wait_for(self, pattern, seconds=30):
        """Wait until the regular expression matches what was shown since the
        last match; returns the match or None."""
        end = time.monotonic() + seconds
        compiled = re.compile(pattern, re.MULTILINE)
        while True:
            match = compiled.search(self.seen, self.mark)
            if match:
                self.mark = match.end()
                return match
            left = end - time.monotonic()
            if left <= 0 or not self.read(min(left, 1)):
                match = compiled.search(self.seen, self.mark)
                if match:
                    self.mark = match.end()
                return match

    def type(self, text):
        """Press keys."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self.master, data):]

    def wait(self, seconds):
        """The exit status; None when it does not end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            self.read(0.1)
        return self.process.poll()

    def tail(self):
        """The end of what was shown."""
        return self.seen[-2000:].decode(errors="replace")
