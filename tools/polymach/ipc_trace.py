# SPDX-License-Identifier: BSD-2-Clause
"""polymach run --trace-ipc: every message by name, arguments and rights.

The kernel writes records (kernel/kern/ipc_trace.c) to a device of their own;
the tables in out/decoders, made by `mig -decoder`, say what is in a message.
A line:

  TIME FROM[TASK] -> TO ROUTINE(ARGUMENT=VALUE, ...) BYTES reply RIGHT
  TIME FROM[TASK] -> TO ROUTINE = CODE (RESULT=VALUE, ...) BYTES
"""

import glob
import json
import os
import struct

import ipc_codes
import ipc_message

HEAD = struct.Struct("<IIQIiIIII24s24s")
PORT = struct.Struct("<IIIBBH")
HEAD_SIZE = HEAD.size + 2 * PORT.size
MAGIC = 0x4350494d
LARGEST = 1 << 16
DONE, REFUSED, KERNEL = 1, 2, 3
REPLY_DISTANCE = 100

KINDS = ("port", "task", "thread", "host", "host-priv", "memory-entry",
         "memory-control", "ledger", "irq", "ioports", "physmem", "dma",
         "timer", "endpoint", "processor-set")
KIND_DEAD, KIND_OTHER = 255, 254
DISPOSITIONS = {16: "move-receive", 17: "move-send", 18: "move-send-once",
                19: "copy-send", 20: "make-send", 21: "make-send-once"}
RECEIVED = {16: "receive", 17: "send", 18: "send-once"}
NOTIFICATIONS = {65: "port-deleted", 66: "send-possible",
                 69: "port-destroyed", 70: "no-senders", 71: "send-once",
                 72: "dead-name"}


def text(raw):
    """A NUL-padded name."""
    return raw.split(b"\0")[0].decode(errors="replace")


class Right:
    """A right as a record describes it."""

    def __init__(self, raw, received):
        (self.name, self.serial, self.owner, self.kind, self.disposition,
         self.index) = PORT.unpack(raw)
        self.received = received

    def __bool__(self):
        return self.kind != KIND_DEAD or self.name != 0

    def what(self, tasks):
        """What it is a right to."""
        if self.kind == KIND_DEAD:
            return "dead" if self.name else "null"
        owner = tasks.get(self.owner)
        if self.kind == KIND_OTHER:
            return "port#%x of %s" % (self.serial, owner or "nobody")
        kind = KINDS[self.kind] if self.kind < len(KINDS) else "kernel"
        return "%s %s" % (kind, owner) if owner else kind

    def show(self, tasks):
        """Its name, disposition and what it is to."""
        if not self:
            return "null"
        names = RECEIVED if self.received else DISPOSITIONS
        said = names.get(self.disposition, "%d" % self.disposition)
        return "%s%s <%s>" % ("0x%x:" % self.name if self.name else "", said,
                              self.what(tasks))


class Record:
    """One message."""

    def __init__(self, data):
        (_, _, self.time, self.event, self.code, self.sender, rights, size,
         self.owner, sender_name, owner_name) = HEAD.unpack_from(data)
        self.names = {self.sender: text(sender_name),
                      self.owner: text(owner_name)}
        received = self.event == KERNEL
        at = HEAD.size
        ports = []
        for _ in range(rights + 2):
            ports.append(Right(data[at:at + PORT.size], received))
            at += PORT.size
        self.dest, self.reply, self.rights = ports[0], ports[1], ports[2:]
        self.message = data[at:at + size]


def records(stream):
    """The records of a file; what is cut off at its end is left out."""
    while True:
        head = stream.read(HEAD_SIZE)
        if len(head) < HEAD_SIZE:
            return
        magic, size = struct.unpack_from("<II", head)
        if magic != MAGIC or not HEAD_SIZE <= size <= LARGEST:
            raise ValueError("the trace is damaged")
        rest = stream.read(size - HEAD_SIZE)
        if len(rest) < size - HEAD_SIZE:
            return
        yield Record(head + rest)


def load_tables(folder):
    """Routines by the id of their request, and of their reply."""
    requests, replies = {}, {}
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path, encoding="utf-8") as table:
            for routine in json.load(table)["routines"]:
                requests[routine["id"]] = routine
                if not routine["simple"]:
                    replies[routine["id"] + REPLY_DISTANCE] = routine
    return requests, replies


class Decoder:
    """Turns records into lines."""

    def __init__(self, folder):
        self.requests, self.replies = load_tables(folder)
        self.tasks = {0: "kernel"}

    def task(self, number):
        """A task's name and number."""
        if number == 0:
            return "kernel"
        return "%s[%d]" % (self.tasks.get(number, "?"), number)

    def named(self):
        """Names with numbers, for rights."""
        return {n: self.task(n) for n in self.tasks if n}

    def target(self, record):
        """Who gets it."""
        if record.event == REFUSED:
            return "?"
        if record.dest.kind == KIND_OTHER:
            return self.task(record.owner)
        if record.dest.kind == KIND_DEAD:
            return "nobody"
        return "kernel"

    def describe(self, record):
        """Routine, arguments, and what the reply goes to."""
        message = ipc_message.Message(record.message, record.rights,
                                      self.named())
        number = message.id
        if record.event == REFUSED:
            known = self.requests.get(number) or self.replies.get(number)
            return "%s(?)" % (known["name"] if known else "id %d" % number)
        if number in self.requests:
            routine = self.requests[number]
            where = "%s=%s" % (routine["target"] or "port",
                               record.dest.show(self.named()))
            return "%s(%s)" % (routine["name"], ", ".join(
                [where] + message.arguments(routine["request"], False)))
        if number in self.replies:
            return self.answer(self.replies[number], message)
        if record.event == KERNEL and number in NOTIFICATIONS:
            return "notification %s(%s)" % (NOTIFICATIONS[number],
                                            message.word(32))
        return "id %d(%s)" % (number, ", ".join(message.descriptors()))

    @staticmethod
    def answer(routine, message):
        """A reply: its code, and what it brings."""
        code = message.return_code()
        said = "%s = %s" % (routine["name"], ipc_codes.name(code))
        if code == 0:
            results = message.arguments(routine["reply"], True)
            if results:
                said += " (%s)" % ", ".join(results)
        return said

    def line(self, record):
        """One message."""
        self.tasks.update((n, name) for n, name in record.names.items()
                          if n and name)
        line = "%12.6f %s -> %s %s" % (
            record.time / 1e9, self.task(record.sender), self.target(record),
            self.describe(record))
        if record.message:
            line += " %d bytes" % struct.unpack_from("<I", record.message,
                                                     4)[0]
        if record.reply:
            line += " reply %s" % record.reply.show(self.named())
        if record.code != 0:
            line += " not sent: " + ipc_codes.name(record.code)
        return line


def write(stream, folder, output, prefix=""):
    """Decode all records of a stream to a text file."""
    decoder = Decoder(folder)
    try:
        for record in records(stream):
            output.write(prefix + decoder.line(record) + "\n")
    except ValueError as error:
        output.write("%s%s\n" % (prefix, error))
