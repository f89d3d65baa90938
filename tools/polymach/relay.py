# SPDX-License-Identifier: BSD-2-Clause
"""Moves bytes between our standard streams and a machine until it ends.

Frames are written to standard output and standard error in the order in which
they come.  Standard input is read only as fast as the guest takes it.
"""

import errno
import os
import select
import time

import frames
from terminal import Terminal

CHUNK = 4096
QUEUE_LIMIT = 16 * CHUNK


class Interrupted(Exception):
    """A signal told this command to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Outcome:
    """How a machine ended."""

    def __init__(self):
        self.status = None      # the program's, as a shell shows it
        self.error = None       # text: the system failed
        self.timed_out = False
        self.left = False       # Ctrl-A X
        self.missing = []       # --strace-missing


def write_all(fd, data):
    """Write everything, in order; wait when the reader is slow."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view):]
        except BlockingIOError:
            select.select([], [fd], [])


def receive(sock):
    """Bytes of a non-blocking socket; None when there are none now."""
    try:
        return sock.recv(65536)
    except BlockingIOError:
        return None
    except ConnectionResetError:
        return b""


class Relay:
    """One machine's streams."""

    def __init__(self, machine, timeout, tty):
        self.channel = machine.channel
        self.terminal = Terminal(machine.terminal) if tty else None
        self.deadline = time.monotonic() + timeout if timeout else None
        self.decoder = frames.Decoder()
        self.outcome = Outcome()
        self.queue = bytearray(frames.PREAMBLE)  # to the channel
        self.input_open = not tty
        self.channel_open = True
        self.sinks = {frames.STDOUT: 1, frames.STDERR: 2}

    def run(self):
        """Relay until the program or the machine ends."""
        if self.terminal is None:
            self.loop()
            return self.outcome
        with self.terminal:
            self.loop()
            self.terminal.drain()
        return self.outcome

    def loop(self):
        """Wait for something to move, and move it."""
        while self.running():
            readers, writers = self.interests()
            timeout = None
            if self.deadline is not None:
                timeout = self.deadline - time.monotonic()
                if timeout <= 0:
                    self.outcome.timed_out = True
                    return
            ready = select.select(readers, writers, [], timeout)
            self.move(ready)

    def running(self):
        """Whether there is anything left to wait for."""
        return self.channel_open and self.outcome.status is None and \
            self.outcome.error is None and not self.outcome.left

    def interests(self):
        """Descriptors to wait for."""
        readers = [self.channel]
        writers = [self.channel] if self.queue else []
        if self.input_open and len(self.queue) < QUEUE_LIMIT:
            readers.append(0)
        if self.terminal is not None:
            self.terminal.add_interests(readers, writers)
        return readers, writers

    def move(self, ready):
        """Handle what select() found."""
        readers, writers, _ = ready
        if self.terminal is not None:
            self.terminal.move(readers, writers)
            self.queue += self.terminal.window_frames()
            self.outcome.left = self.terminal.left
        if self.channel in readers:
            self.read_channel()
        if self.channel in writers and self.channel_open:
            self.write_channel()
        if 0 in readers and self.input_open:
            self.read_input()

    def read_input(self):
        """Standard input to the guest; its end, too."""
        try:
            data = os.read(0, CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EBADF, errno.EISDIR):
                raise
            data = b""
        if not data:
            self.input_open = False
        self.queue += frames.encode(frames.STDIN, data)

    def write_channel(self):
        """Pass on what is queued, as far as the guest takes it."""
        try:
            sent = self.channel.send(self.queue)
            del self.queue[:sent]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self.queue.clear()
            self.input_open = False

    def read_channel(self):
        """Frames of the guest."""
        data = receive(self.channel)
        if data is None:
            return
        if not data:
            self.channel_open = False
            return
        try:
            for kind, payload in self.decoder.feed(data):
                self.handle(kind, payload)
        except frames.FrameError as error:
            self.outcome.error = "bad data from the guest: %s" % error

    def handle(self, kind, payload):
        """One frame."""
        if kind in self.sinks:
            self.output(kind, payload)
        elif kind == frames.EXIT:
            self.outcome.status = frames.wait_status(payload)
        elif kind == frames.MISSING:
            self.outcome.missing.append(payload.decode(errors="replace"))
        else:
            self.outcome.error = payload.decode(errors="replace").strip()

    def output(self, kind, payload):
        """Bytes for one of our streams; dropped when nobody reads it."""
        fd = self.sinks[kind]
        if fd is None:
            return
        try:
            write_all(fd, payload)
        except BrokenPipeError:
            self.sinks[kind] = None
            if kind == frames.STDOUT:
                # As a program whose reader is gone: SIGPIPE.
                self.outcome.status = 128 + 13
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            self.sinks[kind] = None
