# SPDX-License-Identifier: BSD-2-Clause
"""The frames on the line between host and guest.

    1 byte type, 2 bytes length (little endian), payload

Guest to host: '1' standard output, '2' standard error, 'X' exit (a Linux wait
status, 4 bytes), 'M' one line about a missing system call, 'E' the system
failed (text).  Host to guest: '0' standard input (length 0: its end), 'W'
window size (rows and columns, 2 bytes each).
"""

import struct

STDOUT = b"1"
STDERR = b"2"
EXIT = b"X"
MISSING = b"M"
ERROR = b"E"
STDIN = b"0"
WINDOW = b"W"

KNOWN = (STDOUT, STDERR, EXIT, MISSING, ERROR)

# What arrives while the guest sets its UART up can be lost (turning the FIFO
# on empties it).  Bytes of 0 before a frame are passed over by the guest.
PREAMBLE = bytes(16)

HEADER = struct.Struct("<cH")
MAX_PAYLOAD = 0xffff


class FrameError(Exception):
    """The guest sent something that is no frame."""


def encode(kind, payload=b""):
    """One frame as bytes."""
    return HEADER.pack(kind, len(payload)) + payload


def encode_window(rows, columns):
    """A window size frame."""
    return encode(WINDOW, struct.pack("<HH", rows, columns))


def wait_status(payload):
    """The exit status that a shell would show for an 'X' payload."""
    if len(payload) != 4:
        raise FrameError("exit frame of %d bytes" % len(payload))
    status, = struct.unpack("<I", payload)
    signal = status & 0x7f
    if signal:
        return 128 + signal
    return (status >> 8) & 0xff


class Decoder:
    """Cuts a stream of bytes into frames."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """Take bytes; return the frames that they complete."""
        self.buffer += data
        frames = []
        start = 0
        while len(self.buffer) - start >= HEADER.size:
            kind, length = HEADER.unpack_from(self.buffer, start)
            if kind not in KNOWN:
                raise FrameError("unknown frame type %r" % kind)
            end = start + HEADER.size + length
            if len(self.buffer) < end:
                break
            frames.append((kind, bytes(self.buffer[start + HEADER.size:end])))
            start = end
        del self.buffer[:start]
        return frames
