# SPDX-License-Identifier: BSD-2-Clause
"""Our terminal in raw mode, joined to the guest's first serial line.

Ctrl-A X leaves, Ctrl-A Ctrl-A sends a Ctrl-A, Ctrl-A H helps.
"""

import fcntl
import os
import select
import signal
import struct
import termios
import time
import tty

import frames

ESCAPE = 0x01
HELP = (b"\r\nCtrl-A X: end the machine   Ctrl-A Ctrl-A: send Ctrl-A   "
        b"Ctrl-A H: this text\r\n")


def window_size(fd):
    """Rows and columns of a terminal."""
    data = fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
    rows, columns = struct.unpack("HHHH", data)[:2]
    return (rows or 24, columns or 80)


class Terminal:
    """Joins descriptors 0 and 1 to a socket."""

    def __init__(self, line):
        self.line = line
        self.line_open = True
        self.input_open = True
        self.queue = bytearray()
        self.escaped = False
        self.left = False
        self.size_changed = True

    def __enter__(self):
        self.saved = termios.tcgetattr(0)
        self.saved_handler = signal.signal(signal.SIGWINCH, self.resized)
        # select() must return when the window changes.
        self.wake_reader, self.wake_writer = os.pipe()
        os.set_blocking(self.wake_reader, False)
        os.set_blocking(self.wake_writer, False)
        tty.setraw(0, termios.TCSADRAIN)
        return self

    def __exit__(self, *_):
        termios.tcsetattr(0, termios.TCSADRAIN, self.saved)
        signal.signal(signal.SIGWINCH, self.saved_handler)
        os.close(self.wake_reader)
        os.close(self.wake_writer)

    def resized(self, _number, _frame):
        """SIGWINCH."""
        self.size_changed = True
        try:
            os.write(self.wake_writer, b"w")
        except BlockingIOError:
            pass

    def window_frames(self):
        """A frame with the window's size, when it is new."""
        if not self.size_changed:
            return b""
        self.size_changed = False
        return frames.encode_window(*window_size(0))

    def add_interests(self, readers, writers):
        """Descriptors to wait for."""
        readers.append(self.wake_reader)
        if self.line_open:
            readers.append(self.line)
            if self.queue:
                writers.append(self.line)
        if self.input_open and len(self.queue) < 4096:
            readers.append(0)

    def move(self, readers, writers):
        """Handle what select() found."""
        if self.wake_reader in readers:
            os.read(self.wake_reader, 64)
        if 0 in readers:
            data = os.read(0, 1024)
            if not data:
                self.input_open = False
                self.left = True
            for byte in data:
                self.key(byte)
        if self.line in readers:
            self.show()
        if self.line in writers and self.queue:
            self.send()

    def key(self, byte):
        """One byte from the keyboard."""
        if self.escaped:
            self.escaped = False
            if byte in b"xX":
                self.left = True
                os.write(1, b"\r\n")
            elif byte in b"hH?":
                os.write(1, HELP)
            elif byte == ESCAPE:
                self.queue.append(byte)
        elif byte == ESCAPE:
            self.escaped = True
        else:
            self.queue.append(byte)

    def send(self):
        """Pass on keys as far as the guest takes them."""
        try:
            sent = self.line.send(self.queue)
            del self.queue[:sent]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self.line_open = False

    def show(self):
        """The guest's output."""
        try:
            data = self.line.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.line_open = False
            return
        while data:
            data = data[os.write(1, data):]

    def drain(self):
        """Show what the guest wrote before it ended."""
        end = time.monotonic() + 0.2
        while self.line_open and time.monotonic() < end:
            if select.select([self.line], [], [], 0.05)[0]:
                self.show()
            else:
                break
